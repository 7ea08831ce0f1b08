"""`semi2k`: two or more nodes, additive sharing over Z_2^64 and bits, secure against curious nodes, up to all but one.

x = x_0 + ... + x_{n-1} (XOR for bits). Node i holds x_i, its only part. The sharing and its products are those of SPDZ
without authentication (Damgard, Pastro, Smart, Zakarias, CRYPTO 2012, section 1; Beaver, CRYPTO 1991, for the triples),
here in Z_2^64. Conversions open a number under a mask whose bits are shared (edaBits: Escudero, Ghosh, Keller, Rachuri,
Scholl, CRYPTO 2020). The graph says who prepares correlated randomness (`Graph.preprocessing`).

Where rules speak of the summands of a share, these are the opened a = x - r, which all nodes know, and the mask b = r,
which is shared. `masks` describes both and says why views are uniform. Below, "a word" is 8 bytes from each node to
each other node for an element, and "a bit" an eighth of a byte. "Corrections" are sent to the last node before the run.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import Any

import numpy as np

from ....runtime.graph.alignments import PRIVATE_ID
from ....runtime.graph.nodes import Parties, Storage, ValueType
from ..rules.conversions import Conversions
from ..rules.expansion import Call, Expansion, Wire, bits, call, integers
from ..rules.joins import Joins
from ..rules.opening import Opening
from ..rules.order import Order
from ..rules.rows import Rows, in_words, out_of_words
from ..rules.shares import Arithmetic, Bilinear, Boolean, Clear, Shared, dot_terms, wider
from ..rules.sides import Side
from . import rows as moves
from .alignment import Alignments
from .masks import Masked, Masks, gather

Terms = Sequence[Sequence[tuple[int, int]]]


class Additive(Order, Conversions, Opening, Joins):
    """The rules of `semi2k`, for any number of nodes."""

    name = "semi2k"
    parts = 1
    needs_preprocessing = True
    matching = PRIVATE_ID
    trust = (
        "all nodes but one may be curious, even together; "
        "the dealer sees no data, but must not share its seeds with a node"
    )

    def __init__(self, expansion: Expansion) -> None:
        super().__init__(expansion)
        self._masks = Masks(expansion)
        self._alignments = Alignments(expansion)

    @classmethod
    def nodes_for(cls, roles: int) -> int:
        """A node for each role, but two at least."""
        return max(2, roles)

    # From the clear.

    def public(self, value: Clear) -> Arithmetic:
        """A public number as a share: node 0's part is the number, the others are zero. No round."""
        return Arithmetic((self._at_first(self.clear_number(value)),))

    def public_bits(self, value: Clear, planes: int) -> Boolean:
        """Public bits as a share: node 0's part is the bits, the others are zero. No round."""
        return Boolean((self._at_first(self.clear_bits(value, planes)),))

    def _at_first(self, wire: Wire) -> Wire:
        return self.g.choose(wire.type, ((0,), call("identity", wire)), (self.g.nodes[1:], Call("zeros", ())))

    def share(self, value: Clear) -> Arithmetic:
        """A number of one party. No round from a node; 1 from a client, 8 bytes in all. Uniform: see `_deal`."""
        return Arithmetic((self._deal(self.clear_number(value), "ring.subtract"),))

    def share_bits(self, value: Clear, planes: int) -> Boolean:
        """Bits that one party holds. No round from a node; 1 from a client, a bit for each. Uniform: see `_deal`."""
        return Boolean((self._deal(self.clear_bits(value, planes), "bits.xor"),))

    def _deal(self, value: Wire, subtract: str) -> Wire:
        """Each other node's part is a stream that the node shares with the owner. The owner's part is what is left.

        An owner that is a node sends nothing. A client sends what is left to the last node, masked by streams that the
        last node does not hold. Any coalition that lacks one other node lacks that node's stream, so what is left is
        uniform to the coalition. Nobody but the last node receives it.
        """
        (owner,) = value.at
        last = owner if owner in self.g.nodes else self.g.nodes[-1]
        rest, steps = value, []
        for node in self.g.nodes:
            if node != last:
                stream = self.g.stream(value.type, (owner, node))
                rest = self.g.local(subtract, value.type, rest, stream, at=(owner,))
                steps.append(((node,), call("identity", stream)))
        left = rest if owner == last else self.g.exchange(rest, (owner, last))
        return self.g.choose(value.type, *steps, ((last,), call("identity", left)))

    # Joins on keys that owners hold.

    @classmethod
    def matchers_for(cls, owners: tuple[int, int]) -> tuple[int, int]:
        """For each side the owner of the other side."""
        return owners[1], owners[0]

    def align(self, value: Clear, side: Side) -> Arithmetic:
        """The joined rows of a column. 1 round; see `alignment` for the paper and why views are uniform."""
        places = self.permutations.places(side, side.other)
        return Arithmetic((self._alignments.align(self.clear_number(value), side, places),))

    def align_bits(self, value: Clear, planes: int, side: Side) -> Boolean:
        """As `align`, for bits. 1 round."""
        places = self.permutations.places(side, side.other)
        return Boolean((self._alignments.align(self.clear_bits(value, planes), side, places),))

    # Linear work, and work of one node.

    def map(
        self, kernel: str, shape: tuple[int, ...], /, *operands: Shared, indices: Sequence[Wire] = (), **attributes: Any
    ) -> Shared:
        """As in `Linear`. If the elements of a number are moved, its opened mask serves the moved elements, too."""
        result = super().map(kernel, shape, *operands, indices=indices, **attributes)
        (x, *_) = operands
        if isinstance(x, Arithmetic) and isinstance(result, Arithmetic):
            self._masks.remember(result, x, kernel, attributes)
        return result

    def on_first(self, x: Shared, kernel: str, *others: Wire) -> Shared:
        """The component of node 0. No round."""
        (part,) = x.parts
        mine, theirs = call(kernel, part, *others), call("identity", part)
        return x.with_parts([self.g.choose(part.type, ((0,), mine), (self.g.nodes[1:], theirs))])

    # Products.

    def multiply(self, x: Arithmetic, y: Arithmetic) -> Arithmetic:
        """x times y. 1 round, a word for each operand not opened before (so one for a square); a word of correction.

        Beaver, CRYPTO 1991: let x = d + a and y = e + b, with d and e opened, and let c = a b of a triple (a, b, c).
        Then x y = d y + e a + c, of which each node computes its own part. Uniform: see `masks`.
        """
        return self._product("triple", "beaver.multiply", x, y, wider(x, y))

    def matmul(self, x: Arithmetic, y: Arithmetic, shape: tuple[int, ...]) -> Arithmetic:
        """The matrix product. 1 round, a word for each element of an operand not opened before.

        A word of correction for each element of the result. As `multiply`, with a matrix triple (Mohassel and Zhang,
        SecureML, IEEE S&P 2017, section 4.1).
        """
        return self._product("matrix_triple", "beaver.matmul", x, y, shape)

    def _product(self, source: str, kernel: str, x: Arithmetic, y: Arithmetic, shape: tuple[int, ...]) -> Arithmetic:
        mine, other = self._masks.number(x), self._masks.number(y)
        c = self._masks.derived(source, self.number(shape), mine.mask, other.mask)
        parts = (mine.opened, mine.mask, y.parts[0], other.opened, c)
        return Arithmetic((self.g.local(kernel, c.type, *parts),))

    def conjunction(
        self,
        x: Boolean,
        y: Boolean,
        left: tuple[int, ...] | None = None,
        right: tuple[int, ...] | None = None,
        plus: tuple[int, ...] | None = None,
    ) -> Boolean:
        """x AND y. 1 round, a bit for each different plane of x and of y.

        A bit of correction for each plane of the result. Beaver's triples over bits. A plane that occurs in several
        products is opened once. Uniform: see `masks`.
        """
        lefts = tuple(range(x.planes)) if left is None else left
        rights = tuple(range(y.planes)) if right is None else right
        pairs = zip(lefts, rights, strict=True)
        products = self.dot_bits(x, y, [[pair] if min(pair) >= 0 else [] for pair in pairs])
        return products if plus is None else self.xor(products, x, None, plus)

    def dot_bits(self, x: Boolean, y: Boolean, terms: Terms) -> Boolean:
        """As `conjunction`: a bit for each different plane, and a bit of correction for each plane of the result."""
        lefts, rights = ({pair[side] for plane in terms for pair in plane} for side in (0, 1))
        if not lefts:
            return self.planes(x, (-1,) * len(terms))
        if x.parts == y.parts:
            lefts = rights = lefts | rights
        one, other = sorted(lefts), sorted(rights)
        first, second = self._masks.planes(x, one), self._masks.planes(y, other)
        kind = bits(x.shape, len(terms))
        inner = dot_terms([[(one.index(mine), other.index(its)) for mine, its in plane] for plane in terms])
        c = self._masks.derived("bit_triple", kind, first.mask, second.mask, **inner)
        half = self.g.local("bits.dot", kind, first.mask, second.opened, c, **inner)
        outer = dot_terms([[(one.index(mine), its) for mine, its in plane] for plane in terms])
        return Boolean((self.g.local("bits.dot", kind, first.opened, y.parts[0], half, **outer),))

    # Conversions.

    def bilinear(self, x: Arithmetic, form: Bilinear) -> Boolean:
        """The planes of `form`, whose factors have at most two bits of a side, as the products of edaBits have.

        1 round, a word, or 2 or 4 bytes if so many bits are enough. Corrections: a bit for each bit of b and for each
        product of two. All nodes know a = x - b. The edaBits of b (Escudero et al., section 3) come with the products
        of two bits that the form names. The rest is linear; node 0 adds what depends on a alone. So the first level of
        a carry circuit takes no round of its own, as in `rep3.summands`. Uniform: see `masks`.
        """
        masked, g = self._masks.low_bits(x, form.bits), self.g
        shape, planes = x.shape, len(form.terms)
        edabit = self._masks.derived(
            "edabit",
            bits(shape, len(form.right)),
            masked.mask,
            negated=int(form.negated),
            left=tuple(factor[0] for factor in form.right),
            right=tuple(factor[-1] for factor in form.right),
        )
        word = masked.opened.type.storage.value
        opened = g.local(f"bits.from_{word}", bits(shape, form.bits), masked.opened, planes=form.bits)
        left, right = tuple(factor[0] for factor in form.left), tuple(factor[-1] for factor in form.left)
        known = g.local("bits.and", bits(shape, len(form.left)), opened, opened, left=left, right=right)
        nothing = g.local("zeros", bits(shape, planes))
        shared = [[pair for pair in terms if pair[1] >= 0] for terms in form.terms]
        mine = call("bits.dot", known, edabit, nothing, **dot_terms(form.terms))
        theirs = call("bits.dot", known, edabit, nothing, **dot_terms(shared))
        return Boolean((g.choose(nothing.type, ((0,), mine), (g.nodes[1:], theirs)),))

    def weigh(self, x: Boolean, weights: Sequence[int]) -> Arithmetic:
        """See `weigh_each`, for one row."""
        return self.weigh_each(x, [weights])[0]

    def weigh_each(self, x: Boolean, rows: Sequence[Sequence[int]]) -> tuple[Arithmetic, ...]:
        """1 round, a bit for each plane, however many rows; a word of correction for each plane.

        daBits (Rotaru and Wood, INDOCRYPT 2019, section 3): the bits of a mask m are also shared as numbers. With d =
        x XOR m opened, a bit is d + (1 - 2 d) m, which is linear in m. Uniform: see `masks`.
        """
        masked = self._masks.planes(x)
        numbers = self._numbers(x, masked)
        table = np.array([[weight % 2**64 for weight in row] for row in rows], np.uint64)
        weights = self.g.constant(table, self.number(table.shape), self.g.nodes)
        zero = self.g.local("zeros", self.number((len(rows), *x.shape)))
        first = call("weigh.joined", masked.opened, weights, numbers, zero, zero)
        others = call("weigh.signed", masked.opened, weights, numbers, zero)
        together = self.g.choose(zero.type, ((0,), first), (self.g.nodes[1:], others))
        return tuple(Arithmetic((row,)) for row in self.g.rows(together))

    def _numbers(self, x: Boolean, masked: Masked) -> Wire:
        """The bits of a mask as numbers, plane by plane."""
        return self._masks.derived("dabit", self.number((x.planes, *x.shape)), masked.mask)

    def multiply_bit(self, bit: Boolean, x: Arithmetic) -> Arithmetic:
        """1 round, a word and a bit; two words of correction.

        Let m be the bit's daBit and d the opened bit XOR m; x = e + a with e opened, and c = m a. Then the product is
        d x + (1 - 2 d) (e m + c). Uniform: see `masks`.
        """
        masked, other = self._masks.planes(bit), self._masks.number(x)
        number = self._masks.derived("dabit", self.number(x.shape), masked.mask)
        c = self._masks.derived("triple", self.number(x.shape), number, other.mask)
        return Arithmetic((self.g.local("beaver.gate", c.type, masked.opened, x.parts[0], other.opened, number, c),))

    def shift_summands(self, x: Arithmetic, bits: int) -> Arithmetic:
        """1 round, a word; a word of correction for b >> bits. Node 0 adds a >> bits. Uniform: see `masks`."""
        masked, kind = self._masks.number(x), self.number(x.shape)
        shifted = self._masks.derived("truncation", kind, masked.mask, bits=bits)
        opened = self.g.local("ring.shift_right", kind, masked.opened, bits=bits)
        return self.on_first(Arithmetic((shifted,)), "ring.add", opened)

    def quotient(self, x: Arithmetic, bits: int) -> Arithmetic:
        """1 round, a word; two words of correction: t = b >> bits, and the top bit v of b. Uniform: see `masks`.

        As `rep3.summands.quotient` (Escudero et al., section 5: the overflow of a + b is known exactly), with a public
        top bit u of a. The quotient is the arithmetic shift of a, plus t - 2**(64 - bits) (1 - u) v.
        """
        masked, kind = self._masks.number(x), self.number(x.shape)
        t = self._masks.derived("truncation", kind, masked.mask, bits=bits)
        v = self._masks.derived("truncation", kind, masked.mask, bits=63)
        first, others = (
            call(kernel, masked.opened, t, v, bits=bits) for kernel in ("quotient.of_sum", "quotient.of_mask")
        )
        return Arithmetic((self.g.choose(kind, ((0,), first), (self.g.nodes[1:], others)),))

    def mask_word(self, shape: tuple[int, ...]) -> tuple[Arithmetic, Boolean]:
        """No round; corrections of 64 bits. r and the bits of -r are an edaBit (Escudero et al., section 3)."""
        mask = self.g.random("mask", self.number(shape))
        places = tuple(range(64))
        minus = self._masks.derived("edabit", bits(shape, 64), mask, negated=1, left=places, right=places)
        return Arithmetic((mask,)), Boolean((minus,))

    def unmask_word(self, x: Boolean) -> Arithmetic:
        """1 round, a word. Only x uses the mask that makes x uniform, so opening x tells nothing."""
        total = gather(self.g, self._refreshed(x.parts[0], self.g.nodes), self.g.nodes)
        return Arithmetic((self._at_first(self.g.local("ring.from_bits", self.number(x.shape), total)),))

    # Order: see `rows`.

    def random_rows(self, rows: int) -> Rows:
        """A uniform arrangement. No round."""
        return moves.random_rows(self.g, rows)

    def known_rows(self, value: Clear) -> Rows:
        """A round for each node, and 1: the owner shares the row numbers as words, then as `rows.arranged`."""
        wire = self.g.local("word32.from_integer", ValueType(Storage.WORD32, value.shape), value.wire)
        return moves.arranged(self.g, self._deal(wire, "rows.xor"))

    def sorted_rows(self, key: Boolean, digit: int) -> Rows:
        """A round for each node and 3, for each digit of `digit` planes; then a round for each node and 1.

        See `rows` for the papers and why views are uniform.
        """
        return moves.arranged(self.g, moves.sorted_numbers(self.g, key.parts[0], digit))

    def placed_rows(self, places: Arithmetic) -> Rows:
        """A round for each node, and 1. Uniform: see `rows`."""
        return moves.placed(self.g, places.parts[0])

    def any_rows(self, rows: int) -> Rows:
        """Permutations, and places from nowhere: for counting costs."""
        by = moves.permutations(self.g, rows)
        return Rows((by,), self.g.input("", by.type, self.g.nodes), shuffles_first=False, takes=True)

    def gather(self, x: Shared, rows: Rows) -> Shared:
        """A round for each node; a word a row from each node to each other. Bits move as words. Uniform: see `rows`."""
        group = moves.WORDS if isinstance(x, Boolean) else moves.NUMBERS
        (part,) = x.parts
        moved = moves.gather(self.g, in_words(self.g, part), rows, group)
        return x.with_parts([out_of_words(self.g, moved, part.type)])

    # Opening.

    def open(self, x: Arithmetic, to: Parties) -> Clear:
        """The number at `to`. 1 round, 8 bytes from each node to each receiver. Uniform: see `_refreshed`."""
        total = gather(self.g, self._refreshed(x.parts[0], to), to)
        return Clear(self.g.local("integer.from_ring", integers(x.shape), total))

    def open_bits(self, x: Boolean, to: Parties) -> Clear:
        """The bits at `to`. 1 round, a bit from each node to each receiver. Uniform: see `_refreshed`."""
        return self.clear_planes(gather(self.g, self._refreshed(x.parts[0], to), to))

    def _refreshed(self, part: Wire, to: Parties) -> Wire:
        """The share plus a fresh sharing of zero: its parts tell their sum, which is to be known, and nothing else.

        Each pair of nodes has a stream that one of them adds and the other subtracts. So the parts of the honest nodes
        hide each other, whoever is curious. (In a zero sharing around a ring, two curious nodes could isolate one.) Two
        nodes need no such sharing: the other node's part is the value less one's own.
        """
        nodes = self.g.nodes
        if len(nodes) == 2 and set(to) <= set(nodes):
            return part
        add, subtract = ("ring.add", "ring.subtract") if part.type.planes == 0 else ("bits.xor", "bits.xor")
        for one, other in combinations(nodes, 2):
            stream = self.g.stream(part.type, (one, other))
            steps = [((one,), call(add, part, stream)), ((other,), call(subtract, part, stream))]
            idle = tuple(node for node in nodes if node not in (one, other))
            part = self.g.choose(part.type, *steps, *([(idle, call("identity", part))] if idle else []))
        return part
