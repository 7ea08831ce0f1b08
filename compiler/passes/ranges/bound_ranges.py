"""Writes down between which numbers values lie, so that circuits become smaller.

Before (x and y are int8):                       After:
    %2 : int9 secret = add(%x, %y)                   %2 : int9 secret in [-256, 254] = add(%x, %y)
    %3 : int16 secret = multiply(%x, %x)             %3 : int16 secret in [0, 16384] = multiply(%x, %x)
    %4 : bool secret = less(%2, %c)                  %4 : bool secret = less(%2, %c)

A comparison takes as many planes as the difference of its operands' bounds needs, a conversion to bits as many as the
value's.

Assumes that calls are inlined. Ensures that every element of a value lies within the value's bounds, if it has some, in
every run, also of a program that wraps.
"""

from collections.abc import Sequence
from dataclasses import replace

from ...ir.intervals import Interval
from ...ir.program import Operation, Program, Region, Value
from ...ir.rewrite import Rewriter, rewrite
from ...ir.types import BOOL, Kind
from .find_ranges import Ranges, Reading, find_ranges


def bound_ranges(program: Program) -> Program:
    """The program with bounds on values."""
    return rewrite(program, _Bounder(find_ranges(program, Reading.SURE)).rule)


class _Bounder:
    def __init__(self, ranges: Ranges) -> None:
        self._ranges = ranges

    def rule(self, rewriter: Rewriter, operation: Operation) -> Sequence[Value]:
        """The rewrite: see `rewrite.Rule`."""
        if operation.regions:
            regions = tuple(self._region(rewriter, region) for region in operation.regions)
            results = rewriter.derive(operation, rewriter.operands(operation), regions)
        else:
            results = rewriter.copy(operation)
        return self._with_bounds(rewriter, operation, results)

    def _region(self, rewriter: Rewriter, region: Region) -> Region:
        return rewriter.region(region, tuple(self._bounded(value, value) for value in region.arguments))

    def _with_bounds(self, rewriter: Rewriter, operation: Operation, results: tuple[Value, ...]) -> tuple[Value, ...]:
        """The operation just written, its results replaced by ones with bounds."""
        bounded = tuple(map(self._bounded, operation.results, results))
        if all(old is new for old, new in zip(results, bounded, strict=True)):
            return results
        return rewriter.builder.rename_last(bounded)

    def _bounded(self, old: Value, new: Value) -> Value:
        """`new` with the bounds of `old`, if they say more than its type."""
        found = self._ranges.of[old]
        element = new.type.element
        if element == BOOL or element.kind in (Kind.KEY, Kind.ROWS) or not new.type.size:
            return new
        known = Interval(new.least, new.greatest)
        if known in found:
            return new
        return replace(new, bounds=(max(known.low, found.low), min(known.high, found.high)))
