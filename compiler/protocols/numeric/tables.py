"""Tables of polynomials: a function cut into pieces, with a low-degree polynomial in a local variable on each.

In: a function of a real variable and where its pieces lie. Out: integers, the coefficients at a common scale. No shares
here: this is what compilers know.

On a piece the argument is `centre + half * t` with t in [-1, 1]. What is shared of t are n bits u_0 ... u_(n-1) (the
top one last) with t = (2 u + 1) / 2**n - 1 up to 1 / 2**n: the midpoint of what the bits leave open. (Where no bit is
left out, `exact`, t = 2 u / 2**n - 1.) The k-th power is taken of the top n_k bits only, so that every product of a
coefficient and a power fits the ring without a truncation:

    sum over k of C_k T_k,    T_k = t_k**k, an integer at scale k n_k,    C_k = c_k * 2**(scale - k n_k), rounded.

As |c_k| falls with k, higher powers bear fewer bits: t_k costs k |c_k| 2**-n_k, the rounding of C_k half a unit of
2**-(scale - k n_k); `tabulate` takes the n_k that make the two about equal. The constant is split: what of it is a
multiple of the result's last place is added after the truncation to the result's scale, so that the sum holds what
varies inside a piece and a remainder, both small, at a higher scale.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import floor, log2
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
class Table:
    """`constants[piece]` is at scale `result`, the rest at `scale`: `rows[k][piece]` less k * widths[k - 1] bits.

    `widths` are the bits of t that each power takes, the first power first. `exact` says that t has no other bits.
    """

    result: int
    scale: int
    widths: tuple[int, ...]
    constants: tuple[int, ...]
    rows: tuple[tuple[int, ...], ...]
    exact: bool

    def offset(self, width: int) -> int:
        """What makes 2 u, of the top `width` bits, t at scale `width`."""
        return -(1 << width) + (0 if self.exact and width == self.widths[0] else 1)


def tabulate(
    function: Function,
    pieces: Sequence[Piece],
    degree: int,
    result: int,
    bits: int,
    exact: bool = False,
    room: float = 0.0,
    doubt: int = 1,
) -> Table:
    """Polynomials of this degree, in a variable of that many bits, for a result at the scale `result`.

    There is room in the sum for a further term of this magnitude. Where bits are left out, t may be off by so many
    halves of the last one: 2 where it is a sum of two numbers that both lack bits (`Conversions.middles`).
    """
    columns = np.array([_coefficients(function, piece, degree) for piece in pieces])
    constants = np.rint(columns[:, 0] * 2.0**result)
    columns[:, 0] -= constants * 2.0**-result
    scale = floor(61.9 - log2(np.abs(columns).sum(axis=1).max() + room))
    largest = np.abs(columns).max(axis=0)
    widths = tuple(_width(power, doubt * float(largest[power]), scale, bits) for power in range(1, degree + 1))
    scales = [scale, *(scale - power * width for power, width in enumerate(widths, 1))]
    scaled = zip(scales, columns.T.tolist(), strict=True)
    rows = tuple(tuple(round(value * 2.0**at) for value in row) for at, row in scaled)
    return Table(result, scale, widths, tuple(map(int, constants)), rows, exact and widths[0] == bits)


def _width(power: int, largest: float, scale: int, bits: int) -> int:
    """The bits of a power: so many that leaving out more of t costs what rounding the coefficient costs."""
    balanced = round((scale + 1 + log2(power * max(largest, 2.0**-scale))) / (power + 1))
    return max(1, min(bits, balanced))


def _coefficients(function: Function, piece: Piece, degree: int) -> list[float]:
    """The polynomial through the function's values at the Chebyshev nodes of the piece, in powers of t."""

    def local(t: Array) -> Array:
        return function(piece.centre + piece.half * t)

    series = Chebyshev.interpolate(local, degree, domain=[piece.low, piece.high])
    powers = series.convert(kind=Polynomial, domain=[-1, 1]).coef
    return [float(value) for value in np.pad(powers, (0, degree + 1 - len(powers)))]


def even_pieces(count: int, width: float) -> list[Piece]:
    """[0, count * width) in equal pieces."""
    return [Piece(width * (index + 0.5), width / 2) for index in range(count)]
