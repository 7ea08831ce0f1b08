"""What several operations together say about ranges: choices by a comparison of what is chosen, differences of values
that `relations` orders, masked means, and parts of a sum.

In: definitions of values, and their ranges so far. Out: the range of a result, exact as `ir.intervals` has it, or None.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet

import numpy as np

from ...ir.intervals import RING, Interval, hull, quotients
from ...ir.operations.division import ensured
from ...ir.operations.row import Trait
from ...ir.operations.table import row_of
from ...ir.program import Operation, Value
from .relations import Relations


def unit_of(value: Value, definitions: Mapping[Value, Operation]) -> int:
    """The least magnitude of a number of the value that is not 0, in units of its scale."""
    operation = definitions.get(value)
    if operation is None:
        return 1
    if operation.name == "constant":
        return min((abs(int(each)) for each in np.unique(operation.attributes["value"]) if each), default=1)
    if operation.name == "truncate":  # Which may be off by one.
        bits: int = operation.attributes["bits"]
        return max((unit_of(operation.operands[0], definitions) >> bits) - 1, 1)
    if operation.name == "cast":
        finer = value.type.element.scale - operation.operands[0].type.element.scale
        return unit_of(operation.operands[0], definitions) << finer
    if operation.name == "ldexp" or row_of(operation).moves_first:
        return unit_of(operation.operands[0], definitions)
    return 1


class Patterns:
    """Looks behind operands; `wrapped` values are not what their operations say.

    With `divisor_bits`, divisors are taken to be 0 or at least 2**-divisor_bits in magnitude.
    """

    def __init__(
        self,
        definitions: Mapping[Value, Operation],
        of: Mapping[Value, Interval],
        wrapped: AbstractSet[Value],
        divisor_bits: int | None = None,
    ) -> None:
        self._definitions = definitions
        self._of = of
        self._wrapped = wrapped
        self._divisor_bits = divisor_bits
        self.relations = Relations(definitions, of, wrapped)

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

    def quotient(self, operation: Operation) -> Interval | None:
        """A division: of the sum of what a mask leaves by how much it leaves, which lies among what was summed; of a
        number by a sum that it is part of; of any two numbers."""
        if operation.name != "divide" and operation.name != "quotient":
            return None
        numerator, divisor = operation.operands
        unit = unit_of(divisor, self._definitions)
        if self._divisor_bits is not None:
            unit = max(unit, 1 << max(divisor.type.element.scale - self._divisor_bits, 0))
        operands = [self._of[operand] for operand in operation.operands]
        scale = operation.results[0].type.element.scale
        found = ensured(operation, quotients(operands[0], operands[1], scale, unit))
        known = self._mean(numerator, divisor, scale) or self._part(numerator, divisor, scale)
        if known is None and operation.name == "quotient":
            return None
        return found if known is None else known.meet(found)

    def _mean(self, numerator: Value, divisor: Value, scale: int) -> Interval | None:
        total, count = self._through(numerator), self._through(divisor)
        if total is None or count is None or not total.name == count.name == "sum":
            return None
        term = self._through(total.operands[0], rounds=True)
        if (
            term is None
            or term.name != "select"
            or total.attributes != count.attributes
            or self._unwrapped(term.operands[0]) is not self._unwrapped(count.operands[0])
            or self._of[term.operands[2]] != Interval(0, 0)
            or not self._wrapped.isdisjoint((*total.results, *count.results, numerator, divisor))
        ):
            return None
        each, shift = self._of[term.operands[1]], self._read_at(numerator, divisor, scale)
        summed, chosen = total.operands[0].type.element.scale, term.operands[1].type.element.scale
        if summed < chosen:  # Each number is rounded before the sum, by less than a unit.
            each = Interval((each.low >> chosen - summed) - 1, (each.high >> chosen - summed) + 1)
        shift -= min(summed, chosen) if summed < chosen else chosen
        one = Interval(1, 1)
        return quotients(each.shifted(shift), one, 0)

    def _part(self, numerator: Value, divisor: Value, scale: int) -> Interval | None:
        """x / sum(x) of numbers that are not negative lies between 0 and 1."""
        total = self._through(divisor)
        if total is None or total.name != "sum" or not self._wrapped.isdisjoint((*total.results, numerator, divisor)):
            return None
        parts = self._unread(numerator)
        if not self.relations.is_along(total, parts, divisor) or self._of[numerator].low < 0:
            return None
        return quotients(Interval(0, 1), Interval(1, 1), self._read_at(numerator, divisor, scale))

    def _read_at(self, numerator: Value, divisor: Value, scale: int) -> int:
        """The scale at which the quotient of what is divided is what it says: where operands are read at other scales
        than their own, the quotient is, too."""
        return scale + self._unread(numerator).type.element.scale - self._unread(divisor).type.element.scale

    def _unread(self, value: Value) -> Value:
        """The value behind one that is read at another scale."""
        operation = self._definitions.get(value)
        return operation.operands[0] if operation is not None and operation.name == "ldexp" else value

    def difference(self, operation: Operation, operands: Sequence[Interval]) -> Interval | None:
        """x - y where one of them is never greater, or y is what is left of x when its low bits are cut off."""
        if operation.name != "subtract":
            return None
        x, y = operation.operands
        found = operands[0].plus(operands[1].negated())
        cut = self._cut(x, y)
        if cut is not None:
            return cut.meet(found)
        if self.relations.is_at_most(x, y):
            return Interval(min(found.low, 0), min(found.high, 0))
        if self.relations.is_at_most(y, x):
            return Interval(max(found.low, 0), max(found.high, 0))
        return None

    def whole(self, operation: Operation) -> Interval | None:
        """The sum of the two parts of a product whose one factor was cut in two: it lies where the product lies."""
        if operation.name != "add" or not self._wrapped.isdisjoint(operation.operands):
            return None
        upper, lower = (self._rounded_product(operand) for operand in operation.operands)
        if upper is None or lower is None or upper[0].name != lower[0].name:
            return None
        product, bits = lower
        for place, (high, low) in enumerate(zip(upper[0].operands, product.operands, strict=True)):
            others = [each.operands[1 - place] for each in (upper[0], product)]
            source = self._source_of_parts(high, low)
            if source is not None and others[0] is others[1]:
                return self._of_product(product, [source, others[0]] if place == 0 else [others[0], source], bits)
        return None

    def _of_product(self, product: Operation, operands: list[Value], bits: int) -> Interval:
        """Where the product of these lies, truncated by so many bits, with what two truncations may be off."""
        rule = row_of(product).interval
        assert rule is not None, f"{product.name} has no interval"
        found = rule(product, [self._of[each] for each in operands])
        is_square = row_of(product).has(Trait.ELEMENTWISE) and self._unread(operands[0]) is self._unread(operands[1])
        return Interval(((0 if is_square else found.low) >> bits) - 2, (found.high >> bits) + 3)

    def _rounded_product(self, value: Value) -> tuple[Operation, int] | None:
        """The product that a value is, at its scale or another one, and by how many bits it is truncated."""
        definition, bits = self._definitions.get(value), 0
        if definition is not None and definition.name == "truncate":
            bits = definition.attributes["bits"]
        if definition is not None and not row_of(definition).has(Trait.BILINEAR) and definition.operands:
            definition = self._definitions.get(definition.operands[0])
        is_product = definition is not None and row_of(definition).has(Trait.BILINEAR)
        return (definition, bits) if definition is not None and is_product else None

    def _source_of_parts(self, high: Value, low: Value) -> Value | None:
        """The value that was cut into `high` and `low`."""
        coarser, rest = self._definitions.get(high), self._definitions.get(low)
        if coarser is None or rest is None or coarser.name != "truncate" or rest.name != "subtract":
            return None
        source, again = rest.operands
        finer = self._definitions.get(again)
        is_cut = finer is not None and finer.name == "cast" and finer.operands[0] is high
        return source if is_cut and coarser.operands[0] is source else None

    def _cut(self, x: Value, y: Value) -> Interval | None:
        finer = self._definitions.get(y)
        coarser = self._definitions.get(finer.operands[0]) if finer is not None and finer.name == "cast" else None
        if coarser is None or coarser.name != "truncate" or coarser.operands[0] is not x:
            return None
        if not self._wrapped.isdisjoint((x, y, *coarser.results)):
            return None
        most = 1 << coarser.attributes["bits"]
        return Interval(-most, most)

    def _unwrapped(self, value: Value) -> Value:
        """The value whose numbers these are, in another element."""
        while (operation := self._definitions.get(value)) is not None and row_of(operation).has(Trait.SAME):
            value = operation.operands[0]
        return value

    def _through(self, value: Value, *, rounds: bool = False) -> Operation | None:
        """The operation behind casts, reshapes and readings at another scale, and behind truncations if it `rounds`."""
        operation = self._definitions.get(value)
        while operation is not None and (
            row_of(operation).has(Trait.SAME)
            or _is_reshaped(operation)
            or operation.name == "ldexp"
            or (rounds and operation.name == "truncate")
        ):
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
