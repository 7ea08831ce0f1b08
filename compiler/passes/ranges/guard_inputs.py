"""Writes down which inputs are refused: those larger than what a program tolerates.

Before:                                     After:
    %0 : owned(alice) = input name="x"          %0 : owned(alice) in [-9, 9] = input name="x" limits=[-9, 9] ...

The owner looks at its own input before the first round, so that this costs the protocol nothing. What others see of it
is that a party has stopped.

Assumes nothing. Ensures that inputs with limits lie within them.
"""

from collections.abc import Sequence
from dataclasses import replace

from ...ir.program import Operation, Program, Value
from ...ir.rewrite import Rewriter, rewrite
from .report_overflow import Report, beyond_limit


def guard_inputs(program: Program, report: Report) -> Program:
    """The program with limits of inputs."""

    def rule(rewriter: Rewriter, operation: Operation) -> Sequence[Value] | None:
        if operation.name != "input" or operation.attributes["name"] not in report.limits:
            return None
        limit = report.limits[operation.attributes["name"]]
        (old,) = operation.results
        value = replace(old, bounds=(limit.low, limit.high))
        limited = {"limits": (limit.low, limit.high), "beyond": beyond_limit(operation, report)}
        rewriter.builder.add(replace(operation, results=(value,), attributes={**operation.attributes, **limited}))
        return (value,)

    return rewrite(program, rule) if report.limits else program
