"""What several operations together say about ranges: choices by a comparison of what is chosen, and masked means.

In: definitions of values, and their ranges so far. Out: the range of a result, exact as `ir.intervals` has it, or None.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet

import numpy as np

from ...ir.intervals import RING, Interval, hull, quotients
from ...ir.operations.row import Trait
from ...ir.operations.table import row_of
from ...ir.program import Operation, Value
from ...ir.types import Kind


class Patterns:
    """Looks behind operands; `wrapped` values are not what their operations say."""

    def __init__(
        self,
        definitions: Mapping[Value, Operation],
        of: Mapping[Value, Interval],
        wrapped: AbstractSet[Value],
    ) -> None:
        self._definitions = definitions
        self._of = of
        self._wrapped = wrapped

    def chosen(self, operation: Operation, operands: Sequence[Interval]) -> Interval | None:
        """`select` by a comparison of what it selects."""
        if operation.name != "select" or operands[0].low == operands[0].high:
            return None
        condition = self._definitions.get(operation.operands[0])
        if condition is None or condition.name != "less":
            return None
        x, y = condition.operands
        low, high = self._of[x], self._of[y]
        is_exact = condition.results[0].label.is_clear or low.plus(high.negated()) in RING
        if not (low in RING and high in RING and is_exact):
            return None
        smaller = {
            x: Interval(low.low, min(low.high, high.high - 1)),
            y: Interval(max(high.low, low.low + 1), high.high),
        }
        other = {x: Interval(max(low.low, high.low), low.high), y: Interval(high.low, min(high.high, low.high))}
        sides = [
            self._where(operation.operands[1], smaller, operands[1]),
            self._where(operation.operands[2], other, operands[2]),
        ]
        possible = [side for side in sides if side.low <= side.high]
        return hull(possible) if possible else None

    def _where(self, value: Value, known: dict[Value, Interval], found: Interval) -> Interval:
        """The range of a side of a choice, given those of the compared values there."""
        if value in known:
            return Interval(max(known[value].low, found.low), min(known[value].high, found.high))
        operation = self._definitions.get(value)
        if operation is None or not _keeps_places(operation) or operation.operands[0] not in known:
            return found
        inner, rule = known[operation.operands[0]], row_of(operation).interval
        if rule is None or inner.low > inner.high or value in self._wrapped:
            return found
        return rule(operation, [inner])

    def mean(self, operation: Operation) -> Interval | None:
        """The sum of what a mask leaves, divided by how much it leaves, lies among what was summed."""
        if operation.name != "divide":
            return None
        numerator, divisor = operation.operands
        unit = 1 << divisor.type.element.scale if self._is_cast_of_int(divisor) else 1
        total, count = self._through(numerator), self._through(divisor)
        if total is not None and count is not None and total.name == count.name == "sum":
            term = self._through(total.operands[0])
            if (
                term is not None
                and term.name == "select"
                and total.attributes == count.attributes
                and self._unwrapped(term.operands[0]) is self._unwrapped(count.operands[0])
                and self._of[term.operands[2]] == Interval(0, 0)
                and self._wrapped.isdisjoint((*total.results, *count.results, numerator, divisor))
            ):
                shift = numerator.type.element.scale - term.operands[1].type.element.scale
                each = self._of[term.operands[1]]
                one = Interval(1 << divisor.type.element.scale, 1 << divisor.type.element.scale)
                return quotients(Interval(each.low << shift, each.high << shift), one, numerator.type.element.scale)
        operands = [self._of[operand] for operand in operation.operands]
        return quotients(operands[0], operands[1], divisor.type.element.scale, unit)

    def _is_cast_of_int(self, value: Value) -> bool:
        while (operation := self._definitions.get(value)) is not None:
            if operation.name == "cast" and operation.operands[0].type.element.kind in (Kind.INT, Kind.BOOL):
                return True
            if operation.name == "constant":
                return not np.any(operation.attributes["value"] & ((1 << value.type.element.scale) - 1))
            if not row_of(operation).moves_first:
                return False
            value = operation.operands[0]
        return False

    def _unwrapped(self, value: Value) -> Value:
        """The value whose numbers these are, in another element."""
        while (operation := self._definitions.get(value)) is not None and row_of(operation).has(Trait.SAME):
            value = operation.operands[0]
        return value

    def _through(self, value: Value) -> Operation | None:
        """The operation behind casts and reshapes."""
        operation = self._definitions.get(value)
        while operation is not None and (row_of(operation).has(Trait.SAME) or _is_reshaped(operation)):
            operation = self._definitions.get(operation.operands[0])
        return operation


def _is_reshaped(operation: Operation) -> bool:
    """Whether the result is the operand in another shape, perhaps repeated."""
    return row_of(operation).moves_first and "shape" in operation.attributes


def _keeps_places(operation: Operation) -> bool:
    """Whether each element of the result is computed from the operand's element at its place, by broadcasting."""
    return operation.name == "broadcast" or (
        row_of(operation).has(Trait.ELEMENTWISE | Trait.LINEAR) and len(operation.operands) == 1
    )
