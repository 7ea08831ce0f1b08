"""Literals that the program's precision would change are told; those that it keeps, or that stay exact, are used."""

from fractions import Fraction

import numpy as np
import pytest
from tacit.compiler.semantics.literals import TOLERANCE, is_lost

from tests.semantics.running import mistakes, run

HEAD = "input x: fixed[3] from alice\ninput n: int32[3] from bob\n"
DATA = {"x": [1.0, 2.0, 4.0], "n": [1, 2, 4]}

LOST = {
    "reveal log(x + 1e-7) as r": "1e-07, which would become 0",
    "reveal x < 0.0001 as r": "0.0001, which would become 0.000106812",
    "reveal x / 0.001 as r": "0.001, which would become 0.00100708",
    "reveal max(x, -1e-6) as r": "-1e-06, which would become 0",
    "def f(y, e=1e-9):\n    return sqrt(y + e)\nreveal f(x) as r": "1e-09, which would become 0",
    "eps = 1e-9\nfor i in range(3):\n    x = x + eps\nreveal x": "1e-09, which would become 0",
    "reveal 0.00001 as r": "1e-05, which would become 1.52588e-05",
    "reveal full((2,), 1e-8) as r": "1e-08, which would become 0",
    "reveal select(x > 1, 1e-8, x) as r": "1e-08, which would become 0",
}


@pytest.mark.parametrize("text", LOST)
def test_a_literal_that_would_be_another_number_is_an_error(text: str) -> None:
    found = mistakes(HEAD + text + "\n")
    assert [each.partition(": ")[2] for each in found] == ["this number is too small for the precision of `fixed`"]


KEPT = {
    "reveal sum(x) * (1e-7 * 1e7) as r": 7.0,
    "eps = 1e-9\nreveal sum(x) as r": 7.0,
    "reveal sum(x) + 0.01 as r": 7.01,
    "reveal sum(x) + 0 * 1e-9 as r": 7.0,
    "option fraction_bits = 28\nreveal sum(x) + 1e-5 as r": 7.00001,
}


@pytest.mark.parametrize("text", KEPT)
def test_a_literal_that_is_kept_or_exact_is_used(text: str) -> None:
    assert run(HEAD + text + "\n", DATA)["r"] == pytest.approx(KEPT[text], abs=1e-3)


def test_lost_means_more_than_a_thousandth() -> None:
    dice = np.random.default_rng(5)
    for _ in range(500):
        bits, number = int(dice.integers(1, 31)), Fraction(str(10 ** dice.uniform(-12, 3)))
        held = Fraction(round(number * 2**bits), 2**bits)
        assert is_lost(number, bits) == (abs(held / number - 1) > TOLERANCE)
    assert not is_lost(Fraction(0), 16)
