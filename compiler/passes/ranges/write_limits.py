"""Writes numbers for what searches do not end at: as large, or as small, as what is searched can be.

Before (x is at most 9 in magnitude):                  After:
    %1 : int[8] static = limit(%x) is_greatest=true        %1 : int static = constant 9
                                                           %2 : int[8] static = broadcast(%1)

Until then a `limit` lies where x does, so that scales fit x alone: a number that is larger than all others would make a
program take coarse scales for values that nobody ever sees.

Assumes that inputs lie within their limits. Ensures that no `limit` is left.
"""

from collections.abc import Sequence

from ...ir.program import Operation, Program, Value
from ...ir.rewrite import Rewriter, rewrite, walk
from .find_ranges import Reading, find_ranges


def write_limits(program: Program) -> Program:
    """The program with constants in place of limits."""
    if not any(operation.name == "limit" for operation in walk(program.body)):
        return program
    ranges = find_ranges(program, Reading.SURE).of

    def rule(rewriter: Rewriter, operation: Operation) -> Sequence[Value] | None:
        if operation.name != "limit":
            return None
        (limit,) = operation.results
        number = ranges[limit].high if operation.attributes["is_greatest"] else ranges[limit].low
        scalar = rewriter.builder.constant(number, limit.type.with_shape(()))
        shape = limit.type.shape
        return (rewriter.builder.emit("broadcast", scalar, shape=shape) if shape else scalar,)

    return rewrite(program, rule)
