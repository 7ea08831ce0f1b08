"""Aggregates of a group that ask for an order: first, last, how many different ones, quantiles.

In: groups, and a value for each row, of which those that count are told. Out: a value for each group. Rows are sorted
by group and in each group by the value, those that do not count last; then each row knows its rank, and what the group
has is the sum over the one row, or the two rows, of the wanted rank. Of nothing it is 0.
"""

from dataclasses import dataclass, replace
from fractions import Fraction

from ....ir.program import Value
from ....ir.types import MOMENTS, Kind, integer
from ....source import Span
from ...arrays import arithmetic as arrays
from ...arrays.arrangement import bits, equals_next, stacked
from ...state.context import Context
from ...state.conversion import as_fixed, as_number
from ...state.values import Array
from .kinds import Groups, Ranked


@dataclass(frozen=True, slots=True, eq=False)
class Counted:
    """A value for each row, and which rows count (None: all)."""

    x: Value
    where: Value | None
    span: Span


def end(context: Context, groups: Groups, given: Counted, *, is_last: bool) -> Value:
    """The first or the last row that counts, in the order of the table."""
    ranked = _ranked(context, groups, given, by_value=False)
    ranks = ranked.ranks()
    place = context.integer(0)
    if is_last:
        place = context.emit("subtract", ranked.spread(_count(context, ranked, given)), context.integer(1))
    return _picked(context, ranked, given, context.emit("equal", ranks, place))


def count_distinct(context: Context, groups: Groups, given: Counted) -> Value:
    """How many different values there are among the rows that count."""
    if not given.x.type.shape[0]:
        return _number(context, groups.sum(_number(context, bits(context, 0, 0))))
    ranked = _ranked(context, groups, given, by_value=True)
    same = stacked(context, bits(context, 0, 1), equals_next(context, ranked.moved(given.x)))
    is_first = context.emit("equal", ranked.ranks(), context.integer(0))
    is_new = context.emit("or", is_first, context.emit("not", same))
    return ranked.sum(_number(context, _counting(context, ranked, given, is_new)))


def quantile(context: Context, groups: Groups, given: Counted, share: Fraction) -> Value:
    """The quantile a/b of the c rows that count: it lies at rank (c - 1) a / b, between two rows on a straight line."""
    span = given.span
    ranked = _ranked(context, groups, given, by_value=True)
    count = _count(context, ranked, given)
    one, a, b = (Array(context.integer(number)) for number in (1, share.numerator, share.denominator))
    target = arrays.multiply(context, span, arrays.subtract(context, span, Array(count), one), a)
    here = arrays.multiply(context, span, Array(ranked.ranks()), b)
    wanted = Array(ranked.spread(target.value))
    below, not_reached, before = (
        arrays.less(context, span, "quantile", *pair).value
        for pair in (
            (wanted, arrays.add(context, span, here, b)),
            (wanted, here),
            (wanted, arrays.subtract(context, span, here, b)),
        )
    )
    is_low = context.emit("and", below, context.emit("not", not_reached))
    low = Array(_picked(context, ranked, given, is_low))
    if share.denominator == 1:
        return as_fixed(context, low).value
    is_high = context.emit("and", not_reached, context.emit("not", before))
    high = Array(_picked(context, ranked, given, is_high))
    place = ranked.sum(_chosen(context, _counting(context, ranked, given, is_low), here.value))
    rest = as_fixed(context, arrays.subtract(context, span, target, Array(place)))
    part = arrays.multiply(context, span, rest, Array(context.literal(Fraction(1, share.denominator), span)))
    low, high = as_fixed(context, low), as_fixed(context, high)
    step = arrays.multiply(context, span, part, arrays.subtract(context, span, high, low))
    return arrays.add(context, span, low, step).value


def _ranked(context: Context, groups: Groups, given: Counted, *, by_value: bool) -> Ranked:
    others = [] if given.where is None else [context.emit("not", given.where)]
    return groups.ranked([*others, *([given.x] if by_value else [])])


def _count(context: Context, ranked: Ranked, given: Counted) -> Value:
    return ranked.sum(_number(context, _counting(context, ranked, given, bits(context, 1, ranked.count))))


def _counting(context: Context, ranked: Ranked, given: Counted, chosen: Value) -> Value:
    return chosen if given.where is None else context.emit("and", chosen, ranked.moved(given.where))


def _picked(context: Context, ranked: Ranked, given: Counted, chosen: Value) -> Value:
    """The value of the one row of each group that is chosen and counts; 0 where there is none."""
    x, element = ranked.moved(given.x), given.x.type.element
    picked = _counting(context, ranked, given, chosen)
    if element.kind in (Kind.CATEGORY, *MOMENTS):
        number = context.emit("cast", x, element=integer(element.bits))
        found = ranked.sum(_chosen(context, picked, number))
        held = replace(element, bits=max(element.bits, found.type.element.bits)) if element.is_moment else element
        return context.emit("cast", found, element=held)
    if x.type.element.kind is Kind.BOOL:
        found = ranked.sum(_number(context, context.emit("and", picked, x)))
        return context.emit("not", context.emit("equal", found, context.integer(0)))
    return ranked.sum(_chosen(context, picked, x))


def _chosen(context: Context, mask: Value, x: Value) -> Value:
    return context.emit("select", mask, x, context.filled(x.type.with_shape(()), 0))


def _number(context: Context, x: Value) -> Value:
    return as_number(context, Array(x)).value
