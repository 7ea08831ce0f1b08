"""Bit planes: to and from elements, and bitwise operations on chosen planes.

BITS are uint64[planes, words]: bit j of element i is bit i % 64 of word [j, i // 64].
"""

from functools import lru_cache
from typing import Any

import numpy as np

from ..moves import copy, move
from ..native import INDICES, OUT, OUT_PLANES, PLANES, Kernel, native
from ..ring import Change, Operation, change, compute, flat
from .transpose import from_planes, to_planes

Array = np.ndarray[Any, Any]
Planes = tuple[int, ...]


@native(OUT, PLANES)
def _from_plane(out: Array, x: Array) -> None:
    whole = out.size // 64
    for word in range(whole):
        bits = x[0, word]
        for i in range(64):
            out[64 * word + i] = (bits >> np.uint64(i)) & np.uint64(1)
    for i in range(64 * whole, out.size):
        out[i] = (x[0, whole] >> np.uint64(i - 64 * whole)) & np.uint64(1)


@native(OUT_PLANES, PLANES, PLANES, INDICES, INDICES)
def _xor_chosen(out: Array, x: Array, y: Array, left: Array, right: Array) -> None:
    for plane in range(out.shape[0]):
        a, b = left[plane], right[plane]
        if a < 0 and b < 0:
            out[plane] = 0
        elif a < 0:
            out[plane] = y[b]
        elif b < 0:
            out[plane] = x[a]
        else:
            for word in range(out.shape[1]):
                out[plane, word] = x[a, word] ^ y[b, word]


@native(OUT_PLANES, PLANES, PLANES, INDICES, INDICES)
def _and_chosen(out: Array, x: Array, y: Array, left: Array, right: Array) -> None:
    for plane in range(out.shape[0]):
        a, b = left[plane], right[plane]
        if a < 0 or b < 0:
            out[plane] = 0
        else:
            for word in range(out.shape[1]):
                out[plane, word] = x[a, word] & y[b, word]


@native(OUT_PLANES, PLANES, INDICES)
def _choose(out: Array, x: Array, planes: Array) -> None:
    for plane in range(out.shape[0]):
        if planes[plane] < 0:
            out[plane] = 0
        else:
            for word in range(out.shape[1]):
                out[plane, word] = x[planes[plane], word]


@lru_cache(maxsize=4096)
def indices(chosen: Planes) -> Array:
    """A choice of planes as compiled functions take it."""
    return np.array(chosen, np.int64)


@lru_cache(maxsize=256)
def all_planes(count: int) -> Array:
    """The choice of each plane in order."""
    return np.arange(count)


def choice(chosen: Planes | None, planes: int) -> Array:
    """The chosen planes, or all of them for None."""
    return all_planes(planes) if chosen is None else indices(chosen)


def _xor(out: Array, x: Array, y: Array, *, left: Planes | None = None, right: Planes | None = None) -> None:
    if left is None and right is None:
        compute[8].run(flat(out), flat(x), flat(y), int(Operation.XOR))
    else:
        _xor_chosen.run(out, x, y, choice(left, len(out)), choice(right, len(out)))


def _and(out: Array, x: Array, y: Array, *, left: Planes | None = None, right: Planes | None = None) -> None:
    if left is None and right is None:
        compute[8].run(flat(out), flat(x), flat(y), int(Operation.AND))
    else:
        _and_chosen.run(out, x, y, choice(left, len(out)), choice(right, len(out)))


def _not(out: Array, x: Array) -> None:
    change[8].run(flat(out), flat(x), int(Change.NOT), 0)


def _planes(out: Array, x: Array, *, planes: Planes) -> None:
    _choose.run(out, x, indices(planes))


def _concat_planes(out: Array, *parts: Array) -> None:
    first = 0
    for part in parts:
        copy(out[first : first + len(part)], part)
        first += len(part)


def _from_elements(out: Array, x: Array, *, planes: int) -> None:
    to_planes[x.itemsize].run(out, x.reshape(-1))


def _to_elements(out: Array, x: Array) -> None:
    from_planes[out.itemsize].run(out.reshape(-1), x)


def _to_ring(out: Array, x: Array) -> None:
    if len(x) == 1:
        _from_plane.run(out.reshape(-1), x)
    else:
        _to_elements(out, x)


def _from_boolean(out: Array, x: Array) -> None:
    packed = np.packbits(x.reshape(-1), bitorder="little")
    octets = out[0].view(np.uint8)
    octets[: packed.size] = packed
    octets[packed.size :] = 0


def _to_boolean(out: Array, x: Array) -> None:
    bits = np.unpackbits(x[0].view(np.uint8), count=out.size, bitorder="little")
    np.copyto(out.reshape(-1), bits.view(np.bool_))


TABLE: dict[str, Kernel] = {
    "bits.xor": Kernel(_xor, (compute[8], _xor_chosen), replays=True),
    "bits.and": Kernel(_and, (compute[8], _and_chosen), replays=True),
    "bits.not": Kernel(_not, (change[8],), replays=True),
    "bits.planes": Kernel(_planes, (_choose,), replays=True),
    "bits.concat_planes": Kernel(_concat_planes, (move,), replays=True),
    "bits.from_ring": Kernel(_from_elements, (to_planes[8],), replays=True),
    "bits.from_word32": Kernel(_from_elements, (to_planes[4],), replays=True),
    "bits.from_word16": Kernel(_from_elements, (to_planes[2],), replays=True),
    "ring.from_bits": Kernel(_to_ring, (from_planes[8], _from_plane), replays=True),
    "word32.from_bits": Kernel(_to_elements, (from_planes[4],), replays=True),
    "word16.from_bits": Kernel(_to_elements, (from_planes[2],), replays=True),
    "bits.from_boolean": Kernel(_from_boolean),
    "boolean.from_bits": Kernel(_to_boolean),
}
