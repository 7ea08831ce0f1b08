"""Counting what a graph costs, exactly, from its exchanges. In: a checked graph. Out: rounds and bytes.

A repeat counts as often as it turns. One that ends on a revealed bit has no such number: then the answer is None.
"""

from dataclasses import dataclass

from .correlations import SEEDED, is_correlated
from .nodes import Exchange, Graph, Place
from .walk import by_round, every_block


def count_rounds(graph: Graph) -> int | None:
    """The number of rounds of all parties together: runs of consecutive exchanges."""
    total = 0
    for block in every_block(graph.body):
        rounds = block.turns * sum(isinstance(step, tuple) for step in by_round(block.nodes))
        if rounds > 0 and not block.is_counted:
            return None
        total += rounds
    return total


def count_bytes(graph: Graph) -> tuple[int, ...] | None:
    """What each party sends, without the headers of messages."""
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
    """So many values of a kind of correlated randomness, and the bytes that all of them need to be corrected."""

    values: int
    bytes: int


def count_correlations(graph: Graph) -> dict[str, Amount]:
    """What the program needs of each kind: its loops' turns counted, of an `if` both branches.

    Pieces of masks, permutations, and those of all nodes but one, grow out of seeds: only the last node is sent
    anything, its piece of every other value.
    """
    found: dict[str, Amount] = {}
    for block in every_block(graph.body):
        for node in filter(is_correlated, block.nodes):
            before = found.get(node.source, Amount(0, 0))
            size = 0 if node.source in SEEDED else graph.types[node.output].wire_bytes
            found[node.source] = Amount(before.values + block.turns, before.bytes + block.turns * size)
    return found
