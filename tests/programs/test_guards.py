"""Values that grow from turn to turn: the run checks that they stay small, and stops for all where they do not."""

import numpy as np
import pytest
from tacit.compiler.ir.evaluate import EvaluationError, evaluate
from tacit.compiler.pipeline import report_ranges
from tacit.runtime.errors import CheckFailed
from tacit.runtime.graph.nodes import Local
from tacit.runtime.graph.walk import every_node

from tests.programs.running import Program, elaborated, run_both_ways

HEAD = "party a\nparty b\ninput X: fixed[n, 3] from a\ninput y: fixed[n] from b\n"
TRAIN = """\
w = zeros(3)
for i in range({turns}):
    w = w - {rate} * (X.T @ (X @ w - y)) / n
reveal w
"""
SIZES = {"n": 4}
X = np.array([[1, 2, 0.5], [0.5, 1, -1], [2, 1, 1], [-1, 0.3, 0.7]])
Y = np.array([3.0, 1, 2, 0])
INPUTS = {"X": np.rint(X * 2**16).astype(np.int64), "y": np.rint(Y * 2**16).astype(np.int64)}


def trained(turns: int, rate: float) -> Program:
    return elaborated(HEAD + TRAIN.format(turns=turns, rate=rate), SIZES)


@pytest.mark.parametrize("protocol", ["rep3", "semi2k"])
def test_weights_that_stay_small_are_right_and_nobody_is_warned(protocol: str) -> None:
    program = trained(5, 0.1)
    assert report_ranges(program).diagnostics == ()
    w = np.zeros(3)
    for _ in range(5):
        w = w - 0.1 * (X.T @ (X @ w - Y)) / 4
    both = run_both_ways(program, INPUTS, protocol)
    np.testing.assert_allclose(both.protected["b"]["w"] / 2**16, w, atol=2e-3)


@pytest.mark.parametrize("protocol", ["rep3", "semi2k"])
def test_weights_that_explode_stop_the_run(protocol: str) -> None:
    program = trained(20, 1.9)
    with pytest.raises(EvaluationError, match="`w` grew beyond"):
        evaluate(program, INPUTS)
    with pytest.raises(CheckFailed, match="`w` grew beyond"):
        run_both_ways(program, INPUTS, protocol)


def checks(program: Program) -> int:
    graph = run_both_ways(program, INPUTS).graph
    return sum(
        isinstance(node, Local) and any(step.kernel == "require" for step in node.steps)
        for node in every_node(graph.body)
    )


def test_one_bit_tells_of_all_turns_and_a_turn_that_reveals_asks_first() -> None:
    assert checks(trained(5, 0.1)) == 1
    told = TRAIN.replace("reveal w", "").rstrip() + "\n    reveal sum(w) as total\n"
    assert checks(elaborated(HEAD + told.format(turns=5, rate=0.1), SIZES)) == 2


def test_the_option_leaves_guards_out_and_warns() -> None:
    program = elaborated('option guards = "off"\n' + HEAD + TRAIN.format(turns=50, rate=0.1), SIZES)
    assert checks(program) == 0
    assert any("the range of `w` cannot be bounded" in each.problem for each in report_ranges(program).diagnostics)


def test_loops_in_loops_and_several_values_are_guarded() -> None:
    text = """\
w = zeros(3)
m = zeros(3)
for i in range(2):
    for j in range(3):
        m = m * 0.9 + (X.T @ (X @ w - y)) / n
        w = w - 0.05 * m
reveal w
reveal m
"""
    program = elaborated(HEAD + text, SIZES)
    assert report_ranges(program).diagnostics == ()
    w, m = np.zeros(3), np.zeros(3)
    for _ in range(6):
        m = m * 0.9 + (X.T @ (X @ w - Y)) / 4
        w = w - 0.05 * m
    found = run_both_ways(program, INPUTS).protected["a"]
    np.testing.assert_allclose(found["w"] / 2**16, w, atol=2e-3)
    np.testing.assert_allclose(found["m"] / 2**16, m, atol=2e-3)


def test_what_is_bounded_anyway_has_no_guard() -> None:
    text = "w = zeros(3)\nfor i in range(5):\n    w = clip(w + X.T @ y, -5, 5)\nreveal w\n"
    assert checks(elaborated(HEAD + text, SIZES)) == 0
