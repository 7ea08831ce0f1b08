"""What expressions mean: a small program with its inputs, and the answer."""

from typing import Any

import pytest

from tests.semantics.running import compiled as compile_text
from tests.semantics.running import constant_element, names, run

A = "input a: int from alice\ninput b: int from bob\n"
X = "input x: fixed from alice\ninput y: fixed from bob\n"
P = "input p: bool from alice\ninput q: bool from bob\n"
V = "input v: int[3] from alice\ninput w: int[3] from bob\n"
M = "input m: int[2, 3] from alice\n"

MATRIX = [[1, 2, 3], [4, 5, 6]]

CASES: list[tuple[str, dict[str, Any], str, Any]] = [
    # Arithmetic of ints is Python's.
    (A, {"a": 7, "b": -2}, "a + b", 5),
    (A, {"a": 7, "b": -2}, "a - b * 2", 11),
    (A, {"a": 7, "b": -2}, "a // b", -4),
    (A, {"a": 7, "b": -2}, "a % b", -1),
    (A, {"a": 7, "b": 0}, "a // b", 0),
    (A, {"a": 7, "b": -2}, "-a ** 2", -49),
    (A, {"a": 3, "b": 1}, "a ** 0 + a ** 1 + a ** 5", 247),
    (A, {"a": 7, "b": 2}, "a / b", 3.5),
    (A, {"a": 7, "b": 0}, "a / b", 0),
    (A, {"a": 12, "b": 10}, "(a & b) + (a | b) * 100 + (a ^ b) * 10000", 8 + 1400 + 60000),
    (A, {"a": 12, "b": 10}, "~a", -13),
    (A, {"a": -12, "b": 10}, "(a << 2) + (a >> 1)", -54),
    (A, {"a": 2**62, "b": 2**62}, "a + b", -(2**63)),
    (A, {"a": 0, "b": 0}, "a + -9223372036854775808", -(2**63)),
    (A, {"a": 3, "b": 4}, "+a", 3),
    # Elements mix: bool, int, fixed.
    (P, {"p": True, "q": True}, "p + q", 2),
    (P, {"p": True, "q": False}, "p * 3 - q", 3),
    (P, {"p": True, "q": False}, "p + 0.5", 1.5),
    (P, {"p": True, "q": False}, "-p", -1),
    (P, {"p": True, "q": False}, "p / 2", 0.5),
    (A + X, {"a": 3, "b": 0, "x": 0.25, "y": 0}, "a * x + a", 3.75),
    (X, {"x": 1.5, "y": -2.25}, "x * y", -3.375),
    (X, {"x": 1.5, "y": -2.25}, "x / y", -0.6666717529296875),
    (X, {"x": 1.5, "y": 0}, "x / y", 0),
    (X, {"x": 1.5, "y": -2}, "x ** 3", 3.375),
    # Literals are exact until they meet the precision of the program.
    (X, {"x": 3, "y": 0}, "1 / 3 * 3 + 0 * x", 1.0),
    (X, {"x": 3, "y": 0}, "1_000 + 0x1f + 1.5e-3 * 0 + x * 0", 1031),
    # Lists, as they are written, repeat and join; beside arrays, operators go element by element.
    (A, {"a": 3, "b": 4}, "[a] * 2 + [b]", [3, 3, 4]),
    (A, {"a": 3, "b": 4}, "3 * [a, 0.5]", [3, 0.5, 3, 0.5, 3, 0.5]),
    (A, {"a": 3, "b": 4}, "([a] + [b]) * 2", [3, 4, 3, 4]),
    (V, {"v": [1, 2, 3], "w": [3, 4, 5]}, "[0] * len(v) + v", [1, 2, 3]),
    (V, {"v": [1, 2, 3], "w": [3, 4, 5]}, "[v] * 2", [[1, 2, 3], [1, 2, 3]]),
    (V, {"v": [1, 2, 3], "w": [3, 4, 5]}, "[v] + [w]", [[1, 2, 3], [3, 4, 5]]),
    (V, {"v": [1, 2, 3], "w": [3, 4, 5]}, "[1, 2, 3] + v", [2, 4, 6]),
    (V, {"v": [1, 2, 3], "w": [3, 4, 5]}, "[1, 2, 3] * v + [1, 1, 1]", [2, 5, 10]),
    (X, {"x": 1.5, "y": 0}, "[1, 2] * x", [1.5, 3]),
    ("", {}, "[1, 2] * 0.5", [0.5, 1]),
    ("", {}, "[1, 2] + 1", [2, 3]),
    ("", {}, "len([5] * 0)", 0),
    # Comparison and logic.
    (A, {"a": 3, "b": 4}, "[a < b, a <= b, a > b, a >= b, a == b, a != b]", [True, True, False, False, False, True]),
    (A, {"a": 4, "b": 4}, "[a < b, a <= b, a > b, a >= b, a == b, a != b]", [False, True, False, True, True, False]),
    (A, {"a": 3, "b": 4}, "0 < a <= 3 < b", True),
    (A, {"a": 3, "b": 4}, "a < b < a", False),
    (A + X, {"a": 3, "b": 0, "x": 3, "y": 0}, "a == x", True),
    (A + X, {"a": 3, "b": 0, "x": 3.5, "y": 0}, "a < x", True),
    (A, {"a": 3, "b": 4}, "[a in [1, 3], a in (b, 5), a not in [b], a not in [a, b]]", [True, False, True, False]),
    (V, {"v": [1, 2, 3], "w": [3, 4, 5]}, "v in w", [False, False, True]),
    (V, {"v": [1, 2, 3], "w": [3, 4, 5]}, "v not in [2] + [3]", [True, False, False]),
    (M, {"m": MATRIX}, "m in [2, 6]", [[False, True, False], [False, False, True]]),
    (A, {"a": 3, "b": 4}, "not a in [3] or b in [4]", True),
    (A, {"a": 3, "b": 4}, "2 < a in [3, 4]", True),
    (X, {"x": 0.1, "y": 0.25}, "[x in [0.1, 0.3], y in [0.1, 0.3]]", [True, False]),
    (P, {"p": True, "q": False}, "p == q", False),
    (P, {"p": True, "q": False}, "q < p", True),
    (P, {"p": True, "q": False}, "[p and q, p or q, not p, p & q, p | q, p ^ q, ~p]", [0, 1, 0, 0, 1, 1, 0]),
    (P, {"p": True, "q": False}, "1 if p else 2", 1),
    (P + X, {"p": True, "q": False, "x": 0.5, "y": 0}, "3 if q else x", 0.5),
    (A, {"a": 3, "b": 4}, "5 if 1 < 2 else a[7]", 5),
    # Broadcasting, shapes, matrix products.
    (V, {"v": [1, 2, 3], "w": [4, 5, 6]}, "v + w * 2", [9, 12, 15]),
    (V, {"v": [1, 2, 3], "w": [4, 5, 6]}, "v @ w", 32),
    (V, {"v": [1, 2, 3], "w": [4, 5, 6]}, "v[:, None] * w", [[4, 5, 6], [8, 10, 12], [12, 15, 18]]),
    (M + V, {"m": MATRIX, "v": [1, 1, 1], "w": [0, 0, 0]}, "m @ v", [6, 15]),
    (M + V, {"m": MATRIX, "v": [1, 1, 1], "w": [0, 0, 0]}, "v @ m.T", [6, 15]),
    (M, {"m": MATRIX}, "m @ m.T", [[14, 32], [32, 77]]),
    (M, {"m": MATRIX}, "m.T", [[1, 4], [2, 5], [3, 6]]),
    (M, {"m": MATRIX}, "zeros(m.shape, int) + m.shape[1]", [[3, 3, 3], [3, 3, 3]]),
    (M + X, {"m": MATRIX, "x": 0.5, "y": 0}, "(m * x) @ (m.T * 0.5)", [[3.5, 8], [8, 19.25]]),
    (A, {"a": 3, "b": 4}, "[[a, b], [b, a]]", [[3, 4], [4, 3]]),
    (A, {"a": 3, "b": 4}, "[a, 0.5, True]", [3, 0.5, 1]),
    (A, {"a": 3, "b": 4}, "(a, b)[1]", 4),
]


@pytest.mark.parametrize(("head", "inputs", "expression", "expected"), CASES)
def test_expression(head: str, inputs: dict[str, Any], expression: str, expected: Any) -> None:
    assert run(f"{head}reveal {expression} as r\n", inputs)["r"] == expected


@pytest.mark.parametrize(
    ("expression", "bits"),
    [("s + s", 9), ("s * s", 16), ("-s", 9), ("s * 5", 12), ("s & 1", 8), ("s >> 3", 5), ("s + p", 9), ("s // 2", 9)],
)
def test_widths_of_ints_are_promises(expression: str, bits: int) -> None:
    head = "input s: int8 from alice\ninput p: bool from bob\n"
    assert constant_element("r", f"{head}reveal {expression} as r\n").bits == bits


@pytest.mark.parametrize(("x", "factor", "product"), [(1000, "0.001", 1), (3, "(1 / 3)", 1), (-20000, "1.5e-4", -3)])
def test_small_factors_keep_their_significant_bits(x: float, factor: str, product: float) -> None:
    """At 16 fraction bits 0.001 itself is wrong by 0.7 %."""
    assert run(f"{X}reveal x * {factor} as r\n", {"x": x, "y": 0})["r"] == pytest.approx(
        product, abs=2**-16, rel=2**-16
    )


@pytest.mark.parametrize(("power", "products"), [(1, 0), (2, 1), (5, 3), (64, 6)])
def test_powers_square_repeatedly(power: int, products: int) -> None:
    assert names(compile_text(f"{A}reveal a ** {power} as r\n")).count("multiply") == products


def test_a_shift_may_be_revealed() -> None:
    text = "input a: int from alice\ninput k: int\nreveal a << k as left\nreveal a >> k as right\n"
    assert run(text, {"a": -20, "k": 2}) == {"left": -80, "right": -5}


@pytest.mark.parametrize("k", range(6))
def test_an_exponent_may_be_revealed(k: int) -> None:
    text = "input a: int from alice\ninput x: fixed[2] from bob\ninput k: int\nreveal a ** k as p\nreveal x ** k as q\n"
    assert run(text, {"a": -3, "x": [1.5, 0.5], "k": k}) == {"p": (-3) ** k, "q": [1.5**k, 0.5**k]}


def test_a_loop_with_powers_stays_a_loop() -> None:
    text = "input x: fixed from alice\ns = 0\nfor i in range(COUNT):\n    s += x ** i\nreveal s\n"
    assert run(text.replace("COUNT", "5"), {"x": 2})["s"] == 31
    few, many = (names(compile_text(text.replace("COUNT", count))) for count in ("10", "10000"))
    assert few == many


def test_fraction_bits_are_an_option() -> None:
    text = "option fraction_bits = 8\ninput x: fixed from alice\nreveal x * x as r\n"
    assert run(text, {"x": 0.0625})["r"] == 2**-8
    assert constant_element("r", text).scale == 8


def test_dates_and_categories() -> None:
    text = """
input d: date from alice
input e: date from bob
input c: category["low", "high"] from alice
reveal e - d as days
reveal d < e as earlier
reveal d == "2024-02-28" as is_day
reveal "2024-02-29" <= d as is_later
reveal c == "high" as is_high
reveal c != "high" as is_low
reveal int(d) as number
reveal int(c) as place
reveal one_hot(c) as hot
"""
    outputs = run(text, {"d": "2024-02-28", "e": "2024-03-01", "c": "high"})
    assert outputs == {
        "days": 2, "earlier": True, "is_day": True, "is_later": False, "is_high": True, "is_low": False,
        "number": 19781, "place": 1, "hot": [False, True],
    }  # fmt: skip


def test_keys_compare() -> None:
    text = "input k: key[2] from alice\ninput l: key[2] from bob\nreveal k == l as same\n"
    assert run(text, {"k": [5, 6], "l": [5, 7]})["same"] == [True, False]
