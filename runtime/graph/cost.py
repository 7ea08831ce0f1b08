"""Counting what a graph costs, exactly, from its exchanges. In: a checked graph. Out: rounds and bytes.

A repeat counts as often as it turns. One that ends on a revealed bit has no such number: then the answer is None.
"""

from collections.abc import Sequence

from .nodes import Exchange, Graph, Node, Repeat


def count_rounds(graph: Graph) -> int | None:
    """The number of rounds of all parties together: runs of consecutive exchanges."""
    return _rounds(graph.body)


def count_bytes(graph: Graph) -> tuple[int, ...] | None:
    """What each party sends, without the headers of messages."""
    totals = [0] * len(graph.parties)
    return tuple(totals) if _add_bytes(graph, graph.body, 1, totals) else None


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
