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
"""A value that stands for more named ones has the names of the first."""

_BETWEEN = ", "

__all__ = ["Builder", "OpenRegion", "turn_type"]


class OpenRegion:
    """A region being written: set `results` before its `with` block ends, then `close` it."""

    def __init__(self, arguments: tuple[Value, ...]) -> None:
        self.arguments = arguments
        self.operations: list[Operation] = []
        self.results: tuple[Value, ...] = ()

    def close(self) -> Region:
        """The finished region."""
        return Region(self.arguments, tuple(self.operations), tuple(self.results))


class Builder:
    """Appends operations to the innermost open region; `span` is the source place they get."""

    def __init__(self, span: Span) -> None:
        self.span = span
        self._open = [OpenRegion(())]
        self._static = StaticValues()
        self._names: dict[Value, str] = {}

    # --- values -------------------------------------------------------------------------------------------------

    def emit(self, operation: str, /, *operands: Value, **attributes: Any) -> Value:
        """Appends an operation with one result. Raises OperationTypeError when it does not apply."""
        (result,) = self.append(operation, operands, attributes).results
        return result

    def effect(self, operation: str, /, *operands: Value, **attributes: Any) -> None:
        """Appends an operation for its effect alone: `save`, `assert`, `reveal` to some roles."""
        self.append(operation, operands, attributes)

    def append(self, name: str, operands: Sequence[Value], attributes: dict[str, Any]) -> Operation:
        """Appends an operation that is not control, its attributes completed by defaults."""
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
        """Appends a finished operation as it is."""
        self._open[-1].operations.append(operation)
        self._static.define(operation)
        return operation

    def rename_last(self, results: tuple[Value, ...]) -> tuple[Value, ...]:
        """Gives the operation appended last other results of the same types, which know more, say."""
        last = self._open[-1].operations.pop()
        return self.add(replace(last, results=results)).results

    def constant(self, value: Any, type: ArrayType) -> Value:
        """A static value from numbers in the clear representation: bools, or integers (FIXED times 2**scale)."""
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
        """Tells the source name of a value, for people; the last one told counts."""
        self._names[value] = name

    def keep_name(self, old: Value, new: Value) -> None:
        """Tells that a value takes the place of another one, whose name it gets, besides its own if it has one."""
        known = self._names.get(new, new.name)
        names = list(dict.fromkeys((known + _BETWEEN + old.name).split(_BETWEEN))) if known else [old.name]
        if old.name and len(names) <= MOST_NAMES:
            self._names[new] = _BETWEEN.join(names)

    def static_value(self, value: Value) -> Array | None:
        """The number of a STATIC value; None where it depends on a loop's turn or on anything else not known yet.

        Computed when asked for, and only then: a large `iota` costs nothing until somebody wants its elements.
        """
        return self._static.find(value) if value.label.knowledge is Knowledge.STATIC else None

    def definition(self, value: Value) -> Operation | None:
        """The operation that gives the value; None for a region's argument."""
        return self._static.definition(value)

    # --- regions and control ------------------------------------------------------------------------------------

    @contextmanager
    def region(self, arguments: Sequence[tuple[ArrayType, Label, str]] = ()) -> Iterator[OpenRegion]:
        """Opens a region with arguments of these types, labels and names; operations go there until the block ends.

        A region that no control operation takes leaves no trace: write one, look at its results, write it again.
        """
        with self.open(tuple(Value(type, label, name) for type, label, name in arguments)) as opened:
            yield opened

    @contextmanager
    def open(self, arguments: tuple[Value, ...]) -> Iterator[OpenRegion]:
        """Opens a region with arguments that exist already."""
        opened = OpenRegion(arguments)
        self._open.append(opened)
        try:
            yield opened
        finally:
            self._open.pop()

    def loop(self, count: int, initial: Sequence[Value], body: Region) -> tuple[Value, ...]:
        """Runs the body `count` times. Its arguments are the turn (`turn_type(count)`, STATIC), then what is carried.

        Raises OperationTypeError unless carried values keep their types, LabelError unless labels of arguments cover
        those of the initial values and of the body's results.
        """
        return self._control("loop", initial, (body,), {"count": count})

    def while_(self, condition: Value, initial: Sequence[Value], body: Region) -> tuple[Value, ...]:
        """Runs the body while the condition holds; its results are the next condition and what is carried. Raises as
        `loop`, and unless labels of arguments cover the conditions' too."""
        return self._control("while", (condition, *initial), (body,), {})

    def branch(self, condition: Value, then: Region, otherwise: Region) -> tuple[Value, ...]:
        """Runs one of two regions without arguments. Raises OperationTypeError unless their results agree in type."""
        return self._control("branch", (condition,), (then, otherwise), {})

    def call(self, function: str, operands: Sequence[Value], body: Region) -> tuple[Value, ...]:
        """Runs a function's body once, its arguments bound to the operands."""
        return self._control("call", operands, (body,), {"function": function})

    def finish(self, name: str, roles: Sequence[str], sizes: dict[str, int], fraction_bits: int) -> Program:
        """The program written so far."""
        return Program(name, tuple(roles), dict(sizes), fraction_bits, self.named_body())

    def named_body(self) -> Region:
        """The outermost region with the names that have been told."""
        return renamed(self.body(), self._names) if self._names else self.body()

    def body(self) -> Region:
        """The outermost region, as written, without names told by `name`."""
        if len(self._open) != 1:
            raise ValueError("a region is still open")
        return self._open[0].close()

    def _control(
        self, name: str, operands: Sequence[Value], regions: tuple[Region, ...], attributes: dict[str, Any]
    ) -> tuple[Value, ...]:
        given = control_results(name, attributes.get("count"), operands, regions)
        results = tuple(Value(type, label) for type, label in given)
        return self.add(Operation(name, tuple(operands), results, self.span, attributes, regions)).results
