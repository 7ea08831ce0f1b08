"""The state of one elaboration: the IR being written, the scope, the mistakes found so far.

Every other file of this room has functions over a `Context`. `elaborate` makes a context, fills it and drops it.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any

import numpy as np

from ...diagnostics import Diagnostic, Note
from ...ir.build import Builder
from ...ir.labels import Knowledge, each_of
from ...ir.operations.typing import OperationTypeError, broadcast_shapes
from ...ir.program import Value
from ...ir.types import BOOL, INT, ArrayType, Element, Kind, fixed, integer
from ...source import Span
from ...syntax import tree
from ..declarations import InputDeclaration
from ..errors import (
    WrongError,
    may_be_missing,
    revealed_in_static_place,
    secret_in_public_place,
    shapes_differ,
    too_many_copies,
    wrong,
)
from ..params import Param
from .describe import describe, filled_in
from .facts import Facts, Rolled
from .literals import fine_scale, loses_digits
from .liveness import Scopes
from .values import Array, Bundle, Frame, Meaning, Poison, Unclear, Words

UNROLL_LIMIT = 4096
"""How many copies of a statement, over all loops around it, may be written out if a shape in it differs by turn."""


class UnrollError(Exception):
    """A static number is needed that depends on the turn of `loop`. So that loop must be written out."""

    def __init__(self, loop: Rolled, too_long: WrongError) -> None:
        self.loop = loop
        self.too_long = too_long
        super().__init__(loop.key)


@dataclass(frozen=True, slots=True)
class SecretCondition:
    """An `if` on a private condition that is being written."""

    condition: Value
    header: Span


@dataclass(frozen=True, slots=True)
class Renamed:
    """A `reveal ... as name` at `place`, which took the name from something that nobody had revealed, from `former`."""

    name: str
    former: Span
    place: Span


@dataclass(frozen=True, slots=True)
class Arm:
    """One branch of an `if`. Two arms of the same `if` exclude each other."""

    node: int
    first: bool


Spot = tree.Name | tree.Expression
"""A node of the tree that can have a meaning. Nodes are told apart by identity."""

Outcome = Meaning | None
"""How a block of statements ended: with the value of its `return`, or with None if its end was reached."""


@dataclass(eq=False)
class Context:
    """Everything that changes while a program is elaborated.

    `evaluate` and `run` are the walk itself (`expressions` and `statements`). They are given here so that the parts of
    the walk need not know each other. `path` tells calls apart, and `turns` tells written-out turns apart. `calls` are
    the functions that are being called and `sites` the places of these calls, innermost first. `arms` are the branches,
    `loops` the loops that are being written as loops, and `ways` the private conditions on which the present statements
    count, each with the outcome that it must have. `parties` has the number of members of each role, None for a single
    party. `copies` counts the copies of the present statements, in loops that are written out turn by turn.
    `kept` holds trees whose nodes are told apart by identity. `matched` has the numbers of matches of joins that the
    owners of keys align; there are none if the program `hides_sizes`. `told` has the expressions of `reveal` and
    `save`, as in `ir.program.Written`. `renamed` has the revealed values whose names stood for something else before.
    `seen` has what names and expressions turned out to mean, in the order of the walk. `columns` has the identities of
    names that are read as columns of a table, and `lists` those of operations on lists, which are lists themselves.
    """

    builder: Builder
    scale: int
    scopes: Scopes
    frame: Frame
    evaluate: "Callable[[Context, tree.Expression], Meaning]"
    run: "Callable[[Context, tuple[tree.Statement, ...]], Outcome]"
    load_module: "Callable[[str], tree.Module | None]"
    parties: dict[str, int | None]
    sizes: dict[str, int]
    inputs: dict[str, InputDeclaration]
    params: dict[str, Param] = field(default_factory=dict)
    sampled: dict[int, str] = field(default_factory=dict)
    facts: Facts = field(default_factory=Facts)
    diagnostics: list[Diagnostic] = field(default_factory=list)
    path: tuple[object, ...] = ()
    turns: tuple[object, ...] = ()
    calls: tuple[tree.Function, ...] = ()
    sites: tuple[Note, ...] = ()
    arms: tuple[Arm, ...] = ()
    loops: tuple[Rolled, ...] = ()
    secret_conditions: tuple[SecretCondition, ...] = ()
    ways: tuple[tuple[Value, bool], ...] = ()
    unrolled: dict[tuple[object, ...], WrongError] = field(default_factory=dict)
    stable: dict[tuple[object, ...], Any] = field(default_factory=dict)
    outputs: "Outputs" = field(default_factory=dict)
    saved: "Outputs" = field(default_factory=dict)
    modules: dict[str, Frame] = field(default_factory=dict)
    loading: tuple[str, ...] = ()
    copies: int = 1
    kept: list[tree.Module] = field(default_factory=list)
    matched: dict[str, int] = field(default_factory=dict)
    hides_sizes: bool = False
    told: dict[tuple[str, Span], Span] = field(default_factory=dict)
    renamed: dict[Value, Renamed] = field(default_factory=dict)
    seen: "list[tuple[Spot, Meaning]]" = field(default_factory=list)
    columns: set[int] = field(default_factory=set)
    lists: set[int] = field(default_factory=set)

    @property
    def roles(self) -> tuple[str, ...]:
        """The roles in order of declaration. Each member of a role with many members is a role of its own."""
        return tuple(
            role
            for name, members in self.parties.items()
            for role in ([name] if members is None else [f"{name}[{number}]" for number in range(members)])
        )

    @property
    def audience(self) -> tuple[str, ...]:
        """The roles in order of declaration. The members of a role are told things together, as `farmers[*]`."""
        return tuple(name if members is None else each_of(name) for name, members in self.parties.items())

    # --- mistakes -----------------------------------------------------------------------------------------------

    def report(self, error: WrongError) -> None:
        """Keeps a mistake; elaboration goes on. A mistake in a function is told with the calls that led to it."""
        self.diagnostics.extend(replace(found, notes=(*found.notes, *self.sites)) for found in error.diagnostics)

    def mark(self) -> "Mark":
        """A mark of what has been found so far, for `reset`."""
        return Mark(len(self.diagnostics), len(self.seen), _copied(self.outputs), _copied(self.saved))

    def reset(self, mark: "Mark") -> None:
        """Forgets what was found since the mark, because the statements since then are elaborated once more."""
        del self.diagnostics[mark.diagnostics :]
        del self.seen[mark.seen :]
        self.outputs, self.saved = _copied(mark.outputs), _copied(mark.saved)

    @contextmanager
    def turn(self, node: tree.Statement, number: int) -> Iterator[None]:
        """Elaborates one turn of a loop by itself."""
        outer, self.turns = self.turns, (*self.turns, (id(node), number))
        try:
            yield
        finally:
            self.turns = outer

    @contextmanager
    def collecting(self) -> "Iterator[Collector]":
        """Runs several parts and raises their mistakes together at the end of the block."""
        collector = Collector()
        yield collector
        if collector.failed:
            raise WrongError(*collector.diagnostics)

    # --- expressions --------------------------------------------------------------------------------------------

    def value(self, expression: tree.Expression) -> Meaning:
        """Elaborates an expression. Raises WrongError, also for a mistake that has been reported before."""
        outer, self.builder.span = self.builder.span, expression.span
        try:
            meaning = self.evaluate(self, expression)
        finally:
            self.builder.span = outer
        if isinstance(meaning, Poison | Unclear):
            raise WrongError
        self.seen.append((expression, meaning))
        return meaning

    def saw(self, spot: "Spot", meaning: Meaning) -> None:
        """Keeps the meaning of a name that is not evaluated, for example of a name that is bound."""
        if not isinstance(meaning, Poison | Unclear):
            self.seen.append((spot, meaning))

    def values(self, expressions: Sequence[tree.Expression]) -> list[Meaning]:
        """Elaborates several expressions. Raises WrongError with the mistakes of all of them."""
        results: list[Meaning] = []
        with self.collecting() as collector:
            for expression in expressions:
                with collector:
                    results.append(self.value(expression))
        return results

    def array(self, expression: tree.Expression, what: str = "a value") -> Array:
        """Elaborates an expression that must be an array. Raises WrongError."""
        return self.as_array(self.value(expression), expression.span, what)

    def as_array(self, meaning: Meaning, span: Span, what: str = "a value") -> Array:
        """The meaning, which must be an array. Raises WrongError."""
        if isinstance(meaning, Array):
            return meaning
        remedy = "index the tuple, or assign it to names" if isinstance(meaning, Bundle) else ""
        if isinstance(meaning, Words):
            remedy = 'write `date("2024-12-31")` for a day; a label stands beside a value of its category'
        raise wrong(
            span,
            f"{what} must be a number, a bool or an array of them",
            expected="an array",
            found=describe(meaning),
            remedy=remedy or "write an expression that gives an array, `t.column` for a column of a table",
        )

    # --- writing IR ---------------------------------------------------------------------------------------------

    def emit(self, name: str, /, *operands: Value, **attributes: Any) -> Value:
        """Appends an operation with one result and returns the result."""
        operation = self.builder.append(name, operands, attributes)
        self.facts.define(operation)
        return operation.results[0]

    def integer(self, number: int) -> Value:
        """A static int, in the narrowest INT that holds it."""
        return self.emit("constant", type=ArrayType(int_for(number)), value=np.asarray(number, dtype=np.int64))

    def boolean(self, value: bool, shape: tuple[int, ...] = ()) -> Value:
        """A static bool, or an array of them."""
        return self.filled(ArrayType(BOOL, shape), value)

    def filled(self, type: ArrayType, raw: int) -> Value:
        """An array that repeats one static number, in the clear representation."""
        scalar = self.emit("constant", type=type.with_shape(()), value=np.asarray(raw, dtype=type.dtype))
        return scalar if not type.shape else self.emit("broadcast", scalar, shape=type.shape)

    def literal(self, exact: Fraction, span: Span) -> Value:
        """A static `fixed`, rounded to the last place; its exact value is remembered for products with it.

        A number that would lose its digits is written at a finer scale and rounded: `fit_scales` takes the finer one.
        """
        raw = round(exact * (1 << self.scale))
        if loses_digits(exact, self.scale):
            scale = fine_scale(exact, span)
            fine = round(exact * (1 << scale))
            value = self.emit("constant", type=ArrayType(fixed(scale)), value=np.asarray(fine, dtype=np.int64))
            value = self.emit("truncate", value, bits=scale - self.scale)
            self.facts.exact[value] = exact
            return value
        if abs(raw) >= 1 << (62 - self.scale):
            raise wrong(
                span,
                "this number is too large for `fixed`",
                expected=f"a number below 2**{62 - 2 * self.scale} in magnitude",
                found=f"about {float(exact):g}",
                remedy="scale the data, or choose fewer bits with `option fraction_bits = ...`",
            )
        value = self.emit("constant", type=ArrayType(fixed(self.scale)), value=np.asarray(raw, dtype=np.int64))
        self.facts.exact[value] = exact
        return value

    # --- static numbers -----------------------------------------------------------------------------------------

    def static(self, value: Value) -> "np.ndarray[Any, Any] | None":
        """The number of a static value; None if it depends on the turn of a loop."""
        if value in self.facts.numbers:
            return np.asarray(self.facts.numbers[value])
        number = self.builder.static_value(value)
        if number is not None and not number.shape:
            self.facts.numbers[value] = int(number)
        return number

    def exact(self, array: Array) -> Fraction | None:
        """The exact number of a static scalar: a literal before it is rounded, or an int; else None."""
        if array.shape or array.label.knowledge is not Knowledge.STATIC or not array.element.is_number:
            return None
        if array.value in self.facts.exact:
            return self.facts.exact[array.value]
        if array.element.kind is Kind.FIXED:
            return None
        number = self.static(array.value)
        return None if number is None else Fraction(int(number))

    def require_static(self, array: Array, span: Span, place: str, remedy: str = "") -> None:
        """Raises WrongError unless the array is static. The message says where its secrecy comes from."""
        self.require_public(array, span, place, remedy)
        if array.label.knowledge is Knowledge.REVEALED:
            raise revealed_in_static_place(span, place, describe(array), self.facts.revealed_at(array.value), remedy)

    def require_public(self, array: Array, span: Span, place: str, remedy: str = "") -> None:
        """Raises unless everyone knows the array, and all of it is there."""
        if array.present is not None:
            raise may_be_missing(span, place, describe(array), filled_in(array))
        if not array.label.is_public:
            notes = self.facts.origin(array.value)
            remedy = remedy or "use a size or a literal here, and select with `where=` or `select(condition, a, b)`"
            raise secret_in_public_place(span, place, describe(array), notes, remedy)

    def numbers(self, array: Array, span: Span, place: str, remedy: str = "") -> "np.ndarray[Any, Any]":
        """The number of a value that must be known now. Raises WrongError; UnrollError if it differs by turn."""
        self.require_static(array, span, place, remedy)
        number = self.static(array.value)
        if number is not None:
            return number
        active = self.facts.rolled(array.value) & set(self.loops)
        for loop in reversed(self.loops):
            if loop in active:
                note = Note(loop.header, "this is the loop")
                raise UnrollError(loop, too_many_copies(span, place, UNROLL_LIMIT, [note]))
        raise revealed_in_static_place(span, place, "a value that is computed while the program runs", ())

    def number(self, meaning: Meaning, span: Span, place: str, remedy: str = "") -> int:
        """A static int, for shapes, bounds and axes. Raises as `numbers`."""
        array = self.as_array(meaning, span, place)
        if array.shape or array.element.kind not in (Kind.INT, Kind.BOOL):
            raise wrong(
                span,
                f"{place} must be one `int`",
                expected="`int`",
                found=describe(array),
                remedy="convert with `int(x)`" if array.element.kind is Kind.FIXED else "write one whole number",
            )
        return int(self.numbers(array, span, place, remedy))

    # --- shapes -------------------------------------------------------------------------------------------------

    def common_shape(self, shapes: Sequence[tuple[int, ...]], span: Span, what: str) -> tuple[int, ...]:
        """The shape that NumPy broadcasts the shapes to. Raises WrongError."""
        try:
            return broadcast_shapes(shapes)
        except OperationTypeError:
            raise shapes_differ(span, what, shapes) from None


@dataclass(frozen=True, slots=True)
class Output:
    """One `reveal` or `save` of a name: its place, the branches that it is in, and its type."""

    span: Span
    arms: tuple[Arm, ...]
    kind: str


Outputs = dict[tuple[str, str], list[Output]]
"""The reveals and saves of each name, by name and role."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A point of an elaboration, to go back to."""

    diagnostics: int
    seen: int
    outputs: Outputs
    saved: Outputs


def _copied(outputs: Outputs) -> Outputs:
    return {key: list(places) for key, places in outputs.items()}


@dataclass(slots=True)
class Collector:
    """Catches and keeps the mistakes of the blocks that it guards."""

    diagnostics: list[Diagnostic] = field(default_factory=list)
    failed: bool = False

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> bool:
        if isinstance(error, WrongError):
            self.diagnostics.extend(error.diagnostics)
            self.failed = True
            return True
        return False


def int_for(number: int) -> Element:
    """The narrowest INT that holds a number."""
    if not -(2**63) <= number < 2**63:
        return INT
    return integer(max(2, (number if number >= 0 else ~number).bit_length() + 1))
