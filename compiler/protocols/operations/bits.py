"""Truth values, and integers bit by bit, on boolean shares: an integer has as many planes as its range needs bits."""

from ..circuits import circuits
from ..rules.expansion import integers
from ..rules.linear import Linear
from ..rules.products import Products
from ..rules.shares import Boolean, Clear, Share
from ..rules.use import Use


def conjunction(use: Use[Products]) -> Share:
    """x AND y, bit by bit. 1 round; none if an operand is public."""
    return _conjunction(use, inverted=False)


def disjunction(use: Use[Products]) -> Share:
    """x OR y = NOT (NOT x AND NOT y), bit by bit. 1 round; none if an operand is public."""
    return use.p.invert(_conjunction(use, inverted=True))


def _conjunction(use: Use[Products], inverted: bool) -> Boolean:
    p, planes = use.p, use.planes
    for one, other in ((0, 1), (1, 0)):
        public = use.whole_clear(one)
        if public is not None:
            x = use.bits(other, planes)
            return p.and_public(p.invert(x), negation(use, public)) if inverted else p.and_public(x, public)
    x, y = use.bits(0, planes), use.bits(1, planes)
    return p.conjunction(p.invert(x), p.invert(y)) if inverted else p.conjunction(x, y)


def negation(use: Use[Linear], public: Clear) -> Clear:
    """Every bit of a public operand negated."""
    return Clear(use.p.g.local("clear.not", public.wire.type, public.wire))


def exclusive(use: Use[Linear]) -> Share:
    """x XOR y, bit by bit. No round."""
    planes = use.planes
    for one, other in ((0, 1), (1, 0)):
        public = use.whole_clear(one)
        if public is not None:
            return use.p.xor_public(use.bits(other, planes), public)
    return use.p.xor(use.bits(0, planes), use.bits(1, planes))


def invert(use: Use[Linear]) -> Share:
    """Every bit negated. No round."""
    return use.p.invert(use.bits(0, use.planes))


def shift_left(use: Use[Linear]) -> Share:
    """Moves every bit up; zeros come in from below. No round."""
    shift, planes = use.attribute("bits"), use.bits_of(0)
    return use.p.planes(use.bits(0, planes), tuple(max(plane - shift, -1) for plane in range(use.planes)))


def shift_right(use: Use[Linear]) -> Share:
    """Moves every bit down; copies of the sign come in from above. No round."""
    shift, planes = use.attribute("bits"), use.bits_of(0)
    return use.p.planes(use.bits(0, planes), tuple(min(plane + shift, planes - 1) for plane in range(use.planes)))


def select(use: Use[Products]) -> Share:
    """x where the condition holds, else y. 1 round; none if the condition is public."""
    planes = use.planes
    x, y = use.bits(1, planes), use.bits(2, planes)
    condition = use.whole_clear(0)
    if condition is None:
        return circuits.select_bits(use.p, use.bits(0, 1), x, y)
    return use.p.xor(use.p.and_public(use.p.xor(x, y), _spread(use, condition, planes)), y)


def _spread(use: Use[Linear], condition: Clear, planes: int) -> Clear:
    """A public truth value, repeated for each of the planes: true becomes -1, which has all bits set."""
    if planes == 1:
        return condition
    kind = integers(condition.shape)
    number = use.p.g.local("clear.cast", kind, condition.wire, bits=0)
    return Clear(use.p.g.local("clear.negate", kind, number))
