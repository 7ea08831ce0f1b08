"""Polynomials with shared coefficients of a shared variable, from `tables`, with one truncation at the end.

In: planes of which at most one is set, the piece's, and the bits of the local variable. Out: the value at the table's
result scale, off by less than one unit of that scale; zero where no piece is set.
"""

from __future__ import annotations

from collections.abc import Sequence

from ..rules.conversions import Conversions
from ..rules.shares import Arithmetic, Boolean
from .bits import Digits
from .tables import Table

Known = dict[tuple[int, int], Arithmetic]
"""Powers of the variable, by width and exponent."""


def evaluate(p: Conversions, pieces: Boolean, known: Known, table: Table) -> Arithmetic:
    """The value of the set piece's polynomial. 3 rounds after the pieces, 2 + log2(degree) after the variable."""
    constants, *factors = p.weigh_each(pieces, [table.constants, *table.rows])
    total = sum_of_products(p, factors, powers(p, known, table))
    return p.add(p.truncate(total, table.scale - table.result), constants)


def sum_of_products(p: Conversions, factors: Sequence[Arithmetic], terms: Sequence[Arithmetic]) -> Arithmetic:
    """factors[0] plus the sum of the other factors times the terms. 1 round."""
    return p.add(p.dot(list(zip(factors[1:], terms, strict=True))), factors[0])


def powers(p: Conversions, known: Known, table: Table) -> list[Arithmetic]:
    """The powers T_1, T_2, ... of the variable. log2(degree) rounds."""
    return [power(p, known, width, exponent) for exponent, width in enumerate(table.widths, 1)]


def variables(p: Conversions, variable: Boolean, table: Table) -> Known:
    """For each width that the table uses, t as the integer 2 u + offset. 1 round."""
    widths = sorted(set(table.widths), reverse=True)
    bits = widths[0]
    top = p.planes(variable, tuple(range(variable.planes - bits, variable.planes)))
    rows = [[0] * (bits - width) + [2 << place for place in range(width)] for width in widths]
    sums = zip(widths, p.weigh_each(top, rows), strict=True)
    return {(width, 1): p.add_public(u, table.offset(width)) for width, u in sums}


def part_variables(p: Conversions, digits: Digits, stop: int, table: Table) -> Known:
    """As `variables`, from the bits below `stop` of a number that `digits` also holds as a number. 1 round."""
    widths = sorted(set(table.widths), reverse=True)
    found = zip(widths, digits.middles(p, stop, widths), strict=True)
    return {(width, 1): p.add_public(middle, -(1 << width)) for width, middle in found}


def power(p: Conversions, known: Known, width: int, exponent: int) -> Arithmetic:
    """t**exponent by halving the exponent; `known` keeps each power of each width. log2(exponent) rounds."""
    if (width, exponent) not in known:
        half = exponent // 2
        known[width, exponent] = p.multiply(power(p, known, width, exponent - half), power(p, known, width, half))
    return known[width, exponent]
