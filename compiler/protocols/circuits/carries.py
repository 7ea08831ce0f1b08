"""Trees of (generate, propagate) pairs: which pairs each level of a parallel prefix needs, and the calls for them.

A range [low, high) of bits of two summands generates a carry (G) if one leaves its top although none comes in. It
propagates a carry (P) if one that comes in leaves its top. Neighbouring ranges join: G = G_upper XOR P_upper G_lower
and P = P_upper P_lower, in one round for all joins of a level. The first level joins the bits of a block without a
round of its own: the pairs of a block are bilinear functions of the summands (`rules.Bilinear`), which are polynomials
here.
"""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from ..rules.products import Products
from ..rules.shares import Bilinear, Boolean

Monomial = tuple[frozenset[int], frozenset[int]]
"""The AND of some bits of a and some bits of b; one if there are none."""
Polynomial = frozenset[Monomial]
"""An XOR of monomials."""


@dataclass(frozen=True, slots=True, order=True)
class Item:
    """A plane of a level: the G or the P (`kind`) of the bits [low, high)."""

    kind: str
    low: int
    high: int


@dataclass(frozen=True, slots=True)
class Level:
    """One round. Products of planes of the level before (`left` AND `right` XOR `added`), then `copied` planes."""

    left: tuple[int, ...]
    right: tuple[int, ...]
    added: tuple[int, ...]
    copied: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Levels:
    """The items to start from, then level by level what is computed; `wanted` are planes of the last level."""

    first: tuple[Item, ...]
    later: tuple[Level, ...]
    wanted: tuple[int, ...]


def blocks(bits: int) -> tuple[int, ...]:
    """Where the blocks of the first level begin, and the end: 2^k blocks of one or two bits, for the least k."""
    count = 1
    while 2 * count < bits:
        count *= 2
    single = 2 * count - bits
    return tuple(range(single)) + tuple(range(single, bits + 1, 2))


PLANS = 4096
"""So many trees are kept: a long program asks for few widths many times."""

FEW = 4
"""Up to so many unchanged planes go through the product, as `added` to nothing; more of them are copied."""


def levels_for(bounds: Iterable[int], wanted: Iterable[Item]) -> Levels:
    """What to compute for the wanted items if every item within a block is at hand; `bounds` are the blocks' ends."""
    return _levels(tuple(bounds), tuple(wanted))


@lru_cache(PLANS)
def _levels(bounds: tuple[int, ...], wanted: tuple[Item, ...]) -> Levels:
    spans = [bounds]
    while len(spans[-1]) > 2:
        last = spans[-1]
        spans.append((*last[:-1:2], last[-1]))
    needed = list(dict.fromkeys(wanted))
    joins: list[list[tuple[Item, int | None]]] = []
    for below in reversed(spans[:-1]):
        level = [(item, _meeting(item, below)) for item in needed]
        joins.append(level)
        needed = list(dict.fromkeys(half for item, meeting in level for half in _halves(item, meeting)))
    place = {item: index for index, item in enumerate(needed)}
    later = []
    for level in reversed(joins):
        found, order = _level(level, place)
        later.append(found)
        place = {item: index for index, item in enumerate(order)}
    return Levels(tuple(needed), tuple(later), tuple(place[item] for item in dict.fromkeys(wanted)))


def _meeting(item: Item, below: Sequence[int]) -> int | None:
    """Where the item's two halves meet; None if the item lies within one block of the level below."""
    first = bisect_right(below, item.low)
    return below[first] if first < len(below) and below[first] < item.high else None


def _halves(item: Item, meeting: int | None) -> list[Item]:
    if meeting is None:
        return [item]
    upper, lower = Item("P", meeting, item.high), Item(item.kind, item.low, meeting)
    return [Item("G", meeting, item.high), upper, lower] if item.kind == "G" else [upper, lower]


def _level(level: Sequence[tuple[Item, int | None]], place: dict[Item, int]) -> tuple[Level, list[Item]]:
    """A level, and its items in the order of its planes."""
    kept = [item for item, meeting in level if meeting is None]
    copied = dict.fromkeys(kept if len(kept) > FEW else [])
    computed = [(item, meeting) for item, meeting in level if item not in copied]
    factors = []
    for item, meeting in computed:
        if meeting is None:
            factors.append((-1, -1, place[item]))
        else:
            upper, lower = place[Item("P", meeting, item.high)], place[Item(item.kind, item.low, meeting)]
            factors.append((upper, lower, place[Item("G", meeting, item.high)] if item.kind == "G" else -1))
    left, right, added = zip(*factors, strict=True)
    found = Level(left, right, added, tuple(place[item] for item in copied))
    return found, [item for item, _ in computed] + list(copied)


def run_levels(p: Products, planes: Boolean, levels: Levels) -> Boolean:
    """The wanted items, in order, from the planes of `levels.first`, in order. One round for each level."""
    for level in levels.later:
        result = p.conjunction(planes, planes, level.left, level.right, level.added)
        planes = p.concat_planes(result, p.planes(planes, level.copied)) if level.copied else result
    return p.planes(planes, levels.wanted)


ONE: Polynomial = frozenset([(frozenset[int](), frozenset[int]())])


def bit_of_a(index: int) -> Polynomial:
    """The bit `index` of a."""
    return frozenset([(frozenset([index]), frozenset[int]())])


def bit_of_b(index: int) -> Polynomial:
    """The bit `index` of b."""
    return frozenset([(frozenset[int](), frozenset([index]))])


def plus(x: Polynomial, y: Polynomial) -> Polynomial:
    """x XOR y."""
    return x ^ y


def times(x: Polynomial, y: Polynomial) -> Polynomial:
    """x AND y."""
    result: Polynomial = frozenset()
    for a, b in x:
        for c, d in y:
            result ^= frozenset([(a | c, b | d)])
    return result


@lru_cache(PLANS)
def polynomial(item: Item) -> Polynomial:
    """The item as a function of the bits of the summands."""
    bit = item.high - 1
    both, either = times(bit_of_a(bit), bit_of_b(bit)), plus(bit_of_a(bit), bit_of_b(bit))
    own = both if item.kind == "G" else either
    if item.high - item.low == 1:
        return own
    lower = times(either, polynomial(Item(item.kind, item.low, bit)))
    return plus(own, lower) if item.kind == "G" else lower


def bilinear(bits: int, functions: Iterable[Polynomial], negated: bool = False) -> Bilinear:
    """The form whose planes are these functions of the low `bits` bits."""
    return _bilinear(bits, tuple(functions), negated)


@lru_cache(PLANS)
def _bilinear(bits: int, functions: tuple[Polynomial, ...], negated: bool) -> Bilinear:
    left: dict[frozenset[int], int] = {frozenset(): -1}
    right: dict[frozenset[int], int] = {frozenset(): -1}
    terms = []
    for function in functions:
        pairs = []
        for a, b in sorted(function, key=lambda monomial: (sorted(monomial[0]), sorted(monomial[1]))):
            pairs.append((left.setdefault(a, len(left) - 1), right.setdefault(b, len(right) - 1)))
        terms.append(tuple(pairs))
    return Bilinear(bits, _factors(left), _factors(right), tuple(terms), negated)


def _factors(monomials: Iterable[frozenset[int]]) -> tuple[tuple[int, ...], ...]:
    return tuple(tuple(sorted(monomial)) for monomial in monomials if monomial)
