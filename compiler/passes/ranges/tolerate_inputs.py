"""How large inputs may be before something overflows, where their types alone do not exclude it.

In: a program without calls. Out: `Tolerance`: for each input that is a `fixed` or an `int` the largest magnitude for
which nothing overflows, a round number; what overflows for larger inputs; and what may overflow however small the
inputs are.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ...ir.intervals import RING, Interval, documented
from ...ir.program import Operation, Program
from ...ir.rewrite import walk
from ...ir.types import Kind
from .find_ranges import Excess, Ranges, Reading, find_ranges

REFINED = 12
"""Up to so many inputs are looked at one by one; of more, all of a kind get one limit."""

LARGE = 2000
"""So are those of programs of more operations than this."""

NUMBERS = [1, 2, 3, 4, 5, 6, 8] + [
    digits * 10**exponent for exponent in range(19) for digits in (10, 12, 15, 20, 25, 30, 40, 50, 60, 80)
]
"""Round magnitudes that limits have."""

Limits = dict[str, Interval]


@dataclass(frozen=True, slots=True)
class Tolerance:
    """`limits` has the inputs that must stay small, by name. `excesses` come from larger ones, `others` do not.

    `reasons` has for each limit what larger numbers would overflow. `ranges` are those of inputs within the limits,
    `whole` those of all inputs.
    """

    limits: Limits
    reasons: Mapping[str, Excess]
    excesses: Sequence[Excess]
    others: Sequence[Excess]
    ranges: Ranges
    whole: Ranges


def tolerate_inputs(program: Program, *, wraps: bool) -> Tolerance:
    """The largest inputs that the program tolerates, if integers of 64 bits may wrap or must not."""
    inputs = [each for each in walk(program.body) if each.name == "input" and can_be_limited(each)]
    whole = find_ranges(program, Reading.ROOTS)
    found = [excess for excess in whole.excesses if not (wraps and excess.is_modular)]
    if not found or not inputs:
        return Tolerance({}, {}, (), found, whole, whole)
    search = _Search(program, inputs, wraps)
    others = [excess for excess in found if place_of(excess) in search.unavoidable]
    caused = [excess for excess in found if place_of(excess) not in search.unavoidable]
    limits = search.limits() if caused else {}
    reasons = {name: search.reason(limits, name) or caused[0] for name in limits}
    return Tolerance(limits, reasons, caused, others, find_ranges(program, Reading.ROOTS, limits), whole)


def can_be_limited(operation: Operation) -> bool:
    """Whether an input is a number."""
    return operation.results[0].type.element.kind in (Kind.FIXED, Kind.INT)


def place_of(excess: Excess) -> tuple[str, int]:
    """The line of a mistake: one message is enough for each."""
    span = excess.operation.span
    return (span.source.path, span.line)


class _Search:
    def __init__(self, program: Program, inputs: Sequence[Operation], wraps: bool) -> None:
        self._program = program
        self._wraps = wraps
        self._inputs = {each.attributes["name"]: each for each in inputs}
        self.unavoidable = {place_of(excess) for excess in self._excesses(self._each(self._inputs, NUMBERS[0]))}

    def limits(self) -> Limits:
        """The largest limits, of ints first; inputs that need none are left out."""
        limits = self._each(self._inputs, NUMBERS[0])
        for kind in (Kind.INT, Kind.FIXED):
            names = [name for name, each in self._inputs.items() if each.results[0].type.element.kind is kind]
            if names:
                limits = self._largest(limits, names)
        if len(limits) <= REFINED and len(walk(self._program.body)) <= LARGE:
            for name in list(limits):
                without = {each: limit for each, limit in limits.items() if each != name}
                limits = without if self._is_safe(without) else self._largest(limits, [name])
        return {name: limit for name, limit in limits.items() if _all(self._inputs[name]) not in limit}

    def reason(self, limits: Limits, name: str) -> Excess | None:
        """What overflows if this input may be anything, and others stay within the limits; None if nothing does."""
        if len(limits) > REFINED:
            return None
        found = self._excesses({each: limit for each, limit in limits.items() if each != name})
        return next((excess for excess in found if place_of(excess) not in self.unavoidable), None)

    def _largest(self, limits: Limits, names: Sequence[str]) -> Limits:
        """With one limit for all of these names, as large as the others allow, by bisection."""
        low, high = 0, len(NUMBERS) - 1
        while low < high:
            middle = (low + high + 1) // 2
            if self._is_safe({**limits, **self._each(names, NUMBERS[middle])}):
                low = middle
            else:
                high = middle - 1
        return {**limits, **self._each(names, NUMBERS[low])}

    def _each(self, names: Iterable[str], number: int) -> Limits:
        """The limit for each of these names, or all that it may be where that is less."""
        limits = {}
        for name in names:
            end = min(number << self._inputs[name].results[0].type.element.scale, RING.high // 2)
            limits[name] = Interval(-end, end).meet(_all(self._inputs[name]))
        return limits

    def _is_safe(self, limits: Limits) -> bool:
        return self._places(limits) <= self.unavoidable

    def _places(self, limits: Limits) -> set[tuple[str, int]]:
        return {place_of(excess) for excess in self._excesses(limits)}

    def _excesses(self, limits: Limits) -> Sequence[Excess]:
        found = find_ranges(self._program, Reading.ROOTS, dict(limits)).excesses
        return [excess for excess in found if not (self._wraps and excess.is_modular)]


def _all(operation: Operation) -> Interval:
    """What readers of data let pass for an input."""
    if operation.attributes["limits"]:
        return Interval(*operation.attributes["limits"])
    element = operation.results[0].type.element
    return documented(element.scale) if element.kind is Kind.FIXED else Interval(element.least, element.greatest)
