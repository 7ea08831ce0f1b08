"""What a row of the table of operations says. In: nothing. Out: `OperationRow` and the types of its fields.

A row holds every fact about an operation. Passes, prices, checks and reports ask the row and know no operation by name.
No field has a default: a row that forgets a fact cannot be constructed. Each family of operations has a file beside
this one, with constructors for what its members have in common. `table` puts the families together.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, Flag, auto
from typing import Any

import numpy as np

from ..intervals import Interval
from ..labels import Label
from ..program import Operation, Value
from ..types import ArrayType
from .lanes import Lanes
from .typing import Attributes, TypeRule, Types

Array = np.ndarray[Any, Any]


class Trait(Flag):
    """Properties that passes may use without knowing the operation."""

    NONE = 0
    ELEMENTWISE = auto()
    """Each element of the result depends on the elements at its place, by broadcasting."""
    STRUCTURAL = auto()
    """Elements are moved, not computed."""
    LINEAR = auto()
    """Commutes with addition modulo 2^64 of its array operands. So it may be applied to each additive share alone."""
    BILINEAR = auto()
    """A product: linear in each of the two operands."""
    COMMUTATIVE = auto()
    """The two operands may be exchanged."""
    REDUCTION = auto()
    """Works along the attribute `axis`."""
    EFFECT = auto()
    """Something happens outside the IR: the operation is never merged, moved or dropped."""
    OUTPUT = auto()
    """Tells or keeps a value under the attribute `name`."""
    CONTROL = auto()
    """Holds regions. Types and labels of the results come from the regions."""
    STOP = auto()
    """Ends the program where its operand, one bool, is false."""
    LOOP = auto()
    """Control whose region runs any number of times, with values carried from turn to turn."""
    SOURCE = auto()
    """Takes no operands."""
    DRAW = auto()
    """Gives something new each time. It is never merged or moved, but dropped if nobody needs the result."""
    HOLDING = auto()
    """Changes who holds a value, and not the value. The compiler never computes it."""
    SAME = auto()
    """The result has the operand's numbers at the operand's places, as another element or held by others."""
    JUMPS = auto()
    """However little an operand changes, the result may change by a whole unit: a comparison, or rounding down."""
    ROWS = auto()
    """Takes ROWS among its operands. Every other operation takes numbers only."""


class AttributeKind(Enum):
    """What an attribute may be. `verify` checks it, and the text form relies on it."""

    FLAG = "a bool"
    INTEGER = "an int"
    TEXT = "a text"
    OPTIONAL_TEXT = "a text or None"
    OPTIONAL_INTEGER = "an int or None"
    NAMES = "texts or None"
    SIZES = "ints"
    BOUNDS = "ints or Nones"
    DIMENSIONS = "ints and size names"
    ARRAY = "an array"
    ELEMENT = "an element type"
    TYPE = "an array type"


@dataclass(frozen=True, slots=True)
class Attribute:
    """One attribute of a row. If there is no default, the attribute must be given."""

    kind: AttributeKind
    default: Any = ...


class Form(Enum):
    """What happens where an operation stands. Walks that give each operation its own way choose the way by the form."""

    COMPUTED = "the result follows from the operands, by the clear kernel or by a rule of the protocol"
    GIVEN = "a role's input, or stored shares, come in"
    WRITTEN = "the program says the numbers"
    SHARED = "whoever knows the operand shares it"
    CONVERTED = "shares of one kind become shares of the other kind"
    TOLD = "roles learn the operand"
    KEPT = "shares of the operand are stored"
    CHECKED = "the run ends where the operand, which somebody knows, is false"
    REQUIRED = "every node learns the operand, and the run ends where that is false"
    COUNTED = "the region runs as often as an attribute says; its first argument is the turn"
    REPEATED = "the region runs while a condition holds, which each turn renews"
    CHOSEN = "one of two regions runs"
    CALLED = "the region runs once, on the operands"


class Held(Enum):
    """How an operation wants operands that somebody knows, if it involves secrets."""

    MIXED = "owned ones as shares, public ones in the clear but for operands that are moved"
    SHARED = "all of them as shares"
    AS_THEY_ARE = "in the clear"


class Reads(Flag):
    """What protocol rules read of operands besides types and widths. Prices depend on the same things."""

    NOTHING = 0
    RANGES = auto()
    """The least and the greatest number of each operand."""
    CONSTANT = auto()
    """The numbers of the last operand, if it is a constant."""


ClearRule = Callable[[Types, Attributes], tuple[str, Attributes]]
"""From operand types and attributes to the name in `runtime.clear.KERNELS` and the kernel's attributes."""

IntervalRule = Callable[[Operation, Sequence[Interval]], Interval]
"""From the operands' intervals to the result's interval. Numbers are exact and do not wrap: see `ir.intervals`."""

LabelRule = Callable[[Attributes, Sequence[Label]], Label]
"""From attributes and the operands' labels to the result's label."""

Requirement = Callable[[Operation], str]
"""What is wrong with an operation, beyond types and the labels of results; empty if nothing is."""

WindowRule = Callable[[Operation], Sequence[tuple[int, int]]]
"""For each operand that is a place: the axis of the first operand along which it is one, and how many entries are
touched from there on."""

WidenRule = Callable[[Lanes, Operation], Value]
"""Writes the operation for all lanes at once, with the lanes as a new first axis. Raises CannotWidenError."""


@dataclass(frozen=True, slots=True)
class Domain:
    """The numbers for which an operation gives what it means; by default all numbers of the ring.

    Numbers are in the clear representation. `takes` gives the numbers that an operand may be, by its place; `gives`
    those that the result may be. Clear kernels are exact for every number of the ring, so `takes` and `gives` bind only
    protected values. If the domain `binds_clear`, they also bind clear values. If the operation `saturates`, a result
    beyond `gives` becomes the nearest number in `gives`. `outside` says where a protected result lies even if an
    operand is not in the domain; without `outside` the result may be anything.

    An operation that `is_modular` gives results that are right modulo 2^64 if its operands are right modulo 2^64. An
    operation that `compares` needs the difference of its first and its last operand to fit the ring. `needs_number`
    says whether operands must be the numbers themselves: numbers that are equal modulo 2^64 would not do.

    For messages, `called` names the operation's result, `advice` says what to do besides narrowing operands, and
    `limit` says what is special about the largest number that an operand may be.
    """

    takes: Callable[[Operation, int], Interval] | None = None
    gives: Callable[[Operation], Interval] | None = None
    outside: Callable[[Operation], Interval] | None = None
    binds_clear: bool = False
    saturates: bool = False
    is_modular: bool = False
    compares: bool = False
    needs_number: Callable[[Operation], bool] = lambda operation: False
    called: str = "this result"
    advice: str = ""
    limit: str = ""


class Terms(ABC):
    """What identities and derivatives see of values, and how they write new ones."""

    @abstractmethod
    def constant(self, value: Value) -> Array | None:
        """The array of a value that a `constant` gives; None for other values."""

    @abstractmethod
    def number(self, value: Value) -> int | None:
        """The number, in the clear representation, that all elements of a value are; None if that is not known."""

    @abstractmethod
    def definition(self, value: Value) -> Operation | None:
        """The operation that computes a value; None for a region's argument."""

    @abstractmethod
    def filled(self, number: int, type: ArrayType) -> Value:
        """A value of this type whose elements are all `number`."""

    @abstractmethod
    def fitted(self, value: Value, like: Value) -> Value:
        """`value` in the type of `like`, by a cast and a broadcast if needed."""

    @abstractmethod
    def emit(self, name: str, /, *operands: Value, **attributes: Any) -> Value:
        """Writes an operation here and returns its result."""

    def operand_of(self, name: str, value: Value) -> Value | None:
        """x if the value is computed as `name(x)`, else None."""
        operation = self.definition(value)
        return operation.operands[0] if operation is not None and operation.name == name else None


Identity = Callable[[Terms, Operation, tuple[Value, ...]], Value | None]
"""From an operation and its present operands to an equal value of the same type, or None.

An identity is exact for every value. A rule for fixed point that fails on overflow or rounding is not an identity.
"""


@dataclass(frozen=True, slots=True)
class Total:
    """How a chain x + t_1 + t_2 + ... of an operation is done at once: the operation on x and a reduction of the t.

    `combine` puts two partial results together, and `neutral` is where it starts. If `of_truths`, this holds for truth
    values only.
    """

    reduction: str
    combine: str
    neutral: int
    of_truths: bool = False


Derivative = Callable[[Terms, Value, Value], Value]
"""From the operand and the result of a function of one number to the derivative at each element of the operand.

The derivative has the type of the result.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class OperationRow:
    """What an operation is.

    Form: `form` says what happens where the operation stands. `arity` is the number of operands, None for any number.
    `regions` is the number of regions. Operands from `indices_from` on are places, not data; they must be public, and
    `windows` says what they are places of (None if no operand is a place). `infer` gives the result types (None if
    regions give them). `clear` gives the kernel that means the operation (None for inputs, constants, effects and
    control).

    Knowledge: `label` gives the label of the results. `requires` says what else must hold for labels and attributes.
    `roles` are the attributes that name roles. `held` says how operands must be held.

    Numbers: `interval` gives the interval of the result (None for inputs, effects without results, and control).
    `domain` says for which numbers the operation gives what it means. `reads` says what protocol rules look at.

    Algebra: each element of the result is an element of one of the operands `elements_of`, maybe in another
    representation (None if elements are computed). The operands `after_truncation` need not be truncated before the
    operation: truncating the result is as good and costs no more. `total` does at once what a chain of the operation
    does (None if nothing does). `identities` are tried in order. `widen` writes the operation for many turns at once.
    `derivative` gives the derivative of a function of one number (None if it is not written).
    """

    form: Form
    arity: int | None
    regions: int
    indices_from: int | None
    windows: WindowRule | None
    traits: Trait
    attributes: Mapping[str, Attribute]
    infer: TypeRule | None
    clear: ClearRule | None
    label: LabelRule
    requires: Requirement
    roles: tuple[str, ...]
    held: Held
    interval: IntervalRule | None
    domain: Domain
    reads: Reads
    elements_of: slice | None
    after_truncation: slice | None
    total: Total | None
    identities: tuple[Identity, ...]
    widen: WidenRule | None
    derivative: Derivative | None

    def has(self, trait: Trait) -> bool:
        """Whether the operation has all of these traits."""
        return trait in self.traits

    @property
    def is_pure(self) -> bool:
        """Whether equal operands and attributes give equal results, and nothing else happens. Control counts as not."""
        return self.infer is not None and not self.traits & (Trait.EFFECT | Trait.DRAW)

    @property
    def moves_first(self) -> bool:
        """Whether each element of the result is an element of the first operand, maybe in another representation."""
        return self.elements_of == FIRST

    def elements(self, operation: Operation) -> tuple[Value, ...]:
        """The operands that the elements of the result are taken from; none if elements are computed."""
        return () if self.elements_of is None else operation.operands[self.elements_of]

    def places(self, operation: Operation) -> list[tuple[Value, int, int]]:
        """Each operand that is a place, the axis along which it is one, and how many entries are touched from there."""
        if self.windows is None:
            return []
        places = operation.operands[self.indices_from :]
        return [(place, *window) for place, window in zip(places, self.windows(operation), strict=True)]


FIRST = slice(0, 1)
"""The first operand."""

ALL = slice(None)
"""All operands."""
