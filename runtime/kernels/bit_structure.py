"""Moving elements of bit planes: `bits.<name>`, which are told the logical shapes of their inputs and output.

A run of consecutive elements is copied word by word, shifted. Anything else is unpacked to a byte for each bit, some
planes at a time, moved as arrays are, with the planes as a first axis, and packed again.
"""

from collections.abc import Callable, Sequence
from functools import lru_cache
from math import prod
from typing import Any

import numpy as np

from .native import INT, OUT_PLANES, PLANES, Kernel, inline, native
from .structure import MOVES

Array = np.ndarray[Any, Any]
Shape = tuple[int, ...]

_UNPACKED = 1 << 20
"""The most bytes of one array's planes that are unpacked together, if one plane has not more."""


@inline
def _word_at(plane: Array, position: int) -> Any:
    """64 bits of a plane from a position on, zeros outside of it."""
    word, shift = position >> 6, np.uint64(position & 63)
    low = plane[word] if 0 <= word < plane.size else np.uint64(0)
    if shift == 0:
        return low
    high = plane[word + 1] if 0 <= word + 1 < plane.size else np.uint64(0)
    return (low >> shift) | (high << (np.uint64(64) - shift))


@native(OUT_PLANES, INT, PLANES, INT, INT)
def _copy_run(out: Array, to: int, x: Array, start: int, count: int) -> None:
    """Copies `count` elements from `start` on to `to` on; leaves the others as they are."""
    if count == 0:
        return
    ones = ~np.uint64(0)
    first, last = to >> 6, (to + count - 1) >> 6
    shift = np.uint64((start - to) & 63)
    for plane in range(out.shape[0]):
        for word in range(first, last + 1):
            mask = ones
            if word == first:
                mask &= ones << np.uint64(to & 63)
            if word == last:
                mask &= ones >> np.uint64(63 - (to + count - 1) % 64)
            if mask == ones and shift == 0:
                out[plane, word] = x[plane, word + ((start - to) >> 6)]
            else:
                bits = _word_at(x[plane], 64 * word + start - to)
                out[plane, word] = (out[plane, word] & ~mask) | (bits & mask)


@native(OUT_PLANES, PLANES)
def _spread(out: Array, x: Array) -> None:
    """The first element of each plane everywhere."""
    for plane in range(out.shape[0]):
        out[plane] = np.uint64(0) - (x[plane, 0] & np.uint64(1))


@lru_cache(maxsize=4096)
def _run_of(
    shape: Shape, starts: tuple[int, ...], stops: tuple[int | None, ...], steps: tuple[int, ...]
) -> tuple[int, int] | None:
    """Where a slice starts and how many elements it has, if these follow each other in the whole."""
    ranges = [range(size)[slice(*bounds)] for size, *bounds in zip(shape, starts, stops, steps, strict=True)]
    count = prod(map(len, ranges))
    if count == 0:
        return (0, 0)
    cut = next((axis for axis, part in enumerate(ranges) if len(part) > 1), len(ranges))
    whole = all(part == range(size) for part, size in zip(ranges[cut + 1 :], shape[cut + 1 :], strict=True))
    if not whole or (cut < len(ranges) and ranges[cut].step != 1):
        return None
    start = 0
    for size, part in zip(shape, ranges, strict=True):
        start = start * size + part[0]
    return (start, count)


def _slice(out: Array, x: Array, *, shapes: Sequence[Shape], shape: Shape, **bounds: Any) -> None:
    run = _run_of(shapes[0], **bounds)
    if run is None:
        _slice_unpacked(out, x, shapes=shapes, shape=shape, **bounds)
    else:
        _copy_run.run(out, 0, x, *run)


def _update(out: Array, x: Array, v: Array, *, shapes: Sequence[Shape], shape: Shape, **bounds: Any) -> None:
    run = _run_of(shape, **bounds)
    if run is None:
        _update_unpacked(out, x, v, shapes=shapes, shape=shape, **bounds)
    else:
        np.copyto(out, x)
        _copy_run.run(out, run[0], v, 0, run[1])


def _concat(out: Array, *parts: Array, shapes: Sequence[Shape], shape: Shape, axis: int) -> None:
    if prod(shape[:axis]) != 1:
        _concat_unpacked(out, *parts, shapes=shapes, shape=shape, axis=axis)
        return
    end = 0
    for part, logical in zip(parts, shapes, strict=True):
        count = prod(logical)
        _copy_run.run(out, end, part, 0, count)
        end += count


def _broadcast(out: Array, x: Array, *, shapes: Sequence[Shape], shape: Shape) -> None:
    if prod(shapes[0]) == 1:
        _spread.run(out, x)
    else:
        _broadcast_unpacked(out, x, shapes=shapes, shape=shape)


def _reshape(out: Array, x: Array, *, shapes: Sequence[Shape], shape: Shape) -> None:
    np.copyto(out, x)


def _unpacked(move: Callable[..., None]) -> Callable[..., None]:
    """The kernel that unpacks, moves and packs."""

    def run(out: Array, *inputs: Array, shapes: Sequence[Shape], shape: Shape, **attributes: Any) -> None:
        bits, others = inputs[: len(shapes)], inputs[len(shapes) :]
        inner = {name: _BELOW_PLANES[name](value) for name, value in attributes.items() if name in _BELOW_PLANES}
        together = max(1, _UNPACKED // max(1, *map(prod, shapes), prod(shape)))
        for first in range(0, len(out), together):
            target = out[first : first + together]
            moved = np.empty((len(target), *shape), np.uint8)
            parts = [unpack(x[first : first + together], logical) for x, logical in zip(bits, shapes, strict=True)]
            move(moved, *parts, *others, **(attributes | inner))
            pack(target, moved)

    return run


_BELOW_PLANES: dict[str, Callable[[Any], Any]] = {
    "axis": lambda axis: axis + 1,
    "axes": lambda axes: tuple(axis + 1 for axis in axes),
    "permutation": lambda permutation: (0, *(axis + 1 for axis in permutation)),
    "starts": lambda starts: (0, *starts),
    "stops": lambda stops: (None, *stops),
    "steps": lambda steps: (1, *steps),
}
"""What attributes become when the planes are a first axis."""


def _broadcast_below_planes(out: Array, x: Array) -> None:
    inner = x.reshape(len(x), *(1,) * (out.ndim - x.ndim), *x.shape[1:])
    np.copyto(out, np.broadcast_to(inner, out.shape))


_slice_unpacked = _unpacked(MOVES["slice"])
_update_unpacked = _unpacked(MOVES["update"])
_concat_unpacked = _unpacked(MOVES["concat"])
_broadcast_unpacked = _unpacked(_broadcast_below_planes)


def pack(out: Array, x: Array) -> None:
    """Zeros and ones [planes, ...] as planes, uint64[planes, words]."""
    packed = np.packbits(x.reshape(len(x), prod(x.shape[1:])), axis=1, bitorder="little")
    octets = out.view(np.uint8)
    octets[:, : packed.shape[1]] = packed
    octets[:, packed.shape[1] :] = 0


def unpack(x: Array, shape: Shape) -> Array:
    """Planes as zeros and ones, uint8[planes, *shape]."""
    if x.size == 0:
        return np.empty((len(x), *shape), np.uint8)
    return np.unpackbits(x.view(np.uint8), axis=1, count=prod(shape), bitorder="little").reshape(len(x), *shape)


TABLE: dict[str, Kernel] = {
    "bits.broadcast": Kernel(_broadcast, (_spread,)),
    "bits.reshape": Kernel(_reshape),
    "bits.transpose": Kernel(_unpacked(MOVES["transpose"])),
    "bits.slice": Kernel(_slice, (_copy_run,)),
    "bits.concat": Kernel(_concat, (_copy_run,)),
    "bits.take": Kernel(_unpacked(MOVES["take"])),
    "bits.slice_at": Kernel(_unpacked(MOVES["slice_at"])),
    "bits.update": Kernel(_update, (_copy_run,)),
    "bits.update_at": Kernel(_unpacked(MOVES["update_at"])),
}
