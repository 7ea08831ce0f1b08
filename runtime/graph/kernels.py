"""Which kernels a graph calls. In: a graph. Out: names of the table `signatures`."""

from __future__ import annotations

from .correlations import DERIVED
from .nodes import Graph, Local, Node, Random, Repeat


def kernel_names(graph: Graph) -> frozenset[str]:
    """The kernels that any party of a graph calls, a dealer among them."""
    return frozenset(_kernels(graph.body))


def _kernels(nodes: tuple[Node, ...]) -> set[str]:
    found: set[str] = {"identity"}
    for node in nodes:
        if isinstance(node, Local):
            found.update(step.kernel for step in node.steps)
        elif isinstance(node, Random) and node.source in DERIVED:
            found.add(DERIVED[node.source])
        elif isinstance(node, Repeat):
            found |= _kernels(node.body)
    return found
