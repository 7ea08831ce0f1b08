"""Least and greatest entries along an axis, and their places, by tournaments of arithmetic or of boolean shares."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic

from ..circuits import circuits
from ..rules.conversions import Conversions
from ..rules.expansion import integers
from ..rules.linear import Linear
from ..rules.products import Products
from ..rules.shares import Arithmetic, Boolean, Clear, Share, Shared
from ..rules.use import Use, halves, joined, without_axis


def least(use: Use[Conversions]) -> Share:
    """The least entries along the axis. log2(entries) levels, each with the rounds of `less` and 1."""
    return _play(use, is_least=True, places=False)


def greatest(use: Use[Conversions]) -> Share:
    """The greatest entries along the axis. Rounds as `least`."""
    return _play(use, is_least=False, places=False)


def place_of_least(use: Use[Conversions]) -> Share:
    """The places of the least entries; the first of equal entries counts. Rounds as `least`."""
    return _play(use, is_least=True, places=True)


def place_of_greatest(use: Use[Conversions]) -> Share:
    """The places of the greatest entries; the first of equal entries counts. Rounds as `least`."""
    return _play(use, is_least=False, places=True)


@dataclass(frozen=True, slots=True)
class _Rules(Generic[Shared]):
    """How entries of one kind of share are compared and chosen, and how places become shares of that kind."""

    less: Callable[[Shared, Shared], Boolean]
    select: Callable[[Boolean, Shared, Shared], Shared]
    public: Callable[[Clear], Shared]


def _play(use: Use[Conversions], *, is_least: bool, places: bool) -> Share:
    p, axis = use.p, use.attribute("axis")
    (x,) = use.operands
    if isinstance(x, Arithmetic):
        return _tournament(p, _of_numbers(p, use.difference_bits), x, axis, is_least=is_least, places=places)
    if isinstance(x, Boolean):
        whole = circuits.extend(p, x, use.bits_of(0))
        return _tournament(p, _of_bits(p, whole.shape[axis]), whole, axis, is_least=is_least, places=places)
    raise TypeError(f"{use.operation.name} takes shares")


def _of_numbers(p: Conversions, bits: int) -> _Rules[Arithmetic]:
    return _Rules(
        less=lambda x, y: circuits.sign(p, p.subtract(x, y), bits),
        select=lambda condition, x, y: circuits.select(p, condition, x, y),
        public=p.public,
    )


def _of_bits(p: Products, entries: int) -> _Rules[Boolean]:
    """The rules for bits. Places get one plane more, for the sign."""
    planes = max(entries - 1, 0).bit_length() + 1
    return _Rules(
        less=lambda x, y: circuits.less_bits(p, x, y),
        select=lambda condition, x, y: circuits.select_bits(p, condition, x, y),
        public=lambda places: p.public_bits(places, planes),
    )


def _tournament(p: Linear, rules: _Rules[Shared], x: Shared, axis: int, *, is_least: bool, places: bool) -> Shared:
    """Neighbours play. The later one wins only if it is strictly better, so the first of equal entries remains."""
    place = rules.public(_places(p, x.shape, axis)) if places else None
    while x.shape[axis] > 1:
        even, odd, last = halves(p, x, axis)
        wins = rules.less(odd, even) if is_least else rules.less(even, odd)
        if place is not None:
            first, second, rest = halves(p, place, axis)
            place = _survivors(p, rules.select(wins, second, first), rest, axis)
        x = _survivors(p, rules.select(wins, odd, even), last, axis)
    return without_axis(p, x if place is None else place, axis)


def _survivors(p: Linear, winners: Shared, last: Shared | None, axis: int) -> Shared:
    return winners if last is None else joined(p, [winners, last], axis)


def _places(p: Linear, shape: tuple[int, ...], axis: int) -> Clear:
    """The place of each entry along the axis."""
    numbers = p.g.local("clear.iota", integers((shape[axis],)), at=p.g.nodes, n=shape[axis])
    column = tuple(size if index == axis else 1 for index, size in enumerate(shape))
    upright = p.g.local("reshape", integers(column), numbers, shape=column)
    return Clear(p.g.local("broadcast", integers(shape), upright, shape=shape))
