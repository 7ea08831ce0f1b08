"""The invariants of the IR, checked after every stage. In: a program. Out: nothing, or VerificationError.

Operations are in the table, with as many operands as it says and complete attributes of the right kinds. Every value is
defined once and used only where its definition is visible. Types and labels are those that the operands give. Regions
agree with their operation. Values are public where only public ones may stand. Names and roles exist.
"""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from .control import LabelError, control_results, flows
from .labels import Knowledge, Label, each_of
from .operations.row import AttributeKind, Held, OperationRow, Trait
from .operations.table import OPERATIONS, check_rows, row_of
from .operations.typing import OperationTypeError
from .print import print_operation
from .program import Operation, Program, Region, Value
from .types import ROWS, ArrayType, Element


class VerificationError(Exception):
    """The IR is broken: a mistake of the compiler, never of a program. The message prints the operation."""

    def __init__(self, problem: str, operation: Operation | None = None) -> None:
        self.problem = problem
        self.operation = operation
        where = "" if operation is None else "\n" + print_operation(operation)
        super().__init__(problem + where)


def verify(program: Program, known: set[Operation] | None = None) -> None:
    """Checks every invariant. Raises VerificationError.

    `known` are operations, with the same roles, that have been found right on their own. The program's operations are
    added to it. Passes keep most operations, and what makes such an operation right by itself does not change. Its
    place in the program is checked again.
    """
    if program.body.arguments or program.body.results:
        raise VerificationError("a program's body takes and gives nothing")
    _Verifier(program, set() if known is None else known).region(program.body)


def verify_shared(program: Program, known: set[Operation] | None = None) -> None:
    """As `verify`; also checks what `compute_in_clear` ensures: an owned value is shared before it meets a secret one.

    Raises VerificationError.
    """
    verify(program, known)
    _check_shared(program.body)


class _Verifier:
    """A walk over a program. `_defined` holds every value so far, `_visible` the values that may be used here."""

    def __init__(self, program: Program, known: set[Operation]) -> None:
        self._roles = {*program.roles, *(each_of(role.partition("[")[0]) for role in program.roles if "[" in role)}
        self._known = known
        self._defined: set[Value] = set()
        self._visible: set[Value] = set()
        self._inputs: set[str] = set()

    def region(self, region: Region) -> None:
        here: list[Value] = []
        self._define(region.arguments, here, None)
        for operation in region.operations:
            self._operation(operation, here)
        for result in region.results:
            if result not in self._visible:
                raise VerificationError("a region gives a value that is not visible in it")
            if result.type.element == ROWS:
                raise VerificationError("a region gives rows, which are no numbers")
        self._visible.difference_update(here)

    def _define(self, values: tuple[Value, ...], here: list[Value], operation: Operation | None) -> None:
        for value in values:
            if value in self._defined:
                raise VerificationError("a value is defined twice", operation)
            if value.share not in _share_kinds(value):
                raise VerificationError(f"a value that is {value.label} has the share kind {value.share!r}", operation)
            if value.bounds is not None and value.bounds[0] > value.bounds[1]:
                raise VerificationError("the bounds of a value leave nothing", operation)
            self._check_role(value.label.owner, operation)
            self._defined.add(value)
            self._visible.add(value)
            here.append(value)

    def _operation(self, operation: Operation, here: list[Value]) -> None:
        for operand in operation.operands:
            if operand not in self._visible:
                raise VerificationError("an operand is not visible here", operation)
        for region in operation.regions:
            self.region(region)
        if operation not in self._known:
            self._check_alone(operation)
            self._known.add(operation)
        if operation.name == "input":
            if operation.attributes["name"] in self._inputs:
                raise VerificationError("an input is read twice", operation)
            self._inputs.add(operation.attributes["name"])
        self._define(operation.results, here, operation)

    def _check_alone(self, operation: Operation) -> None:
        """Checks what can be seen from the operation alone."""
        row = OPERATIONS.get(operation.name)
        if row is None:
            raise VerificationError(f"there is no operation {operation.name}")
        if row.arity is not None and len(operation.operands) != row.arity:
            raise VerificationError(f"{operation.name} takes {row.arity} operands", operation)
        _check_attributes(row, operation)
        self._check_places(row, operation)
        try:
            expected = derived_results(operation)
        except (OperationTypeError, LabelError) as error:
            raise VerificationError(str(error), operation) from None
        given = tuple((result.type, result.label) for result in operation.results)
        if given != expected:
            wanted = ", ".join(f"{type} {label}" for type, label in expected)
            raise VerificationError(f"the results should be {wanted or 'none'}", operation)

    def _check_places(self, row: OperationRow, operation: Operation) -> None:
        """Checks the rules of an operation that the types and labels of its results do not show."""
        if row.indices_from is not None and not all(
            index.label.is_public for index in operation.operands[row.indices_from :]
        ):
            raise VerificationError("an index is public", operation)
        problem = row.requires(operation)
        if problem:
            raise VerificationError(problem, operation)
        for attribute in row.roles:
            named = operation.attributes[attribute]
            for role in (named,) if isinstance(named, str) else named or ():
                self._check_role(role, operation)

    def _check_role(self, role: str | None, operation: Operation | None) -> None:
        if role is not None and role not in self._roles:
            raise VerificationError(f"there is no role {role}", operation)


def derived_results(operation: Operation) -> tuple[tuple[ArrayType, Label], ...]:
    """Types and labels of the results, from operands, attributes and regions.

    Raises OperationTypeError or LabelError if the operation does not apply.
    """
    row = row_of(operation)
    types = tuple(operand.type for operand in operation.operands)
    check_rows(row, types)
    if row.infer is None:
        count = operation.attributes.get("count")
        return control_results(operation.name, count, operation.operands, operation.regions)
    types = row.infer(types, operation.attributes)
    label = row.label(operation.attributes, [operand.label for operand in operation.operands])
    return tuple((type, label) for type in types)


def _share_kinds(value: Value) -> tuple[str, ...]:
    """The values that `share` may have for this value."""
    if value.label.knowledge is not Knowledge.SECRET:
        return ("",)
    return ("", "rows") if value.type.element == ROWS else ("", "arithmetic", "boolean")


def _check_attributes(row: OperationRow, operation: Operation) -> None:
    if operation.attributes.keys() != row.attributes.keys():
        expected = ", ".join(row.attributes)
        raise VerificationError(f"the attributes should be: {expected or 'none'}", operation)
    for name, attribute in row.attributes.items():
        if not _KINDS[attribute.kind](operation.attributes[name]):
            raise VerificationError(f"the attribute {name} should be {attribute.kind.value}", operation)
    if row.has(Trait.SOURCE) and operation.name == "constant":
        type, value = operation.attributes["type"], operation.attributes["value"]
        if value.shape != type.shape or value.dtype != type.dtype:
            raise VerificationError(f"the constant should be {type}", operation)
    if len(operation.regions) != row.regions:
        raise VerificationError("the number of regions is wrong", operation)


def _is_integer(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _are(check: Callable[[Any], bool]) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, tuple) and all(map(check, value))


_KINDS: dict[AttributeKind, Callable[[Any], bool]] = {
    AttributeKind.FLAG: lambda value: isinstance(value, bool),
    AttributeKind.INTEGER: _is_integer,
    AttributeKind.TEXT: lambda value: isinstance(value, str),
    AttributeKind.OPTIONAL_TEXT: lambda value: value is None or isinstance(value, str),
    AttributeKind.OPTIONAL_INTEGER: lambda value: value is None or _is_integer(value),
    AttributeKind.NAMES: lambda value: value is None or _are(lambda name: isinstance(name, str))(value),
    AttributeKind.SIZES: _are(_is_integer),
    AttributeKind.BOUNDS: _are(lambda bound: bound is None or _is_integer(bound)),
    AttributeKind.DIMENSIONS: _are(lambda size: isinstance(size, str) or _is_integer(size)),
    AttributeKind.ARRAY: lambda value: isinstance(value, np.ndarray),
    AttributeKind.ELEMENT: lambda value: isinstance(value, Element),
    AttributeKind.TYPE: lambda value: isinstance(value, ArrayType),
}


def _check_shared(region: Region) -> None:
    for operation in region.operations:
        for value in clear_among_secret(operation):
            raise VerificationError(
                f"a value that is {value.label} is used where it should have been shared", operation
            )
        for inner in operation.regions:
            _check_shared(inner)


def clear_among_secret(operation: Operation) -> Iterator[Value]:
    """The clear values that this operation needs as shares, to compute or to become a secret value.

    Arithmetic takes public operands in the clear. An operation that moves elements takes all of them as shares, unless
    they are rows.
    """
    row = row_of(operation)
    if row.has(Trait.CONTROL):
        yield from (value for bound, value in flows(operation) if _is_secret(bound) and not _is_secret(value))
    elif row.held is Held.SHARED:
        yield from (value for value in operation.operands if not _is_secret(value))
    elif row.held is Held.MIXED and any(map(_is_secret, operation.results)):
        for value in operation.operands[: row.indices_from]:
            moves = row.has(Trait.STRUCTURAL) and value.type.element != ROWS
            if value.label.owner is not None or (moves and not _is_secret(value)):
                yield value


def _is_secret(value: Value) -> bool:
    return value.label.knowledge is Knowledge.SECRET
