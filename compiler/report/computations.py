"""What a value is computed of, as one short text. In: an inlined program. Out: a digest for each value.

Two digests are equal if the same operations are applied to the same inputs and numbers. Names and lines do not count,
nor does what else the program computes. What a loop or a branch gives counts with the whole of its body, but for what
is revealed there.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256

import numpy as np

from ..ir.control import is_loop
from ..ir.operations.row import Trait
from ..ir.operations.table import row_of
from ..ir.program import Operation, Program, Region, Value

_DIGITS = 16

_WORDS = ("beyond", "limits", "message")
"""Attributes that say what the compiler found out of the ranges of numbers, and texts for people."""


class Computations:
    """The digests of a program's values and operations."""

    def __init__(self, program: Program) -> None:
        self._of: dict[Value | Operation, str] = {}
        self._region(program.body, ())

    def of(self, value: Value, inside: Sequence[Operation] = ()) -> str:
        """What a value is computed of, which stands in the bodies of these operations: loops and branches.

        Of a branch, what decides counts; of a loop all, for the values that it carries are made by its turns.
        """
        return _digest(self._of[value], *(self._around(operation) for operation in inside))

    def _around(self, operation: Operation) -> str:
        return self._of[operation] if is_loop(operation) else _digest(*map(self._of.__getitem__, operation.operands))

    def _region(self, region: Region, place: tuple[int, ...]) -> str:
        """The digest of a body; `place` tells its arguments from those of the bodies around it."""
        for number, argument in enumerate(region.arguments):
            self._of[argument] = _digest("argument", str(place), str(number))
        for operation in region.operations:
            self._operation(operation, place)
        effects = [self._of[each] for each in region.operations if not (each.results or row_of(each).has(Trait.OUTPUT))]
        return _digest(*(self._of[result] for result in region.results), *effects)

    def _operation(self, operation: Operation, place: tuple[int, ...]) -> None:
        bodies = [self._region(region, (*place, number)) for number, region in enumerate(operation.regions)]
        attributes = [
            f"{name}={_written(value)}" for name, value in sorted(operation.attributes.items()) if name not in _WORDS
        ]
        types = [str(result.type) for result in operation.results]
        operands = [self._of[operand] for operand in operation.operands]
        is_told = row_of(operation).has(Trait.OUTPUT)
        self._of[operation] = _digest(operation.name, *([] if is_told else attributes), *types, *operands, *bodies)
        for number, result in enumerate(operation.results):
            self._of[result] = _digest(self._of[operation], str(number))


def _written(value: object) -> str:
    if isinstance(value, np.ndarray):
        return f"{value.dtype}{value.shape}{sha256(np.ascontiguousarray(value).tobytes()).hexdigest()}"
    return repr(value)


def _digest(*parts: str) -> str:
    return sha256("\0".join(parts).encode()).hexdigest()[:_DIGITS]
