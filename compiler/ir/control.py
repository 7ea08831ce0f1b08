"""What control operations take and give: how operands, region arguments and region results must agree.

The label of a region argument is an upper bound. For a carried value it covers the initial value and every turn's.
"""

from collections.abc import Callable, Sequence

from .labels import Label, join
from .operations.row import Form, Trait
from .operations.table import OPERATIONS, row_of
from .operations.typing import OperationTypeError, index_element
from .program import Operation, Region, Value
from .types import BOOL, ArrayType

TURNS_OF_WHILE = 10
"""How many turns a loop without a count is expected to have."""

Given = tuple[ArrayType, Label]
"""The type and the label of a result."""


class LabelError(Exception):
    """A value is known to fewer parties than its place requires: a mistake of the compiler, not of a program."""


def turn_type(count: int) -> ArrayType:
    """The type of a loop's turn: the numbers 0 ... count - 1."""
    return ArrayType(index_element(count))


def control_results(
    name: str, count: int | None, operands: Sequence[Value], regions: Sequence[Region]
) -> tuple[Given, ...]:
    """Types and labels of the results of `loop` (whose `count` is given), `while`, `branch` or `call`.

    Raises OperationTypeError and LabelError when operands and regions do not agree.
    """
    return RULES[OPERATIONS[name].form](count, operands, regions)


def flows(operation: Operation) -> list[tuple[Value, Value]]:
    """Pairs (place, value) of control: each argument or result, with each of the values that it may become equal to."""
    found: list[tuple[Value, Value]] = []
    given = [(operand_bounds(operation), operation.operands)]
    given += [(result_bounds(operation), region.results) for region in operation.regions]
    for bounds, values in given:
        found += [(bound, value) for bound, value in zip(bounds, values, strict=True) if bound is not None]
    return found


def operand_bounds(operation: Operation) -> tuple[Value | None, ...]:
    """For each operand the region argument that it is bound to on entry; None for a condition."""
    if _form(operation) is Form.CHOSEN:
        return (None,)
    arguments = operation.regions[0].arguments
    return (*(None,) * conditions_of(operation), *arguments[turns_of(operation) :])


def result_bounds(operation: Operation) -> tuple[Value | None, ...]:
    """For each result of a region what it becomes: an argument of the next turn, or a result. None for a condition."""
    return operand_bounds(operation) if is_loop(operation) else operation.results


def is_loop(operation: Operation) -> bool:
    """Whether the operation carries values from turn to turn."""
    return row_of(operation).has(Trait.LOOP)


def conditions_of(operation: Operation) -> int:
    """How many conditions come first: among the operands, before those that the region takes, and among its results."""
    return 1 if _form(operation) is Form.REPEATED else 0


def turns_of(operation: Operation) -> int:
    """How many arguments of the region come before those that operands are bound to: 1 for a loop's turn."""
    return 1 if _form(operation) is Form.COUNTED else 0


def carried(operation: Operation) -> tuple[Value, ...]:
    """The values that a loop carries, as its body sees them."""
    return operation.regions[0].arguments[turns_of(operation) :]


def carried_on(operation: Operation) -> tuple[Value, ...]:
    """The values that a turn of a loop carries on to the next."""
    return operation.regions[0].results[conditions_of(operation) :]


def initial(operation: Operation) -> tuple[Value, ...]:
    """The values that a loop carries into its first turn."""
    return operation.operands[conditions_of(operation) :]


def conditions(operation: Operation) -> tuple[Value, ...]:
    """The values that decide which regions run and how often: a branch's condition, or both conditions of a `while`."""
    if _form(operation) is Form.CHOSEN:
        return operation.operands
    before = conditions_of(operation)
    return (*operation.operands[:before], *operation.regions[0].results[:before])


def most_turns(operation: Operation) -> int:
    """How often the regions run at most. For a `while` that is 2**32: no run waits for more turns."""
    if _form(operation) is Form.REPEATED:
        return 1 << 32
    return int(operation.attributes.get("count", 1))


def expected_turns(operation: Operation) -> int:
    """How often the regions are expected to run, for estimates of costs."""
    if _form(operation) is Form.REPEATED:
        return TURNS_OF_WHILE
    return int(operation.attributes.get("count", 1))


def _form(operation: Operation) -> Form:
    return row_of(operation).form


def _loop(count: int | None, operands: Sequence[Value], regions: Sequence[Region]) -> tuple[Given, ...]:
    (region,) = regions
    if count is None or count < 0:
        raise OperationTypeError("a loop has a public count", "0 or more", str(count))
    if not region.arguments or region.arguments[0].type != turn_type(count):
        raise OperationTypeError("a loop's first argument is the turn", str(turn_type(count)))
    carried = region.arguments[1:]
    _check_bound("carried in", carried, operands)
    _check_bound("carried on", carried, region.results)
    return tuple((argument.type, argument.label) for argument in carried)


def _while(count: int | None, operands: Sequence[Value], regions: Sequence[Region]) -> tuple[Given, ...]:
    (region,) = regions
    conditions = (*operands[:1], *region.results[:1])
    if len(conditions) != 2:
        raise OperationTypeError("a while has a condition, and its body the next one")
    for condition in conditions:
        _check_condition(condition)
    _check_bound("carried in", region.arguments, operands[1:])
    _check_bound("carried on", region.arguments, region.results[1:])
    turns = join(condition.label for condition in conditions)
    for argument in region.arguments:
        _check_label(argument.label, turns)
    return tuple((argument.type, argument.label) for argument in region.arguments)


def _branch(count: int | None, operands: Sequence[Value], regions: Sequence[Region]) -> tuple[Given, ...]:
    then, otherwise = regions
    (condition,) = operands
    _check_condition(condition)
    if then.arguments or otherwise.arguments or len(then.results) != len(otherwise.results):
        raise OperationTypeError("both branches give the same values and take none")
    pairs = tuple(zip(then.results, otherwise.results, strict=True))
    for left, right in pairs:
        if left.type != right.type:
            raise OperationTypeError("both branches give the same types", str(left.type), str(right.type))
    return tuple((left.type, join((condition.label, left.label, right.label))) for left, right in pairs)


def _call(count: int | None, operands: Sequence[Value], regions: Sequence[Region]) -> tuple[Given, ...]:
    (region,) = regions
    _check_bound("passed", region.arguments, operands)
    return tuple((result.type, result.label) for result in region.results)


RULES: dict[Form, Callable[[int | None, Sequence[Value], Sequence[Region]], tuple[Given, ...]]] = {
    Form.COUNTED: _loop,
    Form.REPEATED: _while,
    Form.CHOSEN: _branch,
    Form.CALLED: _call,
}
"""What control gives, by its form."""


def _check_bound(what: str, arguments: Sequence[Value], given: Sequence[Value]) -> None:
    if len(arguments) != len(given):
        raise OperationTypeError(f"as many values are {what} as the body takes", str(len(arguments)), str(len(given)))
    for argument, value in zip(arguments, given, strict=True):
        if argument.type != value.type:
            raise OperationTypeError(f"a value {what} keeps its type", str(argument.type), str(value.type))
        _check_label(argument.label, value.label)


def _check_label(bound: Label, label: Label) -> None:
    if join((bound, label)) != bound:
        raise LabelError(f"a value is {label} where {bound} is expected")


def _check_condition(condition: Value) -> None:
    if condition.type != ArrayType(BOOL):
        raise OperationTypeError("a condition is one bool", "bool", str(condition.type))
    if not condition.label.is_public:
        raise LabelError(f"a condition is {condition.label}, not public")
