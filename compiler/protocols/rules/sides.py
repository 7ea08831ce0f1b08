"""Sides of joins that are aligned, and their permutations in a graph: see `runtime.alignment.base`.

In: a graph under construction. Out: an owner's order and a matcher's places as inputs, once for each side.
"""

from __future__ import annotations

from dataclasses import dataclass

from ....runtime.graph.alignments import ROWS, order_input, places_input
from ....runtime.graph.nodes import Declaration
from .expansion import Expansion, Wire, integers


@dataclass(frozen=True, slots=True)
class Side:
    """Side `number` of a join: the parties that own it and the `other` one, its row `count`, and of how many `rows` of
    the joined ones its columns are wanted."""

    join: str
    number: int
    owner: int
    other: int
    count: int
    rows: int

    @property
    def owners(self) -> tuple[int, int]:
        """The owners of both sides, in their order."""
        return (self.owner, self.other) if self.number == 0 else (self.other, self.owner)

    @property
    def is_own(self) -> bool:
        """Whether one party owns both sides."""
        return self.owner == self.other


class Permutations:
    """The inputs of a graph that alignments give."""

    def __init__(self, g: Expansion) -> None:
        self._g = g
        self._wires: dict[str, Wire] = {}

    def order(self, side: Side) -> Wire:
        """At the side's owner, the order in which its rows leave it."""
        return self._input(order_input(side.join, side.number), side.count, side.owner)

    def places(self, side: Side, matcher: int) -> Wire:
        """At the side's matcher, the places of the joined rows in that order."""
        return self._input(places_input(side.join, side.number), side.count, matcher)

    def declarations(self) -> tuple[Declaration, ...]:
        """How the graph declares them."""
        return tuple(Declaration(name, ROWS, wire.shape) for name, wire in self._wires.items())

    def _input(self, name: str, count: int, party: int) -> Wire:
        if name not in self._wires:
            self._wires[name] = self._g.input(name, integers((count,)), (party,))
        return self._wires[name]
