"""Division of fixed-point shares: a table for 1 / m, where |y| = m * 2**E, and x shifted to match.

    x * 2**f / y  =  (x * 2**(f - E)) * (1 / m) * sign(y)

The first factor is computed, with guard bits, while the table is being looked up. In base `digit`, E has two digits a
and b. For each a, x is multiplied by a power of two and truncated; several a share a product as far as the range of x
allows. One more product, by 2**-b, needs no truncation because the result takes the guard bits. If the range of y
leaves few places for its leading bit, and nothing must be truncated, a single power of two replaces the digits. The
last product is split so that it neither overflows nor loses bits; where the ranges allow one product, it is not split.
With r = 2**p / m, X = Xh * 2**w + Xl and w = guard + digit - 1 + p,

    X r / 2**w  =  Xh r  +  Xl r / 2**w.

Errors, in units of the last place: < 1 from the last truncation, and < 2**(2 - g) from the truncations of x, with g
guard bits below the digit b. Relative to the quotient: the table's error and 2**-p (`bounds.divide`). For y = 0 there
is no leading bit, so no piece is set and the result is 0.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache, reduce

import numpy as np

from ...ir.intervals import Interval, documented
from ...ir.types import width
from ..rules.conversions import Conversions
from ..rules.shares import Arithmetic
from .bits import leading
from .normalise import normalise, octave_pieces
from .polynomials import evaluate, variables
from .tables import Table, tabulate


@dataclass(frozen=True, slots=True)
class Plan:
    """How x is aligned and how 1 / m is looked up.

    E = a * `digit` + b. `guard` bits are kept below those that b shifts out. The table for 1 / m has `precision` bits
    after the point, 2**`cell` pieces for each octave, and polynomials of degree `degree`.
    """

    digit: int
    guard: int
    precision: int
    cell: int
    degree: int

    @property
    def scale(self) -> int:
        """How many bits the aligned x has beyond those of the quotient. With them it stays below 2**62."""
        return self.guard + self.digit - 1

    @property
    def split(self) -> int:
        """How many bits the last product is truncated by."""
        return self.scale + self.precision


@dataclass(frozen=True, slots=True)
class Divisor:
    """What a division needs of y: 1 / m as `Plan` says, and what aligns x.

    x is multiplied by each of `powers`: one of them is a power of two, the others are 0. Each product is truncated by
    its number of `dropped` bits. The sum of the products is multiplied by `factor`, which is 2**(digit - 1 - b) with
    y's sign, unless it is None.
    """

    inverse: Arithmetic
    powers: tuple[Arithmetic, ...]
    dropped: tuple[int, ...]
    factor: Arithmetic | None


FEW = 16
"""Up to so many places of the leading bit, each gives its power of two directly; more places go by two digits."""


def plan_for(fraction_bits: int, quotient_bits: int = 0) -> Plan:
    """The widest digit up to 8 that leaves room for guard bits, and the most precise inverse that the product bears.

    Quotients of more bits than usual leave less room: the aligned x has `Plan.scale` bits more than the quotient.
    """
    digit = 1 << min(3, (fraction_bits // 2).bit_length() - 1) if fraction_bits > 1 else 1
    guard = min(5, fraction_bits - digit + 1)
    while guard + digit - 1 > 62 - quotient_bits and (digit > 1 or guard > 1):
        digit, guard = max(digit // 2, 1), max(guard - 1, 1)
    cell, degree = (3, 4) if fraction_bits <= 16 else (4, 3)
    return Plan(digit, guard, (60 - guard - digit + 1) // 2, cell, degree)


@lru_cache(maxsize=64)
def reciprocals(cell: int, degree: int, precision: int) -> Table:
    """1 / m at scale `precision` on the pieces of `octave_pieces(cell)`."""
    return tabulate(lambda m: np.asarray(1.0 / m), octave_pieces(cell), degree, precision, 17 + cell)


def divide(
    p: Conversions,
    x: Arithmetic,
    y: Arithmetic,
    fraction_bits: int,
    dividends: Interval | None = None,
    divisors: Interval | None = None,
    quotient_bits: int = 0,
) -> Arithmetic:
    """x / y for operands in these ranges (default: the documented one); 0 where y = 0. Shapes broadcast.

    16 rounds, 17 for fraction_bits > 16. What depends on y alone is computed in y's shape.
    """
    plan = plan_for(fraction_bits, quotient_bits)
    dividends, divisors = dividends or documented(fraction_bits), divisors or documented(fraction_bits)
    magnitude = max(-dividends.low, dividends.high)
    prepared = _prepared(p, y, plan, fraction_bits, magnitude, divisors)
    aligned = _aligned(p, x, prepared)
    inverse = _spread(p, prepared.inverse, aligned.shape)
    if (magnitude << fraction_bits) // max(divisors.low, 1) < 1 << 61 - plan.split:
        return p.truncate(p.multiply(aligned, inverse), plan.split)
    high, low = halves(p, aligned, plan.split)
    return p.add(p.multiply(high, inverse), p.truncate(p.multiply(low, inverse), plan.split))


def _prepared(
    p: Conversions, y: Arithmetic, plan: Plan, fraction_bits: int, magnitude: int, divisors: Interval
) -> Divisor:
    """What depends on y alone. The inverse takes 14 rounds; the digits are ready 2 rounds after `leading`."""
    found = leading(p, y, width(divisors.low, divisors.high), max(divisors.low, 0).bit_length())
    table = reciprocals(plan.cell, plan.degree, plan.precision)
    normalised = normalise(p, found, plan.cell, table.widths[0])
    inverse = evaluate(p, normalised.pieces, variables(p, normalised.variable, table), table)
    shifts = [fraction_bits + plan.scale - exponent for exponent in found.exponents]
    factor = None
    if divisors.low < 0:
        factor = p.add_public(p.weigh(p.planes(found.planes, (found.sign,)), [-2]), 1)
    if shifts[-1] >= 0 and len(shifts) <= FEW:
        power = p.weigh(found.place, [1 << shift for shift in shifts])
        return Divisor(inverse, (power if factor is None else p.multiply(power, factor),), (0,), None)
    digit = plan.digit
    units = [range(first, len(shifts), digit) for first in range(digit)]
    unit = p.weigh(p.parities(found.place, units), [1 << (digit - 1 - b) for b in range(digit)])
    groups = [range(first, min(first + digit, len(shifts))) for first in range(0, len(shifts), digit)]
    # How far x is shifted for each digit a. A negative shift truncates a product, which must stay below 2**62.
    at = [shifts[group.start] - (digit - 1) for group in groups]
    room = 62 - magnitude.bit_length()
    chunks = [[shift for shift in at if shift >= 0]]
    for shift in at:
        if shift < 0:
            if not chunks[-1] or chunks[-1][0] >= 0 or chunks[-1][0] - shift > room:
                chunks.append([])
            chunks[-1].append(shift)
    chunks = [chunk for chunk in chunks if chunk]
    dropped = [max(0, -chunk[-1]) for chunk in chunks]
    rows = [
        [1 << shift + bits if shift in chunk else 0 for shift in at]
        for chunk, bits in zip(chunks, dropped, strict=True)
    ]
    powers = p.weigh_each(p.parities(found.place, groups), rows)
    return Divisor(inverse, powers, tuple(dropped), unit if factor is None else p.multiply(unit, factor))


def _aligned(p: Conversions, x: Arithmetic, y: Divisor) -> Arithmetic:
    """x * 2**(fraction_bits + scale - E) with y's sign. 3 rounds."""
    shape = np.broadcast_shapes(x.shape, y.inverse.shape)
    whole = _spread(p, x, shape)
    parts = [
        p.truncate(p.multiply(whole, _spread(p, power, shape)), bits)
        for power, bits in zip(y.powers, y.dropped, strict=True)
    ]
    total = reduce(p.add, parts)
    return total if y.factor is None else p.multiply(total, _spread(p, y.factor, shape))


def shifts(p: Conversions, x: Arithmetic, count: int, plan: Plan, fraction_bits: int) -> list[Arithmetic]:
    """x * 2**(fraction_bits + guard - a * digit) for a = 0, 1, ..., count - 1. 1 round."""
    bits = [fraction_bits + plan.guard - plan.digit * a for a in range(count)]
    return [p.shift_left(x, at) if at >= 0 else p.truncate(x, -at) for at in bits]


def halves(p: Conversions, x: Arithmetic, bits: int) -> tuple[Arithmetic, Arithmetic]:
    """x = high * 2**bits + low with |low| < 2**bits. 1 round."""
    high = p.truncate(x, bits)
    return high, p.subtract(x, p.shift_left(high, bits))


def _spread(p: Conversions, x: Arithmetic, shape: tuple[int, ...]) -> Arithmetic:
    """x broadcast to the shape."""
    return x if x.shape == shape else p.map("broadcast", shape, x, shape=shape)
