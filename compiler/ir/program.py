"""The IR: typed SSA over arrays. A `Program` is one block of operations; loops, branches and calls hold regions.

What an operation means, takes and gives is said in `ops`, once. Values and operations are compared by identity: a pass
builds new ones (through `rewrite` or `build`) and never changes old ones.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ..source import Span
from .labels import Label
from .types import ArrayType, width


@dataclass(frozen=True, slots=True, eq=False)
class Value:
    """One SSA value. `name` is the source name it was bound to, for people; it need not be unique.

    `share` is how a SECRET value is held, "arithmetic" or "boolean", once `choose_shares` has run; empty before.
    `bounds` are the least and the greatest number, in the clear representation, that any element can be, where
    `bound_ranges` found that they are closer than the type says.
    """

    type: ArrayType
    label: Label
    name: str = ""
    share: str = ""
    bounds: tuple[int, int] | None = None

    @property
    def least(self) -> int:
        """No element is less, in the clear representation."""
        return self.type.element.least if self.bounds is None else self.bounds[0]

    @property
    def greatest(self) -> int:
        """No element is greater, in the clear representation."""
        return self.type.element.greatest if self.bounds is None else self.bounds[1]

    @property
    def bits(self) -> int:
        """The width of the two's complement integer that holds every element; 1 for BOOL."""
        element = self.type.element
        return element.bits if self.bounds is None else min(element.bits, width(*self.bounds))


@dataclass(frozen=True, slots=True, eq=False)
class Region:
    """A body: `arguments` are bound on entry, `results` are what it yields. Outer values may be used freely inside."""

    arguments: tuple[Value, ...]
    operations: tuple[Operation, ...]
    results: tuple[Value, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Operation:
    """One application of the operation `name` of `ops.OPERATIONS`; attributes are static data."""

    name: str
    operands: tuple[Value, ...]
    results: tuple[Value, ...]
    span: Span
    attributes: dict[str, Any] = field(default_factory=dict)
    regions: tuple[Region, ...] = ()


@dataclass(frozen=True, slots=True)
class Written:
    """What the text of a program says and its operations do not; reports quote it.

    `functions` are the outermost functions of the program and of its modules: how reports call each, and where each
    stands. `told` has, for each `reveal` and `save`, where the expression stands that the statement tells: the key is
    the name of the source and the span of the statement, which the operations have as well.
    """

    functions: tuple[tuple[str, Span], ...] = ()
    told: Mapping[tuple[str, Span], Span] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Program:
    """A program for concrete sizes.

    `roles` are the parties in order of declaration, members of a `parties` role each on their own (`farmers[0]`, ...).
    `sizes` are the size names' values. `body` has no arguments and no results. `written` is empty for a program that no
    text was elaborated to.
    """

    name: str
    roles: tuple[str, ...]
    sizes: dict[str, int]
    fraction_bits: int
    body: Region
    written: Written = field(default_factory=Written)
