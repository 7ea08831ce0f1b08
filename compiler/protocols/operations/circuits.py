"""Numbers computed bit by bit on boolean shares, so that a number which is also compared or shifted can stay in bits.

Every rule here has a twin on arithmetic shares; `choose_shares` compares their costs. A public operand saves the first
round.
"""

from ..circuits import circuits
from ..rules.linear import Linear
from ..rules.products import Products
from ..rules.shares import Boolean, Share
from ..rules.use import Use
from .bits import negation


def cast(use: Use[Linear]) -> Share:
    """Casts to a wider integer, from a truth value to an integer, or to a finer fixed-point scale. No round."""
    finer = use.element.scale - use.element_of(0).scale
    x = use.bits(0, max(use.planes - finer, 1))
    return use.p.planes(x, _shifted(x.planes, finer, use.planes))


def _shifted(planes: int, up: int, wanted: int) -> tuple[int, ...]:
    """Which planes of a signed number make up the number times 2**up, rounded down; -1 stands for zeros."""
    return tuple(-1 if plane < up else min(plane - up, planes - 1) for plane in range(wanted))


def round_down(use: Use[Linear]) -> Share:
    """`floor`, exactly. No round."""
    x = use.bits(0, use.bits_of(0))
    return use.p.planes(x, _shifted(x.planes, -use.element_of(0).scale, use.planes))


def truncate(use: Use[Linear]) -> Share:
    """Divides by 2**bits and rounds down. No round."""
    x = use.bits(0, use.bits_of(0))
    return use.p.planes(x, _shifted(x.planes, -int(use.attribute("bits")), use.planes))


def add(use: Use[Products]) -> Share:
    """x + y. 1 + log2(bits) rounds."""
    either, both = _digits(use, use.planes, inverted=False)
    return circuits.add_digits(use.p, either, both)


def subtract(use: Use[Products]) -> Share:
    """x - y = NOT (NOT x + y). 1 + log2(bits) rounds."""
    either, both = _digits(use, use.planes, inverted=True)
    return use.p.invert(circuits.add_digits(use.p, either, both))


def negate(use: Use[Products]) -> Share:
    """-x. log2(bits) rounds."""
    return circuits.negate_bits(use.p, use.bits(0, use.planes))


def less(use: Use[Products]) -> Share:
    """Whether x < y, as signed numbers. 1 + log2(bits) rounds."""
    planes = max(use.bits_of(operand) for operand in range(2))
    either, both = _digits(use, planes, inverted=True)
    return circuits.less_digits(use.p, use.bits(0, planes), use.bits(1, planes), either, both)


def _digits(use: Use[Products], planes: int, *, inverted: bool) -> tuple[Boolean, Boolean]:
    """The operands' XOR and AND, with the first operand inverted if asked. 1 round; none if an operand is public."""
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
