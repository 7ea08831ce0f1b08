"""How exact the numeric functions of shares are: bounds that tests hold and documents quote.

A result differs from the exact one (at the exact operands) by at most

    absolute + drift * |x|  units of the last place, and relative * |exact result|.

Every function needs one truncation at its end, which rounds up or down at random without bias: hence the 1. The rest is
what the tables leave (`tables`; measured, with a margin), and grows with the fraction bits once these pass what
the ring of 64 bits bears. The operands' range is |x| < 2**(62 - 2 * fraction_bits), and results must fit it, too.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from .divide import plan_for
from .divide_public import factor_for
from .tables import Array


@dataclass(frozen=True, slots=True)
class Bound:
    """See above; `drift` is for each unit of |x|, not of its last place."""

    absolute: float
    relative: float = 0.0
    drift: float = 0.0

    def units(self, fraction_bits: int, result: Array, x: Array) -> Array:
        """The most units of the last place that the results may be off."""
        return np.asarray(self.absolute + self.drift * np.abs(x) + self.relative * np.abs(result) * 2.0**fraction_bits)


def divide(fraction_bits: int) -> Bound:
    """x / y of two shares."""
    guard = plan_for(fraction_bits).guard
    return Bound(1 + 2.0 ** (2 - guard), _coarse_or_fine(fraction_bits, 2.0**-19.9, 2.0**-21.5))


def divide_by_public(fraction_bits: int) -> Bound:
    """x / y of a share and a number known while the program runs."""
    plan = plan_for(fraction_bits)
    return Bound(1 + 2.0 ** (1 - plan.guard), 2.0**-plan.precision)


def divide_by_constant(divisor: int, fraction_bits: int) -> Bound:
    """x / (divisor / 2**fraction_bits)."""
    if divisor & (divisor - 1) == 0 or -divisor & (-divisor - 1) == 0:
        return Bound(1.0)
    factor = factor_for(divisor, fraction_bits)
    relative = Fraction(factor.number * divisor, 1 << (factor.bits + fraction_bits)) - 1
    return Bound(1.0 if factor.bits == factor.split else 2.0, float(abs(relative)))


def exponential(fraction_bits: int) -> Bound:
    """e**x, the largest documented number where e**x is greater."""
    return Bound(1.0, _coarse_or_fine(fraction_bits, 2.0**-20, 2.0**-25))


def logarithm(fraction_bits: int) -> Bound:
    """log x for x > 0; for others the result is exactly 0."""
    return Bound(1 + 2.0**fraction_bits * _coarse_or_fine(fraction_bits, 2.0**-19.5, 2.0**-23))


def square_root(fraction_bits: int) -> Bound:
    """sqrt x; for x < 0 the result is exactly 0."""
    return Bound(1.0, _coarse_or_fine(fraction_bits, 2.0**-18.5, 2.0**-22.5))


def sigmoid(fraction_bits: int) -> Bound:
    """1 / (1 + e**-x)."""
    return Bound(1.5 if fraction_bits <= 20 else 1.25 + 2.0 ** (fraction_bits - 25))


def hyperbolic_tangent(fraction_bits: int) -> Bound:
    """tanh x."""
    return Bound(1.75 if fraction_bits <= 20 else 1.5 + 2.0 ** (fraction_bits - 24))


def sine(fraction_bits: int) -> Bound:
    """sin x and cos x; what grows with |x| is the rounding of 1 / (2 pi), below one unit over the whole range."""
    table = _coarse_or_fine(fraction_bits, 2.0**-19, 2.0**-23)
    return Bound(1 + 2.0**fraction_bits * table, drift=2.0 ** (2 * fraction_bits - 62))


BOUNDS: dict[str, Callable[[int], Bound]] = {
    "divide": divide,
    "exp": exponential,
    "log": logarithm,
    "sqrt": square_root,
    "sigmoid": sigmoid,
    "tanh": hyperbolic_tangent,
    "sin": sine,
    "cos": sine,
}
"""By operation, from the fraction bits."""


def _coarse_or_fine(fraction_bits: int, coarse: float, fine: float) -> float:
    """Up to 16 fraction bits smaller tables do."""
    return coarse if fraction_bits <= 16 else fine
