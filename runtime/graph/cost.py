"""Counting what a graph costs, exactly, from its exchanges. In: a checked graph. Out: rounds and bytes.

A repeat counts as often as it turns. One that ends on a revealed bit has no such number: then the answer is None.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from .correlations import CORRELATIONS, SEEDED
from .nodes import Exchange, Graph, Node, Place, Random, Repeat


def count_rounds(graph: Graph) -> int | None:
    """The number of rounds of all parties together: runs of consecutive exchanges."""
    return _rounds(graph.body)


def count_bytes(graph: Graph) -> tuple[int, ...] | None:
    """What each party sends, without the headers of messages."""
    totals = [0] * len(graph.parties)
    return tuple(totals) if _add_bytes(graph, graph.body, 1, totals) else None


@dataclass(frozen=True, slots=True)
class Peak:
    """The most memory that a party's values take at one time, in bytes, and where in the program that is."""

    bytes: int
    place: Place | None


@dataclass(frozen=True, slots=True)
class Amount:
    """So many values of a kind of correlated randomness, and the bytes that all of them need to be corrected."""

    values: int
    bytes: int


def count_correlations(graph: Graph) -> dict[str, Amount]:
    """What the program needs of each kind: its loops' turns counted, of an `if` both branches.

    Pieces of masks, permutations, and those of all nodes but one, grow out of seeds: only the last node is sent
    anything, its piece of every other value.
    """
    found: dict[str, Amount] = {}
    _add_correlations(graph, graph.body, 1, found)
    return found


def _add_correlations(graph: Graph, nodes: Sequence[Node], times: int, found: dict[str, Amount]) -> None:
    for node in nodes:
        if isinstance(node, Repeat):
            _add_correlations(graph, node.body, times * (1 if node.count is None else node.count), found)
        elif isinstance(node, Random) and node.source in CORRELATIONS:
            before = found.get(node.source, Amount(0, 0))
            size = 0 if node.source in SEEDED else graph.types[node.output].wire_bytes
            found[node.source] = Amount(before.values + times, before.bytes + times * size)


def _rounds(nodes: Sequence[Node]) -> int | None:
    total, in_round = 0, False
    for node in nodes:
        if isinstance(node, Repeat):
            inner = _rounds(node.body)
            if inner is None or (node.count is None and inner > 0):
                return None
            total += inner * (node.count or 0)
        total += isinstance(node, Exchange) and not in_round
        in_round = isinstance(node, Exchange)
    return total


def _add_bytes(graph: Graph, nodes: Sequence[Node], times: int, totals: list[int]) -> bool:
    """Whether all repeats that send anything have a count."""
    for node in nodes:
        if isinstance(node, Exchange):
            for sender, _ in node.routes:
                totals[sender] += times * graph.types[node.value].wire_bytes
        elif isinstance(node, Repeat):
            turns = 1 if node.count is None else node.count
            before = list(totals)
            if not _add_bytes(graph, node.body, times * turns, totals) or (node.count is None and totals != before):
                return False
    return True
