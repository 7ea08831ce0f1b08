"""Polynomials with shared coefficients of a shared variable, by `numeric_tables`, without a truncation inside.

In: which piece holds, as planes of which at most one is set, and the bits of the local variable. Out: the value at the
table's scale; zero where no piece is set.
"""

from __future__ import annotations

from collections.abc import Sequence

from .numeric_tables import Table
from .rules import Arithmetic, Boolean, Protocol


def evaluate(
    p: Protocol, pieces: Boolean, variable: Boolean, table: Table, further: Sequence[tuple[int, Arithmetic]] = ()
) -> Arithmetic:
    """The polynomial of the piece that is set, plus the `further` products factor * number (if any piece is set).

    Two rounds after the pieces, the powers permitting: log2(degree) + 2 after the variable.
    """
    rows = [*table.rows, *([factor] * pieces.planes for factor, _ in further)]
    constant, *factors = p.weigh_each(pieces, rows)
    terms = [*powers(p, variable, table), *(number for _, number in further)]
    return p.add(p.dot(list(zip(factors, terms, strict=True))), constant)


def powers(p: Protocol, variable: Boolean, table: Table) -> list[Arithmetic]:
    """The powers T_1, T_2, ... of the variable. 1 + log2(degree) rounds."""
    variables = locals_of(p, variable, table)
    known = {(width, 1): t for width, t in variables.items()}
    return [_power(p, known, width, exponent) for exponent, width in enumerate(table.widths, 1)]


def locals_of(p: Protocol, variable: Boolean, table: Table) -> dict[int, Arithmetic]:
    """t by width, as the integer 2 u + offset, for each width in use. 1 round."""
    widths = sorted(set(table.widths), reverse=True)
    bits = widths[0]
    top = p.planes(variable, tuple(range(variable.planes - bits, variable.planes)))
    rows = [[0] * (bits - width) + [2 << place for place in range(width)] for width in widths]
    sums = p.weigh_each(top, rows)
    return {width: p.add_public(u, table.offset(width)) for width, u in zip(widths, sums, strict=True)}


def _power(p: Protocol, known: dict[tuple[int, int], Arithmetic], width: int, exponent: int) -> Arithmetic:
    """t**exponent by halves, each power of each width computed once."""
    if (width, exponent) not in known:
        half = exponent // 2
        product = p.multiply(_power(p, known, width, exponent - half), _power(p, known, width, half))
        known[width, exponent] = product
    return known[width, exponent]
