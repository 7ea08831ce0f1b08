"""Places of rows sorted by one digit, from shares: the local halves of a pass of a radix sort.

The digit of a row is A XOR D. One party knows the words that have A in them, others know the words with D. f is a share
of the unit vector of A, with an entry f[u] for each value u of A but the last; the last entry is `one` less the others.
`compiler/protocols/rep3/sort.py` says what the kernels are for. Counting a million rows by digits of 2 bits takes 5 ms.
"""

from typing import Any

import numpy as np

from .native import INT, OUT32, PLANES, WORDS, WORDS16, WORDS32, Kernel, Native, inline, native
from .ring import flat

Array = np.ndarray[Any, Any]


@inline
def _digit(word: Any, shift: int, last: int) -> Any:
    return np.int64((np.uint64(word) >> np.uint64(shift)) & np.uint64(last))


def _mask_loop(out: Array, words: Array, f: Array, shift: int, last: int) -> None:
    size = words.size
    for u in range(last):
        one, other = out[u * size : u * size + size], f[u * size : u * size + size]
        for i in range(size):
            one[i] = np.uint32(_digit(words[i], shift, last) == u) - other[i]


def _count_loop(out: Array, words: Array, f: Array, table: Array, plus: Array, shift: int, last: int, one: int) -> None:
    size = words.size
    counts = np.zeros(last + 1, np.uint32)
    for i in range(size):
        digit, rest = _digit(words[i], shift, last), np.uint32(one)
        for u in range(last):
            each = f[u * size + i]
            rest -= each
            counts[u ^ digit] += each
        counts[last ^ digit] += rest
    before = np.uint32(0) - np.uint32(one)
    for value in range(last + 1):
        count = counts[value]
        counts[value] = before
        before += count
    for i in range(size):
        digit, rest, more = _digit(words[i], shift, last), np.uint32(one), plus[i]
        for u in range(last):
            each = f[u * size + i]
            rest -= each
            count = counts[u ^ digit] + each
            counts[u ^ digit] = count
            out[u * size + i] = count + table[u * size + i] + more
        count = counts[last ^ digit] + rest
        counts[last ^ digit] = count
        out[last * size + i] = count + table[last * size + i] + more


def _choose_loop(out: Array, words: Array, first: Array, second: Array, shift: int, last: int) -> None:
    size = words.size
    for i in range(size):
        place = _digit(words[i], shift, last) * size + i
        out[i] = first[place] + second[place]


@native(OUT32, WORDS32, WORDS32, WORDS32, WORDS32, INT, INT)
def _sum(out: Array, f: Array, first: Array, second: Array, start: Array, last: int, one: int) -> None:
    size = out.size
    for low in range(0, size, 4096):
        high = min(size, low + 4096)
        total, begin = out[low:high], start[low:high]
        a, b = first[last * size + low : last * size + high], second[last * size + low : last * size + high]
        for i in range(total.size):
            total[i] = begin[i] - np.uint32(one) * (a[i] + b[i])
        for u in range(last):
            each, c, d = (
                f[u * size + low : u * size + high],
                first[u * size + low : u * size + high],
                second[u * size + low : u * size + high],
            )
            for i in range(total.size):
                total[i] -= each[i] * (c[i] + d[i] - a[i] - b[i])


@native(OUT32, WORDS32, WORDS32, INT, INT)
def _dot(out: Array, f: Array, table: Array, last: int, one: int) -> None:
    size = out.size
    for low in range(0, size, 4096):
        high = min(size, low + 4096)
        total, rest = out[low:high], table[last * size + low : last * size + high]
        for i in range(total.size):
            total[i] = np.uint32(one) * rest[i]
        for u in range(last):
            each, row = f[u * size + low : u * size + high], table[u * size + low : u * size + high]
            for i in range(total.size):
                total[i] += each[i] * (row[i] - rest[i])


@native(OUT32, PLANES)
def _unit(out: Array, digits: Array) -> None:
    last = (1 << digits.shape[0]) - 1
    size = out.size // last
    for word in range(digits.shape[1]):
        for i in range(64 * word, min(size, 64 * word + 64)):
            digit = np.int64(0)
            for plane in range(digits.shape[0]):
                digit |= np.int64((digits[plane, word] >> np.uint64(i - 64 * word)) & np.uint64(1)) << plane
            for u in range(last):
                out[u * size + i] = np.uint32(digit == u)


_WORDS = {8: WORDS, 4: WORDS32, 2: WORDS16}

_masks = {size: native(OUT32, words, WORDS32, INT, INT)(_mask_loop) for size, words in _WORDS.items()}
_counts = {
    size: native(OUT32, words, WORDS32, WORDS32, WORDS32, INT, INT, INT)(_count_loop) for size, words in _WORDS.items()
}
_choices = {size: native(OUT32, words, WORDS32, WORDS32, INT, INT)(_choose_loop) for size, words in _WORDS.items()}


def _mask(out: Array, words: Array, f: Array, *, shift: int, bits: int) -> None:
    """out[u] = [A == u] - f[u]: the other share of the unit vector of A."""
    _masks[words.itemsize].run(flat(out), words, flat(f), shift, (1 << bits) - 1)


def _count(out: Array, words: Array, f: Array, table: Array, plus: Array, *, shift: int, bits: int, one: int) -> None:
    """out[u, i] = table[u, i] + plus[i] + the share of the place of row i if its A were u.

    That place is the number of rows whose digit is less, plus the number of rows before i whose digit is u XOR D.
    """
    _counts[words.itemsize].run(flat(out), words, flat(f), flat(table), plus, shift, (1 << bits) - 1, one)


def _choose(out: Array, words: Array, first: Array, second: Array, *, shift: int, bits: int) -> None:
    """out[i] = first[A, i] + second[A, i]."""
    _choices[words.itemsize].run(out, words, flat(first), flat(second), shift, (1 << bits) - 1)


def _weighted(out: Array, f: Array, first: Array, second: Array, start: Array, *, one: int) -> None:
    """out = start less the sum over u of f[u] * (first[u] + second[u]), the last f included."""
    _sum.run(out, flat(f), flat(first), flat(second), start, len(f), one)


def _picked(out: Array, f: Array, table: Array, *, one: int) -> None:
    """out = the sum over u of f[u] * table[u], the last f included."""
    _dot.run(out, flat(f), flat(table), len(f), one)


def _units(out: Array, digits: Array) -> None:
    """out[u] = [digit == u], for every value u but the last."""
    _unit.run(flat(out), digits)


def _of(run: Any, natives: dict[int, Native]) -> Kernel:
    return Kernel(run, tuple(natives.values()))


TABLE: dict[str, Kernel] = {
    "digits.mask": _of(_mask, _masks),
    "digits.count": _of(_count, _counts),
    "digits.choose": _of(_choose, _choices),
    "digits.sum": Kernel(_weighted, (_sum,)),
    "digits.unit": Kernel(_units, (_unit,)),
    "digits.pick": Kernel(_picked, (_dot,)),
}
