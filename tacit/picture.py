"""A protocol graph as a networkx graph, to look at and to compute on. In: a `Graph`. Out: a `MultiDiGraph`."""

from collections.abc import Iterator
from typing import Any

import networkx

from .runtime.graph.nodes import Constant, Exchange, Graph, Input, Local, Node, Output, Random, Repeat


def to_networkx(graph: Graph) -> Any:
    """One node for each node of the protocol, one edge for each value between two of them.

    Nodes have `kind`, `parties` (names), `line` (of the program, 0 if unknown), `repeat` (the node whose body they are
    in, or None) and `label`; edges `value`, `storage`, `shape` and `bytes` (on the wire, once). What a repeat carries
    from turn to turn is an edge back to it, with `carried` true.
    """
    picture = networkx.MultiDiGraph(protocol=graph.protocol, program=graph.program, parties=graph.parties)
    _Drawing(graph, picture).block(graph.body, None)
    return picture


class _Drawing:
    """One walk over the nodes; `made_by` says which node made a value."""

    def __init__(self, graph: Graph, picture: Any) -> None:
        self.graph = graph
        self.picture = picture
        self.made_by: dict[int, int] = {}

    def block(self, nodes: tuple[Node, ...], repeat: int | None) -> None:
        for node in nodes:
            number = self.picture.number_of_nodes()
            place = self.graph.places[node.span] if 0 <= node.span < len(self.graph.places) else None
            self.picture.add_node(
                number,
                kind=type(node).__name__.lower(),
                label=_label(node),
                parties=tuple(self.graph.parties[party] for party in _parties(node)),
                line=0 if place is None else place.line,
                repeat=repeat,
            )
            for value in _reads(node):
                self._edge(value, number, carried=False)
            if isinstance(node, Repeat):
                self._repeat(node, number)
            elif not isinstance(node, Output):
                self.made_by[node.output] = number

    def _repeat(self, node: Repeat, number: int) -> None:
        inner = (*node.parameters, *(() if node.index is None else (node.index,)))
        self.made_by.update(dict.fromkeys(inner, number))
        self.block(node.body, number)
        for value in (*node.results, *(() if node.next_condition is None else (node.next_condition,))):
            self._edge(value, number, carried=True)
        self.made_by.update(dict.fromkeys(node.outputs, number))

    def _edge(self, value: int, target: int, carried: bool) -> None:
        type_ = self.graph.types[value]
        told = {"storage": type_.storage.value, "shape": type_.shape, "bytes": type_.wire_bytes}
        self.picture.add_edge(self.made_by[value], target, value=value, carried=carried, **told)


def _reads(node: Node) -> Iterator[int]:
    if isinstance(node, Local):
        yield from dict.fromkeys(value for step in node.steps for value in step.inputs)
    elif isinstance(node, Exchange | Output):
        yield node.value
    elif isinstance(node, Repeat):
        yield from node.initial
        if node.condition is not None:
            yield node.condition


def _parties(node: Node) -> tuple[int, ...]:
    if isinstance(node, Local):
        return tuple(sorted(party for step in node.steps for party in step.at))
    if isinstance(node, Exchange):
        return tuple(sorted({party for route in node.routes for party in route}))
    return () if isinstance(node, Repeat) else node.at


def _label(node: Node) -> str:
    match node:
        case Input() | Output():
            return node.name
        case Constant():
            return str(node.data.item()) if node.data.size == 1 else "constant"
        case Random():
            return node.source
        case Local():
            return ", ".join(dict.fromkeys(step.kernel for step in node.steps))
        case Exchange():
            return ", ".join(f"{sender} -> {receiver}" for sender, receiver in node.routes)
        case Repeat():
            return "while" if node.count is None else f"{node.count} times"
