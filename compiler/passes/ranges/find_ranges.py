"""Between which numbers every value of a program lies, and which operations may leave what the ring holds.

In: a program without calls, and where its inputs lie (by default what readers of data let pass). Out: `Ranges`.

Values are numbers of the ring, `fixed` times 2**scale. Loops get an invariant: what is carried as far as it grows by at
most so much in each turn (`find_growth`), is stable, or is soon large enough; what cannot be bounded so may be anything
that its type allows. A choice between values narrows them by the comparison that decides it, so that `clip` and `abs`
are understood.

Three readers ask. `bound_ranges` wants what is sure even of a program that wraps: a result that may leave the ring may
be anything in it. `report_overflow` wants each mistake once, at its root: what may leave its range is noted and then
taken to have stayed inside, and so are unbounded carried values. `fit_scales` wants to know how large exact results
are, for it chooses scales at which they fit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum
from fractions import Fraction

from ...ir.control import carried, carried_on, initial, most_turns
from ...ir.intervals import BIT, RING, Interval, documented, hull
from ...ir.operations.row import Trait
from ...ir.operations.table import row_of
from ...ir.program import Operation, Program, Region, Value
from ...ir.rewrite import walk
from ...ir.types import Kind
from .find_growth import Growths
from .find_invariant import TRIES, Invariant
from .find_patterns import Patterns

WHOLE = Fraction(1)

_ANYTHING = Interval(-(1 << 400), 1 << 400)
"""Numbers that no scale holds; a bound on them keeps the analysis finite."""

ASSUMED = {Kind.INT: 1 << 31, Kind.FIXED: 1_000_000}
"""Magnitudes that inputs without bounds are expected to stay below."""

ASSUMED_OF_SHARES = 1000
"""The magnitude that kept shares are expected to stay below. Nobody can look: `report_overflow` warns."""

DIVISOR_BITS = 6
"""`Reading.EXACT` takes divisors to be 0 or at least 2**-6: nobody expects the quotients by smaller ones."""

EFFORT = 300_000
"""Applications of operations after which loops are no longer looked at again, but taken to be unbounded."""

TURNS = 3
"""Turns of a loop that are looked at as they are before an invariant is guessed."""


class Reading(Enum):
    """What becomes of a result that may leave its range."""

    SURE = "may be anything"
    ROOTS = "is noted, and stays inside"
    EXACT = "is where the exact number lies, if it is a `fixed`: its scale is not settled yet"


@dataclass(frozen=True, slots=True)
class Excess:
    """An operation one of whose numbers may lie outside `allowed`: its result, or what it takes (`of`)."""

    operation: Operation
    of: Value
    found: Interval
    allowed: Interval
    is_modular: bool = False
    """Whether it is an `int` of the whole ring that wraps as the language documents."""

    @property
    def is_sure(self) -> bool:
        """Whether every value is outside."""
        return self.found.low > self.allowed.high or self.found.high < self.allowed.low


@dataclass(frozen=True, slots=True)
class Unbounded:
    """A carried value that grows in a way that no interval bounds."""

    loop: Operation
    argument: Value
    taken: Interval


@dataclass(slots=True)
class Ranges:
    """Where values lie, and for `Reading.ROOTS` what may go wrong, in the order of the program."""

    of: dict[Value, Interval] = field(default_factory=dict)
    excesses: list[Excess] = field(default_factory=list)
    unbounded: list[Unbounded] = field(default_factory=list)


def find_ranges(
    program: Program,
    reading: Reading,
    inputs: dict[str, Interval] | None = None,
    share: Fraction = WHOLE,
    divisor_bits: int | None = DIVISOR_BITS,
) -> Ranges:
    """`inputs` has by name where inputs lie that are known better than by their declarations.

    `Reading.EXACT` takes inputs without bounds to be at most `ASSUMED` in magnitude, or a share of that; and divisors
    to be 0 or at least 2**-divisor_bits in magnitude, if that is a number.
    """
    finder = _Finder(program, reading, inputs or {}, share, divisor_bits)
    finder.region(program.body)
    return finder.ranges


def declared(value: Value, *, is_kept: bool = False) -> Interval:
    """Where an input lies: readers refuse `fixed` beyond the documented range; kept shares nobody checks."""
    element = value.type.element
    if element.kind is Kind.FIXED and not is_kept:
        return documented(element.scale)
    if element.kind is Kind.CATEGORY:
        return Interval(0, max(len(element.labels) - 1, 0))
    return Interval(element.least, element.greatest)


class _Finder:
    def __init__(
        self,
        program: Program,
        reading: Reading,
        inputs: dict[str, Interval],
        share: Fraction,
        divisor_bits: int | None,
    ) -> None:
        self.ranges = Ranges()
        self._reading = reading
        self._inputs = inputs
        self._share = share
        self._effort = EFFORT
        self._quiet = 0
        self._wrapped: set[Value] = set()
        self._modular: set[Value] = set()
        self._growths = Growths(self.ranges.of, self._wrapped)
        self._definitions = {result: each for each in walk(program.body) for result in each.results}
        least = divisor_bits if reading is Reading.EXACT else None
        self._patterns = Patterns(self._definitions, self.ranges.of, self._wrapped, least)
        self._sources: dict[Operation, Interval] = {}

    # --- operations ---------------------------------------------------------------------------------------------

    def region(self, region: Region) -> list[Interval]:
        """Finds the ranges of a region whose arguments are known; those of its results."""
        for operation in region.operations:
            self._effort -= 1
            if operation.regions:
                self._control(operation)
            elif operation.results:
                (result,) = operation.results
                self._wrapped.discard(result)
                self._modular.discard(result)
                self.ranges.of[result] = self._result(operation, result)
            else:
                self._uses(operation)
        return [self.ranges.of[result] for result in region.results]

    def _result(self, operation: Operation, result: Value) -> Interval:
        row = row_of(operation)
        if row.has(Trait.SOURCE) and not operation.operands:
            return self._source(operation, result)
        if result.type.size == 0:
            return Interval(0, 0)
        self._uses(operation)
        if result in self._wrapped and self._reading is Reading.SURE:
            outside = row.domain.outside
            if outside is not None:
                return outside(operation)
            return BIT if result.type.element.kind is Kind.BOOL else RING
        operands = [self.ranges.of[operand] for operand in operation.operands]
        exact = (
            self._patterns.quotient(operation)
            or self._patterns.chosen(operation, operands)
            or self._patterns.difference(operation, operands)
            or self._patterns.whole(operation)
        )
        if exact is None:
            assert row.interval is not None, f"{operation.name} has no interval"
            exact = row.interval(operation, operands)
        return self._kept(operation, result, exact)

    def _source(self, operation: Operation, result: Value) -> Interval:
        rule = row_of(operation).interval
        if rule is None:
            return self._input(operation, result)
        if operation not in self._sources:
            self._sources[operation] = rule(operation, ())
        return self._sources[operation]

    def _input(self, operation: Operation, result: Value) -> Interval:
        kept = operation.attributes["shares"]
        known = self._inputs.get(operation.attributes["name"])
        written = operation.attributes["limits"] or result.bounds
        if written or (known is not None and not kept):
            whole = Interval(*written) if written else declared(result)
            known = whole if known is None else known.meet(whole)
        elif known is None and self._reading is Reading.EXACT and result.type.element.kind in ASSUMED:
            assumed = ASSUMED_OF_SHARES if kept else ASSUMED[result.type.element.kind]
            most = int(assumed * self._share) << result.type.element.scale
            known = Interval(-most, most).meet(declared(result))
        if kept and self._reading is not Reading.SURE and known is None and result.type.element.kind is Kind.FIXED:
            return documented(result.type.element.scale)
        return known if known is not None else declared(result, is_kept=kept)

    def _kept(self, operation: Operation, result: Value, exact: Interval) -> Interval:
        """The range of a result, given as nothing wraps: noted where it may leave what it may be."""
        element = result.type.element
        if element.kind is Kind.BOOL:
            return exact.meet(BIT)
        domain = row_of(operation).domain
        allowed = RING if domain.gives is None or result.label.is_clear else domain.gives(operation)
        if self._reading is Reading.EXACT and element.kind is Kind.FIXED:
            return exact.meet(allowed if domain.saturates else _ANYTHING)
        if exact in allowed:
            if domain.is_modular and any(operand in self._modular for operand in operation.operands):
                self._modular.add(result)
            return exact.meet(Interval(element.least, element.greatest)) if element.kind is not Kind.FIXED else exact
        self._wrapped.add(result)
        if element.kind is Kind.INT:
            modular = all(
                self.ranges.of[operand] == RING or operand in self._modular or self._is_whole(operand)
                for operand in operation.operands
                if self.ranges.of[operand].low != self.ranges.of[operand].high
            )
            follows = modular and any(operand in self._modular for operand in operation.operands)
            self._modular.add(result)
            if not follows:
                self._note(Excess(operation, result, exact, allowed, is_modular=modular))
            return RING
        self._note(Excess(operation, result, exact, allowed))
        if self._reading is Reading.SURE:
            return exact.meet(RING) if domain.saturates else RING
        return exact.meet(allowed)

    def _is_whole(self, value: Value) -> bool:
        """Whether an int has the width of the ring by its input's declaration."""
        operation = self._definitions.get(value)
        while operation is not None and row_of(operation).moves_first:
            operation = self._definitions.get(operation.operands[0])
        return operation is not None and operation.name == "input" and operation.results[0].type.element.bits == 64

    def _uses(self, operation: Operation) -> None:
        """Notes operands that an operation cannot take."""
        domain = row_of(operation).domain
        if domain.compares:
            self._compares(operation)
        elif domain.needs_number(operation):
            self._takes_whole(operation)
        is_bound = domain.binds_clear or not any(result.label.is_clear for result in operation.results)
        if domain.takes is not None and is_bound:
            for place in range(len(operation.operands)):
                self._takes(operation, place, domain.takes(operation, place))

    def _takes(self, operation: Operation, place: int, allowed: Interval) -> None:
        operand = operation.operands[place]
        found = self.ranges.of[operand]
        if operand.type.size and found not in allowed:
            self._wrapped.update(operation.results)
            self._note(Excess(operation, operand, found, allowed))
            if self._reading is Reading.ROOTS:
                self.ranges.of[operand] = found.meet(allowed)

    def _takes_whole(self, operation: Operation) -> None:
        """Operations that need the number itself, not one that is equal modulo 2**64."""
        for operand in operation.operands:
            if operand in self._modular:
                self._note(Excess(operation, operand, self.ranges.of[operand], RING))

    def _compares(self, operation: Operation) -> None:
        """The difference of what is compared fits the ring."""
        self._takes_whole(operation)
        if any(operand in self._modular or not operand.type.size for operand in operation.operands):
            return
        if operation.results[0].label.is_clear:
            return
        x, y = (self.ranges.of[operand] for operand in (operation.operands[0], operation.operands[-1]))
        difference = x.plus(y.negated())
        if difference not in RING:
            self._note(Excess(operation, operation.operands[0], difference, RING))

    def _note(self, excess: Excess) -> None:
        if not self._quiet:
            self.ranges.excesses.append(excess)

    # --- control ----------------------------------------------------------------------------------------------------

    def _control(self, operation: Operation) -> None:
        if operation.name == "branch":
            sides = [self.region(region) for region in operation.regions]
            self.ranges.of.update(zip(operation.results, map(hull, zip(*sides, strict=True)), strict=True))
        elif operation.name == "call":
            (region,) = operation.regions
            given = [self.ranges.of[operand] for operand in operation.operands]
            self.ranges.of.update(zip(region.arguments, given, strict=True))
            self.ranges.of.update(zip(operation.results, self.region(region), strict=True))
        else:
            self._repeat(operation)

    def _repeat(self, operation: Operation) -> None:
        (region,) = operation.regions
        count = most_turns(operation)
        arguments = carried(operation)
        starts = [self.ranges.of[operand] for operand in initial(operation)]
        if operation.name == "loop":
            self.ranges.of[region.arguments[0]] = Interval(0, max(count - 1, 0))
        self._quiet += 1
        invariant = starts if count == 0 else self._invariant(operation, arguments, starts)
        unbounded = [place for place, interval in enumerate(invariant) if interval is None]
        found = self._assumed(operation, arguments, starts, invariant)
        self._quiet -= 1
        self._turn(operation, arguments, found)
        if not self._quiet:
            self.ranges.unbounded += [Unbounded(operation, arguments[place], found[place]) for place in unbounded]
        for argument, result, yielded in zip(arguments, operation.results, carried_on(operation), strict=True):
            self._modular.difference_update((argument, result))
            if yielded in self._modular:
                self._modular.update((argument, result))
        self.ranges.of.update(zip(operation.results, found, strict=True))
        self._growths.close(operation)

    def _turn(self, operation: Operation, arguments: Sequence[Value], found: Sequence[Interval]) -> list[Interval]:
        """What a turn yields for carried values that lie there."""
        self.ranges.of.update(zip(arguments, found, strict=True))
        self.region(operation.regions[0])
        return [self.ranges.of[value] for value in carried_on(operation)]

    def _invariant(
        self, operation: Operation, arguments: Sequence[Value], starts: list[Interval]
    ) -> Sequence[Interval | None]:
        """Intervals that hold the starts values, with which a turn yields nothing outside; None: not found."""
        current = starts
        turns = min(TURNS, most_turns(operation))
        for _ in range(turns):
            grown = [x.hull(y) for x, y in zip(current, self._turn(operation, arguments, current), strict=True)]
            if grown == current:
                return current
            current = grown
        if turns == most_turns(operation):
            return current
        invariant = Invariant(operation, starts, current, self._growths, list(map(self._limit, arguments)))
        for _ in range(TRIES):
            if self._effort < 0 or not invariant.is_inside:
                break
            if invariant.is_kept(self._turn(operation, arguments, invariant.current)):
                if self._reading is Reading.ROOTS and self._wraps_in(operation):
                    break
                return invariant.current
        return self._by_turns(operation, arguments, starts) or self._given_up(operation, arguments, current)

    def _limit(self, argument: Value) -> Interval:
        """All that a carried value may be; of exact numbers those that a scale of no fraction bits holds."""
        element = argument.type.element
        if self._reading is Reading.EXACT and element.kind is Kind.FIXED:
            return Interval(element.least << element.scale, element.greatest << element.scale)
        return Interval(element.least, element.greatest)

    def _by_turns(
        self, operation: Operation, arguments: Sequence[Value], starts: list[Interval]
    ) -> list[Interval] | None:
        """Turn after turn, where there are few and nothing wraps."""
        (region,) = operation.regions
        if most_turns(operation) * len(region.operations) > min(self._effort // 4, 5000):
            return None
        current, result = starts, starts
        for _ in range(most_turns(operation)):
            current = self._turn(operation, arguments, current)
            result = [x.hull(y) for x, y in zip(result, current, strict=True)]
            if self._wraps_in(operation):
                return None
        return result

    def _wraps_in(self, loop: Operation) -> bool:
        """Whether something in a loop may leave its range, with the ranges found last."""
        return not self._wrapped.isdisjoint(result for each in walk(loop.regions[0]) for result in each.results)

    def _given_up(
        self, operation: Operation, arguments: Sequence[Value], current: list[Interval]
    ) -> Sequence[Interval | None]:
        """What is not stable may be all that its type allows."""
        limits = list(map(self._limit, arguments))
        loose: set[int] = set()
        for _ in range(len(arguments) + 1):
            now = [limits[place] if place in loose else each for place, each in enumerate(current)]
            yielded = self._turn(operation, arguments, now)
            unstable = {place for place, given in enumerate(yielded) if given not in now[place]} - loose
            if not unstable:
                break
            loose |= unstable
        if self._reading is Reading.SURE:
            return [limits[place] if place in loose else each for place, each in enumerate(current)]
        fixed = {place for place in loose if arguments[place].type.element.kind is Kind.FIXED}
        return [
            None if place in fixed else limits[place] if place in loose else each for place, each in enumerate(current)
        ]

    def _assumed(
        self,
        operation: Operation,
        arguments: Sequence[Value],
        starts: list[Interval],
        found: Sequence[Interval | None],
    ) -> list[Interval]:
        """What unbounded values are taken to be while the rest is looked at: what they are in the first turns, or where
        scales are chosen, what they are before the first."""
        current = [start if known is None else known for start, known in zip(starts, found, strict=True)]
        for _ in range(2 if None in found and self._reading is not Reading.EXACT else 0):
            yielded = self._turn(operation, arguments, current)
            current = [
                now.hull(given) if known is None else now
                for now, given, known in zip(current, yielded, found, strict=True)
            ]
        return current
