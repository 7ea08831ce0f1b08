"""What is asked of whoever finds the partners of a join, and what the answer is before its columns have their names."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from ....ir.program import Value
from ...declarations import PRESENT_SUFFIX
from ...state.context import Context
from ...state.values import Table
from ..arguments import Arguments
from .keys import Keys, columns_of

HOW = ("inner", "left", "right", "outer", "semi", "anti")


@dataclass(frozen=True, slots=True, eq=False)
class Request:
    """Two tables, what they are joined on, and which rows the result has."""

    call: Arguments
    a: Table
    b: Table
    on: Keys
    how: str
    most: int = 1
    """Of how many rows of `b` a key may be."""

    @property
    def context(self) -> Context:
        """Where the join is written."""
        return self.call.context

    @property
    def keys(self) -> tuple[str, ...]:
        """Every column of a key."""
        return columns_of(self.on)

    def is_of_key(self, name: str) -> bool:
        """Whether a column is one of a key, or tells where a key is missing."""
        return name.removesuffix(PRESENT_SUFFIX) in self.keys

    def moving(self, columns: dict[str, Value]) -> dict[str, Value]:
        """The columns of the right side that a partner brings: partners agree in a key, unless there are several."""
        several = len(self.on) > 1
        return {name: value for name, value in columns.items() if several or not self.is_of_key(name)}

    @property
    def keeps_left(self) -> bool:
        """Whether rows of `a` without a partner are in the result."""
        return self.how in ("left", "outer", "anti")

    @property
    def keeps_right(self) -> bool:
        """Whether rows of `b` without a partner are in the result."""
        return self.how in ("right", "outer")

    @property
    def brings(self) -> bool:
        """Whether the columns of `b` come along."""
        return self.how not in ("semi", "anti")


@dataclass(frozen=True, slots=True, eq=False)
class Partners:
    """What the rows of one table, the base, have found in the other one: its columns, zero where there is no partner.

    `base` tells which rows of the base have a partner, `other` which of the other table have.
    """

    columns: dict[str, Value]
    base: Value
    other: Value


@dataclass(frozen=True, slots=True, eq=False)
class Matched:
    """The columns of both tables on the rows of the result. They are zero where a row has no partner.

    Each table's own columns of `on` are among them. In `a` they hold the key of every row. `valid` is None if all rows
    are valid.
    """

    a: dict[str, Value]
    b: dict[str, Value]
    in_a: Value
    in_b: Value
    rows: int
    valid: Value | None

    def moved(self, move: Callable[[Value], Value]) -> "Matched":
        """The rows elsewhere."""
        a = {name: move(value) for name, value in self.a.items()}
        b = {name: move(value) for name, value in self.b.items()}
        in_a, in_b = move(self.in_a), move(self.in_b)
        return replace(self, a=a, b=b, in_a=in_a, in_b=in_b, valid=None if self.valid is None else move(self.valid))
