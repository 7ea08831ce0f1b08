"""Built-in functions agree with NumPy, which evaluates the same texts with the functions below."""

# ruff: noqa: S307

import math
from typing import Any

import numpy as np
import pytest
from tacit.compiler.semantics.builtins.table import BUILT_INS, NOT_AVAILABLE_YET

from tests.semantics.running import compiled, constant_element, mistakes, names, run

HEAD = """
input i: int[2, 3] from alice
input x: fixed[2, 3] from bob
input v: fixed[4] from alice
input p: bool[2, 3] from bob
input d: date[3] from alice
"""
INPUTS: dict[str, Any] = {
    "i": np.array([[3, -1, 4], [-1, 5, -9]]),
    "x": np.array([[0.5, -2.25, 3.0], [0.0, 7.75, -0.125]]),
    "v": np.array([2.5, 3.5, -2.5, -0.75]),
    "p": np.array([[True, False, True], [False, False, True]]),
    "d": ["2024-02-28", "1969-12-31", "2024-03-01"],
}
NUMPY: dict[str, Any] = {
    "concat": lambda *arrays, axis=0: np.concatenate(arrays, axis),
    "stack": lambda *arrays, axis=0: np.stack(arrays, axis),
    "select": np.where,
    "relu": lambda x: np.maximum(x, 0),
    "sigmoid": lambda x: 1 / (1 + np.exp(-x)),
    "erf": np.vectorize(math.erf, otypes=[float]),
    "count": lambda x, axis=None, where=True: np.sum(x.astype(bool) | (x.dtype != bool), axis=axis, where=where),
    "fixed": lambda x: np.asarray(x, float),
    "len": len,
    "int": lambda x: np.trunc(x).astype(int),
    "bool": lambda x: np.asarray(x) != 0,
    "min": lambda *a, **k: np.minimum(*a) if len(a) > 1 else np.min(a[0], initial=k.pop("initial", None), **k),
    "max": lambda *a, **k: np.maximum(*a) if len(a) > 1 else np.max(a[0], initial=k.pop("initial", None), **k),
    "cumsum": np.cumsum,
    "ones": lambda shape, *element: np.ones(shape),
    "zeros": lambda shape, *element: np.zeros(shape),
    "eye": lambda n, *element: np.eye(n),
}
for name in BUILT_INS:
    NUMPY.setdefault(name, getattr(np, name, None))

EXACT = [
    "zeros(3)", "zeros((2, 3), int)", "ones(2, bool)", "ones((1, 2))", "full(3, i[0, 0])", "full((2, 3), v[:3])",
    "arange(4)", "eye(3)", "eye(2, int)", "reshape(i, 6)", "reshape(i, (3, -1))", "reshape(i, (3, 2))", "transpose(i)",
    "transpose(reshape(i, (1, 2, 3)), (2, 0, 1))", "concat(i, x)", "concat(i, i, i, axis=1)", "concat(v, [1], axis=-1)",
    "stack(i, x)", "stack(v, v, axis=1)", "stack(v[0], v[1])", "len(i)", "flip(i)", "flip(i, 1)", "flip(v)",
    "repeat(v, 2)", "repeat(i, 2)", "repeat(i, 2, axis=0)", "repeat(i, 3, axis=1)", "repeat(v[0], 3)",
    "abs(i)", "abs(x)", "sign(i)", "sign(x)", "min(i, x)", "max(i, 2)", "max(x, i[0])", "clip(x, -1, 2)",
    "clip(i, -1, 2.5)", "select(p, i, x)", "select(p, 1, i)", "floor(x)", "floor(v)", "floor(i)", "ceil(x)", "ceil(v)",
    "ceil(i)", "round(x)", "round(v)", "round(-v)", "round(v * 2)", "round(i, 2)", "round(x, 1)", "round(v, 0)",
    "relu(x)", "int(x)", "int(v)", "fixed(i)", "bool(i)", "bool(x)", "int(p)",
    "sum(i)", "sum(x)", "sum(p)", "sum(i, axis=0)", "sum(x, axis=-1)", "sum(i, axis=(0, 1))", "sum(v[0])",
    "sum(i, where=p)", "sum(x, axis=1, where=p)", "sum(i, axis=0, where=[True, False, True])", "sum(v[:0])",
    "mean(v)", "mean(i[:, :2], axis=0)", "mean(p[:, :2])", "mean(x[:, :1], where=p[:, :1])", "min(i)", "max(i)",
    "min(i, axis=0)", "max(x, axis=1)", "min(p)", "max(p, axis=0)", "min(i, where=p, initial=99)",
    "max(x, axis=0, where=[[True], [True]], initial=-99)", "argmin(i)", "argmax(i)", "argmin(x, axis=0)",
    "argmax(p, axis=1)", "argmax(v)", "any(p)", "all(p)", "any(p, axis=0)", "all(p, axis=1)", "any(p, where=not p)",
    "all(p, where=p)", "any(p[:, 1])", "count(p)", "count(i)", "count(p, axis=0)", "count(x, where=p)",
    "count(i, axis=1)", "count(p, axis=1, where=p)", "cumsum(v)", "cumsum(i)", "cumsum(i, axis=0)", "cumsum(p, 1)",
    "var(v)", "var(x[:, 1:], axis=0)", "argmin(reshape(i, (1, 2, 3)), axis=2)", "sum(reshape(i, (1, 2, 3)), axis=1)",
    "sum(reshape(i, (1, 2, 3)), axis=(0, 2))", "i.T @ x", "i.shape", "sum(i, axis=0)[None, :]",
]  # fmt: skip


@pytest.mark.parametrize("expression", EXACT)
def test_exact(expression: str) -> None:
    scope = {**NUMPY, **{name: value for name, value in INPUTS.items() if name != "d"}}
    expected = eval(expression.replace("not p", "~p"), {"__builtins__": {}, **scope})
    text = expression.replace(", initial=99", "").replace(", initial=-99", "")
    if expression == "i.shape":
        text = "[i.shape[0], i.shape[1]]"
    found = run(f"{HEAD}reveal {text} as r\n", INPUTS)["r"]
    assert np.shape(found) == np.shape(expected)
    np.testing.assert_allclose(np.asarray(found, float), np.asarray(expected, float), rtol=0, atol=2**-16)


@pytest.mark.parametrize(
    "expression",
    ["sqrt(abs(x))", "exp(x)", "log(abs(x) + 0.5)", "sin(x)", "cos(x)", "tanh(x)", "sigmoid(x)", "erf(x)", "exp(p)",
     "std(x)", "std(i, axis=0)", "var(i)", "mean(x, axis=1)", "mean(i, axis=0, where=p)", "std(x, axis=1, where=p)",
     "var(i, where=p)", "sigmoid(i)", "mean(x)"],
)  # fmt: skip
def test_nearly(expression: str) -> None:
    inputs = dict(INPUTS)
    if "axis=0, where" in expression:
        inputs["p"] = np.array([[True, False, True], [False, True, True]])
    expected = eval(expression, {"__builtins__": {}, **NUMPY, **inputs})
    found = run(f"{HEAD}reveal {expression} as r\n", inputs)["r"]
    np.testing.assert_allclose(found, expected, rtol=2**-12, atol=2**-12)


def test_nothing_selected() -> None:
    text = (
        f"{HEAD}q = p and not p\nreveal mean(x, where=q) as m\nreveal count(q) as c\nreveal argmax(i, where=q) as a\n"
    )
    text += "reveal var(i, where=q) as v\nreveal any(p, where=q) as n\nreveal all(p, where=q) as e\n"
    text += "reveal std(x, where=q) as s\nreveal min(i, where=q) as l\nreveal max(x, axis=1, where=q) as h\n"
    text += "reveal median(x, where=q) as d\nreveal sum(i, where=q) as t\nreveal missing(min(p, where=q)) as g\n"
    nothing = dict.fromkeys("mavsld") | {"h": [None, None]}
    assert run(text, INPUTS) == {"c": 0, "n": False, "e": True, "t": 0, "g": True} | nothing


def test_reductions_of_no_elements_are_missing() -> None:
    text = "reveal min(zeros(0)) as l\nreveal argmax(zeros((0, 3)), axis=0) as a\n"
    text += "reveal max(zeros((0, 2), int), axis=0) as h\nreveal median(zeros(0)) as m\nreveal mean(zeros(0)) as d\n"
    text += "reveal sum(zeros(0)) as s\nreveal quantile(zeros(0), [0.1, 0.9]) as q\n"
    expected = {"l": None, "a": [None] * 3, "h": [None] * 2, "m": None, "d": None, "s": 0, "q": [None, None]}
    assert run(text) == expected


def test_where_may_be_wider_than_the_array() -> None:
    text = f"{HEAD}reveal mean(i[:, :1], axis=0, where=p) as r\nreveal count(i[0], axis=1, where=p) as c\n"
    assert run(text, INPUTS) == {"r": [3, None, 1], "c": [2, 1]}


def test_extremes_of_narrow_ints_with_where() -> None:
    text = "input s: int8[3] from alice\ninput p: bool[3] from bob\n"
    text += "reveal max(s, where=p) as h\nreveal min(s, where=p) as l\n"
    assert run(text, {"s": [-128, 5, 127], "p": [True, False, False]}) == {"h": -128, "l": -128}
    assert constant_element("h", text).bits == 8


def test_dates_are_ordered() -> None:
    text = f"{HEAD}reveal max(d) as last\nreveal argmin(d) as first\nreveal d[1] == d[2] as same\n"
    assert run(text, INPUTS) == {"last": 19783, "first": 1, "same": False}


def test_one_hot() -> None:
    text = 'input c: category["a", "b", "c"][2] from alice\nreveal one_hot(c) as h\nreveal one_hot([2, 0], 3) as k\n'
    assert run(text, {"c": ["b", "c"]}) == {"h": [[0, 1, 0], [0, 0, 1]], "k": [[0, 0, 1], [1, 0, 0]]}


@pytest.mark.parametrize("name", sorted(NOT_AVAILABLE_YET))
def test_not_available_yet(name: str) -> None:
    text = f"input t: table[a: int] from alice\nx = {name}(t, by=a, on=a, n=count())\n"
    assert mistakes(text) == [f"2: `{name}` is not available yet"]


WRONG = [
    "zeros(-1)", "zeros(0.5)", "zeros(i[0, 0])", "zeros(3, category)", "zeros()", "zeros(3, int, 4)", "zeros(3, U=int)",
    "full((2, 2), v)", "arange(-1)", "eye(-1)", "reshape(i, 5)", "transpose(i, (0, 0))", "concat(i, v)",
    "concat(i, x, axis=2)", "concat(d, v)", "stack(i, v)", "matrix(d)", "matrix(v, i)", "len(v[0])", "rows(3)",
    "flip(v, 1)", "repeat(v, -1)", "abs(d)", "min(i, x, axis=0)", "select(i, 1, 2)", "sqrt(d)",
    "any(i)", "sum(d)", "sum(i, axis=2)", "sum(i, axis=(0, 0))", "sum(i, where=i)", "sum(i, where=[True, False])",
    "clip(v, 1)", "clip(v, 1, 2, 3)", "one_hot(i)", "filter(v, p)", "table()",
    "table(a=1)", "table(a=v, b=i)", "union(v, v)", "range(3)", "zip(v, v)", "batches(v, size=2)", "int(zip)",
    "fixed(d)", "sum(i, axis=0, axis=1)",
]  # fmt: skip


@pytest.mark.parametrize("expression", WRONG)
def test_wrong_arguments(expression: str) -> None:
    assert len(mistakes(f"{HEAD}r = {expression}\n")) == 1


def test_means_multiply_nothing() -> None:
    """A mean is one division by a public number; a variance one product for each element."""
    head = "input z: fixed[100] from alice\n"
    assert "multiply" not in names(compiled(f"{head}reveal mean(z) as m\n"))
    assert names(compiled(f"{head}reveal var(z) as m\n")).count("multiply") == 1
