"""Moving elements of bit planes: kernels `bits.<name>`, which are told the logical shapes of their inputs and output.

Long runs of consecutive elements are copied and shifted word by word. Anything else is unpacked to a byte for each bit,
some planes at a time. The bytes are moved as arrays with the planes as a first axis, and packed again.
"""

from collections.abc import Callable, Sequence
from functools import lru_cache
from itertools import product
from math import prod
from operator import mul
from typing import Any

import numpy as np

from ..moves import copy, move
from ..native import INDICES, INT, OUT_PLANES, PLANES, Kernel, inline, native, unrecorded
from ..structure import MOVES

Array = np.ndarray[Any, Any]
Shape = tuple[int, ...]

_LONG = 256
"""Runs of fewer elements on average are not copied one by one, but unpacked."""

_UNPACKED = 1 << 20
"""The most bytes to which one array's planes are unpacked together; one plane may take more."""


@inline
def _word_at(plane: Array, position: int) -> Any:
    """64 bits of a plane from a position on, with zeros outside the plane."""
    word, shift = position >> 6, np.uint64(position & 63)
    low = plane[word] if 0 <= word < plane.size else np.uint64(0)
    if shift == 0:
        return low
    high = plane[word + 1] if 0 <= word + 1 < plane.size else np.uint64(0)
    return (low >> shift) | (high << (np.uint64(64) - shift))


@inline
def _put(plane: Array, word: int, mask: Any, bits: Any) -> None:
    """Replaces the bits of a word that the mask marks."""
    plane[word] = (plane[word] & ~mask) | (bits & mask)


@inline
def _first_mask(to: int) -> Any:
    """A mask of element `to`'s word: the bits from `to` on."""
    return ~np.uint64(0) << np.uint64(to & 63)


@inline
def _last_mask(end: int) -> Any:
    """A mask of the word of element `end` - 1: the bits up to that element."""
    return ~np.uint64(0) >> np.uint64(63 - ((end - 1) & 63))


@native(OUT_PLANES, PLANES, INDICES)
def _copy_runs(out: Array, x: Array, runs: Array) -> None:
    """Copies a run of elements for each three numbers (to, start, count). Other elements stay as they are."""
    for plane in range(out.shape[0]):
        target, source = out[plane], x[plane]
        for run in range(0, runs.size, 3):
            to, start, count = runs[run], runs[run + 1], runs[run + 2]
            if count == 0:
                continue
            first, last, ahead = to >> 6, (to + count - 1) >> 6, start - to
            mask = _first_mask(to) if first < last else _first_mask(to) & _last_mask(to + count)
            _put(target, first, mask, _word_at(source, 64 * first + ahead))
            if first == last:
                continue
            shift, offset = np.uint64(ahead & 63), ahead >> 6
            # Vectors of their own, counted from 0: LLVM sees no index that may be negative, and uses vector registers.
            middle, low = target[first + 1 : last], source[first + 1 + offset : last + offset]
            if shift == 0:
                for word in range(middle.size):
                    middle[word] = low[word]
            else:
                high, back = source[first + 2 + offset : last + 1 + offset], np.uint64(64) - shift
                for word in range(middle.size):
                    middle[word] = (low[word] >> shift) | (high[word] << back)
            _put(target, last, _last_mask(to + count), _word_at(source, 64 * last + ahead))


@native(OUT_PLANES, PLANES, INT)
def _repeat_each(out: Array, x: Array, times: int) -> None:
    """Writes each element so many times in a row."""
    for plane in range(out.shape[0]):
        target = out[plane]
        target[:] = 0
        for element in range(out.shape[1] * 64 // times if times else 0):
            to, end = element * times, (element + 1) * times
            if element >= x.shape[1] * 64 or not (x[plane, element >> 6] >> np.uint64(element & 63)) & np.uint64(1):
                continue
            first, last = to >> 6, (end - 1) >> 6
            if first == last:
                target[first] |= _first_mask(to) & _last_mask(end)
            else:
                target[first] |= _first_mask(to)
                for word in range(first + 1, last):
                    target[word] = ~np.uint64(0)
                target[last] |= _last_mask(end)


@native(OUT_PLANES, PLANES)
def _spread(out: Array, x: Array) -> None:
    """Writes the first element of each plane everywhere in the plane."""
    for plane in range(out.shape[0]):
        out[plane] = np.uint64(0) - (x[plane, 0] & np.uint64(1))


def _worthwhile(runs: int, elements: int) -> bool:
    """Whether runs are so long that copying them beats unpacking."""
    return runs == 1 or elements >= _LONG * runs


@lru_cache(maxsize=4096)
def _runs_of(
    shape: Shape, starts: tuple[int, ...], stops: tuple[int | None, ...], steps: tuple[int, ...]
) -> tuple[tuple[int, ...], int] | None:
    """The runs of a slice, whose elements follow each other in the array: where they start, and their one length.

    None if the runs are too short to be copied one by one.
    """
    ranges = [range(size)[slice(*bounds)] for size, *bounds in zip(shape, starts, stops, steps, strict=True)]
    count = prod(map(len, ranges))
    if count == 0:
        return (0,), 0
    inner = len(shape)
    while inner > 0 and ranges[inner - 1] == range(shape[inner - 1]):
        inner -= 1
    if inner > 0 and (ranges[inner - 1].step == 1 or len(ranges[inner - 1]) == 1):
        inner -= 1
        outer, length = ranges[:inner], prod(map(len, ranges[inner:]))
        first = ranges[inner][0] * prod(shape[inner + 1 :])
    else:
        outer, length, first = ranges[:inner], prod(shape[inner:]), 0
    if not _worthwhile(count // length, count):
        return None
    strides = [prod(shape[axis + 1 :]) for axis in range(len(outer))]
    starts_of_runs = (sum(map(mul, strides, place), first) for place in product(*outer))
    return tuple(starts_of_runs), length


@lru_cache(maxsize=4096)
def _triples(tos: tuple[int, ...], starts: tuple[int, ...], length: int) -> Array:
    runs = [number for to, start in zip(tos, starts, strict=True) for number in (to, start, length)]
    return np.array(runs, np.int64)


def _slice(out: Array, x: Array, *, shapes: Sequence[Shape], shape: Shape, **bounds: Any) -> None:
    runs = _runs_of(shapes[0], **bounds)
    if runs is None:
        _slice_unpacked(out, x, shapes=shapes, shape=shape, **bounds)
    else:
        starts, length = runs
        _copy_runs.run(out, x, _triples(tuple(place * length for place in range(len(starts))), starts, length))


def _update(out: Array, x: Array, v: Array, *, shapes: Sequence[Shape], shape: Shape, **bounds: Any) -> None:
    runs = _runs_of(shape, **bounds)
    if runs is None:
        _update_unpacked(out, x, v, shapes=shapes, shape=shape, **bounds)
    else:
        copy(out, x)
        tos, length = runs
        _copy_runs.run(out, v, _triples(tos, tuple(place * length for place in range(len(tos))), length))


def _concat(out: Array, *parts: Array, shapes: Sequence[Shape], shape: Shape, axis: int) -> None:
    outer, whole = prod(shape[:axis]), prod(shape[axis:])
    if not _worthwhile(outer * len(parts), outer * whole):
        _concat_unpacked(out, *parts, shapes=shapes, shape=shape, axis=axis)
        return
    end = 0
    for part, logical in zip(parts, shapes, strict=True):
        length = prod(logical[axis:])
        _copy_runs.run(out, part, _evenly(outer, end, whole, length))
        end += length


@lru_cache(maxsize=4096)
def _evenly(count: int, first: int, distance: int, length: int) -> Array:
    """Runs that follow each other in the source and stand at equal distances in the target."""
    places = range(count)
    return _triples(
        tuple(first + distance * place for place in places), tuple(length * place for place in places), length
    )


def _broadcast(out: Array, x: Array, *, shapes: Sequence[Shape], shape: Shape) -> None:
    if prod(shapes[0]) == 1:
        _spread.run(out, x)
        return
    padded = (1,) * (len(shape) - len(shapes[0])) + tuple(shapes[0])
    kept = next(
        (axis for axis, sizes in enumerate(zip(padded, shape, strict=True)) if sizes[0] != sizes[1]), len(shape)
    )
    if prod(padded[kept:]) == 1 and prod(shape[kept:]) >= _LONG:
        _repeat_each.run(out, x, prod(shape[kept:]))
    else:
        _broadcast_unpacked(out, x, shapes=shapes, shape=shape)


def _reshape(out: Array, x: Array, *, shapes: Sequence[Shape], shape: Shape) -> None:
    copy(out, x)


def _unpacked(move: Callable[..., None]) -> Callable[..., None]:
    """The kernel that unpacks planes, moves the bytes, and packs them again."""

    def run(out: Array, *inputs: Array, shapes: Sequence[Shape], shape: Shape, **attributes: Any) -> None:
        unrecorded()
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
"""How attributes change when the planes are a first axis."""


def _broadcast_below_planes(out: Array, x: Array) -> None:
    inner = x.reshape(len(x), *(1,) * (out.ndim - x.ndim), *x.shape[1:])
    np.copyto(out, np.broadcast_to(inner, out.shape))


_slice_unpacked = _unpacked(MOVES["slice"])
_update_unpacked = _unpacked(MOVES["update"])
_concat_unpacked = _unpacked(MOVES["concat"])
_broadcast_unpacked = _unpacked(_broadcast_below_planes)


def pack(out: Array, x: Array) -> None:
    """Packs zeros and ones, uint8[planes, ...], into planes, uint64[planes, words]."""
    packed = np.packbits(x.reshape(len(x), prod(x.shape[1:])), axis=1, bitorder="little")
    octets = out.view(np.uint8)
    octets[:, : packed.shape[1]] = packed
    octets[:, packed.shape[1] :] = 0


def unpack(x: Array, shape: Shape) -> Array:
    """Unpacks planes into zeros and ones, uint8[planes, *shape]."""
    if x.size == 0:
        return np.empty((len(x), *shape), np.uint8)
    return np.unpackbits(x.view(np.uint8), axis=1, count=prod(shape), bitorder="little").reshape(len(x), *shape)


TABLE: dict[str, Kernel] = {
    "bits.broadcast": Kernel(_broadcast, (_spread, _repeat_each), replays=True),
    "bits.reshape": Kernel(_reshape, (move,), replays=True),
    "bits.transpose": Kernel(_unpacked(MOVES["transpose"])),
    "bits.slice": Kernel(_slice, (_copy_runs,), replays=True),
    "bits.concat": Kernel(_concat, (_copy_runs,), replays=True),
    "bits.take": Kernel(_unpacked(MOVES["take"])),
    "bits.slice_at": Kernel(_unpacked(MOVES["slice_at"])),
    "bits.update": Kernel(_update, (move, _copy_runs), replays=True),
    "bits.update_at": Kernel(_unpacked(MOVES["update_at"])),
}
