"""A place to try rules: shares come in from nowhere and stay shares, so that the graph costs what the rules cost."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from tacit.compiler.passes.rounds.batch_rounds import batch_rounds
from tacit.compiler.protocols.rep3.replicated import Replicated
from tacit.compiler.protocols.rules.expansion import Expansion, Wire, bits, ring
from tacit.compiler.protocols.rules.protocol import Protocol
from tacit.compiler.protocols.rules.shares import Arithmetic, Boolean
from tacit.compiler.protocols.semi2k.additive import Additive
from tacit.runtime.graph.check import check
from tacit.runtime.graph.cost import count_bytes, count_rounds
from tacit.runtime.graph.nodes import DEALER, Declaration, Graph, ValueType
from tacit.runtime.run.party import run_in_memory

Array = np.ndarray[Any, Any]


SETTINGS: dict[str, tuple[type[Protocol], int]] = {
    "rep3": (Replicated, 3),
    "semi2k": (Additive, 2),
    "semi2k-3": (Additive, 3),
}
"""Protocols with their numbers of nodes."""


@dataclass
class Outcome:
    """What came out: values by name, and what it cost."""

    values: dict[str, Array]
    rounds: int
    bytes: tuple[int, ...]
    messages: list[tuple[int, int, int, bytes]]
    graph: Graph


class Bench:
    """Build with `protocol` on shares from `number` and `truth`, `keep` results, then `run`.

    Of each share the component `hidden` (the last if not given) takes what the value adds to the others, which depend
    on the seed alone. A dealer, where the protocol needs one, is the last party.
    """

    def __init__(self, seed: int = 1, clients: int = 0, hidden: int | None = None, setting: str = "rep3") -> None:
        kind, self.nodes = SETTINGS[setting]
        self.hidden = self.nodes - 1 if hidden is None else hidden
        self.random = np.random.default_rng(seed)
        self.g = Expansion(self.nodes, self.nodes + clients)
        self.protocol = kind(self.g)
        self.inputs: list[dict[str, Array]] = [{} for _ in range(self.nodes + clients)]
        self.declared: list[Declaration] = []
        self.kept: dict[str, tuple[str, tuple[int, ...], int]] = {}
        self.outputs: list[Declaration] = []

    def number(self, values: Any) -> Arithmetic:
        """A fresh sharing of integers."""
        x = np.asarray(values).astype(np.int64).view(np.uint64)
        others = [self.random.integers(0, 2**64, x.shape, np.uint64) for _ in range(self.nodes - 1)]
        rest = np.asarray(x - np.sum(others, axis=0, dtype=np.uint64))
        return Arithmetic(self._parts(self._placed(others, rest), ring(x.shape)))

    def truth(self, values: Any, planes: int = 1) -> Boolean:
        """A fresh sharing of the low bits of integers (or of truth values)."""
        x = np.asarray(values).astype(np.int64)
        kind = bits(x.shape, planes)
        plain = to_planes(x, planes)
        others = [self.random.integers(0, 2**64, kind.array_shape, np.uint64) for _ in range(self.nodes - 1)]
        rest = plain ^ np.bitwise_xor.reduce(others)
        return Boolean(self._parts(self._placed(others, rest), kind))

    def owned(self, values: Any, owner: int) -> Wire:
        """Integers or truth values that one party has in the clear."""
        x = np.asarray(values)
        storage = "BOOLEAN" if x.dtype == np.bool_ else "INTEGER"
        kind = ValueType(type(ring(()).storage)[storage], x.shape)
        name = f"in{len(self.declared)}"
        self.declared.append(Declaration(name, "int", x.shape, role=f"p{owner}"))
        self.inputs[owner][name] = x
        return self.g.input(name, kind, (owner,))

    def _placed(self, others: list[Array], rest: Array) -> list[Array]:
        return [*others[: self.hidden], rest, *others[self.hidden :]]

    def _parts(self, components: list[Array], kind: ValueType) -> tuple[Wire, ...]:
        wires = []
        share = f"in{len(self.declared)}"
        self.declared.append(Declaration(share, "int", kind.shape, shares=True))
        for part in range(self.protocol.parts):
            name = f"{share}/{part}"
            wires.append(self.g.input(name, kind, self.g.nodes, shares=True))
            for node in self.g.nodes:
                component = np.ascontiguousarray(components[(node + part) % self.nodes])
                self.inputs[node][name] = component.reshape(kind.array_shape)
        return tuple(wires)

    def keep(self, name: str, share: Arithmetic | Boolean) -> None:
        """Makes the value of a share a result."""
        self._declare(name, "")
        for part, wire in enumerate(share.parts):
            self.g.output(wire, f"{name}/{part}", "", self.g.nodes, kept=True)
        planes = share.planes if isinstance(share, Boolean) else 0
        self.kept[name] = ("share", share.shape, planes)

    def give(self, name: str, wire: Wire, party: int) -> None:
        """Makes what a party holds in the clear a result."""
        self._declare(name, f"p{party}")
        self.g.output(wire, name, f"p{party}", (party,))
        self.kept[name] = (f"p{party}", wire.shape, 0)

    def _declare(self, name: str, role: str) -> None:
        self.outputs.append(Declaration(name, "int", (), role=role))

    def graph(self) -> Graph:
        """The checked graph."""
        names = tuple(f"p{party}" for party in (*self.g.nodes, *self.g.clients))
        roles = {name: party for party, name in enumerate(names)}
        inputs, outputs = tuple(self.declared), tuple(self.outputs)
        preprocessing = DEALER if self.protocol.needs_preprocessing else ""
        everyone = (*names, "dealer") if preprocessing else names
        types, body = tuple(self.g.types), self.g.body
        graph = Graph(
            self.protocol.name, "", everyone, self.nodes, roles, types, body, (), inputs, outputs, preprocessing
        )
        graph = batch_rounds(graph)
        check(graph)
        return graph

    def run(self, keys: Any = None) -> Outcome:
        """All results, each share checked for consistency between its holders."""
        graph = self.graph()
        messages: list[tuple[int, int, int, bytes]] = []
        of_all = [*self.inputs, *({} for _ in graph.parties[len(self.inputs) :])]
        results = run_in_memory(graph, of_all, keys, lambda *message: messages.append(message))
        rounds, sent = count_rounds(graph), count_bytes(graph)
        values = {}
        for name, (role, shape, planes) in self.kept.items():
            if role != "share":
                values[name] = results[int(role[1:])].outputs[role][name]
                continue
            held = range(self.protocol.parts)
            parts = [[result.kept[f"{name}/{part}"] for part in held] for result in results[: self.nodes]]
            values[name] = recombine(parts, shape, planes)
        return Outcome(values, rounds or 0, sent or (), messages, graph)


def recombine(parts: list[list[Array]], shape: tuple[int, ...], planes: int) -> Array:
    """The value of a share from the parts of each node: mine, and for rep3 the next one's, which must be the same."""
    size = int(np.prod(shape))
    numbers = [[from_planes(one, size) if planes else one.reshape(-1) for one in part] for part in parts]
    own = [part[0] for part in numbers]
    for node, (_, *following) in enumerate(numbers):
        for one in following:
            np.testing.assert_array_equal(own[(node + 1) % len(own)], one)
    total = np.bitwise_xor.reduce(own) if planes else np.sum(own, axis=0, dtype=np.uint64)
    return np.asarray(total).view(np.int64).reshape(shape)


def to_planes(x: Array, planes: int) -> Array:
    """uint64[planes, words] of the low bits."""
    flat = x.reshape(-1).view(np.uint64)
    words = (flat.size + 63) // 64
    result = np.zeros((planes, words * 8), np.uint8)
    for plane in range(planes):
        packed = np.packbits(((flat >> np.uint64(plane)) & np.uint64(1)).astype(np.uint8), bitorder="little")
        result[plane, : packed.size] = packed
    return result.view(np.uint64)


def from_planes(planes: Array, size: int) -> Array:
    """The unsigned numbers that the planes spell."""
    result = np.zeros(size, np.uint64)
    for plane, words in enumerate(planes):
        result |= np.unpackbits(words.view(np.uint8), count=size, bitorder="little").astype(np.uint64) << np.uint64(
            plane
        )
    return result


def evaluate(build: Callable[[Bench], Arithmetic | Boolean], seed: int = 1, setting: str = "rep3") -> Outcome:
    """The outcome of one expression, under the name "result"."""
    bench = Bench(seed, setting=setting)
    bench.keep("result", build(bench))
    return bench.run()
