"""What a program means: the reference interpreter. In: a program and inputs in the clear. Out: what each role sees.

This is the living definition of the IR. Protocols, passes and the runtime are tested against it.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import numpy as np

from ...runtime.clear import KERNELS, IndexOutsideError
from ..diagnostics import ProgramError
from ..source import Span
from .labels import spoken_of
from .operations.row import Form
from .operations.table import row_of
from .program import Operation, Program, Region, Value

Array = np.ndarray[Any, Any]


class EvaluationError(ProgramError):
    """The program stops at `span`: an assertion fails, or an index that only the run knows is out of range."""

    def __init__(self, span: Span, problem: str) -> None:
        self.span = span
        self.problem = problem
        super().__init__(f"{span.source.path}:{span.line}:{span.column}: {problem}")


class EffortExceededError(Exception):
    """Evaluation took more operations than allowed."""


@dataclass(frozen=True, slots=True)
class Outputs:
    """The outputs: clear arrays by role and name, kept arrays by name, and the `reveal` or `save` behind each name.

    A name that is revealed several times, in a loop, has the last value.
    """

    by_role: dict[str, dict[str, Array]]
    saved: dict[str, Array] = field(default_factory=dict)
    operations: dict[str, Operation] = field(default_factory=dict)


def in_reverse(count: int) -> Array:
    """The row numbers in opposite order: one of the arrangements that `random_rows` may give."""
    return np.arange(count, dtype=np.int64)[::-1]


def evaluate(
    program: Program,
    inputs: Mapping[str, Array],
    progress: Callable[[Operation], None] | None = None,
    arrange: Callable[[int], Array] = in_reverse,
    joined: Mapping[tuple[str, int], Array] = MappingProxyType({}),
) -> Outputs:
    """Runs the program.

    `inputs` has an array in the clear representation for each `input`, by its name. `joined` has, for each side of each
    aligned join, the numbers of the side's rows in the order of the joined rows. `progress` is told each operation of
    the outermost block before it runs. `arrange` draws the rows of `random_rows`. Raises EvaluationError; raises
    ValueError if an input is missing or not of its type.
    """
    outputs = Outputs({role: {} for role in program.roles})
    evaluation = Evaluation(inputs, outputs, arrange=arrange, joined=joined)
    last_use = {value: index for index, each in enumerate(program.body.operations) for value in free_values(each)}
    for index, operation in enumerate(program.body.operations):
        if progress is not None:
            progress(operation)
        evaluation.run(operation)
        evaluation.forget(value for value in free_values(operation) if last_use[value] == index)
    return outputs


def apply(operation: Operation, operands: list[Array]) -> Array:
    """The result of a pure operation with one result, for these operands. Raises IndexOutsideError."""
    row = row_of(operation)
    if row.form is Form.WRITTEN:
        return np.asarray(operation.attributes["value"])
    rule = row.clear
    if rule is None:
        raise ValueError(f"{operation.name} has no clear kernel")
    kernel, attributes = rule(tuple(operand.type for operand in operation.operands), operation.attributes)
    return KERNELS[kernel](*operands, **attributes)


def known_result(operation: Operation, operands: list[Array]) -> Array | None:
    """As `apply`, but None if an index is out of range."""
    try:
        return apply(operation, operands)
    except IndexOutsideError:
        return None


class Evaluation:
    """A walk through operations in order. `values` holds every value computed so far.

    With `effort`, EffortExceededError is raised once more operations and regions than that have run.
    """

    def __init__(
        self,
        inputs: Mapping[str, Array],
        outputs: Outputs,
        effort: int | None = None,
        arrange: Callable[[int], Array] = in_reverse,
        joined: Mapping[tuple[str, int], Array] = MappingProxyType({}),
    ) -> None:
        self.values: dict[Value, Array] = {}
        self._inputs = inputs
        self._outputs = outputs
        self._effort = effort
        self._arrange = arrange
        self._joined = joined

    def run(self, operation: Operation) -> None:
        """Executes one operation."""
        self._spend()
        results = WAYS[row_of(operation).form](self, operation)
        self.values.update(zip(operation.results, results, strict=True))

    def forget(self, values: Iterable[Value]) -> None:
        """Frees the memory of values that no later operation uses."""
        for value in values:
            self.values.pop(value, None)

    def _spend(self) -> None:
        if self._effort is not None:
            self._effort -= 1
            if self._effort < 0:
                raise EffortExceededError

    def _operands(self, operation: Operation) -> list[Array]:
        return [self.values[operand] for operand in operation.operands]

    def _region(self, region: Region, arguments: list[Array]) -> list[Array]:
        self._spend()
        self.values.update(zip(region.arguments, arguments, strict=True))
        for operation in region.operations:
            self.run(operation)
        return [self.values[result] for result in region.results]

    def _compute(self, operation: Operation) -> list[Array]:
        if operation.name in _GIVEN_ROWS:
            return _GIVEN_ROWS[operation.name](self, operation)
        try:
            return [apply(operation, self._operands(operation))]
        except IndexOutsideError as error:
            raise EvaluationError(operation.span, str(error)) from None
        except MemoryError:
            needed = f"{operation.results[0].type} takes more memory than this machine gives it"
            raise EvaluationError(operation.span, f"{needed}: run it on less data, or with more memory") from None

    def _input(self, operation: Operation) -> list[Array]:
        name, type = operation.attributes["name"], operation.results[0].type
        if name not in self._inputs:
            raise ValueError(f"input {name} is missing")
        array = np.asarray(self._inputs[name])
        if array.shape != type.shape or array.dtype != type.dtype:
            raise ValueError(f"input {name} is {array.dtype}{list(array.shape)}, not {type}")
        return [array]

    def _random_rows(self, operation: Operation) -> list[Array]:
        return [self._arrange(operation.attributes["n"])]

    def _align(self, operation: Operation) -> list[Array]:
        (array,), attributes = self._operands(operation), operation.attributes
        return [array[self._joined[attributes["join"], attributes["side"]][: attributes["rows"]]]]

    def _reveal(self, operation: Operation) -> list[Array]:
        (array,) = self._operands(operation)
        name, roles = operation.attributes["name"], operation.attributes["roles"]
        self._outputs.operations[name] = operation
        everyone = self._outputs.by_role
        for role in everyone if roles is None else (one for told in roles for one in spoken_of(told, everyone)):
            everyone[role][name] = array
        return [array] if roles is None else []

    def _save(self, operation: Operation) -> list[Array]:
        (self._outputs.saved[operation.attributes["name"]],) = self._operands(operation)
        self._outputs.operations[operation.attributes["name"]] = operation
        return []

    def _assert(self, operation: Operation) -> list[Array]:
        if not self._operands(operation)[0]:
            message = operation.attributes["message"]
            raise EvaluationError(operation.span, f"assertion failed: {message}" if message else "assertion failed")
        return []

    def _require(self, operation: Operation) -> list[Array]:
        if not self._operands(operation)[0]:
            raise EvaluationError(operation.span, operation.attributes["message"])
        return []

    def _loop(self, operation: Operation) -> list[Array]:
        carried = self._operands(operation)
        for turn in range(operation.attributes["count"]):
            carried = self._region(operation.regions[0], [np.asarray(turn, dtype=np.int64), *carried])
        return carried

    def _while(self, operation: Operation) -> list[Array]:
        condition, *carried = self._operands(operation)
        while condition:
            condition, *carried = self._region(operation.regions[0], carried)
        return carried

    def _branch(self, operation: Operation) -> list[Array]:
        (condition,) = self._operands(operation)
        return self._region(operation.regions[0 if condition else 1], [])

    def _call(self, operation: Operation) -> list[Array]:
        return self._region(operation.regions[0], self._operands(operation))


WAYS: dict[Form, Callable[[Evaluation, Operation], list[Array]]] = {
    Form.COMPUTED: Evaluation._compute,
    Form.GIVEN: Evaluation._input,
    Form.WRITTEN: Evaluation._compute,
    Form.SHARED: Evaluation._compute,
    Form.CONVERTED: Evaluation._compute,
    Form.TOLD: Evaluation._reveal,
    Form.KEPT: Evaluation._save,
    Form.CHECKED: Evaluation._assert,
    Form.REQUIRED: Evaluation._require,
    Form.COUNTED: Evaluation._loop,
    Form.REPEATED: Evaluation._while,
    Form.CHOSEN: Evaluation._branch,
    Form.CALLED: Evaluation._call,
}
"""How an operation is executed, by its form."""

_GIVEN_ROWS: dict[str, Callable[[Evaluation, Operation], list[Array]]] = {
    "random_rows": Evaluation._random_rows,
    "align": Evaluation._align,
}
"""Computed operations without a clear kernel: their rows follow from draws and keys, for which the caller stands."""


def free_values(operation: Operation) -> Iterator[Value]:
    """The operands, and the outer values that the operation's regions use. A value may come more than once."""
    yield from operation.operands
    for region in operation.regions:
        inside = set(region.arguments)
        for inner in region.operations:
            yield from (value for value in free_values(inner) if value not in inside)
            inside.update(inner.results)
        yield from (value for value in region.results if value not in inside)
