"""A numeric function of shares: its protocol rule and how exact that rule is.

A result differs from the exact result for the same operands by at most

    absolute + drift * |x|  units of the last place, and relative * |exact result|.

Every function ends in a truncation, which rounds up or down at random without bias: hence the 1 in every `absolute`.
The rest is the error of the tables (`tables`; measured, with a margin). It grows with the fraction bits once these
exceed what the ring of 64 bits bears. Operands and results must lie within |x| < 2**(62 - 2 * fraction_bits).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ..rules.shares import Arithmetic
from .tables import Array


@dataclass(frozen=True, slots=True)
class Bound:
    """The bound that the module describes. `drift` counts for each unit of |x|, not for each unit of its last place."""

    absolute: float
    relative: float = 0.0
    drift: float = 0.0

    def units(self, fraction_bits: int, result: Array, x: Array) -> Array:
        """How many units of the last place the results may be off, at most."""
        return np.asarray(self.absolute + self.drift * np.abs(x) + self.relative * np.abs(result) * 2.0**fraction_bits)


@dataclass(frozen=True, slots=True)
class Function:
    """A function of one number. `rule(p, x, fraction_bits, within)` gives the result for a share x that lies `within`.

    If a program may ask for a scale that is finer than the precision, the rule takes that scale, too, as a last
    argument. `bound` gives the function's bound for a number of fraction bits.
    """

    rule: Callable[..., Arithmetic]
    bound: Callable[[int], Bound]


def coarse_or_fine(fraction_bits: int, coarse: float, fine: float) -> float:
    """`coarse` up to 16 fraction bits, where smaller tables suffice, else `fine`."""
    return coarse if fraction_bits <= 16 else fine
