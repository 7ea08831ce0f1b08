"""What ranges save: planes of comparisons, and with them rounds and bytes, on small programs."""

import numpy as np
import pytest

from tests.programs.running import elaborated, run_both_ways

HEAD = "party a\nparty b\ninput x: int[64] from a\ninput y: int[64] from b\n"

NARROWER = [
    "(x & 15) < (y & 15)",
    "(x & 15) + (y & 15) == 7",
    "(x % 16 + y % 16) // 4",
    "max((x & 15) - (y & 15))",
    "clip(x, 0, 15) * clip(y, 0, 15) > 30",
    "argmin((x & 255) + (y & 255))",
    "(x + y) & 7",
]


@pytest.mark.parametrize("expression", NARROWER)
def test_known_ranges_make_circuits_smaller(expression: str) -> None:
    program = elaborated(f"{HEAD}reveal {expression} as v\n")
    dice = np.random.default_rng(3)
    inputs = {name: dice.integers(-1000, 1000, 64) for name in "xy"}
    narrow, wide = (run_both_ways(program, inputs, optimize=level) for level in (2, 0))
    for both in (narrow, wide):
        np.testing.assert_array_equal(both.protected["a"]["v"], both.clear["a"]["v"])
    spent = [sum(result.bytes_sent for result in both.results) for both in (narrow, wide)]
    assert spent[0] < spent[1] or "&" not in expression
    assert narrow.results[0].rounds <= wide.results[0].rounds


def test_a_comparison_of_five_bits_takes_few_rounds() -> None:
    rounds = []
    for text in ("x < y", "(x & 15) < (y & 15)"):
        program = elaborated(f"{HEAD}reveal {text} as v\n")
        inputs = {name: np.arange(64) for name in "xy"}
        rounds.append(run_both_ways(program, inputs).results[0].rounds)
    assert rounds == [7, 3]


def test_decided_comparisons_cost_nothing() -> None:
    program = elaborated(f"{HEAD}z = (x & 255) + (y & 255)\nreveal z * z >= 0 as v\n")
    both = run_both_ways(program, {"x": np.arange(64), "y": np.arange(64)})
    assert both.protected["a"]["v"].all()
    assert sum(result.bytes_sent for result in both.results) == 0
