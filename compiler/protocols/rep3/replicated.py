"""`rep3`: three nodes, replicated sharing over Z_2^64 and bits, secure against one curious node.

x = x_0 + x_1 + x_2 (XOR for bits). Node i holds x_i (its part "mine") and x_{i+1} ("next"), so the nodes c and c - 1
know component c. The sharing and its product are those of Araki, Furukawa, Lindell, Nof, Ohara, CCS 2016. Every
conversion uses two summands: a = x_0 + x_1, which node 0 knows, and b = x_2, which nodes 1 and 2 know (`summands`).

Why views are uniform, once for all rules: what a node receives is masked by a pseudo-random stream
(`Expansion.stream`, or a zero share) that is used once and whose key the receiver does not hold. Each rule names that
stream. The exceptions are values that a program reveals (`_gather`), row numbers, which are opened in an order that is
uniform to whoever sees them (`shuffle`), and the places of a join (`alignment`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ....runtime.graph.alignments import DELEGATED
from ....runtime.graph.nodes import Parties, Storage, ValueType
from ..rules.conversions import Summands
from ..rules.expansion import Call, Expansion, Wire, bits, call, integers
from ..rules.joins import Joins
from ..rules.opening import Opening
from ..rules.order import Order
from ..rules.rows import Rows, in_words, out_of_words
from ..rules.shares import Arithmetic, Bilinear, Boolean, Clear, Pieces, Shared, dot_terms, wider
from ..rules.sides import Side
from . import pieces as tables
from . import shuffle as moves
from . import summands
from .alignment import Alignments, helper_of
from .parts import assemble
from .sort import sorted_numbers

PREVIOUS = ((0, 2), (1, 0), (2, 1))
"""Each node sends to the one before it, which lacks the component that the sender has just computed."""


class Replicated(Order, Summands, Opening, Joins):
    """The rules of `rep3`. Costs are for each element; for booleans they are for each bit of an element."""

    name = "rep3"
    trust = "any one of three nodes may be curious; two that share what they saw know every input"
    parts = 2
    matching = DELEGATED

    def __init__(self, expansion: Expansion) -> None:
        super().__init__(expansion)
        self._alignments = Alignments(expansion)

    @classmethod
    def nodes_for(cls, roles: int) -> int:
        """Three, whatever the program."""
        return 3

    # From the clear.

    def public(self, value: Clear) -> Arithmetic:
        """A public number as a share: component 0 is the number, the others are zero. No round."""
        wire = self.clear_number(value)
        return Arithmetic(assemble(self.g, wire.type, {(0, 0): call("identity", wire), (0, 2): call("identity", wire)}))

    def public_bits(self, value: Clear, planes: int) -> Boolean:
        """Public bits as a share: component 0 is the bits, the others are zero. No round."""
        wire = self.clear_bits(value, planes)
        return Boolean(assemble(self.g, wire.type, {(0, 0): call("identity", wire), (0, 2): call("identity", wire)}))

    def share(self, value: Clear) -> Arithmetic:
        """A number that one party holds. 1 round; 8 bytes from a node, 48 from a client. Uniform: see `_deal`."""
        return Arithmetic(self._deal(self.clear_number(value), "ring.subtract"))

    def share_bits(self, value: Clear, planes: int) -> Boolean:
        """Bits that one party holds. 1 round; a bit from a node, 6 from a client. Uniform: see `_deal`."""
        return Boolean(self._deal(self.clear_bits(value, planes), "bits.xor"))

    def _deal(self, value: Wire, subtract: str) -> tuple[Wire, ...]:
        """A share of v, which one party holds.

        If the owner is node i, component i is a stream that i shares with i - 1, component i + 1 is v less that stream,
        and the third is 0. Node i + 1 receives v masked by the stream, which it does not know; node i - 1 receives
        nothing. A client draws two components, takes the third as the difference, and sends each component to its two
        holders: no two components tell anything of v.
        """
        (owner,) = value.at
        if owner not in self.g.nodes:
            return self._deal_from_client(value, subtract, owner)
        after, before = (owner + 1) % 3, (owner + 2) % 3
        mask = self.g.stream(value.type, (owner, before))
        rest = self.g.local(subtract, value.type, value, mask)
        sent = self.g.exchange(rest, (owner, after))
        return assemble(
            self.g,
            value.type,
            {
                (owner, owner): call("identity", mask),
                (owner, before): call("identity", mask),
                (after, owner): call("identity", rest),
                (after, after): call("identity", sent),
            },
        )

    def _deal_from_client(self, value: Wire, subtract: str, client: int) -> tuple[Wire, ...]:
        first, second = (self.g.stream(value.type, (client,)) for _ in range(2))
        third = self.g.local(subtract, value.type, self.g.local(subtract, value.type, value, first), second)
        calls: dict[tuple[int, int], Call] = {}
        for component, wire in enumerate((first, second, third)):
            holders = (component, (component + 2) % 3)
            sent = self.g.exchange(wire, *((client, node) for node in holders))
            calls |= {(component, node): call("identity", sent) for node in holders}
        return assemble(self.g, value.type, calls)

    # Joins on keys that owners hold.

    @classmethod
    def matchers_for(cls, owners: tuple[int, int]) -> tuple[int, int]:
        """For both sides the helper, a node that owns neither."""
        helper = helper_of(owners)
        return helper, helper

    def align(self, value: Clear, side: Side) -> Arithmetic:
        """The joined rows of a column. 2 rounds; see `alignment` for the paper and why views are uniform."""
        places = self.permutations.places(side, helper_of(side.owners))
        return Arithmetic(self._alignments.align(self.clear_number(value), side, places))

    def align_bits(self, value: Clear, planes: int, side: Side) -> Boolean:
        """As `align`, for bits. 2 rounds."""
        places = self.permutations.places(side, helper_of(side.owners))
        return Boolean(self._alignments.align(self.clear_bits(value, planes), side, places))

    # Linear work that depends on the component.

    def on_first(self, x: Shared, kernel: str, *others: Wire) -> Shared:
        """Component 0, which nodes 0 and 2 hold. No round."""
        mine, following = x.parts
        kind = mine.type
        return x.with_parts(
            [
                self.g.choose(kind, ((0,), call(kernel, mine, *others)), ((1, 2), call("identity", mine))),
                self.g.choose(kind, ((0, 1), call("identity", following)), ((2,), call(kernel, following, *others))),
            ]
        )

    # Products.

    def multiply(self, x: Arithmetic, y: Arithmetic) -> Arithmetic:
        """x times y. 1 round, 8 bytes from each node (Araki et al., section 3). Uniform by `_share_out`."""
        kind = self.number(wider(x, y))
        return Arithmetic(self._pass_on("cross.multiply", kind, *x.parts, *y.parts))

    def matmul(self, x: Arithmetic, y: Arithmetic, shape: tuple[int, ...]) -> Arithmetic:
        """The matrix product. 1 round, 8 bytes from each node for each element of the result. Uniform as `multiply`."""
        return Arithmetic(self._pass_on("cross.matmul", self.number(shape), *x.parts, *y.parts))

    def conjunction(
        self,
        x: Boolean,
        y: Boolean,
        left: tuple[int, ...] | None = None,
        right: tuple[int, ...] | None = None,
        plus: tuple[int, ...] | None = None,
    ) -> Boolean:
        """x AND y. 1 round, a bit from each node for each plane (Araki et al., section 2). Uniform as `multiply`."""
        kind = bits(x.shape, x.planes if left is None else len(left))
        if plus is None:
            return Boolean(self._pass_on("cross.and", kind, *x.parts, *y.parts, left=left, right=right))
        return Boolean(self._pass_on("cross.and_xor", kind, *x.parts, *y.parts, left=left, right=right, plus=plus))

    def dot(self, pairs: Sequence[tuple[Arithmetic, Arithmetic]]) -> Arithmetic:
        """The sum of products. 1 round, 8 bytes from each node, however many pairs: only the sum is sent.

        Each step takes the sum so far where `multiply` takes the zero share. The sum starts as a zero share, which
        makes the message uniform: see `_share_out`.
        """
        kind = self.number(wider(*(share for pair in pairs for share in pair)))
        total = self.g.zero(kind)
        for x, y in pairs:
            total = self.g.local("cross.multiply", kind, *x.parts, *y.parts, total)
        return Arithmetic(self._share_out(total))

    def dot_bits(self, x: Boolean, y: Boolean, terms: Sequence[Sequence[tuple[int, int]]]) -> Boolean:
        """1 round, a bit from each node for each plane of the result, however many terms. Uniform as `dot`."""
        kind = bits(x.shape, len(terms))
        both = self.g.local("bits.xor", y.parts[0].type, *y.parts)
        total = self.g.zero(kind)
        for left, right in zip(x.parts, (both, y.parts[0]), strict=True):
            total = self.g.local("bits.dot", kind, left, right, total, **dot_terms(terms))
        return Boolean(self._share_out(total))

    def _pass_on(self, kernel: str, kind: ValueType, *inputs: Wire, **attributes: Any) -> tuple[Wire, ...]:
        """Node i computes summand i of the result, masked by its part of a zero share, and shares it out."""
        return self._share_out(self.g.local(kernel, kind, *inputs, self.g.zero(kind), **attributes))

    def _share_out(self, mine: Wire) -> tuple[Wire, ...]:
        """The parts of a share from its summands: node i sends summand i, which a zero share masks, to node i - 1.

        The mask contains the stream of the nodes i and i + 1. The receiver, node i - 1, does not hold the key of that
        stream; so the message is uniform to it.
        """
        return (mine, self.g.exchange(mine, *PREVIOUS))

    # Conversions.

    def bilinear(self, x: Arithmetic, form: Bilinear) -> Boolean:
        """See `summands.bilinear`."""
        return Boolean(summands.bilinear(self.g, x, form))

    def bilinear_bits(self, x: Boolean, form: Bilinear) -> Boolean:
        """See `summands.bilinear_bits`."""
        return Boolean(summands.bilinear_bits(self.g, x, form))

    def polynomial(self, x: Arithmetic, form: Pieces) -> Arithmetic:
        """2 rounds: one for `pieces.pieces`, one for a product with 8 bytes from each node. Uniform as these two."""
        found = Arithmetic(tables.pieces(self.g, x, form))
        return Arithmetic(self._share_out(tables.summand(self.g, found)))

    def weigh(self, x: Boolean, weights: Sequence[int]) -> Arithmetic:
        """See `summands.weigh`."""
        return Arithmetic(summands.weigh(self.g, x, [weights])[0])

    def weigh_each(self, x: Boolean, rows: Sequence[Sequence[int]]) -> tuple[Arithmetic, ...]:
        """See `summands.weigh`."""
        return tuple(Arithmetic(parts) for parts in summands.weigh(self.g, x, rows))

    def middles(
        self, x: Arithmetic, planes: Boolean, carry: Boolean, low: int, widths: Sequence[int]
    ) -> tuple[Arithmetic, ...]:
        """As in `Conversions`, without the planes. 1 round; 24 bytes for each width, and 16 for the carry.

        A result is the sum of the summands' top `width` bits, less the carry. Below these bits each summand leaves out
        less than a unit, and the sum less than two units. Only if the width covers all planes does the sum leave out no
        more than the planes do.
        """
        high = low + planes.planes
        top = self.shift_left(x, 64 - high)
        wraps = self.weigh_each(carry, [[-(2 << width)] for width in widths])
        found = []
        for width, wrap in zip(widths, wraps, strict=True):
            doubled = self.shift_left(self.shift_summands(top, 64 - width), 1)
            middle = 2 if width < planes.planes else min(low, 1)
            found.append(self.add_public(self.add(doubled, wrap), middle))
        return tuple(found)

    def multiply_bit(self, bit: Boolean, x: Arithmetic) -> Arithmetic:
        """See `summands.multiply_bit`."""
        return Arithmetic(summands.multiply_bit(self.g, bit, x))

    def shift_summands(self, x: Arithmetic, bits: int) -> Arithmetic:
        """See `summands.shift`."""
        return Arithmetic(summands.shift(self.g, x, bits))

    def quotient(self, x: Arithmetic, bits: int) -> Arithmetic:
        """See `summands.quotient`."""
        return Arithmetic(summands.quotient(self.g, x, bits))

    def mask_word(self, shape: tuple[int, ...]) -> tuple[Arithmetic, Boolean]:
        """1 round, 8 bytes from node 1, which knows r = r_1 + r_2. Node 0 knows r_1 alone, node 2 knows r_2 alone.

        Uniform: node 1 shares the bits of -r by `_deal`.
        """
        r1, r2 = self.g.stream(self.number(shape), (0, 1)), self.g.stream(self.number(shape), (1, 2))
        held = {(1, 0): r1, (1, 1): r1, (2, 1): r2, (2, 2): r2}
        mask = assemble(self.g, self.number(shape), {place: call("identity", wire) for place, wire in held.items()})
        minus = self.g.local("ring.negate", self.number(shape), self.g.local("ring.add", self.number(shape), r1, r2))
        planes = self.g.local("bits.from_ring", bits(shape, 64), minus, planes=64)
        return Arithmetic(mask), Boolean(self._deal(planes, "bits.xor"))

    def unmask_word(self, x: Boolean) -> Arithmetic:
        """The word that the planes spell becomes component 0. 1 round, 8 bytes to each of the nodes 0 and 2.

        x is some value less the r of a `mask_word`. Node 0 lacks r_2 and node 2 lacks r_1: so x is uniform to each.
        """
        total = self._gather(x.parts, (0, 2), "bits.xor", "bits.xor")
        word = self.g.local("ring.from_bits", self.number(x.shape), total)
        first = call("identity", word)
        return Arithmetic(assemble(self.g, self.number(x.shape), {(0, 0): first, (0, 2): first}))

    # Order: see `shuffle` and, for sorting, `sort`.

    def random_rows(self, rows: int) -> Rows:
        """A uniform arrangement, from streams. No round."""
        return moves.random_rows(self.g, rows)

    def known_rows(self, value: Clear) -> Rows:
        """3 rounds: the owner shares the row numbers as words of 32 bits (1), which are then `arranged` (2)."""
        wire = self.g.local("word32.from_integer", ValueType(Storage.WORD32, value.shape), value.wire)
        return moves.arranged(self.g, moves.split(self.g, self._deal(wire, "rows.xor"), moves.WORDS))

    def sorted_rows(self, key: Boolean, digit: int) -> Rows:
        """4 rounds for each digit of `digit` planes, and 3. See `sort` for the papers and why views are uniform."""
        return moves.arranged(self.g, sorted_numbers(self.g, key.parts, digit))

    def placed_rows(self, places: Arithmetic) -> Rows:
        """2 rounds, 4 words of 32 bits a row. Uniform: see `shuffle`."""
        return moves.placed(self.g, places.parts)

    def any_rows(self, rows: int) -> Rows:
        """Permutations, and places from nowhere: for counting costs."""
        by = moves.fresh_shuffle(self.g, rows)
        return Rows((by.p, by.q), self.g.input("", by.p.type, (1, 2)), shuffles_first=False, takes=True)

    def gather(self, x: Shared, rows: Rows) -> Shared:
        """2 rounds, 4 words a row; bits move as words. Uniform: see `shuffle`."""
        group = moves.WORDS if isinstance(x, Boolean) else moves.NUMBERS
        words = [in_words(self.g, part) for part in x.parts]
        moved = moves.gather(self.g, tuple(words), rows, group)
        return x.with_parts([out_of_words(self.g, part, x.parts[0].type) for part in moved])

    # Opening.

    def open(self, x: Arithmetic, to: Parties) -> Clear:
        """The number at `to`. 1 round; 8 bytes to each node, 16 to each client. Uniform: see `_gather`."""
        total = self._gather(x.parts, to, "ring.add", "ring.subtract")
        return Clear(self.g.local("integer.from_ring", integers(x.shape), total))

    def open_bits(self, x: Boolean, to: Parties) -> Clear:
        """The bits at `to`. 1 round; a bit to each node, 2 to each client. Uniform: see `_gather`."""
        return self.clear_planes(self._gather(x.parts, to, "bits.xor", "bits.xor"))

    def _gather(self, parts: tuple[Wire, ...], to: Parties, add: str, subtract: str) -> Wire:
        """The sum of the components at `to`.

        A node lacks one component. That component is the value less the node's own two, so the node learns the value
        and nothing else. To a client, node 0 sends the sum of its two components and node 2 sends component 2. A stream
        that these two nodes share, and that the client does not know, masks both messages.
        """
        mine, following = parts
        kind = mine.type
        nodes = tuple(party for party in to if party in self.g.nodes)
        steps = []
        if nodes:
            missing = self.g.exchange(mine, *(((node + 2) % 3, node) for node in nodes))
            both = self.g.local(add, kind, mine, following, at=nodes)
            steps.append((nodes, call(add, both, missing)))
        for client in to:
            if client not in self.g.nodes:
                mask = self.g.stream(kind, (0, 2))
                pair = self.g.local(add, kind, mine, following, at=(0,))
                first = self.g.exchange(self.g.local(add, kind, pair, mask, at=(0,)), (0, client))
                second = self.g.exchange(self.g.local(subtract, kind, mine, mask, at=(2,)), (2, client))
                steps.append(((client,), call(add, first, second)))
        return self.g.choose(kind, *steps)
