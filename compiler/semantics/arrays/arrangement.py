"""Rows of tables and arrays in another order. In: IR values whose first axis is the rows, and ROWS. Out: IR values."""

from collections.abc import Sequence

from ...ir.program import Value
from ...ir.types import BOOL, ArrayType
from ..state.context import Context
from ..state.values import Presence, Table


def sorted_rows(
    context: Context, valid: Value | None, keys: Sequence[Value], descending: Sequence[int] | None = None
) -> Value:
    """The rows in the order of the keys, the first key first. Cleared rows come last; equal rows keep their order."""
    flags = tuple(descending if descending is not None else [0] * len(keys))
    if valid is not None:
        return context.emit("argsort", context.emit("not", valid), *keys, descending=(0, *flags))
    return context.emit("argsort", *keys, descending=flags)


def gathered(context: Context, x: Value, rows: Value) -> Value:
    """The array that has row `rows[i]` of x at place i."""
    return context.emit("gather", x, rows)


def inverted(context: Context, rows: Value) -> Value:
    """The rows that put back what `rows` moved."""
    return context.emit("invert", rows)


def rearranged(context: Context, table: Table, rows: Value) -> Table:
    """The table with its rows moved, cleared rows as well."""
    columns = {name: gathered(context, value, rows) for name, value in table.columns.items()}
    marks = {name: gathered(context, value, rows) for name, value in table.marks.items()}
    valid = None if table.valid is None else gathered(context, table.valid, rows)
    moved = {value: columns[name] for name, value in table.columns.items()}
    known = [each for each in context.facts.unique if each <= moved.keys()]
    context.facts.unique |= {frozenset(moved[value] for value in each) for each in known}
    bits: dict[Value, Value] = {}
    for one in table.present.values():
        if one.bits not in bits:
            bits[one.bits] = gathered(context, one.bits, rows)
    present = {name: Presence(bits[one.bits], one.held) for name, one in table.present.items()}
    return Table(columns, table.rows, valid, marks=marks, present=present)


# --- neighbours -------------------------------------------------------------------------------------------------


def part(context: Context, x: Value, start: int, stop: int) -> Value:
    """Rows start to stop - 1."""
    shape = x.type.shape
    if (start, stop) == (0, shape[0]):
        return x
    rest = shape[1:]
    zeros, ones = (0,) * len(rest), (1,) * len(rest)
    return context.emit("slice", x, starts=(start, *zeros), stops=(stop, *rest), steps=(1, *ones))


def stacked(context: Context, *parts: Value) -> Value:
    """The rows of all parts, one part after the other."""
    present = [each for each in parts if each.type.shape[0]] or list(parts[:1])
    return present[0] if len(present) == 1 else context.emit("concat", *present, axis=0)


def zero_rows(context: Context, x: Value, count: int) -> Value:
    """`count` rows of zeros, in the type of the rows of x."""
    return context.filled(x.type.with_shape((count, *x.type.shape[1:])), 0)


def bits(context: Context, value: int, count: int) -> Value:
    """The same static bool for each of `count` rows."""
    return context.filled(ArrayType(BOOL, (count,)), value)


def equals_next(context: Context, x: Value) -> Value:
    """For each row but the last, whether it equals the next row."""
    count = x.type.shape[0]
    return context.emit("equal", part(context, x, 0, count - 1), part(context, x, 1, count))


def following(context: Context, x: Value, last: Value) -> Value:
    """For each row the next row; for the last row the row `last`."""
    count = x.type.shape[0]
    return stacked(context, part(context, x, 1, count), last) if count else x


def preceding(context: Context, x: Value, first: Value) -> Value:
    """For each row the row before; for the first row the row `first`."""
    count = x.type.shape[0]
    return stacked(context, first, part(context, x, 0, count - 1)) if count else x
