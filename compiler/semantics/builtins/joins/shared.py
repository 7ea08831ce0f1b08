"""`join` where a key is secret: rows of both tables are sorted by key, so that partners are neighbours.

In: two tables and their keys. Out: `Matched`. The rows of one table, the *base*, stay where they are. One sort of all
rows brings the other table's columns to them, and back. Nobody learns anything. A key that a table has twice finds one
partner.
"""

from dataclasses import dataclass

from ....ir.program import Operation, Value
from ....ir.types import Kind
from ...arrays.arithmetic import conjunction, mask_along, promoted
from ...arrays.arrangement import bits, equals_next, gathered, inverted, part, sorted_rows, stacked, zero_rows
from ...declarations import present_name
from ...state.context import Context
from ...state.values import Array, Table
from ..arguments import Arguments
from ..making import joined_ties
from .keys import Keys, columns_of
from .matched import Matched, Request


@dataclass(frozen=True, slots=True, eq=False)
class Partners:
    """The other table's columns on the rows of the base, zero where there is no partner; and which rows have one."""

    columns: dict[str, Value]
    base: Value
    other: Value


def shared_join(request: Request) -> Matched:
    """The joined rows: those of `a`, cleared unless they are in the result, and then those of `b` alone if they are. Of
    `inner` as many as the smaller table has.
    """
    a, b = request.a, request.b
    if request.how == "inner" and b.rows < a.rows:
        found = partners(request.call, b, a, request.on)
        columns = {**found.columns, **(b.columns if _goes_by_one(request.on) else {})}
        of_a = {name: columns[name] for name in a.columns}
        return Matched(of_a, b.columns, found.base, found.base, b.rows, found.base)
    return assembled(request, partners(request.call, a, b, request.on))


def assembled(request: Request, found: Partners) -> Matched:
    """The rows of the result, from what the rows of `a` have found."""
    context, a, b, how = request.context, request.a, request.b, request.how
    if how in ("inner", "semi"):
        return Matched(a.columns, found.columns, found.base, found.base, a.rows, found.base)
    present = bits(context, 1, a.rows) if a.valid is None else a.valid
    if how == "left":
        return Matched(a.columns, found.columns, present, found.base, a.rows, a.valid)
    if how == "anti":
        valid = conjunction(context, [a.valid, context.emit("not", found.base)])
        return Matched(a.columns, found.columns, present, found.base, a.rows, valid)
    alone = context.emit("not", found.other)
    alone = alone if b.valid is None else context.emit("and", alone, b.valid)
    left = {}
    for name, value in a.columns.items():
        is_key = request.is_of_key(name)
        pair = _like(context, value, b.columns[name]) if is_key else (value, zero_rows(context, value, b.rows))
        left[name] = stacked(context, *pair)
    right = {
        name: stacked(context, found.columns[name], b.columns[name])
        for name in b.columns
        if not request.is_of_key(name)
    }
    kept = present if how == "outer" else found.base
    in_a = stacked(context, kept, bits(context, 0, b.rows))
    in_b = stacked(context, found.base, alone)
    return Matched(left, right, in_a, in_b, a.rows + b.rows, stacked(context, kept, alone))


def _like(context: Context, x: Value, y: Value) -> tuple[Value, ...]:
    """Both in the element that holds both: keys are of one type, or bools and ints."""
    return tuple(each.value for each in promoted(context, [Array(x), Array(y)], context.builder.span, "join"))


def _goes_by_one(on: Keys) -> bool:
    """Whether partners agree in every column of a key."""
    return len(on) == 1


def partners(call: Arguments, base: Table, other: Table, on: Keys) -> Partners:
    """For each row of the base its partner's columns. Several keys are tried one after the other, each among the rows
    that the ones before have left alone.
    """
    context, count = call.context, base.rows + other.rows
    keys = columns_of(on)
    moving = {name: value for name, value in other.columns.items() if name not in keys or not _goes_by_one(on)}
    if not base.rows or not other.rows:
        zeros = {name: zero_rows(context, value, base.rows) for name, value in moving.items()}
        return Partners(zeros, bits(context, 0, base.rows), bits(context, 0, other.rows))
    free = joined_ties(context, [(base.valid, base.rows), (other.valid, other.rows)])
    columns: dict[str, Value] = {}
    matched: Value | None = None
    for together in on:
        key = [stacked(context, *_like(context, base.columns[name], other.columns[name])) for name in together]
        lacking = [_has_key(context, base, other, name) for name in together]
        usable = conjunction(context, [free, *lacking])
        rows = sorted_rows(context, usable, key)
        back = inverted(context, rows)
        pairs = _pairs(context, key, base.rows, usable, rows)
        no = bits(context, 0, 1)
        both = context.emit("or", stacked(context, pairs, no), stacked(context, no, pairs))
        found = gathered(context, both, back)
        mask = part(context, found, 0, base.rows)
        for each, value in moving.items():
            brought = _brought(context, value, base.rows, rows, back)
            rest = columns.get(each, zero_rows(context, value, base.rows))
            wide = mask_along(context, mask, len(value.type.shape), 0)
            columns[each] = context.emit("select", wide, brought, rest)
        matched = found if matched is None else context.emit("or", matched, found)
        alone = context.emit("not", found)
        free = alone if free is None else context.emit("and", free, alone)
    assert matched is not None
    return Partners(columns, part(context, matched, 0, base.rows), part(context, matched, base.rows, count))


def _has_key(context: Context, base: Table, other: Table, name: str) -> Value | None:
    """Which rows of both tables have a key; None if all have one.

    Where keys may be missing, a column tells. 0 stands for a missing key without one. An owner of keys checks that by
    itself.
    """
    found: list[tuple[Value | None, int]] = []
    for key, there in ((table.columns[name], table.columns.get(present_name(name))) for table in (base, other)):
        if there is not None:
            found.append((there, key.type.size))
            continue
        source = context.builder.definition(key)
        is_given = source is not None and source.name == "input" and _has_all_keys(source)
        if is_given or key.type.element.kind is not Kind.KEY:
            found.append((None, key.type.size))
        else:
            zero = context.filled(key.type.with_shape(()), 0)
            found.append((context.emit("not", context.emit("equal", key, zero)), key.type.size))
    return joined_ties(context, found)


def _has_all_keys(source: Operation) -> bool:
    """Whether an input refuses rows without a key. An input that was kept as shares may have such rows."""
    return source.attributes["default"] is None and not source.attributes["shares"]


def _pairs(context: Context, key: list[Value], base_rows: int, free: Value | None, rows: Value) -> Value:
    """For each sorted row but the last whether it is of the base and the next one its partner.

    The sort keeps the order of equal keys, and the base comes first among them.
    """
    count = rows.type.shape[0]
    of_other = stacked(context, bits(context, 0, base_rows), bits(context, 1, count - base_rows))
    side = gathered(context, of_other, rows)
    changes = context.emit("and", context.emit("not", part(context, side, 0, count - 1)), part(context, side, 1, count))
    same = conjunction(context, [equals_next(context, gathered(context, each, rows)) for each in key])
    assert same is not None
    pairs = context.emit("and", same, changes)
    if free is None:
        return pairs
    # Rows that are not free come last: so if the second of two rows is free, the first is, too.
    return context.emit("and", pairs, part(context, gathered(context, free, rows), 1, count))


def _brought(context: Context, column: Value, base_rows: int, rows: Value, back: Value) -> Value:
    """A column of the other table: each row of the base gets the value of the next sorted row."""
    all_rows = stacked(context, zero_rows(context, column, base_rows), column)
    count = all_rows.type.shape[0]
    following = part(context, gathered(context, all_rows, rows), 1, count)
    up = stacked(context, following, zero_rows(context, column, 1))
    return part(context, gathered(context, up, back), 0, base_rows)
