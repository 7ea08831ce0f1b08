"""A place to try rules: shares come in from nowhere and stay shares, so that the graph costs what the rules cost."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from tacit.compiler.passes.batch_rounds import batch_rounds
from tacit.compiler.protocols.replicated import Replicated
from tacit.compiler.protocols.rules import Arithmetic, Boolean, Expansion, Wire, bits, ring
from tacit.runtime.graph.check import check
from tacit.runtime.graph.cost import count_bytes, count_rounds
from tacit.runtime.graph.nodes import Declaration, Graph, ValueType
from tacit.runtime.party import run_in_memory

Array = np.ndarray[Any, Any]


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

    Of each share the component `hidden` takes what the value adds to the two others, which depend on the seed alone.
    """

    def __init__(self, seed: int = 1, clients: int = 0, hidden: int = 2) -> None:
        self.hidden = hidden
        self.random = np.random.default_rng(seed)
        self.g = Expansion(3, 3 + clients)
        self.protocol = Replicated(self.g)
        self.inputs: list[dict[str, Array]] = [{} for _ in self.g.everyone]
        self.declared: list[Declaration] = []
        self.kept: dict[str, tuple[str, tuple[int, ...], int]] = {}
        self.outputs: list[Declaration] = []

    def number(self, values: Any) -> Arithmetic:
        """A fresh sharing of integers."""
        x = np.asarray(values).astype(np.int64).view(np.uint64)
        first, second = (self.random.integers(0, 2**64, x.shape, np.uint64) for _ in range(2))
        return Arithmetic(self._parts(self._placed(first, second, np.asarray(x - first - second)), ring(x.shape)))

    def truth(self, values: Any, planes: int = 1) -> Boolean:
        """A fresh sharing of the low bits of integers (or of truth values)."""
        x = np.asarray(values).astype(np.int64)
        kind = bits(x.shape, planes)
        plain = to_planes(x, planes)
        first, second = (self.random.integers(0, 2**64, kind.array_shape, np.uint64) for _ in range(2))
        return Boolean(self._parts(self._placed(first, second, plain ^ first ^ second), kind))

    def owned(self, values: Any, owner: int) -> Wire:
        """Integers or truth values that one party has in the clear."""
        x = np.asarray(values)
        storage = "BOOLEAN" if x.dtype == np.bool_ else "INTEGER"
        kind = ValueType(type(ring(()).storage)[storage], x.shape)
        name = f"in{len(self.declared)}"
        self.declared.append(Declaration(name, "int", x.shape, role=f"p{owner}"))
        self.inputs[owner][name] = x
        return self.g.input(name, kind, (owner,))

    def _placed(self, first: Array, second: Array, third: Array) -> list[Array]:
        components = [first, second]
        components.insert(self.hidden, third)
        return components

    def _parts(self, components: list[Array], kind: ValueType) -> tuple[Wire, ...]:
        wires = []
        share = f"in{len(self.declared)}"
        self.declared.append(Declaration(share, "int", kind.shape, shares=True))
        for part in range(2):
            name = f"{share}/{part}"
            wires.append(self.g.input(name, kind, (0, 1, 2), shares=True))
            for node in range(3):
                self.inputs[node][name] = np.ascontiguousarray(components[(node + part) % 3]).reshape(kind.array_shape)
        return tuple(wires)

    def keep(self, name: str, share: Arithmetic | Boolean) -> None:
        """Makes the value of a share a result."""
        self._declare(name, "")
        for part, wire in enumerate(share.parts):
            self.g.output(wire, f"{name}/{part}", "", (0, 1, 2), kept=True)
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
        names = tuple(f"p{party}" for party in self.g.everyone)
        roles = {name: party for party, name in enumerate(names)}
        inputs, outputs = tuple(self.declared), tuple(self.outputs)
        graph = Graph("rep3", "", names, 3, roles, tuple(self.g.types), self.g.body, (), inputs, outputs)
        graph = batch_rounds(graph)
        check(graph)
        return graph

    def run(self, keys: Any = None) -> Outcome:
        """All results, each share checked for consistency between its holders."""
        graph = self.graph()
        messages: list[tuple[int, int, int, bytes]] = []
        results = run_in_memory(graph, self.inputs, keys, lambda *message: messages.append(message))
        rounds, sent = count_rounds(graph), count_bytes(graph)
        values = {}
        for name, (role, shape, planes) in self.kept.items():
            if role != "share":
                values[name] = results[int(role[1:])].outputs[role][name]
                continue
            parts = [[result.kept[f"{name}/{part}"] for part in range(2)] for result in results[:3]]
            values[name] = recombine(parts, shape, planes)
        return Outcome(values, rounds or 0, sent or (), messages, graph)


def recombine(parts: list[list[Array]], shape: tuple[int, ...], planes: int) -> Array:
    """The value of a share from (mine, next) of each node."""
    size = int(np.prod(shape))
    if planes:
        own, following = ([from_planes(part[which], size) for part in parts] for which in (0, 1))
    else:
        own, following = ([part[which].reshape(-1) for part in parts] for which in (0, 1))
    for node in range(3):
        np.testing.assert_array_equal(own[(node + 1) % 3], following[node])
    total = own[0] ^ own[1] ^ own[2] if planes else own[0] + own[1] + own[2]
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


def evaluate(build: Callable[[Bench], Arithmetic | Boolean], seed: int = 1) -> Outcome:
    """The outcome of one expression, under the name "result"."""
    bench = Bench(seed)
    bench.keep("result", build(bench))
    return bench.run()
