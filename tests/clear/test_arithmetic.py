"""Arithmetic in the clear against Python's unbounded integers, at edges above all."""

from collections.abc import Callable
from fractions import Fraction
from itertools import product
from math import floor

import numpy as np
import pytest
from tacit.runtime.clear import KERNELS

EDGES = [0, 1, -1, 2, -2, 3, 7, -7, 255, 2**31, -(2**31), 2**46 - 1, 2**53 + 1, 2**62, 2**63 - 1, -(2**63), 1 - 2**63]
PAIRS = list(product(EDGES, EDGES))
X = np.array([x for x, _ in PAIRS], dtype=np.int64)
Y = np.array([y for _, y in PAIRS], dtype=np.int64)


def wrapped(number: int) -> int:
    return (number + 2**63) % 2**64 - 2**63


def nearest(x: Fraction) -> int:
    """Halves up."""
    return floor(x + Fraction(1, 2))


BINARY: dict[str, Callable[[int, int], int]] = {
    "add": lambda x, y: wrapped(x + y),
    "subtract": lambda x, y: wrapped(x - y),
    "multiply": lambda x, y: wrapped(x * y),
    "floor_divide": lambda x, y: wrapped(x // y) if y else 0,
    "modulo": lambda x, y: x % y if y else 0,
    "less": lambda x, y: x < y,
    "equal": lambda x, y: x == y,
    "and": lambda x, y: x & y,
    "or": lambda x, y: x | y,
    "xor": lambda x, y: x ^ y,
}


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("name", BINARY)
def test_binary_operations_wrap_and_follow_python(name: str) -> None:
    assert KERNELS[name](X, Y).tolist() == [BINARY[name](x, y) for x, y in PAIRS]
    for x, y in PAIRS[::7]:
        scalar = KERNELS[name](np.asarray(x), np.asarray(y))
        assert isinstance(scalar, np.ndarray) and scalar.shape == () and scalar == BINARY[name](x, y)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("scale", [0, 1, 8, 16, 21, 28])
def test_division_is_exact_for_every_operand(scale: int) -> None:
    generator = np.random.default_rng(scale)
    x = np.concatenate([X, generator.integers(-(2**62), 2**62, 400) >> generator.integers(0, 62, 400)])
    y = np.concatenate([Y, generator.integers(-(2**62), 2**62, 400) >> generator.integers(0, 62, 400)])
    expected = [
        wrapped(nearest(Fraction(a << scale, b))) if b else 0 for a, b in zip(x.tolist(), y.tolist(), strict=True)
    ]
    assert KERNELS["divide"](x, y, scale=scale).tolist() == expected
    small = slice(len(X), None)
    assert KERNELS["divide"](x[small] >> 40, np.int64(3)[None], scale=scale).tolist() == [
        nearest(Fraction(a << scale, 3)) for a in (x[small] >> 40).tolist()
    ]


def test_division_of_scalars_and_of_nothing() -> None:
    assert KERNELS["divide"](np.asarray(7), np.asarray(2), scale=16).tolist() == 7 << 15
    assert KERNELS["divide"](np.zeros((0, 3), np.int64), np.ones(3, np.int64), scale=16).shape == (0, 3)


@pytest.mark.parametrize("bits", [0, 1, 5, 16, 40, 62])
def test_truncation_rounds_to_the_nearest(bits: int) -> None:
    x = np.array(EDGES, dtype=np.int64)
    expected = [floor(Fraction(value, 1 << bits) + Fraction(1, 2)) for value in EDGES]
    assert KERNELS["truncate"](x, bits=bits).tolist() == expected


@pytest.mark.parametrize("bits", [0, 1, 16, 63, 64, 100])
def test_shifts_of_any_length(bits: int) -> None:
    x = np.array(EDGES, dtype=np.int64)
    assert KERNELS["shift_left"](x, bits=bits).tolist() == [wrapped(value << bits) for value in EDGES]
    assert KERNELS["shift_right"](x, bits=bits).tolist() == [value >> bits for value in EDGES]


def test_casts_keep_values() -> None:
    assert KERNELS["cast"](np.array([True, False]), bits=0).dtype == np.int64
    assert KERNELS["cast"](np.array([True, False]), bits=16).tolist() == [1 << 16, 0]
    assert KERNELS["cast"](np.array([-3, 5]), bits=4).tolist() == [-48, 80]


def test_products_wrap() -> None:
    x = np.full((2, 3), 2**62, dtype=np.int64)
    assert KERNELS["matmul"](x, np.full((3, 2), 3, dtype=np.int64)).tolist() == [[wrapped(9 * 2**62)] * 2] * 2
    assert KERNELS["matmul"](x[0], x[0]).shape == ()


def test_reductions() -> None:
    x = np.array([[3, 1, 1], [0, 5, 0]], dtype=np.int64)
    assert KERNELS["sum"](x, axis=1).tolist() == [5, 5]
    assert KERNELS["cumsum"](x, axis=0).tolist() == [[3, 1, 1], [3, 6, 1]]
    assert KERNELS["min"](x, axis=1).tolist() == [1, 0]
    assert KERNELS["max"](x, axis=0).tolist() == [3, 5, 1]
    assert KERNELS["argmin"](x, axis=1).tolist() == [1, 0]
    assert KERNELS["argmax"](x, axis=1).tolist() == [0, 1]
    assert KERNELS["any"](x == 0, axis=1).tolist() == [False, True]
    assert KERNELS["all"](x > 0, axis=1).tolist() == [True, False]
    nothing = np.zeros((0, 2), dtype=np.int64)
    assert KERNELS["sum"](nothing, axis=0).tolist() == [0, 0]
    assert KERNELS["any"](nothing == 1, axis=0).tolist() == [False, False]
    assert KERNELS["all"](nothing == 1, axis=0).tolist() == [True, True]
    assert KERNELS["sum"](np.array([2**63 - 1, 1]), axis=0).tolist() == -(2**63)


def test_logic_of_bools_stays_bool() -> None:
    x, y = np.array([True, True, False]), np.array([True, False, False])
    assert KERNELS["xor"](x, y).tolist() == [False, True, False]
    assert KERNELS["not"](x).dtype == np.bool_
    assert KERNELS["not"](np.array([5, -1])).tolist() == [-6, 0]
    assert KERNELS["select"](x, np.array([1, 2, 3]), np.asarray(9)).tolist() == [1, 2, 9]
