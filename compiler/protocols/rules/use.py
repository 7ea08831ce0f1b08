"""What the rules of `operations` have in common: a use of an operation, and its operands in the right form."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import numpy as np

from ...ir.operations.row import Reads
from ...ir.operations.table import row_of
from ...ir.program import Operation
from ...ir.types import Element, Kind, width
from .expansion import structural
from .linear import Linear
from .shares import Arithmetic, Boolean, Clear, Share, Shared

Needed = TypeVar("Needed", bound=Linear)
Offering = TypeVar("Offering", bound=Linear, covariant=True)

ARITHMETIC = "arithmetic"
BOOLEAN = "boolean"
ROWS = "rows"


@dataclass(frozen=True, slots=True)
class Rule(Generic[Needed]):
    """One way to expand an operation, for every protocol that offers the capability `needs`.

    `operands` are the share kinds that the rule takes: one kind for each operand, or a single kind for all. A public
    operand fits any kind. `result` is the kind that the rule gives.
    """

    needs: type[Needed]
    operands: tuple[str, ...]
    result: str
    expand: Callable[[Use[Needed]], Share]

    def wanted(self, count: int) -> tuple[str, ...]:
        """The kind that the rule takes for each of `count` operands."""
        return self.operands if len(self.operands) == count else self.operands * count

    def fits(self, kinds: Sequence[str]) -> bool:
        """Whether the rule takes operands of these kinds. An empty kind stands for a value in the clear."""
        return all(kind in ("", wanted) for kind, wanted in zip(kinds, self.wanted(len(kinds)), strict=True))


def all_of(needs: type[Needed], kind: str, expand: Callable[[Use[Needed]], Share]) -> Rule[Needed]:
    """A rule that takes operands of one kind and gives that kind."""
    return Rule(needs, (kind,), kind, expand)


@dataclass(frozen=True, slots=True)
class Use(Generic[Offering]):
    """An operation with its operands: secret ones are shares of the kinds that the rule takes."""

    p: Offering
    operation: Operation
    operands: tuple[Share, ...]
    known: tuple[np.ndarray[Any, Any] | None, ...]
    """For each operand its numbers if it is a constant, else None."""

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of the result."""
        return self.operation.results[0].type.shape

    @property
    def element(self) -> Element:
        """The element type of the result."""
        return self.operation.results[0].type.element

    def attribute(self, name: str) -> Any:
        """An attribute of the operation."""
        return self.operation.attributes[name]

    def element_of(self, operand: int) -> Element:
        """The element type of an operand."""
        return self.operation.operands[operand].type.element

    @property
    def planes(self) -> int:
        """How many bits hold the result."""
        return self.operation.results[0].bits

    def bits_of(self, operand: int) -> int:
        """How many bits hold an operand."""
        return self.operation.operands[operand].bits

    @property
    def difference_bits(self) -> int:
        """How many bits, with the sign, hold the difference of the first and the last operand (of one: of two entries).

        At most 64: the language promises that differences of 64-bit operands fit 64 bits.
        """
        return _difference_bits(self.operation)

    @property
    def distance_bits(self) -> int:
        """The least b up to 64 such that numbers of the first and of the last operand are less than 2**b apart."""
        return _distance_bits(self.operation)

    def clear(self, operand: int) -> Clear | None:
        """An operand if it is public, else None. It has the result's shape, or is a scalar."""
        value = self.operands[operand]
        return value if isinstance(value, Clear) and value.shape == () else self.whole_clear(operand)

    def whole_clear(self, operand: int) -> Clear | None:
        """An operand broadcast to the result's shape if it is public, else None."""
        value = self.operands[operand]
        if not isinstance(value, Clear) or value.shape == self.shape:
            return value if isinstance(value, Clear) else None
        return Clear(structural(self.p.g, "broadcast", self.shape, value.parts, {"shape": self.shape}))

    def number(self, operand: int) -> Arithmetic:
        """An operand as an arithmetic share of the result's shape. A public operand becomes a share.

        Raises TypeError for bits.
        """
        value = self.operands[operand]
        if isinstance(value, Clear):
            value = self.p.public(value)
        if not isinstance(value, Arithmetic):
            raise TypeError(f"{self.operation.name} takes numbers")
        return value if value.shape == self.shape else self.p.map("broadcast", self.shape, value, shape=self.shape)

    def bits(self, operand: int, planes: int) -> Boolean:
        """An operand as a boolean share of the result's shape with so many planes. A public operand becomes a share.

        Raises TypeError for numbers.
        """
        value, element = self.operands[operand], self.element_of(operand)
        if isinstance(value, Clear):
            value = self.p.public_bits(value, planes)
        if not isinstance(value, Boolean):
            raise TypeError(f"{self.operation.name} takes bits")
        above = -1 if element.kind is Kind.BOOL else value.planes - 1
        value = self.p.planes(value, tuple(plane if plane < value.planes else above for plane in range(planes)))
        return value if value.shape == self.shape else self.p.map("broadcast", self.shape, value, shape=self.shape)


def widths(operation: Operation) -> tuple[int, ...]:
    """Everything that rules read about the ranges of an operation's values. Equal widths mean equal expansions."""
    found = tuple(value.bits for value in (*operation.operands, *operation.results))
    if Reads.RANGES in row_of(operation).reads:
        found += tuple(bound for value in operation.operands for bound in (value.least, value.greatest))
    return (*found, _difference_bits(operation), _distance_bits(operation)) if operation.operands else found


def _difference_bits(operation: Operation) -> int:
    x, y = operation.operands[0], operation.operands[-1]
    return min(64, width(x.least - y.greatest, x.greatest - y.least))


def _distance_bits(operation: Operation) -> int:
    x, y = operation.operands[0], operation.operands[-1]
    return min(64, max(x.greatest - y.least, y.greatest - x.least, 1).bit_length())


def halves(p: Linear, x: Shared, axis: int) -> tuple[Shared, Shared, Shared | None]:
    """Entries 0, 2, 4, ... along the axis, entries 1, 3, 5, ..., and the last entry if their number is odd, else None.

    Entry i of the first half and entry i of the second are neighbours in x: so combining them keeps the order.
    """
    size = x.shape[axis]
    even, odd = (part(p, x, axis, start, size - size % 2, 2) for start in (0, 1))
    return even, odd, part(p, x, axis, size - 1, size, 1) if size % 2 else None


def part(p: Linear, x: Shared, axis: int, start: int, stop: int, step: int) -> Shared:
    """x[..., start:stop:step, ...] along the axis."""
    starts, stops, steps = [0] * len(x.shape), list(x.shape), [1] * len(x.shape)
    starts[axis], stops[axis], steps[axis] = start, stop, step
    shape = list(x.shape)
    shape[axis] = len(range(start, stop, step))
    return p.map("slice", tuple(shape), x, starts=tuple(starts), stops=tuple(stops), steps=tuple(steps))


def joined(p: Linear, parts: Sequence[Shared], axis: int) -> Shared:
    """The parts one after the other along the axis."""
    shape = list(parts[0].shape)
    shape[axis] = sum(one.shape[axis] for one in parts)
    return p.map("concat", tuple(shape), *parts, axis=axis)


def without_axis(p: Linear, x: Shared, axis: int) -> Shared:
    """x without an axis that has one entry."""
    shape = x.shape[:axis] + x.shape[axis + 1 :]
    return p.map("reshape", shape, x, shape=shape)
