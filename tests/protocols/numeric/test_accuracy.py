"""Functions of one share stay within their published bounds over the whole documented range."""

from collections.abc import Callable
from math import erf

import numpy as np
import pytest
from tacit.compiler.protocols.numeric.bounds import BOUNDS, FUNCTIONS

from tests.protocols.numeric.support import REAL, Array, apply, check_within, real, reduced_angle, sweep

FRACTION_BITS = [1, 4, 8, 13, 16, 17, 20, 24, 28]


def largest(fraction_bits: int) -> Array:
    return real(np.array((1 << (62 - fraction_bits)) - 1), fraction_bits)


def exact_exponential(x: Array, fraction_bits: int) -> Array:
    with np.errstate(over="ignore"):
        return np.minimum(np.exp(real(x, fraction_bits)), largest(fraction_bits))


EXACT: dict[str, Callable[[Array, int], Array]] = {
    "exp": exact_exponential,
    "log": lambda x, f: np.where(x > 0, np.log(real(np.maximum(x, 1), f)), 0),
    "sqrt": lambda x, f: np.sqrt(real(np.maximum(x, 0), f)),
    "sigmoid": lambda x, f: 1 / (1 + np.exp(np.minimum(-real(x, f), REAL(11000)))),
    "tanh": lambda x, f: np.tanh(real(x, f)),
    "erf": lambda x, f: np.vectorize(erf, otypes=[np.float64])(real(x, f).astype(np.float64)),
    "sin": lambda x, f: np.sin(reduced_angle(x, f)),
    "cos": lambda x, f: np.cos(reduced_angle(x, f)),
}


@pytest.mark.parametrize("fraction_bits", FRACTION_BITS)
@pytest.mark.parametrize("name", EXACT)
def test_error_is_within_the_bound(name: str, fraction_bits: int) -> None:
    x = sweep(fraction_bits, seed=fraction_bits)
    exact = EXACT[name](x, fraction_bits)
    units = BOUNDS[name](fraction_bits).units(fraction_bits, exact, real(x, fraction_bits))
    check_within(apply(FUNCTIONS[name].rule, x, fraction_bits), exact, units, fraction_bits, x)


@pytest.mark.parametrize("name", ["sigmoid", "tanh", "erf", "sin", "cos", "log"])
def test_error_at_the_default_scale_is_below_2_units(name: str) -> None:
    bound = BOUNDS[name](16)
    assert bound.absolute + bound.drift * 1000 < 2 and bound.relative == 0


@pytest.mark.parametrize("name", ["divide", "exp", "sqrt"])
def test_relative_error_at_the_default_scale(name: str) -> None:
    bound = BOUNDS[name](16)
    assert bound.absolute <= 2 and bound.relative <= 2.0**-18


@pytest.mark.parametrize("fraction_bits", FRACTION_BITS)
@pytest.mark.parametrize("name", ["log", "sqrt"])
def test_outside_the_domain_the_result_is_0(name: str, fraction_bits: int) -> None:
    x = sweep(fraction_bits, seed=3)
    x = x[x <= 0]
    np.testing.assert_array_equal(apply(FUNCTIONS[name].rule, x, fraction_bits), 0)


@pytest.mark.parametrize("fraction_bits", FRACTION_BITS)
def test_far_arguments_give_the_limits_exactly(fraction_bits: int) -> None:
    one = 1 << fraction_bits
    far = (
        np.array([1 << (61 - fraction_bits), (1 << (62 - fraction_bits)) - 1])
        if fraction_bits < 28
        else np.array([63 * one])
    )
    for name, low, high in [
        ("sigmoid", 0, one),
        ("tanh", -one, one),
        ("erf", -one, one),
        ("exp", 0, (1 << (62 - fraction_bits)) - 1),
    ]:
        got = apply(FUNCTIONS[name].rule, np.concatenate([-far, far]), fraction_bits)
        np.testing.assert_array_equal(got, [low] * far.size + [high] * far.size)


@pytest.mark.parametrize("fraction_bits", [8, 16, 20, 28])
def test_exp_never_passes_the_largest_number(fraction_bits: int) -> None:
    end = round((62 - 2 * fraction_bits) * np.log(2) * 2**fraction_bits)
    x = np.arange(end - 200, end + 200)
    got = apply(FUNCTIONS["exp"].rule, x, fraction_bits)
    assert got.max() == (1 << (62 - fraction_bits)) - 1


def test_truncation_is_unbiased() -> None:
    """Many results of one argument average to the exact one."""
    x = np.full(20000, 70000)
    for name in ("sigmoid", "erf", "exp", "log", "sqrt", "sin"):
        mean = float(apply(FUNCTIONS[name].rule, x, 16).mean())
        exact = float(EXACT[name](x[:1], 16)[0]) * 2**16
        assert abs(mean - exact) < 0.25, name
