"""Two kinds for many places at the least cost, as a minimum cut. In: a `Choice`. Out: a kind for each place.

A *place* is where a kind is decided: an operation with two rules, a value that a loop carries. ARITHMETIC_SIDE and
BOOLEAN_SIDE are places that are decided already. Each place costs what its kind costs. Each value costs its conversion
to the other kind, once, if any place that uses the value has that kind. Every such sum is a cut of a graph between the
two sides, so the least cut is the least cost, exactly: a node between a value and its uses makes the uses pay together
(Ishaq, Milanova and Zikas, CCS 2019). Costs are whole picoseconds: sums are exact, and the same at all parties.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from .minimum_cut import Edges, sink_side

ARITHMETIC_SIDE = 0
BOOLEAN_SIDE = 1


@dataclass(frozen=True, slots=True)
class Conversion:
    """A value of the kind of the place `source`, the places that use it, and what each conversion of it costs."""

    source: int
    uses: frozenset[int]
    to_arithmetic: int
    to_boolean: int


@dataclass(slots=True)
class Choice:
    """`costs` has, for each place, its costs as arithmetic and as boolean. `fixed` is paid in any case."""

    costs: list[tuple[int, int]] = field(default_factory=lambda: [(0, 0), (0, 0)])
    conversions: list[Conversion] = field(default_factory=list)
    fixed: int = 0

    def place(self, arithmetic: int = 0, boolean: int = 0) -> int:
        """Adds a place to decide and returns its number."""
        self.costs.append((arithmetic, boolean))
        return len(self.costs) - 1

    def total(self, sides: Sequence[int]) -> int:
        """The cost if each place is on the given side."""
        paid = sum(costs[side] for costs, side in zip(self.costs, sides, strict=True))
        for conversion in self.conversions:
            wanted = {sides[use] for use in conversion.uses} - {sides[conversion.source]}
            paid += sum(conversion.to_boolean if side == BOOLEAN_SIDE else conversion.to_arithmetic for side in wanted)
        return self.fixed + paid

    def best(self, decided: Mapping[int, int] | None = None) -> list[int]:
        """The side of each place at the least cost, with some decided. A place without preference is arithmetic."""
        sides = dict(decided or {}) | {ARITHMETIC_SIDE: ARITHMETIC_SIDE, BOOLEAN_SIDE: BOOLEAN_SIDE}
        for part in _parts(self._edges(sides)):
            boolean = sink_side(part, ARITHMETIC_SIDE, BOOLEAN_SIDE)
            sides.update((place, BOOLEAN_SIDE) for place in boolean if place > BOOLEAN_SIDE)
        return [sides.get(place, ARITHMETIC_SIDE) for place in range(len(self.costs))]

    def _edges(self, sides: Mapping[int, int]) -> Edges:
        """Edge (x, y) is paid if x is arithmetic and y boolean. An edge without a capacity forbids that."""
        edges: Edges = {}
        for place, (arithmetic, boolean) in enumerate(self.costs):
            if place not in sides:
                least = min(arithmetic, boolean)
                _add(edges, place, BOOLEAN_SIDE, arithmetic - least)
                _add(edges, ARITHMETIC_SIDE, place, boolean - least)
        between = -1
        for conversion in self.conversions:
            source = sides.get(conversion.source, conversion.source)
            uses = {sides.get(use, use) for use in conversion.uses} - {source}
            for edge, paid, free in _paid_edges(source, uses, conversion, between):
                _add(edges, *edge, paid)
                edges.update(dict.fromkeys(free))
            between -= 2
        return edges


def _parts(edges: Edges) -> Iterable[Edges]:
    """The edges, grouped by connected places."""
    nearby: dict[int, int] = {}

    def part_of(node: int) -> int:
        while nearby.setdefault(node, node) != node:
            nearby[node] = nearby[nearby[node]]
            node = nearby[node]
        return node

    ends = (ARITHMETIC_SIDE, BOOLEAN_SIDE)
    for source, sink in edges:
        if source not in ends and sink not in ends:
            nearby[part_of(source)] = part_of(sink)
    parts: dict[int, Edges] = {}
    for (source, sink), capacity in edges.items():
        if source not in ends or sink not in ends:
            parts.setdefault(part_of(sink if source in ends else source), {})[source, sink] = capacity
    return parts.values()


def _paid_edges(
    source: int, uses: set[int], conversion: Conversion, between: int
) -> Iterator[tuple[tuple[int, int], int, list[tuple[int, int]]]]:
    """For each direction of conversion, the edge that is paid and the edges that lead the uses to it."""
    if len(uses) == 1:
        (use,) = uses
        yield (source, use), conversion.to_boolean, []
        yield (use, source), conversion.to_arithmetic, []
    elif uses:
        yield (source, between), conversion.to_boolean, [(between, use) for use in sorted(uses)]
        yield (between - 1, source), conversion.to_arithmetic, [(use, between - 1) for use in sorted(uses)]


def _add(edges: Edges, source: int, sink: int, capacity: int) -> None:
    if source in (sink, BOOLEAN_SIDE) or sink == ARITHMETIC_SIDE:
        return
    before = edges.get((source, sink), 0)
    edges[source, sink] = None if before is None else before + capacity
