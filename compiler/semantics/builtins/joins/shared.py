"""`join` where a key is secret: rows of both tables are sorted by key, so that partners are neighbours.

In: two tables and their keys. Out: `Matched`. The rows of one table, the *base*, stay where they are. One sort of all
rows brings the other table's columns to them, and back. Nobody learns anything but that no key of the right side stands
twice, where that has to be found out: see `unique`. If a key of the left side may stand twice, `many` finds partners,
or, where somebody knows the keys of the left side, the first row of each key does for the others.
"""

from collections.abc import Iterator

from ....ir.program import Value
from ...arrays.arithmetic import conjunction
from ...arrays.arrangement import (
    bits,
    gathered,
    inverted,
    part,
    rearranged,
    stacked,
    zero_rows,
)
from ...state.context import Context
from ...state.values import Table
from ..making import joined_ties
from .many import partners_of_many
from .matched import Matched, Partners, Request
from .neighbours import Neighbours, alike
from .repeats import Arranged, has_key
from .tried import Tried
from .unique import is_clear, is_unique, needs_check, note_unique, require_none


def shared_join(request: Request) -> Matched:
    """The joined rows: those of `a`, cleared unless they are in the result, and then those of `b` alone if they are. Of
    `inner` as many as the smaller table has, where no key of either stands twice.
    """
    context, a, b, on = request.context, request.a, request.b, request.on
    is_known = all(is_unique(context, a, key) for key in on)
    stays_known = is_known and len(on) == 1 and a.rows > 0  # keys of `b` were not checked against no rows
    if is_known or not a.rows or not b.rows:
        if request.how == "inner" and b.rows < a.rows:
            found = partners(request, b, a)
            columns = {**found.columns, **(b.columns if len(on) == 1 else {})}
            of_a = {name: columns[name] for name in a.columns}
            if stays_known:
                note_unique(context, [of_a[name] for name in on[0]])
            return Matched(of_a, b.columns, found.base, found.base, b.rows, found.base)
        matched = assembled(request, a, partners(request, a, b))
        if stays_known:
            note_unique(context, [matched.a[name] for name in on[0]])
        return matched
    if len(on) == 1 and is_clear(a, on[0]):
        return assembled(request, *_by_key(request))
    return assembled(request, a, partners_of_many(request))


def _by_key(request: Request) -> tuple[Table, Partners]:
    """The left table and its partners, where somebody knows which of its rows have a key in common.

    The first row of each key looks for a partner, which is then copied to the others. The rows of `inner` stand by key,
    those of other joins as in the table.
    """
    context, a, (key,) = request.context, request.a, request.on
    usable = conjunction(context, [a.valid, has_key(context, a, key)])
    arranged = Arranged.of(context, a, key, usable)
    slots = arranged.slots

    def in_slots(x: Value) -> Value:
        return gathered(context, gathered(context, x, arranged.by_key), slots)

    firsts = gathered(context, arranged.starts, slots)
    firsts = firsts if usable is None else context.emit("and", firsts, in_slots(usable))
    base = Table({name: in_slots(a.named[name]) for name in key}, a.rows, firsts)
    found = partners(request, base, request.b, base_has_keys=True)
    by_key = request.how == "inner"
    back = inverted(context, arranged.by_key)

    def copied(x: Value) -> Value:
        return arranged.copied(x) if by_key else gathered(context, arranged.copied(x), back)

    columns = {name: copied(value) for name, value in found.columns.items()}
    table = rearranged(context, a, arranged.by_key) if by_key else a
    return table, Partners(columns, copied(found.base), found.other)


def assembled(request: Request, a: Table, found: Partners) -> Matched:
    """The rows of the result, from what the rows of `a` have found."""
    context, b, how = request.context, request.b, request.how
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
    return followed(request, a, found, Table(b.columns, b.rows, alone))


def followed(request: Request, a: Table, found: Partners, alone: Table) -> Matched:
    """The rows of a `right` or `outer` join: those of `a`, and after them the valid ones of `b` that are `alone`."""
    context = request.context
    left = {}
    for name, value in a.columns.items():
        is_key = request.is_of_key(name)
        pair = alike(context, value, alone.columns[name]) if is_key else (value, zero_rows(context, value, alone.rows))
        left[name] = stacked(context, *pair)
    right = {
        name: stacked(context, found.columns[name], value)
        for name, value in alone.columns.items()
        if not request.is_of_key(name)
    }
    present = bits(context, 1, a.rows) if a.valid is None else a.valid
    kept = present if request.how == "outer" else found.base
    valid = bits(context, 1, alone.rows) if alone.valid is None else alone.valid
    in_a = stacked(context, kept, bits(context, 0, alone.rows))
    in_b = stacked(context, found.base, valid)
    return Matched(left, right, in_a, in_b, a.rows + alone.rows, stacked(context, kept, valid))


def partners(request: Request, base: Table, other: Table, *, base_has_keys: bool = False) -> Partners:
    """For each row of the base the columns of its partner.

    Several keys are tried one after the other. Each key looks among the rows that the keys before have left alone. No
    key of the base stands twice.
    """
    context, count = request.context, base.rows + other.rows
    moving = request.moving(other.columns)
    if not base.rows or not other.rows:
        zeros = {name: zero_rows(context, value, base.rows) for name, value in moving.items()}
        return Partners(zeros, bits(context, 0, base.rows), bits(context, 0, other.rows))
    tried = Tried(context, joined_ties(context, [(base.valid, base.rows), (other.valid, other.rows)]))
    for together in request.on:
        is_checked = needs_check(request, together)
        keyed = [None if base_has_keys else has_key(context, base, together), has_key(context, other, together)]
        lacking = joined_ties(context, list(zip(keyed, (base.rows, other.rows), strict=True)))
        usable = conjunction(context, [tried.free, lacking])
        neighbours = Neighbours.of(context, base, other, together, usable)
        rows, back, pairs, no = neighbours.rows, neighbours.back, neighbours.pairs, bits(context, 0, 1)
        if is_checked:
            require_none(request, neighbours.twice, together)
        both = context.emit("or", stacked(context, pairs, no), stacked(context, no, pairs))
        found = gathered(context, both, back)
        mask = part(context, found, 0, base.rows)
        tried.add(found, mask, _brought(context, moving, base.rows, rows, back))
    matched = tried.matched
    assert matched is not None
    return Partners(tried.columns, part(context, matched, 0, base.rows), part(context, matched, base.rows, count))


def _brought(
    context: Context, columns: dict[str, Value], base_rows: int, rows: Value, back: Value
) -> Iterator[tuple[str, Value]]:
    """The columns of the other table: each row of the base gets the value of the next sorted row."""
    for name, column in columns.items():
        all_rows = stacked(context, zero_rows(context, column, base_rows), column)
        count = all_rows.type.shape[0]
        following = part(context, gathered(context, all_rows, rows), 1, count)
        up = stacked(context, following, zero_rows(context, column, 1))
        yield name, part(context, gathered(context, up, back), 0, base_rows)
