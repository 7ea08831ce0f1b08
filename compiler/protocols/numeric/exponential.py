"""The exponential of a fixed-point share, as 2**n * 2**u from the bits of x / log 2.

z = x / log 2 + f + 2 - s modulo 2**6 is computed in the top bits of the ring, by one public factor and without a
truncation. The top 6 bits of z are the exponent E; the range of x gives a start s that keeps E at least 0. The next 26
bits are the fraction u. (The bits of z below these are dropped, and so is their carry: 2**-26.) Then
e**x * 2**f = 2**u * 2**(E + s - 2). A table gives M = 2**u at scale 30; 2**E is the product of the powers of the digits
in E = 2**d a + b. Call A = 2**d a + s a block. For A >= 32 the product M * 2**(E + s - 32) is the result. For A < 32
the result is M * 2**E / 2**(32 - s), truncated:

    M * 2**b * [A >= 32] 2**(A - 32)  +  (M * 2**b * [A < 32] 2**(2**d a)) / 2**(32 - s),    both products below 2**62.

Two comparisons are made in the same rounds as the bits. Where x is too small, nothing is set, so the result is 0. Where
x is too large, the largest number is added. The range of x may rule out either case. It also rules out bits of E
that are never set. Error: < 1 unit of the last place; relative, the table's error and 2**-26.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache, reduce
from math import ceil, floor, log

import numpy as np

from ...ir.intervals import Interval, documented
from ...ir.types import width
from ..rules.conversions import Conversions
from ..rules.shares import Arithmetic, Boolean
from .bits import bits_between, cases, is_below
from .function import Bound, Function, coarse_or_fine
from .polynomials import evaluate, part_variables
from .tables import Table, even_pieces, tabulate

MANTISSA = 30
"""How many bits M has after the point."""
LOW = 32
"""The lowest bit of z that counts. The exponent begins at bit `EXPONENT`."""
EXPONENT = 58


@lru_cache(maxsize=16)
def powers_of_two(index_bits: int, bits: int) -> Table:
    """Cubics for 2**u on equal pieces of [0, 1)."""
    count = 1 << index_bits
    return tabulate(lambda u: np.asarray(np.exp2(u)), even_pieces(count, 1 / count), 3, MANTISSA, bits, doubt=2)


def largest(fraction_bits: int) -> int:
    """The largest documented number, at which the exponential stops."""
    return (1 << (62 - fraction_bits)) - 1


def limits(fraction_bits: int) -> tuple[int, int]:
    """Two values of x, as integers: below the first the result counts as 0, from the second on it is `largest`.

    The second is lower than exact by the relative error, so that no result exceeds the largest number.
    """
    unit = 1 << fraction_bits
    low = -(fraction_bits + 1.9) * log(2)
    high = (62 - 2 * fraction_bits) * log(2) - (2.0**-20 if fraction_bits <= 16 else 2.0**-25)
    return ceil(low * unit), floor(high * unit) + 1


@dataclass(frozen=True, slots=True)
class Plan:
    """`offset` is added to x's product to make z. E has `bits` bits, of which its lower digit b has `unit_bits`.

    Each block has its factor in `whole` if no truncation follows, or in `cut` if one by `dropped` bits does; the other
    entry is 0.
    """

    offset: int
    bits: int
    unit_bits: int
    whole: tuple[int, ...]
    cut: tuple[int, ...]
    dropped: int


@lru_cache(maxsize=64)
def plan_for(fraction_bits: int, within: Interval) -> Plan:
    """The plan for the exponents that x can have within the range and the limits, with digits of the fewest planes."""
    low, high = limits(fraction_bits)
    ends = (max(within.low, low), min(within.high, high))
    rounding = (fraction_bits + 2 << EXPONENT) + (1 << LOW - 1)
    start, last = (
        min(max(end * _factor(fraction_bits) + rounding + slack >> EXPONENT, 0), 63)
        for end, slack in zip(ends, (-(1 << LOW), 1 << LOW), strict=True)
    )
    start = min(start, 32)
    count = max(last - start, 0) + 1
    bits = max(2, (count - 1).bit_length())
    unit_bits = min(range(1, min(bits, 4)), key=lambda bits: (1 << bits) + -(-count >> bits))
    blocks = [block << unit_bits for block in range(-(-count >> unit_bits))]
    whole = tuple(1 << block + start - 32 if block + start >= 32 else 0 for block in blocks)
    cut = tuple(1 << block if block + start < 32 else 0 for block in blocks)
    return Plan(rounding - (start << EXPONENT), bits, unit_bits, whole, cut, 32 - start)


def _factor(fraction_bits: int) -> int:
    """1 / log 2 as the factor that takes x, at its scale, to z, whose point is at bit `EXPONENT`."""
    return round(2.0 ** (EXPONENT - fraction_bits) / log(2))


def exponential(p: Conversions, x: Arithmetic, fraction_bits: int, within: Interval | None = None) -> Arithmetic:
    """e**x for x `within` (default: the documented range); 0 below about half a unit, at most `largest`. 12 rounds."""
    within = within or documented(fraction_bits)
    plan = plan_for(fraction_bits, within)
    outside, kept = _outside(p, x, fraction_bits, within)
    z = p.multiply_public(x, _factor(fraction_bits))
    digits = bits_between(p, p.add_public(z, plan.offset), LOW, EXPONENT + plan.bits)
    index_bits, bits = (2, 20) if fraction_bits <= 16 else (4, 23)
    first = EXPONENT - index_bits
    table = powers_of_two(index_bits, min(bits, first - LOW))
    index = cases(p, digits.bits(p, first, EXPONENT))
    mantissa = evaluate(p, index, part_variables(p, digits, first, table), table)
    split = EXPONENT + plan.unit_bits
    units = p.weigh(cases(p, digits.bits(p, EXPONENT, split)), [1 << b for b in range(1 << plan.unit_bits)])
    all_blocks = cases(p, digits.bits(p, split, EXPONENT + plan.bits), kept)
    blocks = p.planes(all_blocks, tuple(range(len(plan.whole))))
    rows = [row for row in (plan.whole, plan.cut) if any(row)]
    products = [p.multiply(mantissa, p.multiply(units, factor)) for factor in p.weigh_each(blocks, rows)]
    if any(plan.cut):
        products[-1] = p.truncate(products[-1], plan.dropped)
    return reduce(p.add, (*products, *outside))


def _outside(
    p: Conversions, x: Arithmetic, fraction_bits: int, within: Interval
) -> tuple[list[Arithmetic], Boolean | None]:
    """What is added where x is too large, and a plane: whether x is neither too large nor too small.

    The list is empty if the range excludes that x is too large. The plane is None if the range excludes both cases.
    """
    low, high = limits(fraction_bits)
    outside: list[Arithmetic] = []
    kept: Boolean | None = None
    if within.high >= high:
        kept = is_below(p, x, high, 0, width(within.low - high, within.high - high))
        outside.append(p.weigh(p.invert(kept), [largest(fraction_bits)]))
    if within.low < low:
        # The bits that the comparison leaves out change x by less than 1/16: the result stays below half a unit.
        too_small = is_below(p, x, low, max(0, fraction_bits - 4), width(within.low - low, within.high - low))
        kept = p.invert(too_small) if kept is None else p.xor(kept, too_small)
    return outside, kept


def _bound(fraction_bits: int) -> Bound:
    """The bound of e**x, or of the largest documented number where e**x is greater."""
    return Bound(1.0, coarse_or_fine(fraction_bits, 2.0**-20, 2.0**-25))


FUNCTIONS: dict[str, Function] = {"exp": Function(exponential, _bound)}
