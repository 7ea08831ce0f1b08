"""Sums of multiples of values: how places in arrays move from turn to turn of a loop. In: scalars. Out: `Affine`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from .program import Operation, Value
from .types import Kind


@dataclass(frozen=True, slots=True)
class Affine:
    """constant + the sum of factor * value over `terms`."""

    constant: int
    terms: tuple[tuple[Value, int], ...] = ()

    def plus(self, other: Affine, factor: int = 1) -> Affine:
        """self + factor * other."""
        factors = dict(self.terms)
        for value, times in other.terms:
            factors[value] = factors.get(value, 0) + factor * times
        terms = tuple((value, times) for value, times in factors.items() if times)
        return Affine(self.constant + factor * other.constant, terms)

    def times(self, factor: int) -> Affine:
        """factor * self."""
        return Affine(0).plus(self, factor)

    def factor(self, value: Value) -> int:
        """The factor of the value in the sum; 0 if the value is not in it."""
        return dict(self.terms).get(value, 0)

    def without(self, value: Value) -> Affine:
        """The sum with the value taken as 0."""
        return Affine(self.constant, tuple(term for term in self.terms if term[0] is not value))

    def bounds(self, counts: Mapping[Value, int]) -> tuple[int, int] | None:
        """The least and the greatest sum, each value running from 0 to its count less 1; None if one has no count."""
        low = high = self.constant
        for value, factor in self.terms:
            if value not in counts:
                return None
            end = factor * (counts[value] - 1)
            low, high = low + min(0, end), high + max(0, end)
        return low, high


def affine(value: Value, definition: Callable[[Value], Operation | None]) -> Affine:
    """An integer scalar as a sum of multiples of values. `definition` gives the operation that computes a value.

    A value that is no such sum stands for itself.
    """
    operation = definition(value)
    alone = Affine(0, ((value, 1),))
    if operation is None or value.type.shape or value.type.element.kind is not Kind.INT:
        return alone
    if operation.name == "constant":
        return Affine(int(operation.attributes["value"]))
    if operation.name not in ("add", "subtract", "negate", "multiply", "cast"):
        return alone
    first = affine(operation.operands[0], definition)
    if operation.name == "cast":
        return first if operation.operands[0].type.element.kind is Kind.INT else alone
    if operation.name == "negate":
        return first.times(-1)
    second = affine(operation.operands[1], definition)
    if operation.name == "multiply":
        known, other = (first, second) if not first.terms else (second, first)
        return alone if known.terms else other.times(known.constant)
    return first.plus(second, 1 if operation.name == "add" else -1)
