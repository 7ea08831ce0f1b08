"""Tables of polynomials: a function cut into pieces, with a low-degree polynomial in a local variable on each.

In: a function of a real variable and where its pieces lie. Out: integers, the coefficients at a common scale. No shares
here: this is what compilers know.

On a piece the argument is `centre + half * t` with t in [-1, 1]. What is shared of t are n bits u_0 ... u_(n-1) (the
top one last) with t = (2 u + 1) / 2**n - 1 up to 1 / 2**n: the midpoint of what the bits leave open. (Where no bit is left
out, `exact`, t = 2 u / 2**n - 1.) The k-th power is taken of the top n_k bits only, so that every product of a
coefficient and a power fits the ring without a truncation:

    sum over k of C_k T_k,   T_k = t_k**k as an integer at scale k n_k,   C_k = c_k * 2**(scale - k n_k) rounded.

With |c_k t**k| falling as k grows, later powers bear fewer bits: t_k costs k |c_k| 2**-n_k, the rounding of C_k half a
unit of 2**-(scale - k n_k).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.polynomial import Chebyshev, Polynomial

Array = np.ndarray[Any, Any]
Function = Callable[[Array], Array]


@dataclass(frozen=True, slots=True)
class Piece:
    """The arguments `centre + half * t` for t in [low, high], a part of [-1, 1]."""

    centre: float
    half: float
    low: float = -1.0
    high: float = 1.0


@dataclass(frozen=True, slots=True)
class Form:
    """How a table is evaluated: the bits of t that each power takes, first power first, and the scale of the sum.

    `exact` says that t has no bits beyond the `widths[0]` given.
    """

    widths: tuple[int, ...]
    scale: int
    exact: bool = False

    @property
    def degree(self) -> int:
        """The highest power."""
        return len(self.widths)

    def scale_of(self, power: int) -> int:
        """The scale of the coefficients of a power."""
        return self.scale - (power * self.widths[power - 1] if power else 0)


@dataclass(frozen=True, slots=True)
class Table:
    """`rows[k][piece]` is the coefficient of the k-th power, an integer at `form.scale_of(k)`."""

    form: Form
    rows: tuple[tuple[int, ...], ...]


def tabulate(function: Function, pieces: Sequence[Piece], form: Form) -> Table:
    """The polynomials through the function's values at the Chebyshev nodes of each piece: near the best there are."""
    columns = [_coefficients(function, piece, form) for piece in pieces]
    return Table(form, tuple(zip(*columns, strict=True)))


def _coefficients(function: Function, piece: Piece, form: Form) -> list[int]:
    def local(t: Array) -> Array:
        return function(piece.centre + piece.half * t)

    series = Chebyshev.interpolate(local, form.degree, domain=[piece.low, piece.high])
    powers = series.convert(kind=Polynomial, domain=[-1, 1]).coef
    padded = np.zeros(form.degree + 1)
    padded[: len(powers)] = powers
    return [round(float(np.ldexp(value, form.scale_of(power)))) for power, value in enumerate(padded)]
