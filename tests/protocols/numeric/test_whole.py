"""`//` of integers against Python's, over whole ranges: secret divisors, and public ones known now or late; and the
errors of inverses that the steps rely on."""

import numpy as np
import pytest
from tacit.compiler.ir.intervals import Interval
from tacit.compiler.protocols.numeric.whole_divide import floor_divide
from tacit.compiler.protocols.numeric.whole_divisor import LOOKUPS, Lookup, known_divisor, late_divisor, secret_divisor
from tacit.compiler.protocols.rules.expansion import integers
from tacit.compiler.protocols.rules.shares import Clear

from tests.protocols.bench import Bench, Outcome
from tests.protocols.numeric.support import KEYS, REAL, Array

M = 1 << 63
INT64, INT32, INT16, INT8 = (Interval(-(1 << bits), (1 << bits) - 1) for bits in (63, 31, 15, 7))
RANGES = [
    (INT64, INT64),
    (INT32, INT32),
    (INT16, INT16),
    (INT8, INT8),
    (Interval(-(1 << 61), 1 << 61), Interval(1, 1 << 61)),
    (Interval(0, 10**9), Interval(1, 10**4)),
    (INT64, Interval(-5, 0)),
    (INT8, INT64),
    (Interval(0, 1 << 40), Interval(1 << 20, 1 << 21)),
    (Interval(-(1 << 62), (1 << 62) - 1), Interval(-(1 << 62), -1)),
    (Interval(0, 0), INT32),
    (INT16, Interval(0, 1)),
]
"""Of dividends and of divisors."""


def wrapped(number: int) -> int:
    return (number + M) % (1 << 64) - M


def quotient(x: int, y: int) -> int:
    return wrapped(x // y) if y else 0


def ends(within: Interval) -> list[int]:
    """Numbers near 0, near powers of two, and near the ends."""
    near = [sign * (1 << bits) + by for bits in range(64) for sign in (-1, 1) for by in (-1, 0, 1)]
    numbers = {*near, 0, 3, -3, 7, 10, *(within.low + by for by in range(3)), *(within.high - by for by in range(3))}
    return sorted(number for number in numbers if within.low <= number <= within.high)


def anywhere(within: Interval, count: int, random: np.random.Generator) -> list[int]:
    """Numbers of all magnitudes."""
    bits = random.integers(0, within.magnitude.bit_length() + 1, count)
    found = [int(random.integers(0, 1 << 62)) * 2 % (1 << int(size)) * int(random.choice([-1, 1])) for size in bits]
    return [min(max(number, within.low), within.high) for number in found]


def pairs(dividends: Interval, divisors: Interval, seed: int, count: int = 600) -> list[tuple[int, int]]:
    """Ends with ends, magnitudes with magnitudes, and neighbours of multiples of the divisor."""
    random = np.random.default_rng(seed)
    grid = [(x, y) for x in ends(dividends) for y in ends(divisors)]
    chosen = [grid[at] for at in random.permutation(len(grid))[: 2 * count]]
    chosen += zip(anywhere(dividends, count, random), anywhere(divisors, count, random), strict=True)
    multiples = [(x // y * y + by, y) for x, y in chosen if y for by in (-1, 0, 1)]
    return chosen + [(x, y) for x, y in multiples if dividends.low <= x <= dividends.high]


def columns(chosen: list[tuple[int, int]]) -> tuple[Array, Array]:
    return tuple(np.array(side, np.int64) for side in zip(*chosen, strict=True))  # type: ignore[return-value]


def check(outcome: Outcome, chosen: list[tuple[int, int]]) -> None:
    got = outcome.values["result"].tolist()
    wrong = [(x, y, it) for (x, y), it in zip(chosen, got, strict=True) if it != quotient(x, y)]
    assert wrong == []


def keys(setting: str) -> dict[tuple[int, int], bytes] | None:
    return KEYS if setting == "rep3" else None


@pytest.mark.parametrize("setting", ["rep3", "semi2k", "semi2k-3"])
@pytest.mark.parametrize(("dividends", "divisors"), RANGES)
def test_secret_divisors(dividends: Interval, divisors: Interval, setting: str) -> None:
    chosen = pairs(dividends, divisors, seed=len(setting))
    x, y = columns(chosen)
    bench = Bench(2, setting=setting)
    p = bench.protocol
    made = secret_divisor(p, bench.number(y), divisors, dividends.magnitude)
    bench.keep("result", floor_divide(p, bench.number(x), made))
    check(bench.run(keys(setting)), chosen)


@pytest.mark.parametrize("seed", range(6))
def test_truncations_that_round_otherwise(seed: int) -> None:
    chosen = pairs(INT64, INT64, seed)
    x, y = columns(chosen)
    bench = Bench(seed)
    made = secret_divisor(bench.protocol, bench.number(y), INT64, M)
    bench.keep("result", floor_divide(bench.protocol, bench.number(x), made))
    check(bench.run(), chosen)


@pytest.mark.parametrize("setting", ["rep3", "semi2k"])
@pytest.mark.parametrize(("dividends", "divisors"), RANGES)
def test_divisors_that_are_known_late(dividends: Interval, divisors: Interval, setting: str) -> None:
    chosen = pairs(dividends, divisors, seed=1)
    x, y = columns(chosen)
    bench = Bench(3, setting=setting)
    known = Clear(bench.g.constant(y, integers(y.shape), bench.g.nodes))
    made = late_divisor(bench.protocol, known, divisors, dividends.magnitude)
    bench.keep("result", floor_divide(bench.protocol, bench.number(x), made))
    check(bench.run(keys(setting)), chosen)


CONSTANTS = [
    3,
    7,
    10,
    1000,
    10**6,
    10**9 + 7,
    10**12,
    (1 << 40) - 1,
    (1 << 40) + 1,
    (1 << 62) - 1,
    (1 << 62) + 1,
    M - 1,
]


@pytest.mark.parametrize("setting", ["rep3", "semi2k"])
@pytest.mark.parametrize("divisor", [*CONSTANTS, *(-each for each in CONSTANTS), -1, -2, -(1 << 62), -M])
def test_divisors_that_are_known_now(divisor: int, setting: str) -> None:
    bench = Bench(4, setting=setting)
    p, of_all = bench.protocol, {}
    for number, dividends in enumerate((INT64, INT32, INT8, Interval(0, 1 << 40), Interval(-(1 << 61), 0))):
        chosen = of_all[f"{number}"] = pairs(dividends, Interval(divisor, divisor), seed=number, count=60)
        x, _ = columns(chosen)
        bench.keep(f"{number}", floor_divide(p, bench.number(x), known_divisor(divisor, dividends.magnitude)))
    found = bench.run(keys(setting)).values
    wrong = [
        (x, divisor, it)
        for name, chosen in of_all.items()
        for (x, y), it in zip(chosen, found[name].tolist(), strict=True)
        if it != quotient(x, y)
    ]
    assert wrong == []


@pytest.mark.parametrize(
    "shapes", [((5, 7), (7,)), ((), (9,)), ((9,), ()), ((4, 1), (1, 3)), ((2, 3), (2, 3)), ((0,), ())]
)
def test_shapes_broadcast(shapes: tuple[tuple[int, ...], tuple[int, ...]]) -> None:
    random = np.random.default_rng(5)
    x, y = (random.integers(-(1 << 20), 1 << 20, shape) for shape in shapes)
    bench = Bench()
    made = secret_divisor(bench.protocol, bench.number(y), INT32, 1 << 31)
    bench.keep("result", floor_divide(bench.protocol, bench.number(x), made))
    np.testing.assert_array_equal(bench.run(KEYS).values["result"], x // np.where(y == 0, 1 << 40, y) * (y != 0))


@pytest.mark.parametrize(("lookup", "promised"), list(zip(LOOKUPS, (11.2, 15.0, 18.4, 11.2, 11.2, 18.4), strict=True)))
def test_errors_of_tables(lookup: Lookup, promised: float) -> None:
    """The polynomials with their rounded coefficients, at arguments that their bits leave open, and one truncation."""
    table = lookup.table()
    for number, piece in enumerate(lookup.pieces):
        t = np.linspace(piece.low, piece.high, 40001).astype(REAL)
        place = np.minimum((t + 1) / 2 * 2.0 ** table.widths[0], 2.0 ** table.widths[0] - 1e-9)
        total = np.full(t.shape, table.rows[0][number], REAL)
        for power, bits in enumerate(table.widths, 1):
            variable = 2 * np.floor(place / 2.0 ** (table.widths[0] - bits)) + table.offset(bits)
            total += REAL(table.rows[power][number]) * variable**power
        found = total / REAL(2) ** (table.scale - table.result) + table.constants[number]
        exact = REAL(2) ** table.result / (piece.centre + piece.half * t)
        assert np.all(np.abs(found - exact) + 1 <= exact * 2.0**-promised)


COSTS = [
    (INT64, INT64, 41, 2096.0),
    (INT64, Interval(1, 1000), 33, 1471.375),
    (Interval(0, 10**9), Interval(1, 10**4), 24, 1460.25),
    (Interval(0, 120), Interval(1, 12), 16, 736.0),
    (Interval(0, 10**6), INT64, 34, 1559.875),
    (Interval(0, 1 << 40), Interval(1 << 20, 1 << 21), 26, 951.125),
]


@pytest.mark.parametrize(("dividends", "divisors", "rounds", "sent"), COSTS)
def test_rounds_and_bytes_by_ranges(dividends: Interval, divisors: Interval, rounds: int, sent: float) -> None:
    """Of secret divisors; the bytes are those that all nodes send for an element."""
    bench, count = Bench(), 640
    numbers = np.ones(count)
    made = secret_divisor(bench.protocol, bench.number(numbers), divisors, dividends.magnitude)
    bench.keep("result", floor_divide(bench.protocol, bench.number(numbers), made))
    outcome = bench.run(KEYS)
    assert (outcome.rounds, sum(outcome.bytes) / count) == (rounds, sent)
