"""Functions in the clear: correctly rounded but for 2^-6 of a unit, on the whole documented range and beyond."""

import hashlib
from collections.abc import Callable
from decimal import ROUND_HALF_EVEN, Decimal, localcontext
from functools import cache

import numpy as np
import pytest
from tacit.runtime.clear import KERNELS

SCALES = (1, 8, 16, 23, 28)
SLACK = Decimal(2) ** -6


def _pi() -> Decimal:
    return Decimal("3.14159265358979323846264338327950288419716939937510582097494459230781640628620899862803")


@cache
def _sine(x: Decimal) -> Decimal:
    x = x % (2 * _pi())
    term = total = x
    k = 1
    while abs(term) > Decimal(10) ** -60:
        k += 2
        term = -term * x * x / (k * (k - 1))
        total += term
    return total


def _exponential(x: Decimal) -> Decimal:
    return max(min(x, Decimal(100)), Decimal(-100)).exp()


def _error_function(x: Decimal) -> Decimal:
    """By its series of positive terms, in the digits of the context and some more."""
    if abs(x) > 12:
        return Decimal(1).copy_sign(x)
    term = total = x
    k = 0
    while abs(term) > Decimal(10) ** -60:
        k += 1
        term = term * 2 * x * x / (2 * k + 1)
        total += term
    return 2 / _pi().sqrt() * (-x * x).exp() * total


REAL: dict[str, Callable[[Decimal], Decimal]] = {
    "sqrt": lambda x: x.sqrt() if x > 0 else Decimal(0),
    "exp": _exponential,
    "log": lambda x: x.ln() if x > 0 else Decimal(0),
    "sin": _sine,
    "cos": lambda x: _sine(x + _pi() / 2),
    "tanh": lambda x: 1 - 2 / (1 + _exponential(2 * x)),
    "sigmoid": lambda x: 1 / (1 + _exponential(-x)),
    "erf": _error_function,
}


def _sweep(scale: int) -> np.ndarray:
    """Small, ordinary, large and extreme values, on both sides of zero."""
    generator = np.random.default_rng(scale)
    powers = np.array([1 << bit for bit in range(63)], dtype=np.int64)
    spread = generator.integers(-(1 << 62), 1 << 62, 60) >> generator.integers(0, 62, 60)
    ordinary = generator.integers(-40 << scale, 40 << scale, 120)
    extremes = np.array([0, 2**63 - 1, -(2**63)], dtype=np.int64)
    return np.concatenate([powers, -powers, powers - 1, spread, ordinary, extremes])


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("name", REAL)
def test_functions_are_rounded_to_the_nearest(name: str, scale: int) -> None:
    inputs = _sweep(scale)
    results = KERNELS[name](inputs, scale=scale)
    limit = (1 << (62 - scale)) - 1
    with localcontext() as context:
        context.prec = 90
        context.rounding = ROUND_HALF_EVEN
        for given, result in zip(inputs.tolist(), results.tolist(), strict=True):
            exact = REAL[name](Decimal(given) / (1 << scale)) * (1 << scale)
            exact = min(exact, Decimal(limit)) if name == "exp" else exact
            error = abs(exact - result)
            assert error <= Decimal("0.5") + max(SLACK, abs(exact) * Decimal(2) ** -50), given


def test_documented_values_outside_domains() -> None:
    for scale in SCALES:
        below = np.array([-1, -(2**63), 0], dtype=np.int64)
        assert KERNELS["sqrt"](below, scale=scale).tolist() == [0, 0, 0]
        assert KERNELS["log"](below, scale=scale).tolist() == [0, 0, 0]
        assert KERNELS["exp"](np.array([2**63 - 1]), scale=scale).tolist() == [(1 << (62 - scale)) - 1]


def test_every_machine_gets_the_same_bits() -> None:
    """Parties compute public values each on their own; the digest is the same with and without AVX-512."""
    inputs = np.concatenate([np.arange(-700_000, 700_000, 13), np.left_shift(1, np.arange(63)), [-(2**63)]])
    digest = hashlib.sha256()
    for name in sorted(REAL.keys() - {"erf"}):
        digest.update(KERNELS[name](inputs, scale=16).astype("<i8").tobytes())
    assert digest.hexdigest()[:16] == "f5522efee9489550"
    digest.update(KERNELS["erf"](inputs, scale=16).astype("<i8").tobytes())
    assert digest.hexdigest()[:16] == "478370ad2e70c353"
