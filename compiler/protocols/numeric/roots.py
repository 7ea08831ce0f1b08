"""Square root and logarithm of fixed-point shares: a table on the mantissa, then the exponent is put back.

In: a share at scale f, |x| < 2**62 as an integer. Out: a share at scale f, of a logarithm at any scale; 0 where x <= 0,
exactly, because no piece is set there. x = m * 2**E as an integer, m in [1/4, 1), by `normalise`.

sqrt: x * 2**f = m * 2**s * 4**k with E + f = 2 k + s, s in {0, 1}: the pieces come in two copies, for s = 0 and 1, and
hold sqrt(m * 2**s) < sqrt 2; 2**k is the product of the digits of k = 8 a + b. With K the largest k, the root keeps as
many bits below its point, up to 30, as leave its product with 2**K below 2**62. Error: < 1 unit of the last place, and
the table's, relative.

log: log m + (E - f) log 2. The places of the leading bit give the bits of E. E times log 2 (only where a piece is set)
joins the sum of products. Error: < 1 unit of the last place, and the table's error, absolute.
"""

from __future__ import annotations

from functools import lru_cache
from math import log

import numpy as np

from ...ir.intervals import Interval, documented
from ...ir.types import width
from ..rules.conversions import Conversions
from ..rules.shares import Arithmetic
from .bits import Leading, leading
from .function import Bound, Function, coarse_or_fine
from .normalise import normalise_positive, octave_pieces, power_of_two
from .polynomials import evaluate, powers, sum_of_products, variables
from .tables import Piece, Table, tabulate

ROOT_BITS = 30
"""The most bits after the point that a root keeps before its product with 2**k."""


@lru_cache(maxsize=64)
def roots(cell: int, bits: int, kept: int = ROOT_BITS) -> Table:
    """Cubics for sqrt(m) and then sqrt(2 m) on the pieces of `octave_pieces(cell)`: a piece that is twice as large."""
    pieces = octave_pieces(cell)
    doubled = [Piece(2 * piece.centre, 2 * piece.half, piece.low, piece.high) for piece in pieces]
    return tabulate(lambda m: np.asarray(np.sqrt(m)), pieces + doubled, 3, kept, bits)


@lru_cache(maxsize=64)
def logarithms(cell: int, bits: int, fraction_bits: int, scale: int) -> Table:
    """Cubics for log(m) - scale * log 2 on the pieces of `octave_pieces(cell)`, and room for `rest` * E."""
    shift, pieces = scale * log(2), octave_pieces(cell)
    room = 64 * abs(_split_log_2(fraction_bits)[1])
    return tabulate(lambda m: np.asarray(np.log(m) - shift), pieces, 3, fraction_bits, bits, room=room)


def _split_log_2(fraction_bits: int) -> tuple[int, float]:
    """log 2 in whole units of the last place, and the rest."""
    units = round(log(2) * 2.0**fraction_bits)
    return units, log(2) - units * 2.0**-fraction_bits


def square_root(p: Conversions, x: Arithmetic, fraction_bits: int, within: Interval | None = None) -> Arithmetic:
    """The square root of x `within` (default: the documented range); 0 for x < 0. 16 rounds."""
    within = within or documented(fraction_bits)
    found = _leading(p, x, within)
    cell, bits = (2, 17) if fraction_bits <= 16 else (3, 22)
    halves = [(exponent + fraction_bits) // 2 for exponent in found.exponents]
    kept = min(ROOT_BITS, 61 - (halves[-1] - halves[0]))
    table = roots(cell, bits, kept)
    normalised = normalise_positive(p, found, cell, table.widths[0], modulus=2, may_be_negative=within.low < 0)
    pieces = normalised.pieces
    if fraction_bits % 2:  # E + f is even where E is odd.
        half = pieces.planes // 2
        pieces = p.planes(pieces, (*range(half, 2 * half), *range(half)))
    root = evaluate(p, pieces, variables(p, normalised.variable, table), table)
    power = power_of_two(p, found.place, [half - halves[0] for half in halves])
    product, dropped = p.multiply(root, power), kept - halves[0]
    return p.truncate(product, dropped) if dropped > 0 else p.shift_left(product, -dropped)


def _leading(p: Conversions, x: Arithmetic, within: Interval) -> Leading:
    return leading(p, x, width(within.low, within.high), max(within.low, 0).bit_length())


def logarithm(
    p: Conversions, x: Arithmetic, fraction_bits: int, within: Interval | None = None, scale: int | None = None
) -> Arithmetic:
    """The natural logarithm of x `within`, which may be at another scale than the result; 0 for x <= 0.

    14 rounds, 15 for fraction_bits > 16.
    """
    scale = fraction_bits if scale is None else scale
    within = within or documented(fraction_bits)
    found = _leading(p, x, within)
    cell, bits = (3, 18) if fraction_bits <= 16 else (4, 23)
    table = logarithms(cell, bits, fraction_bits, scale)
    normalised = normalise_positive(p, found, cell, table.widths[0], may_be_negative=within.low < 0)
    size = found.exponents[-1].bit_length()
    digits = p.parities(
        found.place, [[place for place, e in enumerate(found.exponents) if e >> bit & 1] for bit in range(size)]
    )
    exponent = p.weigh(digits, [1 << bit for bit in range(size)])
    units, rest = _split_log_2(fraction_bits)
    constants = [[factor] * normalised.pieces.planes for factor in (units, round(rest * 2.0**table.scale))]
    high, step, fine, *factors = p.weigh_each(normalised.pieces, [table.constants, *constants, *table.rows])
    terms = powers(p, variables(p, normalised.variable, table), table)
    total = sum_of_products(p, [*factors, fine], [*terms, exponent])
    return p.add(p.truncate(total, table.scale - fraction_bits), p.add(high, p.multiply(step, exponent)))


def _square_root_bound(fraction_bits: int) -> Bound:
    """The bound of sqrt x. For x < 0 the result is exactly 0."""
    return Bound(1.0, coarse_or_fine(fraction_bits, 2.0**-18.5, 2.0**-22.5))


def _logarithm_bound(fraction_bits: int) -> Bound:
    """The bound of log x for x > 0. For x <= 0 the result is exactly 0."""
    return Bound(1 + 2.0**fraction_bits * coarse_or_fine(fraction_bits, 2.0**-19.5, 2.0**-23))


FUNCTIONS: dict[str, Function] = {
    "sqrt": Function(square_root, _square_root_bound),
    "log": Function(logarithm, _logarithm_bound),
}
