"""A protocol graph as lines to read, for people who work on the compiler. In: a graph. Out: text.

    protocol rep3
    nodes alice, bob, helper
    %0 : integer [4] = input "x"  at alice  @ test.mpc:3
    %1 : ring [4] = stream  at alice, helper
    %2 : ring [4] = ring.subtract(%0, %1)  at alice  @ test.mpc:3
    -- a round
    %3 : ring [4] = exchange %2  alice -> bob  @ test.mpc:3

Exchanges below one line `-- a round` travel together. Nothing reads a listing back: a graph's file is for that.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ...runtime.graph.nodes import (
    ROLE_EVERYONE,
    Constant,
    Exchange,
    Graph,
    Input,
    Local,
    Node,
    Output,
    Parties,
    Random,
    Repeat,
)
from ...runtime.graph.walk import by_round

_PADDING = "  "
_LONGEST = 8
"""How many numbers of a constant or an attribute are shown."""


def list_graph(graph: Graph) -> str:
    """All nodes in order, one a line, with their types, their parties and their lines in the source."""
    parties = graph.parties
    lines = [f"protocol {graph.protocol}", f"nodes {', '.join(parties[: graph.nodes])}"]
    if parties[graph.nodes :]:
        lines.append(f"others {', '.join(parties[graph.nodes :])}")
    return "\n".join([*lines, *_Listing(graph).block(graph.body, "")]) + "\n"


class _Listing:
    """The lines for one graph."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph

    def block(self, nodes: Sequence[Node], padding: str) -> Iterator[str]:
        for step in by_round(nodes):
            if isinstance(step, tuple):
                yield f"{padding}-- a round"
                for exchange in step:
                    yield from self._lines(exchange, padding)
            else:
                yield from self._lines(step, padding)

    def _lines(self, node: Node, padding: str) -> Iterator[str]:
        if isinstance(node, Repeat):
            yield from self._repeat(node, padding)
            return
        place = self._place(node.span)
        if isinstance(node, Output):
            told = "kept as shares" if node.kept else f"to {node.role}" if node.role != ROLE_EVERYONE else "to everyone"
            yield f"{padding}output %{node.value} as {node.name!r}  {told}{place}"
            return
        for number, made in enumerate(self._makes(node)):
            begin = f"%{node.output} : {self._type(node.output)} ="
            yield f"{padding}{begin if number == 0 else 'or'.rjust(len(begin))} {made}{place}"

    def _makes(self, node: Input | Constant | Random | Local | Exchange) -> Iterator[str]:
        """What computes a node's value. Of a local node, a text for each group of parties that does the same."""
        match node:
            case Input():
                yield f"input {node.name!r}{self._at(node.at)}"
            case Constant():
                yield f"constant {_shown(node.data.ravel()[: _LONGEST + 1].tolist())}{self._at(node.at)}"
            case Random():
                yield f"{node.source}{_given(node.inputs, node.attributes)}{self._at(node.at)}"
            case Local():
                for step in node.steps:
                    yield f"{step.kernel}{_given(step.inputs, step.attributes)}{self._at(step.at)}"
            case Exchange():
                names = self._graph.parties
                routes = ", ".join(f"{names[sender]} -> {names[receiver]}" for sender, receiver in node.routes)
                yield f"exchange %{node.value}  {routes}"

    def _repeat(self, node: Repeat, padding: str) -> Iterator[str]:
        turns = f"{node.count} times" if node.condition is None else f"while %{node.condition}"
        index = "" if node.index is None else f", turn %{node.index}"
        carried = _pairs(node.parameters, node.initial)
        yield f"{padding}repeat {turns}{index} ({carried}) {{{self._place(node.span)}"
        yield from self.block(node.body, padding + _PADDING)
        renewed = "" if node.next_condition is None else f", while %{node.next_condition}"
        yield f"{padding}}} next ({_pairs(node.parameters, node.results)}{renewed}) gives {_values(node.outputs)}"

    def _type(self, value: int) -> str:
        kind = self._graph.types[value]
        planes = f" of {kind.planes}" if kind.planes else ""
        return f"{kind.storage.value}{planes} {list(kind.shape)}"

    def _at(self, at: Parties) -> str:
        names = self._graph.parties
        return f"  at {', '.join(names[party] for party in at)}"

    def _place(self, span: int) -> str:
        if span < 0:
            return ""
        place = self._graph.places[span]
        return f"  @ {place.source}:{place.line}"


def _given(inputs: Sequence[int], attributes: Mapping[str, Any]) -> str:
    """The operands and attributes of a call; empty if there are none."""
    named = [f"{name}={_shown(value)}" for name, value in attributes.items()]
    given = ", ".join([*(f"%{value}" for value in inputs), *named])
    return f"({given})" if given else ""


def _shown(value: object) -> str:
    """A number or a text; of many, the first."""
    if not isinstance(value, list | tuple):
        return repr(value)
    more = ["..."] if len(value) > _LONGEST else []
    return f"[{', '.join([*map(_shown, value[:_LONGEST]), *more])}]"


def _pairs(bound: Sequence[int], values: Sequence[int]) -> str:
    return ", ".join(f"%{name} = %{value}" for name, value in zip(bound, values, strict=True))


def _values(values: Sequence[int]) -> str:
    return ", ".join(f"%{value}" for value in values) or "nothing"
