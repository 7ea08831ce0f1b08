"""Names of built-in functions that a program binds, and names that a `reveal` takes from something else."""

import pytest
from tacit.compiler.diagnostics import CompileError

from tests.semantics.running import compiled, mistakes, run

Q = "input q: fixed[3] from alice\ninput p: fixed[3] from bob\n"
DATA = {"q": [1, 2, 3], "p": [4, 5, 6]}

BOUND = {
    "reveal mean(q) as mean": {"mean": 2.0},
    "reveal mean(q) as mean\nreveal mean * 2 as twice": {"mean": 2.0, "twice": 4.0},
    "sum = sum(q)\nreveal sum as total": {"total": 6.0},
    "sum = sum(q)\nsum += sum\nreveal sum": {"sum": 12.0},
    "max, min = max(q), min(q)\nreveal max - min as span": {"span": 2.0},
    "count = 3\nreveal count": {"count": 3},
    "fixed = fixed(3)\nreveal fixed": {"fixed": 3.0},
    "int = int(2.5)\nreveal int": {"int": 2},
    "def f(x):\n    return sum(x)\nreveal f(q) as r\nsum = 3\nreveal sum": {"r": 6.0, "sum": 3},
    "def f(sum):\n    return sum + 1\nreveal f(1) as r": {"r": 2},
    "def double(x):\n    return 2 * x\ndef round(x):\n    return double(x)\nreveal round(1.5) as r": {"r": 3.0},
    "len = len(q)\nfor i in range(len):\n    len += i\nreveal len": {"len": 6},
    "if q[0] < p[0]:\n    abs = 1\nelse:\n    abs = 2\nreveal abs": {"abs": 1},
}


@pytest.mark.parametrize("text", BOUND)
def test_a_built_in_name_may_be_bound(text: str) -> None:
    assert run(Q + text + "\n", DATA) == BOUND[text]


UNBOUND = {
    "sum = sum(q)\nreveal sum(p) as r": "2: `sum` is not a function",
    "def f(x):\n    sum = sum(x)\n    return sum\nreveal f(q) as r": "2: `sum` is used before it has a value",
    "for i in range(2):\n    s = sum(q)\n    sum = s\nreveal sum as r": "2: `sum` is used before it has a value",
    "reveal mean(q) as mean\nreveal mean(p) as r": "2: `mean` is not a function",
}


@pytest.mark.parametrize("text", UNBOUND)
def test_a_bound_name_is_no_function_any_more(text: str) -> None:
    assert [each.partition(": ")[2] for each in mistakes(Q + text + "\n")] == [UNBOUND[text].partition(": ")[2]]


TWICE = {
    "x = q * p\nreveal sum(x) as x\nreveal mean(x) as m": "`x` may mean two things here",
    "reveal sum(q) as q\nreveal mean(q) as m": "`q` may mean two things here",
    "reveal sum(q) as q\nreveal q": "`q` may mean two things here",
    "t = table(a=q, b=p)\nreveal sum(t.a) as t\nreveal sum(t.b) as u": "`t` may mean two things here",
    "def f(x):\n    return x\nreveal sum(q) as f\nreveal f as g": "`f` may mean two things here",
}


@pytest.mark.parametrize("text", TWICE)
def test_a_name_that_a_reveal_takes_from_something_else_is_not_read(text: str) -> None:
    assert TWICE[text] in [each.partition(": ")[2] for each in mistakes(Q + text + "\n")]


ONCE = {
    "x = q * p\nreveal x\nreveal sum(x) as s": {"x": [4, 10, 18], "s": 32},
    "x = q * p\nreveal x as x\nreveal sum(x) as s": {"x": [4, 10, 18], "s": 32},
    "x = q * p\nreveal sum(x) as x": {"x": 32},
    "x = q * p\nreveal sum(x) as x\nx = 3\nreveal x + 1 as y": {"x": 32, "y": 4},
    "x = q * p\nreveal sum(x) as x to bob\nreveal max(x) as y": {"y": 18},
    "go = True\nn = 0\nwhile go:\n    n += 1\n    reveal sum(q) * n < 20 as go\nreveal n": {"go": False, "n": 4},
    "n = 5\nreveal sum(q) as n\nreveal n + 1 as m": {"n": 6, "m": 7},
}


@pytest.mark.parametrize("text", ONCE)
def test_what_has_one_meaning_is_read(text: str) -> None:
    assert run(Q + text + "\n", DATA) == ONCE[text]


def test_both_lines_of_a_name_that_means_two_things_are_named() -> None:
    with pytest.raises(CompileError) as caught:
        compiled(Q + "x = q * p\nreveal sum(x) as x\nk = 3\nreveal mean(x) as m\n")
    (found,) = caught.value.diagnostics
    former, revealed = (note.span.line for note in found.notes)
    assert (former, revealed, found.span.line) == (5, 6, 8)
    assert found.expected == "a name for what line 6 reveals that stands for nothing else"
    assert found.found == "`x`, which line 5 gives a value, and line 6 a revealed one"
    assert found.remedy == "choose another name in line 6: `reveal ... as x_revealed`, say"
