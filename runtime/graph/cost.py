"""Counts what a graph costs, exactly, from its exchanges. In: a checked graph. Out: rounds and bytes.

A repeat counts as often as it turns. Nobody knows how often a repeat turns that ends on a revealed bit: then the answer
is None.
"""

from dataclasses import dataclass

from .correlations import SEEDED, is_correlated
from .nodes import Exchange, Graph, Place
from .walk import by_round, every_block


def count_rounds(graph: Graph) -> int | None:
    """The rounds of the whole graph: runs of consecutive exchanges. None if a conditional repeat has rounds."""
    total = 0
    for block in every_block(graph.body):
        rounds = block.turns * sum(isinstance(step, tuple) for step in by_round(block.nodes))
        if rounds > 0 and not block.is_counted:
            return None
        total += rounds
    return total


def count_bytes(graph: Graph) -> tuple[int, ...] | None:
    """The bytes that each party sends, without headers. None if a party sends some in a conditional repeat."""
    totals = [0] * len(graph.parties)
    for block in every_block(graph.body):
        for node in block.nodes:
            if isinstance(node, Exchange):
                size = block.turns * graph.types[node.value].wire_bytes
                if size > 0 and node.routes and not block.is_counted:
                    return None
                for sender, _ in node.routes:
                    totals[sender] += size
    return tuple(totals)


@dataclass(frozen=True, slots=True)
class Peak:
    """The most memory that a party's values take at one time, in bytes, and where in the program that is."""

    bytes: int
    place: Place | None


@dataclass(frozen=True, slots=True)
class Amount:
    """How many values of a kind of correlated randomness there are, and how many bytes of corrections they need."""

    values: int
    bytes: int


def count_correlations(graph: Graph) -> dict[str, Amount]:
    """How much the program needs of each kind, with all turns of its loops and both branches of each `if`.

    Masks and permutations grow out of seeds, and so do all nodes' pieces of other values but the last node's. Only the
    last node is sent anything: a correction for each value that does not grow out of seeds.
    """
    found: dict[str, Amount] = {}
    for block in every_block(graph.body):
        for node in filter(is_correlated, block.nodes):
            before = found.get(node.source, Amount(0, 0))
            size = 0 if node.source in SEEDED else graph.types[node.output].wire_bytes
            found[node.source] = Amount(before.values + block.turns, before.bytes + block.turns * size)
    return found
