"""Lets owners check that inputs are no larger than what a program tolerates.

Before:                                     After:
    %0 : owned(alice) = input name="x"          %0 : owned(alice) in [-9, 9] = input name="x"
                                                %1 : owned(alice) = less(%0, %low)
                                                %2 : owned(alice) = less(%high, %0)
                                                ...
                                                assert(%7) message="..."

A check that fails stops its party before any message that depends on the input leaves it.

Assumes nothing. Ensures that inputs with limits lie within them.
"""

from collections.abc import Sequence
from dataclasses import replace

from ..ir.program import Operation, Program, Value
from ..ir.rewrite import Rewriter, rewrite
from .report_overflow import Report, limit_message


def guard_inputs(program: Program, report: Report) -> Program:
    """The program with checks of inputs that have limits."""

    def rule(rewriter: Rewriter, operation: Operation) -> Sequence[Value] | None:
        if operation.name != "input" or operation.attributes["name"] not in report.limits:
            return None
        limit = report.limits[operation.attributes["name"]]
        builder, (old,) = rewriter.builder, operation.results
        value = replace(old, bounds=(limit.low, limit.high))
        builder.add(replace(operation, results=(value,)))
        scalar = value.type.with_shape(())
        low, high = (builder.constant(bound, scalar) for bound in (limit.low, limit.high))
        outside = builder.emit("or", builder.emit("less", value, low), builder.emit("less", high, value))
        inside = builder.emit("not", outside)
        if value.type.shape:
            flat = builder.emit("reshape", inside, shape=(value.type.size,))
            inside = builder.emit("all", flat, axis=0)
        builder.effect("assert", inside, message=limit_message(operation, report))
        return (value,)

    return rewrite(program, rule) if report.limits else program
