"""Conditions: static, revealed and private; what names are after them."""

import pytest

from tests.semantics.running import compiled, label, mistakes, names, run

A = "input a: int from alice\ninput b: int from bob\n"

BODIES = [
    ("r = 0\nif C:\n    r = a", 5, 0),
    ("if C:\n    r = a\nelse:\n    r = b", 5, 7),
    ("if C:\n    r = 1\nelif a > 100:\n    r = 2\nelse:\n    r = 3", 1, 3),
    ("r = 1\nif C:\n    r = 0.5\n    t = a", 0.5, 1),
    ("x = [1, 2, 3]\nif C:\n    x[1] = a\nr = x", [1, 5, 3], [1, 2, 3]),
    ("r = 0\nif C:\n    if a > 100:\n        r = 1\n    else:\n        r = 2\nr += 10", 12, 10),
    ("t = (1, 2)\nif C:\n    t = (a, 3)\nx, y = t\nr = x * 10 + y", 53, 12),
    ("def f():\n    if C:\n        return a\n    return b * 2\nr = f()", 5, 14),
    ("def f():\n    if not C:\n        d = 1\n    else:\n        return a\n    return b + d\nr = f()", 5, 8),
    ("def f():\n    if C:\n        return a\n    elif a > 100:\n        return 1\n    return 2\nr = f()", 5, 2),
    ("def f():\n    if C:\n        if a > 100:\n            return 1\n        return 2\n    return 3\nr = f()", 2, 3),
    ("def f():\n    if C:\n        return a, 1\n    return b, 2\nx, y = f()\nr = x * 10 + y", 51, 72),
    ("r = a if C else b", 5, 7),
    ("r = a * 2 if C else 0.5", 10, 0.5),
    ("s = 0\nfor i in range(3):\n    if C:\n        s += i * a\n    else:\n        s -= 1\nr = s", 15, -3),
]


@pytest.mark.parametrize(("body", "then", "otherwise"), BODIES)
@pytest.mark.parametrize("condition", ["known", "revealed", "private"])
@pytest.mark.parametrize("holds", [True, False])
def test_every_kind_of_condition_means_the_same(
    body: str, then: object, otherwise: object, condition: str, holds: bool
) -> None:
    heads = {
        "known": f"c = {holds}\n",
        "revealed": "input c: bool\n",
        "private": "input c: bool from bob\n",
    }
    text = f"{A}{heads[condition]}{body.replace('C', 'c')}\nreveal r\n"
    inputs = {"a": 5, "b": 7, "c": holds} if condition != "known" else {"a": 5, "b": 7}
    assert run(text, inputs)["r"] == (then if holds else otherwise)
    written = names(compiled(text))
    assert ("branch" in written) <= (condition == "revealed")
    assert ("select" in written) <= (condition != "known" or "a > 100" in body)


def test_a_known_condition_elaborates_one_branch_only() -> None:
    assert run(
        "if 1 < 2:\n    r = 1\nelse:\n    r = undefined_name\nreveal r\n".replace("undefined_name", "[0][5]")
    ) == {"r": 1}


def test_effects_under_a_revealed_condition() -> None:
    text = """
input c: bool
if c:
    reveal 1 as r
    assert c, "never"
else:
    reveal 2 as r to alice
"""
    assert run(text, {"c": True}) == {"r": 1}
    assert run(text, {"c": False}) == {"r": 2}
    assert run(text, {"c": False}, role="bob") == {}


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("input c: bool\nr = 0\nif c:\n    r = 1", "revealed"),
        ("input c: bool from bob\nr = 0\nif c:\n    r = 1", "owned(bob)"),
        ("input c: bool from bob\nr = a\nif c:\n    r = 1", "secret"),
        ("input c: bool\nr = 0\nif c:\n    r = a", "owned(alice)"),
        ("r = 0\nif 1 < 2:\n    r = 1", "static"),
    ],
)
def test_labels_take_in_the_condition(body: str, expected: str) -> None:
    assert str(label(f"{A}{body}\nreveal r\n", "r")) == expected


@pytest.mark.parametrize("head", ["input c: bool\n", "input c: bool from bob\n"])
@pytest.mark.parametrize(
    "body",
    [
        "if c:\n    r = 1\nreveal r",
        "r = 0\nif c:\n    r = zeros(3)\nreveal r",
        "r = [1]\nif c:\n    r = (1, 2)\nreveal r",
        "if c:\n    r = 1\nelse:\n    q = 1\nreveal q",
    ],
)
def test_names_that_the_branches_leave_unclear(head: str, body: str) -> None:
    (found,) = mistakes(f"{head}{body}\n")
    assert "may not be used here" in found


def test_names_that_are_not_read_later_may_be_anything() -> None:
    assert run("input c: bool from bob\nif c:\n    t = zeros(3)\nelse:\n    t = 1\nr = 2\nreveal r\n", {"c": True}) == {
        "r": 2
    }


@pytest.mark.parametrize("effect", ["reveal a as x", "save a as x", "assert True", "reveal a as x to bob"])
def test_no_effects_under_a_private_condition(effect: str) -> None:
    (found,) = mistakes(f"{A}if b > 1:\n    {effect}\n")
    assert "inside an `if` on a private condition" in found


@pytest.mark.parametrize("body", ["return 1", "for i in range(3):\n        return i\n    return 3"])
def test_returns_out_of_place(body: str) -> None:
    text = body if body.startswith("return") else f"def f():\n    {body}\nx = f()\n"
    assert any("may not stand here" in found for found in mistakes(text))
