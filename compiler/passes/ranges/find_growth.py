"""How far a loop moves what it carries: by how much at most in a turn.

In: ranges of the values in a loop's body. Out: for each carried value a `Relation` between what a turn gets and yields:
every element it yields is an element it got plus something of `step`, or lies in `fresh`, or both may be.

    %5 = loop(%0) count=9 (%i, %x) {
      %7 = add(%x, %bit)                 %x grows by 0 ... 1 in each turn: after 9 turns it is in %0 + [0, 9]
      yield %7
    }
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from ...ir.control import carried, carried_on, initial
from ...ir.intervals import Interval, hull
from ...ir.operations.table import row_of
from ...ir.program import Operation, Region, Value
from ...ir.types import Kind

_ZERO = Interval(0, 0)


@dataclass(frozen=True, slots=True)
class Relation:
    """See above; None where there are no such elements."""

    step: Interval | None
    fresh: Interval | None

    def within(self, other: Relation) -> bool:
        """Whether all that this one allows the other allows."""
        pairs = ((self.step, other.step), (self.fresh, other.fresh))
        return all(mine is None or (theirs is not None and mine in theirs) for mine, theirs in pairs)

    def hull(self, other: Relation) -> Relation:
        """What either allows."""
        return Relation(_either(self.step, other.step), _either(self.fresh, other.fresh))

    def moved(self, by: Interval) -> Relation:
        """The relation of a sum with something of `by`."""
        return Relation(self.step.plus(by) if self.step else None, self.fresh.plus(by) if self.fresh else None)

    def after(self, start: Interval, turns: int) -> Interval:
        """Where the value lies in all of so many turns, and after them."""
        base = start if self.fresh is None else start.hull(self.fresh)
        step = self.step or _ZERO
        return Interval(base.low + turns * min(step.low, 0), base.high + turns * max(step.high, 0))


class Growths:
    """Relations, found from the ranges `of` values; additions that may wrap (`wrapped`) relate nothing."""

    def __init__(self, of: Mapping[Value, Interval], wrapped: AbstractSet[Value]) -> None:
        self._of = of
        self._wrapped = wrapped
        self._loops: dict[Value, tuple[Value, Relation]] = {}

    def of(self, loop: Operation) -> list[Relation | None]:
        """The relation of each carried value, with the ranges that were found last."""
        (region,) = loop.regions
        pairs = zip(carried(loop), carried_on(loop), strict=True)
        return [self._between(region, argument, result) for argument, result in pairs]

    def close(self, loop: Operation) -> None:
        """Remembers what the whole loop does to what it carries, for the loop around it."""
        count = loop.attributes.get("count")
        for result, start, relation in zip(loop.results, initial(loop), self.of(loop), strict=True):
            self._loops.pop(result, None)
            if count is not None and relation is not None:
                total = relation.after(_ZERO, count) if relation.fresh is None else None
                if total is not None:
                    self._loops[result] = (start, Relation(total, None))
                elif relation.step is not None and relation.fresh is not None:
                    grown = Relation(relation.step, None).after(_ZERO, count)
                    self._loops[result] = (start, Relation(grown, relation.fresh.plus(grown)))

    def _between(self, region: Region, argument: Value, result: Value) -> Relation | None:
        if argument.type.element.kind not in (Kind.INT, Kind.FIXED):
            return None
        related: dict[Value, Relation] = {argument: Relation(_ZERO, None)}
        self._relate(region, related)
        found = related.get(result)
        return found if found is not None and found.step is not None else None

    def _relate(self, region: Region, related: dict[Value, Relation]) -> None:
        for operation in region.operations:
            if operation.name == "branch":
                for inner in operation.regions:
                    self._relate(inner, related)
                for place, result in enumerate(operation.results):
                    sides = [inner.results[place] for inner in operation.regions]
                    self._join(result, sides, related)
            elif operation.regions:
                for result in operation.results:
                    if result in self._loops and self._loops[result][0] in related:
                        start, relation = self._loops[result]
                        moved = related[start].moved(relation.step or _ZERO)
                        related[result] = moved.hull(Relation(None, relation.fresh))
            elif operation.results and operation.results[0] not in self._wrapped:
                self._plain(operation, operation.results[0], related)

    def _plain(self, operation: Operation, result: Value, related: dict[Value, Relation]) -> None:
        operands = operation.operands
        sources = row_of(operation).elements(operation)
        if sources:
            if result.type.element.scale == sources[0].type.element.scale:
                self._join(result, sources, related)
        elif operation.name == "add" and sum(operand in related for operand in operands) == 1:
            one, other = operands if operands[0] in related else operands[::-1]
            related[result] = related[one].moved(self._of[other])
        elif operation.name == "subtract" and operands[0] in related and operands[1] not in related:
            related[result] = related[operands[0]].moved(self._of[operands[1]].negated())

    def _join(self, result: Value, sides: Sequence[Value], related: dict[Value, Relation]) -> None:
        if any(side in related for side in sides):
            relations = [related.get(side, Relation(None, self._of[side])) for side in sides]
            joined = relations[0]
            for relation in relations[1:]:
                joined = joined.hull(relation)
            related[result] = joined


def _either(x: Interval | None, y: Interval | None) -> Interval | None:
    present = [each for each in (x, y) if each is not None]
    return hull(present) if present else None
