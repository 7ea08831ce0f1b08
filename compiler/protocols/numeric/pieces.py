"""A function of a number within known bounds, as polynomials by pieces: two rounds, then a truncation by the caller.

In: a share x within an interval, and a function of reals. Out: the function at the scale `SCALE`. Only for protocols
that know summands (`Summands.polynomial`).

z = x * factor + offset, modulo 2**64, maps the interval to all of the ring but one piece; that piece makes room for the
carry that the digits leave out. The top bits of z are the piece. The factor is public, and nothing is truncated. The
error has two parts: the error of the polynomials, and what the coefficients and powers leave out. The second part is
below 2**-19 for functions that are below 1/2 and vary no more than the functions of `odd`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from ...ir.intervals import Interval
from ..rules.conversions import Summands
from ..rules.shares import Arithmetic, Pieces
from .tables import Array

SCALE = 61
"""The bits after the point of a result of magnitude up to 1, before it is truncated."""
PLACE, POWERS = 20, 38
"""The bits after the point of the place in a piece, and of its powers from the second on."""
MOST = 6
"""There are at most 2**MOST pieces."""


@dataclass(frozen=True, slots=True)
class Cut:
    """`form` takes x * factor + offset modulo 2**64. Its polynomials are off by `error` at most."""

    factor: int
    offset: int
    form: Pieces
    error: float


@lru_cache(maxsize=64)
def cut_function(function: Callable[[Array], Array], within: Interval, scale: int, tolerance: float) -> Cut:
    """The cut that takes the fewest bytes among those with an error of at most `tolerance`.

    `within` bounds x as an integer at `scale`. Raises ValueError if no cut is exact enough.
    """
    low, high = within.low, within.high
    sizes = [(index_bits, degree) for index_bits in range(1, MOST + 1) for degree in range(2, 9)]
    for index_bits, degree in sorted(sizes, key=lambda size: (1 << size[0]) + 2 * size[1]):
        width = (high - low + 1) / ((1 << index_bits) - 1) * 2.0**-scale
        starts = low * 2.0**-scale + width * (np.arange(1 << index_bits) - 1)
        columns = _coefficients(function, starts + width, width, degree)
        error = _error(function, columns, starts + width, width)
        if error <= tolerance:
            return _placed(columns, low, high, index_bits, error)
    raise ValueError(f"no cut of {within} is exact to {tolerance}")


def _placed(columns: Array, low: int, high: int, index_bits: int, error: float) -> Cut:
    """The cut of [low, high]. z starts in the second piece; piece j holds on [j, j + 2), modulo their number."""
    unit = 64 - index_bits
    factor = (((1 << index_bits) - 1) << unit) // (high - low + 1)
    scales = [SCALE, SCALE - PLACE, *[SCALE - POWERS] * (columns.shape[1] - 2)]
    rows = zip(scales, columns.T.tolist(), strict=True)
    entries = tuple(tuple(round(value * 2.0**at) for value in row) for at, row in rows)
    return Cut(factor, (1 << unit) - low * factor, Pieces(unit, entries), error)


def _coefficients(function: Callable[[Array], Array], centres: Array, half: float, degree: int) -> Array:
    """For each centre the polynomial through the function's values at Chebyshev nodes, in powers of t in [-1, 1]."""
    nodes = np.cos(np.pi * (np.arange(degree + 1) + 0.5) / (degree + 1))
    values = function(centres[:, np.newaxis] + half * nodes)
    return np.asarray(np.linalg.solve(np.vander(nodes, increasing=True), values.T).T)


def _error(function: Callable[[Array], Array], columns: Array, centres: Array, half: float) -> float:
    """The largest error on a fine grid."""
    t = np.linspace(-1, 1, 65)
    fitted = columns @ np.vander(t, columns.shape[1], increasing=True).T
    return float(np.abs(fitted - function(centres[:, np.newaxis] + half * t)).max())


def piecewise(p: Summands, x: Arithmetic, cut: Cut) -> Arithmetic:
    """The function of x within the interval, at the scale `SCALE`. 2 rounds."""
    return p.polynomial(p.add_public(p.multiply_public(x, cut.factor), cut.offset), cut.form)
