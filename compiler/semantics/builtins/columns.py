"""Names of columns in the arguments of `join`, `group` and `sort`. In: expressions of a call. Out: names of columns.

Also the scope in which the columns of a table are names.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from ...source import Span
from ...syntax import tree
from ..errors import similar, wrong
from ..state.context import Context
from ..state.describe import plural
from ..state.values import Array, Table
from .arguments import Arguments


def column_names(call: Arguments, parameter: str, *tables: Table, of_lists: bool = False) -> tuple[str, ...]:
    """The columns that an argument names: one, or several in brackets; each is in all of these tables.

    A column has one value for each row, unless it may be one `of_lists`.
    """
    return _names_in(call, parameter, call.named[parameter].node, tables, of_lists=of_lists)


def alternative_names(call: Arguments, parameter: str, *tables: Table) -> tuple[tuple[str, ...], ...]:
    """As `column_names`, for each of the alternatives between which the argument says `or`."""
    nodes, left = [], call.named[parameter].node
    while isinstance(left, tree.Binary) and left.operator == "or":
        nodes.append(left.right)
        left = left.left
    with call.context.collecting() as collector:
        found = []
        for node in (left, *reversed(nodes)):
            with collector:
                found.append(_names_in(call, parameter, node, tables))
    return tuple(found)


def _names_in(
    call: Arguments, parameter: str, node: tree.Expression, tables: tuple[Table, ...], *, of_lists: bool = False
) -> tuple[str, ...]:
    elements = node.elements if isinstance(node, tree.Tuple | tree.Sequence) else (node,)
    if not elements:
        raise call.expected(parameter, "the name of a column, or several", "none", f"write `{parameter}=column`")
    names: list[str] = []
    with call.context.collecting() as collector:
        for element in elements:
            with collector:
                name = _column_name(call, parameter, element, tables, of_lists=of_lists)
                if name in names:
                    remedy = "name each column once"
                    raise call.expected(parameter, "different columns", f"`{name}` twice", remedy)
                names.append(name)
    return tuple(names)


def _column_name(
    call: Arguments, parameter: str, node: tree.Expression, tables: tuple[Table, ...], *, of_lists: bool
) -> str:
    if not isinstance(node, tree.Reference):
        raise wrong(
            node.span,
            f"`{parameter}` of `{call.signature.name}` takes names of columns",
            expected=f"`{parameter}=column`, or `{parameter}=(column, column)`",
            found=_as_written(node),
            remedy=_bare(call, node),
        )
    for table in tables:
        if node.name not in table.named:
            raise no_column(node.span, node.name, table)
        shape = table.named[node.name].type.shape
        if len(shape) != 1 and not of_lists:
            raise wrong(
                node.span,
                f"`{parameter}` of `{call.signature.name}` takes columns with one value for each row",
                expected="a column of one value for each row",
                found=f"`{node.name}`, a column of lists of {list(shape[1:])}",
                remedy="take a part of the lists into a column of its own: `table(first=t.list[:, 0], ...)`",
            )
    call.context.columns.add(id(node))
    call.context.saw(node, tables[0].column(node.name))
    return node.name


def no_column(span: Span, name: str, table: Table) -> Exception:
    """The error that a name is not the name of one of the table's columns."""
    return wrong(
        span,
        f"the table has no column `{name}`",
        expected=f"one of {', '.join({**table.columns, **table.marks})}",
        found=f"`{name}`",
        remedy=similar(name, table.named) or "use the name of a column",
    )


def _as_written(node: tree.Expression) -> str:
    if isinstance(node, tree.Text):
        return f'the text "{node.value}"'
    place = node.span
    written = place.source.line(place.line)[place.column - 1 : place.end_column - 1]
    return f"`{written}`" if place.line == place.end_line else "an expression"


def _bare(call: Arguments, node: tree.Expression) -> str:
    if isinstance(node, tree.Text) and node.value.isidentifier():
        return f"write the name without quotes: `{node.value}`"
    if isinstance(node, tree.Attribute):
        return f"write the name alone: `{node.name.text}`"
    if isinstance(node, tree.Binary) and node.operator == "and":
        return "put columns that count together in brackets: `(a, b)`"
    return "make the expression a column first: `table(key=..., amount=t.amount)`"


@contextmanager
def columns_as_names(context: Context, table: Table) -> Iterator[None]:
    """Inside the `with`, bare names of the table's columns mean the columns. Other names keep their meaning."""
    outer = context.frame
    names: dict[str, Array] = {name: table.column(name) for name in table.named}
    context.frame = replace(outer, names={**outer.names, **names}, columns=frozenset(names))
    try:
        yield
    finally:
        context.frame = outer


def directions(call: Arguments, parameter: str, count: int) -> tuple[int, ...]:
    """An optional static bool for all columns, or a tuple with one for each; as 0 and 1."""
    if not call.has(parameter):
        return (0,) * count
    given = call.flags(parameter)
    if len(given) not in (1, count):
        expected = f"one `bool`, or one for each of {plural(count, 'column')}"
        raise call.expected(parameter, expected, str(len(given)), "give as many as there are columns in `by`")
    return tuple(int(flag) for flag in given) * (count if len(given) == 1 else 1)
