"""Two ways to form groups: one for each label of a category, or runs of equal rows in a sorted table.

In: a table and its columns of `by`. Out: sums, extremes and counts of the rows of each group. Either way has the rows
in an order of its own (`moved`), in which values of groups can be handed back to their rows (`spread`).
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from math import prod

import numpy as np

from ....ir.program import Value
from ....ir.types import BOOL, ArrayType, Kind
from ...arrays.arrangement import (
    bits,
    equals_next,
    following,
    gathered,
    inverted,
    part,
    preceding,
    sorted_rows,
    stacked,
    zero_rows,
)
from ...arrays.missing import bits_of, blank
from ...state.context import Context, int_for
from ...state.conversion import as_number
from ...state.values import Array, Presence, Table
from ..reduction import limit


class Groups(ABC):
    """Groups of a table's rows. Values of rows, and values of groups, are vectors."""

    count: int
    """The largest number of groups that there may be."""
    rows: ArrayType
    """The type of one bool for each of the table's rows."""

    @abstractmethod
    def keys(self) -> dict[str, Value]:
        """The columns of `by`, with one row for each group."""

    @abstractmethod
    def lacking(self) -> dict[str, Presence]:
        """For each column of `by` that may lack values which groups have one."""

    @abstractmethod
    def some(self, where: Value | None) -> Value | None:
        """Whether a row of each group counts, of those that `where` leaves; None where one does for sure."""

    @abstractmethod
    def some_of(self, where: Value | None, count: Callable[[], Value]) -> Value | None:
        """The same, where the number of rows that count is computed anyway."""

    @abstractmethod
    def valid(self) -> Value | None:
        """Which groups exist; None if all do."""

    @abstractmethod
    def moved(self, x: Value) -> Value:
        """Values of rows in the order in which `sum` takes them."""

    @abstractmethod
    def sum(self, x: Value) -> Value:
        """The sum over each group of numbers of rows, given in the order of `moved`."""

    @abstractmethod
    def extreme(self, name: str, x: Value) -> Value:
        """The `min` or `max` of each group; of groups without rows, their `limit`."""

    @abstractmethod
    def spread(self, x: Value) -> Value:
        """For each row, in the order of `moved`, the value of its group."""

    @abstractmethod
    def ranked(self, keys: Sequence[Value]) -> "Ranked":
        """The rows by group and, in each group, by these values of the rows of the table; else in their order."""


class Ranked(ABC):
    """Rows by group, in an order of their own in each group. Values of rows and of groups are vectors."""

    def __init__(self, context: Context, rows: int) -> None:
        self.context, self.count = context, rows

    @abstractmethod
    def moved(self, x: Value) -> Value:
        """Values of the table's rows in this order."""

    @abstractmethod
    def back(self, x: Value) -> Value:
        """What `moved` undoes."""

    @abstractmethod
    def sum(self, x: Value) -> Value:
        """The sum of each group, of numbers in this order."""

    @abstractmethod
    def spread(self, x: Value) -> Value:
        """For each row, in this order, what its group has."""

    def starts(self) -> Value:
        """For each row, in this order, the place of the first row of its group."""
        ones = self.context.filled(ArrayType(int_for(1), (self.count,)), 1)
        return self.spread(self.before(self.sum(ones)))

    def before(self, of_groups: Value) -> Value:
        """For each group the sum of what the groups before it have."""
        running = self.context.emit("cumsum", of_groups, axis=0)
        return self.context.emit("subtract", running, of_groups)

    def ranks(self) -> Value:
        """For each row, in this order, its place in its group, from 0 on."""
        return self.context.emit("subtract", self.context.emit("iota", n=self.count), self.starts())


class Labels(Groups):
    """One group for each label of a category, or for each combination of labels of several, in order. A category that
    may be missing has one label more, the last, for where it is.
    """

    def __init__(self, context: Context, table: Table, by: Sequence[str]) -> None:
        self._context, self._table, self._by = context, table, by
        self._sizes = [len(table.columns[name].type.element.labels) + (name in table.present) for name in by]
        self.count, self.rows = prod(self._sizes), ArrayType(BOOL, (table.rows,))
        hot = context.emit("equal", self._places(), self._column(context.emit("iota", n=self.count)))
        if table.valid is not None:
            hot = context.emit("and", hot, table.valid)
        self._hot = hot

    def _column(self, x: Value) -> Value:
        return self._context.emit("reshape", x, shape=(self.count, 1))

    def _places(self) -> Value:
        """For each row the number of its label, or of its combination of labels."""
        context, total = self._context, None
        for size, name in zip(self._sizes, self._by, strict=True):
            column = self._table.columns[name]
            element = int_for(2 * max(size, len(column.type.element.labels)))
            number = context.emit("cast", column, element=element)
            if name in self._table.present:
                last = context.filled(number.type.with_shape(()), size - 1)
                number = context.emit("select", self._table.present[name].bits, number, last)
            if total is not None:
                number = context.emit("add", context.emit("multiply", total, context.integer(size)), number)
            total = number
        assert total is not None
        return total

    def keys(self) -> dict[str, Value]:
        """The labels, as constants."""
        places = np.unravel_index(np.arange(self.count), self._sizes)
        result = {}
        for name, numbers in zip(self._by, places, strict=True):
            type = ArrayType(self._table.columns[name].type.element, (self.count,))
            labels = np.where(numbers < len(type.element.labels), numbers, 0)
            result[name] = self._context.emit("constant", type=type, value=labels.astype(np.int64))
        return result

    def lacking(self) -> dict[str, Presence]:
        """Constants: all but the last label."""
        places = np.unravel_index(np.arange(self.count), self._sizes)
        result = {}
        for name, size, numbers in zip(self._by, self._sizes, places, strict=True):
            if name in self._table.present:
                type = ArrayType(BOOL, (self.count,))
                result[name] = Presence(self._context.emit("constant", type=type, value=numbers < size - 1), 0)
        return result

    def some(self, where: Value | None) -> Value | None:
        """Whether a row has the label."""
        hot = self._hot if where is None else self._context.emit("and", self._hot, where)
        return self._context.emit("any", hot, axis=1)

    def some_of(self, where: Value | None, count: Callable[[], Value]) -> Value | None:
        """Whether there are more than none."""
        return self._context.emit("less", self._context.integer(0), count())

    def valid(self) -> Value | None:
        """All labels have a row in the result."""
        return None

    def moved(self, x: Value) -> Value:
        """Rows stay where they are."""
        return x

    def sum(self, x: Value) -> Value:
        """A product with the bits that tell each row's label. One number for each label crosses the network."""
        return self._context.emit("matmul", self._numbers(), x)

    def _numbers(self) -> Value:
        return as_number(self._context, Array(self._hot)).value

    def extreme(self, name: str, x: Value) -> Value:
        """The extreme over all rows, with what no search ends at in rows of other labels."""
        mine = self._context.emit("select", self._hot, x, limit(self._context, x, name))
        return self._context.emit(name, mine, axis=1)

    def spread(self, x: Value) -> Value:
        """A product with the bits that tell each row's label."""
        turned = self._context.emit("transpose", self._numbers(), permutation=(1, 0))
        return self._context.emit("matmul", turned, x)

    def ranked(self, keys: Sequence[Value]) -> Ranked:
        """Rows are sorted by label."""
        rows = sorted_rows(self._context, self._table.valid, [self._places(), *keys])
        return _RankedLabels(self._context, rows, self._hot)


class _RankedLabels(Ranked):
    """`hot` has for each label the rows of the table that have it."""

    def __init__(self, context: Context, rows: Value, hot: Value) -> None:
        super().__init__(context, rows.type.shape[0])
        self._rows = rows
        turned = context.emit("transpose", as_number(context, Array(hot)).value, permutation=(1, 0))
        self._by_row = gathered(context, turned, rows)

    def moved(self, x: Value) -> Value:
        """By label."""
        return gathered(self.context, x, self._rows)

    def back(self, x: Value) -> Value:
        """As in the table."""
        return gathered(self.context, x, inverted(self.context, self._rows))

    def sum(self, x: Value) -> Value:
        """A product with the bits that tell where each label is."""
        return self.context.emit("matmul", self.context.emit("transpose", self._by_row, permutation=(1, 0)), x)

    def spread(self, x: Value) -> Value:
        """A product with the same bits."""
        return self.context.emit("matmul", self._by_row, x)


class Runs(Groups):
    """Groups of equal rows, which are neighbours once the table is sorted by the columns of `by`.

    Sums are differences of running sums at the last rows of the groups; a sort by one bit brings these rows to the
    front. Within their groups, rows are also sorted by `ordered`, so that its least and greatest value are at the ends.
    """

    def __init__(self, context: Context, table: Table, by: Sequence[str], ordered: Value | None) -> None:
        self._context, self.count, self.rows = context, table.rows, ArrayType(BOOL, (table.rows,))
        keys = [key for name in by for key in self._keys_of(table.column(name))]
        self._is_stable = ordered is None
        within = [] if ordered is None else [ordered]
        self._rows = sorted_rows(context, table.valid, [*keys, *within])
        self._moved: dict[Value, Value] = {}
        self._sorted = {} if ordered is None else {ordered: self.moved(ordered)}
        ends = self._ends([self.moved(key) for key in keys], table.valid)
        self._before = preceding(context, self._numbers_of(ends), zero_rows(context, self._numbers_of(ends), 1))
        lasts = ends if table.valid is None else context.emit("and", ends, self.moved(table.valid))
        self._front = sorted_rows(context, lasts, [])
        self._valid = gathered(context, lasts, self._front)
        self._keys: dict[str, Value] = {}
        self._lacking: dict[str, Presence] = {}
        rest = iter(keys)
        for name in by:
            if name in table.present:
                absent = self._at_lasts(self.moved(next(rest)))
                self._lacking[name] = Presence(context.emit("not", absent), 0)
            self._keys[name] = self._at_lasts(self.moved(next(rest)))

    def _keys_of(self, column: Array) -> list[Value]:
        """What tells the groups apart: where values may be missing, those that are come last, and are alike."""
        if column.present is None:
            return [column.value]
        absent = self._context.emit("not", bits_of(self._context, column))
        return [absent, blank(self._context, column).value]

    def _numbers_of(self, ends: Value) -> Value:
        return as_number(self._context, Array(ends)).value

    def _ends(self, keys: Sequence[Value], valid: Value | None) -> Value:
        """The sorted rows that are the last of their group. Cleared rows are a group of their own here."""
        context = self._context
        if not self.count:
            return bits(context, 0, 0)
        same: Value | None = None
        for key in keys:
            here = equals_next(context, key)
            same = here if same is None else context.emit("and", same, here)
        assert same is not None
        ends = context.emit("not", same)
        if valid is not None:
            ends = context.emit("or", ends, context.emit("not", equals_next(context, self.moved(valid))))
        return stacked(context, ends, bits(context, 1, 1))

    def keys(self) -> dict[str, Value]:
        """The values in the last row of each group."""
        return self._keys

    def lacking(self) -> dict[str, Presence]:
        """As the last row of each group."""
        return self._lacking

    def some(self, where: Value | None) -> Value | None:
        """A group has rows; whether one of them counts, the number of those that do tells."""
        if where is None:
            return None
        number = self.sum(self.moved(as_number(self._context, Array(where)).value))
        return self._context.emit("less", self._context.integer(0), number)

    def some_of(self, where: Value | None, count: Callable[[], Value]) -> Value | None:
        """Whether there are more than none."""
        return None if where is None else self._context.emit("less", self._context.integer(0), count())

    def valid(self) -> Value | None:
        """The groups come first, so only the first rows are valid."""
        return self._valid

    def moved(self, x: Value) -> Value:
        """The rows, sorted."""
        if x not in self._moved:
            self._moved[x] = gathered(self._context, x, self._rows)
        return self._moved[x]

    def _at_lasts(self, x: Value) -> Value:
        return gathered(self._context, x, self._front)

    def sum(self, x: Value) -> Value:
        """The running sums at the last row of a group, less those at the last row of the group before."""
        context = self._context
        running = self._at_lasts(context.emit("cumsum", x, axis=0))
        before = preceding(context, running, zero_rows(context, running, 1))
        return context.emit("subtract", running, before)

    def extreme(self, name: str, x: Value) -> Value:
        """The greatest is in the last row of its group, the least in the row after the last row of the group before."""
        context, ordered = self._context, self._within(x)
        if name == "max":
            return self._at_lasts(ordered)
        first = part(context, ordered, 0, min(1, self.count))
        return preceding(context, self._at_lasts(following(context, ordered, first)), first)

    def _within(self, x: Value) -> Value:
        """x, sorted within each group. The groups stay where they are, as their numbers are the first key."""
        if x not in self._sorted:
            context, moved = self._context, self.moved(x)
            number = context.emit("cumsum", self._before, axis=0)
            self._sorted[x] = gathered(context, moved, sorted_rows(context, None, [number, moved]))
        return self._sorted[x]

    def spread(self, x: Value) -> Value:
        """The steps from group to group are put at the last rows of the groups, and added up."""
        context = self._context
        steps = context.emit("subtract", following(context, x, zero_rows(context, x, 1)), x)
        present = context.emit("select", self._valid, steps, context.filled(steps.type.with_shape(()), 0))
        placed = gathered(context, present, inverted(context, self._front))
        first = part(context, x, 0, min(1, self.count))
        if not self.count:
            return x
        return context.emit("cumsum", preceding(context, placed, first), axis=0)

    def ranked(self, keys: Sequence[Value]) -> Ranked:
        """Groups stay where they are, since their numbers are the first key."""
        context = self._context
        keys = [*keys] if self._is_stable else [*keys, context.emit("iota", n=self.count)]
        within: Value | None = None
        if keys:
            number = context.emit("cumsum", self._before, axis=0)
            within = sorted_rows(context, None, [number, *map(self.moved, keys)])
        return _RankedRuns(context, self, self._rows, within)


class _RankedRuns(Ranked):
    """`rows` sort the table by group. Then `within`, if there is such an order, sorts the rows of each group."""

    def __init__(self, context: Context, groups: Runs, rows: Value, within: Value | None) -> None:
        super().__init__(context, groups.count)
        self._groups, self._rows, self._within = groups, rows, within

    def moved(self, x: Value) -> Value:
        """By group."""
        found = self._groups.moved(x)
        return found if self._within is None else gathered(self.context, found, self._within)

    def back(self, x: Value) -> Value:
        """As in the table."""
        found = x if self._within is None else gathered(self.context, x, inverted(self.context, self._within))
        return gathered(self.context, found, inverted(self.context, self._rows))

    def sum(self, x: Value) -> Value:
        """Groups lie where they lay."""
        return self._groups.sum(x)

    def spread(self, x: Value) -> Value:
        """Groups lie where they lay."""
        return self._groups.spread(x)


def groups_of(context: Context, table: Table, by: Sequence[str], ordered: Value | None) -> Groups:
    """The groups of a table by these columns. `ordered` is a column whose extreme will be asked for, or None."""
    if all(table.columns[name].type.element.kind is Kind.CATEGORY for name in by):
        return Labels(context, table, by)
    return Runs(context, table, by, ordered)
