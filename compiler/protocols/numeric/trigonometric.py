"""Sine and cosine of fixed-point shares: the angle as a fraction of a turn, in the whole ring.

x * C modulo 2**64, with C = 2**(64 - f) / (2 pi) rounded, is the angle in units of 2**-64 turns. The ring itself takes
away whole turns: one public factor is enough, without a truncation. Rounding C costs |x| 2**(f - 65) turns, below 0.8
units of the last place over the whole range |x| < 2**(62 - 2f). The top bits of the angle choose among equal pieces of
the turn. The next bits are the variable. (Bits below 2**-32 turns are dropped, and so is their carry.) cos x is the
sine a quarter of a turn further.

Error: < 1 unit of the last place for the truncation, the table's error, and |x| 2**(f - 62).
"""

from __future__ import annotations

from functools import lru_cache
from math import pi

import numpy as np

from ...ir.intervals import Interval
from ..rules.conversions import Conversions
from ..rules.shares import Arithmetic
from .bits import bits_between, cases
from .function import Bound, Function, coarse_or_fine
from .polynomials import evaluate, part_variables
from .tables import Table, even_pieces, tabulate

LOW = 32
"""The lowest bit of the angle that counts."""
TURN = 0x28BE60DB9391054A7F09D5F47D4D3770
"""2**128 / (2 pi), rounded down."""


@lru_cache(maxsize=16)
def sines(index_bits: int, bits: int, fraction_bits: int) -> Table:
    """Quartics for sin(2 pi u) on equal pieces of [0, 1)."""
    count = 1 << index_bits
    pieces = even_pieces(count, 1 / count)
    return tabulate(lambda u: np.asarray(np.sin(2 * pi * u)), pieces, 4, fraction_bits, bits, doubt=2)


def sine(p: Conversions, x: Arithmetic, fraction_bits: int, within: Interval | None = None) -> Arithmetic:
    """The sine of x radians. 10 rounds, 11 for fraction_bits > 16."""
    return _shifted_sine(p, x, fraction_bits, 0)


def cosine(p: Conversions, x: Arithmetic, fraction_bits: int, within: Interval | None = None) -> Arithmetic:
    """The cosine of x radians. 10 rounds, 11 for fraction_bits > 16."""
    return _shifted_sine(p, x, fraction_bits, 1)


def _shifted_sine(p: Conversions, x: Arithmetic, fraction_bits: int, quarters: int) -> Arithmetic:
    """sin(x + quarters * pi / 2)."""
    at = 64 + fraction_bits
    factor = (TURN + (1 << at - 1)) >> at
    angle = p.add_public(p.multiply_public(x, factor), (quarters << 62) + (1 << LOW - 1))
    digits = bits_between(p, angle, LOW, 64)
    index_bits, bits = (4, 19) if fraction_bits <= 16 else (5, 24)
    first = 64 - index_bits
    table = sines(index_bits, bits, fraction_bits)
    return evaluate(p, cases(p, digits.bits(p, first, 64)), part_variables(p, digits, first, table), table)


def _bound(fraction_bits: int) -> Bound:
    """The bound of sin x and cos x. The rounding of 1 / (2 pi) grows with |x|, to less than a unit over the range."""
    table = coarse_or_fine(fraction_bits, 2.0**-19, 2.0**-23)
    return Bound(1 + 2.0**fraction_bits * table, drift=2.0 ** (2 * fraction_bits - 62))


FUNCTIONS: dict[str, Function] = {"sin": Function(sine, _bound), "cos": Function(cosine, _bound)}
