"""The built-in `join`: what may be joined on what, and the names of the result's columns.

In: bound arguments. Out: a table. `shared` or `aligned` finds the partners: each gives the columns of both tables on
the rows of the result, with zeros where a row has no partner.
"""

from ....ir.program import Value
from ....ir.types import Kind
from ....syntax import tree
from ...errors import wrong
from ...state.conversion import joined
from ...state.describe import describe
from ...state.values import Array, Meaning, Table
from ...type_names import element_name
from ..arguments import Arguments
from ..columns import column_names
from .aligned import aligned_join, is_alignable
from .matched import Matched
from .shared import shared_join

HOW = ("inner", "left", "outer")
_KEYS = (Kind.KEY, Kind.INT, Kind.DATE, Kind.CATEGORY)


def join(call: Arguments) -> Meaning:
    """The rows of two tables that have the same key, side by side. Raises WrongError."""
    a, b = call.table("a"), call.table("b")
    on = column_names(call, "on", a, b)
    how = call.word("how", HOW, "inner")
    _check_keys(call, a, b, on)
    marks = _marks(call, a, b)
    _check_clashes(call, a, b, on, marks)
    is_hidden = call.flag("hide_size", default=False) or call.context.hides_sizes
    join_ = shared_join if is_hidden or not is_alignable(call, a, b, on) else aligned_join
    matched = join_(call, a, b, on, how)
    return _table(matched, on, marks)


def _table(matched: Matched, on: tuple[str, ...], marks: tuple[str, str]) -> Table:
    """The table of the key, the other columns of both tables, and the columns that tell where each row comes from."""
    right = {name: value for name, value in matched.b.items() if name not in on}
    present: dict[str, Value] = dict(zip(marks, (matched.in_a, matched.in_b), strict=True))
    return Table({**matched.a, **right, **present}, matched.rows, matched.valid)


def _check_keys(call: Arguments, a: Table, b: Table, on: tuple[str, ...]) -> None:
    """Raises WrongError unless the columns are keys and have one type in both tables."""
    for name in on:
        left, right = Array(a.columns[name]), Array(b.columns[name])
        for side in (left, right):
            if side.element.kind not in _KEYS:
                expected = "a column of `key`, `int`, `date` or `category`"
                remedy = "declare the column as `key`" if side.label.is_clear else "join on another column"
                raise call.expected("on", expected, f"`{name}`, {describe(side)}", remedy)
        if joined([left.element, right.element], call.context.scale) is None:
            found = f"`{name}`, {element_name(left.element)} in one and {element_name(right.element)} in the other"
            raise call.expected("on", "a column of one type in both tables", found, "declare both columns alike")


def _marks(call: Arguments, a: Table, b: Table) -> tuple[str, str]:
    """The names of the columns that tell which table a row comes from."""
    names = [_name(call, "a", a), _name(call, "b", b)]
    return f"in_{names[0]}", f"in_{names[1]}"


def _name(call: Arguments, parameter: str, table: Table) -> str:
    node = call.named[parameter].node
    return node.name if isinstance(node, tree.Reference) else table.origin or parameter


def _check_clashes(call: Arguments, a: Table, b: Table, on: tuple[str, ...], marks: tuple[str, str]) -> None:
    """Raises WrongError unless each column of the result has a name of its own."""
    taken = set(a.columns)
    for name in b.columns:
        if name in taken and name not in on:
            remedy = f"give one of them another name first: `table({on[0]}=t.{on[0]}, {name}_2=t.{name}, ...)`"
            raise _clash(call, name, "a column of both tables", remedy)
    taken |= b.columns.keys()
    for mark in marks:
        if mark in taken:
            remedy = "give a table another name before the `join`: `other = t`"
            raise _clash(call, mark, "the column that tells which rows are in a table, and another one", remedy)
        taken.add(mark)


def _clash(call: Arguments, name: str, found: str, remedy: str) -> Exception:
    return wrong(
        call.span,
        f"two columns of the joined table are called `{name}`",
        expected="columns of different names, but for those of `on`",
        found=f"`{name}`, {found}",
        remedy=remedy,
    )
