"""Products of values that were opened under masks: local work with Beaver triples, and with daBits for a bit's gate.

x and y are shares, and a and b are shares of their masks. d = x - a and e = y - b were opened, and c is the share of
a * b. Then d * y + e * a + c sums to x * y over the nodes. No node alone has to add a term.
"""

from typing import Any

import numpy as np

from .matrix import multiply_add, product
from .moves import copy
from .native import OUT, PLANES, WORDS, Kernel, native, unrecorded
from .ring import flat

Array = np.ndarray[Any, Any]


@native(OUT, WORDS, WORDS, WORDS, WORDS, WORDS)
def _multiply(out: Array, d: Array, a: Array, y: Array, e: Array, c: Array) -> None:
    for i in range(out.size):
        out[i] = d[i] * y[i] + e[i] * a[i] + c[i]


@native(OUT, WORDS, WORDS, WORDS, WORDS, WORDS)
def _scale(out: Array, d: Array, a: Array, y: Array, e: Array, c: Array) -> None:
    """As `_multiply`, for y of one element."""
    factor, opened = y[0], e[0]
    for i in range(out.size):
        out[i] = d[i] * factor + opened * a[i] + c[i]


@native(OUT, PLANES, WORDS, WORDS, WORDS, WORDS)
def _gate(out: Array, d: Array, x: Array, e: Array, m: Array, c: Array) -> None:
    """out = d x + (1 - 2 d) (e m + c), for an opened bit d in bit planes."""
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


def _product(out: Array, d: Array, a: Array, y: Array, e: Array, c: Array) -> None:
    target = flat(out)
    arrays = [flat(array) for array in (d, a, y, e)]
    if d.size == y.size == target.size:
        _multiply.run(target, *arrays, flat(c))
    elif d.size == target.size:
        _scale.run(target, *arrays, flat(c))
    elif y.size == target.size:
        # Here d and a have one element. d y + e a is the same sum with the two products in the other order.
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


TABLE: dict[str, Kernel] = {
    "beaver.multiply": Kernel(_product, (_multiply, _scale), replays=True),
    "beaver.matmul": Kernel(_matmul, multiply_add, replays=True),
    "beaver.gate": Kernel(_gated, (_gate,), replays=True),
}
