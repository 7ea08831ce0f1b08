"""Divisors of integers, made ready for `whole_divide`: secret ones, and public ones, known now or late.

In: y and its range, and how large x may be. Out: a `Divisor`: |y|, its inverse, powers of two, the plan of a division.

A secret y: its leading bit gives E and m as in `divide`, and a table gives 1 / m. Where that is not exact enough one
turn of Newton's method, r + r (1 - m r), makes the error e of the table e**2. A public y: the nodes compute E and the
inverse on their own. (The last step of a small division is then that of Granlund and Montgomery, PLDI 1994, section 4:
a product with a rounded inverse, rounded down.)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache, reduce
from math import isqrt

import numpy as np

from ....runtime.graph.nodes import ValueType
from ...ir.intervals import Interval
from ...ir.types import width
from ..circuits import circuits
from ..rules.conversions import Conversions
from ..rules.expansion import Wire, booleans, integers
from ..rules.shares import Arithmetic, Clear
from .bits import Leading, leading
from .normalise import normalise, normalise_exact, octave_pieces, wide_pieces
from .polynomials import evaluate, variables
from .tables import Piece, Table, tabulate
from .whole_divide import Divisor, times, wrapped
from .whole_plan import Divisors, Inverse, Plan, plan_division

FEW = 16
"""So many places of the leading bit become powers of two one by one, more of them by two digits."""
FINE = 31
"""The bits of m that Newton's method takes."""


@dataclass(frozen=True, slots=True)
class Lookup:
    """A table of 1 / m with 2**cell pieces for each octave, and whether Newton's method follows.

    The table is of m in [1/2, 1] where the place of the leading bit `is_exact`, else of m in [1/4, 1].
    """

    cell: int
    degree: int
    variable: int
    precision: int
    is_refined: bool
    is_exact: bool
    form: Inverse

    @property
    def pieces(self) -> list[Piece]:
        """Where the table's pieces lie."""
        return wide_pieces(self.cell) if self.is_exact else octave_pieces(self.cell)

    def table(self) -> Table:
        """1 / m at scale `precision`."""
        return _table(self)


@lru_cache(maxsize=8)
def _table(of: Lookup) -> Table:
    return tabulate(lambda m: np.asarray(1.0 / m), of.pieces, of.degree, of.precision, of.variable)


LOOKUPS = (
    Lookup(2, 2, 13, 16, False, False, Inverse(16, 2.0**-11.2, 0.25)),
    Lookup(2, 3, 15, 20, True, False, Inverse(30, 2.0**-27.5, 0.25)),
    Lookup(3, 3, 17, 24, False, False, Inverse(24, 2.0**-18.4, 0.25)),
    Lookup(2, 2, 13, 16, False, True, Inverse(16, 2.0**-11.2, 0.5)),
    Lookup(2, 2, 13, 16, True, True, Inverse(30, 2.0**-22.3, 0.5)),
    Lookup(3, 3, 17, 24, False, True, Inverse(24, 2.0**-18.4, 0.5)),
)
"""By the bytes that they take; the tests hold the errors of the tables: 2**-11.2, 2**-15 and 2**-18.4.

With Newton's method: let r0 = (1 + e) 2**k / m, and m' = m 2**31 + d with |d| <= 1 + 2**-31. What is truncated, by k
bits, is 2**(k + 31) - m' r0; it becomes -e 2**31, off by |d| r0 / 2**k + 1 at most. So r0 2**(30 - k) plus r0 times it
over 2**(k + 1) is 2**30 / m, off by e**2 + (1 + e) (|d| / m + 1) / 2**31 + m / 2**30 of itself at most. The last two
terms are below 2**-28.1; with |e| < 2**-15 all is below 2**-27.5, and with |e| < 2**-11.2 below 2**-22.3.
"""


# --- secret divisors -------------------------------------------------------------------------------------------------


def secret_divisor(p: Conversions, y: Arithmetic, within: Interval, magnitude: int) -> Divisor:
    """A secret y `within` an interval, for |x| <= magnitude. The inverse takes 12 to 23 rounds."""
    greatest, bits, lowest = within.magnitude, width(within.low, within.high), max(within.low, 0).bit_length()
    is_exact = bits > 63
    found = leading_of_all(p, y) if is_exact else leading(p, y, bits, lowest)
    lookup, plan, group = _chosen(magnitude, greatest, found.exponents, is_exact=is_exact)
    table = lookup.table()
    normalised = (normalise_exact if is_exact else normalise)(p, found, lookup.cell, table.widths[0])
    inverse = evaluate(p, normalised.pieces, variables(p, normalised.variable, table), table)
    sign = None if within.low > 0 else _sign(p, found, within)
    absolute = y if sign is None or within.low >= 0 else times(p, y, sign)
    top = max(found.exponents[-1], FINE)
    maps = [part.bits for part in plan.parts]
    finest = [{exponent: top - exponent for exponent in found.exponents}] if lookup.is_refined else []
    powers = _powers(p, found, group, [*maps, *finest])
    if lookup.is_refined:
        inverse = _refined(p, inverse, times(p, absolute, powers[-1]), top, lookup)
    return Divisor(absolute, sign, inverse, dict(zip(plan.parts, powers, strict=False)), lookup.form, plan, greatest)


@lru_cache(maxsize=1024)
def _chosen(magnitude: int, greatest: int, exponents: range, *, is_exact: bool) -> tuple[Lookup, Plan, int]:
    """The lookup, the plan and the digits of the exponent that take the fewest rounds, and then planes."""
    count = len(exponents)
    groups = [1] if count <= FEW else range(isqrt(count) - 1, isqrt(count) + 4)
    found = []
    for place, lookup in enumerate(each for each in LOOKUPS if each.is_exact == is_exact):
        for group in groups:
            plan = plan_division(magnitude, Divisors(greatest, exponents, group), lookup.form, is_public=False)
            if plan is not None:
                rounds = plan.rounds(lookup.form, greatest.bit_length() + 1, False) + (4 if lookup.is_refined else 0)
                planes = group + -(-count // group)
                found.append(((rounds, place, len(plan.parts), planes), lookup, plan, group))
    _, lookup, plan, group = min(found, key=lambda each: each[0])
    return lookup, plan, group


def leading_of_all(p: Conversions, y: Arithmetic) -> Leading:
    """As `leading`, of all 64 bits, with the place exact. 12 rounds."""
    planes = circuits.to_bits(p, y)
    flipped = p.xor(planes, planes, (63, *range(63)), (-1, *(63 for _ in range(63))))
    above = circuits.any_above(p, flipped)
    return Leading(planes, p.xor(above, above, tuple(range(64)), (*range(1, 64), -1)), p.planes(above, (0,)), 0)


def _sign(p: Conversions, y: Leading, within: Interval) -> Arithmetic:
    """1, -1 or 0. 1 round."""
    if within.low >= 0:
        return p.weigh(y.exists, [1])
    return p.weigh(p.concat_planes(y.exists, p.planes(y.planes, (y.sign,))), [1, -2])


def _powers(p: Conversions, y: Leading, group: int, maps: Sequence[Mapping[int, int]]) -> Sequence[Arithmetic]:
    """For several maps from exponents to bits: 2**bits where E is one of the map's exponents, else 0. 2 rounds.

    Exponents that the same maps have are a class: with `end` its last one, 2**(end - E) in it and 0 elsewhere is the
    product of the powers of two digits of end - E, and what each map has there is that times a public power of two. Few
    places are not taken apart.
    """
    exponents = y.exponents[::-1]
    place = p.planes(y.place, tuple(range(y.place.planes - 1, -1, -1)))
    classes: dict[tuple[bool, ...], list[int]] = {}
    for exponent in exponents:
        classes.setdefault(tuple(exponent in bits for bits in maps), []).append(exponent)
    classes.pop((False,) * len(maps), None)
    rows = [[1 << of[0] - e if e in of else 0 for e in exponents] for of in classes.values()]
    if group == 1:
        bases = list(p.weigh_each(place, rows))
    else:
        firsts = range(0, len(exponents), group)
        digits = p.parities(place, [range(first, min(first + group, len(exponents))) for first in firsts])
        units = p.parities(place, [range(b, len(exponents), group) for b in range(group)])
        unit = p.weigh(units, [1 << b for b in range(group)])
        highs = p.weigh_each(digits, [[row[first] for first in firsts] for row in rows])
        bases = [p.multiply(high, unit) for high in highs]
    found = []
    for place_of_map, bits in enumerate(maps):
        parts = [
            p.shift_left(base, bits[of[0]])
            for (has, of), base in zip(classes.items(), bases, strict=True)
            if has[place_of_map]
        ]
        found.append(reduce(p.add, parts))
    return found


def _refined(p: Conversions, inverse: Arithmetic, fine: Arithmetic, top: int, lookup: Lookup) -> Arithmetic:
    """One turn of Newton's method; `fine` is m * 2**top, at most 2**63. 4 rounds.

    m * 2**top - 1 is what `quotient` takes, and with 1 added what that gives is m * 2**31 off by 1 + 2**-31 at most.
    """
    if top > FINE:
        fine = p.add_public(p.quotient(p.add_public(fine, -1), top - FINE), 1)
    scale, precision = lookup.precision, lookup.form.precision
    error = p.truncate(p.add_public(p.negate(times(p, fine, inverse)), 1 << scale + FINE), scale)
    return p.add(
        p.shift_left(inverse, precision - scale), p.truncate(times(p, error, inverse), scale + FINE - precision)
    )


# --- public divisors -------------------------------------------------------------------------------------------------


def known_divisor(y: int, magnitude: int) -> Divisor:
    """A divisor that is known now and not 0, for |x| <= magnitude."""
    greatest = abs(y)
    exponent = (greatest - 1).bit_length()
    found = []
    for precision in range(28, 33):
        inverse = round(Fraction(1 << precision + exponent, greatest))
        error = float(abs(Fraction(inverse * greatest, 1 << precision + exponent) - 1))
        form = Inverse(precision, error, 0.5)
        plan = plan_division(magnitude, Divisors(greatest, range(exponent, exponent + 1), 1), form, is_public=True)
        if plan is not None:
            found.append((plan.rounds(form, greatest.bit_length() + 1, True), inverse, form, plan))
    _, inverse, form, plan = min(found, key=lambda each: each[0])
    powers = {part: 1 << part.power - exponent for part in plan.parts}
    return Divisor(greatest, -1 if y < 0 else None, inverse, powers, form, plan, greatest)


LATE = Inverse(30, 2.0**-31, 0.5)
"""Of divisors that are known while the program runs: correctly rounded, for m in [1/2, 1)."""


def late_divisor(p: Conversions, y: Clear, within: Interval, magnitude: int) -> Divisor:
    """A public y `within` an interval, of x's shape or of one element, for |x| <= magnitude. No round."""
    lowest = 1 if within.low <= 0 <= within.high else min(abs(within.low), abs(within.high)).bit_length()
    exponents = range(lowest, max(within.magnitude.bit_length(), lowest) + 1)
    plan = plan_division(magnitude, Divisors(within.magnitude, exponents, 1), LATE, is_public=True)
    if plan is None:
        raise ValueError(f"no way to divide {magnitude} by {within}")
    late = _Late(p, y)
    powers = {part: late.of_exponent(part.bits) for part in plan.parts}
    return Divisor(late.absolute, late.sign, late.inverse(), powers, LATE, plan, within.magnitude)


class _Late:
    """What the nodes compute of a public y; of E, the number of bits of |y|, by tables."""

    def __init__(self, p: Conversions, y: Clear) -> None:
        self._p, shape = p, y.shape
        zero = self._table([0], ())
        negative, positive = (self._local("less", booleans(shape), *pair) for pair in ((y.wire, zero), (zero, y.wire)))
        opposite = self._local("negate", integers(shape), y.wire)
        self.absolute = Clear(self._local("select", integers(shape), negative, opposite, y.wire))
        ones = [self._local("cast", integers(shape), truth, bits=0) for truth in (positive, negative)]
        self.sign = Clear(self._local("subtract", integers(shape), *ones))
        # -|y| is a number of 64 bits for every y, and |y| < 2**k where it is larger than -(2**k).
        below = self._local("select", integers(shape), negative, y.wire, opposite)
        apart = self._local("reshape", integers((*shape, 1)), below, shape=(*shape, 1))
        larger = self._local("less", booleans((*shape, 64)), self._table([-(1 << k) for k in range(64)], (64,)), apart)
        self._missing = self._local("sum", integers(shape), larger, axis=len(shape))
        """64 - E."""

    def inverse(self) -> Clear:
        """2**(E + precision) / |y|, rounded."""
        half = self.of_exponent({exponent: exponent - 1 for exponent in range(1, 65)})
        kind = integers(self.absolute.shape)
        return Clear(self._local("divide", kind, half.wire, self.absolute.wire, scale=LATE.precision + 1))

    def of_exponent(self, bits: Mapping[int, int]) -> Clear:
        """2**bits[E], 0 if E has none."""
        table = self._table([1 << bits[e] if e in bits else 0 for e in range(64, -1, -1)], (65,))
        return Clear(self._local("take", integers(self.absolute.shape), table, self._missing, axis=0))

    def _table(self, values: list[int], shape: tuple[int, ...]) -> Wire:
        numbers = np.array([wrapped(value) for value in values], np.int64).reshape(shape)
        return self._p.g.constant(numbers, integers(shape), self._p.g.nodes)

    def _local(self, kernel: str, kind: ValueType, *inputs: Wire, **attributes: int | tuple[int, ...]) -> Wire:
        return self._p.g.local(f"clear.{kernel}", kind, *inputs, at=self._p.g.nodes, **attributes)
