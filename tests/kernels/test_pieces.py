"""Pieces of polynomials: with all three nodes at once, kernels give what they should; alone, what they say."""

from math import comb

import numpy as np
import pytest
from tacit.runtime.graph.nodes import Storage, ValueType

from tests.kernels.planes import Array, run, words

SIZES = (0, 1, 5, 64)


def ring(*shape: int) -> ValueType:
    return ValueType(Storage.RING, shape)


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(5)


def rest(summand: int, low: int) -> int:
    """The bits below `low` as a fraction of 30 bits."""
    below = summand & ((1 << low) - 1)
    return below >> (low - 30) if low > 30 else below << (30 - low)


def numbers_of_a(a: int, low: int, pieces: int, degree: int) -> list[int]:
    rho = power = rest(a, low)
    found = [int(piece == (a >> low) % pieces) for piece in range(pieces)]
    for _ in range(degree):
        found.append((power + (1 << 9)) >> 10)
        power = power * rho >> 30
    return found


def factors_of_b(b: int, low: int, table: Array, degree: int) -> tuple[list[list[int]], list[int]]:
    """For each result the factors of a's numbers, and what is added."""
    rows, pieces = table.shape
    powers = [1 << 30]
    for _ in range(degree):
        powers.append(powers[-1] * (rest(b, low) - (1 << 30)) >> 30)
    matrix = [[int(table[row, (v + (b >> low)) % pieces]) for v in range(pieces)] + [0] * degree for row in range(rows)]
    for k in range(1, degree + 1):
        own = [comb(k, i) * powers[k - i] >> 12 if k > 1 else 1 for i in range(1, k + 1)]
        matrix.append([0] * pieces + own + [0] * (degree - k))
    alone = [0] * rows + [powers[k] << 8 if k > 1 else powers[1] >> 10 for k in range(1, degree + 1)]
    return matrix, alone


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(("low", "pieces", "degree"), [(59, 32, 6), (16, 4, 2), (30, 1, 3), (62, 2, 0)])
def test_pieces_of_two_summands(size: int, low: int, pieces: int, degree: int, rng: np.random.Generator) -> None:
    x0, x1, b = (words(rng, size) for _ in range(3))
    rows, width = degree + 1, pieces + degree
    table, w, f = words(rng, rows, pieces), words(rng, size, width), words(rng, size, width)
    y, q = words(rng, rows + degree, size), words(rng, rows + degree, size)
    kind, results = ring(size, width), ring(rows + degree, size)
    masked = run("pieces.mask", kind, x0, x1, w, low=low, pieces=pieces)
    helped = run("pieces.help", results, b, table, w, y, low=low)
    joined = run("pieces.join", results, b, table, f, q, y, low=low)
    for element in range(size):
        a = (int(x0[element]) + int(x1[element])) % 2**64
        own = numbers_of_a(a, low, pieces, degree)
        assert [(int(w[element, at]) + own[at]) % 2**64 for at in range(width)] == masked[element].tolist()
        matrix, alone = factors_of_b(int(b[element]), low, table, degree)
        for row, factors in enumerate(matrix):
            help = sum(int(w[element, at]) * factors[at] for at in range(width)) + int(y[row, element])
            assert help % 2**64 == helped[row, element]
            join = sum(int(f[element, at]) * factors[at] for at in range(width)) + alone[row]
            assert (join - int(q[row, element]) - int(y[row, element])) % 2**64 == joined[row, element]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("degree", [0, 1, 6])
def test_a_summand_of_a_polynomial(size: int, degree: int, rng: np.random.Generator) -> None:
    mine, following = (words(rng, 2 * degree + 1, size) for _ in range(2))
    zero = words(rng, size)
    expected = mine[0] + zero
    for k in range(1, degree + 1):
        xm, xn, ym, yn = mine[k], following[k], mine[degree + k], following[degree + k]
        expected = expected + xm * ym + xm * yn + xn * ym
    assert np.array_equal(run("pieces.evaluate", ring(size), mine, following, zero), expected)
