"""What a protocol is: rules that expand secure operations into nodes of a protocol graph.

In: shares (wires of the graph under construction). Out: shares, and the nodes that `Expansion` has collected.
`Expansion` knows nodes and wires only; `Protocol` is the list of primitives that `circuits`, `numeric` and `operations`
are written in. What is linear works on each part of a share alone and is written here, once for all protocols; what
needs communication or knows which component is whose is abstract.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

import numpy as np

from ...runtime.graph.nodes import (
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


@dataclass(frozen=True, slots=True)
class Wire:
    """A value of the graph: its number, how it lies in memory, and the parties that hold it (each its own content)."""

    id: int
    type: ValueType
    at: Parties

    @property
    def shape(self) -> tuple[int, ...]:
        """The logical shape."""
        return self.type.shape


@dataclass(frozen=True, slots=True)
class Clear:
    """A value in the clear (INTEGER or BOOLEAN) at the parties that hold the wire: public if these are all."""

    wire: Wire

    @property
    def shape(self) -> tuple[int, ...]:
        """The logical shape."""
        return self.wire.type.shape

    @property
    def parts(self) -> tuple[Wire, ...]:
        """The wires, as for shares."""
        return (self.wire,)

    def with_parts(self, parts: Sequence[Wire]) -> Clear:
        """The same kind of value on other wires."""
        return Clear(*parts)


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """A sharing over Z_2^64; what each part (RING) means is the protocol's affair."""

    parts: tuple[Wire, ...]

    @property
    def shape(self) -> tuple[int, ...]:
        """The logical shape."""
        return self.parts[0].type.shape

    def with_parts(self, parts: Sequence[Wire]) -> Arithmetic:
        """The same kind of value on other wires."""
        return Arithmetic(tuple(parts))


@dataclass(frozen=True, slots=True)
class Boolean:
    """A bitwise XOR sharing of `planes` bits for each element, bit-sliced (BITS): plane 0 is the lowest bit."""

    parts: tuple[Wire, ...]

    @property
    def shape(self) -> tuple[int, ...]:
        """The logical shape."""
        return self.parts[0].type.shape

    @property
    def planes(self) -> int:
        """The number of bits of each element."""
        return self.parts[0].type.planes

    def with_parts(self, parts: Sequence[Wire]) -> Boolean:
        """The same kind of value on other wires."""
        return Boolean(tuple(parts))


Share = Clear | Arithmetic | Boolean
Shared = TypeVar("Shared", Arithmetic, Boolean)


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
    """A kernel and what it is applied to: one side of `Expansion.choose`."""

    kernel: str
    inputs: tuple[Wire, ...]
    attributes: dict[str, Any] = field(default_factory=dict)


def call(kernel: str, *inputs: Wire, **attributes: Any) -> Call:
    """A `Call`, written like one."""
    return Call(kernel, inputs, attributes)


class Expansion:
    """A protocol graph under construction. `span` is the place that new nodes carry."""

    def __init__(self, nodes: int, parties: int) -> None:
        self.nodes: Parties = tuple(range(nodes))
        self.everyone: Parties = tuple(range(parties))
        self.types: list[ValueType] = []
        self.span = -1
        self._blocks: list[list[Node]] = [[]]

    @property
    def body(self) -> tuple[Node, ...]:
        """The nodes so far, outside of any repeat."""
        return tuple(self._blocks[0])

    def constant(self, data: np.ndarray[Any, Any] | int | bool, type: ValueType, at: Parties | None = None) -> Wire:
        """Public data at the parties `at` (all of them if not given); one element fills the whole shape."""
        wire = self._wire(type, self.everyone if at is None else at)
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

    def zero(self, type: ValueType) -> Wire:
        """A fresh sharing of zero among the nodes."""
        return self.random("zero", type, self.nodes)

    def random(self, source: str, type: ValueType, at: Parties, **attributes: Any) -> Wire:
        """Correlated randomness of the kind `source`."""
        wire = self._wire(type, at)
        self._add(Random(wire.id, source, at, attributes, self.span))
        return wire

    def local(
        self, kernel: str, type: ValueType, *inputs: Wire, at: Parties | None = None, **attributes: Any
    ) -> Wire:
        """The same kernel at the parties `at`: those that hold all inputs if not given (the nodes if it has none)."""
        if at is None:
            at = _common(inputs) if inputs else self.nodes
        return self.choose(type, (at, Call(kernel, inputs, attributes)))

    def choose(self, type: ValueType, *steps: tuple[Parties, Call]) -> Wire:
        """One value that different parties compute in different ways."""
        for at, step in steps:
            for wire in step.inputs:
                if not set(at) <= set(wire.at):
                    raise ValueError(f"{step.kernel} at {at} reads a value that only {wire.at} hold")
        wire = self._wire(type, tuple(sorted(party for at, _ in steps for party in at)))
        done = tuple(Step(at, c.kernel, tuple(w.id for w in c.inputs), c.attributes) for at, c in steps if at)
        self._add(Local(wire.id, done, self.span))
        return wire

    def exchange(self, value: Wire, *routes: tuple[int, int]) -> Wire:
        """`value` sent along the routes (sender, receiver): what the receivers got."""
        wire = self._wire(value.type, tuple(sorted(receiver for _, receiver in routes)))
        self._add(Exchange(wire.id, value.id, routes, self.span))
        return wire

    def input(self, name: str, type: ValueType, at: Parties, shares: bool = False) -> Wire:
        """A private value of the party `at`, a public one at all parties, or a stored share at the nodes."""
        wire = self._wire(type, at)
        self._add(Input(wire.id, name, at, shares, self.span))
        return wire

    def output(self, value: Wire, name: str, role: str, at: Parties, kept: bool = False) -> None:
        """Gives `value` to a role (or keeps it as a share)."""
        self._add(Output(value.id, name, role, at, kept, self.span))

    def repeat(
        self, count: int, initial: Sequence[Wire], body: Callable[[Wire, list[Wire]], Sequence[Wire]]
    ) -> list[Wire]:
        """`body(turn number, carried)` `count` times: what is carried at the end."""
        index = self._wire(integers(()), self.everyone)
        parameters = [self._wire(wire.type, wire.at) for wire in initial]
        nodes, results = self._inside(lambda: body(index, list(parameters)))
        return self._close(nodes, initial, parameters, results, count=count, index=index.id)

    def repeat_while(
        self, condition: Wire, initial: Sequence[Wire], body: Callable[[list[Wire]], tuple[Wire, Sequence[Wire]]]
    ) -> list[Wire]:
        """`body(carried)` while the public condition holds, which `body` renews: what is carried at the end."""
        renewed: list[Wire] = []

        def turn() -> Sequence[Wire]:
            next_condition, results = body(list(parameters))
            renewed.append(next_condition)
            return results

        parameters = [self._wire(wire.type, wire.at) for wire in initial]
        nodes, results = self._inside(turn)
        return self._close(
            nodes, initial, parameters, results, condition=condition.id, next_condition=renewed[0].id
        )

    def _inside(self, build: Callable[[], Sequence[Wire]]) -> tuple[tuple[Node, ...], list[Wire]]:
        self._blocks.append([])
        results = list(build())
        return tuple(self._blocks.pop()), results

    def _close(
        self,
        nodes: tuple[Node, ...],
        initial: Sequence[Wire],
        parameters: Sequence[Wire],
        results: Sequence[Wire],
        **control: Any,
    ) -> list[Wire]:
        for parameter, result in zip(parameters, results, strict=True):
            if parameter.type != result.type or not set(parameter.at) <= set(result.at):
                raise ValueError(f"a repeat carries {parameter} but its body yields {result}")
        outputs = [self._wire(wire.type, wire.at) for wire in parameters]
        ids = [tuple(w.id for w in wires) for wires in (initial, parameters, results, outputs)]
        self._add(Repeat(nodes, *ids, span=self.span, **control))
        return outputs

    def _wire(self, type: ValueType, at: Parties) -> Wire:
        self.types.append(type)
        return Wire(len(self.types) - 1, type, at)

    def _add(self, node: Node) -> None:
        self._blocks[-1].append(node)


def _common(wires: Sequence[Wire]) -> Parties:
    common = set(wires[0].at)
    for wire in wires[1:]:
        common &= set(wire.at)
    return tuple(sorted(common))


@dataclass(frozen=True, slots=True)
class Bilinear:
    """Functions of the summands a, b of an arithmetic share (x = a + b), each a sum of products over bits.

    `left` lists pairs (i, j): the bit a_i and a_j (i = j for the bit alone); `right` the same of b, or of -b if
    `negated`. Plane t of the result is the XOR over (l, r) in `terms[t]` of left_l and right_r; l or r may be -1: one.
    """

    bits: int
    left: tuple[tuple[int, int], ...]
    right: tuple[tuple[int, int], ...]
    terms: tuple[tuple[tuple[int, int], ...], ...]
    negated: bool = False


class Protocol(ABC):
    """The primitives of a protocol. Elementwise operands have equal shapes or are of one element.

    A "round" below is a level of exchanges: calls that do not depend on each other share theirs.
    """

    name: str
    nodes: int

    def __init__(self, expansion: Expansion) -> None:
        self.g = expansion

    # From the clear. A public operand is a `Clear` that all nodes hold.

    @abstractmethod
    def public(self, value: Clear) -> Arithmetic:
        """A public INTEGER as a share, without communication."""

    @abstractmethod
    def public_bits(self, value: Clear, planes: int) -> Boolean:
        """The low `planes` bits of a public INTEGER (or a BOOLEAN) as a share, without communication."""

    @abstractmethod
    def share(self, value: Clear) -> Arithmetic:
        """An INTEGER that one party holds."""

    @abstractmethod
    def share_bits(self, value: Clear, planes: int) -> Boolean:
        """The low `planes` bits of an INTEGER (or a BOOLEAN) that one party holds."""

    # Linear work: no communication.

    def map(self, kernel: str, shape: tuple[int, ...], *operands: Shared, **attributes: Any) -> Shared:
        """A structural kernel (`reshape`, `take`, `concat`, ...; the plain name also for bits) on each part."""
        return operands[0].with_parts(
            [
                self._structural(kernel, shape, [operand.parts[part] for operand in operands], attributes)
                for part in range(len(operands[0].parts))
            ]
        )

    def _structural(self, kernel: str, shape: tuple[int, ...], wires: list[Wire], attributes: dict[str, Any]) -> Wire:
        first = wires[0].type
        result = ValueType(first.storage, shape, first.planes)
        if first.storage is not Storage.BITS:
            return self.g.local(kernel, result, *wires, **attributes)
        shapes = tuple(wire.shape for wire in wires if wire.type.storage is Storage.BITS)
        merged = {**attributes, "shapes": shapes, "shape": shape}
        return self.g.local(f"bits.{kernel}", result, *wires, **merged)

    def linear(self, kernel: str, shape: tuple[int, ...], *operands: Arithmetic, **attributes: Any) -> Arithmetic:
        """A kernel over Z_2^64 that is linear in all operands together (`ring.add`, `ring.sum`, ...) on each part."""
        parts = range(len(operands[0].parts))
        return Arithmetic(
            tuple(
                self.g.local(kernel, ring(shape), *(operand.parts[part] for operand in operands), **attributes)
                for part in parts
            )
        )

    def add(self, x: Arithmetic, y: Arithmetic) -> Arithmetic:
        """x + y."""
        return self.linear("ring.add", _wider(x, y), x, y)

    def subtract(self, x: Arithmetic, y: Arithmetic) -> Arithmetic:
        """x - y."""
        return self.linear("ring.subtract", _wider(x, y), x, y)

    def negate(self, x: Arithmetic) -> Arithmetic:
        """-x."""
        return self.linear("ring.negate", x.shape, x)

    def shift_left(self, x: Arithmetic, bits: int) -> Arithmetic:
        """x times 2**bits."""
        return x if bits == 0 else self.linear("ring.shift_left", x.shape, x, bits=bits)

    def sum(self, x: Arithmetic, axis: int) -> Arithmetic:
        """The sum over one axis, which disappears."""
        return self.linear("ring.sum", x.shape[:axis] + x.shape[axis + 1 :], x, axis=axis)

    def multiply_public(self, x: Arithmetic, factor: Clear | int) -> Arithmetic:
        """x times a public number."""
        wire = self._ring(factor)
        shape = x.shape if wire.type.size == 1 and len(wire.shape) <= len(x.shape) else wire.shape
        return Arithmetic(tuple(self.g.local("ring.multiply", ring(shape), part, wire) for part in x.parts))

    @abstractmethod
    def add_public(self, x: Arithmetic, term: Clear | int) -> Arithmetic:
        """x plus a public number."""

    def xor(
        self, x: Boolean, y: Boolean, left: tuple[int, ...] | None = None, right: tuple[int, ...] | None = None
    ) -> Boolean:
        """Plane by plane; `left` and `right` choose the planes of x and of y (-1: a plane of zeros)."""
        planes = x.planes if left is None else len(left)
        kind = bits(_wider(x, y), planes)
        return Boolean(
            tuple(
                self.g.local("bits.xor", kind, one, other, left=left, right=right)
                for one, other in zip(x.parts, y.parts, strict=True)
            )
        )

    def planes(self, x: Boolean, planes: tuple[int, ...]) -> Boolean:
        """These planes of x in this order; -1 stands for zeros."""
        kind = bits(x.shape, len(planes))
        return Boolean(tuple(self.g.local("bits.planes", kind, part, planes=planes) for part in x.parts))

    def concat_planes(self, *operands: Boolean) -> Boolean:
        """All planes of the operands, the first operand's lowest."""
        kind = bits(operands[0].shape, sum(operand.planes for operand in operands))
        return Boolean(
            tuple(
                self.g.local("bits.concat_planes", kind, *(operand.parts[part] for operand in operands))
                for part in range(len(operands[0].parts))
            )
        )

    @abstractmethod
    def invert(self, x: Boolean) -> Boolean:
        """Every bit negated."""

    @abstractmethod
    def xor_public(self, x: Boolean, value: Clear) -> Boolean:
        """x XOR the low bits of a public INTEGER (or a BOOLEAN)."""

    def and_public(self, x: Boolean, value: Clear) -> Boolean:
        """x AND the low bits of a public INTEGER (or a BOOLEAN)."""
        wire = self._bits(value, x.planes)
        kind = bits(_wider(x, Clear(wire)), x.planes)
        return Boolean(tuple(self.g.local("bits.and", kind, part, wire, left=None, right=None) for part in x.parts))

    # With communication.

    @abstractmethod
    def multiply(self, x: Arithmetic, y: Arithmetic) -> Arithmetic:
        """x times y."""

    @abstractmethod
    def matmul(self, x: Arithmetic, y: Arithmetic, shape: tuple[int, ...]) -> Arithmetic:
        """The matrix product, of this shape."""

    @abstractmethod
    def truncate(self, x: Arithmetic, bits: int) -> Arithmetic:
        """x / 2**bits rounded up or down at random, exact for multiples, for signed |x| < 2**62."""

    @abstractmethod
    def conjunction(
        self,
        x: Boolean,
        y: Boolean,
        left: tuple[int, ...] | None = None,
        right: tuple[int, ...] | None = None,
        plus: tuple[int, ...] | None = None,
    ) -> Boolean:
        """x AND y, plane by plane; `left`, `right` choose planes of x and of y.

        With `plus`, plane t of the result is also XORed with plane plus[t] of x (-1: with nothing).
        """

    @abstractmethod
    def bilinear(self, x: Arithmetic, form: Bilinear) -> Boolean:
        """The planes that `form` describes, of the summands of x: the first step of any circuit over x's bits."""

    @abstractmethod
    def inject(self, bit: Boolean) -> Arithmetic:
        """A bit (one plane) as the number 0 or 1."""

    @abstractmethod
    def multiply_bit(self, bit: Boolean, x: Arithmetic) -> Arithmetic:
        """x where the bit (one plane) is set, else 0."""

    @abstractmethod
    def open(self, x: Arithmetic, to: Parties) -> Clear:
        """The signed number in the clear, at the parties `to`."""

    @abstractmethod
    def open_bits(self, x: Boolean, to: Parties) -> Clear:
        """A bit (one plane) in the clear, at the parties `to`."""

    # Conversions of public operands.

    def _ring(self, value: Clear | int) -> Wire:
        if isinstance(value, int):
            return self.g.constant(value, ring(()), self.g.nodes)
        wire = value.wire
        if wire.type.storage is Storage.BOOLEAN:
            return self.g.local("ring.from_boolean", ring(wire.shape), wire, at=_nodes_of(self.g, wire))
        return self.g.local("ring.from_integer", ring(wire.shape), wire, at=_nodes_of(self.g, wire))

    def _bits(self, value: Clear, planes: int) -> Wire:
        wire = value.wire
        kind = bits(wire.shape, planes)
        if wire.type.storage is Storage.BOOLEAN:
            return self.g.local("bits.from_boolean", kind, wire, at=_nodes_of(self.g, wire))
        return self.g.local("bits.from_ring", kind, self._ring(value), planes=planes)


def _nodes_of(g: Expansion, wire: Wire) -> Parties:
    return tuple(party for party in wire.at if party in g.nodes) or wire.at


def _wider(x: Share, y: Share) -> tuple[int, ...]:
    """The result's shape of an elementwise operation: a single element spreads over the other operand."""
    (small, large) = sorted((x.shape, y.shape), key=lambda shape: (int(np.prod(shape)), len(shape)))
    return large if int(np.prod(small)) == 1 or small == large else _refuse(small, large)


def _refuse(small: tuple[int, ...], large: tuple[int, ...]) -> tuple[int, ...]:
    raise ValueError(f"shapes {small} and {large} do not match")
