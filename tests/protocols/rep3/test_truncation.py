"""Truncation, in bulk: within one unit, exact on multiples, without bias, and never a large error."""

import numpy as np
import pytest

from tests.protocols.bench import SETTINGS, Bench

BULK = 10_000_000
FEWER = 1_000_000
"""For protocols after the first: the same rule, at a tenth of the time."""


def truncated(x: np.ndarray, bits: int, setting: str, seed: int = 1) -> np.ndarray:
    bench = Bench(seed, setting=setting)
    bench.keep("result", bench.protocol.truncate(bench.number(x), bits))
    return bench.run().values["result"]


@pytest.mark.parametrize("setting", SETTINGS)
def test_no_large_error_in_ten_million(setting: str) -> None:
    """Where a truncation without an overflow bit would fail once in four: all over the range, most at its ends."""
    random = np.random.default_rng(9)
    count = BULK if setting == "rep3" else FEWER
    x = random.integers(-(2**62) + 1, 2**62, count)
    x[: count // 4] = 2**62 - 1 - random.integers(0, 2**20, count // 4)
    x[count // 4 : count // 2] = -(2**62) + 1 + random.integers(0, 2**20, count // 4)
    error = (truncated(x, 16, setting) << 16) - x
    assert np.all(np.abs(error) < 2**16)


@pytest.mark.parametrize("setting", SETTINGS)
@pytest.mark.parametrize("bits", [1, 8, 16, 28, 40, 62])
def test_the_error_is_below_one_unit_at_all_boundaries(setting: str, bits: int) -> None:
    unit = 1 << bits
    around = np.arange(-3, 4)
    centres = [0, unit, -unit, unit // 2, 2**31, -(2**31), 2**48, -(2**48), 2**62 - 4, -(2**62) + 4]
    x = np.repeat(np.array([centre + step for centre in centres for step in around]), 200)
    x = x[(x > -(2**62)) & (x < 2**62)]
    result = truncated(x, bits, setting)
    floor, ceiling = x >> bits, -(-x >> bits)
    assert np.all((result == floor) | (result == ceiling))


@pytest.mark.parametrize("setting", SETTINGS)
def test_multiples_are_exact_and_the_mean_is_right(setting: str) -> None:
    multiples = np.random.default_rng(2).integers(-(2**40), 2**40, 1_000_000) << 16
    np.testing.assert_array_equal(truncated(multiples, 16, setting), multiples >> 16)
    for value in (1, 2**15, 2**16 - 1, -1, 12345):
        x = np.full(1_000_000, value)
        mean = truncated(x, 16, setting).mean()
        assert abs(mean - value / 2**16) < 6 * 0.5 / 1000
