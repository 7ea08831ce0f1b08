"""Intervals: between which numbers values lie, in the clear representation (`fixed` times 2**scale).

Numbers are exact and nothing wraps: whoever asks compares them with what the ring holds. Each operation's row has the
rule from where the operands lie to where the result lies. Protected results of `truncate`, `divide` and the functions
may differ from the clear ones in their last places; these are inside the intervals (`slack`).
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
        """The least interval that holds both."""
        return Interval(min(self.low, other.low), max(self.high, other.high))

    def meet(self, other: Interval) -> Interval:
        """What both hold; where they hold nothing in common, `other`'s number that is nearest to this one."""
        low, high = max(self.low, other.low), min(self.high, other.high)
        return (
            Interval(low, high)
            if low <= high
            else Interval(*([other.low if self.high < other.low else other.high] * 2))
        )

    def plus(self, other: Interval) -> Interval:
        """Sums."""
        return Interval(self.low + other.low, self.high + other.high)

    def negated(self) -> Interval:
        """Negatives."""
        return Interval(-self.high, -self.low)

    def times(self, other: Interval) -> Interval:
        """Products."""
        corners = [x * y for x, y in product((self.low, self.high), (other.low, other.high))]
        return Interval(min(corners), max(corners))

    @property
    def magnitude(self) -> int:
        """The greatest absolute value."""
        return max(-self.low, self.high)


RING = Interval(-(1 << 63), (1 << 63) - 1)
"""What 64 bits hold."""

BIT = Interval(0, 1)


def hull(intervals: Sequence[Interval]) -> Interval:
    """The least interval that holds all of at least one."""
    result = intervals[0]
    for interval in intervals[1:]:
        result = result.hull(interval)
    return result


def documented(scale: int, finer: int | None = None) -> Interval:
    """The numbers |x| < 2**(62 - 2 * scale), for which products, quotients and functions are exact enough.

    As integers of that scale, or of a finer one.
    """
    bits = 62 - scale + (0 if finer is None else finer - scale)
    return Interval(-(1 << max(bits, 0)) + 1, (1 << max(bits, 0)) - 1)


def slack(scale: int) -> int:
    """Units of the last place by which a function's protected result may leave the range of the function itself."""
    return 3 if scale <= 20 else 3 + (1 << (scale - 23 if scale > 23 else 0))


def quotients(x: Interval, divisors: Interval, scale: int, unit: int = 1) -> Interval:
    """x / y at this scale for y that is a multiple of `unit`, with what a protected division may be off; x / 0 is 0."""
    ends = {divisors.low, divisors.high, -unit, unit}
    usable = [y for y in ends if y != 0 and divisors.low <= y <= divisors.high]
    exact = [_toward_outside(end << scale, y) for end in (x.low, x.high) for y in usable]
    result = hull([Interval(0, 0), *exact])
    return Interval(_stretched(result.low, 18, slack(scale)), _stretched(result.high, 18, slack(scale)))


def _toward_outside(x: int, y: int) -> Interval:
    return Interval(x // y, -(-x // y))


def _stretched(bound: int, precision: int, units: int) -> int:
    """The bound moved away from zero by 2**-precision of itself and so many units."""
    if bound == 0:
        return 0
    return bound + (1 if bound > 0 else -1) * ((abs(bound) >> precision) + 1 + units)


def around(low: float, high: float, scale: int, precision: int, units: int | None = None) -> Interval:
    """The reals from low to high at a scale, with what a protected result may be off. Infinity is a large number."""
    ends = [math.ldexp(max(min(end, 2.0**200), -(2.0**200)), scale) for end in (low, high)]
    units = slack(scale) if units is None else units
    return Interval(
        math.floor(ends[0]) - (abs(math.floor(ends[0])) >> precision) - units,
        math.ceil(ends[1]) + (abs(math.ceil(ends[1])) >> precision) + units,
    )
