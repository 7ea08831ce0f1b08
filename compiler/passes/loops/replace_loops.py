"""The walk of passes that replace loops. In: a program and an attempt at a loop. Out: a program."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from ...ir.build import Builder
from ...ir.operations.lanes import CannotWidenError
from ...ir.program import Operation, Program, Value
from ...ir.rewrite import Rewriter, rewrite

Attempt = Callable[[Builder, Operation, Mapping[Value, int]], tuple[Value, ...]]
"""Writes what takes a loop's place and returns the results. Returns nothing, or raises CannotWidenError, if the loop
must stay.

The mapping has the number of turns of this loop and of loops met before, by the values that count the turns.
"""


def replace_loops(program: Program, attempt: Attempt) -> Program:
    """The program after an attempt at each of its loops, inner loops first. A failed attempt leaves no trace."""
    counts: dict[Value, int] = {}

    def rule(rewriter: Rewriter, operation: Operation) -> Sequence[Value] | None:
        if operation.name != "loop":
            return None
        counts[operation.regions[0].arguments[0]] = operation.attributes["count"]
        operands = rewriter.operands(operation)
        region = rewriter.region(operation.regions[0])
        builder = rewriter.builder
        builder.span = operation.span
        try:
            with builder.region() as scratch:
                results = attempt(builder, replace(operation, operands=operands, regions=(region,)), counts)
        except CannotWidenError:
            results = ()
        if not results:
            return rewriter.derive(operation, operands, (region,))
        for written in scratch.operations:
            builder.add(written)
        return results

    return rewrite(program, rule)
