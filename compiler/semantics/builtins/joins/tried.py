"""What keys that are tried one after the other find for a table's rows. In: what each key finds. Out: all of it."""

from collections.abc import Iterable

from ....ir.program import Value
from ...arrays.arithmetic import mask_along
from ...arrays.arrangement import zero_rows
from ...state.context import Context


class Tried:
    """Columns and bits, key by key. A later key looks among the rows that the earlier ones have left alone.

    `columns` are those that partners have brought, zero where there is none yet. `matched` tells of the rows of both
    tables which have a partner, and `free` which may still find one (None: all).
    """

    def __init__(self, context: Context, free: Value | None) -> None:
        self.columns: dict[str, Value] = {}
        self.matched: Value | None = None
        self.free = free
        self._context = context

    def add(self, found: Value, mask: Value, brought: Iterable[tuple[str, Value]]) -> None:
        """What one more key finds: which rows of both tables, which of the rows that look, and their new columns."""
        context = self._context
        for name, value in brought:
            rest = self.columns.get(name, zero_rows(context, value, mask.type.size))
            wide = mask_along(context, mask, len(value.type.shape), 0)
            self.columns[name] = context.emit("select", wide, value, rest)
        self.matched = found if self.matched is None else context.emit("or", self.matched, found)
        alone = context.emit("not", found)
        self.free = alone if self.free is None else context.emit("and", self.free, alone)
