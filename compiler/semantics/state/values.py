"""What a name of a program stands for while it is elaborated: arrays of the IR, and aggregates unknown to the IR.

Tables and tuples are taken apart here. The IR sees only their columns and elements.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from ...ir.labels import Label
from ...ir.program import Value
from ...ir.types import ArrayType, Element
from ...source import Span
from ...syntax import tree


@dataclass(frozen=True, slots=True, eq=False)
class Presence:
    """Which elements of an array are there: `bits` are bools of a shape that broadcasts to the array's.

    `held` is what the missing elements of valid rows hold, a number in the clear representation: 0 for inputs, say. It
    is None where they may hold anything, which nobody may see.
    """

    bits: Value
    held: int | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Array:
    """An IR value and, for each axis that runs over a table's rows, the valid bits of those rows.

    `ties` is empty if no axis has cleared rows. Otherwise it has one entry for each axis: a bool vector as long as the
    axis, or None. `present` is None if no element is missing.
    """

    value: Value
    ties: tuple[Value | None, ...] = ()
    present: Presence | None = None

    @property
    def type(self) -> ArrayType:
        """Element and shape."""
        return self.value.type

    @property
    def element(self) -> Element:
        """The element type."""
        return self.value.type.element

    @property
    def shape(self) -> tuple[int, ...]:
        """The concrete shape."""
        return self.value.type.shape

    @property
    def rank(self) -> int:
        """The number of axes."""
        return len(self.value.type.shape)

    @property
    def label(self) -> Label:
        """Who knows the array."""
        return self.value.label

    def tie(self, axis: int) -> Value | None:
        """The valid bits along an axis; None if the whole axis is valid."""
        return self.ties[axis] if self.ties else None


def tied(value: Value, ties: tuple[Value | None, ...], present: Presence | None = None) -> Array:
    """`value` with one entry of `ties` for each axis."""
    return Array(value, ties if any(tie is not None for tie in ties) else (), present)


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """Rows of named columns. `valid` has one bool for each row; it is None while all rows are valid.

    `origin` is the name of a table input if the rows are all rows of that input, in order, cleared rows included. It is
    empty if rows were moved, added or made. `marks` are bools that joins made, `in_a` say, which tell where a row comes
    from: whoever names one finds it, but it is no column that comes along where the whole table is told or kept.
    `present` has an entry for each column that may lack values.
    """

    columns: dict[str, Value]
    rows: int
    valid: Value | None = None
    origin: str = ""
    marks: dict[str, Value] = field(default_factory=dict)
    present: dict[str, Presence] = field(default_factory=dict)

    @property
    def named(self) -> dict[str, Value]:
        """All that has a name: the marks, and the columns, which go before marks of the same name."""
        return {**self.marks, **self.columns}

    def column(self, name: str) -> Array:
        """A column or a mark, tied to the rows."""
        value = self.named[name]
        return tied(value, (self.valid,) + (None,) * (len(value.type.shape) - 1), self.present.get(name))


@dataclass(frozen=True, slots=True, eq=False)
class Bundle:
    """A tuple of the language."""

    elements: tuple[Meaning, ...]


@dataclass(frozen=True, slots=True)
class Words:
    """A text literal: a category's label, a date, a word for an option of a built-in."""

    text: str


@dataclass(frozen=True, slots=True)
class TypeName:
    """A type as a value, as in `zeros(3, int)`."""

    name: str


@dataclass(frozen=True, slots=True)
class Role:
    """A party, or a role of `members` members."""

    name: str
    members: int | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Closure:
    """A function of the program, and the frame it was defined in."""

    node: tree.Function
    frame: Frame
    defaults: dict[str, Meaning] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class BuiltIn:
    """A function of the language, by its name in the table of built-ins."""

    name: str


@dataclass(frozen=True, slots=True)
class Nothing:
    """What a function without `return` gives."""


@dataclass(frozen=True, slots=True)
class Poison:
    """The result of a mistake that has been reported. Whatever uses it stays silent."""


@dataclass(frozen=True, slots=True)
class Unclear:
    """A name that not every way to this place has bound, or not to the same kind of value. Using it is an error."""

    problem: str
    span: Span


Meaning = Array | Table | Bundle | Words | TypeName | Role | Closure | BuiltIn | Nothing | Poison | Unclear


def first_value(meaning: Meaning | None) -> Value | None:
    """The value of an array, or the first column of a table; None for everything else."""
    if isinstance(meaning, Array):
        return meaning.value
    return next(iter(meaning.columns.values()), None) if isinstance(meaning, Table) else None


POISON = Poison()
NOTHING = Nothing()


@dataclass(eq=False, slots=True)
class Frame:
    """The names of one module or one call. `own` are the names bound somewhere in the function's body, as in Python:
    they are never looked up outside. `columns` are those that are columns of a table, for the arguments of a call.
    `renewed` are the names that loops bind whose bodies are being elaborated.
    """

    names: dict[str, Meaning]
    outer: Frame | None = None
    own: frozenset[str] = frozenset()
    columns: frozenset[str] = frozenset()
    renewed: frozenset[str] = frozenset()

    def find(self, name: str) -> Meaning | None:
        """The meaning of a name here, or None where it is not bound."""
        if name in self.names or name in self.own or self.outer is None:
            return self.names.get(name)
        return self.outer.find(name)

    def leaves_to_language(self, name: str) -> bool:
        """Whether a name that is not bound yet may be the language's own. As in Python, a module's names are the
        language's until a statement binds them, and a function's are not."""
        return self.outer is None and name not in self.names and name not in self.renewed

    def visible(self) -> Iterator[str]:
        """Every name that can be read here."""
        yield from self.names
        if self.outer is not None:
            yield from self.outer.visible()
