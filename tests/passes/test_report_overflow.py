"""Programs that wrap in silence elsewhere: each gives the right answer, or a message that names its line."""

import numpy as np
import pytest
from tacit.compiler.diagnostics import CompileError, Severity, render
from tacit.compiler.pipeline import report_ranges
from tacit.runtime.errors import InputError

from tests.programs.running import elaborated, run_both_ways

HEAD = """party a
party b
input x: fixed from a
input y: fixed from b
input i: int32 from a
input j: int32 from b
input k: int from a
input l: int from b
input v: fixed[1000] from a
input w: fixed[1000] from b
"""
LINE = HEAD.count("\n") + 1

WARNED = [
    ("reveal x * y as r", "this product may overflow"),
    ("reveal i / max(j, 1) as r", "this division may overflow"),
    ("reveal x / y as r", "this division may overflow"),
    ("reveal exp(x + y) as r", "this power of e may overflow"),
    ("reveal sum((v - w) ** 2) as r", "this product may overflow"),
    ("reveal mean((v - w) ** 2) as r", "this product may overflow; so may"),
    ("reveal v @ w as r", "this product may overflow"),
    ("reveal i * j * i as r", "this product may overflow"),
    ("reveal k * l > 0 as r", "the difference in this comparison may overflow"),
    ("reveal fixed(i * j) as r", "this number may overflow"),
    ("reveal (i + j) << 40 as r", "this shifted number may overflow"),
    ("reveal var(concat(v, w)) as r", "this"),
    ("r = x + y\nfor t in range(1000):\n    r = r * 1.5\nreveal r", "the range of `r` cannot be bounded"),
]


@pytest.mark.parametrize(("text", "problem"), WARNED)
def test_what_may_overflow_is_told_at_its_line(text: str, problem: str) -> None:
    told = report_ranges(elaborated(f"{HEAD}{text}\n")).diagnostics
    assert told, text
    assert told[0].problem.startswith(problem.partition(";")[0])
    assert LINE <= told[0].span.line <= LINE + 1
    assert told[0].severity is Severity.WARNING
    assert "warning: " in render(told[0]) and "clip" in told[0].remedy


REFUSED = [
    "reveal fixed(1231234) * fixed(1231235) + x as r",
    "reveal exp(30.0) + x as r",
    "z = clip(x, 25, 30)\nreveal exp(z) + y as r",
    "reveal clip(x, 40000, 50000) * clip(y, 40000, 50000) as r",
]


@pytest.mark.parametrize("text", REFUSED)
def test_what_surely_overflows_is_refused(text: str) -> None:
    with pytest.raises(CompileError) as caught:
        told = report_ranges(elaborated(f"{HEAD}{text}\n")).diagnostics
        raise CompileError(each for each in told if each.severity is Severity.ERROR)
    assert caught.value.diagnostics
    assert LINE <= caught.value.diagnostics[0].span.line <= LINE + 1


QUIET = [
    "reveal x + y as r",
    "reveal x > y as r",
    "reveal k > l as r",
    "reveal k * l as r",
    "reveal k + l > 5 as r",
    "reveal i * j as r",
    "reveal clip(i, 0, 1000000) / clip(j, 1, 1000) as r",
    "reveal clip(x, -1000, 1000) * clip(y, -1000, 1000) as r",
    "reveal mean((clip(v, 0, 1) - clip(w, 0, 1)) ** 2) as r",
    "reveal sigmoid(x) * tanh(y) as r",
    "reveal mean(v, where=w > 0) as r",
    "reveal exp(clip(x, -9, 9)) / max(clip(y, 0, 9), 0.1) as r",
    "r = zeros(1000)\nfor t in range(1000):\n    r -= 0.1 * (sigmoid(clip(v, -9, 9) * r) - 0.5)\nreveal r[0] as q",
]


@pytest.mark.parametrize("text", QUIET)
def test_what_cannot_overflow_in_practice_is_quiet(text: str) -> None:
    assert not report_ranges(elaborated(f"{HEAD}{text}\n")).diagnostics


RIGHT = [
    ("x / y", 100000.0, 0.5, 200000.0),
    ("x / y", 501.0, 3.0, 167.0),
    ("x / y", 30000.0, 700.0, 30000 / 700),
    ("exp(clip(x, 0, 20)) + y", 20.0, 0.0, np.exp(20.0)),
    ("x * y", 30000.0, 30000.0, 9e8),
    ("(x * x) / max(y, 0.1)", 1000.0, 1000.0, 1000.0),
]


@pytest.mark.parametrize(("expression", "x", "y", "wanted"), RIGHT)
def test_large_but_allowed_numbers_give_the_right_answer(expression: str, x: float, y: float, wanted: float) -> None:
    program = elaborated(f"party a\nparty b\ninput x: fixed from a\ninput y: fixed from b\nreveal {expression} as r\n")
    inputs = {name: np.array(round(value * 2**16)) for name, value in (("x", x), ("y", y))}
    found = run_both_ways(program, inputs).protected["a"]["r"] / 2**16
    assert abs(found - wanted) <= wanted * 2.0**-18 + 2.0**-14


def test_an_owner_checks_what_would_overflow() -> None:
    program = elaborated("party a\nparty b\ninput k: int from a\ninput l: int from b\nreveal k > l as r\n")
    fine = {"k": np.array(2**61), "l": np.array(-(2**61))}
    assert run_both_ways(program, fine).protected["a"]["r"]
    with pytest.raises(InputError, match=r"^input 'k': the value is beyond .*, with which line 5 could overflow"):
        run_both_ways(program, {"k": np.array(2**63 - 1), "l": np.array(-5)})


def test_safe_inputs_are_told_and_are_safe() -> None:
    told = report_ranges(elaborated(f"{HEAD}reveal x * y as r\n")).diagnostics
    assert [note.text for note in told[0].notes] == [
        "`x` is safe up to 50,000 in magnitude",
        "`y` is safe up to 20,000 in magnitude",
    ]
    limited = f"{HEAD}reveal clip(x, -50000, 50000) * clip(y, -20000, 20000) as r\n"
    assert not report_ranges(elaborated(limited)).diagnostics
