"""Tables whose keys repeat, made ready for a join of rows that each have a key of their own, and unfolded after it.

- The left side of a join may have several rows of a key. `Arranged` puts its rows by key; the first row of each key
  stands for all of them in the join, and `copied` gives what it has found to the others.
- The right side may have several with `at_most=k`: `packed` makes of them one row with lists of k, and `unpacked` gives
  the joined rows k places each, of which those that a row fills are valid.

In: tables. Out: tables and values. All of it is written with operations that whoever knows the keys computes alone, for
nothing, where somebody does.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ....ir.program import Operation, Value
from ....ir.types import Kind
from ...arrays.arithmetic import conjunction
from ...arrays.arrangement import bits, equals_next, gathered, inverted, part, sorted_rows, stacked, zero_rows
from ...declarations import present_name
from ...state.context import Context
from ...state.values import Table
from .matched import Matched, Request

SLOTS = "slots "
"""A column of lists of bools that no program can name: which of the places of a packed row are filled."""


def has_key(context: Context, table: Table, key: Sequence[str]) -> Value | None:
    """Which rows of a table have all columns of a key; None where all rows have.

    Where a column may lack values, another column tells; without one, 0 stands for a missing `key`.
    """
    found = []
    for name in key:
        column = table.named[name]
        if present_name(name) in table.columns:
            found.append(table.columns[present_name(name)])
            continue
        source = context.builder.definition(column)
        is_given = source is not None and source.name == "input" and _has_all_keys(source)
        if column.type.element.kind is Kind.KEY and not is_given:
            zero = context.filled(column.type.with_shape(()), 0)
            found.append(context.emit("not", context.emit("equal", column, zero)))
    return conjunction(context, found)


def _has_all_keys(source: Operation) -> bool:
    """Whether an input refuses rows without a key; shares that were kept may have such rows."""
    return source.attributes["default"] is None and not source.attributes["shares"]


# --- the left side ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class Arranged:
    """A table by key: `by_key` are its rows in that order, and `starts` tells which of these are the first of a key.

    In the order of slots, the first rows of all keys stand first, and the others after them.
    """

    context: Context
    count: int
    by_key: Value
    starts: Value

    @staticmethod
    def of(context: Context, table: Table, key: Sequence[str], valid: Value | None = None) -> "Arranged":
        """The table by key; rows that are not `valid` come last and have no others with them."""
        columns = [table.named[name] for name in key]
        by_key = sorted_rows(context, valid, columns)
        if not table.rows:
            return Arranged(context, 0, by_key, bits(context, 1, 0))
        same = conjunction(context, [equals_next(context, gathered(context, each, by_key)) for each in columns])
        assert same is not None
        usable = None if valid is None else part(context, gathered(context, valid, by_key), 1, table.rows)
        joint = same if usable is None else context.emit("and", same, usable)
        starts = stacked(context, bits(context, 1, 1), context.emit("not", joint))
        return Arranged(context, table.rows, by_key, starts)

    @property
    def slots(self) -> Value:
        """Rows in the order of slots, from rows by key."""
        return self.context.emit("argsort", self.context.emit("not", self.starts), descending=(0,))

    def places(self) -> Value:
        """For each row of the table the number of its slot."""
        numbers = self.context.emit("iota", n=self.count)
        of_rows_by_key = gathered(self.context, numbers, inverted(self.context, self.slots))
        return gathered(self.context, of_rows_by_key, inverted(self.context, self.by_key))

    def copied(self, x: Value) -> Value:
        """What the first row of each key has, on all rows by key; x is in the order of slots.

        One slot more stands between the first rows and the others, and goes where nobody looks: there is the step from
        the last one to zero.
        """
        context = self.context
        one, zero = bits(context, 1, 1), bits(context, 0, 1)
        is_other = stacked(context, context.emit("not", self.starts), one)
        is_row = stacked(context, bits(context, 1, self.count), zero)
        slots = context.emit("argsort", is_other, is_row, descending=(0, 0))
        return part(context, context.emit("copies", x, inverted(context, slots)), 0, self.count)


# --- the right side -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class Packed:
    """`table` has a row for each key, the first of those that have it, with lists of all; other rows are cleared.
    `surplus` tells of each row whether too many rows have its key.
    """

    table: Table
    surplus: Value


def packed(request: Request, *, in_place: bool) -> Packed:
    """The right table with lists of `most` in place of every column but those of the key.

    Rows stay `in_place`, or else stand by key. Rows without a key stand for themselves alone.
    """
    context, table, (key,), most = request.context, request.b, request.on, request.most
    keyed = has_key(context, table, key)
    usable = keyed if in_place else conjunction(context, [table.valid, keyed])
    arranged = Arranged.of(context, table, key, usable)
    present = bits(context, 1, table.rows) if table.valid is None else table.valid
    back = inverted(context, arranged.by_key) if in_place else None

    def put(x: Value) -> Value:
        return x if back is None else gathered(context, x, back)

    joint = _joint(context, arranged, most)
    kept = [name for name in table.columns if request.is_of_key(name)]
    columns = {
        name: table.columns[name] if in_place else gathered(context, table.columns[name], arranged.by_key)
        for name in kept
    }
    for name, value in table.columns.items():
        if name not in kept:
            moved = gathered(context, value, arranged.by_key)
            columns[name] = put(_listed(context, [_ahead(context, moved, step) for step in range(most)]))
    there = gathered(context, present, arranged.by_key)
    filled = [
        context.emit("and", _ahead(context, there, step), each)
        for step, each in enumerate(
            [arranged.starts, *(context.emit("and", arranged.starts, one) for one in joint[:-1])]
        )
    ]
    columns[SLOTS] = put(_listed(context, filled))
    any_filled = put(context.emit("any", _listed(context, filled), axis=1))
    return Packed(Table(columns, table.rows, any_filled), joint[-1])


def _joint(context: Context, arranged: Arranged, most: int) -> list[Value]:
    """For 1 to `most` rows ahead: whether the row there has the same key."""
    follows = _ahead(context, context.emit("not", arranged.starts), 1)
    found = [follows]
    for step in range(1, most):
        found.append(context.emit("and", found[-1], _ahead(context, follows, step)))
    return found


def _ahead(context: Context, x: Value, step: int) -> Value:
    """On each row what so many rows further there is, zeros beyond the last one."""
    count = x.type.shape[0]
    rest = part(context, x, min(step, count), count)
    return rest if not step else stacked(context, rest, zero_rows(context, x, min(step, count)))


def _listed(context: Context, parts: list[Value]) -> Value:
    """Values of rows as lists of the rows."""
    shape = parts[0].type.shape
    wide = [context.emit("reshape", each, shape=(shape[0], 1, *shape[1:])) for each in parts]
    return wide[0] if len(wide) == 1 else context.emit("concat", *wide, axis=1)


def unpacked(request: Request, found: Matched, most: int) -> Matched:
    """So many rows for each joined one: those that a row of `b` fills, and the first one where there is no partner."""
    context = request.context
    filled = _flat(context, found.b[SLOTS])
    a = {name: _each(context, value, most) for name, value in found.a.items()}
    b = {
        name: _each(context, value, most) if request.is_of_key(name) else _flat(context, value)
        for name, value in found.b.items()
        if name != SLOTS
    }
    shown = filled
    if request.keeps_left:
        alone = context.emit("and", found.in_a, context.emit("not", found.in_b))
        none = bits(context, 0, found.rows)
        firsts = _listed(context, [alone, *(none for _ in range(1, most))])
        shown = context.emit("or", filled, _flat(context, firsts))
    valid = shown if found.valid is None else context.emit("and", shown, _each(context, found.valid, most))
    return Matched(a, b, _each(context, found.in_a, most), filled, found.rows * most, valid)


def _each(context: Context, x: Value, most: int) -> Value:
    """Each row so many times, one after the other."""
    shape = x.type.shape
    upright = context.emit("reshape", x, shape=(shape[0], 1, *shape[1:]))
    wide = context.emit("broadcast", upright, shape=(shape[0], most, *shape[1:]))
    return context.emit("reshape", wide, shape=(shape[0] * most, *shape[1:]))


def _flat(context: Context, x: Value) -> Value:
    """Lists of rows as rows."""
    rows, most, *rest = x.type.shape
    return context.emit("reshape", x, shape=(rows * most, *rest))


def standing_for_all(context: Context, table: Table, key: Sequence[str]) -> Table:
    """The table whose first row of each key is valid if any row of the key is; it stays in place."""
    if table.valid is None or not table.rows:
        return table
    by_key = Arranged.of(context, table, key).by_key
    columns = [table.named[name] for name in key]
    best = context.emit("argsort", *columns, context.emit("not", table.valid), descending=(0,) * (len(columns) + 1))
    valid = gathered(context, gathered(context, table.valid, best), inverted(context, by_key))
    return replace(table, valid=valid)
