"""Numbers computed bit by bit on boolean shares, so that what is compared, shifted or masked need not leave its bits.

Every rule here has a twin on arithmetic shares; `choose_shares` weighs them. A public operand saves the first round.
"""

from ..circuits import circuits
from ..rules.linear import Linear
from ..rules.products import Products
from ..rules.shares import Boolean, Share
from ..rules.use import Use
from .bits import negation


def cast(use: Use[Linear]) -> Share:
    """A wider integer, an integer from a truth value, or a fixed number of a finer scale. No round."""
    finer = use.element.scale - use.element_of(0).scale
    x = use.bits(0, max(use.planes - finer, 1))
    return use.p.planes(x, _shifted(x.planes, finer, use.planes))


def _shifted(planes: int, up: int, wanted: int) -> tuple[int, ...]:
    """The planes of a signed number times 2**up, rounded down."""
    return tuple(-1 if plane < up else min(plane - up, planes - 1) for plane in range(wanted))


def round_down(use: Use[Linear]) -> Share:
    """`floor`, exact. No round."""
    x = use.bits(0, use.bits_of(0))
    return use.p.planes(x, _shifted(x.planes, -use.element_of(0).scale, use.planes))


def truncate(use: Use[Linear]) -> Share:
    """Rounded down. No round."""
    x = use.bits(0, use.bits_of(0))
    return use.p.planes(x, _shifted(x.planes, -int(use.attribute("bits")), use.planes))


def add(use: Use[Products]) -> Share:
    """1 + log2(bits) rounds."""
    either, both = _digits(use, use.planes, inverted=False)
    return circuits.add_digits(use.p, either, both)


def subtract(use: Use[Products]) -> Share:
    """x - y = NOT (NOT x + y). 1 + log2(bits) rounds."""
    either, both = _digits(use, use.planes, inverted=True)
    return use.p.invert(circuits.add_digits(use.p, either, both))


def negate(use: Use[Products]) -> Share:
    """log2(bits) rounds."""
    return circuits.negate_bits(use.p, use.bits(0, use.planes))


def less(use: Use[Products]) -> Share:
    """1 + log2(bits) rounds."""
    planes = max(use.bits_of(operand) for operand in range(2))
    either, both = _digits(use, planes, inverted=True)
    return circuits.less_digits(use.p, use.bits(0, planes), use.bits(1, planes), either, both)


def _digits(use: Use[Products], planes: int, *, inverted: bool) -> tuple[Boolean, Boolean]:
    """XOR and AND of both operands, the first one inverted if asked; without a round where one is public."""
    p = use.p
    left, right = use.whole_clear(0), use.whole_clear(1)
    if left is not None:
        y, public = use.bits(1, planes), negation(use, left) if inverted else left
        return p.xor_public(y, public), p.and_public(y, public)
    x = p.invert(use.bits(0, planes)) if inverted else use.bits(0, planes)
    if right is not None:
        return p.xor_public(x, right), p.and_public(x, right)
    y = use.bits(1, planes)
    return p.xor(x, y), p.conjunction(x, y)
