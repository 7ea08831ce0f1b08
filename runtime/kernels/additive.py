"""Local work on additive shares: products from Beaver triples, gates from daBits, and what a dealer derives of masks.

x and y are shares, a and b those of their masks, d = x - a and e = y - b what was opened, c the share of a * b. Then
d * y + e * a + c sums to x * y over the nodes, without a term that one of them alone has to add.
"""

from typing import Any

import numpy as np

from .matrix import multiply_add, product
from .moves import copy, move
from .native import INT, OUT, PLANES, WORDS, Kernel, Native, native, scratch, unrecorded
from .planes.bits import TABLE as BITS
from .planes.bits import Planes
from .ring import TABLE as RING
from .ring import flat
from .summands import TABLE as SUMMANDS

Array = np.ndarray[Any, Any]

_ZERO = np.zeros((), np.uint64)


@native(OUT, WORDS, WORDS, WORDS, WORDS, WORDS)
def _multiply(out: Array, d: Array, a: Array, y: Array, e: Array, c: Array) -> None:
    for i in range(out.size):
        out[i] = d[i] * y[i] + e[i] * a[i] + c[i]


@native(OUT, WORDS, WORDS, WORDS, WORDS, WORDS)
def _scale(out: Array, d: Array, a: Array, y: Array, e: Array, c: Array) -> None:
    """For y of one element."""
    factor, opened = y[0], e[0]
    for i in range(out.size):
        out[i] = d[i] * factor + opened * a[i] + c[i]


@native(OUT, PLANES, WORDS, WORDS, WORDS, WORDS)
def _gate(out: Array, d: Array, x: Array, e: Array, m: Array, c: Array) -> None:
    """d x + (1 - 2 d) (e m + c)."""
    for word in range(d.shape[1]):
        start, stop = 64 * word, min(out.size, 64 * word + 64)
        total, share, opened, mask, derived = (
            out[start:stop],
            x[start:stop],
            e[start:stop],
            m[start:stop],
            c[start:stop],
        )
        for i in range(total.size):
            bit = (d[0, word] >> np.uint64(i)) & np.uint64(1)
            masked = opened[i] * mask[i] + derived[i]
            total[i] = (-bit & share[i]) + ((masked ^ -bit) + bit)


@native(OUT, PLANES)
def _numbers(out: Array, x: Array) -> None:
    size = out.size // max(1, x.shape[0])
    for plane in range(x.shape[0]):
        for word in range(x.shape[1]):
            total = out[plane * size + 64 * word : plane * size + min(size, 64 * word + 64)]
            for i in range(total.size):
                total[i] = (x[plane, word] >> np.uint64(i)) & np.uint64(1)


def _product(out: Array, d: Array, a: Array, y: Array, e: Array, c: Array) -> None:
    target = flat(out)
    arrays = [flat(array) for array in (d, a, y, e)]
    if d.size == y.size == target.size:
        _multiply.run(target, *arrays, flat(c))
    elif d.size == target.size:
        _scale.run(target, *arrays, flat(c))
    elif y.size == target.size:
        # d y + e a with d and a of one element: the same sum with the two products in the other order.
        _scale.run(target, arrays[2], arrays[3], arrays[0], arrays[1], flat(c))
    else:
        unrecorded()
        _multiply.run(target, *(np.repeat(array, target.size) for array in arrays), flat(c))


def _matmul(out: Array, d: Array, a: Array, y: Array, e: Array, c: Array) -> None:
    copy(out, c)
    product(out, d, y)
    product(out, a, e)


def _gated(out: Array, d: Array, *inputs: Array) -> None:
    _gate.run(flat(out), d, *map(flat, inputs))


def _as_numbers(out: Array, x: Array) -> None:
    _numbers.run(flat(out), x)


def _bit_products(out: Array, x: Array, *, negated: int, left: Planes, right: Planes) -> None:
    planes = scratch((64, out.shape[1]), np.uint64)
    if negated:
        x, opposite = scratch(x.shape, x.dtype), x
        RING["ring.negate"].run(x, opposite)
    BITS["bits.from_ring"].run(planes, x, planes=64)
    BITS["bits.and"].run(out, planes, planes, left=left, right=right)


def _dot(out: Array, x: Array, y: Array, *, left: Planes, right: Planes, ends: Planes) -> None:
    zero = scratch(out.shape, out.dtype)
    copy(zero, _ZERO)
    SUMMANDS["bits.dot"].run(out, x, y, zero, left=left, right=right, ends=ends)


@native(OUT, WORDS, WORDS, WORDS, INT)
def _quotient(out: Array, c: Array, t: Array, v: Array, shift: int) -> None:
    high = np.uint64(64 - shift)
    for i in range(out.size):
        out[i] = t[i] - (((c[i] >> np.uint64(63)) ^ np.uint64(1)) * v[i] << high)


@native(OUT, WORDS, WORDS, WORDS, INT)
def _first_quotient(out: Array, c: Array, t: Array, v: Array, shift: int) -> None:
    high = np.uint64(64 - shift)
    for i in range(out.size):
        own = np.uint64(np.int64(c[i]) >> shift)
        out[i] = own + t[i] - (((c[i] >> np.uint64(63)) ^ np.uint64(1)) * v[i] << high)


def _shifting(function: Native) -> Kernel:
    def run(out: Array, *inputs: Array, bits: int) -> None:
        function.run(flat(out), *map(flat, inputs), bits)

    return Kernel(run, (function,), replays=True)


TABLE: dict[str, Kernel] = {
    "additive.quotient": _shifting(_quotient),
    "additive.first_quotient": _shifting(_first_quotient),
    "additive.multiply": Kernel(_product, (_multiply, _scale), replays=True),
    "additive.matmul": Kernel(_matmul, multiply_add, replays=True),
    "additive.gate": Kernel(_gated, (_gate,), replays=True),
    "additive.numbers": Kernel(_as_numbers, (_numbers,), replays=True),
    "additive.bit_products": Kernel(
        _bit_products,
        (*RING["ring.negate"].needs, *BITS["bits.from_ring"].needs, *BITS["bits.and"].needs),
        replays=True,
    ),
    "additive.dot": Kernel(_dot, (move, *SUMMANDS["bits.dot"].needs), replays=True),
}
