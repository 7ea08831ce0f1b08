"""Circuits over the primitives of any protocol: comparisons, conversions between numbers and bits, shifts, selection.

In: shares. Out: shares. Every circuit is a few calls on whole arrays; its depth counts in rounds. With rep3 the sign of
64 bits takes 6 rounds and 20.3 bytes per element and party. The first round evaluates the carries of blocks of two bits
as bilinear functions of the summands; a binary tree of (generate, propagate) pairs joins the 32 blocks.
"""

from collections.abc import Sequence
from itertools import pairwise

from ..rules.conversions import Conversions
from ..rules.linear import Linear
from ..rules.products import Products
from ..rules.shares import Arithmetic, Boolean
from .carries import ONE, Item, bilinear, bit_of_a, bit_of_b, blocks, levels_for, plus, polynomial, run_levels, times

INJECTED_PLANES = 16
"""Up to so many planes become a number plane by plane, in one round; wider words go through an adder."""


def sign(p: Conversions, x: Arithmetic, bits: int = 64) -> Boolean:
    """Whether x < 0, for x that fits `bits` bits with its sign: one plane. 1 + log2(bits / 2) rounds."""
    top = bits - 1
    either = plus(bit_of_a(top), bit_of_b(top))
    if top == 0:
        return p.bilinear(x, bilinear(bits, [either]))
    levels = levels_for(blocks(top), [Item("G", 0, top)])
    functions = {item: polynomial(item) for item in levels.first}
    # The sign is the carry into the top bit XOR the summands' top bits. The last block's G enters every join by XOR, so
    # the top bits are added there.
    last = max((item for item in levels.first if item.kind == "G"), key=lambda item: item.high)
    functions[last] = plus(functions[last], either)
    return run_levels(p, p.bilinear(x, bilinear(bits, list(functions.values()))), levels)


def less(p: Conversions, x: Arithmetic, y: Arithmetic, bits: int = 64) -> Boolean:
    """Whether x < y, for x - y that fits `bits` bits with its sign. Rounds as for `sign`."""
    return sign(p, p.subtract(x, y), bits)


def is_zero(p: Conversions, x: Arithmetic, bits: int = 64) -> Boolean:
    """Whether the low `bits` bits of x are all zero. 1 + log2(bits / 2) rounds.

    x = a + b is zero where every bit of a equals the same bit of -b. The first round compares blocks of two bits.
    """
    bounds = blocks(bits)
    functions = []
    for low, high in pairwise(bounds):
        function = ONE
        for bit in range(low, high):
            function = times(function, plus(ONE, plus(bit_of_a(bit), bit_of_b(bit))))
        functions.append(function)
    return all_planes(p, p.bilinear(x, bilinear(bits, functions, negated=True)))


def all_planes(p: Products, x: Boolean) -> Boolean:
    """One plane: the AND of all planes. log2(planes) rounds."""
    while x.planes > 1:
        half = x.planes // 2
        odd = (2 * half,) if x.planes % 2 else ()
        left = (*range(0, 2 * half, 2), *(-1 for _ in odd))
        right = (*range(1, 2 * half, 2), *(-1 for _ in odd))
        x = p.conjunction(x, x, left, right, (*(-1 for _ in range(half)), *odd) if odd else None)
    return x


def any_planes(p: Products, x: Boolean) -> Boolean:
    """One plane: the OR of all planes. log2(planes) rounds."""
    return p.invert(all_planes(p, p.invert(x)))


def disjunction(p: Products, x: Boolean, y: Boolean) -> Boolean:
    """x OR y, plane by plane. 1 round."""
    return p.invert(p.conjunction(p.invert(x), p.invert(y)))


def carries(p: Conversions, x: Arithmetic, into: Sequence[int]) -> Boolean:
    """For each bit position (1 to 64), one plane: the carry of x's summands into it. 1 + log2(largest / 2) rounds."""
    highest = max(into)
    levels = levels_for(blocks(highest), [Item("G", 0, position) for position in into])
    return run_levels(p, p.bilinear(x, bilinear(highest, [polynomial(item) for item in levels.first])), levels)


def to_bits(p: Conversions, x: Arithmetic, bits: int = 64) -> Boolean:
    """The low `bits` bits of x (A2B). 1 + log2(bits / 2) rounds."""
    sums = [polynomial(Item("P", bit, bit + 1)) for bit in range(bits)]
    if bits == 1:
        return p.bilinear(x, bilinear(1, sums))
    levels = levels_for(blocks(bits - 1), [Item("G", 0, bit) for bit in range(1, bits)])
    first = [polynomial(item) for item in levels.first]
    planes = p.bilinear(x, bilinear(bits, first + sums))
    carried = run_levels(p, planes, levels)
    return p.xor(planes, carried, tuple(range(len(first), planes.planes)), (-1, *range(bits - 1)))


def from_bits(p: Conversions, x: Boolean, signed: bool = True) -> Arithmetic:
    """The number that the planes spell; if `signed`, the top plane has a negative weight (B2A).

    1 round up to INJECTED_PLANES planes, else 8. A random r is shared as a number and -r as bits. The bits of -r are
    added to the planes; the sum is uniform, so it may be unmasked; then r is added to the number (ABY3, CCS 2018,
    section 5.3).
    """
    planes = x.planes
    if planes <= INJECTED_PLANES:
        weights = [1 << plane for plane in range(planes)]
        return p.weigh(x, [*weights[:-1], -weights[-1]] if signed else weights)
    mask, minus = p.mask_word(x.shape)
    whole = extend(p, x, 64, signed)
    return p.add(p.unmask_word(add_bits(p, whole, minus)), mask)


def extend(p: Linear, x: Boolean, planes: int, signed: bool = True) -> Boolean:
    """The same number in more planes, or its low bits in fewer. No round."""
    above = x.planes - 1 if signed else -1
    return p.planes(x, tuple(plane if plane < x.planes else above for plane in range(planes)))


def add_bits(p: Products, x: Boolean, y: Boolean, carry: bool = False) -> Boolean:
    """x + y, or x + y + 1 with `carry`, in as many planes. 1 + log2(planes) rounds."""
    total, _ = _add(p, x, y, carry, overflow=False)
    return total


def subtract_bits(p: Products, x: Boolean, y: Boolean) -> tuple[Boolean, Boolean]:
    """x - y in as many planes, and a plane: whether x >= y as unsigned numbers. 1 + log2(planes) rounds."""
    return _add(p, x, p.invert(y), carry=True, overflow=True)


def _add(p: Products, x: Boolean, y: Boolean, carry: bool, overflow: bool) -> tuple[Boolean, Boolean]:
    planes = x.planes
    top = planes if overflow else planes - 1
    either = p.xor(x, y)
    if top == 0:
        return (p.invert(either) if carry else either), either
    both = p.conjunction(x, y, tuple(range(top)), tuple(range(top)))
    if carry:
        # With a carry in, the lowest bit carries if x OR y = (x AND y) XOR (x XOR y).
        both = p.xor(both, either, tuple(range(top)), (0, *(-1 for _ in range(top - 1))))
    carried = _carried(p, either, both, range(1, top + 1))
    total = p.xor(either, carried, tuple(range(planes)), (-1, *range(planes - 1)))
    if carry:
        total = p.concat_planes(p.invert(p.planes(total, (0,))), p.planes(total, tuple(range(1, planes))))
    return total, p.planes(carried, (top - 1,))


def add_digits(p: Products, either: Boolean, both: Boolean) -> Boolean:
    """x + y, in as many planes, from x XOR y and x AND y. log2(planes - 1) rounds."""
    if either.planes == 1:
        return either
    carried = _carried(p, either, both, range(1, either.planes))
    return p.xor(either, carried, tuple(range(either.planes)), (-1, *range(either.planes - 1)))


def overflow_digits(p: Products, either: Boolean, both: Boolean) -> Boolean:
    """The carry out of x + y, one plane, from x XOR y and x AND y. log2(planes) rounds."""
    return _carried(p, either, both, [either.planes])


def _carried(p: Products, either: Boolean, both: Boolean, into: Sequence[int]) -> Boolean:
    """For each bit position a plane: the carry into that position, from the summands' XOR and their AND."""
    top = max(into)
    levels = levels_for(range(top + 1), [Item("G", 0, bit) for bit in into])
    pairs = p.concat_planes(both, either)
    ordered = p.planes(pairs, tuple(item.low + (0 if item.kind == "G" else both.planes) for item in levels.first))
    return run_levels(p, ordered, levels)


def less_bits(p: Products, x: Boolean, y: Boolean) -> Boolean:
    """Whether x < y, as signed numbers of equally many planes. 1 + log2(planes) rounds."""
    flipped = p.invert(x)
    return less_digits(p, x, y, p.xor(flipped, y), p.conjunction(flipped, y))


def less_digits(p: Products, x: Boolean, y: Boolean, either: Boolean, both: Boolean) -> Boolean:
    """Whether x < y as signed numbers, from (NOT x) XOR y and (NOT x) AND y. log2(planes) rounds.

    Let the sign be repeated above the top plane. Then x - y is negative if the signs differ or a borrow leaves the top
    plane, but not if both hold. The borrow of x - y is the carry of NOT x + y.
    """
    top = (x.planes - 1,)
    signs = p.xor(x, y, top, top)
    return p.xor(signs, overflow_digits(p, either, both))


def negate_bits(p: Products, x: Boolean) -> Boolean:
    """-x in as many planes: every bit above the lowest set bit flips. log2(planes - 1) rounds."""
    planes = x.planes
    if planes == 1:
        return x
    levels = levels_for(range(planes), [Item("P", 0, bit) for bit in range(1, planes)])
    flipped = p.invert(p.planes(x, tuple(item.low for item in levels.first)))
    above = p.invert(run_levels(p, flipped, levels))
    return p.xor(x, above, tuple(range(planes)), (-1, *range(planes - 1)))


def any_above(p: Products, x: Boolean) -> Boolean:
    """Plane j is the OR of the planes from j up: ones from the leading bit down. log2(planes) rounds."""
    planes = x.planes
    levels = levels_for(range(planes + 1), [Item("P", 0, bit + 1) for bit in range(planes)])
    flipped = p.invert(p.planes(x, tuple(planes - 1 - item.low for item in levels.first)))
    return p.invert(p.planes(run_levels(p, flipped, levels), tuple(range(planes - 1, -1, -1))))


def shift_right(p: Conversions, x: Arithmetic, shift: int, bits: int = 64) -> Arithmetic:
    """floor(x / 2**shift), exactly, for signed x that fits `bits` bits. 7 rounds, fewer for bits <= 63.

    Adding a multiple of 2**shift makes x a non-negative y. For y < 2**63, `quotient` lacks only the carry of y's
    summands into bit `shift`. For y < 2**64 the quotient is (a >> shift) + (b >> shift) with that carry, less
    2**(64 - shift) for the carry out of the top.
    """
    shift = min(shift, bits - 1)
    if shift == 0:
        return x
    if bits <= 63:
        y = p.add_public(x, 2**62)
        quotient = p.add(p.quotient(y, shift), p.weigh(carries(p, y, [shift]), [1]))
        return p.add_public(quotient, -(2 ** (62 - shift)))
    y = p.add_public(x, -(2**63))
    quotient = p.add(p.shift_summands(y, shift), p.weigh(carries(p, y, [shift, 64]), [1, -(2 ** (64 - shift))]))
    return p.add_public(quotient, -(2 ** (63 - shift)))


def select(p: Conversions, condition: Boolean, x: Arithmetic, y: Arithmetic) -> Arithmetic:
    """x where the condition holds, else y. 1 round."""
    return p.add(p.multiply_bit(condition, p.subtract(x, y)), y)


def select_bits(p: Products, condition: Boolean, x: Boolean, y: Boolean) -> Boolean:
    """x where the condition holds, else y. 1 round."""
    planes = x.planes
    chosen = p.conjunction(p.xor(x, y), condition, tuple(range(planes)), (0,) * planes)
    return p.xor(chosen, y)
