"""Makes quotients of integers exact where a jump follows: where they are rounded down, or compared.

Before (%x and %y are int32):                      After:
    %2 : fixed.16 = cast(%x)
    %3 : fixed.16 = cast(%y)
    %4 : fixed.16 = divide(%2, %3)                     %8 : fixed.16 = quotient(%x, %y) scale=16
    %5 : int48 = floor(%4)                             %9 : int33 = floor_divide(%x, %y)
    %6 : bool = less(%4, %c)                           %6 : bool = less(%8, %c)

`divide` is right to some last places, and 300 / 3 may come out just below 100: then floor makes 99 of it. `quotient`
takes the integers themselves, and gives the number nearest to their quotient, as `divide` does in the clear. A quotient
that is rounded down at once is an integer division.

What is larger than `quotient` takes is only divided so where it is rounded down.

Both cost more than `divide`. So a quotient stays one unless a jump is seen of it: quotients are followed through all
that moves, adds, scales and chooses numbers, and through loops. Numbers count as integers where they surely are
multiples of 1. A comparison that only chooses between what it compares (`max`, `clip`, `abs`) is no jump.

Assumes that calls are inlined. Ensures the same values, but for quotients that are rounded down: these are exact.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from ...ir.control import carried, flows, is_loop
from ...ir.intervals import Interval
from ...ir.operations.row import Trait
from ...ir.operations.table import OPERATIONS, row_of
from ...ir.program import Operation, Program, Value
from ...ir.rewrite import Rewriter, rewrite, walk
from ...ir.types import INT, Kind, integer
from .find_ranges import Reading, find_ranges

_PASSES_ON = Trait.LINEAR | Trait.BILINEAR | Trait.SAME | Trait.STRUCTURAL


def round_quotients(program: Program) -> Program:
    """The program with exact quotients of integers where a jump follows."""
    seen = _Seen(program)
    chosen = seen.quotients()
    if not chosen:
        return program
    ranges = find_ranges(program, Reading.EXACT).of
    return rewrite(program, _Rounder(seen, chosen, {each for each in chosen if _fits(each, ranges)}).rule)


def _fits(division: Operation, ranges: Mapping[Value, Interval]) -> bool:
    """Whether `quotient` takes what is divided. (No division of `int` that owners bring is too large for it.)"""
    scale = division.results[0].type.element.scale
    draft = replace(division, attributes={"scale": scale})
    takes = OPERATIONS["quotient"].domain.takes
    assert takes is not None
    ends = [ranges[value] for value in division.operands]
    return all(found.shifted(-scale) in takes(draft, place) for place, found in enumerate(ends))


class _Seen:
    """What is known of a program's values."""

    def __init__(self, program: Program) -> None:
        self._operations = walk(program.body)
        self.definitions = {value: each for each in self._operations for value in each.results}
        self._divisions = [each for each in self._operations if each.name == "divide"]

    def quotients(self) -> set[Operation]:
        """The divisions of integers of which a jump is seen."""
        if not self._divisions:
            return set()
        self._sources: dict[Value, list[Value]] = defaultdict(list)
        for control in (each for each in self._operations if each.regions):
            results = zip(control.results, carried(control), strict=True) if is_loop(control) else ()
            for where, what in (*flows(control), *results):
                self._sources[where].append(what)
        jumping = self._before_jumps()
        asked = [each for each in self._divisions if each.results[0] in jumping]
        if not asked:
            return set()
        fractions = self._fractions()
        return {each for each in asked if fractions.isdisjoint(each.operands)}

    def _before_jumps(self) -> set[Value]:
        """The values from which a jump is reached."""
        self._uses: dict[Value, list[Operation]] = defaultdict(list)
        for operation in self._operations:
            for value in (*operation.operands, *(value for region in operation.regions for value in region.results)):
                self._uses[value].append(operation)
        found: set[Value] = set()
        pending = [value for each in self._operations if self._is_jump(each) for value in each.operands]
        while pending:
            value = pending.pop()
            if value not in found and value.type.element.kind is Kind.FIXED:
                found.add(value)
                pending += self._sources.get(value, [])
                pending += _passed_on(self.definitions.get(value))
        return found

    def _is_jump(self, operation: Operation) -> bool:
        if not row_of(operation).has(Trait.JUMPS) or operation.operands[0].type.element.kind is not Kind.FIXED:
            return False
        uses = self._uses[operation.results[0]] if operation.results[0].type.element.kind is Kind.BOOL else []
        return not uses or not all(self._is_continuous(operation, use) for use in uses)

    def _is_continuous(self, comparison: Operation, use: Operation) -> bool:
        """Whether a choice by a comparison has equal branches where the operands of the comparison are equal."""
        if use.name != "select" or use.operands[0] is not comparison.results[0]:
            return False
        compared = {self._number(value) for value in comparison.operands}
        has_zero = any(isinstance(number, int) and number == 0 for number in compared)
        return all(
            self._number(branch) in compared or (has_zero and self._number(self.opposite(branch)) in compared)
            for branch in use.operands[1:]
        )

    def may_widen(self, value: Value) -> bool:
        """Whether all that is made of an integer takes one of any width."""
        return all(row_of(use).has(Trait.ELEMENTWISE) or row_of(use).has(Trait.OUTPUT) for use in self._uses[value])

    def opposite(self, value: Value) -> Value:
        """x, where the value is -x."""
        operation = self.definitions.get(value)
        return operation.operands[0] if operation is not None and operation.name == "negate" else value

    def _number(self, value: Value) -> Value | int:
        """The number that all elements of a value are, where that is known; else the value."""
        operation = self.definitions.get(value)
        while operation is not None and operation.name == "broadcast":
            operation = self.definitions.get(operation.operands[0])
        if operation is None or operation.name != "constant":
            return value
        numbers = np.unique(operation.attributes["value"])
        return int(numbers[0]) if numbers.size == 1 else value

    def _fractions(self) -> set[Value]:
        """The values that may not be multiples of 1, by what they are made of: the least set."""
        found: set[Value] = set()
        size = -1
        while size != len(found):
            size = len(found)
            for operation in self._operations:
                given = [value for value in operation.results if value.type.element.kind is Kind.FIXED]
                if given and not operation.regions and not self._is_whole(operation, found):
                    found.update(given)
            found.update(where for where, all_ in self._sources.items() if not found.isdisjoint(all_))
        return found

    def _is_whole(self, operation: Operation, fractions: set[Value]) -> bool:
        if operation.name == "constant":
            part = (1 << operation.results[0].type.element.scale) - 1
            return not np.any(np.asarray(operation.attributes["value"]) & part)
        operands = _passed_on(operation)
        return bool(operands) and fractions.isdisjoint(operands)


def _passed_on(operation: Operation | None) -> Sequence[Value]:
    """The operands that the elements of the result are, or are sums, products or parts of."""
    if operation is None or operation.regions:
        return ()
    row = row_of(operation)
    if row.elements_of is not None:
        return row.elements(operation)
    return operation.operands if row.traits & _PASSES_ON or operation.name == "truncate" else ()


class _Rounder:
    """Writes integer divisions for what is rounded down of chosen divisions, and `quotient` for the fitting ones."""

    def __init__(self, seen: _Seen, chosen: set[Operation], fitting: set[Operation]) -> None:
        self._seen = seen
        self._chosen = chosen
        self._fitting = fitting

    def rule(self, rewriter: Rewriter, operation: Operation) -> Sequence[Value] | None:
        """The rewrite: see `rewrite.Rule`."""
        if operation in self._fitting:
            scale = operation.results[0].type.element.scale
            return (rewriter.builder.emit("quotient", *self._integers(rewriter, operation), scale=scale),)
        if operation.name != "floor":
            return None
        (value,) = operation.operands
        opposite = self._seen.opposite(value)
        division = self._seen.definitions.get(opposite)
        if division not in self._chosen:
            return None
        x, y = self._integers(rewriter, division)
        element, widened = operation.results[0].type.element, 1 if opposite is value else 2
        is_narrow = x.type.element.bits + widened <= element.bits
        if not is_narrow and not self._seen.may_widen(operation.results[0]):
            return None
        x = x if opposite is value else rewriter.builder.emit("negate", x)
        quotient = rewriter.builder.emit("floor_divide", x, y)
        return (rewriter.builder.emit("cast", quotient, element=element) if is_narrow else quotient,)

    def _integers(self, rewriter: Rewriter, division: Operation) -> list[Value]:
        """The operands as integers: what they are casts of, or what is left of them without their fraction bits."""
        return [self._integer(rewriter, value) for value in division.operands]

    def _integer(self, rewriter: Rewriter, value: Value) -> Value:
        operation, builder = self._seen.definitions.get(value), rewriter.builder
        if operation is not None and operation.name == "cast":
            (source,) = operation.operands
            if source.type.element.kind is Kind.INT:
                return rewriter.value(source)
            if source.type.element.kind is Kind.BOOL:
                return builder.emit("cast", rewriter.value(source), element=integer(2))
        if operation is not None and operation.name == "constant":
            numbers = np.asarray(operation.attributes["value"]) >> value.type.element.scale
            return builder.emit("constant", type=value.type.with_element(INT), value=numbers)
        return builder.emit("floor", rewriter.value(value))
