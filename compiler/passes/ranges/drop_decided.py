"""Drops comparisons and branches whose outcome the ranges of values decide.

Before:                                         After:
    %2 : int64 secret = multiply(%x, %x)            %3 : bool static = constant value=false
    %3 : bool secret = less(%2, %zero)

where %x is an int32. Assumes that calls are inlined. Ensures that no comparison is left that has one outcome for all
that its operands may be.
"""

from collections.abc import Sequence

from ...ir.operations.row import Trait
from ...ir.operations.table import row_of
from ...ir.program import Operation, Program, Value
from ...ir.rewrite import Rewriter, rewrite
from ...ir.types import BOOL
from ..simplify.terms import BuilderTerms
from .find_ranges import Ranges, Reading, find_ranges


def drop_decided(program: Program) -> Program:
    """The program without comparisons and branches that are decided."""
    ranges = find_ranges(program, Reading.SURE)
    return rewrite(program, lambda rewriter, operation: _decided(ranges, rewriter, operation))


def _decided(ranges: Ranges, rewriter: Rewriter, operation: Operation) -> Sequence[Value] | None:
    if operation.name == "branch":
        condition = ranges.of[operation.operands[0]]
        if condition.low == condition.high:
            return rewriter.splice(operation.regions[0 if condition.low else 1])
    elif row_of(operation).has(Trait.ELEMENTWISE) and operation.results[0].type.element == BOOL:
        (result,) = operation.results
        outcome = ranges.of[result]
        if outcome.low == outcome.high and result.type.size:
            return (BuilderTerms(rewriter.builder).filled(outcome.low, result.type),)
    return None
