"""Functions, scopes and modules."""

import pytest

from tests.semantics.running import compiled, constant_element, mistakes, names, run

A = "input a: int from alice\ninput x: fixed[3] from bob\n"


NO_VALUE = "4: the ways through this `if` return values that do not go together"
ONLY_NAMES = "-1: the module `m` is imported and may only define names"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("def f(u, v):\n    return u - v\nr = f(5, 3)", 2),
        ("def f(u, v):\n    return u - v\nr = f(v=5, u=3)", -2),
        ("def f(u, v=10):\n    return u - v\nr = f(5)", -5),
        ("k = 4\ndef f(u, v=k):\n    return u - v\nk = 0\nr = f(5)", 1),
        ("k = 4\ndef f(u):\n    return u * k\nk = 3\nr = f(5)", 15),
        ("def f():\n    return g() + 1\ndef g():\n    return 2\nr = f()", 3),
        ("def f(u):\n    u = u + 1\n    return u\nu = 5\nr = f(u) * 10 + u", 65),
        ("def f(n):\n    return zeros(n)\nr = f(2)", [0, 0]),
        ("def n():\n    return 2\nr = zeros(n() + 1)", [0, 0, 0]),
        ("def f(u):\n    return u.shape[0]\nr = zeros(f(x))", [0, 0, 0]),
        ("def f(u):\n    return u, u * 2\nv, w = f(4)\nr = v + w", 12),
        ("def f(u: fixed):\n    return u\nr = f(True) / 2", 0.5),
        ("def f(u: fixed):\n    return u * 2\nr = f(x)", [2, 4, 6]),
        ("def f(u: fixed[n], v: fixed[n]):\n    return n\nr = f(x, x)", 3),
        ("def f(g, u):\n    return g(u)\ndef h(u):\n    return u + 1\nr = f(h, 3)", 4),
        ("def f(u):\n    return u + 1\ng = f\nr = g(3)", 4),
        ("def f(u):\n    def g(v):\n        return u * v\n    return g(3)\nr = f(5)", 15),
        ("def sigmoid(u):\n    return u + 1\nr = sigmoid(1)", 2),
        ("def f():\n    y = a\n    y += 1\n    return y\nr = f()", 8),
        ("def f(u):\n    s = 0\n    for v in u:\n        s += v\n    return s\nr = f(x) + f(x * 2)", 18),
        ("def rate():\n    return 0.001\nr = x * rate()", [0.0010000000000000009, 0.002, 0.003]),
    ],
)
def test_function(text: str, expected: object) -> None:
    found = run(f"{A}{text}\nreveal r\n", {"a": 7, "x": [1, 2, 3]})["r"]
    assert found == pytest.approx(expected, abs=2**-16)


def test_a_function_is_elaborated_for_each_call() -> None:
    text = "def f(u):\n    return u + 1\nreveal f(a) as p\nreveal f(x) as q\nreveal f(True) as r\n"
    assert run(A + text, {"a": 1, "x": [1, 2, 3]}) == {"p": 2, "q": [2, 3, 4], "r": 2}
    assert names(compiled(A + text)).count("call") == 3


def test_functions_may_reveal() -> None:
    text = "def tell(u):\n    reveal u as it\n    return it\nk = tell(a)\nif k > 3:\n    reveal 1 as more\n"
    assert run(A + text, {"a": 7, "x": [0] * 3}) == {"it": 7, "more": 1}


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("def f(u):\n    return f(u)\nf(1)", "4: `f` calls itself"),
        ("def f(u):\n    return g(u)\ndef g(u):\n    return f(u)\nf(1)", "6: `f` calls itself"),
        ("def f(u):\n    return u\nf()", "5: the argument `u` is missing in the call of `f`"),
        ("def f(u):\n    return u\nf(1, 2)", "5: there is an argument too many in the call of `f`"),
        ("def f(u):\n    return u\nf(1, u=2)", "5: an argument is given twice in the call of `f`"),
        ("def f(u):\n    return u\nf(v=2)", "5: there is an argument too many in the call of `f`"),
        ("def f(u: int):\n    return u\nf(0.5)", "5: the argument `u` does not fit its type"),
        ("def f(u: fixed[2]):\n    return u\nf(x)", "5: the argument `u` does not fit its type"),
        ("def f(u):\n    v = u\nr = f(1)", "5: this call gives no value"),
        ("def f(u):\n    return lacking\n", "4: the name `lacking` is not defined"),
        ("def f(u):\n    v = w\n    w = 1\n    return v\nf(1)", "4: `w` is used before it has a value"),
        ("a(3)", "3: `a` is not a function"),
        ("def f(u):\n    if u > a:\n        return 1\nr = f(1)", NO_VALUE),
    ],
)  # fmt: skip
def test_wrong_calls(text: str, problem: str) -> None:
    assert mistakes(f"{A}{text}\n") == [problem]


def test_narrow_arguments_keep_their_width() -> None:
    text = "input s: int8 from alice\ndef f(u: int):\n    return u\nreveal f(s) as r\n"
    assert constant_element("r", text).bits == 8


# --- modules ----------------------------------------------------------------------------------------------------

STATS = (
    '"""Means."""\nfrom base import half as h\n\nscale = 2\n\ndef middle(u, v):\n    return (u + v) * h(scale) / 2\n'
)
BASE = "def half(u):\n    return u / 2\n"


def test_imports() -> None:
    text = "from stats import middle, scale as s\nreveal middle(a, 3) as r\nreveal s\n"
    assert run(A + text, {"a": 7, "x": [0] * 3}, modules={"stats": STATS, "base": BASE}) == {"r": 5, "s": 2}


@pytest.mark.parametrize(
    ("text", "module", "problem"),
    [
        ("from other import f", "", "3: there is no module `other`"),
        ("from m import g", "def f():\n    return 1\n", "3: the module `m` has no `g`"),
        ("from m import f", "from m import f\n", "-1: the module `m` imports itself"),
        ("from m import f", "party carol\ndef f():\n    return 1\n", ONLY_NAMES),
        ("if True:\n    from m import f", "def f():\n    return 1\n", "4: `import` may not stand here"),
    ],
)  # fmt: skip
def test_wrong_imports(text: str, module: str, problem: str) -> None:
    assert problem in mistakes(f"{A}{text}\n", modules={"m": module})
