"""Numbers of all magnitudes: what a program computes from inputs without bounds is right, or its owners refuse them.

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
from tacit.runtime.errors import InputError

from tests.programs.running import elaborated, run_both_ways

Array = np.ndarray[Any, Any]
HEAD = "party a\nparty b\ninput x: fixed[n] from a\ninput y: fixed[n] from b\n"
COUNT = 6
MAGNITUDES = (0.5, 100.0, 1e4, 9e5)


def _softmax(z: Array) -> Array:
    power = np.exp(z - z.max())
    return np.asarray(power / power.sum())


def _where(z: Array, mask: Array, function: Callable[[Array], Any]) -> Any:
    return function(z[mask]) if mask.any() else 0.0


EXPRESSIONS: dict[str, Callable[[Array, Array], Any]] = {
    "mean(concat(x, y))": lambda x, y: np.mean(np.r_[x, y]),
    "std(concat(x, y))": lambda x, y: np.std(np.r_[x, y]),
    "var(x + y)": lambda x, y: np.var(x + y),
    "x * y": lambda x, y: x * y,
    "x @ y": lambda x, y: x @ y,
    "sqrt(sum((x - y) ** 2))": lambda x, y: np.sqrt(np.sum((x - y) ** 2)),
    "sum(x) / sum(y)": lambda x, y: x.sum() / y.sum(),
    "(x + y) / (abs(x) + abs(y) + 1)": lambda x, y: (x + y) / (abs(x) + abs(y) + 1),
    "log(abs(x + y) + 1e-7)": lambda x, y: np.log(abs(x + y) + 1e-7),
    "log(abs(x * y) + 1)": lambda x, y: np.log(abs(x * y) + 1),
    "sigmoid(x * y)": lambda x, y: 1 / (1 + np.exp(-np.clip(x * y, -60, 60))),
    "erf(x * y) + tanh(x * y)": lambda x, y: np.tanh(x * y) + np.sign(x * y) * (1 - _erfc(abs(x * y))),
    "(x - mean(y)) / std(y)": lambda x, y: (x - y.mean()) / y.std(),
    "(x + y) - 0.001": lambda x, y: x + y - 0.001,
    "mean(x + y, where=x > 0)": lambda x, y: _where(x + y, x > 0, np.mean),
    "std(x + y, where=y > 0)": lambda x, y: _where(x + y, y > 0, np.std),
    "max((x + y) * x)": lambda x, y: np.max((x + y) * x),
    "exp((x + y) - max(x + y)) / sum(exp((x + y) - max(x + y)))": lambda x, y: _softmax(x + y),
    "(x * y) / (y * y + 0.5)": lambda x, y: x * y / (y * y + 0.5),
    "floor(x * y)": lambda x, y: np.floor(x * y),
    "x * y > 100": lambda x, y: x * y > 100,
    "x * y * x": lambda x, y: x * y * x,
    "x ** 4": lambda x, y: x**4,
    "sum(x * y, where=x > y) / max(sum(y * y), 1)": lambda x, y: (x * y)[x > y].sum() / max((y * y).sum(), 1),
}


def _erfc(z: Array) -> Array:
    """1 - erf z for z >= 0 (Abramowitz and Stegun 7.1.26): to 2e-7."""
    t = 1 / (1 + 0.3275911 * z)
    powers = [0.254829592, -0.284496736, 1.421413741, -1.453152027, 1.061405429]
    return np.asarray(sum(c * t ** (k + 1) for k, c in enumerate(powers)) * np.exp(-np.minimum(z * z, 700)))


def _scale(program: Program) -> int:
    told = (each for each in walk(program.body) if each.name == "reveal")
    (revealed,) = (each for each in told if each.attributes["name"] == "r")
    return revealed.operands[0].type.element.scale


def _drawn(magnitude: float, seed: int) -> dict[str, Array]:
    random = np.random.default_rng(seed)
    return {name: np.rint(random.uniform(-magnitude, magnitude, COUNT) * 2**16).astype(np.int64) for name in "xy"}


def _agrees(found: Array, wanted: Array, scale: int) -> None:
    np.testing.assert_allclose(found / 2.0**scale, wanted, rtol=2e-5, atol=2.0**-12)


@pytest.mark.parametrize("magnitude", MAGNITUDES)
@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_clear_results_are_right_at_all_magnitudes(expression: str, magnitude: float) -> None:
    program = elaborated(f"{HEAD}reveal {expression} as r\n", {"n": COUNT})
    report = report_ranges(program)
    assert report.diagnostics == ()
    inputs = _drawn(magnitude, len(expression))
    if any(np.abs(inputs[name]).max() > limit.high for name, limit in report.limits.items()):
        assert magnitude > 100, report.limits
        return
    x, y = (inputs[name] / 2.0**16 for name in "xy")
    _agrees(evaluate(program, inputs).by_role["a"]["r"], EXPRESSIONS[expression](x, y), _scale(program))


@pytest.mark.parametrize(("place", "expression"), list(enumerate(EXPRESSIONS)))
def test_protected_results_are_right_or_their_inputs_refused(place: int, expression: str) -> None:
    program = elaborated(f"{HEAD}reveal {expression} as r\n", {"n": COUNT})
    inputs = _drawn(MAGNITUDES[-1 - place % 2], place)
    try:
        found = run_both_ways(program, inputs, ("rep3", "semi2k")[place // 2 % 2]).protected["a"]["r"]
    except InputError as refused:
        assert "could overflow" in str(refused)
        return
    x, y = (inputs[name] / 2.0**16 for name in "xy")
    _agrees(found, EXPRESSIONS[expression](x, y), _scale(program))


def test_a_small_literal_keeps_its_digits_next_to_inputs() -> None:
    program = elaborated(
        "party a\nparty b\ninput p: fixed[n] from a\ninput y: bool[n] from b\n"
        "reveal -mean(select(y, log(p + 1e-7), log(1 - p + 1e-7))) as loss\n",
        {"n": 3},
    )
    inputs = {"p": np.array([0, 1 << 16, 1 << 15]), "y": np.array([True, False, True])}
    for protocol in ("rep3", "semi2k"):
        loss = run_both_ways(program, inputs, protocol).protected["a"]["loss"] / 2.0**16
        assert abs(loss - 10.97635) < 1e-3


SMALL = [
    "mean(concat(x, y))",
    "std(concat(x, y))",
    "x * y",
    "x @ y",
    "sqrt(sum((x - y) ** 2))",
    "(x + y) / (abs(x) + abs(y) + 1)",
    "(x - mean(y)) / std(y)",
    "max((x + y) * x)",
    "exp((x + y) - max(x + y)) / sum(exp((x + y) - max(x + y)))",
    "x * y > 100",
    "x * y * x",
]
BOUNDS = [
    ("0.000001", "0.000001"),
    ("0.001", "0.000001"),
    ("0.3", "0.02"),
    ("0.00001", "1_000"),
    ("0.001", "1_000_000"),
]


def _bounded(expression: str, bounds: tuple[str, str]) -> tuple[Program, dict[str, Array], dict[str, Array]]:
    """A program, its inputs in the clear representation, and as numbers: uniform between their bounds."""
    head = "".join(
        f"input {name}: fixed[-{end}..{end}][n] from {owner}\n"
        for name, owner, end in zip("xy", "ab", bounds, strict=True)
    )
    program = elaborated(f"party a\nparty b\n{head}reveal {expression} as r\n", {"n": COUNT})
    random = np.random.default_rng(len(expression))
    numbers = {name: float(end) * random.uniform(-1, 1, COUNT) for name, end in zip("xy", bounds, strict=True)}
    scales = {
        each.attributes["name"]: each.results[0].type.element.scale
        for each in walk(program.body)
        if each.name == "input"
    }
    inputs = {name: np.rint(numbers[name] * 2.0 ** scales[name]).astype(np.int64) for name in "xy"}
    return program, inputs, numbers


@pytest.mark.parametrize("bounds", BOUNDS)
@pytest.mark.parametrize("expression", SMALL)
def test_small_numbers_keep_their_digits_where_bounds_tell_that_they_are_small(
    expression: str, bounds: tuple[str, str]
) -> None:
    """To a hundredth of the largest result, or a unit at the finest scale."""
    program, inputs, numbers = _bounded(expression, bounds)
    assert report_ranges(program).diagnostics == ()
    found = evaluate(program, inputs).by_role["a"]["r"] / 2.0 ** _scale(program)
    wanted = np.asarray(EXPRESSIONS[expression](numbers["x"], numbers["y"]), float)
    assert np.abs(found - wanted).max() <= max(0.01 * np.abs(wanted).max(), 2.0**-50)


@pytest.mark.parametrize(("place", "expression"), list(enumerate(SMALL)))
def test_so_do_protocols(place: int, expression: str) -> None:
    program, inputs, numbers = _bounded(expression, BOUNDS[place % len(BOUNDS)])
    protected = run_both_ways(program, inputs, ("rep3", "semi2k")[place % 2]).protected["a"]["r"] / 2.0 ** _scale(
        program
    )
    wanted = np.asarray(EXPRESSIONS[expression](numbers["x"], numbers["y"]), float)
    assert np.abs(protected - wanted).max() <= max(0.01 * np.abs(wanted).max(), 2.0**-50)
