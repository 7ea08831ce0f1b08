"""Writing IR: operations with inferred types and joined labels, regions, and the numbers of static values.

In: names of operations, operands, attributes. Out: values, and at the end a `Program`.

    builder = Builder(span)
    x = builder.emit("input", name="x", role="alice", type=ArrayType(INT))
    one = builder.constant(1, ArrayType(INT))
    with builder.region([(turn_type(10), STATIC, "i"), (x.type, x.label, "x")]) as body:
        turn, carried = body.arguments
        body.results = (...,)
    (x,) = builder.loop(10, [x], body.close())
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import numpy as np

from ..source import Span
from .control import control_results, turn_type
from .labels import Knowledge, Label
from .operations.table import OPERATIONS, check_rows
from .operations.typing import OperationTypeError
from .program import Operation, Program, Region, Value
from .rename import renamed
from .static import StaticValues
from .types import BOOL, INT, ArrayType

Array = np.ndarray[Any, Any]

MOST_NAMES = 3
"""A value that takes the place of several named values gets at most so many of their names."""

_BETWEEN = ", "

__all__ = ["Builder", "OpenRegion", "turn_type"]


class OpenRegion:
    """A region under construction: set `results` before its `with` block ends, then `close` it."""

    def __init__(self, arguments: tuple[Value, ...]) -> None:
        self.arguments = arguments
        self.operations: list[Operation] = []
        self.results: tuple[Value, ...] = ()

    def close(self) -> Region:
        """The finished region."""
        return Region(self.arguments, tuple(self.operations), tuple(self.results))


class Builder:
    """Appends operations to the innermost open region. New operations get `span` as their place in the source."""

    def __init__(self, span: Span) -> None:
        self.span = span
        self._open = [OpenRegion(())]
        self._static = StaticValues()
        self._names: dict[Value, str] = {}

    # --- values -------------------------------------------------------------------------------------------------

    def emit(self, operation: str, /, *operands: Value, **attributes: Any) -> Value:
        """Appends an operation; returns its one result. Raises OperationTypeError if the operation does not apply."""
        (result,) = self.append(operation, operands, attributes).results
        return result

    def effect(self, operation: str, /, *operands: Value, **attributes: Any) -> None:
        """Appends an operation that has an effect and no result: `save`, `assert`, a `reveal` to some roles."""
        self.append(operation, operands, attributes)

    def append(self, name: str, operands: Sequence[Value], attributes: dict[str, Any]) -> Operation:
        """Appends an operation other than control. Attributes that are not given get their defaults.

        Raises OperationTypeError if the operation does not apply, ValueError for control or for wrong attributes.
        """
        row = OPERATIONS[name]
        if row.infer is None:
            raise ValueError(f"{name} is control: it has its own method")
        if row.arity is not None and len(operands) != row.arity:
            raise OperationTypeError(f"{name} takes {row.arity} operands", str(row.arity), str(len(operands)))
        complete = {key: attributes.get(key, attribute.default) for key, attribute in row.attributes.items()}
        if any(value is ... for value in complete.values()) or attributes.keys() - complete.keys():
            raise ValueError(f"{name} has the attributes {', '.join(complete)}, not {', '.join(attributes)}")
        given = tuple(operand.type for operand in operands)
        check_rows(row, given)
        types = row.infer(given, complete)
        label = row.label(complete, [operand.label for operand in operands])
        results = tuple(Value(type, label) for type in types)
        return self.add(Operation(name, tuple(operands), results, self.span, complete))

    def add(self, operation: Operation) -> Operation:
        """Appends a finished operation unchanged."""
        self._open[-1].operations.append(operation)
        self._static.define(operation)
        return operation

    def rename_last(self, results: tuple[Value, ...]) -> tuple[Value, ...]:
        """Replaces the results of the last operation by values of the same types that tell more, bounds for example."""
        last = self._open[-1].operations.pop()
        return self.add(replace(last, results=results)).results

    def constant(self, value: Any, type: ArrayType) -> Value:
        """A static value from numbers in the clear representation: bools, or integers (FIXED times 2**scale).

        Raises OperationTypeError if the numbers do not have the type's shape.
        """
        array = np.asarray(value, dtype=type.dtype)
        if array.shape != type.shape:
            raise OperationTypeError("a constant fills its type", str(type), str(list(array.shape)))
        return self.emit("constant", type=type, value=array)

    def integer(self, value: int) -> Value:
        """A static int."""
        return self.constant(value, ArrayType(INT))

    def boolean(self, value: bool) -> Value:
        """A static bool."""
        return self.constant(value, ArrayType(BOOL))

    def name(self, value: Value, name: str) -> None:
        """Gives a value a name in the source, for people. A later name replaces an earlier one."""
        self._names[value] = name

    def keep_name(self, old: Value, new: Value) -> None:
        """Gives `new`, which takes the place of `old`, the name of `old` beside any name of its own."""
        known = self._names.get(new, new.name)
        names = list(dict.fromkeys((known + _BETWEEN + old.name).split(_BETWEEN))) if known else [old.name]
        if old.name and len(names) <= MOST_NAMES:
            self._names[new] = _BETWEEN.join(names)

    def static_value(self, value: Value) -> Array | None:
        """The number of a STATIC value; None if it depends on a loop's turn or on anything else not known yet.

        The number is computed only when it is asked for: a large `iota` costs nothing until somebody wants its
        elements.
        """
        return self._static.find(value) if value.label.knowledge is Knowledge.STATIC else None

    def definition(self, value: Value) -> Operation | None:
        """The operation that computes the value; None for a region's argument."""
        return self._static.definition(value)

    @property
    def innermost(self) -> OpenRegion:
        """The region that operations go to."""
        return self._open[-1]

    # --- regions and control ------------------------------------------------------------------------------------

    @contextmanager
    def region(self, arguments: Sequence[tuple[ArrayType, Label, str]] = ()) -> Iterator[OpenRegion]:
        """Opens a region with arguments of these types, labels and names. Operations go there until the block ends.

        A region that no control operation takes leaves no trace. So one may write a region, look at its results, and
        write it again.
        """
        with self.open(tuple(Value(type, label, name) for type, label, name in arguments)) as opened:
            yield opened

    @contextmanager
    def open(self, arguments: tuple[Value, ...]) -> Iterator[OpenRegion]:
        """Opens a region whose arguments exist already."""
        opened = OpenRegion(arguments)
        self._open.append(opened)
        try:
            yield opened
        finally:
            self._open.pop()

    def loop(self, count: int, initial: Sequence[Value], body: Region) -> tuple[Value, ...]:
        """Runs the body `count` times and returns what is carried at the end.

        The body's arguments are the turn (`turn_type(count)`, STATIC), then the carried values. Raises
        OperationTypeError if a carried value changes its type. Raises LabelError if the label of an argument does not
        cover the labels of the initial value and of the body's result.
        """
        return self._control("loop", initial, (body,), {"count": count})

    def while_(self, condition: Value, initial: Sequence[Value], body: Region) -> tuple[Value, ...]:
        """Runs the body while the condition holds and returns what is carried at the end.

        The body's results are the next condition, then the carried values. Raises as `loop`, and LabelError if labels
        of arguments do not cover those of the conditions.
        """
        return self._control("while", (condition, *initial), (body,), {})

    def branch(self, condition: Value, then: Region, otherwise: Region) -> tuple[Value, ...]:
        """Runs one of two regions that have no arguments. Raises OperationTypeError if their results differ in type."""
        return self._control("branch", (condition,), (then, otherwise), {})

    def call(self, function: str, operands: Sequence[Value], body: Region) -> tuple[Value, ...]:
        """Runs a function's body once, with the operands as its arguments."""
        return self._control("call", operands, (body,), {"function": function})

    def finish(self, name: str, roles: Sequence[str], sizes: dict[str, int], fraction_bits: int) -> Program:
        """The program written so far."""
        return Program(name, tuple(roles), dict(sizes), fraction_bits, self.named_body())

    def named_body(self) -> Region:
        """The outermost region, with the names that `name` and `keep_name` gave."""
        return renamed(self.body(), self._names) if self._names else self.body()

    def body(self) -> Region:
        """The outermost region as written, without those names. Raises ValueError if a region is still open."""
        if len(self._open) != 1:
            raise ValueError("a region is still open")
        return self._open[0].close()

    def _control(
        self, name: str, operands: Sequence[Value], regions: tuple[Region, ...], attributes: dict[str, Any]
    ) -> tuple[Value, ...]:
        given = control_results(name, attributes.get("count"), operands, regions)
        results = tuple(Value(type, label) for type, label in given)
        return self.add(Operation(name, tuple(operands), results, self.span, attributes, regions)).results
