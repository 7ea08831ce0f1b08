"""Bit planes: in and out of elements, and bitwise work with a choice of planes.

BITS are uint64[planes, words]: bit j of element i is bit i % 64 of word [j, i // 64]. So a block of 64 elements is
one word of each plane, and going from one to the other is the transposition of a 64 x 64 matrix of bits (Hacker's
Delight, section 7-3). Eight blocks go together: then each step works on whole vector registers and each plane gets a
whole cache line.
"""

from functools import lru_cache
from typing import Any

import numpy as np

from .native import INDICES, OUT, OUT_PLANES, PLANES, WORDS, Kernel, inline, native

Array = np.ndarray[Any, Any]
Planes = tuple[int, ...]


@inline
def _transpose(block: Array) -> None:
    """Transposes eight 64 x 64 bit matrices at once: row r of matrix b is block[8 * r + b]."""
    mask = np.uint64(0x00000000FFFFFFFF)
    distance = 32
    while distance > 0:
        shift = np.uint64(distance)
        for first in range(0, 64, 2 * distance):
            for i in range(8 * first, 8 * (first + distance)):
                swap = ((block[i] >> shift) ^ block[i + 8 * distance]) & mask
                block[i] ^= swap << shift
                block[i + 8 * distance] ^= swap
        distance >>= 1
        mask ^= mask << np.uint64(distance)


@native(OUT_PLANES, WORDS)
def _to_planes(out: Array, x: Array) -> None:
    planes, words = out.shape
    block = np.empty(512, np.uint64)
    for first in range(0, words, 8):
        for b in range(8):
            start = 64 * (first + b)
            count = max(0, min(64, x.size - start))
            for i in range(count):
                block[8 * i + b] = x[start + i]
            for i in range(count, 64):
                block[8 * i + b] = 0
        _transpose(block)
        width = min(8, words - first)
        for plane in range(planes):
            for b in range(width):
                out[plane, first + b] = block[8 * plane + b]


@native(OUT, PLANES)
def _from_planes(out: Array, x: Array) -> None:
    planes, words = x.shape
    block = np.empty(512, np.uint64)
    for first in range(0, words, 8):
        width = min(8, words - first)
        block[:] = 0
        for plane in range(planes):
            for b in range(width):
                block[8 * plane + b] = x[plane, first + b]
        _transpose(block)
        for b in range(width):
            start = 64 * (first + b)
            for i in range(min(64, out.size - start)):
                out[start + i] = block[8 * i + b]


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


@lru_cache(maxsize=4096)
def indices(chosen: Planes) -> Array:
    """A choice of planes as kernels take it."""
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
        np.bitwise_xor(x, y, out)
    else:
        _xor_chosen.run(out, x, y, choice(left, len(out)), choice(right, len(out)))


def _and(out: Array, x: Array, y: Array, *, left: Planes | None = None, right: Planes | None = None) -> None:
    if left is None and right is None:
        np.bitwise_and(x, y, out)
    else:
        _and_chosen.run(out, x, y, choice(left, len(out)), choice(right, len(out)))


def _not(out: Array, x: Array) -> None:
    np.invert(x, out)


def _planes(out: Array, x: Array, *, planes: Planes) -> None:
    for target, source in enumerate(planes):
        out[target] = x[source] if source >= 0 else 0


def _concat_planes(out: Array, *parts: Array) -> None:
    first = 0
    for part in parts:
        out[first : first + len(part)] = part
        first += len(part)


def _from_ring(out: Array, x: Array, *, planes: int) -> None:
    _to_planes.run(out, x.reshape(-1))


def _from_narrow(out: Array, x: Array, *, planes: int) -> None:
    _to_planes.run(out, x.reshape(-1).astype(np.uint64))


def _to_ring(out: Array, x: Array) -> None:
    if len(x) == 1:
        _from_plane.run(out.reshape(-1), x)
    else:
        _from_planes.run(out.reshape(-1), x)


def _to_narrow(out: Array, x: Array) -> None:
    elements = np.empty(out.size, np.uint64)
    _to_ring(elements, x)
    np.copyto(out, elements.reshape(out.shape), casting="unsafe")


def pack(out: Array, x: Array) -> None:
    """Truth values as one plane, uint64[words]."""
    packed = np.packbits(x.reshape(-1), bitorder="little")
    octets = out.view(np.uint8)
    octets[: packed.size] = packed
    octets[packed.size :] = 0


def unpack(x: Array, size: int) -> Array:
    """One plane, uint64[words], as `size` zeros and ones, uint8."""
    return np.unpackbits(x.view(np.uint8), count=size, bitorder="little")


def _from_boolean(out: Array, x: Array) -> None:
    pack(out[0], x)


def _to_boolean(out: Array, x: Array) -> None:
    np.copyto(out.reshape(-1), unpack(x[0], out.size).view(np.bool_))


TABLE: dict[str, Kernel] = {
    "bits.xor": Kernel(_xor, (_xor_chosen,)),
    "bits.and": Kernel(_and, (_and_chosen,)),
    "bits.not": Kernel(_not),
    "bits.planes": Kernel(_planes),
    "bits.concat_planes": Kernel(_concat_planes),
    "bits.from_ring": Kernel(_from_ring, (_to_planes,)),
    "bits.from_word32": Kernel(_from_narrow, (_to_planes,)),
    "bits.from_word16": Kernel(_from_narrow, (_to_planes,)),
    "ring.from_bits": Kernel(_to_ring, (_from_planes, _from_plane)),
    "word32.from_bits": Kernel(_to_narrow, (_from_planes, _from_plane)),
    "word16.from_bits": Kernel(_to_narrow, (_from_planes, _from_plane)),
    "bits.from_boolean": Kernel(_from_boolean),
    "boolean.from_bits": Kernel(_to_boolean),
}
