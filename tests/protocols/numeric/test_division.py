"""Division of shares, by shares and by public numbers, within the published bounds over the whole range."""

import numpy as np
import pytest
from tacit.compiler.protocols.numeric import bounds
from tacit.compiler.protocols.numeric.divide import divide
from tacit.compiler.protocols.numeric.divide_public import divide_by_constant, divide_by_public
from tacit.compiler.protocols.rules.expansion import integers
from tacit.compiler.protocols.rules.shares import Clear

from tests.protocols.bench import Bench
from tests.protocols.numeric.support import KEYS, Array, check_within, exact_quotients, quotient_operands, result, run

FRACTION_BITS = [1, 2, 4, 8, 13, 16, 17, 20, 24, 28]


@pytest.mark.parametrize("fraction_bits", FRACTION_BITS)
def test_error_is_within_the_bound(fraction_bits: int) -> None:
    x, y = quotient_operands(fraction_bits, seed=fraction_bits)
    got = result(lambda p, a, b: divide(p, a, b, fraction_bits), x, y)
    exact = exact_quotients(x, y)
    check_within(got, exact, bounds.divide(fraction_bits).units(fraction_bits, exact, x), fraction_bits, x)


@pytest.mark.parametrize("fraction_bits", [1, 8, 16, 28])
def test_by_0_is_0(fraction_bits: int) -> None:
    ends = [0, 1, -1, 1 << (61 - fraction_bits), -(1 << (62 - fraction_bits)) + 1]
    x = np.array(ends * 20)
    got = result(lambda p, a, b: divide(p, a, b, fraction_bits), x, np.zeros_like(x))
    np.testing.assert_array_equal(got, 0)


def test_small_integers() -> None:
    a, b = (part.reshape(-1) << 16 for part in np.meshgrid(np.arange(-30, 31), np.arange(-30, 31)))
    got = result(lambda p, x, y: divide(p, x, y, 16), a, b)
    exact = exact_quotients(a, b)
    check_within(got, exact, bounds.divide(16).units(16, exact, a), 16, a)
    np.testing.assert_array_equal(got[a == 0], 0)


@pytest.mark.parametrize(
    "shapes", [((5, 7), (7,)), ((), (9,)), ((9,), ()), ((4, 1), (1, 3)), ((2, 3), (2, 3)), ((0,), ())]
)
def test_shapes_broadcast(shapes: tuple[tuple[int, ...], tuple[int, ...]]) -> None:
    random = np.random.default_rng(1)
    x, y = (random.integers(1 << 10, 1 << 24, shape) for shape in shapes)
    got = result(lambda p, a, b: divide(p, a, b, 16), x, y)
    assert got.shape == np.broadcast_shapes(*shapes)
    assert np.all(np.abs(got - x * 2.0**16 / y) <= 1.2 + got * 2.0**-18)


def test_a_divisor_of_fewer_elements_is_inverted_once() -> None:
    x, y = np.full((100, 8), 1 << 20), np.full(8, 3 << 16)
    spread = np.broadcast_to(y, x.shape)
    narrow, wide = (sum(run(lambda p, a, b: divide(p, a, b, 16), x, d).bytes) for d in (y, spread))
    assert 5 * narrow < wide


CONSTANTS = [1, 2, 3, 7, 10, 60, 569, 1000, 10**6, -1, -4, -7]


@pytest.mark.parametrize("fraction_bits", [4, 8, 16, 20])
@pytest.mark.parametrize("constant", CONSTANTS)
def test_constants(constant: int, fraction_bits: int) -> None:
    check_constant(constant << fraction_bits, fraction_bits)


@pytest.mark.parametrize("fraction_bits", [1, 16, 28])
@pytest.mark.parametrize("divisor", [0, 1, -1, 3, 5, -11, 8])
def test_constants_of_a_few_units(divisor: int, fraction_bits: int) -> None:
    check_constant(divisor, fraction_bits)


def check_constant(divisor: int, fraction_bits: int) -> None:
    x = dividends(divisor, fraction_bits)
    got = result(lambda p, share: divide_by_constant(p, share, divisor, fraction_bits), x)
    exact = exact_quotients(x, np.full_like(x, divisor))
    bound = bounds.divide_by_constant(divisor, fraction_bits)
    check_within(got, exact, bound.units(fraction_bits, exact, x), fraction_bits, x)


def dividends(divisor: int, fraction_bits: int) -> Array:
    """Numbers whose quotient fits the range, up to its ends."""
    random = np.random.default_rng(abs(divisor))
    limit = 0.999 * 2.0 ** (62 - fraction_bits)
    limit = min(limit, limit * abs(divisor) / 2.0**fraction_bits) if divisor else limit
    wide = np.exp2(random.uniform(0, np.log2(limit), 800)).astype(np.int64)
    numbers = np.concatenate([wide, [int(limit)], np.arange(min(50, int(limit)))])
    return np.concatenate([numbers, -numbers])


@pytest.mark.parametrize("fraction_bits", FRACTION_BITS)
def test_numbers_known_while_the_program_runs(fraction_bits: int) -> None:
    x, y = quotient_operands(fraction_bits, seed=fraction_bits)
    bench = Bench()
    late = Clear(bench.g.constant(y, integers(y.shape)))
    bench.keep("result", divide_by_public(bench.protocol, bench.number(x), late, fraction_bits))
    got = bench.run(KEYS).values["result"]
    exact = exact_quotients(x, y)
    units = bounds.divide_by_public(fraction_bits).units(fraction_bits, exact, x)
    check_within(got, exact, units, fraction_bits, x)
    np.testing.assert_array_equal(got[y == 0], 0)


@pytest.mark.parametrize("divisor", [0, 3 << 16, -5])
def test_one_number_known_while_the_program_runs(divisor: int) -> None:
    x = np.arange(-500, 500).reshape(10, 100) << 8
    bench = Bench()
    late = Clear(bench.g.constant(np.array(divisor), integers(())))
    bench.keep("result", divide_by_public(bench.protocol, bench.number(x), late, 16))
    got = bench.run(KEYS).values["result"]
    exact = x * 2.0**16 / divisor if divisor else 0 * x
    assert np.abs(got - exact).max() < 1.1 + np.abs(exact).max() * 2.0**-24
