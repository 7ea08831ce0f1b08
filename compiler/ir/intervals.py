"""Intervals: bounds on the numbers that a value can be, in the clear representation (`fixed` times 2**scale).

Numbers are exact, and nothing wraps: the caller compares them with what the ring holds. Each operation's row has a rule
from the intervals of the operands to the interval of the result. Protected results of `truncate`, `divide` and the
functions may differ from the clear results in their last places; the intervals include such results (`slack`).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product


@dataclass(frozen=True, slots=True)
class Interval:
    """All integers from `low` to `high`."""

    low: int
    high: int

    def __contains__(self, other: Interval) -> bool:
        return self.low <= other.low and other.high <= self.high

    def hull(self, other: Interval) -> Interval:
        """The least interval that contains both."""
        return Interval(min(self.low, other.low), max(self.high, other.high))

    def meet(self, other: Interval) -> Interval:
        """The numbers in both. If there are none: the number of `other` that is nearest to this interval."""
        low, high = max(self.low, other.low), min(self.high, other.high)
        return (
            Interval(low, high)
            if low <= high
            else Interval(*([other.low if self.high < other.low else other.high] * 2))
        )

    def plus(self, other: Interval) -> Interval:
        """The interval of sums."""
        return Interval(self.low + other.low, self.high + other.high)

    def negated(self) -> Interval:
        """The interval of negated numbers."""
        return Interval(-self.high, -self.low)

    def times(self, other: Interval) -> Interval:
        """The interval of products."""
        corners = [x * y for x, y in product((self.low, self.high), (other.low, other.high))]
        return Interval(min(corners), max(corners))

    def shifted(self, bits: int) -> Interval:
        """The numbers times 2**bits; with fewer bits, all that rounding them up or down may give."""
        if bits >= 0:
            return Interval(self.low << bits, self.high << bits)
        return Interval(self.low >> -bits, -(-self.high >> -bits))

    @property
    def magnitude(self) -> int:
        """The greatest absolute value."""
        return max(-self.low, self.high)


RING = Interval(-(1 << 63), (1 << 63) - 1)
"""The numbers that 64 bits hold."""

BIT = Interval(0, 1)


def hull(intervals: Sequence[Interval]) -> Interval:
    """The least interval that contains all of them; there is at least one."""
    result = intervals[0]
    for interval in intervals[1:]:
        result = result.hull(interval)
    return result


def documented(scale: int, finer: int | None = None) -> Interval:
    """The numbers |x| < 2**(62 - 2 * scale), for which products, quotients and functions are exact enough.

    They are integers at that scale, or at the scale `finer`.
    """
    bits = 62 - scale + (0 if finer is None else finer - scale)
    return Interval(-(1 << max(bits, 0)) + 1, (1 << max(bits, 0)) - 1)


def slack(scale: int) -> int:
    """How many units of the last place a protected result may lie outside the range of the exact function."""
    return 3 if scale <= 20 else 3 + (1 << (scale - 23 if scale > 23 else 0))


def quotients(x: Interval, divisors: Interval, scale: int, unit: int = 1) -> Interval:
    """x / y at this scale, for y a multiple of `unit`, with the error of a protected division; x / 0 is 0."""
    ends = {divisors.low, divisors.high, -unit, unit}
    inside = [y for y in ends if y != 0 and divisors.low <= y <= divisors.high]
    usable = [y for y in inside if abs(y) >= unit] or inside
    exact = [_toward_outside(end << scale, y) for end in (x.low, x.high) for y in usable]
    result = hull([Interval(0, 0), *exact])
    return Interval(_stretched(result.low, 18, slack(scale)), _stretched(result.high, 18, slack(scale)))


def _toward_outside(x: int, y: int) -> Interval:
    return Interval(x // y, -(-x // y))


def _stretched(bound: int, precision: int, units: int) -> int:
    """The bound moved away from zero, by 2**-precision of itself and by so many units."""
    if bound == 0:
        return 0
    return bound + (1 if bound > 0 else -1) * ((abs(bound) >> precision) + 1 + units)


def around(low: float, high: float, scale: int, precision: int, units: int | None = None) -> Interval:
    """The reals from low to high at a scale, with the error of a protected result; infinite ends become large numbers.

    The error is 2**-precision of an end and `units` units of the last place (`slack` if not given).
    """
    ends = [math.ldexp(max(min(end, 2.0**200), -(2.0**200)), scale) for end in (low, high)]
    units = slack(scale) if units is None else units
    return Interval(
        math.floor(ends[0]) - (abs(math.floor(ends[0])) >> precision) - units,
        math.ceil(ends[1]) + (abs(math.ceil(ends[1])) >> precision) + units,
    )
