"""Interval arithmetic: between which numbers the result of an operation lies, from where its operands lie.

In: an operation, and for each operand the least and the greatest number that an element can be, in the clear
representation (`fixed` times 2**scale). Out: the same for the result, in exact numbers that nothing wraps: whoever asks
compares them with what the ring holds. One row of `INTERVALS` for each operation that is neither a source nor control.

Protected results of `truncate`, `divide` and the functions may differ from the clear ones in their last places; these
are inside the intervals (`slack`).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import product

from .program import Operation
from .types import Kind


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

Rule = Callable[[Operation, Sequence[Interval]], Interval]


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


# --- linear -----------------------------------------------------------------------------------------------------


def _first(operation: Operation, x: Sequence[Interval]) -> Interval:
    return x[0]


def _joined(operation: Operation, x: Sequence[Interval]) -> Interval:
    return hull(x)


def _updated(operation: Operation, x: Sequence[Interval]) -> Interval:
    return x[0].hull(x[1])


def _cast(operation: Operation, x: Sequence[Interval]) -> Interval:
    shift = operation.results[0].type.element.scale - operation.operands[0].type.element.scale
    return Interval(x[0].low << shift, x[0].high << shift)


def _add(operation: Operation, x: Sequence[Interval]) -> Interval:
    return x[0].plus(x[1])


def _subtract(operation: Operation, x: Sequence[Interval]) -> Interval:
    return x[0].plus(x[1].negated())


def _negate(operation: Operation, x: Sequence[Interval]) -> Interval:
    return x[0].negated()


def _sum(operation: Operation, x: Sequence[Interval]) -> Interval:
    count = operation.operands[0].type.shape[operation.attributes["axis"]]
    return Interval(count * x[0].low, count * x[0].high)


def _running_sum(operation: Operation, x: Sequence[Interval]) -> Interval:
    return x[0].hull(_sum(operation, x))


# --- products and quotients -------------------------------------------------------------------------------------


def _multiply(operation: Operation, x: Sequence[Interval]) -> Interval:
    result = x[0].times(x[1])
    return Interval(max(result.low, 0), result.high) if operation.operands[0] is operation.operands[1] else result


def _matmul(operation: Operation, x: Sequence[Interval]) -> Interval:
    each, terms = x[0].times(x[1]), operation.operands[0].type.shape[-1]
    return Interval(terms * each.low, terms * each.high)


def _truncate(operation: Operation, x: Sequence[Interval]) -> Interval:
    bits = operation.attributes["bits"]
    return Interval(x[0].low >> bits, -(-x[0].high >> bits))


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


def _divide(operation: Operation, x: Sequence[Interval]) -> Interval:
    return quotients(x[0], x[1], operation.results[0].type.element.scale)


def _floor_divide(operation: Operation, x: Sequence[Interval]) -> Interval:
    ends = {x[1].low, x[1].high, -1, 1}
    usable = [y for y in ends if y != 0 and x[1].low <= y <= x[1].high]
    exact = [end // y for end in (x[0].low, x[0].high) for y in usable]
    if x[1].low <= 0 <= x[1].high:
        exact.append(0)
    return Interval(min(exact, default=0), max(exact, default=0))


def _modulo(operation: Operation, x: Sequence[Interval]) -> Interval:
    if x[0].low >= 0 and x[0].high < x[1].low:
        return x[0]
    high = max(min(x[1].high - 1, x[0].high if x[0].low >= 0 and x[1].low > 0 else x[1].high), 0)
    return Interval(min(x[1].low + 1, 0), high)


# --- bits -------------------------------------------------------------------------------------------------------


def _decided(true: bool, false: bool) -> Interval:
    """A truth value that is true for sure, false for sure, or either."""
    return Interval(int(true), int(not false))


def _less(operation: Operation, x: Sequence[Interval]) -> Interval:
    return _decided(x[0].high < x[1].low, x[0].low >= x[1].high)


def _equal(operation: Operation, x: Sequence[Interval]) -> Interval:
    same = x[0] == x[1] and x[0].low == x[0].high
    return _decided(same, x[0].high < x[1].low or x[1].high < x[0].low)


def _ones(interval: Interval) -> int:
    """2**k - 1 that covers all bits of numbers of the interval, whose signs apart."""
    return (
        1
        << max(
            interval.low.bit_length() if interval.low >= 0 else (~interval.low).bit_length(),
            interval.high.bit_length() if interval.high >= 0 else (~interval.high).bit_length(),
        )
    ) - 1


def _and(operation: Operation, x: Sequence[Interval]) -> Interval:
    positive = [each.high for each in x if each.low >= 0]
    if positive:
        return Interval(0, min(positive))
    ones = _ones(hull(x))
    return Interval(-ones - 1, ones if any(each.high >= 0 for each in x) else -1)


def _or(operation: Operation, x: Sequence[Interval]) -> Interval:
    ones = _ones(hull(x))
    if all(each.low >= 0 for each in x):
        return Interval(max(each.low for each in x), ones)
    return Interval(-ones - 1, ones)


def _xor(operation: Operation, x: Sequence[Interval]) -> Interval:
    ones = _ones(hull(x))
    return Interval(0 if all(each.low >= 0 for each in x) else -ones - 1, ones)


def _not(operation: Operation, x: Sequence[Interval]) -> Interval:
    if operation.operands[0].type.element.kind is Kind.BOOL:
        return Interval(1 - x[0].high, 1 - x[0].low)
    return Interval(~x[0].high, ~x[0].low)


def _shift_left(operation: Operation, x: Sequence[Interval]) -> Interval:
    bits = operation.attributes["bits"]
    return Interval(x[0].low << bits, x[0].high << bits)


def _shift_right(operation: Operation, x: Sequence[Interval]) -> Interval:
    bits = operation.attributes["bits"]
    return Interval(x[0].low >> bits, x[0].high >> bits)


def _floor(operation: Operation, x: Sequence[Interval]) -> Interval:
    scale = operation.operands[0].type.element.scale
    return Interval(x[0].low >> scale, x[0].high >> scale)


def _select(operation: Operation, x: Sequence[Interval]) -> Interval:
    if x[0].low == x[0].high:
        return x[1] if x[0].low else x[2]
    return x[1].hull(x[2])


def _place(operation: Operation, x: Sequence[Interval]) -> Interval:
    return Interval(0, operation.operands[0].type.shape[operation.attributes["axis"]] - 1)


def _row(operation: Operation, x: Sequence[Interval]) -> Interval:
    return Interval(0, max(operation.results[0].type.size - 1, 0))


def _some(operation: Operation, x: Sequence[Interval]) -> Interval:
    return x[0] if operation.operands[0].type.shape[operation.attributes["axis"]] else Interval(0, 0)


def _every(operation: Operation, x: Sequence[Interval]) -> Interval:
    return x[0] if operation.operands[0].type.shape[operation.attributes["axis"]] else Interval(1, 1)


# --- functions --------------------------------------------------------------------------------------------------


def _monotone(function: Callable[[float], float], precision: int = 18) -> Rule:
    """A rising function, at the ends."""

    def rule(operation: Operation, x: Sequence[Interval]) -> Interval:
        scale = operation.results[0].type.element.scale
        low, high = (function(end / (1 << scale)) for end in (x[0].low, x[0].high))
        counted = operation.attributes.get("precision") or scale
        return _around(low, high, scale, precision, slack(counted) << scale - counted)

    return rule


def _around(low: float, high: float, scale: int, precision: int, units: int | None = None) -> Interval:
    """The reals from low to high at a scale, with what a protected result may be off. Infinity is a large number."""
    ends = [math.ldexp(max(min(end, 2.0**200), -(2.0**200)), scale) for end in (low, high)]
    units = slack(scale) if units is None else units
    return Interval(
        math.floor(ends[0]) - (abs(math.floor(ends[0])) >> precision) - units,
        math.ceil(ends[1]) + (abs(math.ceil(ends[1])) >> precision) + units,
    )


def _exp(operation: Operation, x: Sequence[Interval]) -> Interval:
    scale = operation.results[0].type.element.scale
    low, high = (math.exp(min(end / (1 << scale), 100.0)) for end in (x[0].low, x[0].high))
    return _around(low, high, scale, 18)


def _log(operation: Operation, x: Sequence[Interval]) -> Interval:
    """0 where the operand is not positive."""
    scale = operation.results[0].type.element.scale
    low, high = (math.log(max(end, 1) / (1 << scale)) for end in (x[0].low, x[0].high))
    result = _around(low, high, scale, 60)
    return result.hull(Interval(0, 0)) if x[0].low <= 0 else result


def _wave(operation: Operation, x: Sequence[Interval]) -> Interval:
    return _around(-1.0, 1.0, operation.results[0].type.element.scale, 60)


def _logistic(x: float) -> float:
    return 1 / (1 + math.exp(-max(min(x, 100.0), -100.0)))


INTERVALS: dict[str, Rule] = {
    **dict.fromkeys(
        ("broadcast", "reshape", "transpose", "slice", "take", "slice_at", "min", "max", "share", "convert"), _first
    ),
    "reveal": _first,
    "concat": _joined,
    "update": _updated,
    "update_at": _updated,
    "cast": _cast,
    "add": _add,
    "subtract": _subtract,
    "negate": _negate,
    "sum": _sum,
    "cumsum": _running_sum,
    "multiply": _multiply,
    "matmul": _matmul,
    "truncate": _truncate,
    "divide": _divide,
    "floor_divide": _floor_divide,
    "modulo": _modulo,
    "less": _less,
    "equal": _equal,
    "and": _and,
    "or": _or,
    "xor": _xor,
    "not": _not,
    "shift_left": _shift_left,
    "shift_right": _shift_right,
    "floor": _floor,
    "select": _select,
    "argmin": _place,
    "argmax": _place,
    "argsort": _row,
    "random_rows": _row,
    "invert": _row,
    "gather": _first,
    "align": _first,
    "any": _some,
    "all": _every,
    "sqrt": _monotone(lambda x: math.sqrt(max(x, 0.0))),
    "exp": _exp,
    "log": _log,
    "sin": _wave,
    "cos": _wave,
    "tanh": _monotone(math.tanh, 60),
    "sigmoid": _monotone(_logistic, 60),
}
