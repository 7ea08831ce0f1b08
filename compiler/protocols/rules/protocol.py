"""What a protocol is: rules that expand secure operations into nodes of a protocol graph.

In: shares. Out: shares, and the nodes that the `Expansion` has collected. `Protocol` is the list of primitives that
`circuits`, `numeric` and `operations` are written in. What is linear works on each part of a share alone and is written
here, once for all protocols; what needs communication or knows which component is whose is abstract.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from functools import reduce
from itertools import count
from typing import Any, TypeVarTuple

from ....runtime.graph.nodes import Parties, Storage
from .expansion import Call, Expansion, Wire, bits, booleans, call, integers, ring, structural
from .rows import Rows
from .shares import Arithmetic, Bilinear, Boolean, Clear, Pieces, Share, Shared, dot_terms, flat_parts, regroup, wider
from .sides import Permutations, Side

__all__ = [
    "Arithmetic",
    "Bilinear",
    "Boolean",
    "Call",
    "Clear",
    "Expansion",
    "Parties",
    "Pieces",
    "Protocol",
    "Rows",
    "Share",
    "Shared",
    "Wire",
    "bits",
    "booleans",
    "call",
    "dot_terms",
    "integers",
    "ring",
    "wider",
]


Carried = TypeVarTuple("Carried")


class Protocol(ABC):
    """The primitives of a protocol. Elementwise operands have equal shapes or are of one element.

    A "round" below is a level of exchanges: calls that do not depend on each other share theirs.
    """

    name: str
    parts: int
    """The number of parts of a share."""
    needs_preprocessing: bool = False
    """Whether its rules name correlated randomness, which somebody must prepare."""
    trust: str
    """Whom one has to trust, and what happens if one should not have: a sentence for users."""

    def __init__(self, expansion: Expansion) -> None:
        self.g = expansion
        self.permutations = Permutations(expansion)

    @classmethod
    @abstractmethod
    def nodes_for(cls, roles: int) -> int:
        """How many nodes a program of so many roles runs on."""

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

    # Joins on keys that owners hold.

    matching: str
    """How two owners' keys are matched before the graph is compiled: one of `runtime.graph.alignments.METHODS`."""

    @classmethod
    @abstractmethod
    def matchers_for(cls, owners: tuple[int, int]) -> tuple[int, int]:
        """For either side of a join of two parties' tables, who knows the places of the joined rows."""

    @abstractmethod
    def align(self, value: Clear, side: Side) -> Arithmetic:
        """The joined rows of a column that one party holds in the order it has drawn."""

    @abstractmethod
    def align_bits(self, value: Clear, planes: int, side: Side) -> Boolean:
        """As `align`, the low `planes` bits."""

    # Linear work: no communication.

    def map(
        self, kernel: str, shape: tuple[int, ...], /, *operands: Shared, indices: Sequence[Wire] = (), **attributes: Any
    ) -> Shared:
        """A structural kernel (`reshape`, `take`, `concat`, ...; the plain name also for bits) on each part.

        `indices` are the kernel's public INTEGER inputs, which follow the operands.
        """
        parts: list[Wire] = []
        for part in range(len(operands[0].parts)):
            wires: list[Wire] = [operand.parts[part] for operand in operands]
            parts.append(structural(self.g, kernel, shape, [*wires, *indices], attributes))
        return operands[0].with_parts(parts)

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
        return self.linear("ring.add", wider(x, y), x, y)

    def subtract(self, x: Arithmetic, y: Arithmetic) -> Arithmetic:
        """x - y."""
        return self.linear("ring.subtract", wider(x, y), x, y)

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
        wire = self.clear_ring(factor)
        shape = x.shape if wire.type.size == 1 and len(wire.shape) <= len(x.shape) else wire.shape
        return Arithmetic(tuple(self.g.local("ring.multiply", ring(shape), part, wire) for part in x.parts))

    def add_public(self, x: Arithmetic, term: Clear | int) -> Arithmetic:
        """x plus a public number, which one component takes."""
        wire = self.clear_ring(term)
        shape = wider(x, Clear(wire))
        whole = x if x.shape == shape else self.map("broadcast", shape, x, shape=shape)
        return self.on_first(whole, "ring.add", wire)

    def xor(
        self, x: Boolean, y: Boolean, left: tuple[int, ...] | None = None, right: tuple[int, ...] | None = None
    ) -> Boolean:
        """Plane by plane; `left` and `right` choose the planes of x and of y (-1: a plane of zeros)."""
        kind = bits(x.shape, x.planes if left is None else len(left))
        parts = zip(x.parts, y.parts, strict=True)
        return Boolean(tuple(self.g.local("bits.xor", kind, a, b, left=left, right=right) for a, b in parts))

    def planes(self, x: Boolean, planes: tuple[int, ...]) -> Boolean:
        """These planes of x in this order; -1 stands for zeros."""
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
        """Every bit negated, in one component."""
        return self.on_first(x, "bits.not")

    def xor_public(self, x: Boolean, value: Clear) -> Boolean:
        """x XOR the low bits of a public INTEGER (or a BOOLEAN), which one component takes."""
        return self.on_first(x, "bits.xor", self.clear_bits(value, x.planes))

    @abstractmethod
    def on_first(self, x: Shared, kernel: str, *others: Wire) -> Shared:
        """A kernel on one component of x and on wires that its holders have; the other components stay. No round."""

    def and_public(self, x: Boolean, value: Clear) -> Boolean:
        """x AND the low bits of a public INTEGER (or a BOOLEAN) of x's shape."""
        wire = self.clear_bits(value, x.planes)
        kind = bits(x.shape, x.planes)
        return Boolean(tuple(self.g.local("bits.and", kind, part, wire) for part in x.parts))

    # With communication.

    @abstractmethod
    def multiply(self, x: Arithmetic, y: Arithmetic) -> Arithmetic:
        """x times y."""

    @abstractmethod
    def matmul(self, x: Arithmetic, y: Arithmetic, shape: tuple[int, ...]) -> Arithmetic:
        """The matrix product, of this shape."""

    def truncate(self, x: Arithmetic, bits: int) -> Arithmetic:
        """x / 2**bits rounded up or down at random, without bias and exact for multiples, for signed |x| < 2**62.

        Rounds and bytes are those of `quotient`. Let y = x + 2**62 - 1: then 0 <= y < 2**63, and, 2**62 being a
        multiple of 2**bits, floor(y / 2**bits) = 2**(62 - bits) - 1 + ceil(x / 2**bits). The quotient falls short of
        it by the carry of y's summands into bit `bits`. For a multiple of 2**bits the low bits of y are all ones, and
        two numbers of `bits` bits cannot carry and leave that; else the carry comes with probability
        1 - (x mod 2**bits) / 2**bits over the choice of the summands, which makes the mean exact.
        """
        if not 0 <= bits <= 62:
            raise ValueError(f"cannot truncate by {bits} bits")
        if bits == 0:
            return x
        shifted = self.quotient(self.add_public(x, 2**62 - 1), bits)
        return self.add_public(shifted, 1 - 2 ** (62 - bits))

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

    knows_summands: bool = False
    """Whether some node knows each summand of a share, so that one round brings any function of few bits
    (`bilinear` of products of more than two bits of a side, `bilinear_bits`) and pieces of polynomials."""

    def bilinear_bits(self, x: Boolean, form: Bilinear) -> Boolean:
        """As `bilinear`, of the summands of bits. Only if `knows_summands`."""
        raise NotImplementedError(f"{self.name} has no summands of bits")

    def polynomial(self, x: Arithmetic, form: Pieces) -> Arithmetic:
        """The polynomial of the piece that x lies in, at the scale of its constants. Only if `knows_summands`.

        The place in the piece has 20 bits after the point, its further powers have 38: so the coefficients' scales are
        as much less.
        """
        raise NotImplementedError(f"{self.name} has no summands of numbers")

    @abstractmethod
    def weigh(self, x: Boolean, weights: Sequence[int]) -> Arithmetic:
        """The sum over the planes of weights[plane] where the bit is set: one weight of 1 makes a bit a number."""

    def weigh_each(self, x: Boolean, rows: Sequence[Sequence[int]]) -> tuple[Arithmetic, ...]:
        """`weigh` with each of the rows: a protocol may prepare the planes once for all of them."""
        return tuple(self.weigh(x, row) for row in rows)

    def middles(
        self, x: Arithmetic, planes: Boolean, carry: Boolean, low: int, widths: Sequence[int]
    ) -> tuple[Arithmetic, ...]:
        """For each width, twice the top `width` planes as a number, plus the middle of what is left out below them.

        1 round. The planes are bits of x from `low` up, less what its summands carry from below, and `carry` is what
        the summands carry out of the top one: a protocol may do without the planes. Where nothing is left out (all
        planes from bit 0 up) the middle is 0; where what is left out is less than d units, it is d, at most 2.
        """
        bits = planes.planes
        numbers = self.weigh_each(planes, [[0] * (bits - width) + [2 << at for at in range(width)] for width in widths])
        exact = [low == 0 and width == bits for width in widths]
        pairs = zip(numbers, exact, strict=True)
        return tuple(number if is_exact else self.add_public(number, 1) for number, is_exact in pairs)

    def dot(self, pairs: Sequence[tuple[Arithmetic, Arithmetic]]) -> Arithmetic:
        """The sum of the products of the pairs, in one round: a protocol may exchange the sum alone."""
        products = [self.multiply(x, y) for x, y in pairs]
        return reduce(self.add, products)

    def dot_bits(self, x: Boolean, y: Boolean, terms: Sequence[Sequence[tuple[int, int]]]) -> Boolean:
        """Plane t is the XOR over (l, r) in terms[t] of x_l AND y_r: a protocol may exchange the XOR alone."""
        pairs = [pair for plane in terms for pair in plane]
        products = self.conjunction(x, y, tuple(left for left, _ in pairs), tuple(right for _, right in pairs))
        place = count()
        return self.parities(products, [[next(place) for _ in plane] for plane in terms])

    @abstractmethod
    def shift_summands(self, x: Arithmetic, bits: int) -> Arithmetic:
        """(a >> bits) + (b >> bits), logical shifts, for the summands of x."""

    @abstractmethod
    def quotient(self, x: Arithmetic, bits: int) -> Arithmetic:
        """floor(x / 2**bits) less the carry of x's summands into bit `bits`, for 0 <= x < 2**63."""

    @abstractmethod
    def multiply_bit(self, bit: Boolean, x: Arithmetic) -> Arithmetic:
        """x where the bit (one plane) is set, else 0."""

    @abstractmethod
    def mask_word(self, shape: tuple[int, ...]) -> tuple[Arithmetic, Boolean]:
        """A random r modulo 2**64 as a number, and the 64 bits of -r: for `unmask_word`."""

    @abstractmethod
    def unmask_word(self, x: Boolean) -> Arithmetic:
        """64 planes that a `mask_word` of its own makes uniform, as a number."""

    @abstractmethod
    def open(self, x: Arithmetic, to: Parties) -> Clear:
        """The signed number in the clear, at the parties `to`."""

    @abstractmethod
    def open_bits(self, x: Boolean, to: Parties) -> Clear:
        """A bit (one plane) in the clear, at the parties `to`."""

    # Order. Rows are those of the first axis; see `rows.Rows`.

    @abstractmethod
    def random_rows(self, rows: int) -> Rows:
        """A uniform arrangement."""

    @abstractmethod
    def known_rows(self, value: Clear) -> Rows:
        """Row i of the result is row value[i], a permutation that one party holds."""

    @abstractmethod
    def sorted_rows(self, key: Boolean, digit: int) -> Rows:
        """The stable order of the unsigned numbers that a vector's planes spell, by digits of `digit` bits."""

    @abstractmethod
    def placed_rows(self, places: Arithmetic) -> Rows:
        """Row i goes to places[i], a secret permutation."""

    @abstractmethod
    def any_rows(self, rows: int) -> Rows:
        """Rows that come from nowhere, to find out what moving by them costs."""

    @abstractmethod
    def gather(self, x: Shared, rows: Rows) -> Shared:
        """The rows of x, arranged."""

    # Repetition.

    def repeat(
        self, count: int, initial: tuple[*Carried], body: Callable[[*Carried], tuple[*Carried]]
    ) -> tuple[*Carried]:
        """`body` applied `count` times to shares, which keep kinds and shapes: one node, whatever the count."""
        shares: Any = initial
        results = self.g.repeat(
            count, flat_parts(shares), lambda _, carried: flat_parts(body(*regroup(shares, carried)))
        )
        after: tuple[*Carried] = regroup(shares, results)
        return after

    # Public operands as kernels take them, where they are held.

    def clear_ring(self, value: Clear | int) -> Wire:
        """A number in the clear as ring elements."""
        if isinstance(value, int):
            return self.g.constant(value, ring(()), self.g.nodes)
        kernel = "ring.from_boolean" if value.wire.type.storage is Storage.BOOLEAN else "ring.from_integer"
        return self.g.local(kernel, ring(value.shape), value.wire, at=self._holders(value.wire))

    def clear_bits(self, value: Clear, planes: int) -> Wire:
        """A number or a truth value in the clear as bit planes."""
        kind = bits(value.shape, planes)
        if value.wire.type.storage is Storage.BOOLEAN:
            return self.g.local("bits.from_boolean", kind, value.wire, at=self._holders(value.wire))
        return self.g.local("bits.from_ring", kind, self.clear_ring(value), planes=planes)

    def clear_planes(self, opened: Wire) -> Clear:
        """Opened planes as a truth value, or as the signed number that they spell."""
        if opened.type.planes == 1:
            return Clear(self.g.local("boolean.from_bits", booleans(opened.shape), opened))
        signed = tuple(min(plane, opened.type.planes - 1) for plane in range(64))
        whole = self.g.local("bits.planes", bits(opened.shape, 64), opened, planes=signed)
        number = self.g.local("ring.from_bits", ring(opened.shape), whole)
        return Clear(self.g.local("integer.from_ring", integers(opened.shape), number))

    def _holders(self, wire: Wire) -> Parties:
        """The nodes that hold the wire, or its owner outside."""
        return tuple(party for party in wire.at if party in self.g.nodes) or wire.at
