"""A bit times a number, where bit and number each have two halves: kernels that mask a message and that join answers.

The bit is c XOR d. The number is a + b, with a = x + x'. One party knows c and a, others know d and b. Each kernel is
one pass over the data.
"""

from typing import Any

import numpy as np

from .native import OUT, PLANES, WORDS, Kernel, Native, inline, native
from .ring import flat

Array = np.ndarray[Any, Any]


@inline
def _bit(word: Any, position: int) -> Any:
    return (word >> np.uint64(position)) & np.uint64(1)


@inline
def _signed(x: Any, bit: Any) -> Any:
    """x, or -x where the bit is set."""
    return (x ^ -bit) + bit


@native(OUT, PLANES, WORDS, WORDS, WORDS)
def _sum(out: Array, c: Array, x0: Array, x1: Array, s: Array) -> None:
    for word in range(c.shape[1]):
        start, stop = 64 * word, min(out.size, 64 * word + 64)
        total, one, other, mask = out[start:stop], x0[start:stop], x1[start:stop], s[start:stop]
        for i in range(total.size):
            total[i] = (-_bit(c[0, word], i) & (one[i] + other[i])) - mask[i]


@native(OUT, PLANES, WORDS, WORDS, WORDS)
def _mask(out: Array, c: Array, x0: Array, x1: Array, w: Array) -> None:
    size = x0.size
    for word in range(c.shape[1]):
        start, stop = 64 * word, min(size, 64 * word + 64)
        first, second = out[start:stop], out[size + start : size + stop]
        mask, other_mask = w[start:stop], w[size + start : size + stop]
        one, other = x0[start:stop], x1[start:stop]
        for i in range(one.size):
            bit = _bit(c[0, word], i)
            first[i] = _signed(one[i] + other[i], bit) + mask[i]
            second[i] = bit + other_mask[i]


@native(OUT, PLANES, WORDS, WORDS, WORDS)
def _help(out: Array, d: Array, b: Array, w: Array, y: Array) -> None:
    size = out.size
    for word in range(d.shape[1]):
        start, stop = 64 * word, min(size, 64 * word + 64)
        total, known, mask = out[start:stop], b[start:stop], y[start:stop]
        first, second = w[start:stop], w[size + start : size + stop]
        for i in range(total.size):
            bit = _bit(d[0, word], i)
            total[i] = (-bit & first[i]) + _signed(known[i], bit) * second[i] + mask[i]


@native(OUT, PLANES, WORDS, WORDS, WORDS, WORDS)
def _join(out: Array, d: Array, b: Array, f: Array, q: Array, y: Array) -> None:
    size = out.size
    for word in range(d.shape[1]):
        start, stop = 64 * word, min(size, 64 * word + 64)
        total, known, helped, mask = out[start:stop], b[start:stop], q[start:stop], y[start:stop]
        first, second = f[start:stop], f[size + start : size + stop]
        for i in range(total.size):
            bit = _bit(d[0, word], i)
            total[i] = (-bit & (first[i] + known[i])) + _signed(known[i], bit) * second[i] - helped[i] - mask[i]


def _by_planes(function: Native) -> Kernel:
    """The kernel of a function whose first input is bit planes."""

    def run(out: Array, planes: Array, *inputs: Array) -> None:
        function.run(flat(out), planes, *map(flat, inputs))

    return Kernel(run, (function,), replays=True)


TABLE: dict[str, Kernel] = {
    "gates.sum": _by_planes(_sum),
    "gates.mask": _by_planes(_mask),
    "gates.help": _by_planes(_help),
    "gates.join": _by_planes(_join),
}
