"""Which kernels a graph calls. In: a graph. Out: names of the table `signatures`."""

from .correlations import DERIVED
from .nodes import Graph, Local, Random
from .walk import every_node


def kernel_names(graph: Graph) -> frozenset[str]:
    """The kernels that the parties of a graph call, a dealer included."""
    found: set[str] = {"identity"}
    for node in every_node(graph.body):
        if isinstance(node, Local):
            found.update(step.kernel for step in node.steps)
        elif isinstance(node, Random) and node.source in DERIVED:
            found.add(DERIVED[node.source])
    return frozenset(found)
