"""Conversions of replicated shares, each in one round (of much data in two), from the two summands of every share.

x = a + b with a = x_0 + x_1, which node 0 knows, and b = x_2, which nodes 1 and 2 know (XOR for bits). What a function
of a and b needs beyond local work are sums of products f(a) * g(b), and these take one round (`multiply_summands`):

    Node 0 sends f + w to node 1 and f + w' to node 2, for w a stream of the nodes 0 and 2, w' of 0 and 1. Node 2 sends
    q = w * g + y_0 to node 1, node 1 sends q' = w' * g + y_1 to node 2, for y_0 a stream of 0 and 2, y_1 of 0 and 1.
    Then (f + w) * g - q - y_1 at node 1 and (f + w') * g - q' - y_0 at node 2 are both f * g - y_0 - y_1: component 2
    of a sharing whose components 0 and 1 are y_0 and y_1.

Node 1 receives f + w and q, masked by w and y_0, two independent streams of a key that it does not hold; node 2
likewise with w' and y_1; node 0 receives nothing. So every view is uniform, whatever f and g. This takes the place of
the three-party oblivious transfer of ABY3 (CCS 2018, section 5.4.1) with four words for a product where that takes six.

Three do where a round more costs less than sending f twice (`LATE`): node 0 sends f + w' to node 2 alone, node 1 sends
q' there, and what node 2 finds is component 2, which it sends to node 1 in the next round, where y_0 masks it: a stream
that node 1 does not hold, and that nothing else it receives depends on.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from ....runtime.graph.nodes import Storage, ValueType
from ..rules.expansion import Call, Expansion, Wire, bits, call
from ..rules.shares import Arithmetic, Bilinear, Boolean
from .parts import Parts, assemble, known_to_two, number

LATE = 1 << 18
"""From so many bytes on that are twice a result's, f goes to node 2 alone, and what node 2 finds to node 1 a round
later."""


@dataclass(frozen=True, slots=True)
class Masked:
    """What nodes 1 and 2 hold of f: f masked by the stream that the other one knows, and the stream that they know.

    Of a late f, node 2 holds the one and node 1 the other.
    """

    f: Wire
    w: Wire


@dataclass(frozen=True, slots=True)
class Products:
    """What nodes 1 and 2 hold after the round: the masked f, the other one's q, their own y; and y_0 and y_1.

    Of a late f, node 1 holds none of it.
    """

    f: Wire
    q: Wire
    y: Wire
    y0: Wire
    y1: Wire


def _mask(g: Expansion, f: ValueType, y: ValueType, mask: Callable[[Wire], Call]) -> Masked:
    """Node 0's messages above: `mask(w)` is f + w there. Results are of the type `y`."""
    w1 = g.stream(f, (0, 1))
    if f.wire_bytes >= max(LATE, 2 * y.wire_bytes):
        return Masked(g.exchange(g.choose(f, ((0,), mask(w1))), (0, 2)), g.kept_at(w1, (1,)))
    w2 = g.stream(f, (0, 2))
    to_1 = g.exchange(g.choose(f, ((0,), mask(w2))), (0, 1))
    to_2 = g.exchange(g.choose(f, ((0,), mask(w1))), (0, 2))
    own_w = g.choose(f, ((1,), call("identity", w1)), ((2,), call("identity", w2)))
    received = g.choose(f, ((1,), call("identity", to_1)), ((2,), call("identity", to_2)))
    return Masked(received, own_w)


def _help(g: Expansion, masked: Masked, y: ValueType, help: Callable[[Wire, Wire], Call]) -> Products:
    """The other messages: `help(w, y)` is w * g + y at nodes 1 and 2. One masked f serves any number of g."""
    y0, y1 = g.stream(y, (0, 2)), g.stream(y, (0, 1))
    if masked.w.at == (1,):
        helped = g.choose(y, ((1,), help(masked.w, y1)))
        return Products(masked.f, g.exchange(helped, (1, 2)), g.kept_at(y0, (2,)), y0, y1)
    own_y = g.choose(y, ((1,), call("identity", y1)), ((2,), call("identity", y0)))
    helped = g.choose(y, ((1, 2), help(masked.w, own_y)))
    return Products(masked.f, g.exchange(helped, (1, 2), (2, 1)), own_y, y0, y1)


def multiply_summands(
    g: Expansion, f: ValueType, y: ValueType, mask: Callable[[Wire], Call], help: Callable[[Wire, Wire], Call]
) -> Products:
    """All messages above, for one f and one g."""
    return _help(g, _mask(g, f, y, mask), y, help)


def _third(g: Expansion, products: Products, kind: ValueType, third: Call) -> dict[tuple[int, int], Call]:
    """Component 2 of a result where it is known: at node 1 a round later if f is late, masked by y_0."""
    if products.f.at != (2,):
        return {(2, 1): third, (2, 2): third}
    found = g.choose(kind, ((2,), third))
    return {(2, 1): call("identity", g.exchange(found, (2, 1))), (2, 2): call("identity", found)}


def result(g: Expansion, products: Products, third: Call) -> Parts:
    """The share with components y_0, y_1 and `third`."""
    first, second = call("identity", products.y0), call("identity", products.y1)
    kind = products.y.type
    components = {(0, 0): first, (0, 2): first, (1, 0): second, (1, 1): second}
    return assemble(g, kind, components | _third(g, products, kind, third))


def bilinear(g: Expansion, x: Arithmetic, form: Bilinear) -> Parts:
    """1 round. For each bit product of the left, 2 bits from node 0; for each plane, a bit from each of nodes 1 and 2.

    f are the products of bits of a, g those of b; the multiplication is AND, the addition XOR.
    """
    shape = x.shape
    a = g.local("ring.add", number(shape), *x.parts, at=(0,))
    a = g.local("bits.from_ring", bits(shape, form.bits), a, planes=form.bits)
    b = known_to_two(g, x.parts)
    if form.negated:
        b = g.local("ring.negate", number(shape), b)
    return _of_planes(g, a, g.local("bits.from_ring", bits(shape, form.bits), b, planes=form.bits), form)


def bilinear_bits(g: Expansion, x: Boolean, form: Bilinear) -> Parts:
    """As `bilinear`, of a = x_0 XOR x_1 and b = x_2: any function of few bits in a round."""
    return _of_planes(g, g.local("bits.xor", x.parts[0].type, *x.parts, at=(0,)), known_to_two(g, x.parts), form)


def _of_planes(g: Expansion, a: Wire, b: Wire, form: Bilinear) -> Parts:
    f, h = conjunctions(g, a, form.left), conjunctions(g, b, form.right)
    products = multiply_summands(
        g,
        f.type,
        bits(a.shape, len(form.terms)),
        mask=lambda w: call("bits.xor", f, w),
        help=lambda w, y: call("bits.dot", w, h, y, **_flat(form, local=False)),
    )
    both = g.local("bits.xor", products.y.type, products.q, products.y)
    return result(g, products, call("bits.dot", products.f, h, both, **_flat(form, local=True)))


def conjunctions(g: Expansion, planes: Wire, factors: Sequence[tuple[int, ...]]) -> Wire:
    """For each of the factors the AND of these planes. No round."""
    place: dict[tuple[int, ...], int] = {(plane,): plane for plane in range(planes.type.planes)}
    large = [half for factor in factors if len(factor) > 2 for half in _halves(factor) if len(half) > 1]
    if large:
        before = tuple(dict.fromkeys(large))
        count = planes.type.planes
        place |= {factor: count + at for at, factor in enumerate(before)}
        found = conjunctions(g, planes, before)
        planes = g.local("bits.concat_planes", bits(planes.shape, count + len(before)), planes, found)
    pairs = [[place[half] for half in _halves(factor)] for factor in factors]
    left, right = tuple(pair[0] for pair in pairs), tuple(pair[-1] for pair in pairs)
    return g.local("bits.and", bits(planes.shape, len(factors)), planes, planes, left=left, right=right)


def _halves(factor: tuple[int, ...]) -> tuple[tuple[int, ...], ...]:
    """The first places, as many as the largest power of two below their number, and the rest; of one place, it."""
    first = 1 << (len(factor) - 1).bit_length() - 1 if len(factor) > 1 else 1
    return (factor[:first], factor[first:]) if len(factor) > 1 else (factor,)


def _firsts(pairs: tuple[tuple[int, int], ...]) -> tuple[int, ...]:
    return tuple(first for first, _ in pairs)


def _seconds(pairs: tuple[tuple[int, int], ...]) -> tuple[int, ...]:
    return tuple(second for _, second in pairs)


def _flat(form: Bilinear, local: bool) -> dict[str, tuple[int, ...]]:
    """The terms as the kernel takes them; without a factor of a they need no help and are `local` to nodes 1 and 2."""
    kept = [[(left, right) for left, right in terms if local or left >= 0] for terms in form.terms]
    pairs = tuple(pair for terms in kept for pair in terms)
    ends = tuple(int(end) for end in np.cumsum([len(terms) for terms in kept]))
    return {"left": _firsts(pairs), "right": _seconds(pairs), "ends": ends}


def weigh(g: Expansion, x: Boolean, rows: Sequence[Sequence[int]]) -> list[Parts]:
    """1 round; for n planes 16 n bytes from node 0, for each row 8 from each of the others (n = 1: 32 in all).

    A bit is c XOR d = c * (1 - 2 d) + d for c = x_0 XOR x_1 at node 0 and d = x_2 at nodes 1 and 2: f is c, and g is
    (1 - 2 d) times the weight. The products of all planes are added before they are sent.
    """
    planes = x.planes
    c = g.local("bits.xor", bits(x.shape, planes), *x.parts, at=(0,))
    d = known_to_two(g, x.parts)
    table = np.array([[weight % 2**64 for weight in row] for row in rows], np.uint64)
    weights = g.constant(table, number(table.shape), (1, 2))
    kind = number((len(rows), *x.shape))
    masked = _mask(g, number((planes, *x.shape)), kind, lambda w: call("ring.add_bits", c, w))
    products = _help(g, masked, kind, lambda w, y: call("weigh.signed", d, weights, w, y))
    third = call("weigh.joined", d, weights, products.f, products.q, products.y)
    together = result(g, products, third)
    return list(zip(*map(g.rows, together), strict=True))


def multiply_bit(g: Expansion, bit: Boolean, x: Arithmetic) -> Parts:
    """1 round; 40 bytes from node 0, 8 from each of the others.

    With c and d as in `weigh`, and a and b the summands of x: the product is

        c a  +  d * (1 - 2 c) a  +  (1 - 2 d) b * c  +  d b

    where node 0 knows the first term, nodes 1 and 2 the last, and the others are products of what node 0 knows with
    what they know. Node 0 sends its term to node 1 less a further stream s of the nodes 0 and 2, which hides it.
    """
    shape = x.shape
    c = g.local("bits.xor", bits(shape, 1), *bit.parts, at=(0,))
    d, b = known_to_two(g, bit.parts), known_to_two(g, x.parts)
    s = g.stream(number(shape), (0, 2))
    own = g.local("gates.sum", number(shape), c, *x.parts, s, at=(0,))
    sent = g.exchange(own, (0, 1))
    products = multiply_summands(
        g,
        number((2, *shape)),
        number(shape),
        mask=lambda w: call("gates.mask", c, *x.parts, w),
        help=lambda w, y: call("gates.help", d, b, w, y),
    )
    third = call("gates.join", d, b, products.f, products.q, products.y)
    y0, y1 = products.y0, products.y1
    components = {
        (0, 0): call("ring.add", y0, s),
        (0, 2): call("ring.add", y0, s),
        (1, 0): call("ring.add", y1, own),
        (1, 1): call("ring.add", y1, sent),
    }
    return assemble(g, number(shape), components | _third(g, products, number(shape), third))


def shift(g: Expansion, x: Arithmetic, bits: int) -> Parts:
    """1 round, 8 bytes from node 0 to node 1: a >> bits less a stream of the nodes 0 and 2, which hides it."""
    kind = number(x.shape)
    a = g.local("ring.shift_right", kind, g.local("ring.add", kind, *x.parts, at=(0,)), bits=bits)
    b = g.local("ring.shift_right", kind, known_to_two(g, x.parts), bits=bits)
    s = g.stream(kind, (0, 2))
    own = g.local("ring.subtract", kind, a, s)
    components = {
        (0, 0): call("identity", s),
        (0, 2): call("identity", s),
        (1, 0): call("identity", own),
        (1, 1): call("identity", g.exchange(own, (0, 1))),
        (2, 1): call("identity", b),
        (2, 2): call("identity", b),
    }
    return assemble(g, kind, components)


def quotient(g: Expansion, x: Arithmetic, bits: int) -> Parts:
    """1 round; 8 bytes and two words from node 0, a word from each of the others: 16 bytes in all for bits <= 16.

    A word has 16, 32 or 64 bits, at least `bits`. With u and v the top bits of a and b: as x < 2**63, a + b wraps just
    when u or v is set (Escudero, Ghosh, Keller, Rachuri, Scholl, CRYPTO 2020, section 5), so

        (a >> bits) + (b >> bits) - 2**(64 - bits) (u + v - u v)
          =  (a >> bits) - 2**(64 - bits) u   +   (b >> bits) - 2**(64 - bits) v   +   2**(64 - bits) u v

    is floor(x / 2**bits) less the carry. The first two terms are arithmetic shifts, known to node 0 and to nodes 1 and
    2; of the product u v only the low `bits` bits count. Node 1 receives the first term under a further stream s.

    Who learns a truncated value also learns which way it was rounded, as with every truncation of this kind: node 0,
    which knows a, then knows whether the fraction that was dropped lies below a random threshold of its own.
    """
    kind, shape = number(x.shape), x.shape
    word, suffix = _word(bits)
    small = ValueType(word, shape)
    b = known_to_two(g, x.parts)
    s = g.stream(kind, (0, 2))
    own = g.local("quotient.sum", kind, *x.parts, s, at=(0,), bits=bits)
    sent = g.exchange(own, (0, 1))
    products = multiply_summands(
        g,
        small,
        small,
        mask=lambda w: call(f"quotient.mask{suffix}", *x.parts, w),
        help=lambda w, y: call(f"quotient.help{suffix}", b, w, y),
    )
    third = call(f"quotient.join{suffix}", b, products.f, products.q, products.y, bits=bits)
    add_high = f"quotient.add_high{suffix}"
    components = {
        (0, 0): call(add_high, s, products.y0, bits=bits),
        (0, 2): call(add_high, s, products.y0, bits=bits),
        (1, 0): call(add_high, own, products.y1, bits=bits),
        (1, 1): call(add_high, sent, products.y1, bits=bits),
    }
    return assemble(g, kind, components | _third(g, products, kind, third))


def _word(bits: int) -> tuple[Storage, str]:
    if bits <= 16:
        return Storage.WORD16, "16"
    return (Storage.WORD32, "32") if bits <= 32 else (Storage.RING, "64")
