"""A protocol graph under construction. In: calls of a protocol's rules. Out: the nodes of the graph, in order.

This module knows wires, kernels and parties. The rules know what is a share and what is secret.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import numpy as np

from ....runtime.graph.correlations import count_correlated
from ....runtime.graph.nodes import (
    Constant,
    Exchange,
    Input,
    Local,
    Node,
    Output,
    Parties,
    Random,
    Repeat,
    Step,
    Storage,
    ValueType,
)
from ...target import Target


@dataclass(frozen=True, slots=True)
class Wire:
    """A value of the graph: its number, its layout in memory, and the parties that hold it (each its own content)."""

    id: int
    type: ValueType
    at: Parties

    @property
    def shape(self) -> tuple[int, ...]:
        """The logical shape."""
        return self.type.shape


def ring(shape: tuple[int, ...]) -> ValueType:
    """The type of ring elements in this shape."""
    return ValueType(Storage.RING, shape)


def bits(shape: tuple[int, ...], planes: int) -> ValueType:
    """The type of `planes` bit planes over this shape."""
    return ValueType(Storage.BITS, shape, planes)


def integers(shape: tuple[int, ...]) -> ValueType:
    """The type of integers in the clear in this shape."""
    return ValueType(Storage.INTEGER, shape)


def booleans(shape: tuple[int, ...]) -> ValueType:
    """The type of truth values in the clear in this shape."""
    return ValueType(Storage.BOOLEAN, shape)


@dataclass(frozen=True, slots=True)
class Call:
    """A kernel and what it is applied to: what some of the parties do in `Expansion.choose`."""

    kernel: str
    inputs: tuple[Wire, ...]
    attributes: dict[str, Any] = field(default_factory=dict)


def call(kernel: str, *inputs: Wire, **attributes: Any) -> Call:
    """Builds a `Call`; reads like the call of a function."""
    return Call(kernel, inputs, attributes)


class Expansion:
    """A protocol graph under construction. New nodes carry `span`; `roles` maps each role to its party."""

    @classmethod
    def of(cls, target: Target) -> Expansion:
        """An empty graph for the parties of a target."""
        return cls(target.nodes, target.dealers.start, target.roles)

    def __init__(self, nodes: int, parties: int, roles: Mapping[str, int] = MappingProxyType({})) -> None:
        self.roles = roles
        self.nodes: Parties = tuple(range(nodes))
        self.clients: Parties = tuple(range(nodes, parties))
        self.types: list[ValueType] = []
        self.span = -1
        self._blocks: list[_Block] = [_Block()]
        self._depths: list[int] = []

    @contextmanager
    def beside(self, *values: Wire) -> Iterator[None]:
        """Inside the `with`, nodes are added to the innermost block that binds any of the values, not to this block.

        So such a node runs once for all turns of the repeats between. Its value also serves what follows the repeats.
        """
        depth = max(self._depths[value.id] for value in values)
        inner = self._blocks[depth + 1 :]
        del self._blocks[depth + 1 :]
        yield
        self._blocks += inner

    @property
    def has_correlations_here(self) -> bool:
        """Whether the block under construction takes correlated randomness, at any depth."""
        return count_correlated(self._blocks[-1].nodes) > 0

    @property
    def body(self) -> tuple[Node, ...]:
        """The nodes so far, outside of any repeat."""
        return tuple(self._blocks[0].nodes)

    # Ambients: state that a protocol carries through a run, such as what has been sent and not been compared yet.

    def declare(self, name: str, value: Wire) -> None:
        """Begins an ambient: a value that every repeat and every branch from here on carries through its turns.

        Raises ValueError inside a repeat, where the ambient would end with the turn, and for a name in use.
        """
        if len(self._blocks) > 1 or name in self._blocks[0].ambients:
            raise ValueError(f"the ambient {name!r} is declared once, outside of all repeats")
        self._blocks[0].ambients[name] = value

    def ambient(self, name: str) -> Wire:
        """The value of an ambient at this place of the graph."""
        return self._blocks[-1].ambients[name]

    def renew(self, name: str, value: Wire) -> None:
        """Gives an ambient a new value from here on. Raises ValueError for another type or for missing holders."""
        before = self.ambient(name)
        if value.type != before.type or not set(before.at) <= set(value.at):
            raise ValueError(f"the ambient {name!r} is {before} and cannot become {value}")
        self._blocks[-1].ambients[name] = value

    @property
    def ambients(self) -> tuple[Wire, ...]:
        """The values of all ambients at this place of the graph."""
        return tuple(self._blocks[-1].ambients.values())

    def constant(self, data: np.ndarray[Any, Any] | int | bool, type: ValueType, at: Parties | None = None) -> Wire:
        """Public data at the parties `at` (default: the nodes). A single element fills the whole shape."""
        wire = self._wire(type, self.nodes if at is None else at)
        if isinstance(data, np.ndarray):
            array = data.astype(type.dtype, copy=False)
        else:
            array = np.array(int(data) % 2**64 if type.dtype is np.uint64 else data).astype(type.dtype)
        self._add(Constant(wire.id, array, wire.at, self.span))
        return wire

    def stream(self, type: ValueType, at: Iterable[int]) -> Wire:
        """Fresh uniform content that the parties `at` share and nobody else knows."""
        wire = self._wire(type, tuple(sorted(at)))
        self._add(Random(wire.id, "stream", wire.at, {}, self.span))
        return wire

    def permutation(self, rows: int, at: Iterable[int]) -> Wire:
        """A fresh uniform permutation of so many rows that the parties `at` share and nobody else knows."""
        wire = self._wire(ValueType(Storage.WORD32, (rows,)), tuple(sorted(at)))
        self._add(Random(wire.id, "permutation", wire.at, {}, self.span))
        return wire

    def zero(self, type: ValueType) -> Wire:
        """A fresh sharing of zero among the nodes."""
        return self.random("zero", type)

    def random(self, source: str, type: ValueType, *inputs: Wire, **attributes: Any) -> Wire:
        """Randomness of the kind `source` at all nodes, correlated with `inputs`."""
        wire = self._wire(type, self.nodes)
        self._add(Random(wire.id, source, self.nodes, attributes, self.span, tuple(value.id for value in inputs)))
        return wire

    def local(self, kernel: str, type: ValueType, *inputs: Wire, at: Parties | None = None, **attributes: Any) -> Wire:
        """The same kernel at the parties `at` (default: whoever holds all inputs; without inputs, the nodes)."""
        if at is None:
            at = _common(inputs) if inputs else self.nodes
        return self.choose(type, (at, Call(kernel, inputs, attributes)))

    def choose(self, type: ValueType, *steps: tuple[Parties, Call]) -> Wire:
        """One value that different parties compute in different ways.

        Raises ValueError if a party would read a value that it does not hold.
        """
        for at, step in steps:
            for wire in step.inputs:
                if at != wire.at and not set(at) <= set(wire.at):
                    raise ValueError(f"{step.kernel} at {at} reads a value that only {wire.at} hold")
        wire = self._wire(type, tuple(sorted(party for at, _ in steps for party in at)))
        done = tuple(Step(at, c.kernel, tuple(w.id for w in c.inputs), c.attributes) for at, c in steps if at)
        self._add(Local(wire.id, done, self.span))
        return wire

    def verify(self, bit: Wire, claim: str) -> Wire:
        """The public truth value `bit`. A party that finds it false stops: a peer has cheated.

        `claim` says in public words what should hold. A value waits for this check only if it depends on the result;
        see `after`.
        """
        return self.local("verify", bit.type, bit, claim=claim)

    def after(self, value: Wire, *others: Wire) -> Wire:
        """The value, available only once the others are: so what a party opens can wait for what it has verified."""
        for other in others:
            value = self.local("after", value.type, value, other)
        return value

    def rows(self, value: Wire) -> list[Wire]:
        """The rows of an array, each as a value of its own. Rows are parts of the array's memory; nothing is copied."""
        count, *shape = value.type.shape
        stops = tuple(shape)
        row = ValueType(value.type.storage, (1, *shape))
        parts = [
            self.local(
                "slice",
                row,
                value,
                starts=(number, *(0 for _ in shape)),
                stops=(number + 1, *stops),
                steps=(1,) * len(row.shape),
            )
            for number in range(count)
        ]
        kind = ValueType(value.type.storage, stops)
        return [self.local("reshape", kind, part, shape=stops) for part in (parts if count > 1 else [value])]

    def exchange(self, value: Wire, *routes: tuple[int, int]) -> Wire:
        """`value`, sent along the routes (sender, receiver), as the receivers got it."""
        wire = self._wire(value.type, tuple(sorted(receiver for _, receiver in routes)))
        self._add(Exchange(wire.id, value.id, routes, self.span))
        return wire

    def send(self, value: Wire, to: Parties) -> Wire:
        """The value at exactly the parties `to`. The first holder sends it to those that lack it."""
        lacking = tuple(party for party in to if party not in value.at)
        if not lacking:
            return self.kept_at(value, to)
        sent = self.exchange(value, *((value.at[0], party) for party in lacking))
        holding = tuple(party for party in to if party in value.at)
        return self.choose(value.type, (holding, call("identity", value)), (lacking, call("identity", sent)))

    def kept_at(self, value: Wire, at: Parties) -> Wire:
        """The value at the parties `at` alone; they must be among its holders."""
        return value if value.at == at else self.local("identity", value.type, value, at=at)

    def input(self, name: str, type: ValueType, at: Parties, shares: bool = False) -> Wire:
        """An input: a private value of the party `at`, a public value at all parties, or a stored share at the nodes.

        The node stands outside all repeats, wherever the call is made.
        """
        inner, self._blocks = self._blocks, self._blocks[:1]
        wire = self._wire(type, at)
        self._add(Input(wire.id, name, at, shares, self.span))
        self._blocks = inner
        return wire

    def output(self, value: Wire, name: str, role: str, at: Parties, kept: bool = False) -> None:
        """Gives `value` to a role, or keeps it as a share if `kept`."""
        self._add(Output(value.id, name, role, at, kept, self.span))

    def repeat(
        self,
        count: int,
        initial: Sequence[Wire],
        body: Callable[[Wire, list[Wire]], Sequence[Wire]],
        at: Parties | None = None,
    ) -> list[Wire]:
        """Applies `body(turn number, carried)` `count` times. Returns what is carried at the end.

        The parties `at` (default: the nodes) hold the turn's number. Raises ValueError if `body` yields a value of
        another type than it was given, or at fewer parties.
        """
        index: list[Wire] = []

        def turn() -> tuple[list[Wire], Sequence[Wire]]:
            index.append(self._wire(integers(()), self.nodes if at is None else at))
            parameters = self._enter(initial)
            return parameters, body(index[0], list(parameters))

        turned = self._inside(turn)
        return self._close(turned, initial, count=count, index=index[0].id)

    def repeat_while(
        self, condition: Wire, initial: Sequence[Wire], body: Callable[[list[Wire]], tuple[Wire, Sequence[Wire]]]
    ) -> list[Wire]:
        """Applies `body(carried)` while the public condition holds; `body` returns the next condition and the values.

        Returns what is carried at the end. Raises ValueError as `repeat` does.
        """
        renewed: list[Wire] = []

        def turn() -> tuple[list[Wire], Sequence[Wire]]:
            parameters = self._enter(initial)
            next_condition, results = body(list(parameters))
            renewed.append(next_condition)
            return parameters, results

        turned = self._inside(turn)
        return self._close(turned, initial, condition=condition.id, next_condition=renewed[0].id)

    def _enter(self, initial: Sequence[Wire]) -> list[Wire]:
        """The parameters of a body. Each ambient also gets a parameter, which is its value inside."""
        parameters = [self._wire(wire.type, wire.at) for wire in initial]
        around, here = self._blocks[-2:]
        here.entered = {name: self._wire(wire.type, wire.at) for name, wire in around.ambients.items()}
        here.ambients = dict(here.entered)
        return parameters

    def _inside(self, build: Callable[[], tuple[list[Wire], Sequence[Wire]]]) -> _Turn:
        self._blocks.append(_Block())
        parameters, results = build()
        block = self._blocks.pop()
        inside, end = [*parameters, *block.entered.values()], [*results, *block.ambients.values()]
        return _Turn(tuple(block.nodes), inside, end)

    def _close(self, turned: _Turn, initial: Sequence[Wire], **control: Any) -> list[Wire]:
        # Read the ambients here: `beside` may have renewed one outside while the body was under construction.
        ambients = self._blocks[-1].ambients
        start = [*initial, *ambients.values()]
        for parameter, result in zip(turned.parameters, turned.results, strict=True):
            if parameter.type != result.type or not set(parameter.at) <= set(result.at):
                raise ValueError(f"a repeat carries {parameter} but its body yields {result}")
        outputs = [self._wire(wire.type, wire.at) for wire in turned.parameters]
        begin, inside, end, after = (
            tuple(wire.id for wire in wires) for wires in (start, turned.parameters, turned.results, outputs)
        )
        self._add(Repeat(turned.nodes, begin, inside, end, after, span=self.span, **control))
        ambients.update(zip(ambients, outputs[len(initial) :], strict=True))
        return outputs[: len(initial)]

    def _wire(self, type: ValueType, at: Parties) -> Wire:
        self.types.append(type)
        self._depths.append(len(self._blocks) - 1)
        return Wire(len(self.types) - 1, type, at)

    def _add(self, node: Node) -> None:
        self._blocks[-1].nodes.append(node)


@dataclass(slots=True)
class _Block:
    """Nodes under construction, and each ambient's value on entry and now."""

    nodes: list[Node] = field(default_factory=list)
    entered: dict[str, Wire] = field(default_factory=dict)
    ambients: dict[str, Wire] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Turn:
    """A body: its nodes, its parameters and its results. The ambients' parameters and results come last."""

    nodes: tuple[Node, ...]
    parameters: list[Wire]
    results: list[Wire]


def _common(wires: Sequence[Wire]) -> Parties:
    first = wires[0].at
    if all(wire.at == first for wire in wires):
        return first
    return tuple(sorted(set(first).intersection(*(wire.at for wire in wires))))


def structural(
    g: Expansion, kernel: str, shape: tuple[int, ...], wires: Sequence[Wire], attributes: dict[str, Any]
) -> Wire:
    """A structural kernel on a wire of any storage (on several for `concat` and `update`).

    `shape` is the shape of the result. Kernels for bits are also told the shapes of their inputs.
    """
    first = wires[0].type
    result = ValueType(first.storage, shape, first.planes)
    if first.storage is not Storage.BITS:
        return g.local(kernel, result, *wires, **attributes)
    shapes = tuple(wire.shape for wire in wires if wire.type.storage is Storage.BITS)
    told = {"shapes": shapes, "shape": shape}
    return g.local(f"bits.{kernel}", result, *wires, **{**attributes, **told})
