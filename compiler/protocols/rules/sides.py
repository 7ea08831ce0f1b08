"""Sides of joins that are aligned, and their permutations in a graph: see `runtime.alignment.base`.

In: a graph under construction. Out: an owner's order and a matcher's places as inputs of the graph, once for each side.
"""

from __future__ import annotations

from dataclasses import dataclass

from ....runtime.graph.alignments import ROWS, order_input, places_input
from ....runtime.graph.nodes import Declaration
from .expansion import Expansion, Wire, integers


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a join.

    `owner` owns side `number`, `other` owns the other side. The side has `count` rows. The first `rows` of the joined
    rows are wanted.
    """

    join: str
    number: int
    owner: int
    other: int
    count: int
    rows: int

    @property
    def owners(self) -> tuple[int, int]:
        """The owners of side 0 and side 1."""
        return (self.owner, self.other) if self.number == 0 else (self.other, self.owner)

    @property
    def is_own(self) -> bool:
        """Whether one party owns both sides."""
        return self.owner == self.other


class Permutations:
    """The inputs of a graph that an alignment provides."""

    def __init__(self, g: Expansion) -> None:
        self._g = g
        self._wires: dict[str, Wire] = {}

    def order(self, side: Side) -> Wire:
        """The order in which the side's rows leave their owner, held by the owner."""
        return self._input(order_input(side.join, side.number), side.count, side.owner)

    def places(self, side: Side, matcher: int) -> Wire:
        """For each joined row its place in the owner's order, held by the side's matcher."""
        return self._input(places_input(side.join, side.number), side.count, matcher)

    def declarations(self) -> tuple[Declaration, ...]:
        """The graph's declarations of these inputs."""
        return tuple(Declaration(name, ROWS, wire.shape) for name, wire in self._wires.items())

    def _input(self, name: str, count: int, party: int) -> Wire:
        if name not in self._wires:
            self._wires[name] = self._g.input(name, integers((count,)), (party,))
        return self._wires[name]
