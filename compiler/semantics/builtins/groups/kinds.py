"""Two ways to form groups: one for each label of a category, or runs of equal rows in a sorted table.

In: a table and its columns of `by`. Out: sums, extremes and counts of the rows of each group. Either way has the rows
in an order of its own (`moved`), in which values of groups can be handed back to their rows (`spread`).
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
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
from ...state.context import Context, int_for
from ...state.conversion import as_number
from ...state.values import Array, Table


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
    def valid(self) -> Value | None:
        """Which groups exist; None if all do."""

    @abstractmethod
    def moved(self, x: Value) -> Value:
        """Values of rows in the order in which `sum` takes them."""

    @abstractmethod
    def sum(self, x: Value) -> Value:
        """The sum over each group of numbers of rows, given in the order of `moved`."""

    @abstractmethod
    def extreme(self, name: str, x: Value, fill: Value | None) -> Value:
        """The `min` or `max` of each group. `fill`, for groups without rows, is never preferred to another value."""

    @abstractmethod
    def spread(self, x: Value) -> Value:
        """For each row, in the order of `moved`, the value of its group."""


class Labels(Groups):
    """One group for each label of a category, or for each combination of labels of several categories, in order."""

    def __init__(self, context: Context, table: Table, by: Sequence[str]) -> None:
        self._context, self._table, self._by = context, table, by
        self._sizes = [len(table.columns[name].type.element.labels) for name in by]
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
            result[name] = self._context.emit("constant", type=type, value=numbers.astype(np.int64))
        return result

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

    def extreme(self, name: str, x: Value, fill: Value | None) -> Value:
        """The extreme over all rows, with `fill` in rows of other labels."""
        assert fill is not None
        return self._context.emit(name, self._context.emit("select", self._hot, x, fill), axis=1)

    def spread(self, x: Value) -> Value:
        """A product with the bits that tell each row's label."""
        turned = self._context.emit("transpose", self._numbers(), permutation=(1, 0))
        return self._context.emit("matmul", turned, x)


class Runs(Groups):
    """Groups of equal rows, which are neighbours once the table is sorted by the columns of `by`.

    Sums are differences of running sums at the last rows of the groups; a sort by one bit brings these rows to the
    front. Within their groups, rows are also sorted by `ordered`, so that its least and greatest value are at the ends.
    """

    def __init__(self, context: Context, table: Table, by: Sequence[str], ordered: Value | None) -> None:
        self._context, self.count, self.rows = context, table.rows, ArrayType(BOOL, (table.rows,))
        keys = [table.columns[name] for name in by]
        within = [] if ordered is None else [ordered]
        self._rows = sorted_rows(context, table.valid, [*keys, *within])
        self._moved: dict[Value, Value] = {}
        self._sorted = {} if ordered is None else {ordered: self.moved(ordered)}
        ends = self._ends([self.moved(key) for key in keys], table.valid)
        self._before = preceding(context, self._numbers_of(ends), zero_rows(context, self._numbers_of(ends), 1))
        lasts = ends if table.valid is None else context.emit("and", ends, self.moved(table.valid))
        self._front = sorted_rows(context, lasts, [])
        self._valid = gathered(context, lasts, self._front)
        self._keys = {name: self._at_lasts(self.moved(key)) for name, key in zip(by, keys, strict=True)}

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

    def extreme(self, name: str, x: Value, fill: Value | None) -> Value:
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


def groups_of(context: Context, table: Table, by: Sequence[str], ordered: Value | None) -> Groups:
    """The groups of a table by these columns. `ordered` is a column whose extreme will be asked for, or None."""
    if all(table.columns[name].type.element.kind is Kind.CATEGORY for name in by):
        return Labels(context, table, by)
    return Runs(context, table, by, ordered)
