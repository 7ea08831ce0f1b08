"""Comparisons, and what is made of them: least and greatest entries, and quantifiers, by trees along an axis."""

from . import circuits
from .operations_use import Use, halves, joined, without_axis
from .rules import Arithmetic, Boolean, Clear, Protocol, Share, booleans, integers


def less(use: Use) -> Share:
    """1 + log2(bits / 2) rounds, 6 for 64 bits."""
    return circuits.sign(use.p, _difference(use), use.difference_bits)


def equal(use: Use) -> Share:
    """1 + log2(bits / 2) rounds, 6 for 64 bits.

    Numbers that are less than 2**bits apart are equal if they are so modulo 2**bits.
    """
    return circuits.is_zero(use.p, _difference(use), use.distance_bits)


def _difference(use: Use) -> Arithmetic:
    public = use.clear(0)
    if public is not None:
        return use.p.add_public(use.p.negate(use.number(1)), public)
    return use.p.subtract(use.number(0), use.number(1))


def equal_bits(use: Use) -> Share:
    """log2(bits) rounds; none for truth values."""
    planes = max(use.bits_of(operand) for operand in range(2))
    same = use.p.invert(use.p.xor(use.bits(0, planes), use.bits(1, planes)))
    return circuits.all_planes(use.p, same)


def some(use: Use) -> Share:
    """log2(entries) rounds."""
    return use.p.invert(_every(use, use.p.invert(_bits(use))))


def every(use: Use) -> Share:
    """log2(entries) rounds."""
    return _every(use, _bits(use))


def _bits(use: Use) -> Boolean:
    (x,) = use.operands
    if not isinstance(x, Boolean):
        raise TypeError(f"{use.operation.name} takes bits")
    return x


def _every(use: Use, x: Boolean) -> Boolean:
    p, axis = use.p, use.attribute("axis")
    if x.shape[axis] == 0:
        true = p.g.constant(True, booleans(use.shape), p.g.nodes)
        return p.public_bits(Clear(true), 1)
    while x.shape[axis] > 1:
        even, odd, last = halves(p, x, axis)
        both = p.conjunction(even, odd)
        x = both if last is None else joined(p, [both, last], axis)
    return without_axis(p, x, axis)


def least(use: Use) -> Share:
    """log2(entries) times (rounds of `less` and 1)."""
    return _tournament(use, is_least=True, places=False)


def greatest(use: Use) -> Share:
    """As `least`."""
    return _tournament(use, is_least=False, places=False)


def place_of_least(use: Use) -> Share:
    """As `least`; the first of equal entries counts."""
    return _tournament(use, is_least=True, places=True)


def place_of_greatest(use: Use) -> Share:
    """As `least`; the first of equal entries counts."""
    return _tournament(use, is_least=False, places=True)


def _tournament(use: Use, *, is_least: bool, places: bool) -> Arithmetic:
    """Neighbours play; the later one wins only if it is strictly better, so that the first of equals remains."""
    p, axis = use.p, use.attribute("axis")
    (x,) = use.operands
    if not isinstance(x, Arithmetic):
        raise TypeError(f"{use.operation.name} takes numbers")
    place = _places(p, x.shape, axis) if places else None
    bits = use.difference_bits
    while x.shape[axis] > 1:
        even, odd, last = halves(p, x, axis)
        ahead = p.subtract(odd, even) if is_least else p.subtract(even, odd)
        wins = circuits.sign(p, ahead, bits)
        if place is not None:
            first, second, rest = halves(p, place, axis)
            place = _survivors(p, wins, first, second, rest, axis)
        x = _survivors(p, wins, even, odd, last, axis)
    return without_axis(p, x if place is None else place, axis)


def _survivors(
    p: Protocol, later_wins: Boolean, even: Arithmetic, odd: Arithmetic, last: Arithmetic | None, axis: int
) -> Arithmetic:
    winners = circuits.select(p, later_wins, odd, even)
    return winners if last is None else joined(p, [winners, last], axis)


def _places(p: Protocol, shape: tuple[int, ...], axis: int) -> Arithmetic:
    """The place of each entry along the axis."""
    numbers = p.g.local("clear.iota", integers((shape[axis],)), at=p.g.nodes, n=shape[axis])
    column = tuple(size if index == axis else 1 for index, size in enumerate(shape))
    upright = p.g.local("reshape", integers(column), numbers, shape=column)
    return p.public(Clear(p.g.local("broadcast", integers(shape), upright, shape=shape)))
