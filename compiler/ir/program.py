"""The IR: typed SSA over arrays. A `Program` is one block of operations; loops, branches and calls hold regions.

`operations` says, once, what each operation means, takes and gives. Values and operations are compared by identity. A
pass builds new ones (through `rewrite` or `build`) and never changes old ones.
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
    """One SSA value. `name` is its name in the source, for people; several values may have the same.

    `share` says how a SECRET value is held, "arithmetic" or "boolean" ("rows" for ROWS), once `choose_shares` has run;
    before, it is empty. `bounds` are the least and the greatest number that any element can be, in the clear
    representation, if `bound_ranges` found closer ones than the type's.
    """

    type: ArrayType
    label: Label
    name: str = ""
    share: str = ""
    bounds: tuple[int, int] | None = None

    @property
    def least(self) -> int:
        """A number, in the clear representation, that no element is less than."""
        return self.type.element.least if self.bounds is None else self.bounds[0]

    @property
    def greatest(self) -> int:
        """A number, in the clear representation, that no element is greater than."""
        return self.type.element.greatest if self.bounds is None else self.bounds[1]

    @property
    def bits(self) -> int:
        """The width of the narrowest two's complement integer that holds every element; 1 for BOOL."""
        element = self.type.element
        return element.bits if self.bounds is None else min(element.bits, width(*self.bounds))


@dataclass(frozen=True, slots=True, eq=False)
class Region:
    """A body: `arguments` are bound on entry, `results` are what it yields. It may use values from outside."""

    arguments: tuple[Value, ...]
    operations: tuple[Operation, ...]
    results: tuple[Value, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Operation:
    """One application of the operation `name` of `operations.table.OPERATIONS`. Attributes are static data."""

    name: str
    operands: tuple[Value, ...]
    results: tuple[Value, ...]
    span: Span
    attributes: dict[str, Any] = field(default_factory=dict)
    regions: tuple[Region, ...] = ()


@dataclass(frozen=True, slots=True)
class Written:
    """What reports quote of a program's text and its operations do not tell.

    `functions` are the outermost functions of the program and of its modules: each with the name that reports use and
    its place. `told` gives, for each `reveal` and `save`, the place of the expression that the statement tells. Its key
    is the source's name and the statement's span, which the operations have as well. `params` are the params of the
    program with their numbers as text.
    """

    functions: tuple[tuple[str, Span], ...] = ()
    told: Mapping[tuple[str, Span], Span] = field(default_factory=dict)
    params: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Program:
    """A program for concrete sizes.

    `roles` are the parties in the order of their declaration; each member of a `parties` role is a role of its own
    (`farmers[0]`, ...). `sizes` maps size names to their values. `body` has no arguments and no results. `written` is
    empty for a program that was not elaborated from a text.
    """

    name: str
    roles: tuple[str, ...]
    sizes: dict[str, int]
    fraction_bits: int
    body: Region
    written: Written = field(default_factory=Written)
