"""Quotients by powers of two of a sum of two summands, up to the carry: kernels that mask a message and join answers.

For summands a = x + x' and b with top bits u and v, the quotient is (a >> k) + (b >> k), with their signs, plus
2**(64 - k) u v (Escudero, Ghosh, Keller, Rachuri, Scholl, CRYPTO 2020, section 5). `sum`, `mask`, `help`, `join` and
`add_high` are for a that one party knows and b that others know. `of_mask` and `of_sum` are for a public a, with b >> k
and v shared. Each kernel is one pass over the data.
"""

from typing import Any

import numpy as np

from .native import INT, OUT, OUT16, OUT32, WORDS, WORDS16, WORDS32, Kernel, Native, native
from .ring import flat

Array = np.ndarray[Any, Any]


@native(OUT, WORDS, WORDS, WORDS, INT)
def _sum(out: Array, x0: Array, x1: Array, s: Array, shift: int) -> None:
    for i in range(out.size):
        out[i] = np.uint64(np.int64(x0[i] + x1[i]) >> shift) - s[i]


def _mask_loop(out: Array, x0: Array, x1: Array, w: Array) -> None:
    for i in range(out.size):
        out[i] = w[i] + ((x0[i] + x1[i]) >> np.uint64(63))


def _help_loop(out: Array, b: Array, w: Array, y: Array) -> None:
    for i in range(out.size):
        out[i] = w[i] * (b[i] >> np.uint64(63)) + y[i]


def _join_loop(out: Array, b: Array, f: Array, q: Array, y: Array, shift: int) -> None:
    high = np.uint64(64 - shift)
    for i in range(out.size):
        product = np.uint64(f[i]) * (b[i] >> np.uint64(63)) - np.uint64(q[i]) - np.uint64(y[i])
        out[i] = np.uint64(np.int64(b[i]) >> shift) + (product << high)


def _add_high_loop(out: Array, x: Array, y: Array, shift: int) -> None:
    high = np.uint64(64 - shift)
    for i in range(out.size):
        out[i] = x[i] + (np.uint64(y[i]) << high)


_mask = {
    "16": native(OUT16, WORDS, WORDS, WORDS16)(_mask_loop),
    "32": native(OUT32, WORDS, WORDS, WORDS32)(_mask_loop),
    "64": native(OUT, WORDS, WORDS, WORDS)(_mask_loop),
}
_help = {
    "16": native(OUT16, WORDS, WORDS16, WORDS16)(_help_loop),
    "32": native(OUT32, WORDS, WORDS32, WORDS32)(_help_loop),
    "64": native(OUT, WORDS, WORDS, WORDS)(_help_loop),
}
_join = {
    "16": native(OUT, WORDS, WORDS16, WORDS16, WORDS16, INT)(_join_loop),
    "32": native(OUT, WORDS, WORDS32, WORDS32, WORDS32, INT)(_join_loop),
    "64": native(OUT, WORDS, WORDS, WORDS, WORDS, INT)(_join_loop),
}
_add_high = {
    "16": native(OUT, WORDS, WORDS16, INT)(_add_high_loop),
    "32": native(OUT, WORDS, WORDS32, INT)(_add_high_loop),
    "64": native(OUT, WORDS, WORDS, INT)(_add_high_loop),
}


@native(OUT, WORDS, WORDS, WORDS, INT)
def _of_mask(out: Array, c: Array, t: Array, v: Array, shift: int) -> None:
    high = np.uint64(64 - shift)
    for i in range(out.size):
        out[i] = t[i] - (((c[i] >> np.uint64(63)) ^ np.uint64(1)) * v[i] << high)


@native(OUT, WORDS, WORDS, WORDS, INT)
def _of_sum(out: Array, c: Array, t: Array, v: Array, shift: int) -> None:
    high = np.uint64(64 - shift)
    for i in range(out.size):
        own = np.uint64(np.int64(c[i]) >> shift)
        out[i] = own + t[i] - (((c[i] >> np.uint64(63)) ^ np.uint64(1)) * v[i] << high)


def _plain(function: Native) -> Kernel:
    def run(out: Array, *inputs: Array) -> None:
        function.run(flat(out), *map(flat, inputs))

    return Kernel(run, (function,), replays=True)


def _shifting(function: Native) -> Kernel:
    def run(out: Array, *inputs: Array, bits: int) -> None:
        function.run(flat(out), *map(flat, inputs), bits)

    return Kernel(run, (function,), replays=True)


TABLE: dict[str, Kernel] = {
    "quotient.sum": _shifting(_sum),
    **{f"quotient.mask{width}": _plain(function) for width, function in _mask.items()},
    **{f"quotient.help{width}": _plain(function) for width, function in _help.items()},
    **{f"quotient.join{width}": _shifting(function) for width, function in _join.items()},
    **{f"quotient.add_high{width}": _shifting(function) for width, function in _add_high.items()},
    "quotient.of_mask": _shifting(_of_mask),
    "quotient.of_sum": _shifting(_of_sum),
}
