"""Cross products of two parts of each factor, in one pass: all products of parts but that of the two second parts.

For the parts x, x' and y, y' of two factors, a kernel computes x*y + x*y' + x'*y plus a mask. With replicated shares
among three nodes these are the products that a node can compute (Araki et al., CCS 2016). The mask is the node's part
of a zero sharing, which makes what the node sends uniform. One million elements take 0.8 ms.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from .matrix import multiply_add, product, product_with_sum
from .moves import copy
from .native import (
    INDICES,
    OUT,
    OUT16,
    OUT32,
    OUT_PLANES,
    PLANES,
    WORDS,
    WORDS16,
    WORDS32,
    Kernel,
    Native,
    native,
    unrecorded,
)
from .planes.bits import Planes, choice, indices
from .ring import flat

Array = np.ndarray[Any, Any]


def _multiply_loop(out: Array, xm: Array, xn: Array, ym: Array, yn: Array, zero: Array) -> None:
    for i in range(out.size):
        out[i] = xm[i] * (ym[i] + yn[i]) + xn[i] * ym[i] + zero[i]


def _scale_loop(out: Array, xm: Array, xn: Array, ym: Array, yn: Array, zero: Array) -> None:
    mine, both = ym[0], ym[0] + yn[0]
    for i in range(out.size):
        out[i] = xm[i] * both + xn[i] * mine + zero[i]


_multiply, _scale = (native(OUT, *[WORDS] * 5)(loop) for loop in (_multiply_loop, _scale_loop))
_multiply32, _scale32 = (native(OUT32, *[WORDS32] * 5)(loop) for loop in (_multiply_loop, _scale_loop))
_multiply16, _scale16 = (native(OUT16, *[WORDS16] * 5)(loop) for loop in (_multiply_loop, _scale_loop))


@native(OUT_PLANES, PLANES, PLANES, PLANES, PLANES, PLANES, INDICES, INDICES)
def _and(out: Array, xm: Array, xn: Array, ym: Array, yn: Array, zero: Array, left: Array, right: Array) -> None:
    for plane in range(out.shape[0]):
        a, b = left[plane], right[plane]
        if a < 0 or b < 0:
            out[plane] = zero[plane]
        else:
            for word in range(out.shape[1]):
                mine = ym[b, word]
                crossed = (xm[a, word] & (mine ^ yn[b, word])) ^ (xn[a, word] & mine)
                out[plane, word] = crossed ^ zero[plane, word]


@native(OUT_PLANES, PLANES, PLANES, PLANES, PLANES, PLANES, INDICES, INDICES, INDICES)
def _and_xor(
    out: Array,
    xm: Array,
    xn: Array,
    ym: Array,
    yn: Array,
    zero: Array,
    left: Array,
    right: Array,
    plus: Array,
) -> None:
    words = out.shape[1]
    for plane in range(out.shape[0]):
        a, b, c = left[plane], right[plane], plus[plane]
        if a >= 0 and b >= 0:
            for word in range(words):
                mine = ym[b, word]
                out[plane, word] = (xm[a, word] & (mine ^ yn[b, word])) ^ (xn[a, word] & mine) ^ zero[plane, word]
        else:
            out[plane] = zero[plane]
        if c >= 0:
            for word in range(words):
                out[plane, word] ^= xm[c, word]


def _elementwise(multiply: Native, scale: Native) -> Callable[..., None]:
    def run(out: Array, xm: Array, xn: Array, ym: Array, yn: Array, zero: Array) -> None:
        target, mask = flat(out), flat(zero)
        if xm.size == ym.size == target.size:
            multiply.run(target, flat(xm), flat(xn), flat(ym), flat(yn), mask)
        elif xm.size == target.size:
            scale.run(target, flat(xm), flat(xn), flat(ym), flat(yn), mask)
        elif ym.size == target.size:
            # The sum of the three terms stays the same when x and y trade places.
            scale.run(target, flat(ym), flat(yn), flat(xm), flat(xn), mask)
        else:
            unrecorded()
            multiply.run(target, *(np.repeat(flat(part), target.size) for part in (xm, xn, ym, yn)), mask)

    return run


def _matmul(out: Array, xm: Array, xn: Array, ym: Array, yn: Array, zero: Array) -> None:
    copy(out, zero)
    product_with_sum(out, xm, ym, yn)
    product(out, xn, ym)


def _and_planes(
    out: Array,
    xm: Array,
    xn: Array,
    ym: Array,
    yn: Array,
    zero: Array,
    *,
    left: Planes | None = None,
    right: Planes | None = None,
) -> None:
    _and.run(out, xm, xn, ym, yn, zero, choice(left, len(out)), choice(right, len(out)))


def _and_xor_planes(
    out: Array,
    xm: Array,
    xn: Array,
    ym: Array,
    yn: Array,
    zero: Array,
    *,
    plus: Planes,
    left: Planes | None = None,
    right: Planes | None = None,
) -> None:
    _and_xor.run(out, xm, xn, ym, yn, zero, choice(left, len(out)), choice(right, len(out)), indices(plus))


TABLE: dict[str, Kernel] = {
    "cross.multiply": Kernel(_elementwise(_multiply, _scale), (_multiply, _scale), replays=True),
    "cross.multiply32": Kernel(_elementwise(_multiply32, _scale32), (_multiply32, _scale32), replays=True),
    "cross.multiply16": Kernel(_elementwise(_multiply16, _scale16), (_multiply16, _scale16), replays=True),
    "cross.matmul": Kernel(_matmul, multiply_add, replays=True),
    "cross.and": Kernel(_and_planes, (_and,), replays=True),
    "cross.and_xor": Kernel(_and_xor_planes, (_and_xor,), replays=True),
}
