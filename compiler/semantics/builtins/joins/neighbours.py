"""The rows of two tables, sorted by key together: rows of one key are neighbours. In: two tables. Out: who is whose."""

from collections.abc import Sequence
from dataclasses import dataclass

from ....ir.program import Value
from ...arrays.arithmetic import conjunction, promoted
from ...arrays.arrangement import bits, equals_next, gathered, inverted, part, sorted_rows, stacked
from ...state.context import Context
from ...state.values import Array, Table


def alike(context: Context, x: Value, y: Value) -> tuple[Value, ...]:
    """Both in the element that holds both: keys are of one type, or bools and ints."""
    return tuple(each.value for each in promoted(context, [Array(x), Array(y)], context.builder.span, "join"))


@dataclass(frozen=True, slots=True, eq=False)
class Neighbours:
    """`rows` are those of two tables in the order of a key. Of equal keys the first table's rows come first.

    `same` tells of each row but the last whether the next one has its key; `second` of each whether it is of the second
    table. Rows without a key, or that do not count, come last, and are nobody's neighbours.
    """

    context: Context
    rows: Value
    same: Value
    second: Value

    @staticmethod
    def of(context: Context, first: Table, second: Table, key: Sequence[str], usable: Value | None) -> "Neighbours":
        """The rows that are `usable`, by these columns; neither table is empty."""
        count = first.rows + second.rows
        columns = [stacked(context, *alike(context, first.named[name], second.named[name])) for name in key]
        rows = sorted_rows(context, usable, columns)
        side = gathered(context, stacked(context, bits(context, 0, first.rows), bits(context, 1, second.rows)), rows)
        same = [equals_next(context, gathered(context, each, rows)) for each in columns]
        # Rows that do not count come last: so if the second of two rows counts, the first does, too.
        counts = None if usable is None else part(context, gathered(context, usable, rows), 1, count)
        joint = conjunction(context, [*same, counts])
        assert joint is not None
        return Neighbours(context, rows, joint, side)

    @property
    def count(self) -> int:
        """All rows."""
        return self.second.type.shape[0]

    @property
    def back(self) -> Value:
        """The rows that put back what `rows` moved."""
        return inverted(self.context, self.rows)

    def side(self, step: int) -> Value:
        """Of each row but the last whether it, or the next one by a step of 1, is of the second table."""
        return part(self.context, self.second, step, self.count - 1 + step)

    @property
    def pairs(self) -> Value:
        """Of each row but the last whether it is of the first table and the next one, with its key, of the second."""
        changes = self.context.emit("and", self.context.emit("not", self.side(0)), self.side(1))
        return self.context.emit("and", self.same, changes)

    @property
    def twice(self) -> Value:
        """Of each row but the last whether the next one has its key in the same table."""
        differ = self.context.emit("xor", self.side(0), self.side(1))
        return self.context.emit("and", self.same, self.context.emit("not", differ))

    @property
    def twice_first(self) -> Value:
        """As `twice`, in the first table."""
        either = self.context.emit("or", self.side(0), self.side(1))
        return self.context.emit("and", self.same, self.context.emit("not", either))
