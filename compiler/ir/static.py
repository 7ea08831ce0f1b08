"""The numbers of static values, computed on demand. In: operations as they are written. Out: arrays."""

from typing import Any

import numpy as np

from .evaluate import EffortExceededError, Evaluation, EvaluationError, Outputs, free_values, known_result
from .labels import Knowledge
from .operations.row import Trait
from .operations.table import row_of
from .program import Operation, Value

Array = np.ndarray[Any, Any]

EFFORT = 1_000_000
"""How many operations a loop with static results may run when a result is asked for; beyond, it counts as unknown."""


class StaticValues:
    """Finds the numbers of values through the operations that define them, and remembers the numbers."""

    def __init__(self) -> None:
        self._definitions: dict[Value, Operation] = {}
        self._found: dict[Value, Array | None] = {}

    def define(self, operation: Operation) -> None:
        """Registers the operation as the definition of its results."""
        for result in operation.results:
            self._definitions[result] = operation

    def definition(self, value: Value) -> Operation | None:
        """The operation that computes the value; None for a region's argument."""
        return self._definitions.get(value)

    def find(self, value: Value) -> Array | None:
        """The number of a value; None if it depends on a region's argument, an input or an effect.

        Raises nothing: an operation that fails (an index out of range) has no number.
        """
        pending = [value]
        while pending:
            current = pending[-1]
            if current in self._found:
                pending.pop()
                continue
            operation = self._definitions.get(current)
            if operation is None or current.label.knowledge is not Knowledge.STATIC or has_effect(operation):
                self._found[current] = None
                continue
            needed = list(free_values(operation)) if operation.regions else list(operation.operands)
            unknown = [needs for needs in needed if needs not in self._found]
            if unknown:
                pending += unknown
            else:
                self._compute(operation, needed)
        return self._found[value]

    def _compute(self, operation: Operation, needed: list[Value]) -> None:
        numbers: dict[Value, Array] = {}
        for value in needed:
            number = self._found[value]
            if number is None:
                self._found.update(dict.fromkeys(operation.results))
                return
            numbers[value] = number
        if operation.regions:
            self._found.update(_run(operation, numbers))
        else:
            arrays = [numbers[operand] for operand in operation.operands]
            self._found[operation.results[0]] = known_result(operation, arrays)


def _run(operation: Operation, numbers: dict[Value, Array]) -> dict[Value, Array | None]:
    """The results of a control operation; None for each of them if it fails or takes too long."""
    evaluation = Evaluation({}, Outputs({}), EFFORT)
    evaluation.values.update(numbers)
    try:
        evaluation.run(operation)
    except (EvaluationError, EffortExceededError):
        return dict.fromkeys(operation.results)
    return {result: evaluation.values[result] for result in operation.results}


def has_effect(operation: Operation) -> bool:
    """Whether the operation, or one in its regions, does something outside the IR."""
    if row_of(operation).has(Trait.EFFECT):
        return True
    return any(has_effect(inner) for region in operation.regions for inner in region.operations)
