"""The nodes of a protocol graph as a list of steps that know what they read. In: a `Graph`. Out: `Step`s.

Every picture and every exported format counts from this list, so a step has the same number in all of them.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from ....runtime.graph.nodes import (
    Constant,
    Exchange,
    Graph,
    Input,
    Local,
    Node,
    Output,
    Parties,
    Place,
    Random,
    Repeat,
    Storage,
    ValueType,
)

SHARES = ("arithmetic", "boolean", "clear", "random")
"""What a step's content is to the parties that hold it: the colours of pictures."""

_SHARE_OF = {
    Storage.RING: "arithmetic",
    Storage.WORD32: "arithmetic",
    Storage.WORD16: "arithmetic",
    Storage.BITS: "boolean",
    Storage.INTEGER: "clear",
    Storage.BOOLEAN: "clear",
}
_LONGEST = 40
"""How many characters of a message or a constant a label shows at most."""


@dataclass(frozen=True, slots=True)
class Read:
    """A value that a step reads, and the step that made it. `carried`: a turn reads it from the turn before."""

    maker: int
    value: int
    carried: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """One node of the graph. `repeat` is the step whose body it is in; `value` is what it makes or gives away."""

    number: int
    node: Node
    label: str
    share: str
    parties: Parties
    place: Place | None
    repeat: int | None
    value: ValueType | None
    reads: tuple[Read, ...]

    @property
    def kind(self) -> str:
        """input, constant, random, local, exchange, output or repeat."""
        return type(self.node).__name__.lower()

    @property
    def sent(self) -> int:
        """The bytes that an exchange sends in one turn, along all its routes together; 0 for any other node."""
        return self.value.wire_bytes * len(self.node.routes) if isinstance(self.node, Exchange) and self.value else 0


def steps_of(graph: Graph) -> list[Step]:
    """All nodes in order. A repeat comes before the nodes of its body."""
    walk = _Walk(graph)
    walk.block(graph.body, None)
    return walk.steps


class _Walk:
    """A walk over a graph. `made_by` maps each value to the step that made it."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.steps: list[Step] = []
        self.made_by: dict[int, int] = {}

    def block(self, nodes: Sequence[Node], repeat: int | None) -> None:
        for node in nodes:
            number = len(self.steps)
            value = _value(node)
            reads = tuple(Read(self.made_by[read], read) for read in _reads(node))
            self.steps.append(
                Step(
                    number,
                    node,
                    _label(node),
                    self._share(node, value),
                    _parties(node),
                    self.graph.places[node.span] if 0 <= node.span < len(self.graph.places) else None,
                    repeat,
                    None if value is None else self.graph.types[value],
                    reads,
                )
            )
            if isinstance(node, Repeat):
                self._repeat(node, number)
            elif not isinstance(node, Output):
                self.made_by[node.output] = number

    def _repeat(self, node: Repeat, number: int) -> None:
        self.made_by.update(dict.fromkeys(node.bound, number))
        self.block(node.body, number)
        carried = tuple(Read(self.made_by[value], value, carried=True) for value in node.renewed)
        inside = {party for step in self.steps[number + 1 :] for party in step.parties}
        own = self.steps[number]
        self.steps[number] = replace(own, reads=own.reads + carried, parties=tuple(sorted(inside)))
        self.made_by.update(dict.fromkeys(node.outputs, number))

    def _share(self, node: Node, value: int | None) -> str:
        if isinstance(node, Random):
            return "random"
        return "clear" if value is None else _SHARE_OF[self.graph.types[value].storage]


def _value(node: Node) -> int | None:
    if isinstance(node, Repeat):
        return None
    return node.value if isinstance(node, Output) else node.output


def _reads(node: Node) -> Iterator[int]:
    if isinstance(node, Local):
        yield from dict.fromkeys(value for step in node.steps for value in step.inputs)
    elif isinstance(node, Exchange | Output):
        yield node.value
    elif isinstance(node, Repeat):
        yield from node.taken


def _parties(node: Node) -> Parties:
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


def label_at(step: Step, party: int) -> str:
    """The label at one party, which may do something else than the others."""
    if not isinstance(step.node, Local):
        return step.label
    return next((each.kernel for each in step.node.steps if party in each.at), step.label)


def details(step: Step) -> str:
    """The step's attributes in a few words, which distinguish it from other steps with its label."""
    node = step.node
    if isinstance(node, Local):
        told = {name: value for each in node.steps for name, value in each.attributes.items()}
    else:
        told = dict(node.attributes) if isinstance(node, Random) else {}
    return ", ".join(f"{name}={str(value)[:_LONGEST]}" for name, value in told.items())


def type_text(value: ValueType | None) -> str:
    """A value's type as people read it: `ring[32, 30]`, `bits[100] x 64`."""
    if value is None:
        return ""
    shape = f"[{', '.join(map(str, value.shape))}]" if value.shape else ""
    planes = f" x {value.planes}" if value.storage is Storage.BITS else ""
    return f"{value.storage.value}{shape}{planes}"
