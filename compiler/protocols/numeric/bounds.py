"""How exact numeric functions of shares are: the bounds that tests assert and documents quote. See `function`."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from . import exponential, odd, roots, trigonometric
from .divide import plan_for
from .divide_public import factor_for
from .function import Bound, Function, coarse_or_fine

FUNCTIONS: dict[str, Function] = {
    **roots.FUNCTIONS,
    **exponential.FUNCTIONS,
    **trigonometric.FUNCTIONS,
    **odd.FUNCTIONS,
}
"""The functions of one number, by operation."""


def divide(fraction_bits: int) -> Bound:
    """The bound of x / y for two shares."""
    guard = plan_for(fraction_bits).guard
    return Bound(1 + 2.0 ** (2 - guard), coarse_or_fine(fraction_bits, 2.0**-19.9, 2.0**-21.5))


def divide_by_public(fraction_bits: int) -> Bound:
    """The bound of x / y for a share and a number that is public while the program runs."""
    plan = plan_for(fraction_bits)
    return Bound(1 + 2.0 ** (1 - plan.guard), 2.0**-plan.precision)


def divide_by_constant(divisor: int, fraction_bits: int) -> Bound:
    """The bound of x / (divisor / 2**fraction_bits)."""
    if divisor & (divisor - 1) == 0 or -divisor & (-divisor - 1) == 0:
        return Bound(1.0)
    factor = factor_for(divisor, fraction_bits)
    relative = Fraction(factor.number * divisor, 1 << (factor.bits + fraction_bits)) - 1
    return Bound(1.0 if factor.bits == factor.split else 2.0, float(abs(relative)))


BOUNDS: dict[str, Callable[[int], Bound]] = {
    "divide": divide,
    **{name: function.bound for name, function in FUNCTIONS.items()},
}
"""For each operation its bound, as a function of the fraction bits."""
