"""The built-in `join`: what may be joined on what, and the names of the result's columns.

In: bound arguments. Out: a table. Who finds the partners is up to `shared` and `aligned`: each gives both tables'
columns on the rows of the result, with zeros where a row has no partner. Several tables are joined one after the other.
"""

from dataclasses import replace

from ....ir.program import Value
from ....syntax import tree
from ...arrays.missing import bits_of, mask_rows, with_bits
from ...declarations import PRESENT_SUFFIX, present_name
from ...errors import wrong
from ...state.values import Array, Meaning, Presence, Table
from ..arguments import Arguments, Given
from .aligned import aligned_join, is_alignable, joined_around
from .keys import Keys, columns_of, join_keys
from .matched import HOW, Matched, Request
from .repeats import packed, standing_for_all, unpacked
from .shared import shared_join
from .unique import is_unique, note_unique, refuse_surplus

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
    most = _most(call, on)
    names = _names(call.several, tables)
    if how in ("semi", "anti"):
        tables = [
            tables[0],
            *(replace(table, columns=_only(table, on), marks={}, present=_lacking(table, on)) for table in tables[1:]),
        ]
    _check_clashes(call, tables, on)
    requests = [Request(call, tables[0], table, on, how, most) for table in tables[1:]]
    if len(requests) > 1 and _are_around(requests):
        return _around(requests, names)
    found = tables[0]
    for number, table in enumerate(tables[1:], 1):
        marks = (names[0] if number == 1 else "", names[number])
        found = _joined(Request(call, found, table, on, how, most), marks)
    return found


def _most(call: Arguments, on: Keys) -> int:
    """Of how many rows of a right side a key may be."""
    most = call.number("at_most", 1)
    if most < 1:
        raise call.expected("at_most", "a number of rows, 1 or more", str(most), "say how many rows a key may have")
    if most > 1 and len(on) > 1:
        expected, remedy = "one key, of one column or several", "join on one of the keys at a time"
        raise call.expected("at_most", expected, "keys that are tried one after the other", remedy)
    return most


def _lacking(table: Table, on: Keys) -> dict[str, Presence]:
    return {name: table.present[name] for name in columns_of(on) if name in table.present}


def _only(table: Table, on: Keys) -> dict[str, Value]:
    return {name: table.named[name] for name in columns_of(on)}


def _joined(wanted: Request, names: tuple[str, str]) -> Table:
    """Two tables joined. Marks of joins before, and the bits that tell what is missing, travel as columns do, under
    names that no column has.
    """
    request = _laid_out(wanted)
    is_aligned = not _is_hidden(wanted) and is_alignable(request)
    join_ = aligned_join if is_aligned else shared_join
    if request.brings and request.most > 1:
        lists = _packed(request, in_place=is_aligned)
        return _table(unpacked(lists, join_(lists), request.most), wanted, names)
    if is_aligned and not request.brings:
        request = replace(request, b=standing_for_all(request.context, request.b, request.on[0]))
    return _table(join_(request), wanted, names)


def _is_hidden(wanted: Request) -> bool:
    return wanted.call.flag("hide_size", default=False) or wanted.context.hides_sizes


def _packed(request: Request, *, in_place: bool) -> Request:
    """The join with lists of the right side's rows in place of these; a key of too many rows stops the run."""
    context, (key,) = request.context, request.on
    found = packed(request, in_place=in_place)
    lists = replace(request, b=found.table)
    if not in_place and not is_unique(context, request.b, key):
        refuse_surplus(request, found.surplus, key)
        note_unique(context, [found.table.named[name] for name in key])
    return lists


def _are_around(requests: list[Request]) -> bool:
    """Whether the owner of the first table can match keys with the owners of all others, none of which it is itself."""
    first = requests[0]
    tables = [first.a, *(request.b for request in requests)]
    if _is_hidden(first) or first.how in ("right", "outer") or first.most > 1 or len(first.on) > 1 or not first.a.rows:
        return False
    if any(name in table.present for table in tables for name in first.keys):
        return False
    owner, *others = (table.named[name].label.owner for table in tables for name in first.keys[:1])
    return owner not in others and all(is_alignable(_laid_out(request)) for request in requests)


def _laid_out(wanted: Request) -> Request:
    return replace(wanted, a=_wide(wanted, wanted.a), b=_wide(wanted, wanted.b))


def _around(requests: list[Request], names: list[str]) -> Table:
    """All tables joined with the first one at once."""
    wide = [_laid_out(request) for request in requests]
    if not requests[0].brings:
        wide = [replace(each, b=standing_for_all(each.context, each.b, each.on[0])) for each in wide]
    tables = [
        _table(matched, request, (names[0] if number == 0 else "", names[number + 1]))
        for number, (matched, request) in enumerate(zip(joined_around(wide), requests, strict=True))
    ]
    columns = {name: value for table in tables for name, value in table.columns.items()}
    marks = {name: value for table in tables for name, value in table.marks.items()}
    present = {name: value for table in tables for name, value in table.present.items()}
    return replace(tables[0], columns=columns, marks=marks, present=present)


_MARK = "in "
"""Goes before the name of a mark that travels as a column."""


def _wide(wanted: Request, table: Table) -> Table:
    marks = {_MARK + name: value for name, value in table.marks.items()}
    used = {name: table.marks[name] for name in wanted.keys if name not in table.columns}
    lacking = {name for name in wanted.keys if name in wanted.a.present or name in wanted.b.present}
    bits = {
        present_name(name): bits_of(wanted.context, table.column(name))
        for name in table.columns
        if name in table.present or name in lacking
    }
    return replace(table, columns={**table.columns, **used, **marks, **bits}, marks={}, present={})


def _table(matched: Matched, request: Request, names: tuple[str, str]) -> Table:
    """The key, the other columns of both, and where each row comes from. Where a row has no partner, the partner's
    columns are missing.
    """
    b = {name: value for name, value in matched.b.items() if not request.is_of_key(name)} if request.brings else {}
    everything = {**matched.a, **b}
    columns = {
        name: value
        for name, value in everything.items()
        if not name.startswith(_MARK) and not name.endswith(PRESENT_SUFFIX)
    }
    present = {name: _presence(matched, request, name, everything, is_of_b=name in b) for name in columns}
    before = {
        name.removeprefix(_MARK): value
        for each in (matched.b, matched.a)
        for name, value in each.items()
        if name.startswith(_MARK)
    }
    here = {f"in_{name}": value for name, value in zip(names, (matched.in_a, matched.in_b), strict=True) if name}
    some = {name: one for name, one in present.items() if one is not None}
    return Table(columns, matched.rows, matched.valid, marks=before | here, present=some)


def _presence(
    matched: Matched, request: Request, name: str, everything: dict[str, Value], *, is_of_b: bool
) -> Presence | None:
    """Where a column of the result is there: its own bits, which are False without a partner, or the partner's."""
    own = everything.get(present_name(name))
    if own is not None:
        is_matched = request.is_of_key(name) and len(request.on) == 1 and request.how in ("inner", "semi")
        table = request.b if is_of_b else request.a
        known = table.present.get(name)
        return None if is_matched else Presence(own, 0 if known is None or known.held == 0 else None)
    if request.is_of_key(name) or not (request.keeps_left if is_of_b else request.keeps_right):
        return None
    mask = matched.in_b if is_of_b else matched.in_a
    column = with_bits(request.context, Array(everything[name]), mask_rows(request.context, mask, everything[name]), 0)
    return column.present


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
                remedy = f"give one of them another name first: `rename(t, {name}_2={name})`"
                raise wrong(
                    call.span,
                    f"two columns of the joined table are called `{name}`",
                    expected="columns of different names, but for those of `on`",
                    found=f"`{name}`, a column of both tables",
                    remedy=remedy,
                )
        taken |= table.columns.keys()
