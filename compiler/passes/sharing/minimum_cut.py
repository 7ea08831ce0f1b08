"""A minimum cut between two nodes. In: directed edges and their capacities. Out: the sink's side of the cut.

Dinic's algorithm (1970): breadth-first levels from the source, then paths along the levels until none is left. This
repeats until the sink is out of reach. Capacities are whole numbers, so the answer is exact.
"""

from __future__ import annotations

from collections import deque

Edges = dict[tuple[int, int], int | None]
"""Capacities by (from, to). None stands for an edge without a bound."""

_Residual = dict[int, dict[int, int]]


def sink_side(edges: Edges, source: int, sink: int) -> set[int]:
    """The nodes on the sink's side of a minimum cut: the fewest nodes if several cuts are least.

    Some cut must be bounded.
    """
    residual = _residual(edges, source, sink)
    while levels := _levels(residual, source, sink):
        unused = {node: list(nearby) for node, nearby in residual.items()}
        while path := _path(residual, levels, unused, source, sink):
            least = min(residual[one][other] for one, other in path)
            for one, other in path:
                residual[one][other] -= least
                residual[other][one] += least
    return _reaching(residual, sink)


def _residual(edges: Edges, source: int, sink: int) -> _Residual:
    """How much may still flow on each edge. An edge without a bound gets more than all bounded edges have together."""
    unbounded = 1 + sum(capacity for capacity in edges.values() if capacity is not None)
    residual: _Residual = {source: {}, sink: {}}
    for (one, other), capacity in edges.items():
        forth = residual.setdefault(one, {})
        forth[other] = forth.get(other, 0) + (unbounded if capacity is None else capacity)
        residual.setdefault(other, {}).setdefault(one, 0)
    return residual


def _levels(residual: _Residual, source: int, sink: int) -> dict[int, int]:
    """The distance of nodes from the source, as far as the sink; empty if the sink is out of reach."""
    levels = {source: 0}
    waiting = deque([source])
    while waiting:
        node = waiting.popleft()
        for other, left in residual[node].items():
            if left and other not in levels:
                levels[other] = levels[node] + 1
                if other == sink:
                    return levels
                waiting.append(other)
    return {}


def _path(
    residual: _Residual, levels: dict[int, int], unused: dict[int, list[int]], source: int, sink: int
) -> list[tuple[int, int]]:
    """A path, one level at a time, along edges with capacity left. Empty if there is no such path. Drops dead ends."""
    path: list[tuple[int, int]] = []
    node = source
    while node != sink:
        nearby = unused[node]
        while nearby and not (residual[node][nearby[-1]] and levels.get(nearby[-1]) == levels[node] + 1):
            nearby.pop()
        if nearby:
            path.append((node, nearby[-1]))
            node = nearby[-1]
        elif path:
            node, _ = path.pop()
            unused[node].pop()
        else:
            return []
    return path


def _reaching(residual: _Residual, sink: int) -> set[int]:
    """The nodes from which something may still flow to the sink."""
    found = {sink}
    waiting = [sink]
    while waiting:
        node = waiting.pop()
        for other in residual[node]:
            if other not in found and residual[other][node]:
                found.add(other)
                waiting.append(other)
    return found
