"""Tables of polynomials: what they leave, what fits the ring, how bits stand for the local variable."""

from itertools import pairwise

import numpy as np
import pytest
from tacit.compiler.protocols.numeric.divide import plan_for, reciprocals
from tacit.compiler.protocols.numeric.exponential import powers_of_two
from tacit.compiler.protocols.numeric.normalise import octave_pieces
from tacit.compiler.protocols.numeric.tables import Array, Piece, Table, even_pieces, tabulate


def evaluated(table: Table, piece: int, u: Array, bits: int) -> Array:
    """The table's polynomial where the variable's bits are those of u, by integers without a bound."""
    total = np.full(u.shape, table.rows[0][piece], dtype=object)
    for power, width in enumerate(table.widths, 1):
        t = 2 * (u >> (bits - width)).astype(object) + table.offset(width)
        total = total + table.rows[power][piece] * t**power
    assert np.abs(total).max() < 2**62
    return total.astype(np.float64) / 2.0**table.scale + table.constants[piece] / 2.0**table.result


def worst(table: Table, function: object, pieces: list[Piece]) -> float:
    """The largest relative error on any piece."""
    assert callable(function)
    bits, largest = 30, 0.0
    for index, piece in enumerate(pieces):
        low, high = (round((end + 1) / 2 * 2**bits) for end in (piece.low, piece.high))
        u = np.append(np.random.default_rng(index).integers(low, high, 500), [low, high - 1])
        t = (2 * u + 1) / 2.0**bits - 1
        exact = function(piece.centre + piece.half * t)
        largest = max(largest, float(np.abs(evaluated(table, index, u, bits) / exact - 1).max()))
    return largest


@pytest.mark.parametrize("fraction_bits", [8, 16, 20, 28])
def test_reciprocals(fraction_bits: int) -> None:
    plan = plan_for(fraction_bits)
    table = reciprocals(plan.cell, plan.degree, plan.precision)
    error = worst(table, lambda m: 1 / m, octave_pieces(plan.cell))
    assert error < 2.0**-20 if fraction_bits <= 16 else error < 2.0**-21.8


def test_powers_of_two() -> None:
    assert worst(powers_of_two(2, 19), np.exp2, even_pieces(4, 0.25)) < 2.0**-20.7
    assert worst(powers_of_two(4, 22), np.exp2, even_pieces(16, 1 / 16)) < 2.0**-26


def test_pieces_of_an_octave_cover_it_once() -> None:
    for cell in (1, 2, 3, 4):
        ends = sorted(
            (piece.centre + piece.half * piece.low, piece.centre + piece.half * piece.high)
            for piece in octave_pieces(cell)
        )
        assert ends[0][0] == 0.25 and ends[-1][1] == 1.0
        assert all(before[1] == after[0] for before, after in pairwise(ends))


def test_all_bits_of_an_exact_variable_count() -> None:
    pieces = even_pieces(2, 1.0)
    table = tabulate(lambda x: np.asarray(3 * x + 1), pieces, 1, 10, 6, exact=True)
    u = np.arange(64)
    for index in range(2):
        np.testing.assert_allclose(evaluated(table, index, u, 6), 3 * (index + u / 64) + 1, atol=1e-9)
