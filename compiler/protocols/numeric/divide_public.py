"""Division of fixed-point shares by public numbers, known when the program is compiled or only while it runs.

By a constant c: x / c = x M / 2**s, where M / 2**s is near 1 / c. As in `divide`, x is split, x = h * 2**w + l:

    x M / 2**s  =  h M / 2**(s - w)  +  l M / 2**s,

so that both products fit. s - w is as small as a relative error of 2**-26 allows; it is 0 for c up to 2**9. A power of
two takes a single truncation.

By numbers that are known only while the program runs: as in `divide`, but every node computes by itself how far x is to
be shifted, and 1 / m, correctly rounded.

Errors: `bounds.divide_by_constant` and `bounds.divide_by_public`.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import floor, log2

import numpy as np

from ....runtime.graph.nodes import ValueType
from ...ir.intervals import Interval
from ...ir.types import width
from ..rules.conversions import Conversions
from ..rules.expansion import Wire, booleans, integers
from ..rules.shares import Arithmetic, Clear
from .divide import Plan, halves, plan_for, shifts


@dataclass(frozen=True, slots=True)
class Factor:
    """`number` / 2**`bits` approximates the number that x is multiplied by. x is split at bit `split`."""

    number: int
    bits: int
    split: int


def factor_for(divisor: int, fraction_bits: int) -> Factor:
    """The factor for dividing by divisor / 2**fraction_bits. The divisor is not 0."""
    exact = Fraction(1 << fraction_bits, divisor)
    size = floor(log2(abs(exact)))
    extra = max(0, min(fraction_bits, -9 - size))
    bits = (60 + extra - size) // 2
    return Factor(round(exact * 2**bits), bits, bits - extra)


def divide_by_constant(p: Conversions, x: Arithmetic, divisor: int, fraction_bits: int) -> Arithmetic:
    """x / (divisor / 2**fraction_bits); 0 if the divisor is 0. 2 rounds; for powers of two 1, or none up to 1."""
    magnitude = abs(divisor)
    if magnitude & (magnitude - 1) == 0:
        return _divide_by_power(p, x, divisor, magnitude.bit_length() - 1 - fraction_bits)
    factor = factor_for(divisor, fraction_bits)
    high, low = halves(p, x, factor.split)
    whole = p.truncate(p.multiply_public(high, factor.number), factor.bits - factor.split)
    return p.add(whole, p.truncate(p.multiply_public(low, factor.number), factor.bits))


def _divide_by_power(p: Conversions, x: Arithmetic, divisor: int, bits: int) -> Arithmetic:
    if divisor == 0:
        return p.subtract(x, x)
    quotient = p.truncate(x, bits) if bits > 0 else p.shift_left(x, -bits)
    return quotient if divisor > 0 else p.negate(quotient)


def divide_by_public(
    p: Conversions,
    x: Arithmetic,
    y: Clear,
    fraction_bits: int,
    divisors: Interval | None = None,
    quotient_bits: int = 0,
) -> Arithmetic:
    """x / y for a public y of x's shape or of one element, within a range; 0 for y = 0. 3 rounds."""
    plan, places = plan_for(fraction_bits, quotient_bits), 64 - fraction_bits
    if divisors is not None:
        places = max(places, width(divisors.low, divisors.high) + 1)
    late = _Late(p, y, places)
    inverse = late.inverse(plan)
    candidates = shifts(p, x, -(-places // plan.digit), plan, fraction_bits)
    chosen = [p.multiply_public(shifted, late.group(a, plan)) for a, shifted in enumerate(candidates)]
    aligned = chosen[0]
    for other in chosen[1:]:
        aligned = p.add(aligned, other)
    high, low = halves(p, aligned, plan.split)
    return p.add(p.multiply_public(high, inverse), p.truncate(p.multiply_public(low, inverse), plan.split))


class _Late:
    """What the nodes compute in the clear from a public y. E is the number of bits of |y|; tables map E to results."""

    def __init__(self, p: Conversions, y: Clear, places: int) -> None:
        self.p, self.y, self.places = p, y, places
        shape = y.shape
        negative = self._local("less", booleans(shape), y.wire, self._table([0], ()))
        magnitude = self._local(
            "select", integers(shape), negative, self._local("negate", integers(shape), y.wire), y.wire
        )
        apart = self._local("reshape", integers((*shape, 1)), magnitude, shape=(*shape, 1))
        powers = self._table([1 << bits for bits in range(places - 1)], (places - 1,))
        below = self._local("less", booleans((*shape, places - 1)), apart, powers)
        self.missing = self._local("sum", integers(shape), below, axis=len(shape))
        """places - 1 - E."""

    def inverse(self, plan: Plan) -> Clear:
        """2**(E + precision) / y, rounded; 0 where y = 0."""
        power = self._of_exponent([1 << exponent for exponent in range(self.places)])
        return Clear(self._local("divide", integers(self.y.shape), power, self.y.wire, scale=plan.precision))

    def group(self, a: int, plan: Plan) -> Clear:
        """2**(digit - 1 - b) where E has the upper digit a, else 0."""
        digits = [divmod(exponent, plan.digit) for exponent in range(self.places)]
        return Clear(self._of_exponent([1 << (plan.digit - 1 - b) if high == a else 0 for high, b in digits]))

    def _of_exponent(self, values: list[int]) -> Wire:
        table = self._table(values[::-1], (self.places,))
        return self._local("take", integers(self.y.shape), table, self.missing, axis=0)

    def _table(self, values: list[int], shape: tuple[int, ...]) -> Wire:
        return self.p.g.constant(np.array(values, np.int64).reshape(shape), integers(shape), self.p.g.nodes)

    def _local(self, kernel: str, kind: ValueType, *inputs: Wire, **attributes: int | tuple[int, ...]) -> Wire:
        return self.p.g.local(f"clear.{kernel}", kind, *inputs, at=self.p.g.nodes, **attributes)
