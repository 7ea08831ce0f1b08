"""Algebra that is exact for every value: simpler things that operations are equal to. A table for `fold_constants`.

In: an operation and its operands as they are now. Out: a value of the same type as its result, or None. Identities of
fixed point that hold but for overflow or rounding are not here.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from ...ir.build import Builder
from ...ir.program import Operation, Value
from ...ir.rewrite import fitted
from ...ir.types import BOOL, ArrayType, Kind


class Facts:
    """What is known of values while a program is written anew."""

    def __init__(self, builder: Builder) -> None:
        self.builder = builder

    def constant(self, value: Value) -> np.ndarray[Any, Any] | None:
        """The array of a value that a `constant` gives."""
        operation = self.builder.definition(value)
        return operation.attributes["value"] if operation is not None and operation.name == "constant" else None

    def number(self, value: Value) -> int | None:
        """The number, in the clear representation, that every element of a value is; None if that is not known."""
        operation = self.builder.definition(value)
        while operation is not None and operation.name == "broadcast":
            operation = self.builder.definition(operation.operands[0])
        if operation is None or operation.name != "constant" or operation.attributes["value"].size != 1:
            return None
        return int(operation.attributes["value"].reshape(()))

    def filled(self, number: int, type: ArrayType) -> Value:
        """A value whose elements are all `number`."""
        scalar = self.builder.constant(number, type.with_shape(()))
        return self.builder.emit("broadcast", scalar, shape=type.shape) if type.shape else scalar

    def operand_of(self, name: str, value: Value) -> Value | None:
        """x, where the value is `name(x)`."""
        operation = self.builder.definition(value)
        return operation.operands[0] if operation is not None and operation.name == name else None


Identity = Callable[[Facts, Operation, tuple[Value, ...]], Value | None]


def _add(facts: Facts, operation: Operation, operands: tuple[Value, ...]) -> Value | None:
    for value, other in (operands, operands[::-1]):
        if facts.number(other) == 0:
            return _as_result(facts, operation, value)
    return None


def _subtract(facts: Facts, operation: Operation, operands: tuple[Value, ...]) -> Value | None:
    x, y = operands
    if x is y:
        return _zero(facts, operation)
    return _as_result(facts, operation, x) if facts.number(y) == 0 else None


def _multiply(facts: Facts, operation: Operation, operands: tuple[Value, ...]) -> Value | None:
    for value, other in (operands, operands[::-1]):
        number = facts.number(other)
        if number == 0:
            return _zero(facts, operation)
        if number == 1 << other.type.element.scale:
            return _as_result(facts, operation, value)
    return None


def _by_one(facts: Facts, operation: Operation, operands: tuple[Value, ...]) -> Value | None:
    x, y = operands
    if facts.number(y) != 1 << y.type.element.scale:
        return None
    return _zero(facts, operation) if operation.name == "modulo" else _as_result(facts, operation, x)


def _logic(facts: Facts, operation: Operation, operands: tuple[Value, ...]) -> Value | None:
    ones = 1 if operation.results[0].type.element == BOOL else -1
    if operands[0] is operands[1]:
        return _zero(facts, operation) if operation.name == "xor" else _as_result(facts, operation, operands[0])
    for value, other in (operands, operands[::-1]):
        number = facts.number(other)
        if number is None or number not in (0, ones):
            continue
        if operation.name == "xor" and number == ones:
            return _as_result(facts, operation, facts.builder.emit("not", value))
        if number == (ones if operation.name == "and" else 0):
            return _as_result(facts, operation, value)
        return facts.filled(number, operation.results[0].type)
    return _negated_last(facts, operation, operands) if operation.name == "xor" else None


def _negated_last(facts: Facts, operation: Operation, operands: tuple[Value, ...]) -> Value | None:
    """not(x) xor y as not(x xor y): what is negated twice further on is not negated at all."""
    for value, other in (operands, operands[::-1]):
        inner = facts.operand_of("not", value)
        if inner is not None:
            return facts.builder.emit("not", facts.builder.emit("xor", inner, other))
    return None


def _compare(facts: Facts, operation: Operation, operands: tuple[Value, ...]) -> Value | None:
    x, y = operands
    if x is y:
        return facts.filled(int(operation.name == "equal"), operation.results[0].type)
    if operation.name == "equal" and x.type.element == BOOL:
        for value, other in ((x, y), (y, x)):
            number = facts.number(other)
            if number is not None:
                return _as_result(facts, operation, value if number else facts.builder.emit("not", value))
        return facts.builder.emit("not", facts.builder.emit("xor", x, y))
    return None


def _select(facts: Facts, operation: Operation, operands: tuple[Value, ...]) -> Value | None:
    condition, x, y = operands
    number = facts.number(condition)
    if number is not None or x is y:
        return _as_result(facts, operation, x if number or x is y else y)
    if operation.results[0].type.element == BOOL and (facts.number(x), facts.number(y)) in ((1, 0), (0, 1)):
        chosen = condition if facts.number(x) else facts.builder.emit("not", condition)
        return _as_result(facts, operation, chosen)
    inner = facts.operand_of("not", condition)
    return None if inner is None else facts.builder.emit("select", inner, y, x)


def _twice(facts: Facts, operation: Operation, operands: tuple[Value, ...]) -> Value | None:
    """negate(negate(x)) and not(not(x))."""
    inner = facts.operand_of(operation.name, operands[0])
    return None if inner is None else _as_result(facts, operation, inner)


def _no_bits(facts: Facts, operation: Operation, operands: tuple[Value, ...]) -> Value | None:
    return operands[0] if operation.attributes["bits"] == 0 else None


def _cast(facts: Facts, operation: Operation, operands: tuple[Value, ...]) -> Value | None:
    inner = facts.operand_of("cast", operands[0])
    source = operands[0] if inner is None or inner.type.element.kind in (Kind.CATEGORY, Kind.DATE) else inner
    if source.type == operation.results[0].type:
        return source
    element = operation.attributes["element"]
    return None if source is operands[0] else facts.builder.emit("cast", source, element=element)


def _reshape(facts: Facts, operation: Operation, operands: tuple[Value, ...]) -> Value | None:
    """reshape and broadcast: to the same shape, of the same operation, or of a scalar that was broadcast."""
    shape = operation.attributes["shape"]
    inner = facts.operand_of(operation.name, operands[0])
    source = operands[0] if inner is None else inner
    if source.type.shape == shape:
        return source
    if inner is not None:
        return facts.builder.emit(operation.name, inner, shape=shape)
    scalar = facts.operand_of("broadcast", operands[0])
    if scalar is not None and not scalar.type.shape:
        return facts.builder.emit("broadcast", scalar, shape=shape)
    return None


def _transpose(facts: Facts, operation: Operation, operands: tuple[Value, ...]) -> Value | None:
    source, permutation = operands[0], operation.attributes["permutation"]
    inner = facts.builder.definition(source)
    composed = inner is not None and inner.name == "transpose"
    if inner is not None and composed:
        source = inner.operands[0]
        permutation = tuple(inner.attributes["permutation"][axis] for axis in permutation)
    if permutation == tuple(range(len(permutation))):
        return source
    return facts.builder.emit("transpose", source, permutation=permutation) if composed else None


def _slice(facts: Facts, operation: Operation, operands: tuple[Value, ...]) -> Value | None:
    same_shape = operands[0].type == operation.results[0].type
    return operands[0] if same_shape and all(step > 0 for step in operation.attributes["steps"]) else None


def _concat(facts: Facts, operation: Operation, operands: tuple[Value, ...]) -> Value | None:
    return operands[0] if len(operands) == 1 else None


def _one_term(facts: Facts, operation: Operation, operands: tuple[Value, ...]) -> Value | None:
    """A reduction over an axis of one element."""
    if operands[0].type.shape[operation.attributes["axis"]] != 1:
        return None
    return facts.builder.emit("reshape", operands[0], shape=operation.results[0].type.shape)


def _as_result(facts: Facts, operation: Operation, value: Value) -> Value:
    return fitted(facts.builder, value, operation.results[0])


def _zero(facts: Facts, operation: Operation) -> Value:
    return facts.filled(0, operation.results[0].type)


IDENTITIES: dict[str, Identity] = {
    "add": _add,
    "subtract": _subtract,
    "multiply": _multiply,
    "divide": _by_one,
    "floor_divide": _by_one,
    "modulo": _by_one,
    "and": _logic,
    "or": _logic,
    "xor": _logic,
    "less": _compare,
    "equal": _compare,
    "select": _select,
    "negate": _twice,
    "not": _twice,
    "truncate": _no_bits,
    "shift_left": _no_bits,
    "shift_right": _no_bits,
    "cast": _cast,
    "reshape": _reshape,
    "broadcast": _reshape,
    "transpose": _transpose,
    "slice": _slice,
    "concat": _concat,
    "sum": _one_term,
    "cumsum": _one_term,
    "min": _one_term,
    "max": _one_term,
    "any": _one_term,
    "all": _one_term,
}
