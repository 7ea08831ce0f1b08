"""Division of fixed-point shares: a table for 1 / m, where |y| = m * 2**E, and x shifted to match.

    x * 2**f / y  =  (x * 2**(f - E)) * (1 / m) * sign(y)

The first factor is computed with guard bits while the table is being looked up. E in base `digit` has two digits a, b:
the shifts of x by each a are public, and a's one-hot form chooses among them; then one product by 2**-b, which needs no
truncation because the result takes the guard bits. The last product is split so that it does not overflow and loses
nothing: with r = 2**p / m, X = Xh * 2**w + Xl and w = guard + p,

    X r / 2**w  =  Xh r  +  Xl r / 2**w.

Errors, in units of the last place: < 1 from the last truncation, < 2**(2 - g) from the truncations of x (g guard bits
below the digit b), and relative to the quotient the table's and 2**-p (`numeric_bounds.divide`). y = 0 has no leading
bit, sets no piece, and gives 0.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from .numeric_bits import Leading, leading
from .numeric_normalise import normalise, octave_pieces
from .numeric_polynomials import evaluate
from .numeric_tables import Table, tabulate
from .rules import Arithmetic, Protocol


@dataclass(frozen=True, slots=True)
class Plan:
    """How x is aligned and 1 / m looked up.

    E = a * `digit` + b; `guard` bits are kept below what b shifts out; 1 / m has `precision` bits after the point,
    2**`cell` pieces for each octave, and polynomials of `degree`.
    """

    digit: int
    guard: int
    precision: int
    cell: int
    degree: int

    @property
    def scale(self) -> int:
        """The guard bits of the aligned x; with them it is below 2**62."""
        return self.guard + self.digit - 1

    @property
    def split(self) -> int:
        """The bits of the last product that are truncated."""
        return self.scale + self.precision


@dataclass(frozen=True, slots=True)
class Divisor:
    """What a division needs of y: 1 / m as `Plan` says; a's one-hot form; 2**(digit - 1 - b) with y's sign."""

    inverse: Arithmetic
    groups: tuple[Arithmetic, ...]
    factor: Arithmetic


def plan_for(fraction_bits: int) -> Plan:
    """The widest digit up to 8 that leaves room for guard bits, and the most precise inverse that the product bears."""
    digit = 1 << min(3, (fraction_bits // 2).bit_length() - 1) if fraction_bits > 1 else 1
    guard = min(5, fraction_bits - digit + 1)
    cell, degree = (3, 4) if fraction_bits <= 16 else (4, 3)
    return Plan(digit, guard, (60 - guard - digit + 1) // 2, cell, degree)


@lru_cache(maxsize=64)
def reciprocals(cell: int, degree: int, precision: int) -> Table:
    """1 / m at scale `precision` on the pieces of `octave_pieces(cell)`."""
    return tabulate(lambda m: np.asarray(1.0 / m), octave_pieces(cell), degree, precision, 17 + cell)


def divide(p: Protocol, x: Arithmetic, y: Arithmetic, fraction_bits: int) -> Arithmetic:
    """x / y, of any shapes that broadcast; 0 for y = 0. 16 rounds, 17 for fraction_bits > 16.

    What depends on y alone is done in y's shape.
    """
    plan = plan_for(fraction_bits)
    return quotient(p, x, _prepared(p, y, plan, fraction_bits), plan, fraction_bits)


def _prepared(p: Protocol, y: Arithmetic, plan: Plan, fraction_bits: int) -> Divisor:
    """The inverse is 14 rounds away, the digits 2 after `leading`."""
    found = leading(p, y, 63 - fraction_bits)
    table = reciprocals(plan.cell, plan.degree, plan.precision)
    normalised = normalise(p, found, plan.cell, table.widths[0])
    inverse = evaluate(p, normalised.pieces, normalised.variable, table)
    places = found.place.planes
    groups = [range(first, min(first + plan.digit, places)) for first in range(0, places, plan.digit)]
    chosen = p.weigh_each(p.parities(found.place, groups), np.eye(len(groups), dtype=int).tolist())
    return Divisor(inverse, chosen, _factor(p, found, plan))


def _factor(p: Protocol, y: Leading, plan: Plan) -> Arithmetic:
    """2**(digit - 1 - b) with y's sign."""
    units = [range(first, y.place.planes, plan.digit) for first in range(plan.digit)]
    magnitude = p.weigh(p.parities(y.place, units), [1 << (plan.digit - 1 - b) for b in range(plan.digit)])
    return p.multiply(magnitude, p.add_public(p.weigh(p.planes(y.planes, (y.sign,)), [-2]), 1))


def quotient(p: Protocol, x: Arithmetic, y: Divisor, plan: Plan, fraction_bits: int) -> Arithmetic:
    """x divided by what was prepared. 5 rounds, the last 2 of them after the inverse."""
    shape = np.broadcast_shapes(x.shape, y.inverse.shape)
    *groups, factor, inverse = (_spread(p, part, shape) for part in (*y.groups, y.factor, y.inverse))
    candidates = [_spread(p, shifted, shape) for shifted in shifts(p, x, len(groups), plan, fraction_bits)]
    aligned = p.multiply(p.dot(list(zip(groups, candidates, strict=True))), factor)
    high, low = halves(p, aligned, plan.split)
    return p.add(p.multiply(high, inverse), p.truncate(p.multiply(low, inverse), plan.split))


def shifts(p: Protocol, x: Arithmetic, count: int, plan: Plan, fraction_bits: int) -> list[Arithmetic]:
    """x * 2**(fraction_bits + guard - a * digit) for a = 0, 1, ... 1 round."""
    bits = [fraction_bits + plan.guard - plan.digit * a for a in range(count)]
    return [p.shift_left(x, at) if at >= 0 else p.truncate(x, -at) for at in bits]


def halves(p: Protocol, x: Arithmetic, bits: int) -> tuple[Arithmetic, Arithmetic]:
    """x = high * 2**bits + low with |low| < 2**bits. 1 round."""
    high = p.truncate(x, bits)
    return high, p.subtract(x, p.shift_left(high, bits))


def _spread(p: Protocol, x: Arithmetic, shape: tuple[int, ...]) -> Arithmetic:
    """x broadcast."""
    return x if x.shape == shape else p.map("broadcast", shape, x, shape=shape)
