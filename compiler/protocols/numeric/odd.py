"""Odd functions of fixed-point shares that soon reach their limit, by pieces of equal width: sigmoid, tanh, erf.

sigmoid(x) = 1/2 + g(x) with g(x) = sigmoid(x) - 1/2; tanh and erf are g themselves. For |x| < T = 2**a, the bits of x
below 2**a are looked at. g(T) is the limit up to a quarter of a unit. Two comparisons, in the same rounds as the bits,
tell x >= T and x < -T: there no piece is set, and the limit is added. If x is known to be within a few T, further bits
of x replace the comparisons. The comparisons may leave out low bits, because near T either answer will do: they compare
with T and -T up to the margin that the limit leaves.

Let s be the sign. The index of the piece of |x| is made of x's bits XOR s. Inside a piece x = s (centre + half t), so
the variable taken from x's own bits is s t. As g is odd,

    g(x) = s P(t) = c_0 s + c_1 (s t) + c_2 s (s t)**2 + c_3 (s t)**3 + ...

and only the even powers need a product with s. Error: < 1 unit of the last place, and the table's error, absolute.

If a protocol knows summands, `pieces` computes g(x) in three rounds, and bits only tell where x is far out.

Results are below 4 in magnitude for every ring element x, even if x is no documented number: g is a polynomial of a
place within a piece, if a piece is set, and the limit is added at most twice.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from math import ceil, erf, floor, log, log2, prod, sqrt

import numpy as np

from ...ir.intervals import Interval, documented
from ...ir.types import width as bits_of
from ..circuits.carries_wide import is_narrow, sign_and_inside
from ..rules.conversions import Conversions, Summands
from ..rules.shares import Arithmetic, Boolean
from .bits import bits_between, cases, is_below
from .function import Bound, Function
from .pieces import SCALE, cut_function, piecewise
from .polynomials import Known, part_variables, power, variables
from .tables import Array, Table, even_pieces, tabulate


@dataclass(frozen=True, slots=True)
class Odd:
    """The function g and its limit: from `horizon(fraction_bits)` on, g is the limit up to a quarter of a unit.

    Pieces are 2**-`fineness` wide up to 16 fraction bits.
    """

    function: Callable[[Array], Array]
    limit: float
    horizon: Callable[[int], float]
    fineness: int


SIGMOID = Odd(lambda x: np.asarray(0.5 * np.tanh(0.5 * x)), 0.5, lambda bits: (bits + 3) * log(2), 0)
"""limit - g(x) < 2 e**-x."""
TANH = Odd(lambda x: np.asarray(np.tanh(x)), 1.0, lambda bits: (bits + 3) * log(2) / 2, 1)
"""limit - g(x) < 2 e**(-2 x)."""
ERF = Odd(np.vectorize(erf, otypes=[np.float64]), 1.0, lambda bits: sqrt((bits + 2) * log(2)), 1)
"""limit - g(x) < e**-x**2 for x > 0."""


@dataclass(frozen=True, slots=True)
class Plan:
    """|x| < 2**`reach` is cut into 2**`index_bits` pieces; from the piece `used` on, g is its limit.

    The comparisons leave out the bits of x, as an integer, below `cut`.
    """

    reach: int
    index_bits: int
    used: int
    cut: int
    table: Table


@lru_cache(maxsize=64)
def plan_for(odd: Odd, fraction_bits: int) -> Plan:
    """The plan for a scale, with quartics. Pieces are half as wide beyond 16 fraction bits, a quarter beyond 20."""
    horizon = odd.horizon(fraction_bits)
    width_bits = odd.fineness + (0 if fraction_bits <= 16 else 1 if fraction_bits <= 20 else 2)
    reach, cut = _limits(odd, fraction_bits)
    used = ceil(horizon * 2**width_bits)
    pieces = even_pieces(used, 2.0**-width_bits)
    bits = fraction_bits - width_bits
    if fraction_bits <= SUMMED:
        table = tabulate(odd.function, pieces, 4, fraction_bits, bits, exact=True, doubt=2)
    else:
        table = tabulate(odd.function, pieces, 4, fraction_bits, min(bits, 24), exact=bits <= 24)
    return Plan(reach, reach + width_bits, used, cut, table)


def _limits(odd: Odd, fraction_bits: int) -> tuple[int, int]:
    """`reach` and `cut`: T = 2**reach exceeds the horizon by at least what the bits of x below `cut` are worth."""
    horizon = odd.horizon(fraction_bits)
    reach = ceil(log2(horizon))
    return reach, max(0, floor(log2(2.0**reach - horizon) + fraction_bits))


FEW = 1 << 10
"""Up to so many numbers, rounds cost more than bits: two rounds find out where the numbers lie."""

SUMMED = 20
"""Up to so many fraction bits the variable may be a sum of two numbers; beyond, high powers need its exact bits."""

WIDER = 2
"""If x is known to lie within 2**WIDER times the reach, more pieces are less work than comparisons."""


def sigmoid(
    p: Conversions, x: Arithmetic, fraction_bits: int, within: Interval | None = None, scale: int | None = None
) -> Arithmetic:
    """1 / (1 + e**-x) for x `within`. x and the result are at `scale`. The error is as large as at `fraction_bits`.

    `scale` may be finer; it is `fraction_bits` if not given. 11 rounds. In protocols that know summands: 4 for few
    numbers, 3 for x that is known to be within a few T.
    """
    scale = fraction_bits if scale is None else scale
    return p.add_public(_odd(p, x, SIGMOID, fraction_bits, within, scale), 1 << scale - 1)


def hyperbolic_tangent(
    p: Conversions, x: Arithmetic, fraction_bits: int, within: Interval | None = None, scale: int | None = None
) -> Arithmetic:
    """tanh x for x `within`. Scale, error and rounds as for `sigmoid`."""
    return _odd(p, x, TANH, fraction_bits, within, fraction_bits if scale is None else scale)


def error_function(
    p: Conversions, x: Arithmetic, fraction_bits: int, within: Interval | None = None, scale: int | None = None
) -> Arithmetic:
    """erf x for x `within`. Scale, error and rounds as for `sigmoid`."""
    return _odd(p, x, ERF, fraction_bits, within, fraction_bits if scale is None else scale)


def _odd(
    p: Conversions, x: Arithmetic, odd: Odd, fraction_bits: int, within: Interval | None, scale: int
) -> Arithmetic:
    """g(x): by summands if the protocol knows them and the precision is coarse, else by bits."""
    within = within or documented(fraction_bits, scale)
    if isinstance(p, Summands) and fraction_bits <= COARSE:
        return _by_summands(p, x, odd, fraction_bits, within, scale)
    return _by_bits(p, x, odd, fraction_bits, within, scale)


COARSE = 16
"""Up to so many fraction bits `pieces` is exact enough."""


def _by_summands(p: Summands, x: Arithmetic, odd: Odd, fraction_bits: int, within: Interval, scale: int) -> Arithmetic:
    """g(x) by `pieces` for |x| < T. Elsewhere the limit is added, unless the range of x excludes that."""
    reach, cut = _limits(odd, fraction_bits)
    reach, cut = reach + scale, cut + scale - fraction_bits
    far, limit = 1 << reach, round(odd.limit * 2.0**scale)
    is_near = within in Interval(-2 * far, 2 * far)
    cut_at = within if is_near else Interval(-far, far + (1 << cut))
    found = cut_function(odd.function, cut_at, scale, 0.6 * odd.limit * 2.0**-fraction_bits)
    value = p.truncate(piecewise(p, x, found), SCALE - scale)
    if is_near:
        return value
    bits = bits_of(within.low + far - (1 << cut), within.high + far)
    if prod(x.shape) <= FEW and is_narrow(reach + 1, bits):
        where = sign_and_inside(p, p.add_public(x, far), cut, reach + 1, bits)
        sides = p.weigh(p.planes(where, (0,)), [-2 * limit])
        outside, value = p.add_public(sides, limit), p.add_public(value, -limit)
        inside = p.planes(where, (1,))
    else:
        inside, outside = _compared(p, x, Interval(-far, far - (1 << cut)), cut, limit, within)
    return p.add(p.multiply_bit(inside, value), outside)


def _compared(
    p: Conversions, x: Arithmetic, near: Interval, cut: int, limit: int, within: Interval
) -> tuple[Boolean, Arithmetic]:
    """Whether x is in `near`; and where it is not, the limit with x's sign, else 0.

    A comparison may take x for less than a bound that x exceeds by less than 2**cut.
    """
    bits = bits_of(within.low - near.high, within.high - near.low)
    not_above, below = (is_below(p, x, bound, cut, bits) for bound in (near.high, near.low))
    outside = p.weigh(p.concat_planes(p.invert(not_above), below), [limit, -limit])
    return p.xor(not_above, below), outside


def _by_bits(p: Conversions, x: Arithmetic, odd: Odd, fraction_bits: int, within: Interval, scale: int) -> Arithmetic:
    """g(x) by the bits of x, which tell the piece and the place in the piece."""
    plan, finer = plan_for(odd, fraction_bits), scale - fraction_bits
    table, limit = plan.table, round(odd.limit * 2.0**fraction_bits)
    reach = max(plan.reach + fraction_bits, bits_of(within.low, within.high) - 1 - finer)
    inside, outside = None, None
    if reach > plan.reach + fraction_bits + WIDER:
        reach = plan.reach + fraction_bits
        cut = plan.cut + finer
        near = Interval(-(1 << reach + finer), (1 << reach + finer) - (1 << cut))
        inside, outside = _compared(p, x, near, cut, limit, within)
    digits = bits_between(p, x, finer, finer + reach + 1)
    first = plan.reach + fraction_bits - plan.index_bits
    index = p.xor(digits.planes, digits.planes, tuple(range(first, reach)), (reach,) * (reach - first))
    pieces = cases(p, index, inside)
    kept = p.parities(pieces, [*([piece] for piece in range(plan.used)), range(plan.used, pieces.planes)])
    constants, *factors = p.weigh_each(kept, [[*table.constants, limit], *([*row, 0] for row in table.rows)])
    if fraction_bits <= SUMMED:
        known = part_variables(p, digits, finer + first, table)
    else:
        known = variables(p, digits.bits(p, finer, finer + first), table)
    signed = _signed_powers(p, known, p.planes(digits.planes, (reach,)), table)
    total = p.truncate(p.dot(list(zip(factors, signed, strict=True))), table.scale - scale)
    whole = p.multiply(constants, signed[0])
    return p.add(total, p.shift_left(whole if outside is None else p.add(whole, outside), finer))


def _signed_powers(p: Conversions, known: Known, sign: Boolean, table: Table) -> list[Arithmetic]:
    """s, s t, s (s t)**2, (s t)**3, ... from s t and the bit of s. 1 + log2(degree) rounds."""
    factor = p.add_public(p.weigh(sign, [-2]), 1)
    terms = [factor]
    for exponent, width in enumerate(table.widths, 1):
        if exponent % 2:
            terms.append(power(p, known, width, exponent))
        else:
            terms.append(_signed_power(p, known, factor, width, exponent))
    return terms


def _signed_power(p: Conversions, known: Known, sign: Arithmetic, width: int, exponent: int) -> Arithmetic:
    """s (s t)**exponent. log2(exponent) + 1 rounds."""
    if exponent == 0:
        return sign
    half = exponent // 2
    return p.multiply(_signed_power(p, known, sign, width, half), power(p, known, width, exponent - half))


def _sigmoid_bound(fraction_bits: int) -> Bound:
    """The bound of 1 / (1 + e**-x)."""
    return Bound(1.5 if fraction_bits <= 20 else 1.25 + 2.0 ** (fraction_bits - 25))


def _tanh_bound(fraction_bits: int) -> Bound:
    """The bound of tanh x."""
    return Bound(1.75 if fraction_bits <= 20 else 1.5 + 2.0 ** (fraction_bits - 24))


def _erf_bound(fraction_bits: int) -> Bound:
    """The bound of erf x."""
    return Bound(1.75 if fraction_bits <= 20 else 1.5 + 2.0 ** (fraction_bits - 23.5))


FUNCTIONS: dict[str, Function] = {
    "sigmoid": Function(sigmoid, _sigmoid_bound),
    "tanh": Function(hyperbolic_tangent, _tanh_bound),
    "erf": Function(error_function, _erf_bound),
}
