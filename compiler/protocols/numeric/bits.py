"""What numeric functions need of bits: some planes of a number, its leading bit, and an index as one-hot planes.

In and out: shares of any protocol.

The leading bit is found at the same time as the sum of the summands, not after it. Let x = a + b with
|x| < 2**(bits - 1), t_i = a_i XOR b_i and g_i = a_i AND b_i, all of them zero below bit 0. Then

    f_i  =  (not t_i) t_(i-1)  XOR  (not t_i) g_(i-1)  XOR  g_i (not t_(i-1))  XOR  t_(i+1) (not t_i) (not t_(i-1))

is set first, seen from above, either where x first differs from its sign or one place higher (leading-one prediction:
Schmookler and Nowka, ARITH 2001, section 3, here as an XOR of products). For x = 0 no f_i is set. All products but the
last are bilinear in the summands, so f costs two rounds, while the sum costs six.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..circuits.carries import (
    ONE,
    Item,
    Polynomial,
    bilinear,
    bit_of_a,
    bit_of_b,
    blocks,
    levels_for,
    plus,
    polynomial,
    run_levels,
    times,
)
from ..circuits.circuits import any_above
from ..rules.conversions import Conversions
from ..rules.shares import Arithmetic, Boolean


@dataclass(frozen=True, slots=True)
class Digits:
    """The bits [low, high) of a number x, without the carry of its summands from below `low`.

    So `planes` are those bits of x or of x - 2**low. `carried` has the carries of the summands' bits from `low` up into
    the positions low + 1, ..., high - 1.
    """

    number: Arithmetic
    planes: Boolean
    carried: Boolean
    low: int

    def bits(self, p: Conversions, first: int, stop: int) -> Boolean:
        """The bits [first, stop), as positions in x."""
        return p.planes(self.planes, tuple(range(first - self.low, stop - self.low)))

    def middles(self, p: Conversions, stop: int, widths: Sequence[int]) -> tuple[Arithmetic, ...]:
        """See `Conversions.middles`: the middles of the bits below `stop`, one for each width."""
        carry = p.planes(self.carried, (stop - self.low - 1,))
        return p.middles(self.number, self.bits(p, self.low, stop), carry, self.low, widths)


def bits_between(p: Conversions, x: Arithmetic, low: int, high: int) -> Digits:
    """The bits [low, high) of x as `Digits`. 1 + log2((high - low) / 2) rounds."""
    sums = [polynomial(Item("P", bit, bit + 1)) for bit in range(low, high)]
    levels = levels_for([low + bound for bound in blocks(high - low - 1)], _carries(low, high))
    first = [polynomial(item) for item in levels.first]
    planes = p.bilinear(x, bilinear(high, first + sums))
    carried = run_levels(p, planes, levels)
    found = p.xor(planes, carried, tuple(range(len(first), planes.planes)), (-1, *range(high - low - 1)))
    return Digits(x, found, carried, low)


def is_below(p: Conversions, x: Arithmetic, bound: int, low: int, bits: int) -> Boolean:
    """Whether x < bound, where x - bound fits `bits` bits. 1 + log2((bits - low) / 2) rounds.

    If low > 0, bits below `low` do not carry: the answer is that for x or for x - 2**low.
    """
    top = bits - 1
    levels = levels_for([low + at for at in blocks(top - low)], [Item("G", low, top)])
    functions = {item: polynomial(item) for item in levels.first}
    last = max((item for item in levels.first if item.kind == "G"), key=lambda item: item.high)
    functions[last] = plus(functions[last], _either(top))
    return run_levels(p, p.bilinear(p.add_public(x, -bound), bilinear(bits, list(functions.values()))), levels)


@dataclass(frozen=True, slots=True)
class Leading:
    """`planes` are the bits of x (the top one its sign). `exists` is whether x is not 0.

    `place` has one plane for each position from `lowest` - 1 up. The plane that is set tells where x first differs from
    its sign, or is one higher. No plane is set for x = 0.
    """

    planes: Boolean
    place: Boolean
    exists: Boolean
    lowest: int

    @property
    def exponents(self) -> range:
        """For each plane of `place`, the E such that |x| = m * 2**E with m in [1/4, 1) where that plane is set."""
        return range(self.lowest, self.lowest + self.place.planes)

    @property
    def sign(self) -> int:
        """The plane of `planes` that is the sign."""
        return self.planes.planes - 1


def leading(p: Conversions, x: Arithmetic, bits: int, lowest: int = 0) -> Leading:
    """The bits of x and its leading bit, for |x| < 2**(bits - 1), and x >= 2**(lowest - 1) if lowest > 0.

    1 + log2(bits / 2) rounds for the bits, 2 + log2(bits + 1 - lowest) for the place: for bits = 47, 8.
    """
    sums = [polynomial(Item("P", bit, bit + 1)) for bit in range(bits + 1)]
    levels = levels_for(blocks(bits - 1), _carries(0, bits))
    first = [polynomial(item) for item in levels.first]
    sought = range(max(lowest - 1, 0), bits)
    sure = [_sure(bit) for bit in sought]
    open_ = [times(plus(ONE, _either(bit)), plus(ONE, _either(bit - 1))) for bit in sought]
    planes = p.bilinear(x, bilinear(bits + 1, first + sums + sure + open_))
    sums_at, sure_at = len(first), len(first) + bits + 1
    carried = run_levels(p, planes, levels)
    total = p.xor(planes, carried, tuple(range(sums_at, sums_at + bits)), (-1, *range(bits - 1)))
    left = tuple(range(sums_at + sought.start + 1, sums_at + bits + 1))
    right = tuple(range(sure_at + len(sought), sure_at + 2 * len(sought)))
    added = tuple(range(sure_at, sure_at + len(sought)))
    if lowest == 0:
        left, right, added = (-1, *left), (-1, *right), (sums_at, *added)
    above = any_above(p, p.conjunction(planes, planes, left, right, added))
    place = p.xor(above, above, tuple(range(above.planes)), (*range(1, above.planes), -1))
    return Leading(total, place, p.planes(above, (0,)), lowest)


def _sure(bit: int) -> Polynomial:
    """The terms of f_bit that do not contain t_(bit+1)."""
    none, below_none = plus(ONE, _either(bit)), plus(ONE, _either(bit - 1))
    first = times(none, plus(_either(bit - 1), _both(bit - 1)))
    return plus(first, times(_both(bit), below_none))


def _either(bit: int) -> Polynomial:
    return plus(bit_of_a(bit), bit_of_b(bit)) if bit >= 0 else frozenset()


def _both(bit: int) -> Polynomial:
    return times(bit_of_a(bit), bit_of_b(bit)) if bit >= 0 else frozenset()


def _carries(low: int, high: int) -> list[Item]:
    return [Item("G", low, bit) for bit in range(low + 1, high)]


def outer(p: Conversions, x: Boolean, y: Boolean) -> Boolean:
    """All products: plane i * y.planes + j is x_i AND y_j. 1 round."""
    left = tuple(i for i in range(x.planes) for _ in range(y.planes))
    return p.conjunction(x, y, left, tuple(range(y.planes)) * x.planes)


def cases(p: Conversions, index: Boolean, where: Boolean | None = None) -> Boolean:
    """One-hot planes: plane i of 2**planes is set where the index is i and, if given, `where` (one plane) holds.

    Plane 0 is the lowest bit of the index. The rounds are log2 of how many planes `index` and `where` have together.
    """
    if index.planes == 0 and where is not None:
        return where
    if index.planes == 1 and where is None:
        return p.concat_planes(p.invert(index), index)
    lower = (index.planes + (0 if where is None else 1) + 1) // 2
    low = cases(p, p.planes(index, tuple(range(lower))))
    high = cases(p, p.planes(index, tuple(range(lower, index.planes))), where)
    return outer(p, high, low)
