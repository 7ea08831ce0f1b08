"""Comparisons of numbers and of bits; `any` and `all` by trees along an axis."""

from ..circuits import circuits
from ..rules.conversions import Conversions
from ..rules.expansion import booleans
from ..rules.linear import Linear
from ..rules.products import Products
from ..rules.shares import Arithmetic, Boolean, Clear, Share
from ..rules.use import Use, halves, joined, without_axis


def less(use: Use[Conversions]) -> Share:
    """Whether x < y. 1 + log2(bits / 2) rounds, 6 for 64 bits."""
    return circuits.sign(use.p, _difference(use), use.difference_bits)


def equal(use: Use[Conversions]) -> Share:
    """Whether x = y. 1 + log2(bits / 2) rounds, 6 for 64 bits.

    Numbers less than 2**bits apart are equal exactly if they are equal modulo 2**bits.
    """
    return circuits.is_zero(use.p, _difference(use), use.distance_bits)


def _difference(use: Use[Linear]) -> Arithmetic:
    public = use.clear(0)
    if public is not None:
        return use.p.add_public(use.p.negate(use.number(1)), public)
    return use.p.subtract(use.number(0), use.number(1))


def equal_bits(use: Use[Products]) -> Share:
    """Whether x = y, as numbers in bits. log2(bits) rounds; none for truth values."""
    planes = max(use.bits_of(operand) for operand in range(2))
    same = use.p.invert(use.p.xor(use.bits(0, planes), use.bits(1, planes)))
    return circuits.all_planes(use.p, same)


def some(use: Use[Products]) -> Share:
    """Whether any entry along the axis is true. log2(entries) rounds."""
    return use.p.invert(_every(use, use.p.invert(_bits(use))))


def every(use: Use[Products]) -> Share:
    """Whether all entries along the axis are true. log2(entries) rounds."""
    return _every(use, _bits(use))


def _bits(use: Use[Linear]) -> Boolean:
    (x,) = use.operands
    if not isinstance(x, Boolean):
        raise TypeError(f"{use.operation.name} takes bits")
    return x


def _every(use: Use[Products], x: Boolean) -> Boolean:
    p, axis = use.p, use.attribute("axis")
    if x.shape[axis] == 0:
        true = p.g.constant(True, booleans(use.shape), p.g.nodes)
        return p.public_bits(Clear(true), 1)
    while x.shape[axis] > 1:
        even, odd, last = halves(p, x, axis)
        both = p.conjunction(even, odd)
        x = both if last is None else joined(p, [both, last], axis)
    return without_axis(p, x, axis)
