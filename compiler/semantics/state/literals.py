"""Numbers of the source that are small for the program's own precision. In: exact numbers. Out: scales.

`1e-7` at 16 fraction bits would be 0. Such a number is written at a scale that keeps its digits, and rounded to the
program's scale; `passes.ranges.fit_scales` then brings what meets it to a finer scale, or refuses the program.
"""

from fractions import Fraction

from ...ir.operations.arithmetic import MAXIMUM_SCALE
from ...source import Span
from ..errors import wrong

DIGITS = 20
"""Significant bits that a small number is written with."""

LOSS = Fraction(1, 1000)
"""The part of itself that a number may lose when it is rounded."""


def loses_digits(exact: Fraction, scale: int) -> bool:
    """Whether a number loses more than a thousandth of itself when it is rounded to so many fraction bits."""
    return abs(Fraction(round(exact * (1 << scale)), 1 << scale) - exact) > abs(exact) * LOSS


def fine_scale(exact: Fraction, span: Span) -> int:
    """The scale at which a small number keeps its digits. Raises WrongError where there is none."""
    scale = DIGITS + (exact.denominator // abs(exact.numerator)).bit_length()
    if scale > MAXIMUM_SCALE:
        raise wrong(
            span,
            "this number is too small for `fixed`",
            expected=f"0, or a number of at least 2**-{MAXIMUM_SCALE - DIGITS} in magnitude",
            found=f"about {float(exact):g}",
            remedy="scale the data, so that numbers as small as this one do not matter",
        )
    return scale
