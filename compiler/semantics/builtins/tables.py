"""Built-in functions of tables. In: bound arguments. Out: tables.

Rows are never dropped. Only their valid bits are cleared.
"""

from collections.abc import Iterable
from dataclasses import replace

from ...ir.program import Value
from ...ir.types import Kind
from ...source import Span
from ..arrays.arithmetic import conjunction, promoted
from ..arrays.missing import bare, bits_of, column_presence, holding
from ..errors import wrong
from ..state.context import Context
from ..state.describe import describe
from ..state.values import Array, Meaning, Presence, Table
from .arguments import Arguments
from .columns import column_names
from .making import joined_ties


def filter_(call: Arguments) -> Meaning:
    """The table with the rows cleared where the mask does not hold, or is missing."""
    table, mask = call.table("t"), holding(call.context, call.array("mask"))
    if mask.element.kind is not Kind.BOOL or mask.shape != (table.rows,):
        expected = f"`bool[{table.rows}]`: one bool for each row of the table"
        raise call.expected("mask", expected, describe(mask), "compare a column with a value, as in `t.age > 30`")
    valid = conjunction(call.context, [table.valid, mask.tie(0), mask.value])
    return replace(table, valid=valid)


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
    lacking = {name: column_presence(context, column) for name, column in columns.items()}
    present = {name: one for name, one in lacking.items() if one is not None}
    return Table(values, rows, valid, _origin(context, values.values()), present=present)


def drop(call: Arguments) -> Meaning:
    """The table without these columns."""
    table = call.table("t")
    names = column_names(call, "columns", table, of_lists=True)
    columns = {name: value for name, value in table.columns.items() if name not in names}
    if not columns:
        raise call.expected("columns", "at least one column fewer", "all of them", "keep a column")
    marks = {name: value for name, value in table.marks.items() if name not in names}
    present = {name: one for name, one in table.present.items() if name not in names}
    return replace(table, columns=columns, marks=marks, present=present)


def rename(call: Arguments) -> Meaning:
    """The table with other names for columns, as in `rename(t, new=old)`; they stay in their order."""
    table = call.table("t")
    new: dict[str, str] = {}
    for name in call.named:
        if name != "t":
            old, *others = column_names(call, name, table, of_lists=True)
            if others or old in new:
                raise call.expected(name, "one column, which gets one name", "another", f"write `{name}={old}`")
            new[old] = name
    columns: dict[str, Value] = {}
    for old, value in {**table.columns, **{name: table.marks[name] for name in new if name in table.marks}}.items():
        name = new.get(old, old)
        if name in columns:
            remedy = "give that one another name in the same call"
            raise call.expected(name, "a name that no other column has", f"`{name}`", remedy)
        columns[name] = value
    present = {new.get(old, old): one for old, one in table.present.items()}
    return replace(table, columns=columns, present=present)


def _origin(context: Context, columns: Iterable[Value]) -> str:
    """The table input that the first input among the columns belongs to. Empty if no column is an input of a table."""
    for column in columns:
        source = context.builder.definition(column)
        if source is not None and source.name == "input":
            table, _, name = str(source.attributes["name"]).partition(".")
            return table if name else ""
    return ""


def union(call: Arguments) -> Meaning:
    """The rows of tables with the same columns, one after the other."""
    context, tables = call.context, call.tables("a")
    first = tables[0]
    for table, given in zip(tables, call.several, strict=True):
        if table.columns.keys() != first.columns.keys():
            expected, found = f"the columns of the first table: {', '.join(first.columns)}", ", ".join(table.columns)
            raise _differs(given.span, expected, found, "build it with `table(...)`")
    columns, present = {}, {}
    for name in first.columns:
        parts = promoted(context, [bare(table.column(name)) for table in tables], call.span, "union")
        for part, given in zip(parts, call.several, strict=True):
            if part.shape[1:] != parts[0].shape[1:]:
                expected, remedy = f"`{name}` as {describe(parts[0])}", "give the lists one length"
                raise _differs(given.span, expected, describe(part), remedy)
        columns[name] = _stacked(context, [part.value for part in parts])
        lacking = [table.present[name] for table in tables if name in table.present]
        if lacking:
            bits = _stacked(context, [bits_of(context, table.column(name)) for table in tables])
            present[name] = Presence(bits, 0 if all(one.held == 0 for one in lacking) else None)
    common = [name for name in first.marks if all(name in table.marks for table in tables)]
    marks = {name: _stacked(context, [table.marks[name] for table in tables]) for name in common}
    valid = joined_ties(context, [(table.valid, table.rows) for table in tables])
    return Table(columns, sum(table.rows for table in tables), valid, marks=marks, present=present)


def _stacked(context: Context, parts: list[Value]) -> Value:
    return parts[0] if len(parts) == 1 else context.emit("concat", *parts, axis=0)


def _differs(span: Span, expected: str, found: str, remedy: str) -> Exception:
    problem = "this table of `union` does not fit the first one"
    return wrong(span, problem, expected=expected, found=found, remedy=remedy)
