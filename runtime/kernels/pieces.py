"""Polynomials by pieces of x = a + b, where one party knows a and two know b: the local halves.

A summand's digit is its bits from `low` up, modulo the number of pieces. The bits below `low` are the summand's rest.
The sum of the digits, without the carry of the rests, is the piece. The sum of the rests, in [0, 2) pieces, is the
place in the piece: tau = that sum - 1. Let rho be a's rest as a fraction, and sigma b's rest as a fraction, less 1.
Then

    tau**k  =  rho**k  +  the sum over 0 < i < k of binom(k, i) rho**i sigma**(k - i)  +  sigma**k.

The coefficients of the piece are entries of a table. A unit vector of a's digit picks them from the table turned by b's
digit. `compiler/protocols/rep3/pieces.py` says what the kernels are for. Everything is in whole numbers, because two
parties must get the same.
"""

from typing import Any

import numpy as np

from .native import INT, OUT, PLANES, WORDS, Kernel, inline, native
from .ring import flat

Array = np.ndarray[Any, Any]

FRACTION = 30
"""How many bits of a rest count."""
OWN, OTHER = 20, 18
"""The bits after the point of powers of rho, and of their factors. Powers of tau have the sum of these two, but the
first power has `OWN`."""


@inline
def _rest(summand: Any, low: int) -> Any:
    """The bits below `low` as a fraction."""
    below = summand & ((np.uint64(1) << np.uint64(low)) - np.uint64(1))
    return np.int64(below >> np.uint64(low - FRACTION) if low > FRACTION else below << np.uint64(FRACTION - low))


@inline
def _digit(summand: Any, low: int, pieces: int) -> Any:
    return np.int64((summand >> np.uint64(low)) & np.uint64(pieces - 1))


@native(OUT, WORDS, WORDS, WORDS, INT, INT)
def _mask(out: Array, x0: Array, x1: Array, w: Array, low: int, pieces: int) -> None:
    size = x0.size
    width = out.size // max(1, size)
    rounding = np.int64(1) << (FRACTION - OWN - 1)
    for i in range(size):
        a = x0[i] + x1[i]
        begin = i * width
        for place in range(begin, begin + width):
            out[place] = w[place]
        out[begin + _digit(a, low, pieces)] += np.uint64(1)
        rho = _rest(a, low)
        power = rho
        for place in range(begin + pieces, begin + width):
            out[place] += np.uint64((power + rounding) >> (FRACTION - OWN))
            power = (power * rho) >> FRACTION


@inline
def _known(powers: Array, binomials: Array, b: Any, low: int) -> None:
    """Writes the powers of sigma, from 0 on, into `powers`."""
    degree = powers.size - 1
    sigma = _rest(b, low) - (np.int64(1) << FRACTION)
    powers[0] = np.int64(1) << FRACTION
    for k in range(1, degree + 1):
        powers[k] = (powers[k - 1] * sigma) >> FRACTION


@inline
def _factor(powers: Array, binomials: Array, k: int, i: int) -> Any:
    """The factor of rho**i, i > 0, in tau**k."""
    if k == 1:
        return np.uint64(1)
    return np.uint64((binomials[k, i] * powers[k - i]) >> (FRACTION - OTHER))


@inline
def _alone(powers: Array, k: int) -> Any:
    """The term of tau**k without rho: sigma**k."""
    if k == 1:
        return np.uint64(powers[1] >> (FRACTION - OWN))
    return np.uint64(powers[k] << (OWN + OTHER - FRACTION))


@inline
def _products(out: Array, b: Array, table: Array, f: Array, low: int, whole: int) -> None:
    """Adds to each row of `out` the sum of f's entries times the factors that b gives; if `whole`, also b's own
    terms."""
    rows, pieces = table.shape
    size = b.size
    if size == 0:
        return
    width = f.size // size
    degree = width - pieces
    turned = np.empty((rows, 2 * pieces), np.uint64)
    for row in range(rows):
        for piece in range(2 * pieces):
            turned[row, piece] = table[row, piece & (pieces - 1)]
    binomials = np.zeros((degree + 1, degree + 1), np.int64)
    for k in range(degree + 1):
        binomials[k, 0] = 1
        for i in range(1, k + 1):
            binomials[k, i] = binomials[k - 1, i - 1] + binomials[k - 1, i]
    powers = np.empty(degree + 1, np.int64)
    for element in range(size):
        digit = _digit(b[element], low, pieces)
        begin = element * width
        units = f[begin : begin + pieces]
        for row in range(rows):
            entries = turned[row, digit : digit + pieces]
            total = np.uint64(0)
            for piece in range(pieces):
                total += units[piece] * entries[piece]
            out[row * size + element] += total
        _known(powers, binomials, b[element], low)
        for k in range(1, degree + 1):
            total = _alone(powers, k) if whole else np.uint64(0)
            for i in range(1, k + 1):
                total += f[begin + pieces + i - 1] * _factor(powers, binomials, k, i)
            out[(rows + k - 1) * size + element] += total


@native(OUT, WORDS, PLANES, WORDS, WORDS, INT)
def _help(out: Array, b: Array, table: Array, w: Array, y: Array, low: int) -> None:
    for i in range(out.size):
        out[i] = y[i]
    _products(out, b, table, w, low, 0)


@native(OUT, WORDS, PLANES, WORDS, WORDS, WORDS, INT)
def _join(out: Array, b: Array, table: Array, f: Array, q: Array, y: Array, low: int) -> None:
    for i in range(out.size):
        out[i] = -q[i] - y[i]
    _products(out, b, table, f, low, 1)


@native(OUT, PLANES, PLANES, WORDS)
def _polynomial(out: Array, mine: Array, following: Array, zero: Array) -> None:
    degree, size = mine.shape[0] // 2, out.size
    constant = mine[0]
    for i in range(size):
        out[i] = constant[i] + zero[i]
    for k in range(1, degree + 1):
        xm, xn, ym, yn = mine[k], following[k], mine[degree + k], following[degree + k]
        for i in range(size):
            out[i] += xm[i] * (ym[i] + yn[i]) + xn[i] * ym[i]


def _masked(out: Array, x0: Array, x1: Array, w: Array, *, low: int, pieces: int) -> None:
    _mask.run(flat(out), flat(x0), flat(x1), flat(w), low, pieces)


def _helped(out: Array, b: Array, table: Array, w: Array, y: Array, *, low: int) -> None:
    _help.run(flat(out), flat(b), table, flat(w), flat(y), low)


def _joined(out: Array, b: Array, table: Array, f: Array, q: Array, y: Array, *, low: int) -> None:
    _join.run(flat(out), flat(b), table, flat(f), flat(q), flat(y), low)


def _evaluated(out: Array, mine: Array, following: Array, zero: Array) -> None:
    rows = mine.shape[0]
    _polynomial.run(flat(out), mine.reshape(rows, -1), following.reshape(rows, -1), flat(zero))


TABLE: dict[str, Kernel] = {
    "pieces.mask": Kernel(_masked, (_mask,), replays=True),
    "pieces.help": Kernel(_helped, (_help,), replays=True),
    "pieces.join": Kernel(_joined, (_join,), replays=True),
    "pieces.evaluate": Kernel(_evaluated, (_polynomial,), replays=True),
}
