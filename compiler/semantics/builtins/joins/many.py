"""Partners of rows whose keys may repeat, where nobody knows the keys: many rows find the same one.

In: a request. Out: `Partners`. All rows are sorted by key, those of the other table first among equals. So the partner
of a row is the row of the other table that has come last, if it is of the same run of equal keys. The other table's
rows are moved together, which keeps them in order, and copied down to all rows that follow them; each brings the
number of its run along, which tells whose partner it is. Nobody learns anything; a key that the other table has twice
would be found by some rows and not by others, so it is checked first that there is none: see `unique`.
"""

from ....ir.program import Value
from ...arrays.arithmetic import conjunction
from ...arrays.arrangement import bits, gathered, inverted, part, stacked, zero_rows
from ...state.context import Context
from ...state.conversion import as_number
from ...state.values import Array
from ..making import joined_ties
from .matched import Partners, Request
from .neighbours import Neighbours
from .repeats import has_key
from .tried import Tried
from .unique import needs_check, require_none


def partners_of_many(request: Request) -> Partners:
    """For each row of `a` the columns of its partner in `b`; no table is empty.

    Several keys are tried as in `shared.partners`.
    """
    context, a, b = request.context, request.a, request.b
    moving = request.moving(b.columns)
    tried = Tried(context, joined_ties(context, [(b.valid, b.rows), (a.valid, a.rows)]))
    for key in request.on:
        is_checked = needs_check(request, key)
        keyed = [(has_key(context, table, key), table.rows) for table in (b, a)]
        usable = conjunction(context, [tried.free, joined_ties(context, keyed)])
        found = Neighbours.of(context, b, a, key, usable)
        if is_checked:
            require_none(request, found.twice_first, key)
        copies = _Copies(found, b.rows)
        has = gathered(context, copies.matched, found.back)
        mask = part(context, has, b.rows, found.count)
        brought = ((name, copies.brought(value)) for name, value in moving.items())
        tried.add(has, mask, brought)
    matched, count = tried.matched, a.rows + b.rows
    assert matched is not None
    return Partners(tried.columns, part(context, matched, b.rows, count), part(context, matched, 0, b.rows))


class _Copies:
    """Rows of the first of two tables, copied down to the rows that follow them in the order of their keys."""

    def __init__(self, found: Neighbours, first_rows: int) -> None:
        context = self._context = found.context
        self._found, self._rows = found, first_rows
        last = bits(context, 0, 1)
        starts = stacked(context, bits(context, 1, 1), context.emit("not", found.same))
        run = context.emit("cumsum", _number(context, starts), axis=0)
        together = context.emit("placed", _places(found, first_rows))
        self._together, self._apart = together, inverted(context, together)
        mine = self._copied(part(context, gathered(context, run, together), 0, first_rows))
        of_same_run = context.emit("and", found.second, context.emit("equal", mine, run))
        is_found = context.emit("and", stacked(context, found.same, last), context.emit("not", found.second))
        self.matched = context.emit("or", of_same_run, is_found)
        """On the sorted rows: which of the second table have a partner, and which of the first one are partners."""

    def brought(self, column: Value) -> Value:
        """A column of the first table on the rows of the second one."""
        found = self._found
        return part(self._context, gathered(self._context, self._down(column), found.back), self._rows, found.count)

    def _down(self, column: Value) -> Value:
        """A column of the first table on all sorted rows."""
        context, found = self._context, self._found
        all_rows = stacked(context, column, zero_rows(context, column, found.count - self._rows))
        moved = gathered(context, gathered(context, all_rows, found.rows), self._together)
        return self._copied(part(context, moved, 0, self._rows))

    def _copied(self, x: Value) -> Value:
        return self._context.emit("copies", x, self._apart)


def _number(context: Context, x: Value) -> Value:
    return as_number(context, Array(x)).value


def _places(found: Neighbours, first_rows: int) -> Value:
    """Where each sorted row goes so that those of the first table come first, in order, and the others after them."""
    context = found.context
    second = _number(context, found.second)
    before = context.emit("cumsum", second, axis=0)
    line = context.emit("iota", n=found.count)
    # Of the first table: row i less those of the second up to it. Of the second: after all others, less itself.
    of_first = context.emit("subtract", line, before)
    of_second = context.emit("add", before, context.integer(first_rows - 1))
    step = context.emit("multiply", second, context.emit("subtract", of_second, of_first))
    return context.emit("add", of_first, step)
