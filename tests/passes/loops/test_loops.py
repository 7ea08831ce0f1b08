"""Loops that become wide, and nests that become diagonals: which do, what becomes of them, and what they cost."""

from pathlib import Path

import numpy as np
import pytest
from tacit.compiler.ir.evaluate import evaluate
from tacit.compiler.ir.print import print_program
from tacit.compiler.ir.program import Program
from tacit.compiler.ir.rewrite import walk
from tacit.compiler.ir.verify import verify
from tacit.compiler.passes.loops.skew_loops import skew_loops
from tacit.compiler.passes.loops.vectorise_loops import vectorise_loops
from tacit.compiler.passes.simplify.forward_updates import forward_updates
from tacit.compiler.pipeline import elaborate, lower
from tacit.compiler.protocols.table import PROTOCOLS
from tacit.compiler.source import Source
from tacit.compiler.syntax.parser import parse
from tacit.compiler.target import NETWORKS, Target
from tacit.runtime.graph.cost import count_rounds
from tacit.runtime.graph.nodes import Graph

from tests.passes.simplifying import SIMPLIFYING, compared_early
from tests.passes.test_texts import becomes, clean
from tests.programs.running import count_nodes

EDIT_DISTANCE = Path(__file__).parents[3] / "examples" / "edit_distance" / "edit_distance.mpc"

HEAD = """party a
party b
input x: int[n, 8] from a
input y: int[n, 8] from b
"""


def elaborated(text: str, **sizes: int) -> Program:
    return elaborate(parse(Source("t.mpc", "t.mpc", text)), sizes)


def simplified(text: str, **sizes: int) -> Program:
    simple = elaborated(text, **sizes)
    for simplify in SIMPLIFYING:
        simple = simplify(simple)
        verify(simple)
    return simple


def graph_of(text: str, optimize: int = 2, **sizes: int) -> Graph:
    written = elaborated(text, **sizes)
    return lower(written, Target.of(PROTOCOLS["rep3"], written.roles, optimize=optimize)).graph


def rounds(text: str, optimize: int = 2, **sizes: int) -> int:
    found = count_rounds(graph_of(text, optimize, **sizes))
    assert found is not None
    return found


def count_loops(simple: Program) -> int:
    return sum(operation.name == "loop" for operation in walk(simple.body))


# --- texts ------------------------------------------------------------------------------------------------------


def test_a_sum_becomes_wide() -> None:
    before = """
    %3 : int static = constant value=0
    %10 : int secret = loop(%3) count=4 (%4 : int3 static, %5 : int secret) {
      %6 : int[1] owned(alice) = slice_at(%0, %4) axes=[0] sizes=[1]
      %7 : int owned(alice) = reshape(%6) shape=[]
      %8 : int[4] secret = multiply(%7, %1)
      %9 : int secret = sum(%8) axis=0
      %11 : int secret = add(%5, %9)
      yield %11
    }
    reveal(%10) name="a" roles=["bob"]
    """
    after = """
    %3 : int static = constant value=0
    %4 : int[4, 1] owned(alice) = reshape(%0) shape=[4, 1]
    %5 : int[4] owned(alice) = reshape(%4) shape=[4]
    %6 : int[4, 1] owned(alice) = reshape(%5) shape=[4, 1]
    %7 : int[4, 4] secret = multiply(%6, %1)
    %8 : int[4] secret = sum(%7) axis=1
    %9 : int secret = sum(%8) axis=0
    %10 : int secret = add(%3, %9)
    reveal(%10) name="a" roles=["bob"]
    """
    becomes(clean(vectorise_loops), before, after)


def test_a_loop_whose_turns_need_each_other_stays() -> None:
    before = """
    %8 : int[4] owned(alice) = loop(%0) count=4 (%4 : int3 static, %5 : int[4] owned(alice)) {
      %6 : int[4] owned(alice) = multiply(%5, %5)
      yield %6
    }
    reveal(%8) name="a" roles=["bob"]
    """
    becomes(vectorise_loops, before, before)


def test_a_read_of_what_was_just_written_is_forwarded() -> None:
    before = """
    %3 : int static = constant value=1
    %4 : int static = constant value=2
    %5 : int[1] owned(bob) = slice_at(%1, %3) axes=[0] sizes=[1]
    %6 : int[4] secret = update_at(%0, %5, %3) axes=[0]
    %7 : int[1] secret = slice_at(%6, %3) axes=[0] sizes=[1]
    %8 : int[1] secret = slice_at(%6, %4) axes=[0] sizes=[1]
    reveal(%7) name="a" roles=["bob"]
    reveal(%8) name="b" roles=["bob"]
    """
    after = """
    %3 : int static = constant value=1
    %4 : int static = constant value=2
    %5 : int[1] owned(bob) = slice_at(%1, %3) axes=[0] sizes=[1]
    %6 : int[1] owned(alice) = slice_at(%0, %4) axes=[0] sizes=[1]
    reveal(%5) name="a" roles=["bob"]
    reveal(%6) name="b" roles=["bob"]
    """
    becomes(clean(forward_updates), before, after)


def test_the_least_of_three_is_compared_early() -> None:
    before = """
    %3 : bool[4] secret = less(%0, %1)
    %4 : int[4] secret = select(%3, %0, %1)
    %5 : int[4] owned(alice) = multiply(%0, %0)
    %6 : bool[4] secret = less(%5, %4)
    reveal(%6) name="a" roles=["bob"]
    """
    after = """
    %3 : bool[4] secret = less(%0, %1)
    %4 : int[4] secret = select(%3, %0, %1)
    %5 : int[4] owned(alice) = multiply(%0, %0)
    %6 : bool[4] owned(alice) = less(%5, %0)
    %7 : bool[4] secret = less(%5, %1)
    %8 : bool[4] secret = select(%3, %6, %7)
    reveal(%8) name="a" roles=["bob"]
    """
    becomes(compared_early, before, after)


def test_a_comparison_with_what_is_known_no_earlier_stays() -> None:
    before = """
    %3 : bool[4] secret = less(%0, %1)
    %4 : int[4] secret = select(%3, %0, %1)
    %5 : bool[4] secret = less(%1, %0)
    %6 : int[4] secret = select(%5, %0, %1)
    %7 : bool[4] secret = less(%6, %4)
    reveal(%7) name="a" roles=["bob"]
    """
    becomes(compared_early, before, before)


@pytest.mark.parametrize("protocol", ["rep3", "semi2k"])
@pytest.mark.parametrize(
    ("network", "most", "too_many"), [("lan", 1 << 9, 1 << 12), ("wan", 1 << 12, 1 << 15)], ids=["lan", "wan"]
)
def test_a_second_comparison_must_take_less_than_its_rounds(
    protocol: str, network: str, most: int, too_many: int
) -> None:
    """The fewer the elements and the farther the parties, the better; nothing is compared twice of empty arrays."""
    text = f"{HEAD}reveal x * y < min(x, y) as z"
    for n, comparisons in ((0, 2), (1, 3), (most, 3), (too_many, 2)):
        early = compared_early(elaborated(text, n=n), protocol, NETWORKS[network])
        assert sum(each.name == "less" for each in walk(early.body)) == comparisons


def test_what_is_known_a_little_later_is_compared_twice_where_that_is_cheap() -> None:
    """A comparison is known after six rounds, the other operand after as many as it has products."""
    text = f"{HEAD}reveal {{}} < min(x, y) as z"
    product = " * ".join("xyxyx")
    for factor, comparisons in ((product, 3), (f"{product} * y", 3), (f"{product} * y * x", 2)):
        early = compared_early(elaborated(text.format(factor), n=1))
        assert sum(each.name == "less" for each in walk(early.body)) == comparisons
    assert sum(each.name == "less" for each in walk(compared_early(elaborated(text.format(product), n=500)).body)) == 2


# --- which loops ------------------------------------------------------------------------------------------------

WIDE = {
    "sum": "s = 0\nfor i in range(n):\n    s += sum(int(x[i] < y[i]))\nreveal s",
    "difference": "s = 0\nfor i in range(n):\n    s -= x[i, 0] * y[i, 1]\nreveal s",
    "greatest": "s = 0\nfor i in range(n):\n    s = max(s, x[i, 0])\nreveal s",
    "every": "s = True\nfor i in range(n):\n    s = s and x[i, 0] < 9\nreveal s",
    "last": "s = x[0, 0]\nfor i in range(n):\n    s = x[i, 3] * 2\nreveal s",
    "elements": "o = zeros(n, int)\nfor i in range(n):\n    o[i] = x[i, 0] * y[i, 0]\nreveal o",
    "opposite": "o = zeros(n, int)\nfor i in range(n):\n    o[n - 1 - i] = x[i, 0] * y[n - 1 - i, 0]\nreveal o",
    "every second": "o = zeros(2 * n, int)\nfor i in range(n):\n    o[2 * i + 1] = x[i, 0] * y[i, 0]\nreveal o",
    "rows": "o = zeros((n, 8), int)\nfor i in range(n):\n    o[i] = min(x[i], y[i])\nreveal o",
    "in place": "o = x * 1\nfor i in range(n - 1):\n    o[i] = o[i + 1] * y[i]\nreveal o",
    "nested": "o = x * 1\nfor i in range(n):\n  for j in range(8):\n    o[i, j] = o[i, j] * y[i, 7 - j]\nreveal o",
    "product": "o = x @ y.T\nfor i in range(n):\n    for j in range(n):\n        o[i, j] = x[i] @ y[j]\nreveal o",
}

SERIAL = {
    "recurrence": "o = x * 1\nfor i in range(n - 1):\n    o[i + 1] = o[i] * y[i]\nreveal o",
    "prefixes": "o = x * 1\ns = 0\nfor i in range(n):\n    s += y[i, 0]\n    o[i] = x[i] * s\nreveal o",
    "one place": "o = x * 1\nfor i in range(n):\n    o[0] = o[0] * y[i] + 1\nreveal o",
}


@pytest.mark.parametrize("text", WIDE.values(), ids=WIDE)
def test_independent_turns_become_wide(text: str) -> None:
    written, simple = elaborated(HEAD + text, n=5), simplified(HEAD + text, n=5)
    assert count_loops(simple) == 0
    _assert_alike(written, simple, 5)


@pytest.mark.parametrize("text", SERIAL.values(), ids=SERIAL)
def test_other_loops_stay(text: str) -> None:
    assert count_loops(simplified(HEAD + text, n=5)) == 1


def test_the_inner_loop_stays_over_wide_values() -> None:
    text = (
        HEAD + "o = x[:, 0] * 1\nfor i in range(n):\n    s = x[i, 0]\n    for j in range(8):\n        s = s * y[i, j]\n"
    )
    text += "    o[i] = s\nreveal o"
    simple = simplified(text, n=5)
    assert count_loops(simple) == 1
    assert rounds(text, n=9) < rounds(text, 1, n=9) // 4
    _assert_alike(elaborated(text, n=5), simple, 5)


def _assert_alike(written: Program, simple: Program, rows: int) -> None:
    dice = np.random.default_rng(1)
    inputs = {name: dice.integers(-99, 99, (rows, 8)) for name in ("x", "y")}
    expected, found = (evaluate(each, inputs).by_role["a"] for each in (written, simple))
    for name, array in expected.items():
        np.testing.assert_array_equal(found[name], array)


# --- diagonals --------------------------------------------------------------------------------------------------

STENCIL = """party a
party b
input y: int[7, 7] from a
input z: int[7, 7] from b
x = y + z
for i in range({rows}):
    for j in range({columns}):
        x[i + 1, j + 1] = min(x[i + {one[0]}, j + {one[1]}], x[i + {other[0]}, j + {other[1]}] + 1)
reveal x
"""
OFFSETS = [(row, column) for row in range(3) for column in range(3)]


@pytest.mark.parametrize("one", OFFSETS)
def test_all_stencils_of_two_neighbours(one: tuple[int, int]) -> None:
    """Whatever is read before or after it is written: a loop over diagonals gives the same."""
    skewed = 0
    for other in OFFSETS:
        for rows, columns in ((5, 5), (2, 5), (5, 3)):
            text = STENCIL.format(one=one, other=other, rows=rows, columns=columns)
            before = elaborated(text)
            after = skew_loops(before)
            verify(after)
            skewed += count_loops(after) == 1
            dice = np.random.default_rng(2)
            inputs = {name: dice.integers(-50, 50, (7, 7)) for name in "yz"}
            expected, found = (evaluate(each, inputs).by_role["a"]["x"] for each in (before, after))
            np.testing.assert_array_equal(found, expected, err_msg=f"{other} {rows} {columns}")
    assert skewed >= 20


def test_a_best_score_is_kept_along_diagonals() -> None:
    text = """party a
party b
input x: int8[6, 5] from a
input y: int8[6, 5] from b
h = zeros((7, 6), int)
best = 0
for i in range(6):
    for j in range(5):
        h[i + 1, j + 1] = max(max(h[i, j] + x[i, j] * y[i, j], h[i, j + 1] - 1), max(h[i + 1, j] - 1, 0))
        best = max(best, h[i + 1, j + 1])
reveal best
"""
    written, simple = elaborated(text), simplified(text)
    assert count_loops(simple) == 1
    dice = np.random.default_rng(3)
    inputs = {name: dice.integers(-9, 9, (6, 5)) for name in "xy"}
    expected, found = (evaluate(each, inputs).by_role["a"]["best"] for each in (written, simple))
    assert found == expected


def test_edit_distance_takes_its_diagonals() -> None:
    text = EDIT_DISTANCE.read_text()
    assert rounds(text, pairs=200, n=15, m=15) <= 400
    assert rounds(text, pairs=200, n=15, m=15) * 5 < rounds(text, 1, pairs=200, n=15, m=15)


def test_edit_distance_is_the_same() -> None:
    text, dice = EDIT_DISTANCE.read_text(), np.random.default_rng(4)
    for n, m in ((1, 1), (1, 4), (5, 2), (6, 6)):
        inputs = {"a_fragments": dice.integers(0, 3, (3, n)), "b_fragments": dice.integers(0, 3, (3, m))}
        written, simple = elaborated(text, pairs=3, n=n, m=m), simplified(text, pairs=3, n=n, m=m)
        expected, found = (evaluate(each, inputs).by_role["lab_a"]["distances"] for each in (written, simple))
        np.testing.assert_array_equal(found, expected)


# --- sizes ------------------------------------------------------------------------------------------------------


def test_a_graph_does_not_grow_with_what_loops_run_over() -> None:
    """How values are shared, and so what is local, may differ: that is chosen by what each way takes."""
    text = EDIT_DISTANCE.read_text()
    sizes = [count_nodes(graph_of(text, pairs=9, n=n, m=n + 1)) for n in (15, 30, 60)]
    assert max(sizes) <= 1.1 * min(sizes)
    assert len({count_nodes(graph_of(HEAD + WIDE["sum"], n=n)) for n in (10, 1_000_000)}) == 1


def test_ten_comparisons_take_the_rounds_of_one() -> None:
    text = HEAD + "s = 0\nfor i in range(n):\n    s += int(x[i, 0] < y[i, 0])\nreveal s"
    assert rounds(text, n=10) == rounds(HEAD + "reveal sum(int(x[:, 0] < y[:, 0])) as s", n=10)


def test_turns_of_training_stay_turns() -> None:
    text = "party a\ninput x: fixed[4] from a\nw = x\nfor epoch in range(10000):\n    w = w * w - x\nreveal w"
    simple = simplified(text)
    assert count_loops(simple) == 1
    assert print_program(simple).count("\n") < 40
