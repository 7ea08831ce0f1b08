"""Division of fixed-point shares: a table for 1 / |m|, where y = +-m * 2**E, and x shifted to match.

    x * 2**f / y  =  (x * 2**(f - E)) * (1 / m) * sign(y)

`shifted` computes the first factor with guard bits while the table is being looked up. E in base 2**k as two digits
a, b: the shifts of x by each a are public, and the bits of a's one-hot form choose among them; then one product by
2**-b, which needs no truncation because the result takes the guard bits. The last product is split so that it does
not overflow and loses nothing: with r = 2**p / m, X = Xh * 2**w + Xl and w = guard + p,

    X r / 2**w  =  Xh r  +  Xl r / 2**w.

Errors, in units of the last place: < 1 from the last truncation, < 2**(2 - g) from the truncations of x (g guard bits
below the digit b), and relative to the quotient the table's and 2**-p (`numeric_bounds.divide`). y = 0 has no leading
bit, sets no piece, and gives 0.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from .numeric_bits import Leading, leading
from .numeric_normalise import normalise, octave_pieces
from .numeric_polynomials import evaluate
from .numeric_tables import Table, tabulate
from .rules import Arithmetic, Protocol

CELL = 3
"""Bits of m that choose a piece: see `numeric_normalise`."""


@dataclass(frozen=True, slots=True)
class Shift:
    """How x is aligned: E = a * `digit` + b, `guard` bits are kept below what b shifts out."""

    digit: int
    guard: int

    @property
    def scale(self) -> int:
        """The guard bits of the aligned x; with them it is below 2**62."""
        return self.guard + self.digit - 1


def shift_for(fraction_bits: int) -> Shift:
    """The widest digit up to 8 that leaves room for guard bits."""
    digit = max(1, min(8, 1 << (fraction_bits // 2).bit_length() - 1)) if fraction_bits > 1 else 1
    return Shift(digit, min(5, fraction_bits - digit + 1))


@lru_cache(maxsize=64)
def reciprocals(cell: int, degree: int, precision: int) -> Table:
    """1 / m at scale `precision` on the pieces of `octave_pieces(cell)`."""
    return tabulate(lambda m: np.asarray(1.0 / m), octave_pieces(cell), degree, precision, precision - cell + 1)


def divide(p: Protocol, x: Arithmetic, y: Arithmetic, fraction_bits: int) -> Arithmetic:
    """x / y; 0 for y = 0. 16 rounds for fraction_bits >= 16 (17 below)."""
    found = leading(p, y, 63 - fraction_bits)
    shift = shift_for(fraction_bits)
    precision = (60 - shift.scale) // 2
    table = reciprocals(CELL, 3, precision)
    normalised = normalise(p, found, CELL, table.widths[0])
    inverse = evaluate(p, normalised.pieces, normalised.variable, table)
    aligned = _aligned(p, x, found, shift, fraction_bits)
    split = shift.scale + precision
    high = p.truncate(aligned, split)
    low = p.subtract(aligned, p.shift_left(high, split))
    return p.add(p.multiply(high, inverse), p.truncate(p.multiply(low, inverse), split))


def _aligned(p: Protocol, x: Arithmetic, y: Leading, shift: Shift, fraction_bits: int) -> Arithmetic:
    """x * 2**(fraction_bits - E) with y's sign, at scale `shift.scale`. 3 rounds after `leading`."""
    digit, places = shift.digit, y.place.planes
    groups = [range(first, min(first + digit, places)) for first in range(0, places, digit)]
    units = [range(first, places, digit) for first in range(digit)]
    identity = [[int(row == column) for column in range(len(groups))] for row in range(len(groups))]
    chosen = p.weigh_each(p.parities(y.place, groups), identity)
    candidates = [_scaled(p, x, fraction_bits + shift.guard - group[0]) for group in groups]
    coarse = p.dot(list(zip(chosen, candidates, strict=True)))
    factor = p.weigh(p.parities(y.place, units), [1 << (digit - 1 - unit) for unit in range(digit)])
    sign = p.add_public(p.weigh(p.planes(y.planes, (y.sign,)), [-2]), 1)
    return p.multiply(coarse, p.multiply(factor, sign))


def _scaled(p: Protocol, x: Arithmetic, bits: int) -> Arithmetic:
    """x * 2**bits, truncated if `bits` is negative."""
    return p.shift_left(x, bits) if bits >= 0 else p.truncate(x, -bits)
