"""Conversions of replicated shares, each in one round (two for much data), from the two summands of every share.

x = a + b, where node 0 knows a = x_0 + x_1, and nodes 1 and 2 know b = x_2 (XOR for bits). Beyond local work, functions
of a and b need sums of products f(a) * g(b). These take one round (`multiply_summands`):

    Let w and y_0 be streams of the nodes 0 and 2, w' and y_1 streams of 0 and 1. Node 0 sends f + w to node 1 and
    f + w' to node 2. Node 2 sends q = w * g + y_0 to node 1, and node 1 sends q' = w' * g + y_1 to node 2. Then
    (f + w) * g - q - y_1 at node 1 and (f + w') * g - q' - y_0 at node 2 are both f * g - y_0 - y_1: component 2 of a
    sharing whose components 0 and 1 are y_0 and y_1.

Why views are uniform, whatever f and g: node 1 receives f + w and q, masked by w and y_0, two independent streams of a
key that node 1 does not hold. Node 2 receives f + w' and q', masked by w' and y_1. Node 0 receives nothing. This takes
the place of the three-party oblivious transfer of ABY3 (CCS 2018, section 5.4.1), with four words in place of six.

Three words do where one more round costs less than sending f twice (`LATE`). Node 0 sends f + w' to node 2 alone, and
node 1 sends q' to node 2. What node 2 finds is component 2; node 2 sends it to node 1 in the next round. y_0 masks that
message: node 1 does not hold this stream, and nothing else that node 1 receives depends on it.
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
"""f goes to node 2 alone if it has so many bytes, and at least twice as many as a result. Node 1 then gets component 2
from node 2, a round later."""


@dataclass(frozen=True, slots=True)
class Masked:
    """What nodes 1 and 2 hold of f: f masked by the stream that the other node knows, and the stream that they know.

    If f is late, node 2 holds the masked f and node 1 holds the stream.
    """

    f: Wire
    w: Wire


@dataclass(frozen=True, slots=True)
class Products:
    """What nodes 1 and 2 hold after the round: the masked f, the other node's q, their own y. Also y_0 and y_1.

    If f is late, node 2 alone holds f, q and y.
    """

    f: Wire
    q: Wire
    y: Wire
    y0: Wire
    y1: Wire


def _mask(g: Expansion, f: ValueType, y: ValueType, mask: Callable[[Wire], Call]) -> Masked:
    """Node 0's messages above: `mask(w)` is the call for f + w. `f` is the type of f, `y` the type of results."""
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
    """The messages of nodes 1 and 2 above: `help(w, y)` is the call for w * g + y. One masked f serves many g."""
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
    """All messages above, for one f and one g. 1 round. Uniform: see the module."""
    return _help(g, _mask(g, f, y, mask), y, help)


def _third(g: Expansion, products: Products, kind: ValueType, third: Call) -> dict[tuple[int, int], Call]:
    """Component 2 of a result at nodes 1 and 2. If f is late, node 1 gets it a round later, masked by y_0."""
    if products.f.at != (2,):
        return {(2, 1): third, (2, 2): third}
    found = g.choose(kind, ((2,), third))
    return {(2, 1): call("identity", g.exchange(found, (2, 1))), (2, 2): call("identity", found)}


def result(g: Expansion, products: Products, third: Call) -> Parts:
    """The share whose components are y_0, y_1 and `third`."""
    first, second = call("identity", products.y0), call("identity", products.y1)
    kind = products.y.type
    components = {(0, 0): first, (0, 2): first, (1, 0): second, (1, 1): second}
    return assemble(g, kind, components | _third(g, products, kind, third))


def bilinear(g: Expansion, x: Arithmetic, form: Bilinear) -> Parts:
    """The planes of `form`. 1 round; uniform by `multiply_summands`.

    Node 0 sends 2 bits for each product of bits of a, each of the others a bit for each plane of the result.
    f are these products, and g the products of bits of b. The multiplication is AND, the addition XOR.
    """
    shape = x.shape
    a = g.local("ring.add", number(shape), *x.parts, at=(0,))
    a = g.local("bits.from_ring", bits(shape, form.bits), a, planes=form.bits)
    b = known_to_two(g, x.parts)
    if form.negated:
        b = g.local("ring.negate", number(shape), b)
    return _of_planes(g, a, g.local("bits.from_ring", bits(shape, form.bits), b, planes=form.bits), form)


def bilinear_bits(g: Expansion, x: Boolean, form: Bilinear) -> Parts:
    """As `bilinear`, for a = x_0 XOR x_1 and b = x_2: any function of few bits, in one round."""
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
    """For each of the factors a plane: the AND of the factor's planes. No round."""
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
    """The first places, as many as the largest power of two below their number, and the rest. One place stays."""
    first = 1 << (len(factor) - 1).bit_length() - 1 if len(factor) > 1 else 1
    return (factor[:first], factor[first:]) if len(factor) > 1 else (factor,)


def _firsts(pairs: tuple[tuple[int, int], ...]) -> tuple[int, ...]:
    return tuple(first for first, _ in pairs)


def _seconds(pairs: tuple[tuple[int, int], ...]) -> tuple[int, ...]:
    return tuple(second for _, second in pairs)


def _flat(form: Bilinear, local: bool) -> dict[str, tuple[int, ...]]:
    """The terms as the kernel takes them. Unless `local`, without terms that have no factor of a: they need no help."""
    kept = [[(left, right) for left, right in terms if local or left >= 0] for terms in form.terms]
    pairs = tuple(pair for terms in kept for pair in terms)
    ends = tuple(int(end) for end in np.cumsum([len(terms) for terms in kept]))
    return {"left": _firsts(pairs), "right": _seconds(pairs), "ends": ends}


def weigh(g: Expansion, x: Boolean, rows: Sequence[Sequence[int]]) -> list[Parts]:
    """For each row, the sum of its weights where planes are set. 1 round.

    For n planes node 0 sends 16 n bytes, and each of the others 8 for each row (n = 1: 32 in all). A bit is
    c XOR d = c * (1 - 2 d) + d, where node 0 knows c = x_0 XOR x_1, and nodes 1 and 2 know d = x_2. So f is c, and g is
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
    """x where the bit is set, else 0. 1 round; 40 bytes from node 0, 8 from each of the others.

    With c and d as in `weigh`, and a and b the summands of x, the product is

        c a  +  d * (1 - 2 c) a  +  (1 - 2 d) b * c  +  d b.

    Node 0 knows the first term, nodes 1 and 2 know the last. The other terms are products of what node 0 knows with
    what nodes 1 and 2 know. Node 0 sends node 1 its term less a further stream s of the nodes 0 and 2, which hides the
    term.
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
    """a >> bits plus b >> bits. 1 round; 8 bytes to node 1: a >> bits, masked by a stream of nodes 0 and 2."""
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
    """floor(x / 2**bits) less a carry, for 0 <= x < 2**63. 1 round; for bits <= 16 it takes 16 bytes in all.

    Node 0 sends 8 bytes and two words, each of the others a word of 16, 32 or 64 bits, at least `bits`. Let u and v be
    the top bits of a and b. As x < 2**63, a + b wraps exactly if u or v is set (Escudero, Ghosh, Keller, Rachuri,
    Scholl, CRYPTO 2020, section 5), so

        (a >> bits) + (b >> bits) - 2**(64 - bits) (u + v - u v)
          =  (a >> bits) - 2**(64 - bits) u   +   (b >> bits) - 2**(64 - bits) v   +   2**(64 - bits) u v

    is floor(x / 2**bits) less the carry into bit `bits`. Node 0 knows the first pair of terms, an arithmetic shift, and
    nodes 1 and 2 know the second. Of the product u v only the low `bits` bits count. Node 1 receives the first pair
    under a further stream s of nodes 0 and 2.

    Whoever learns a truncated value also learns which way it was rounded, as with every truncation of this kind. Node 0
    knows a; so it then knows whether the fraction that was dropped lies below a random threshold of node 0's own.
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
