"""The local work on the summands of replicated shares: what masks a message, and what makes a share of the answers.

The rules are in the compiler (`rep3.summands`); each kernel here is one pass over the data. c and d
are the two halves of a shared bit, a = x_0 + x_1 and b = x_2 those of a shared number.
"""

from typing import Any

import numpy as np

from .native import (
    INDICES,
    INT,
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
    inline,
    native,
)
from .planes.bits import Planes, choice, indices
from .ring import flat

Array = np.ndarray[Any, Any]

_TILE = 512
"""Words of a plane that are combined with words of other planes at a time: they stay in the innermost cache."""


@inline
def _add_term(sums: Array, x: Array, y: Array, a: int, b: int, first: int) -> None:
    """Adds one product of planes; over slices, whose bounds the compiler sees, the loops become vector instructions."""
    stop = first + sums.size
    if a >= 0 and b >= 0:
        one, other = x[a, first:stop], y[b, first:stop]
        for i in range(sums.size):
            sums[i] ^= one[i] & other[i]
    elif a >= 0 or b >= 0:
        single = x[a, first:stop] if a >= 0 else y[b, first:stop]
        for i in range(sums.size):
            sums[i] ^= single[i]
    else:
        for i in range(sums.size):
            sums[i] = ~sums[i]


TILE = 4096
"""Words of a plane that `_dot` works on at a time, so that they stay in the cache for all terms."""


@inline
def _row(planes: Array, number: int, first: int, stop: int, absent: Array) -> Array:
    """Part of a plane, or of `absent` for -1: a vector of its own, whose loops LLVM can vectorise."""
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


@inline
def _bit(word: Any, position: int) -> Any:
    return (word >> np.uint64(position)) & np.uint64(1)


@inline
def _signed(x: Any, bit: Any) -> Any:
    """x, or -x where the bit is set."""
    return (x ^ -bit) + bit


@native(OUT, PLANES, WORDS, WORDS, WORDS)
def _gate_sum(out: Array, c: Array, x0: Array, x1: Array, s: Array) -> None:
    for word in range(c.shape[1]):
        start, stop = 64 * word, min(out.size, 64 * word + 64)
        total, one, other, mask = out[start:stop], x0[start:stop], x1[start:stop], s[start:stop]
        for i in range(total.size):
            total[i] = (-_bit(c[0, word], i) & (one[i] + other[i])) - mask[i]


@native(OUT, PLANES, WORDS, WORDS, WORDS)
def _gate_masks(out: Array, c: Array, x0: Array, x1: Array, w: Array) -> None:
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
def _gate(out: Array, d: Array, b: Array, w: Array, y: Array) -> None:
    size = out.size
    for word in range(d.shape[1]):
        start, stop = 64 * word, min(size, 64 * word + 64)
        total, known, mask = out[start:stop], b[start:stop], y[start:stop]
        first, second = w[start:stop], w[size + start : size + stop]
        for i in range(total.size):
            bit = _bit(d[0, word], i)
            total[i] = (-bit & first[i]) + _signed(known[i], bit) * second[i] + mask[i]


@native(OUT, PLANES, WORDS, WORDS, WORDS, WORDS)
def _gate_join(out: Array, d: Array, b: Array, f: Array, q: Array, y: Array) -> None:
    size = out.size
    for word in range(d.shape[1]):
        start, stop = 64 * word, min(size, 64 * word + 64)
        total, known, helped, mask = out[start:stop], b[start:stop], q[start:stop], y[start:stop]
        first, second = f[start:stop], f[size + start : size + stop]
        for i in range(total.size):
            bit = _bit(d[0, word], i)
            total[i] = (-bit & (first[i] + known[i])) + _signed(known[i], bit) * second[i] - helped[i] - mask[i]


@native(OUT, WORDS, WORDS, WORDS, INT)
def _shift_sum(out: Array, x0: Array, x1: Array, s: Array, shift: int) -> None:
    for i in range(out.size):
        out[i] = np.uint64(np.int64(x0[i] + x1[i]) >> shift) - s[i]


def _sign_sum_loop(out: Array, x0: Array, x1: Array, w: Array) -> None:
    for i in range(out.size):
        out[i] = w[i] + ((x0[i] + x1[i]) >> np.uint64(63))


def _sign_gate_loop(out: Array, b: Array, w: Array, y: Array) -> None:
    for i in range(out.size):
        out[i] = w[i] * (b[i] >> np.uint64(63)) + y[i]


def _shift_join_loop(out: Array, b: Array, f: Array, q: Array, y: Array, shift: int) -> None:
    high = np.uint64(64 - shift)
    for i in range(out.size):
        product = np.uint64(f[i]) * (b[i] >> np.uint64(63)) - np.uint64(q[i]) - np.uint64(y[i])
        out[i] = np.uint64(np.int64(b[i]) >> shift) + (product << high)


def _add_high_loop(out: Array, x: Array, y: Array, shift: int) -> None:
    high = np.uint64(64 - shift)
    for i in range(out.size):
        out[i] = x[i] + (np.uint64(y[i]) << high)


_sign_sum = {
    "16": native(OUT16, WORDS, WORDS, WORDS16)(_sign_sum_loop),
    "32": native(OUT32, WORDS, WORDS, WORDS32)(_sign_sum_loop),
    "64": native(OUT, WORDS, WORDS, WORDS)(_sign_sum_loop),
}
_sign_gate = {
    "16": native(OUT16, WORDS, WORDS16, WORDS16)(_sign_gate_loop),
    "32": native(OUT32, WORDS, WORDS32, WORDS32)(_sign_gate_loop),
    "64": native(OUT, WORDS, WORDS, WORDS)(_sign_gate_loop),
}
_shift_join = {
    "16": native(OUT, WORDS, WORDS16, WORDS16, WORDS16, INT)(_shift_join_loop),
    "32": native(OUT, WORDS, WORDS32, WORDS32, WORDS32, INT)(_shift_join_loop),
    "64": native(OUT, WORDS, WORDS, WORDS, WORDS, INT)(_shift_join_loop),
}
_add_high = {
    "16": native(OUT, WORDS, WORDS16, INT)(_add_high_loop),
    "32": native(OUT, WORDS, WORDS32, INT)(_add_high_loop),
    "64": native(OUT, WORDS, WORDS, INT)(_add_high_loop),
}


def _dot_planes(out: Array, x: Array, y: Array, mask: Array, *, left: Planes, right: Planes, ends: Planes) -> None:
    _dot.run(out, x, y, mask, indices(left), indices(right), indices(ends))


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


def _plain(function: Native) -> Kernel:
    def run(out: Array, *inputs: Array) -> None:
        function.run(flat(out), *map(flat, inputs))

    return Kernel(run, (function,), replays=True)


def _shifting(function: Native) -> Kernel:
    def run(out: Array, *inputs: Array, bits: int) -> None:
        function.run(flat(out), *map(flat, inputs), bits)

    return Kernel(run, (function,), replays=True)


def _by_planes(function: Native) -> Kernel:
    """The first input is bit planes."""

    def run(out: Array, planes: Array, *inputs: Array) -> None:
        function.run(flat(out), planes, *map(flat, inputs))

    return Kernel(run, (function,), replays=True)


TABLE: dict[str, Kernel] = {
    "bits.dot": Kernel(_dot_planes, (_dot,), replays=True),
    "replicated.and_xor": Kernel(_and_xor_planes, (_and_xor,), replays=True),
    "replicated.gate_sum": _by_planes(_gate_sum),
    "replicated.gate_masks": _by_planes(_gate_masks),
    "replicated.gate": _by_planes(_gate),
    "replicated.gate_join": _by_planes(_gate_join),
    "replicated.shift_sum": _shifting(_shift_sum),
    **{f"replicated.sign_sum{width}": _plain(function) for width, function in _sign_sum.items()},
    **{f"replicated.sign_gate{width}": _plain(function) for width, function in _sign_gate.items()},
    **{f"replicated.shift_join{width}": _shifting(function) for width, function in _shift_join.items()},
    **{f"replicated.add_high{width}": _shifting(function) for width, function in _add_high.items()},
}
