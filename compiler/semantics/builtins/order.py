"""Built-in functions of order: sorting, the largest, shuffling. In: bound arguments. Out: arrays and tables.

Cleared rows come last, and their valid bits move with them.
"""

from dataclasses import dataclass, replace
from math import prod

from ...ir.program import Value
from ...ir.types import MOMENTS, Kind
from ..arrays.arithmetic import conjunction, require_numbers
from ..arrays.arrangement import bits, gathered, inverted, part, rearranged, sorted_rows
from ..arrays.missing import bits_of, blank, carried, refuse, with_bits
from ..state.context import Context
from ..state.describe import describe
from ..state.values import Array, Meaning, Presence, Table, tied
from .arguments import Arguments
from .columns import column_names, directions
from .making import joined_ties

ORDERED = (Kind.BOOL, Kind.INT, Kind.FIXED, *MOMENTS, Kind.CATEGORY)


@dataclass(frozen=True, slots=True, eq=False)
class Lines:
    """The lines of an array of this shape along an axis. Each line is sorted by itself.

    `rows` moves all lines at once: they lie one after the other in one vector.
    """

    context: Context
    shape: tuple[int, ...]
    axis: int
    rows: Value

    @property
    def length(self) -> int:
        """The number of elements of one line."""
        return self.shape[self.axis]

    def moved(self, x: Value) -> Value:
        """The array in the new order, with its lines along the last axis."""
        moved = gathered(self.context, _in_lines(self.context, x, self.axis), self.rows)
        shape = (*self.shape[: self.axis], *self.shape[self.axis + 1 :], self.length)
        return moved if moved.type.shape == shape else self.context.emit("reshape", moved, shape=shape)

    def restored(self, x: Value) -> Value:
        """An array whose lines are along the last axis, with that axis moved to where it belongs."""
        last = len(self.shape) - 1
        if self.axis == last:
            return x
        order = (*range(self.axis), last, *range(self.axis, last))
        return self.context.emit("transpose", x, permutation=order)

    def places(self) -> Value:
        """For each element the place in its line that it comes from. Lines are along the last axis."""
        return self.moved(_along(self.context, self.context.emit("iota", n=self.length), self.shape, self.axis))

    def tie(self, valid: Value | None) -> Value | None:
        """The valid bits of the axis in the new order. All lines have the same bits, so one line suffices."""
        if valid is None or len(self.shape) == 1:
            return None if valid is None else gathered(self.context, valid, self.rows)
        moved = self.moved(_along(self.context, valid, self.shape, self.axis))
        flat = self.context.emit("reshape", moved, shape=(prod(self.shape),))
        return part(self.context, flat, 0, self.length) if prod(self.shape) else valid


def sorted_lines(context: Context, x: Value, axis: int, *masks: Value | None, descending: bool = False) -> Lines:
    """The array's lines along an axis in order. Elements that the first mask, an array like x, leaves out come last;
    before them those that the next one leaves out.
    """
    shape = x.type.shape
    key = _in_lines(context, x, axis)
    left_out = [context.emit("not", _in_lines(context, mask, axis)) for mask in masks if mask is not None]
    if len(shape) == 1:
        rows = context.emit("argsort", *left_out, key, descending=(*(0 for _ in left_out), int(descending)))
        return Lines(context, shape, axis, rows)
    count = prod(shape[:axis] + shape[axis + 1 :])
    numbers = context.emit("reshape", context.emit("iota", n=count), shape=(count, 1))
    wide = context.emit("broadcast", numbers, shape=(count, shape[axis]))
    line = context.emit("reshape", wide, shape=(count * shape[axis],))
    flags = (0, *(0 for _ in left_out), int(descending))
    return Lines(context, shape, axis, context.emit("argsort", line, *left_out, key, descending=flags))


def _in_lines(context: Context, x: Value, axis: int) -> Value:
    """The lines of an array along an axis, one after the other."""
    shape = x.type.shape
    if len(shape) == 1:
        return x
    if axis != len(shape) - 1:
        order = (*range(axis), *range(axis + 1, len(shape)), axis)
        x = context.emit("transpose", x, permutation=order)
    return context.emit("reshape", x, shape=(prod(shape),))


def _along(context: Context, vector: Value, shape: tuple[int, ...], axis: int) -> Value:
    """A vector repeated in each line of an array."""
    if len(shape) == 1:
        return vector
    column = tuple(size if position == axis else 1 for position, size in enumerate(shape))
    return context.emit("broadcast", context.emit("reshape", vector, shape=column), shape=shape)


# --- arrays -----------------------------------------------------------------------------------------------------


def sort(call: Arguments) -> Meaning:
    """The elements along an axis in order, missing ones last; the rows of a table by some of its columns."""
    if isinstance(call.named["x"].value, Table):
        return _sorted_table(call, call.table("x"))
    if call.has("by"):
        found = describe(call.named["x"].value)
        raise call.expected("x", "a table, whose columns `by` names", found, "leave out `by`: `sort(x)`")
    x, lines = _lines(call, descending=call.flag("descending", default=False))
    return _with_presence(x, lines, _ordered(x, lines, lines.moved(x.value)))


def argsort(call: Arguments) -> Meaning:
    """The places of the elements along an axis, in the order of the elements; equal ones stay in order, missing ones
    come last.
    """
    x, lines = _lines(call, descending=call.flag("descending", default=False))
    return _ordered(x, lines, lines.places())


def topk(call: Arguments) -> Meaning:
    """The k largest elements along an axis, the largest first; where there are fewer, cleared rows follow."""
    context = call.context
    k = call.number("k")
    if k < 0:
        raise call.expected("k", "0 or more", str(k), "check its sign")
    x, lines = _lines(call, descending=True)
    best = _with_presence(x, lines, _ordered(x, lines, lines.moved(x.value)))
    first = carried(context, best, lambda one: _first_along(context, one, lines.axis, min(k, lines.length)))
    return carried(context, first, lambda one: _lengthened(context, one, lines.axis, k))


def _first_along(context: Context, x: Array, axis: int, k: int) -> Array:
    stops = tuple(k if each == axis else size for each, size in enumerate(x.shape))
    value = context.emit("slice", x.value, starts=(0,) * x.rank, stops=stops, steps=(1,) * x.rank)
    tie = x.tie(axis)
    ties = list(x.ties)
    if tie is not None:
        ties[axis] = part(context, tie, 0, k)
    return tied(value, tuple(ties))


def _lengthened(context: Context, x: Array, axis: int, k: int) -> Array:
    """x with cleared rows of zeros at the end of an axis, so that it has k."""
    lacking = k - x.shape[axis]
    if not lacking:
        return x
    rest = context.filled(x.type.with_shape((*x.shape[:axis], lacking, *x.shape[axis + 1 :])), 0)
    value = context.emit("concat", x.value, rest, axis=axis)
    ends = joined_ties(context, [(x.tie(axis), x.shape[axis]), (bits(context, 0, lacking), lacking)])
    return tied(value, tuple(ends if each == axis else x.tie(each) for each in range(x.rank)))


def _with_presence(x: Array, lines: Lines, ordered: Array) -> Array:
    """What is missing of the ordered elements of x."""
    if x.present is None:
        return ordered
    moved = lines.restored(lines.moved(bits_of(lines.context, x)))
    return with_bits(lines.context, ordered, moved, 0)


def _lines(call: Arguments, *, descending: bool) -> tuple[Array, Lines]:
    x = call.array("x")
    _require_order(call, x)
    if not x.rank:
        raise call.expected("x", "an array", describe(x), "one number is always in order")
    axis = call.axis("axis", x.rank, -1)
    tie = x.tie(axis)
    mask = None if tie is None else _along(call.context, tie, x.shape, axis)
    if x.present is None:
        return x, sorted_lines(call.context, x.value, axis, mask, descending=descending)
    there = bits_of(call.context, x)
    x = replace(blank(call.context, x), present=Presence(there, 0))
    return x, sorted_lines(call.context, x.value, axis, mask, there, descending=descending)


def _require_order(call: Arguments, x: Array) -> None:
    if x.element.kind is Kind.KEY:
        require_numbers([x], call.span, call.signature.name, *ORDERED)


def _ordered(x: Array, lines: Lines, moved: Value) -> Array:
    ties = tuple(lines.tie(tie) if axis == lines.axis else tie for axis, tie in enumerate(x.ties))
    return tied(lines.restored(moved), ties)


# --- tables -----------------------------------------------------------------------------------------------------


def _sorted_table(call: Arguments, table: Table) -> Table:
    if not call.has("by"):
        ordered = (name for name, value in table.columns.items() if value.type.element.kind in ORDERED)
        remedy = f"write `by={next(ordered, 'column')}`, say"
        raise call.expected("by", "the columns to sort by", "none", remedy)
    if call.has("axis"):
        raise call.expected("axis", "no axis: rows of a table are sorted", "`axis=`", "leave it out")
    names = column_names(call, "by", table)
    for name in names:
        if table.columns[name].type.element.kind is Kind.KEY:
            found, remedy = f"`{name}`, a `key`", "use `group` or `join` for what belongs together"
            raise call.expected("by", "columns that have an order", found, remedy)
    given = zip(names, directions(call, "descending", len(names)), strict=True)
    keys = [(key, flag) for name, flag in given for key, flag in sort_keys(call.context, table.column(name), flag)]
    flags = [flag for _, flag in keys]
    return rearranged(call.context, table, sorted_rows(call.context, table.valid, [key for key, _ in keys], flags))


def sort_keys(context: Context, column: Array, descending: int) -> list[tuple[Value, int]]:
    """What sorts by a column: what is missing comes last, whatever the direction."""
    if column.present is None:
        return [(column.value, descending)]
    absent = context.emit("not", bits_of(context, column))
    return [(absent, 0), (blank(context, column).value, descending)]


def shuffle(call: Arguments) -> Meaning:
    """The rows in an order that nobody knows."""
    context, given = call.context, call.named["x"].value
    if isinstance(given, Table):
        return rearranged(context, given, context.emit("random_rows", n=given.rows))
    x = _with_rows(call, "x")
    return _gathered(context, x, context.emit("random_rows", n=x.shape[0]))


def permute(call: Arguments) -> Meaning:
    """The array that has row p[i] of x at place i, for a p that has each place once.

    p is sorted and never opened. A p that has some place twice gives a useless result, but tells nobody anything.
    """
    context, given, p = call.context, call.named["x"].value, call.array("p")
    count = given.rows if isinstance(given, Table) else _with_rows(call, "x").shape[0]
    refuse(call.at("p"), "the argument `p` of `permute`", [p])
    if p.element.kind is not Kind.INT or p.shape != (count,):
        expected = f"`int[{count}]`: for each row the place it comes from"
        raise call.expected("p", expected, describe(p), "`argsort(x)` gives such places")
    rows = inverted(context, context.emit("argsort", p.value, descending=(0,)))
    if isinstance(given, Table):
        moved = rearranged(context, given, rows)
        return replace(moved, valid=conjunction(context, [moved.valid, p.tie(0)]))
    x = _gathered(context, call.array("x"), rows)
    tie = conjunction(context, [x.tie(0), p.tie(0)])
    return tied(x.value, (tie, *(x.ties[1:] or (None,) * (x.rank - 1))), x.present)


def _with_rows(call: Arguments, name: str) -> Array:
    x = call.array(name)
    if not x.rank:
        raise call.expected(name, "an array or a table", describe(x), "one number has no rows")
    return x


def _gathered(context: Context, x: Array, rows: Value) -> Array:
    tie = x.tie(0)
    ties = (tie if tie is None else gathered(context, tie, rows), *x.ties[1:])
    moved = tied(gathered(context, x.value, rows), ties)
    if x.present is None:
        return moved
    return with_bits(context, moved, gathered(context, bits_of(context, x), rows), x.present.held)
