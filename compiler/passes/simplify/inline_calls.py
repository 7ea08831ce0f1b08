"""Puts function bodies in the place of their calls, so that later passes see one block.

Before:                                         After:
    %2 = call(%0) function="f" (%1) {               %3 = add(%0, %0)
      %3 = add(%1, %1)                              ... %3 ...
      yield %3
    }
    ... %2 ...

Assumes nothing. Ensures that no `call` is left. Labels become the labels of the arguments passed. These may be lower
than the labels that the body was written for.
"""

from collections.abc import Sequence

from ...ir.program import Operation, Program, Value
from ...ir.rewrite import Rewriter, rewrite


def inline_calls(program: Program) -> Program:
    """The program without calls."""
    return rewrite(program, _inline)


def _inline(rewriter: Rewriter, operation: Operation) -> Sequence[Value] | None:
    if operation.name != "call":
        return None
    (body,) = operation.regions
    rewriter.values.update(zip(body.arguments, rewriter.operands(operation), strict=True))
    return rewriter.splice(body)
