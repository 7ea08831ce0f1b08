"""Functions of numbers that are known to lie in a range: as exact as over the whole one, in fewer bytes and rounds."""

import numpy as np
import pytest
from tacit.compiler.ir.intervals import Interval
from tacit.compiler.protocols.numeric.bits import bits_between
from tacit.compiler.protocols.numeric.bounds import BOUNDS, FUNCTIONS
from tacit.compiler.protocols.numeric.divide import divide

from tests.protocols.bench import Bench
from tests.protocols.numeric.support import KEYS, Array, check_within, exact_quotients, real, result, run
from tests.protocols.numeric.test_accuracy import EXACT

SCALES = [8, 13, 16, 20, 28]
RANGES = [(-1, 1), (0, 1), (0.5, 1), (-8, 8), (-16, 16), (-3, 40), (10, 12), (-60, -1), (-60, 60)]
"""In ones, as far as the scale documents them."""

QUOTIENTS = [((-100, 100), (0.5, 100)), ((-100, 100), (-2, 50)), ((0, 1), (1, 2)), ((-1e6, 1e6), (1, 1e6))]
"""The ranges of x and of y."""


def interval(ends: tuple[float, float], fraction_bits: int) -> Interval:
    most = (1 << (62 - fraction_bits)) - 1
    low, high = (max(-most, min(most, round(end * 2**fraction_bits))) for end in ends)
    return Interval(low, high)


def inside(within: Interval, seed: int) -> Array:
    """The ends, what is near them and near 0, and numbers in between of all magnitudes."""
    random = np.random.default_rng(seed)
    even = random.integers(within.low, within.high, 1000, endpoint=True)
    near = np.concatenate([end + np.arange(-20, 21) for end in (within.low, 0, within.high)])
    small = np.exp2(random.uniform(0, np.log2(max(-within.low, within.high)), 300)).astype(np.int64)
    x = np.concatenate([even, near, small, -small])
    return x[(x >= within.low) & (x <= within.high)]


@pytest.mark.parametrize("fraction_bits", SCALES)
@pytest.mark.parametrize("name", EXACT)
def test_results_are_as_exact_within_a_range(name: str, fraction_bits: int) -> None:
    for ends in RANGES:
        within = interval(ends, fraction_bits)
        x = inside(within, seed=fraction_bits)
        exact = EXACT[name](x, fraction_bits)
        units = BOUNDS[name](fraction_bits).units(fraction_bits, exact, real(x, fraction_bits))
        got = result(lambda p, share, to=within: FUNCTIONS[name].rule(p, share, fraction_bits, to), x)
        check_within(got, exact, units, fraction_bits, x)


@pytest.mark.parametrize("fraction_bits", SCALES)
@pytest.mark.parametrize("ranges", QUOTIENTS)
def test_quotients_are_as_exact_within_ranges(
    ranges: tuple[tuple[float, float], tuple[float, float]], fraction_bits: int
) -> None:
    dividends, divisors = (interval(ends, fraction_bits) for ends in ranges)
    x, y = (np.random.default_rng(1).permutation(inside(within, seed=2)) for within in (dividends, divisors))
    x, y = x[: min(x.size, y.size)], y[: min(x.size, y.size)]
    exact = exact_quotients(x, y)
    fits = np.abs(exact) < 2.0 ** (62 - 2 * fraction_bits)
    x, y, exact = x[fits], y[fits], exact[fits]
    units = BOUNDS["divide"](fraction_bits).units(fraction_bits, exact, real(x, fraction_bits))
    got = result(lambda p, a, b: divide(p, a, b, fraction_bits, dividends, divisors), x, y)
    check_within(got, exact, units, fraction_bits, x)


@pytest.mark.parametrize("setting", ["rep3", "semi2k"])
@pytest.mark.parametrize(("low", "stop"), [(0, 16), (20, 45), (7, 8)])
def test_middles_are_of_the_bits_below_a_position(setting: str, low: int, stop: int) -> None:
    x = np.random.default_rng(low).integers(-(2**63), 2**63, 3000)
    widths = sorted({stop - low, max(1, stop - low - 5), 1}, reverse=True)
    bench = Bench(setting=setting)
    digits = bits_between(bench.protocol, bench.number(x), low, stop + 3)
    for width, middle in zip(widths, digits.middles(bench.protocol, stop, widths), strict=True):
        bench.keep(f"of {width}", middle)
    values = bench.run(KEYS if setting == "rep3" else None).values
    part = x & ((1 << stop) - 1)
    for width in widths:
        unit = 2.0 ** (stop - width)
        missing = part / unit - values[f"of {width}"] / 2
        most = 0 if low == 0 and width == stop else 1 + 2.0 ** -(width if width == stop - low else 4)
        turned = np.minimum(np.abs(missing), 2.0**width - np.abs(missing))
        assert turned.max() <= most + 2.0 ** (low - stop + width)


COSTS = {
    "exp": ((-8, 8), 12, 685.625),
    "sqrt": ((0, 10000), 15, 1155.5),
    "sigmoid": ((-16, 16), 3, 880),
    "tanh": ((-16, 16), 4, 832),
    "erf": ((-16, 16), 4, 728),
    "log": ((1, 100), 11, 1033.0),
}
"""A range, the rounds, and the bytes that all nodes send for an element."""


@pytest.mark.parametrize("name", COSTS)
def test_rounds_and_bytes_within_a_range(name: str) -> None:
    ends, rounds, sent = COSTS[name]
    within = interval(ends, 16)
    outcome = run(lambda p, x: FUNCTIONS[name].rule(p, x, 16, within), np.full(640, within.high))
    assert (outcome.rounds, sum(outcome.bytes) / 640) == (rounds, sent)


def test_rounds_and_bytes_of_a_quotient_within_ranges() -> None:
    dividends, divisors = interval((-100, 100), 16), interval((0.5, 100), 16)
    outcome = run(lambda p, x: divide(p, x, x, 16, dividends, divisors), np.full(640, divisors.high))
    assert (outcome.rounds, sum(outcome.bytes) / 640) == (14, 1238.75)
