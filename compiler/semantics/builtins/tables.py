"""Built-in functions of tables. In: bound arguments. Out: tables.

Rows are never dropped. Only their valid bits are cleared.
"""

from collections.abc import Iterable

from ...ir.program import Value
from ...ir.types import Kind
from ..arrays.arithmetic import conjunction, promoted
from ..errors import wrong
from ..state.context import Context
from ..state.describe import describe
from ..state.values import Array, Meaning, Table
from .arguments import Arguments
from .making import joined_ties


def filter_(call: Arguments) -> Meaning:
    """The table with those rows cleared where the mask does not hold."""
    table, mask = call.table("t"), call.array("mask")
    if mask.element.kind is not Kind.BOOL or mask.shape != (table.rows,):
        expected = f"`bool[{table.rows}]`: one bool for each row of the table"
        raise call.expected("mask", expected, describe(mask), "compare a column with a value, as in `t.age > 30`")
    valid = conjunction(call.context, [table.valid, mask.tie(0), mask.value])
    return Table(table.columns, table.rows, valid, table.origin)


def table(call: Arguments) -> Meaning:
    """A table of these columns. A row is valid if it is valid in every column."""
    context = call.context
    if not call.named:
        raise wrong(
            call.span,
            "a table has at least one column",
            expected="`table(a=x, b=y)`",
            found="no argument",
            remedy="name each column: `table(amount=x)`",
        )
    columns: dict[str, Array] = {}
    for name, given in call.named.items():
        column = call.as_array(given, name)
        first = next(iter(columns.values()), column)
        if not column.rank or column.shape[0] != first.shape[0]:
            expected = "an array" if not column.rank else f"as many rows as the first column: {first.shape[0]}"
            raise call.expected(name, expected, describe(column), "give all columns the same first size")
        columns[name] = column
    rows = next(iter(columns.values())).shape[0]
    valid = conjunction(context, [column.tie(0) for column in columns.values()])
    values = {name: column.value for name, column in columns.items()}
    return Table(values, rows, valid, _origin(context, values.values()))


def _origin(context: Context, columns: Iterable[Value]) -> str:
    """The table input that the first input among the columns belongs to. Empty if no column is an input of a table."""
    for column in columns:
        source = context.builder.definition(column)
        if source is not None and source.name == "input":
            table, _, name = str(source.attributes["name"]).partition(".")
            return table if name else ""
    return ""


def union(call: Arguments) -> Meaning:
    """The rows of two tables with the same columns, one after the other."""
    context, a, b = call.context, call.table("a"), call.table("b")
    if a.columns.keys() != b.columns.keys():
        found = ", ".join(b.columns)
        raise call.expected("b", f"the columns of `a`: {', '.join(a.columns)}", found, "build it with `table(...)`")
    columns = {}
    for name, left in a.columns.items():
        pair = promoted(context, [Array(left), Array(b.columns[name])], call.span, "union")
        if pair[0].shape[1:] != pair[1].shape[1:]:
            raise call.expected("b", f"`{name}` as {describe(pair[0])}", describe(pair[1]), "give the lists one length")
        columns[name] = context.emit("concat", pair[0].value, pair[1].value, axis=0)
    valid = joined_ties(context, [(a.valid, a.rows), (b.valid, b.rows)])
    return Table(columns, a.rows + b.rows, valid)
