"""Which value is never greater than which, element by element, whatever the inputs are.

In: definitions of values, and their ranges so far. Out: answers.

    x <= max(x)      min(x) <= x      min(x, y) <= x <= max(x, y)      x <= x + y for y >= 0

Reductions are along an axis, and broadcast back along it. Only values that have not wrapped are compared.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet

import numpy as np

from ...ir.intervals import Interval
from ...ir.operations.row import Trait
from ...ir.operations.table import row_of
from ...ir.program import Operation, Value

DEPTH = 4
"""So many steps an answer may take."""

ALIKE = 12
"""So many operations deep two values are compared."""


class Relations:
    """See above."""

    def __init__(
        self,
        definitions: Mapping[Value, Operation],
        of: Mapping[Value, Interval],
        wrapped: AbstractSet[Value],
    ) -> None:
        self._definitions = definitions
        self._of = of
        self._wrapped = wrapped

    def is_at_most(self, x: Value, y: Value, depth: int = DEPTH) -> bool:
        """Whether x <= y, broadcast to one shape, because of how one is computed from the other."""
        if self.is_same(x, y):
            return True
        if depth == 0 or x in self._wrapped or y in self._wrapped:
            return False
        return any(self.is_at_most(x, lesser, depth - 1) for lesser in self._lesser(y, x)) or any(
            self.is_at_most(greater, y, depth - 1) for greater in self._greater(x, y)
        )

    def is_same(self, x: Value, y: Value, depth: int = ALIKE) -> bool:
        """Whether two values are computed in the same way from the same values."""
        if x is y:
            return True
        one, other = self._definitions.get(x), self._definitions.get(y)
        if one is None or other is None or one.name != other.name or depth == 0 or x.type != y.type:
            return False
        if not row_of(one).is_pure or one.regions or row_of(one).has(Trait.SOURCE):
            return _is_same_constant(one, other)
        return one.attributes == other.attributes and all(
            self.is_same(mine, theirs, depth - 1) for mine, theirs in zip(one.operands, other.operands, strict=True)
        )

    def is_along(self, reduction: Operation, parts: Value, result: Value) -> bool:
        """Whether `result` has, at the place of each part, the reduction of the axis on which that part lies."""
        if not self.is_same(self._unwrapped(reduction.operands[0]), self._unwrapped(parts)):
            return False
        axis, shape = reduction.attributes["axis"], reduction.operands[0].type.shape
        kept = (*shape[:axis], 1, *shape[axis + 1 :])
        value = result
        while (operation := self._definitions.get(value)) is not None and operation is not reduction:
            row = row_of(operation)
            if operation.name == "reshape" and operation.results[0].type.shape not in (kept, ()):
                return False
            if operation.name == "broadcast" and not _repeats(operation, shape, kept):
                return False
            if not (row.has(Trait.SAME) or row.moves_first or operation.name == "ldexp"):
                return False
            value = operation.operands[0]
        return operation is reduction and (len(shape) == 1 or result.type.shape in (kept, shape))

    def _lesser(self, y: Value, x: Value) -> Iterator[Value]:
        """Values that are never greater than y: what it is the greatest of, or the sum of with what is not negative."""
        operation = self._definitions.get(y)
        if operation is None:
            return
        yield from self._chosen(operation, is_greatest=True)
        if operation.name == "add":
            first, second = operation.operands
            if self._of[second].low >= 0:
                yield first
            if self._of[first].low >= 0:
                yield second
        if self._reduces(y, x, "max"):
            yield x

    def _greater(self, x: Value, y: Value) -> Iterator[Value]:
        """Values that are never less than x."""
        operation = self._definitions.get(x)
        if operation is None:
            return
        yield from self._chosen(operation, is_greatest=False)
        if operation.name == "subtract" and self._of[operation.operands[1]].low >= 0:
            yield operation.operands[0]
        if self._reduces(x, y, "min"):
            yield y

    def _chosen(self, operation: Operation, *, is_greatest: bool) -> Iterator[Value]:
        """Both values that a choice is between, if it takes the greater (or the lesser) of them."""
        if operation.name != "select":
            return
        condition = self._definitions.get(operation.operands[0])
        if condition is None or condition.name != "less" or condition.operands[0] in self._wrapped:
            return
        low, high = condition.operands if not is_greatest else condition.operands[::-1]
        if operation.operands[1:] == (low, high):
            yield from (low, high)

    def _reduces(self, y: Value, x: Value, name: str) -> bool:
        """Whether y is this reduction of x, at x's places."""
        operation = self._definitions.get(y)
        while operation is not None and (row_of(operation).moves_first and "shape" in operation.attributes):
            operation = self._definitions.get(operation.operands[0])
        return operation is not None and operation.name == name and self.is_along(operation, x, y)

    def _unwrapped(self, value: Value) -> Value:
        """The value whose numbers these are, in another element or held by others."""
        while (operation := self._definitions.get(value)) is not None and row_of(operation).has(Trait.SAME):
            value = operation.operands[0]
        return value


def _is_same_constant(one: Operation, other: Operation) -> bool:
    first, second = (each.attributes.get("value") for each in (one, other))
    if one.name != "constant" or first is None or second is None:
        return False
    return bool(np.array_equal(first, second))


def _repeats(operation: Operation, shape: tuple[int, ...], kept: tuple[int, ...]) -> bool:
    """Whether a broadcast repeats a reduction along the reduced axis only, or one number everywhere."""
    given, made = operation.operands[0].type.shape, operation.results[0].type.shape
    return given == made or given == () or (given == kept and made == shape) or (len(shape) == 1)
