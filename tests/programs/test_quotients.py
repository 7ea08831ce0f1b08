"""Quotients of integers before a jump: right where they are exact in the integers, and elsewhere as in the clear."""

from typing import Any

import numpy as np
import pytest
from tacit.compiler.ir.program import Program
from tacit.compiler.ir.rewrite import walk
from tacit.runtime.graph.cost import count_rounds

from tests.programs.running import elaborated, run_both_ways

PROTOCOLS = ["rep3", "semi2k"]
HEAD = """party p
party q
input a: int32[n] from p
input b: int32[n] from q
input c: int8[n] from q
"""
A = np.array([5000000, 300, 9999999, -5000000, 49, 21, 7, -7, 2**31 - 1, -(2**31), 0, 123456, 10**9, -300, 5, 6])
B = np.array([50, 3, 3, 50, 7, 7, 2, 2, 1, 1, 5, 0, -10, -3, -2, 4])
C = np.array([3, 7, -1, 1, 9, -9, 50, 100, 127, -128, 0, 2, 5, 10, -3, 1])
N = len(A)
INPUTS = {"a": A, "b": B, "c": C}


def names(program: Program) -> set[str]:
    return {each.name for each in walk(program.body)}


def outputs(text: str, protocol: str, optimize: int = 2) -> tuple[dict[str, Any], dict[str, Any]]:
    """In the clear, and protected."""
    program = elaborated(HEAD + text, {"n": N})
    done = run_both_ways(program, INPUTS, protocol, optimize)
    clear: dict[str, Any] = {}
    protected: dict[str, Any] = {}
    for of_role in done.clear.values():
        clear |= of_role
    for of_role in done.protected.values():
        protected |= of_role
    return clear, protected


def exact(x: Any, y: Any) -> Any:
    """x / y in exact fractions, by 0 nothing; floats of 64 bits are exact enough for these."""
    return np.divide(x, y, out=np.zeros(np.broadcast_shapes(np.shape(x), np.shape(y))), where=np.asarray(y) != 0)


Q = exact(A, B)
CASES = [
    ("reveal floor(a / b) as r", np.floor(Q)),
    ("reveal -floor(-(a / b)) as r", np.ceil(Q)),
    ("reveal ceil(a / b) as r", np.ceil(Q)),
    ("reveal ceil(c * 100 / b) as r", np.ceil(exact(100 * C, B))),
    ("reveal ceil(-(a / b)) as r", np.ceil(-Q)),
    ("reveal int(a / b) as r", np.trunc(Q)),
    ("reveal round(a / b) as r", np.rint(Q)),
    ("x = a / b\ny = x\nreveal floor(y) as r", np.floor(Q)),
    ("reveal floor(a / 3) as r", np.floor(exact(A, 3))),
    ("reveal floor(a / -50) as r", np.floor(exact(A, -50))),
    ("reveal int(a / 7) as r", np.trunc(exact(A, 7))),
    ("reveal floor(-(a / b)) as r", np.floor(-Q)),
    ("reveal floor(c * 100 / b) as r", np.floor(exact(100 * C, B))),
    ("reveal floor(100 * c / 7) as r", np.floor(exact(100 * C, 7))),
    ("reveal floor((a + c) / 50) as r", np.floor((A + C) / 50)),
    ("reveal int((a - c) / -7) as r", np.trunc((A - C) / -7)),
    ("reveal round((a + c) / 6) as r", np.rint((A + C) / 6)),
    ("reveal (a + c) / 8 == 37.5 as r", (A + C) / 8 == 37.5),
    ("reveal (a + c) / 1000 < 5 as r", (A + C) / 1000 < 5),
    ("reveal a / b == 100 as r", Q == 100),
    ("reveal a / b != 100 as r", Q != 100),
    ("reveal a / 3 >= 100 as r", exact(A, 3) >= 100),
    ("reveal a / b < -100000 as r", Q < -100000),
    ("reveal a / b <= 3 as r", Q <= 3),
    ("reveal a / b + 1 == 101 as r", Q + 1 == 101),
    ("reveal (a / b) * 2 == 200 as r", Q * 2 == 200),
    ("reveal a / b == b / c as r", exact(B, C) == Q),
    ("reveal a / b > c as r", Q > C),
    ("reveal c / 4 == 0.75 as r", C / 4 == 0.75),
    ("reveal c / 10 >= 0.1 as r", np.rint(C / 10 * 65536) >= np.rint(0.1 * 65536)),
    ("reveal floor(sum(c) / n) as r", np.floor(C.sum() / N)),
    ("reveal floor(mean(c)) as r", np.floor(C.mean())),
    ("reveal mean(c, where=c > 0) == 26.5 as r", C[C > 0].mean() == 26.5),
    ("def share(x, y):\n    return x / y\nreveal floor(share(a, b)) as r", np.floor(Q)),
    ("def down(x):\n    return floor(x)\nreveal down(a / b) as r", np.floor(Q)),
    ("x = a / b\nfor i in range(2):\n    x = x + 1\nreveal floor(x) as r", np.floor(Q + 2)),
    ("t = zeros(n)\nfor i in range(n):\n    t[i] = a[i] / b[i]\nreveal int(t) as r", np.trunc(Q)),
    ("x = select(c > 0, a / b, c / 2)\nreveal floor(x) as r", np.floor(np.where(C > 0, Q, C / 2))),
    ("x = a / b\nreveal floor(x[::-1]) as r", np.floor(Q[::-1])),
    ("reveal floor((a + b) / (c * c + 1)) as r", np.floor(exact(A + B, C * C + 1))),
]


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize(("text", "answer"), CASES)
def test_what_is_exact_in_the_integers_is_exact(text: str, answer: Any, protocol: str) -> None:
    clear, protected = outputs(text, protocol)
    np.testing.assert_array_equal(clear["r"], answer)
    np.testing.assert_array_equal(protected["r"], answer)


@pytest.mark.parametrize("optimize", [0, 1])
def test_at_every_level_of_optimisation(optimize: int) -> None:
    clear, protected = outputs("reveal floor(a / b) as r\nreveal int(a / b) as s", "rep3", optimize)
    np.testing.assert_array_equal(protected["r"], np.floor(Q))
    np.testing.assert_array_equal(protected["s"], np.trunc(Q))
    np.testing.assert_array_equal(clear["s"], np.trunc(Q))


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize("seed", range(4))
def test_random_quotients_are_those_of_the_clear(seed: int, protocol: str) -> None:
    """Near jumps and away from them, for ranges from bits to 31 bits: all the same answers as in the clear."""
    random = np.random.default_rng(seed)
    widths, size = random.integers(1, 31, 2), 200
    a, b = (random.integers(-(1 << int(width)), 1 << int(width), size) for width in widths)
    a[::2] = np.clip(b[::2] * random.integers(-9, 10, size // 2), -(1 << 31), (1 << 31) - 1)
    text = """x = a / b
reveal floor(x) as down
reveal -floor(-x) as up
reveal round(x) as near
reveal int(x) as toward
reveal x == 2 as same
reveal x < 0.1 as less
reveal x * 0.5 > -1.5 as more
"""
    program = elaborated(HEAD.replace("input c: int8[n] from q\n", "") + text, {"n": size})
    done = run_both_ways(program, {"a": a, "b": b}, protocol)
    for name, answer in done.clear["p"].items():
        np.testing.assert_array_equal(done.protected["p"][name], answer, err_msg=name)
    quotients = exact(a, b)
    np.testing.assert_array_equal(done.protected["p"]["down"], np.floor(quotients))
    np.testing.assert_array_equal(done.protected["p"]["up"], np.ceil(quotients))
    np.testing.assert_array_equal(done.protected["p"]["same"], quotients == 2)


STAYS = [
    "reveal a / b as r",
    "reveal clip(a / b, 0, 1) as r",
    "reveal max(a / b, 0) as r",
    "reveal abs(a / b) as r",
    "reveal mean(a) as r",
    "reveal sqrt(a / b) < 2 as r",
    "x = a / b * 0.5\nreveal x / 3 > 1 as r",
    "reveal (a + 0.5) / b > 1 as r",
    "reveal argmax(a / b) as r",
]


@pytest.mark.parametrize("text", STAYS)
def test_other_quotients_stay_cheap(text: str) -> None:
    assert not names(elaborated(HEAD + text, {"n": N})) & {"quotient", "floor_divide"}


def test_a_quotient_that_is_rounded_down_is_an_integer_division() -> None:
    program = elaborated(HEAD + "reveal floor(a / b) as r", {"n": N})
    assert "floor_divide" in names(program)
    graphs = [
        run_both_ways(elaborated(HEAD + f"reveal {text} as r", {"n": N}), INPUTS).graph
        for text in ("floor(a / b)", "a // b")
    ]
    assert len({count_rounds(graph) for graph in graphs}) == 1
