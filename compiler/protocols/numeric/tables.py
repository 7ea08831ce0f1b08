"""Tables of polynomials: a function cut into pieces, with a low-degree polynomial in a local variable on each.

In: a function of a real variable and where its pieces lie. Out: integers, the coefficients at a common scale. There are
no shares here: the compiler knows all of it.

On a piece the argument is `centre + half * t` with t in [-1, 1]. The bits of t that are shared are u_0 ... u_(n-1), the
top one last. They give t = (2 u + 1) / 2**n - 1 up to 1 / 2**n: the midpoint of what the bits leave open. (If no bit is
left out, `exact`, t = 2 u / 2**n - 1.) The k-th power uses only the top n_k bits, so that every product of a
coefficient and a power fits the ring without a truncation:

    sum over k of C_k T_k,    T_k = t_k**k, an integer at scale k n_k,    C_k = c_k * 2**(scale - k n_k), rounded.

As |c_k| falls with k, higher powers need fewer bits. Using n_k bits costs k |c_k| 2**-n_k, and rounding C_k costs half
a unit of 2**-(scale - k n_k); `tabulate` chooses n_k such that both costs are about equal. The constant is split: the
part that is a multiple of the result's last place is added after the truncation to the result's scale. So the sum holds
only what varies inside a piece, and a remainder. Both are small, which allows a higher scale.
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
    """`constants[piece]` is at scale `result`, `rows[k][piece]` at `scale` less k * widths[k - 1] bits.

    `widths` says how many bits of t each power takes, the first power first. If `exact`, t has no other bits.
    """

    result: int
    scale: int
    widths: tuple[int, ...]
    constants: tuple[int, ...]
    rows: tuple[tuple[int, ...], ...]
    exact: bool

    def offset(self, width: int) -> int:
        """What is added to 2 u, with u the top `width` bits, to make t at scale `width`."""
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
    """Polynomials of degree `degree` in a variable of `bits` bits, for a result at the scale `result`.

    The sum has room for a further term of the magnitude `room`. Where bits are left out, t may be off by `doubt` halves
    of the last bit: 2 if t is a sum of two numbers that both lack bits (`Conversions.middles`).
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
    """How many bits a power takes: leaving out more of t would cost more than rounding the coefficient costs."""
    balanced = round((scale + 1 + log2(power * max(largest, 2.0**-scale))) / (power + 1))
    return max(1, min(bits, balanced))


def _coefficients(function: Function, piece: Piece, degree: int) -> list[float]:
    """The polynomial through the function's values at the piece's Chebyshev nodes, as coefficients of powers of t."""

    def local(t: Array) -> Array:
        return function(piece.centre + piece.half * t)

    series = Chebyshev.interpolate(local, degree, domain=[piece.low, piece.high])
    powers = series.convert(kind=Polynomial, domain=[-1, 1]).coef
    return [float(value) for value in np.pad(powers, (0, degree + 1 - len(powers)))]


def even_pieces(count: int, width: float) -> list[Piece]:
    """[0, count * width) cut into equal pieces."""
    return [Piece(width * (index + 0.5), width / 2) for index in range(count)]
