"""Computes equal things once.

Before:                     After:
    %2 = add(%0, %1)            %2 = add(%0, %1)
    %3 = add(%1, %0)            %4 = multiply(%2, %2)
    %4 = multiply(%2, %3)

Two operations are equal if their names, attributes and operands are; operands of commutative operations may be in any
order. An operation in a region may be replaced by an equal one outside, never the other way round. Effects and control
are never merged, but operations inside the regions of control are.

Assumes nothing. Ensures that no two equal pure operations are visible to each other.
"""

from collections import ChainMap
from collections.abc import Hashable, Sequence
from typing import Any

import numpy as np

from ...ir.operations.row import Trait
from ...ir.operations.table import row_of
from ...ir.program import Operation, Program, Region, Value
from ...ir.rewrite import Rewriter, rewrite


def merge_common(program: Program) -> Program:
    """The program with equal pure operations merged."""
    return rewrite(program, _Merger().rule)


class _Merger:
    def __init__(self) -> None:
        self._known: ChainMap[Hashable, tuple[Value, ...]] = ChainMap()
        self._numbers: dict[Value, int] = {}

    def rule(self, rewriter: Rewriter, operation: Operation) -> Sequence[Value] | None:
        if operation.regions:
            return self._control(rewriter, operation)
        if not row_of(operation).is_pure:
            return None
        key = self._key(operation, rewriter.operands(operation))
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = rewriter.copy(operation)
        return known

    def _control(self, rewriter: Rewriter, operation: Operation) -> tuple[Value, ...]:
        operands = rewriter.operands(operation)
        regions = tuple(self._region(rewriter, region) for region in operation.regions)
        return rewriter.derive(operation, operands, regions)

    def _region(self, rewriter: Rewriter, region: Region) -> Region:
        self._known = self._known.new_child()
        written = rewriter.region(region)
        self._known = self._known.parents
        return written

    def _key(self, operation: Operation, operands: Sequence[Value]) -> Hashable:
        numbers = [self._numbers.setdefault(operand, len(self._numbers)) for operand in operands]
        if row_of(operation).has(Trait.COMMUTATIVE):
            numbers.sort()
        attributes = tuple((name, _hashable(value)) for name, value in operation.attributes.items())
        return (operation.name, tuple(numbers), attributes)


def _hashable(value: Any) -> Hashable:
    """An attribute as a key of a dictionary. Keys are equal for equal attributes only."""
    if isinstance(value, np.ndarray):
        return (value.shape, value.dtype.str, value.tobytes())
    return (type(value), value)
