"""A numeric function of shares: its protocol rule and how exact that rule is.

A result differs from the exact one (at the exact operands) by at most

    absolute + drift * |x|  units of the last place, and relative * |exact result|.

Every function needs one truncation at its end, which rounds up or down at random without bias: hence the 1 in every
`absolute`. The rest is what the tables leave (`tables`; measured, with a margin). The rest grows with the fraction bits
once these pass what the ring of 64 bits bears. The operands' range is |x| < 2**(62 - 2 * fraction_bits), and results
must fit that range, too.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ..rules.shares import Arithmetic
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


@dataclass(frozen=True, slots=True)
class Function:
    """A function of one number. `rule(p, x, fraction_bits, within)` gives the result of a share x that lies `within`.

    The rule of a function that may be asked at a finer scale than its precision takes that scale as well. `bound` is
    the function's bound, from the fraction bits.
    """

    rule: Callable[..., Arithmetic]
    bound: Callable[[int], Bound]


def coarse_or_fine(fraction_bits: int, coarse: float, fine: float) -> float:
    """Up to 16 fraction bits smaller tables do."""
    return coarse if fraction_bits <= 16 else fine
