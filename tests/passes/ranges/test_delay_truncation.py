"""Truncations move behind sums, merge, and disappear: texts, costs, and answers in the last place."""

import numpy as np
import pytest
from tacit.compiler.ir.parse import parse_program
from tacit.compiler.ir.print import print_program
from tacit.compiler.ir.verify import verify
from tacit.compiler.passes.ranges.delay_truncation import delay_truncation
from tacit.compiler.passes.simplify.drop_dead import drop_dead

from tests.programs.running import SETTINGS, elaborated, run_both_ways

HEAD = """program "t"
roles ["alice", "bob"]
sizes {}
fraction_bits 16
{
  %0 : fixed.16[4] secret in [-65536, 65536] = input name="x" shares=true
  %1 : fixed.16[4] secret in [-65536, 65536] = input name="y" shares=true
"""


def becomes(before: str, after: str) -> None:
    parsed = parse_program(HEAD + before + "}")
    verify(parsed)
    changed = drop_dead(delay_truncation(parsed))
    verify(changed)
    assert print_program(changed, spans=False) == print_program(parse_program(HEAD + after + "}"), spans=False)


TEXTS = {
    "a function of a finer number": (
        """
        %2 : fixed.32[4] secret = multiply(%0, %1)
        %3 : fixed.16[4] secret = truncate(%2) bits=16
        %4 : fixed.16[4] secret = sigmoid(%3)
        reveal(%4) name="a" roles=["bob"]
        """,
        """
        %2 : fixed.32[4] secret = multiply(%0, %1)
        %4 : fixed.32[4] secret = sigmoid(%2) precision=16
        %5 : fixed.16[4] secret = truncate(%4) bits=16
        reveal(%5) name="a" roles=["bob"]
        """,
    ),
    "a difference with a number at hand": (
        """
        %2 : fixed.32[4] secret = multiply(%0, %1)
        %3 : fixed.16[4] secret = truncate(%2) bits=16
        %4 : fixed.16[4] secret = subtract(%3, %1)
        reveal(%4) name="a" roles=["bob"]
        """,
        """
        %2 : fixed.32[4] secret = multiply(%0, %1)
        %3 : fixed.32[4] secret = cast(%1) element=fixed.32
        %4 : fixed.32[4] secret = subtract(%2, %3)
        %5 : fixed.16[4] secret = truncate(%4) bits=16
        reveal(%5) name="a" roles=["bob"]
        """,
    ),
    "a sum with a number that others wait for": (
        """
        %2 : fixed.32[4] secret = multiply(%0, %1)
        %3 : fixed.16[4] secret = truncate(%2) bits=16
        %4 : fixed.16[4] secret = sqrt(%1)
        %5 : fixed.16[4] secret = add(%3, %4)
        reveal(%5) name="a" roles=["bob"]
        """,
        """
        %2 : fixed.32[4] secret = multiply(%0, %1)
        %3 : fixed.16[4] secret = truncate(%2) bits=16
        %4 : fixed.16[4] secret = sqrt(%1)
        %5 : fixed.16[4] secret = add(%3, %4)
        reveal(%5) name="a" roles=["bob"]
        """,
    ),
    "a constant as coarse as it may be": (
        """
        %2 : fixed.16 static = constant value=1024
        %3 : fixed.32[4] secret = multiply(%0, %1)
        %4 : fixed.48[4] secret = multiply(%3, %0)
        %5 : fixed.16[4] secret = truncate(%4) bits=32
        %6 : fixed.32[4] secret = multiply(%2, %5)
        %7 : fixed.16[4] secret = truncate(%6) bits=16
        reveal(%7) name="a" roles=["bob"]
        """,
        """
        %3 : fixed.32[4] secret = multiply(%0, %1)
        %4 : fixed.48[4] secret = multiply(%3, %0)
        %5 : fixed.6 static = constant value=1
        %6 : fixed.54[4] secret = multiply(%5, %4)
        %7 : fixed.16[4] secret = truncate(%6) bits=38
        reveal(%7) name="a" roles=["bob"]
        """,
    ),
    "a sum of products": (
        """
        %2 : fixed.32[4] secret = multiply(%0, %1)
        %3 : fixed.16[4] secret = truncate(%2) bits=16
        %4 : fixed.32[4] secret = multiply(%0, %0)
        %5 : fixed.16[4] secret = truncate(%4) bits=16
        %6 : fixed.16[4] secret = subtract(%3, %5)
        reveal(%6) name="a" roles=["bob"]
        """,
        """
        %2 : fixed.32[4] secret = multiply(%0, %1)
        %4 : fixed.32[4] secret = multiply(%0, %0)
        %6 : fixed.32[4] secret = subtract(%2, %4)
        %7 : fixed.16[4] secret = truncate(%6) bits=16
        reveal(%7) name="a" roles=["bob"]
        """,
    ),
    "the sum of an array": (
        """
        %2 : fixed.32[4] secret = multiply(%0, %1)
        %3 : fixed.16[4] secret = truncate(%2) bits=16
        %6 : fixed.16 secret = sum(%3) axis=0
        reveal(%6) name="a" roles=["bob"]
        """,
        """
        %2 : fixed.32[4] secret = multiply(%0, %1)
        %6 : fixed.32 secret = sum(%2) axis=0
        %7 : fixed.16 secret = truncate(%6) bits=16
        reveal(%7) name="a" roles=["bob"]
        """,
    ),
    "a product of three": (
        """
        %2 : fixed.32[4] secret = multiply(%0, %1)
        %3 : fixed.16[4] secret = truncate(%2) bits=16
        %4 : fixed.32[4] secret = multiply(%3, %1)
        %5 : fixed.16[4] secret = truncate(%4) bits=16
        reveal(%5) name="a" roles=["bob"]
        """,
        """
        %2 : fixed.32[4] secret = multiply(%0, %1)
        %4 : fixed.48[4] secret = multiply(%2, %1)
        %5 : fixed.16[4] secret = truncate(%4) bits=32
        reveal(%5) name="a" roles=["bob"]
        """,
    ),
    "a number made finer and truncated": (
        """
        %2 : fixed.32[4] secret = cast(%0) element=fixed.32
        %3 : fixed.16[4] secret = truncate(%2) bits=16
        reveal(%3) name="a" roles=["bob"]
        """,
        """
        reveal(%0) name="a" roles=["bob"]
        """,
    ),
}


@pytest.mark.parametrize("name", TEXTS)
def test_texts(name: str) -> None:
    becomes(*TEXTS[name])


def test_what_is_used_twice_stays() -> None:
    text = """
    %2 : fixed.32[4] secret = multiply(%0, %1)
    %3 : fixed.16[4] secret = truncate(%2) bits=16
    %4 : fixed.16 secret = sum(%3) axis=0
    reveal(%4) name="a" roles=["bob"]
    reveal(%3) name="b" roles=["bob"]
    """
    becomes(text, text)


def test_what_might_grow_too_large_stays() -> None:
    text = """
    %2 : fixed.16[4] secret = input name="z" shares=true
    %3 : fixed.32[4] secret = multiply(%0, %2)
    %4 : fixed.16[4] secret = truncate(%3) bits=16
    %5 : fixed.16 secret = sum(%4) axis=0
    reveal(%5) name="a" roles=["bob"]
    """
    becomes(text, text)


PARTIES = """party a
party b
input x: fixed[100] from a
input y: fixed[100] from b
x = clip(x, -10, 10)
y = clip(y, -10, 10)
"""

EXPRESSIONS = ["sum(x * y)", "x * y + z * z", "sum(x * y) - sum(z * z)", "x * y * y", "concat(x * y, z * z)"]


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_fewer_bytes_and_no_more_rounds_for_the_same_answers(expression: str) -> None:
    program = elaborated(f"{PARTIES}z = x + y\nreveal {expression} as v\n")
    dice = np.random.default_rng(1)
    inputs = {name: dice.integers(-10 << 16, 10 << 16, 100) for name in "xy"}
    late, early = run_both_ways(program, inputs), run_both_ways(program, inputs, optimize=0)
    assert np.abs(late.protected["a"]["v"] - late.clear["a"]["v"]).max() <= 120
    spent = [sum(result.bytes_sent for result in both.results) for both in (late, early)]
    assert spent[0] < spent[1] or expression.startswith("concat")
    assert late.results[0].rounds <= early.results[0].rounds


LARGEST = 23170
"""Two products of such numbers are less than 2**30, as units of 2**-32 just below 2**62."""


@pytest.mark.parametrize("setting", SETTINGS)
def test_a_delayed_truncation_is_right_up_to_2_to_the_62(setting: str) -> None:
    """A truncation that wrapped would be off by 2**46: thousands of sums at both ends, and anywhere between."""
    names = "xyzw"
    text = "".join(f"input {name}: fixed[4000] from {'ab'[place % 2]}\n" for place, name in enumerate(names))
    text += "".join(f"{name} = clip({name}, -{LARGEST}, {LARGEST})\n" for name in names)
    program = elaborated(f"party a\nparty b\n{text}reveal x * y + z * w as r\n")
    dice = np.random.default_rng(3)
    inputs = {}
    for name in names:
        inputs[name] = dice.integers(-LARGEST << 16, LARGEST << 16, 4000)
        inputs[name][:2000] = (LARGEST << 16) - dice.integers(0, 3, 2000)
    inputs["x"][1000:2000] *= -1
    inputs["z"][1000:2000] *= -1
    both = run_both_ways(program, inputs, setting)
    assert sum(result.rounds for result in both.results[:1]) <= 4
    exact = sum(inputs[x].astype(object) * inputs[y] for x, y in ("xy", "zw"))
    assert max(abs(int(total)) for total in exact) > 2**62 - 2**48
    apart = (both.protected["a"]["r"].astype(object) << 16) - exact
    assert max(abs(int(error)) for error in apart) < 2**16


def test_a_product_of_three_takes_a_round_less() -> None:
    program = elaborated(f"{PARTIES}reveal x * y * y as v\n")
    inputs = {name: np.zeros(100, np.int64) for name in "xy"}
    late, early = (run_both_ways(program, inputs, optimize=level).results[0].rounds for level in (2, 0))
    assert late < early
