"""The built-in `join`: what may be joined on what, and the names of the result's columns.

In: bound arguments. Out: a table. Who finds the partners is up to `shared` and `aligned`: each gives both tables'
columns on the rows of the result, with zeros where a row has no partner. Several tables are joined one after the other.
"""

from dataclasses import replace

from ....ir.program import Value
from ....syntax import tree
from ...errors import wrong
from ...state.values import Meaning, Table
from ..arguments import Arguments, Given
from .aligned import aligned_join, is_alignable
from .keys import Keys, columns_of, join_keys
from .matched import HOW, Matched, Request
from .shared import shared_join

_LETTERS = "abcdefgh"
"""What tables are called that have no name."""


def join(call: Arguments) -> Meaning:
    """The rows of tables that have the same key, side by side."""
    tables = call.tables("a")
    if len(tables) < 2:
        raise wrong(
            call.span,
            "`join` takes two tables or more",
            expected="`join(a, b, on=column)`",
            found="one table",
            remedy="name the table to join it with",
        )
    on = join_keys(call, tables)
    how = call.word("how", HOW, "inner")
    names = _names(call.several, tables)
    if how in ("semi", "anti"):
        tables = [tables[0], *(replace(table, columns=_only(table, on), marks={}) for table in tables[1:])]
    _check_clashes(call, tables, on)
    found = tables[0]
    for number, table in enumerate(tables[1:], 1):
        marks = (names[0] if number == 1 else "", names[number])
        found = _joined(Request(call, found, table, on, how), marks)
    return found


def _only(table: Table, on: Keys) -> dict[str, Value]:
    return {name: table.named[name] for name in columns_of(on)}


def _joined(wanted: Request, names: tuple[str, str]) -> Table:
    """Two tables joined: marks of joins before travel as columns do, under names that no column has."""
    a, b = (_wide(table, wanted.keys) for table in (wanted.a, wanted.b))
    request = replace(wanted, a=a, b=b)
    is_hidden = wanted.call.flag("hide_size", default=False) or wanted.context.hides_sizes
    matched = (shared_join if is_hidden or not is_alignable(request) else aligned_join)(request)
    return _table(matched, request, names)


_MARK = "in "
"""Goes before the name of a mark that travels as a column."""


def _wide(table: Table, keys: tuple[str, ...]) -> Table:
    marks = {_MARK + name: value for name, value in table.marks.items()}
    used = {name: table.marks[name] for name in keys if name not in table.columns}
    return replace(table, columns={**table.columns, **used, **marks}, marks={})


def _table(matched: Matched, request: Request, names: tuple[str, str]) -> Table:
    """The key, the other columns of both, and where each row comes from."""
    b = {name: value for name, value in matched.b.items() if name not in request.keys} if request.brings else {}
    everything = {**matched.a, **b}
    columns = {name: value for name, value in everything.items() if not name.startswith(_MARK)}
    before = {
        name.removeprefix(_MARK): value
        for each in (matched.b, matched.a)
        for name, value in each.items()
        if name.startswith(_MARK)
    }
    here = {f"in_{name}": value for name, value in zip(names, (matched.in_a, matched.in_b), strict=True) if name}
    return Table(columns, matched.rows, matched.valid, marks=before | here)


def _names(given: tuple[Given, ...], tables: list[Table]) -> list[str]:
    """What the marks call the tables: as the call does, or as their inputs are called."""
    return [
        each.node.name if isinstance(each.node, tree.Reference) else table.origin or _LETTERS[number % len(_LETTERS)]
        for number, (each, table) in enumerate(zip(given, tables, strict=True))
    ]


def _check_clashes(call: Arguments, tables: list[Table], on: Keys) -> None:
    """Raises unless each column of the result has a name of its own."""
    taken: set[str] = set()
    keys = columns_of(on)
    for table in tables:
        for name in table.columns:
            if name in taken and name not in keys:
                remedy = f"give one of them another name first: `table({keys[0]}=t.{keys[0]}, {name}_2=t.{name}, ...)`"
                raise wrong(
                    call.span,
                    f"two columns of the joined table are called `{name}`",
                    expected="columns of different names, but for those of `on`",
                    found=f"`{name}`, a column of both tables",
                    remedy=remedy,
                )
        taken |= table.columns.keys()
