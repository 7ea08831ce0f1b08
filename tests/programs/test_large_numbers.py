"""Numbers near 10**9, whose squares fit 64 bits only in larger units; and quotients by divisors that may be close to 0.

NumPy in double precision is the independent answer.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from tacit.compiler.ir.evaluate import evaluate
from tacit.compiler.ir.program import Program
from tacit.compiler.ir.rewrite import walk
from tacit.compiler.pipeline import report_ranges
from tacit.runtime.errors import CheckFailed

from tests.programs.running import elaborated, run_both_ways

Array = np.ndarray[Any, Any]
COUNT = 6
BOUND = 10**9
DRAWN = 4 * 10**8
HEAD = f"party a\nparty b\ninput x: fixed[-{BOUND}..{BOUND}][n] from a\ninput y: fixed[-{BOUND}..{BOUND}][n] from b\n"

RESULTS: dict[str, Callable[[Array, Array], Any]] = {
    "mean(concat(x, y))": lambda x, y: np.r_[x, y].mean(),
    "std(concat(x, y))": lambda x, y: np.r_[x, y].std(),
    "var(x + y)": lambda x, y: (x + y).var(),
    "std(x + y, where=x > y)": lambda x, y: (x + y)[x > y].std(),
    "x @ y": lambda x, y: x @ y,
    "x * y": lambda x, y: x * y,
    "max((x + y) * x)": lambda x, y: ((x + y) * x).max(),
    "sqrt(sum((x - y) ** 2))": lambda x, y: np.sqrt(((x - y) ** 2).sum()),
    "sum(x) / sum(y)": lambda x, y: x.sum() / y.sum(),
    "(x - mean(y)) / std(y)": lambda x, y: (x - y.mean()) / y.std(),
    "sum(x * y, where=x > y) / max(sum(y * y), 1)": lambda x, y: (x * y)[x > y].sum() / (y * y).sum(),
    "select(x > y, x * x, y * y) > 10 ** 17": lambda x, y: np.where(x > y, x * x, y * y) > 1e17,
}


def _drawn(seed: int) -> tuple[dict[str, Array], dict[str, Array]]:
    random = np.random.default_rng(seed)
    inputs = {name: random.integers(-DRAWN, DRAWN, COUNT) << 16 for name in "xy"}
    return inputs, {name: array / 2.0**16 for name, array in inputs.items()}


def _scale(program: Program) -> int:
    told = (each for each in walk(program.body) if each.name == "reveal")
    (revealed,) = (each for each in told if each.attributes["name"] == "r")
    return revealed.operands[0].type.element.scale


@pytest.mark.parametrize(("place", "expression"), list(enumerate(RESULTS)))
def test_large_numbers_are_right_to_some_six_digits(place: int, expression: str) -> None:
    program = elaborated(f"{HEAD}reveal {expression} as r\n", {"n": COUNT})
    report = report_ranges(program)
    assert report.diagnostics == ()
    assert all(limit.high >> 16 >= DRAWN for limit in report.limits.values())
    inputs, numbers = _drawn(place)
    found = run_both_ways(program, inputs, ("rep3", "semi2k")[place % 2]).protected["a"]["r"] / 2.0 ** _scale(program)
    clear = evaluate(program, inputs).by_role["a"]["r"] / 2.0 ** _scale(program)
    wanted = np.asarray(RESULTS[expression](**numbers), float)
    for each in (found, clear):
        np.testing.assert_allclose(each, wanted, rtol=2e-5, atol=max(2e-6 * np.abs(wanted).max(), 2.0**-14))


def test_what_no_unit_holds_is_refused_at_its_owner() -> None:
    """Bounds in a type do not keep an owner from being asked for less."""
    report = report_ranges(elaborated(f"{HEAD}reveal x * y * x as r\n", {"n": COUNT}))
    assert report.diagnostics == ()
    assert report.limits["x"].high < BOUND << 16


RATIO = "party a\nparty b\ninput x: fixed[n] from a\ninput y: fixed[n] from b\nreveal sum(x) / sum(y) as r\n"


def test_a_ratio_of_large_sums_takes_large_inputs() -> None:
    """No input has to be small only because a divisor could be close to 0: whether it is, is checked in the run."""
    program = elaborated(RATIO, {"n": 1_000_000})
    report = report_ranges(program)
    assert report.diagnostics == ()
    assert all(limit.high >> 16 >= 1_000_000 for limit in report.limits.values())
    assert [each.name for each in walk(program.body)].count("require") == 1


@pytest.mark.parametrize("protocol", ["rep3", "semi2k"])
def test_a_quotient_that_is_too_large_stops_the_run(protocol: str) -> None:
    head = "party a\nparty b\ninput x: fixed[-1e15..1e15] from a\ninput y: fixed[-1..1] from b\n".replace(
        "1e15", f"{10**15}"
    )
    program = elaborated(f"{head}reveal x / y as r\n")
    scales = {"x": 1 << _input_scale(program, "x"), "y": 1 << _input_scale(program, "y")}

    def given(x: float, y: float) -> dict[str, Array]:
        return {"x": np.array(round(x * scales["x"])), "y": np.array(round(y * scales["y"]))}

    for x, y in ((3.0, 0.5), (-1e9, 0.25), (1e9, -0.75), (0.0, 0.001), (5.0, 0.0)):
        found = run_both_ways(program, given(x, y), protocol).protected["a"]["r"] / 2.0 ** _scale(program)
        assert abs(found - (x / y if y else 0.0)) <= 1e-5 * abs(x) + 1e-2
    with pytest.raises(CheckFailed, match="a divisor is so close to 0"):
        run_both_ways(program, given(1e15, 1e-5), protocol)


def _input_scale(program: Program, name: str) -> int:
    (operation,) = (each for each in walk(program.body) if each.attributes.get("name") == name and each.name == "input")
    return operation.results[0].type.element.scale


def test_without_guards_a_quotient_is_warned_of() -> None:
    program = elaborated('option guards = "off"\n' + RATIO, {"n": 10**12})
    report = report_ranges(program)
    assert report.diagnostics or min(limit.high >> 16 for limit in report.limits.values()) < 10**6
