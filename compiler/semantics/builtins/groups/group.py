"""The built-in `group`: one row for each distinct value of some columns, with aggregates of the rows that have it.

In: bound arguments; the aggregates are calls whose bare names are the table's columns. Out: a table.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction

from ....ir.program import Value
from ....ir.types import MOMENTS, Kind, integer
from ....source import Span
from ....syntax import tree
from ...arrays import arithmetic as arrays
from ...arrays.arithmetic import require_numbers
from ...arrays.missing import bare, presence, with_bits
from ...errors import similar, wrong
from ...state.context import Context
from ...state.conversion import as_fixed, as_number
from ...state.describe import describe
from ...state.values import Array, BuiltIn, Meaning, Table
from ..arguments import Arguments, Signature, bind
from ..columns import column_names, columns_as_names
from ..quantile import shares
from ..reduction import filled_with, limit
from .kinds import Groups, groups_of
from .ordered import Counted, count_distinct, end, quantile

NUMBERS = (Kind.BOOL, Kind.INT, Kind.FIXED)


@dataclass(frozen=True, slots=True, eq=False)
class Aggregate:
    """One aggregate of a call: what is aggregated, and which rows count (None: all rows of the group)."""

    function: str
    x: Array | None
    where: Array | None
    span: Span
    share: Fraction | None = None
    """Of a quantile, the share of the rows that are less."""


@dataclass(frozen=True, slots=True)
class AggregateRow:
    """One aggregate function: its signature, the kinds that it takes, and what computes it from groups."""

    signature: Signature
    kinds: tuple[Kind, ...]
    build: "Callable[[Context, Groups, Aggregate], Value]"
    lacking: "Lacking | None" = None
    """Says what stands for the aggregate of no rows, which is missing; None for one that is always there."""


Lacking = Callable[[Aggregate], int]


def group(call: Arguments) -> Meaning:
    """One row for each label of a category, and one for rows that may lack it; else as many rows as the table
    has, of which the first ones are groups.
    """
    context, table = call.context, call.table("t")
    by = column_names(call, "by", table)
    found: dict[str, Aggregate] = {}
    with context.collecting() as collector, columns_as_names(context, table):
        for name, given in call.named.items():
            if name not in ("t", "by"):
                with collector:
                    found[name] = _aggregate(call, table, by, name, given.node)
    groups = groups_of(context, table, by, _ordered(context, found))
    columns, present = dict(groups.keys()), groups.lacking()
    context.facts.unique.add(frozenset(columns.values()))
    for name, each in found.items():
        context.builder.span = each.span
        made = _made(context, groups, each, table)
        columns[name] = made.value
        if made.present is not None:
            present[name] = made.present
        context.saw(call.named[name].node, made)
    return Table(columns, groups.count, groups.valid(), present=present)


def _made(context: Context, groups: Groups, each: Aggregate, table: Table) -> Array:
    """An aggregate of each group, missing of groups in which no row counts."""
    row = AGGREGATES[each.function]
    if row.lacking is None:
        return Array(row.build(context, groups, each))
    if not table.rows and each.function in ("min", "max"):
        assert each.x is not None
        nothing = context.filled(each.x.type.with_shape((groups.count,)), 0)
        return with_bits(context, Array(nothing), context.boolean(False, (groups.count,)), 0)
    value = Array(row.build(context, groups, each))
    where = None if each.where is None else each.where.value
    if each.function in ("min", "max"):
        some = groups.some(where)
    else:
        some = groups.some_of(where, lambda: _rows(context, groups, each))
    return with_bits(context, value, some, row.lacking(each))


def _ordered(context: Context, found: dict[str, Aggregate]) -> Value | None:
    """A column that the sort by `by` may also sort by, so that its `min` or `max` needs no sort of its own; or None."""
    extremes = (each for each in found.values() if each.function in ("min", "max"))
    return next((each.x.value for each in extremes if each.x is not None and not _is_bool(each)), None)


def _is_bool(each: Aggregate) -> bool:
    return each.x is not None and each.x.element.kind is Kind.BOOL


# --- what an aggregate is written as ----------------------------------------------------------------------------


def _aggregate(call: Arguments, table: Table, by: tuple[str, ...], name: str, node: tree.Expression) -> Aggregate:
    context = call.context
    if name in by:
        remedy = f"choose another name than `{name}`, which is a column of `by`"
        raise call.expected(name, "a name that is not taken", f"`{name}`", remedy)
    function = _function(context, node)
    row = AGGREGATES[function]
    assert isinstance(node, tree.Call)
    context.saw(node.function, BuiltIn(function))
    given = bind(context, row.signature, node)
    where = given.mask("where")
    x = given.array("x") if given.has("x") else None
    there = None if x is None or x.present is None else presence(context, x)
    is_neutral = x is not None and x.present is not None and x.present.held == 0 and function in _SUMS
    if x is not None:
        require_numbers([x], given.at("x"), function, *row.kinds)
        x = Array(_over_rows(given, "x", bare(x), table), x.ties)
        where = _counting(context, x, where, table)
    if where is not None:
        where = Array(_over_rows(given, "where", where, table))
    clearing = where
    if there is not None:
        bits = _over_rows(given, "x", there, table)
        where = Array(bits if where is None else context.emit("and", where.value, bits))
        clearing = clearing if is_neutral else where
    if x is not None and clearing is not None:
        x = Array(_left(context, function, x.value, clearing.value))
    return Aggregate(function, x, where, node.span, _share(given, function))


def _share(given: Arguments, function: str) -> Fraction | None:
    """The share of a quantile, one number that is known."""
    if function != "quantile":
        return Fraction(1, 2) if function == "median" else None
    found, several = shares(given)
    if several:
        raise given.expected("q", "one number from 0 to 1", "a list", "write an aggregate for each")
    return found[0]


def _function(context: Context, node: tree.Expression) -> str:
    """The name of the aggregate function that the expression calls. Raises WrongError."""
    name = node.function.name if isinstance(node, tree.Call) else ""
    meaning = context.frame.find(name) if name else None
    if isinstance(meaning, BuiltIn):
        name, meaning = meaning.name, None
    if meaning is None and name in AGGREGATES:
        return name
    remedy = similar(name, AGGREGATES) if name else ""
    raise wrong(
        node.span,
        "a column that `group` makes is one aggregate",
        expected=f"a call of {', '.join(f'`{each}`' for each in AGGREGATES)}",
        found=f"a call of `{name}`" if name else "another expression",
        remedy=remedy or "compute with columns of the result: `g = group(t, by=c, s=sum(x), n=count())`, `g.s / g.n`",
    )


def _over_rows(given: Arguments, name: str, x: Array, table: Table) -> Value:
    """The value for each row. A single number is the same for all rows."""
    if not x.rank:
        return given.context.emit("broadcast", x.value, shape=(table.rows,))
    if x.shape != (table.rows,):
        expected = f"one value for each row of the table, so many: [{table.rows}]"
        remedy = "reduce lists first: `sum(sum(list, axis=1))`" if x.rank > 1 else "compute it from the table's columns"
        raise given.expected(name, expected, describe(x), remedy)
    return x.value


def _counting(context: Context, x: Array, where: Array | None, table: Table) -> Array | None:
    """The rows that `where` leaves, without rows that are cleared in another table which x comes from."""
    tie = x.tie(0)
    other = None if tie is None or tie is table.valid else Array(tie)
    if where is None or other is None:
        return other if where is None else where
    return Array(context.emit("and", where.value, other.value))


def _left(context: Context, function: str, x: Value, where: Value) -> Value:
    """x with neutral values in rows that do not count."""
    if x.type.element.kind is Kind.BOOL and function in ("all", "min"):
        return context.emit("or", x, context.emit("not", where))
    if x.type.element.kind is Kind.BOOL:
        return context.emit("and", x, where)
    is_extreme = function in ("min", "max")
    fill = limit(context, x, function) if is_extreme else context.filled(x.type.with_shape(()), 0)
    return context.emit("select", where, x, fill)


# --- what it computes -------------------------------------------------------------------------------------------


def _value(each: Aggregate) -> Value:
    assert each.x is not None
    return each.x.value


def _sum(context: Context, groups: Groups, each: Aggregate) -> Value:
    return groups.sum(groups.moved(as_number(context, Array(_value(each))).value))


def _count(context: Context, groups: Groups, each: Aggregate) -> Value:
    """The number of bools that hold; for other columns, the number of rows."""
    if _is_bool(each):
        return _sum(context, groups, each)
    if each.where is not None:
        return _sum(context, groups, Aggregate("sum", each.where, None, each.span))
    return groups.sum(context.filled(groups.rows.with_element(integer(2)), 1))


def _rows(context: Context, groups: Groups, each: Aggregate) -> Value:
    return _count(context, groups, Aggregate("count", None, each.where, each.span))


def _mean(context: Context, groups: Groups, each: Aggregate) -> Value:
    total, count = Array(_sum(context, groups, each)), Array(_rows(context, groups, each))
    return arrays.divide(context, each.span, total, count).value


def _var(context: Context, groups: Groups, each: Aggregate) -> Value:
    """The mean square of the distance from the group's mean."""
    x = as_number(context, Array(_value(each))).value
    distance = arrays.subtract(
        context, each.span, Array(groups.moved(x)), Array(groups.spread(_mean(context, groups, each)))
    )
    square = arrays.multiply(context, each.span, distance, distance)
    if each.where is not None:
        zero = context.filled(square.type.with_shape(()), 0)
        square = Array(context.emit("select", groups.moved(each.where.value), square.value, zero))
    total, count = Array(groups.sum(square.value)), Array(_rows(context, groups, each))
    return arrays.divide(context, each.span, total, count).value


def _std(context: Context, groups: Groups, each: Aggregate) -> Value:
    return context.emit("sqrt", as_fixed(context, Array(_var(context, groups, each))).value)


def _any(context: Context, groups: Groups, each: Aggregate) -> Value:
    none = context.emit("equal", _sum(context, groups, each), context.integer(0))
    return context.emit("not", none)


def _all(context: Context, groups: Groups, each: Aggregate) -> Value:
    """Whether no row of the group fails to hold."""
    others = as_number(context, Array(context.emit("not", _value(each)))).value
    return context.emit("equal", groups.sum(groups.moved(others)), context.integer(0))


def _extreme(context: Context, groups: Groups, each: Aggregate) -> Value:
    if _is_bool(each):
        return (_all if each.function == "min" else _any)(context, groups, each)
    x = _value(each)
    return groups.extreme(each.function, x)


def _counted(context: Context, each: Aggregate) -> Counted:
    return Counted(_value(each), None if each.where is None else each.where.value, each.span)


def _first(context: Context, groups: Groups, each: Aggregate) -> Value:
    return end(context, groups, _counted(context, each), is_last=False)


def _last(context: Context, groups: Groups, each: Aggregate) -> Value:
    return end(context, groups, _counted(context, each), is_last=True)


def _distinct(context: Context, groups: Groups, each: Aggregate) -> Value:
    return count_distinct(context, groups, _counted(context, each))


def _quantile(context: Context, groups: Groups, each: Aggregate) -> Value:
    assert each.share is not None
    counted = _counted(context, each)
    number = replace(counted, x=as_number(context, Array(counted.x)).value)
    return quantile(context, groups, number, each.share)


def _row(
    text: str,
    build: "Callable[[Context, Groups, Aggregate], Value]",
    *kinds: Kind,
    lacking: Lacking | None = None,
) -> AggregateRow:
    return AggregateRow(Signature.parse(text), kinds or NUMBERS, build, lacking)


def _zero(each: Aggregate) -> int:
    """What a quotient by no rows is."""
    return 0


def _filler(each: Aggregate) -> int:
    """What an extreme of no rows is."""
    assert each.x is not None
    return int(each.function == "min") if _is_bool(each) else filled_with(each.x.element, each.function)


_SUMS = frozenset(["sum", "count", "mean", "var", "std", "any"])
"""Aggregates that zeros in rows which do not count leave as they are."""


AGGREGATES: dict[str, AggregateRow] = {
    row.signature.name: row
    for row in [
        _row("sum(x, where=None)", _sum),
        _row("count(x=None, where=None)", _count, *Kind),
        _row("mean(x, where=None)", _mean, lacking=_zero),
        _row("var(x, where=None)", _var, lacking=_zero),
        _row("std(x, where=None)", _std, lacking=_zero),
        _row("min(x, where=None)", _extreme, *NUMBERS, *MOMENTS, lacking=_filler),
        _row("max(x, where=None)", _extreme, *NUMBERS, *MOMENTS, lacking=_filler),
        _row("any(x, where=None)", _any, Kind.BOOL),
        _row("all(x, where=None)", _all, Kind.BOOL),
        _row("first(x, where=None)", _first, *NUMBERS, *MOMENTS, Kind.CATEGORY, lacking=_zero),
        _row("last(x, where=None)", _last, *NUMBERS, *MOMENTS, Kind.CATEGORY, lacking=_zero),
        _row("count_distinct(x, where=None)", _distinct, *Kind),
        _row("median(x, where=None)", _quantile, lacking=_zero),
        _row("quantile(x, q: number, where=None)", _quantile, lacking=_zero),
    ]
}
