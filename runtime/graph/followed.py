"""Which repeats the clients of a graph go through. In: a graph. Out: the repeats, by identity.

    a from client 3, exchange 3->0, repeat { nodes only }, exchange 0->3        client 3 skips the repeat
    repeat { exchange 3->0, ... }                                               all clients go through the repeat

The nodes go through every repeat. The clients go through a repeat if something in it happens at any client: a client
computes, draws, sends, receives or is told something there, or holds a value that the repeat carries. Then all clients
go through the repeat, because all parties number their draws and rounds alike. In a graph without clients, every repeat
counts as followed.
"""

from collections.abc import Iterable, Sequence

from .nodes import Constant, Exchange, Graph, Input, Local, Node, Output, Parties, Random, Repeat


def followed(graph: Graph) -> frozenset[int]:
    """The `id`s of the repeats that all nodes and clients go through. Only the nodes go through the other repeats."""
    walk = _Walk(frozenset(graph.clients))
    walk.block(graph.body)
    return frozenset(walk.followed)


def happens_at_clients(graph: Graph, nodes: Sequence[Node]) -> bool:
    """Whether one of these nodes computes, draws, sends, receives or tells something at a client."""
    return _Walk(frozenset(graph.clients)).block(nodes)


class _Walk:
    """The walk over the graph. `theirs` are the values that clients hold."""

    def __init__(self, clients: frozenset[int]) -> None:
        self.clients = clients
        self.theirs: set[int] = set()
        self.followed: set[int] = set()

    def block(self, nodes: Sequence[Node]) -> bool:
        """Whether anything here happens at a client, in inner repeats too."""
        happens = [self.node(node) for node in nodes]  # a list, because every node must be visited: repeats are noted
        return any(happens)

    def node(self, node: Node) -> bool:
        match node:
            case Repeat():
                return self.repeat(node)
            case Input() | Constant() | Random():
                return self.binds(node.output, node.at)
            case Local():
                return self.binds(node.output, [party for step in node.steps for party in step.at])
            case Exchange():
                is_received = self.binds(node.output, [receiver for _, receiver in node.routes])
                return is_received or not self.clients.isdisjoint(sender for sender, _ in node.routes)
            case Output():
                return not self.clients.isdisjoint(node.at)

    def binds(self, value: int, at: Iterable[int]) -> bool:
        happens = not self.clients.isdisjoint(at)
        if happens:
            self.theirs.add(value)
        return happens

    def repeat(self, node: Repeat) -> bool:
        carried = [initial in self.theirs for initial in node.initial]
        for values in (node.parameters, node.outputs):
            self.theirs.update(value for value, is_theirs in zip(values, carried, strict=False) if is_theirs)
        happens = self.block(node.body) or any(carried)
        if happens or not self.clients:
            self.followed.add(id(node))
        return happens


def followers(graph: Graph, is_followed: bool) -> Parties:
    """The parties that go through a repeat. These hold the repeat's condition and its turn's number."""
    return (*range(graph.nodes), *graph.clients) if is_followed else tuple(range(graph.nodes))
