"""Computes what the compiler can know, and drops arithmetic that changes nothing.

Before:                                                 After:
    %0 = constant value=2                                   %4 = broadcast(%x) shape=[9]
    %1 = constant value=3                                   %5 = constant value=6
    %2 = multiply(%0, %1)                                   %6 = broadcast(%5) shape=[9]
    %3 = broadcast(%2) shape=[9]                            %7 = add(%4, %6)
    %7 = add(%x, %3)

The clear meaning of operations folds constants. An array that repeats one number stays a broadcast of that number, so
that neither the program nor the work depends on the sizes of data. Arrays of literals are folded up to `LIMIT`
elements; `iota` is left alone. Branches and loops whose course is known become their bodies. The rows of operations
tell the algebra.

Assumes nothing. Ensures the same values; labels may go down (x * 0 is known to all).
"""

from collections.abc import Sequence

import numpy as np

from ...ir.evaluate import apply, known_result
from ...ir.operations.row import Trait
from ...ir.operations.table import row_of
from ...ir.program import Operation, Program, Value
from ...ir.rewrite import Rewriter, rewrite
from .terms import BuilderTerms

LIMIT = 1024
"""How many elements a folded array may have. Larger constants would outweigh the operations that they replace."""


def fold_constants(program: Program) -> Program:
    """The program with known values computed."""
    return rewrite(program, _fold)


def _fold(rewriter: Rewriter, operation: Operation) -> Sequence[Value] | None:
    terms = BuilderTerms(rewriter.builder)
    operands = rewriter.operands(operation)
    if operation.regions:
        return _fold_control(rewriter, terms, operation, operands)
    row = row_of(operation)
    if row.has(Trait.STOP) and terms.number(operands[0]) == 1:
        return ()
    if not row.is_pure or row.has(Trait.SOURCE) or row.has(Trait.HOLDING):
        return None
    for attempt in (_constant, _uniform):
        found = attempt(terms, operation, operands)
        if found is not None:
            return (found,)
    attempts = (identity(terms, operation, operands) for identity in row.identities)
    simpler = next((value for value in attempts if value is not None), None)
    return None if simpler is None else (simpler,)


def _fold_control(
    rewriter: Rewriter, terms: BuilderTerms, operation: Operation, operands: tuple[Value, ...]
) -> Sequence[Value] | None:
    if operation.name == "branch":
        condition = terms.number(operands[0])
        return None if condition is None else rewriter.splice(operation.regions[0 if condition else 1])
    if operation.name == "while":
        return operands[1:] if terms.number(operands[0]) == 0 else None
    if operation.name == "loop" and operation.attributes["count"] == 0:
        return operands
    if operation.name == "loop" and operation.attributes["count"] == 1:
        (body,) = operation.regions
        turn = terms.filled(0, body.arguments[0].type)
        rewriter.values.update(zip(body.arguments, (turn, *operands), strict=True))
        return rewriter.splice(body)
    return None


def _constant(terms: BuilderTerms, operation: Operation, operands: tuple[Value, ...]) -> Value | None:
    """The result as a constant, if all operands are constants. A broadcast stays a broadcast."""
    if operation.results[0].type.size > LIMIT or operation.name == "broadcast":
        return None
    arrays = [terms.constant(operand) for operand in operands]
    known = [array for array in arrays if array is not None]
    if len(known) != len(arrays):
        return None
    array = known_result(operation, known)
    return None if array is None else terms.builder.constant(array, operation.results[0].type)


def _uniform(terms: BuilderTerms, operation: Operation, operands: tuple[Value, ...]) -> Value | None:
    """The result as one number, broadcast, if every operand is one number."""
    row, result = row_of(operation), operation.results[0].type
    numbers = [terms.number(operand) for operand in operands]
    known = [number for number in numbers if number is not None]
    if len(known) != len(numbers) or result.size == 0:
        return None
    if row.has(Trait.ELEMENTWISE):
        scalars = [np.asarray(number, operand.type.dtype) for number, operand in zip(known, operands, strict=True)]
        return terms.filled(int(apply(operation, scalars)), result)
    count = operands[0].type.shape[operation.attributes["axis"]] if row.has(Trait.REDUCTION) else 1
    if row.moves_first and row.indices_from is None and operation.name != "broadcast" and count > 0:
        return terms.filled(known[0], result)
    if operation.name == "sum":
        return terms.filled(_wrapped(known[0] * count), result)
    return None


def _wrapped(number: int) -> int:
    """The number modulo 2^64, between -2^63 and 2^63."""
    return (number + 2**63) % 2**64 - 2**63
