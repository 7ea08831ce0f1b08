"""Functions by pieces of their summands, and where a number lies by wide blocks: answers, bounds, rounds and bytes."""

import numpy as np
import pytest
from tacit.compiler.ir.intervals import Interval
from tacit.compiler.protocols.circuits.carries_wide import sign_and_inside
from tacit.compiler.protocols.numeric.bounds import BOUNDS, FUNCTIONS
from tacit.compiler.protocols.numeric.odd import ERF, SIGMOID, TANH, Odd
from tacit.compiler.protocols.numeric.pieces import SCALE, cut_function, piecewise
from tacit.compiler.protocols.rep3 import summands as replicated_summands

from tests.protocols.numeric.support import REAL, run, sweep

EVER = 1 << 62


@pytest.mark.parametrize("late", [0, EVER])
@pytest.mark.parametrize("odd", [SIGMOID, TANH, ERF])
@pytest.mark.parametrize("ends", [(-16.0, 16.0), (-3.25, 0.5), (0.0, 1.0), (-9.0, 30.0)])
@pytest.mark.parametrize("scale", [8, 16, 32])
def test_a_function_by_pieces(
    odd: Odd, ends: tuple[float, float], scale: int, late: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replicated_summands, "LATE", late)
    within = Interval(*(int(end * 2**scale) for end in ends))
    x = np.random.default_rng(scale).integers(within.low, within.high, 3000, endpoint=True)
    x[:2] = within.low, within.high
    cut = cut_function(odd.function, within, scale, 2.0**-18)
    outcome = run(lambda p, share: p.truncate(piecewise(p, share, cut), SCALE - 40), x)
    error = np.abs(outcome.values["result"] * 2.0**-40 - odd.function(x * 2.0**-scale))
    assert error.max() <= cut.error + 2.0**-19
    numbers, results = len(cut.form.rows[0]) + cut.form.degree, 2 * cut.form.degree + 1
    assert outcome.rounds == (4 if late == 0 and numbers >= 2 * results else 3)


def test_what_no_pieces_reach_is_told() -> None:
    with pytest.raises(ValueError, match="no cut"):
        cut_function(SIGMOID.function, Interval(-(1 << 40), 1 << 40), 16, 2.0**-18)


@pytest.mark.parametrize(
    ("low", "reach", "bits", "sent"), [(33, 37, 64, 218.5), (17, 21, 48, 218.5), (3, 5, 12, 88), (0, 3, 10, 89)]
)
def test_where_a_number_lies(low: int, reach: int, bits: int, sent: float, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replicated_summands, "LATE", EVER)
    random, end = np.random.default_rng(low), 1 << (bits - 1)
    wide, near = (random.integers(-most, most, 2000) for most in (end - (1 << low), min(4 << reach, end - (1 << low))))
    y = np.concatenate([wide, near, [0, -1, end - 1, (1 << low) - end, (1 << reach) - 1, 1 << reach, 5, 6]])
    outcome = run(lambda p, share: sign_and_inside(p, share, low, reach, bits), y)

    def right(y: np.ndarray[tuple[int], np.dtype[np.int64]]) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
        return np.asarray((y < 0) + 2 * ((y >= 0) & (y < 1 << reach)))

    found = outcome.values["result"]
    assert np.all((found == right(y)) | (found == right(y - (1 << low if low else 0))))
    assert outcome.rounds == 2
    assert sum(outcome.bytes) / y.size == sent


@pytest.mark.parametrize("count", [600, 3000])
@pytest.mark.parametrize("scale", [16, 24, 32])
@pytest.mark.parametrize("name", ["sigmoid", "tanh", "erf"])
def test_a_finer_number_is_as_exact_as_is_asked_for(name: str, scale: int, count: int) -> None:
    random, finer = np.random.default_rng(scale), scale - 16
    coarse = random.choice(sweep(16, 1), count)
    x = (coarse << finer) + random.integers(0, 1 << finer, count)
    got = run(lambda p, share: FUNCTIONS[name].rule(p, share, 16, None, scale), x).values["result"]
    real = x.astype(REAL) / 2**scale
    exact = {
        "sigmoid": 1 / (1 + np.exp(-np.clip(real, -60, 60))),
        "tanh": np.tanh(real),
        "erf": ERF.function(real.astype(np.float64)),
    }[name]
    units = BOUNDS[name](16).units(16, exact, real)
    assert np.all(np.abs(got.astype(REAL) - exact * 2**scale) <= units * 2**finer)


@pytest.mark.parametrize("fraction_bits", [16, 20])
@pytest.mark.parametrize("count", [600, 3000])
def test_results_are_bounded_whatever_ring_element_comes(fraction_bits: int, count: int) -> None:
    x = np.random.default_rng(count).integers(-(2**63), 2**63, count)
    for name in ("sigmoid", "tanh", "erf"):
        got = run(lambda p, share, of=FUNCTIONS[name].rule: of(p, share, fraction_bits), x).values["result"]
        assert np.abs(got).max() <= 4 << fraction_bits
