"""Products of planes, and sums of such products: functions of bits that two parties, or one, know."""

from typing import Any

import numpy as np

from ..moves import copy, move
from ..native import INDICES, OUT_PLANES, PLANES, Kernel, inline, native, scratch
from ..ring import TABLE as RING
from .bits import TABLE as BITS
from .bits import Planes, indices

Array = np.ndarray[Any, Any]

_TILE = 512
"""How many words of each plane are combined at a time. They stay in the innermost cache."""

_ZERO = np.zeros((), np.uint64)


@inline
def _row(planes: Array, number: int, first: int, stop: int, absent: Array) -> Array:
    """Part of a plane, or of `absent` for -1. LLVM can vectorise loops over it, because it is a vector of its own."""
    return planes[number, first:stop] if number >= 0 else absent[: stop - first]


@native(OUT_PLANES, PLANES, PLANES, PLANES, INDICES, INDICES, INDICES)
def _dot(out: Array, x: Array, y: Array, mask: Array, left: Array, right: Array, ends: Array) -> None:
    words = out.shape[1]
    ones = np.full(_TILE, ~np.uint64(0))
    for first in range(0, words, _TILE):
        stop = min(words, first + _TILE)
        term = 0
        for plane in range(out.shape[0]):
            total, start = out[plane, first:stop], mask[plane, first:stop]
            for i in range(total.size):
                total[i] = start[i]
            while term + 2 <= ends[plane]:
                a = _row(x, left[term], first, stop, ones)
                b = _row(y, right[term], first, stop, ones)
                c = _row(x, left[term + 1], first, stop, ones)
                d = _row(y, right[term + 1], first, stop, ones)
                for i in range(total.size):
                    total[i] ^= (a[i] & b[i]) ^ (c[i] & d[i])
                term += 2
            if term < ends[plane]:
                a = _row(x, left[term], first, stop, ones)
                b = _row(y, right[term], first, stop, ones)
                for i in range(total.size):
                    total[i] ^= a[i] & b[i]
                term += 1


def _dot_planes(out: Array, x: Array, y: Array, mask: Array, *, left: Planes, right: Planes, ends: Planes) -> None:
    _dot.run(out, x, y, mask, indices(left), indices(right), indices(ends))


def _dot_alone(out: Array, x: Array, y: Array, *, left: Planes, right: Planes, ends: Planes) -> None:
    zero = scratch(out.shape, out.dtype)
    copy(zero, _ZERO)
    _dot_planes(out, x, y, zero, left=left, right=right, ends=ends)


def _bit_products(out: Array, x: Array, *, negated: int, left: Planes, right: Planes) -> None:
    planes = scratch((64, out.shape[1]), np.uint64)
    if negated:
        x, opposite = scratch(x.shape, x.dtype), x
        RING["ring.negate"].run(x, opposite)
    BITS["bits.from_ring"].run(planes, x, planes=64)
    BITS["bits.and"].run(out, planes, planes, left=left, right=right)


TABLE: dict[str, Kernel] = {
    "bits.dot": Kernel(_dot_planes, (_dot,), replays=True),
    "bits.dot_alone": Kernel(_dot_alone, (move, _dot), replays=True),
    "bits.products_from_ring": Kernel(
        _bit_products,
        (*RING["ring.negate"].needs, *BITS["bits.from_ring"].needs, *BITS["bits.and"].needs),
        replays=True,
    ),
}
