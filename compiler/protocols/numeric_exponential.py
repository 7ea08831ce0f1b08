"""The exponential of a fixed-point share: 2**n * 2**u by the bits of x / log 2.

z = x / log 2 + f + 2 modulo 2**6 is computed in the top bits of the ring, by one public factor, without a truncation:
its top 6 bits are the exponent E, the next 26 the fraction u. (The bits of z below those are dropped with their carry:
2**-26.) Then e**x * 2**f = 2**u * 2**(E - 2). A table gives M = 2**u at scale 30; 2**E is the product of the digits of
E = 8 a + b. For a >= 4 the product M * 2**(E - 32) is the result; below, M * 2**E / 2**32 is, truncated:

    M * [a >= 4] 2**(E - 32)  +  (M * [a < 4] 2**E) / 2**32,    both products below 2**62.

Two comparisons, made in the same rounds as the bits, tell where x is too small (nothing is set: the result is 0) or too
large (the largest number is added). Error: < 1 unit of the last place, and the table's and 2**-26, relative.
"""

from __future__ import annotations

from functools import lru_cache
from math import ceil, floor, log

import numpy as np

from .numeric_bits import bits_between, cases, is_below
from .numeric_polynomials import evaluate
from .numeric_tables import Table, even_pieces, tabulate
from .rules import Arithmetic, Boolean, Protocol

MANTISSA = 30
"""The bits after the point of M."""
LOW = 32
"""Where the bits of z that count begin; the exponent begins at 58."""
EXPONENT = 58


@lru_cache(maxsize=16)
def powers_of_two(index_bits: int, bits: int) -> Table:
    """Cubics for 2**u on equal pieces of [0, 1)."""
    count = 1 << index_bits
    return tabulate(lambda u: np.asarray(np.exp2(u)), even_pieces(count, 1 / count), 3, MANTISSA, bits)


def largest(fraction_bits: int) -> int:
    """The largest documented number, at which the exponential stops."""
    return (1 << (62 - fraction_bits)) - 1


def limits(fraction_bits: int) -> tuple[int, int]:
    """Below the first x, as an integer, the result counts as 0; from the second on it is the largest number.

    The second comes early by the relative error, so that no result exceeds the largest number.
    """
    unit = 1 << fraction_bits
    low = -(fraction_bits + 1.9) * log(2)
    high = (62 - 2 * fraction_bits) * log(2) - (2.0**-20 if fraction_bits <= 16 else 2.0**-25)
    return ceil(low * unit), floor(high * unit) + 1


def exponential(p: Protocol, x: Arithmetic, fraction_bits: int) -> Arithmetic:
    """e**x; 0 where that is less than about half a unit, at most `largest`. 12 rounds."""
    low, high = limits(fraction_bits)
    # What the first comparison leaves out is worth less than 1/16 of x: the result there is still below half a unit.
    too_small = is_below(p, x, low, max(0, fraction_bits - 4), 64 - fraction_bits)
    small_enough = is_below(p, x, high, 0, 64 - fraction_bits)
    z = p.multiply_public(x, round(2.0 ** (EXPONENT - fraction_bits) / log(2)))
    planes = bits_between(p, p.add_public(z, ((fraction_bits + 2) << EXPONENT) + (1 << LOW - 1)), LOW, 64)
    fraction = p.planes(planes, tuple(range(EXPONENT - LOW)))
    mantissa = _mantissa(p, fraction, *((2, 19) if fraction_bits <= 16 else (4, 22)))
    units = p.weigh(cases(p, p.planes(planes, (26, 27, 28))), [1 << b for b in range(8)])
    blocks = cases(p, p.planes(planes, (29, 30, 31)), p.xor(small_enough, too_small))
    whole = [1 << 8 * a for a in range(4)]
    above, below = (p.multiply(units, factor) for factor in p.weigh_each(blocks, [[0] * 4 + whole, whole + [0] * 4]))
    result = p.add(p.multiply(mantissa, above), p.truncate(p.multiply(mantissa, below), MANTISSA + 2))
    return p.add(result, p.weigh(p.invert(small_enough), [largest(fraction_bits)]))


def _mantissa(p: Protocol, fraction: Boolean, index_bits: int, bits: int) -> Arithmetic:
    """2**u at scale MANTISSA. 5 rounds."""
    first = fraction.planes - index_bits
    index = cases(p, p.planes(fraction, tuple(range(first, fraction.planes))))
    variable = p.planes(fraction, tuple(range(first)))
    return evaluate(p, index, variable, powers_of_two(index_bits, bits))
