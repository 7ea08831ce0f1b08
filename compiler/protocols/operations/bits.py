"""Truth values, and integers bit by bit, on boolean shares: an integer has as many planes as its type promises bits."""

from ..circuits import circuits
from ..rules.expansion import integers
from ..rules.linear import Linear
from ..rules.products import Products
from ..rules.shares import Boolean, Clear, Share
from ..rules.use import Use


def conjunction(use: Use[Products]) -> Share:
    """1 round; none where an operand is public."""
    return _conjunction(use, inverted=False)


def disjunction(use: Use[Products]) -> Share:
    """not (not x and not y). 1 round; none where an operand is public."""
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
    """No round."""
    planes = use.planes
    for one, other in ((0, 1), (1, 0)):
        public = use.whole_clear(one)
        if public is not None:
            return use.p.xor_public(use.bits(other, planes), public)
    return use.p.xor(use.bits(0, planes), use.bits(1, planes))


def invert(use: Use[Linear]) -> Share:
    """No round."""
    return use.p.invert(use.bits(0, use.planes))


def shift_left(use: Use[Linear]) -> Share:
    """No round."""
    shift, planes = use.attribute("bits"), use.bits_of(0)
    return use.p.planes(use.bits(0, planes), tuple(max(plane - shift, -1) for plane in range(use.planes)))


def shift_right(use: Use[Linear]) -> Share:
    """No round."""
    shift, planes = use.attribute("bits"), use.bits_of(0)
    return use.p.planes(use.bits(0, planes), tuple(min(plane + shift, planes - 1) for plane in range(use.planes)))


def select(use: Use[Products]) -> Share:
    """1 round; none where the condition is public."""
    planes = use.planes
    x, y = use.bits(1, planes), use.bits(2, planes)
    condition = use.whole_clear(0)
    if condition is None:
        return circuits.select_bits(use.p, use.bits(0, 1), x, y)
    return use.p.xor(use.p.and_public(use.p.xor(x, y), _spread(use, condition, planes)), y)


def _spread(use: Use[Linear], condition: Clear, planes: int) -> Clear:
    """A public truth value for each of the planes: -1 has all of them set."""
    if planes == 1:
        return condition
    kind = integers(condition.shape)
    number = use.p.g.local("clear.cast", kind, condition.wire, bits=0)
    return Clear(use.p.g.local("clear.negate", kind, number))
