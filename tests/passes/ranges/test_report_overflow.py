"""Programs that wrap in silence elsewhere: each gives the right answer, or a message that names its line."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tacit.compiler.diagnostics import CompileError, Severity, render
from tacit.compiler.ir.evaluate import evaluate
from tacit.compiler.ir.intervals import Interval
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

LIMITED = [
    "reveal x * y as r",
    "reveal x / y as r",
    "reveal exp(x + y) as r",
    "reveal sum((v - w) ** 2) as r",
    "reveal mean((v - w) ** 2) as r",
    "reveal v @ w as r",
    "reveal var(concat(v, w)) as r",
    "reveal i * j * i as r",
    "reveal k * l > 0 as r",
    "reveal fixed(i * j) as r",
    "reveal (i + j) << 40 as r",
    "reveal k * l as r",
    "reveal k + l as r",
    "reveal k - l as r",
    "reveal k * 3 - l as r",
    "reveal k ** 3 as r",
    "reveal sum(concat(reshape(k, (1,)), reshape(l, (1,)))) as s",
]


@pytest.mark.parametrize("text", LIMITED)
def test_owners_check_what_may_overflow_and_nobody_is_warned(text: str) -> None:
    report = report_ranges(elaborated(f"{HEAD}{text}\n"))
    assert report.limits, text
    assert report.diagnostics == ()
    assert report.reasons.keys() == report.limits.keys()
    assert {each.operation.span.line for each in report.reasons.values()} == {LINE}


TRUTHS = "input p: bool from a\ninput q: bool from b\n"
MANY = "9_000_000_000_000_000_000"
WARNED = [
    (f"reveal int(p) * {MANY} + int(q) * {MANY} as r", "this sum may overflow"),
    ("reveal (int(p) + int(q)) << 62 as r", "this shifted number may overflow"),
    ("reveal exp(50.0 * fixed(p) + fixed(q)) as r", "this power of e may overflow"),
    ("r = x + y\nfor t in range(1000):\n    r = r * 1.5\nreveal r", "the range of `r` cannot be bounded"),
]


@pytest.mark.parametrize(("text", "problem"), WARNED)
def test_what_no_limit_of_inputs_excludes_is_told_at_its_line(text: str, problem: str) -> None:
    told = report_ranges(elaborated(f'{HEAD}{TRUTHS}{text}\noption guards = "off"\n')).diagnostics
    assert told, text
    assert told[0].problem.startswith(problem)
    assert LINE + 2 <= told[0].span.line <= LINE + 3
    assert told[0].severity is Severity.WARNING
    assert "warning: " in render(told[0]) and "clip" in told[0].remedy


REFUSED = [
    "reveal fixed(1231234) * fixed(1231235) + x as r",
    "reveal exp(90.0) + x as r",
    "z = clip(x, 70, 80)\nreveal exp(z) + y as r",
    "reveal clip(x, 500000, 600000) ** 4 as r",
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
    "reveal k + l > 5 as r",
    "reveal clip(k, -9, 9) * clip(l, -9, 9) as r",
    "reveal k & l as r",
    "reveal i - j as r",
    "reveal sum(clip(v, 0, 9)) as r",
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


WRAPS = [
    ("reveal k * 6364136223846793005 + l as r", "this product may wrap modulo 2^64"),
    ("reveal k ** 12 + l as r", "this product may wrap modulo 2^64"),
    ("reveal k << 60 as r\nreveal l * 3 as s", "this shifted number may wrap"),
    ("r = k\nfor t in range(100):\n    r = r * 3 + l\nreveal r", "this product may wrap modulo 2^64"),
    ("reveal k << 60 as r\nreveal l << 60 as s", "this shifted number may wrap modulo 2^64; so may line 12"),
    (
        "\n".join(f"reveal (k << 60) * l + {n} as r{n}" for n in range(500)),
        "this shifted number may wrap modulo 2^64; so may lines 12, 13, 14 and 496 more",
    ),
]


@pytest.mark.parametrize(("text", "problem"), WRAPS, ids=range(len(WRAPS)))
def test_what_only_small_inputs_keep_from_wrapping_gets_one_warning(text: str, problem: str) -> None:
    """Arithmetic modulo 2^64, as in hashes and generators of random numbers, may be meant."""
    (told,) = report_ranges(elaborated(f"{HEAD}{text}\n")).diagnostics
    assert told.problem.startswith(problem)
    assert told.severity is Severity.WARNING
    assert "`int32`" in told.remedy and "clip" in told.remedy


def test_each_limit_names_the_line_that_needs_it() -> None:
    lines = "reveal i * i * i as r\nreveal k * l as s\nreveal x * y as t\n"
    report = report_ranges(elaborated(HEAD + lines))
    assert not report.diagnostics
    found = {name: reason.operation.span.line - LINE for name, reason in report.reasons.items()}
    assert found == {"i": 0, "k": 1, "l": 1, "x": 2, "y": 2}


OPERATORS = st.sampled_from(["{} + {}", "{} - {}", "{} * {}", "max({}, {})", "abs({} - {})", "({} if x > 3 else {})"])


@st.composite
def expressions(draw: st.DrawFn, depth: int = 3) -> str:
    """Over three ints of different widths; the same text is Python."""
    if depth == 0 or draw(st.integers(0, 5)) == 0:
        return draw(st.sampled_from(["x", "y", "z", "clip(x, -1000, 1000)", "7", "-3", "4294967296"]))
    return f"({draw(OPERATORS).format(draw(expressions(depth - 1)), draw(expressions(depth - 1)))})"


WIDTHS = {"x": 64, "y": 32, "z": 8}
EXTREMES = [
    *range(-2, 3),
    *(sign * 2**power + off for sign in (-1, 1) for power in (7, 31, 40, 62, 63) for off in (-1, 0)),
]


@settings(max_examples=150, deadline=None)
@given(expressions(), st.data())
def test_a_program_that_passes_without_a_warning_does_not_wrap(expression: str, data: st.DataObject) -> None:
    """Whatever its inputs are, unless their owners refuse them: Python's integers, which never wrap, agree."""
    declared = "".join(
        f"input {name}: int{bits} from {owner}\n" for (name, bits), owner in zip(WIDTHS.items(), "aba", strict=True)
    )
    program = elaborated(f"party a\nparty b\n{declared}reveal {expression} as r\n")
    report = report_ranges(program)
    if report.diagnostics:
        return
    numbers = {}
    for name, bits in WIDTHS.items():
        limit = report.limits.get(name, Interval(-(1 << bits - 1), (1 << bits - 1) - 1))
        numbers[name] = data.draw(
            st.sampled_from(EXTREMES).filter(lambda number, limit=limit: Interval(number, number) in limit)
        )
    names = {"clip": lambda x, low, high: min(max(x, low), high), "abs": abs, "max": max, **numbers}
    exact = eval(expression, names)  # noqa: S307 (what was drawn above)
    inputs = {name: np.array(number) for name, number in numbers.items()}
    assert evaluate(program, inputs).by_role["a"]["r"] == exact


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
