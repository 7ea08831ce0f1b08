"""What every protocol offers: values become shares, and shares are added, scaled and moved, without communication.

In: values in the clear, and shares. Out: shares. Linear work applies to each part of a share alone and is written here,
once. A rule that must know which party holds which component is abstract.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Sequence
from typing import Any, TypeVarTuple

from ....runtime.graph.nodes import Parties, Storage, ValueType
from .expansion import Wire, bits, booleans, integers, ring, structural
from .protocol import Protocol
from .shares import Arithmetic, Boolean, Clear, Shared, dot_terms, flat_parts, regroup, wider

Carried = TypeVarTuple("Carried")


class Linear(Protocol):
    """Sharing and linear work. Elementwise operands have equal shapes, or one of them is a single element."""

    # From the clear. A public operand is a `Clear` that all nodes hold.

    @abstractmethod
    def public(self, value: Clear) -> Arithmetic:
        """A public INTEGER as an arithmetic share, without communication."""

    @abstractmethod
    def public_bits(self, value: Clear, planes: int) -> Boolean:
        """The low `planes` bits of a public INTEGER, or a public BOOLEAN, as a boolean share. No communication."""

    @abstractmethod
    def share(self, value: Clear) -> Arithmetic:
        """An INTEGER that one party holds, as an arithmetic share."""

    @abstractmethod
    def share_bits(self, value: Clear, planes: int) -> Boolean:
        """The low `planes` bits of an INTEGER, or a BOOLEAN, that one party holds, as a boolean share."""

    # Linear work: no communication.

    def map(
        self, kernel: str, shape: tuple[int, ...], /, *operands: Shared, indices: Sequence[Wire] = (), **attributes: Any
    ) -> Shared:
        """A structural kernel (`reshape`, `take`, `concat`, ...) on each part. The kernel's name is the same for bits.

        `indices` are the kernel's public INTEGER inputs, which follow the operands. The result has the given shape.
        """
        parts: list[Wire] = []
        for part in range(len(operands[0].parts)):
            wires: list[Wire] = [operand.parts[part] for operand in operands]
            parts.append(structural(self.g, kernel, shape, [*wires, *indices], attributes))
        return operands[0].with_parts(parts)

    def linear(self, kernel: str, shape: tuple[int, ...], *operands: Arithmetic, **attributes: Any) -> Arithmetic:
        """A kernel over the ring that is linear in all operands together (`add`, `sum`, ...), on each part."""
        kernel, kind = self.arithmetic(kernel), self.number(shape)
        parts = zip(*(operand.parts for operand in operands), strict=True)
        return Arithmetic(tuple(self.g.local(kernel, kind, *wires, **attributes) for wires in parts))

    def add(self, x: Arithmetic, y: Arithmetic) -> Arithmetic:
        """x + y."""
        return self.linear("add", wider(x, y), x, y)

    def subtract(self, x: Arithmetic, y: Arithmetic) -> Arithmetic:
        """x - y."""
        return self.linear("subtract", wider(x, y), x, y)

    def negate(self, x: Arithmetic) -> Arithmetic:
        """-x."""
        return self.linear("negate", x.shape, x)

    def shift_left(self, x: Arithmetic, bits: int) -> Arithmetic:
        """x times 2**bits."""
        return x if bits == 0 else self.linear("shift_left", x.shape, x, bits=bits)

    def sum(self, x: Arithmetic, axis: int) -> Arithmetic:
        """The sum over one axis, which disappears."""
        return self.linear("sum", x.shape[:axis] + x.shape[axis + 1 :], x, axis=axis)

    def multiply_public(self, x: Arithmetic, factor: Clear | int) -> Arithmetic:
        """x times a public number."""
        wire = self.clear_number(factor)
        shape = x.shape if wire.type.size == 1 and len(wire.shape) <= len(x.shape) else wire.shape
        kernel, kind = self.arithmetic("multiply"), self.number(shape)
        return Arithmetic(tuple(self.g.local(kernel, kind, part, wire) for part in x.parts))

    def add_public(self, x: Arithmetic, term: Clear | int) -> Arithmetic:
        """x plus a public number. The number is added to one component."""
        wire = self.clear_number(term)
        shape = wider(x, Clear(wire))
        whole = x if x.shape == shape else self.map("broadcast", shape, x, shape=shape)
        return self.on_first(whole, self.arithmetic("add"), wire)

    def xor(
        self, x: Boolean, y: Boolean, left: tuple[int, ...] | None = None, right: tuple[int, ...] | None = None
    ) -> Boolean:
        """x XOR y, plane by plane; `left` and `right` choose the planes of x and of y (-1: a plane of zeros)."""
        kind = bits(x.shape, x.planes if left is None else len(left))
        parts = zip(x.parts, y.parts, strict=True)
        return Boolean(tuple(self.g.local("bits.xor", kind, a, b, left=left, right=right) for a, b in parts))

    def planes(self, x: Boolean, planes: tuple[int, ...]) -> Boolean:
        """These planes of x, in this order; -1 stands for a plane of zeros."""
        if planes == tuple(range(x.planes)):
            return x
        kind = bits(x.shape, len(planes))
        return Boolean(tuple(self.g.local("bits.planes", kind, part, planes=planes) for part in x.parts))

    def concat_planes(self, *operands: Boolean) -> Boolean:
        """All planes of the operands, the first operand's lowest."""
        kind = bits(operands[0].shape, sum(operand.planes for operand in operands))
        parts = zip(*(operand.parts for operand in operands), strict=True)
        return Boolean(tuple(self.g.local("bits.concat_planes", kind, *wires) for wires in parts))

    def parities(self, x: Boolean, groups: Sequence[Sequence[int]]) -> Boolean:
        """One plane for each group: the XOR of the group's planes of x."""
        terms = dot_terms([[(plane, -1) for plane in group] for group in groups])
        zeros = self.planes(x, (-1,) * len(groups))
        parts = zip(x.parts, zeros.parts, strict=True)
        return Boolean(tuple(self.g.local("bits.dot", zero.type, part, part, zero, **terms) for part, zero in parts))

    def invert(self, x: Boolean) -> Boolean:
        """Every bit negated: one component is."""
        return self.on_first(x, "bits.not")

    def xor_public(self, x: Boolean, value: Clear) -> Boolean:
        """x XOR the low bits of a public INTEGER (or a BOOLEAN). The bits are added to one component."""
        return self.on_first(x, "bits.xor", self.clear_bits(value, x.planes))

    @abstractmethod
    def on_first(self, x: Shared, kernel: str, *others: Wire) -> Shared:
        """Applies a kernel to one component of x and to wires that its holders have. The others stay. No round."""

    def and_public(self, x: Boolean, value: Clear) -> Boolean:
        """x AND the low bits of a public INTEGER (or a BOOLEAN) of x's shape."""
        wire = self.clear_bits(value, x.planes)
        kind = bits(x.shape, x.planes)
        return Boolean(tuple(self.g.local("bits.and", kind, part, wire) for part in x.parts))

    # Repetition.

    def repeat(
        self, count: int, initial: tuple[*Carried], body: Callable[[*Carried], tuple[*Carried]]
    ) -> tuple[*Carried]:
        """Applies `body` `count` times to shares, which keep their kinds and shapes. The graph gets one node."""
        shares: Any = initial
        results = self.g.repeat(
            count, flat_parts(shares), lambda _, carried: flat_parts(body(*regroup(shares, carried)))
        )
        after: tuple[*Carried] = regroup(shares, results)
        return after

    # Public operands in the form that kernels take, at the parties that hold them.

    def clear_number(self, value: Clear | int) -> Wire:
        """A number in the clear as elements of the ring that the protocol shares numbers over."""
        if isinstance(value, int):
            return self.g.constant(value, self.number(()), self.g.nodes)
        return self._elements(value, self.number(value.shape))

    def clear_bits(self, value: Clear, planes: int) -> Wire:
        """A number or a truth value in the clear as bit planes."""
        kind = bits(value.shape, planes)
        if value.wire.type.storage is Storage.BOOLEAN:
            return self.g.local("bits.from_boolean", kind, value.wire, at=self._holders(value.wire))
        return self.g.local("bits.from_ring", kind, self._elements(value, ring(value.shape)), planes=planes)

    def clear_planes(self, opened: Wire) -> Clear:
        """Opened planes as a truth value if there is one plane, else as the signed number that they spell."""
        if opened.type.planes == 1:
            return Clear(self.g.local("boolean.from_bits", booleans(opened.shape), opened))
        signed = tuple(min(plane, opened.type.planes - 1) for plane in range(64))
        whole = self.g.local("bits.planes", bits(opened.shape, 64), opened, planes=signed)
        number = self.g.local("ring.from_bits", ring(opened.shape), whole)
        return Clear(self.g.local("integer.from_ring", integers(opened.shape), number))

    def _elements(self, value: Clear, kind: ValueType) -> Wire:
        """A number or a truth value in the clear as elements of a ring."""
        source = "boolean" if value.wire.type.storage is Storage.BOOLEAN else "integer"
        return self.g.local(f"{kind.storage.value}.from_{source}", kind, value.wire, at=self._holders(value.wire))

    def _holders(self, wire: Wire) -> Parties:
        """The nodes that hold the wire, or else its owner, a client."""
        return tuple(party for party in wire.at if party in self.g.nodes) or wire.at
