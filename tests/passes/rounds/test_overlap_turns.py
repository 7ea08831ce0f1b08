"""Turns that begin before the last ones end: the same answers, in the rounds of the longest way around."""

import numpy as np
import pytest
from tacit.compiler.ir.evaluate import evaluate
from tacit.compiler.ir.program import Program
from tacit.compiler.passes.lowering.expand_protocol import expand_protocol
from tacit.compiler.passes.rounds.batch_rounds import batch_rounds
from tacit.compiler.passes.rounds.overlap_turns import overlap_turns
from tacit.compiler.passes.sharing.choose_shares import choose_shares
from tacit.compiler.passes.sharing.compute_in_clear import compute_in_clear
from tacit.compiler.pipeline import elaborate
from tacit.compiler.source import Source
from tacit.compiler.syntax.parser import parse
from tacit.compiler.target import Target
from tacit.runtime.graph.check import check
from tacit.runtime.graph.cost import count_rounds
from tacit.runtime.graph.nodes import Graph
from tacit.runtime.run.party import run_in_memory

TARGET = Target("rep3", ("a", "b", "helper"), 3, {"a": 0, "b": 1})
HEAD = "party a\nparty b\ninput x: int[6] from a\ninput y: int[6] from b\nw = x[0]\nv = y[1]\ns = 0\n"

LOOPS = {
    "a tail": "for i in range({n}):\n    w = w * y[i]\n    s += w * w * w * v\n",
    "a head": "for i in range({n}):\n    s = s * (x[i] * y[i] * y[0])\n    s += i\n",
    "a cycle of two": "for i in range({n}):\n    t = w * y[i]\n    w = v + i\n    v = t * t - i\n    s += v * v * t\n",
    "all of it": "for i in range({n}):\n    w = w * w * x[i] + i * y[i]\n",
    "two deep": "for j in range(2):\n    for i in range({n}):\n        w = w * y[i] + j\n        s += w*v*(w - i)\n",
    "a comparison": "for i in range({n}):\n    w = w * y[i]\n    s += int(w * w < i)\n",
}


def written(loop: str, turns: int) -> Program:
    text = HEAD + loop.format(n=turns) + "reveal w\nreveal v\nreveal s\n"
    return elaborate(parse(Source("t.mpc", "t.mpc", text)), {})


def expanded(program: Program) -> Graph:
    return expand_protocol(choose_shares(compute_in_clear(program), TARGET), TARGET)


def rounds(graph: Graph) -> int:
    found = count_rounds(graph)
    assert found is not None
    return found


@pytest.mark.parametrize("turns", [2, 3, 6])
@pytest.mark.parametrize("loop", LOOPS.values(), ids=LOOPS)
def test_answers_stay(loop: str, turns: int) -> None:
    dice = np.random.default_rng(5)
    inputs = {name: dice.integers(-3, 4, 6) for name in "xy"}
    program = written(loop, turns)
    graph = batch_rounds(overlap_turns(expanded(program)))
    check(graph)
    assert rounds(graph) <= rounds(batch_rounds(expanded(program)))
    results = run_in_memory(graph, [{"x": inputs["x"]}, {"y": inputs["y"]}, {}])
    for name, array in evaluate(program, inputs).by_role["a"].items():
        np.testing.assert_array_equal(results[0].outputs[""][name], array)


@pytest.mark.parametrize(
    ("loop", "way"), [("a tail", 1), ("a cycle of two", 2), ("all of it", 2)], ids=["tail", "cycle", "all"]
)
def test_a_turn_takes_the_longest_way_around(loop: str, way: int) -> None:
    few, many = (rounds(batch_rounds(overlap_turns(expanded(written(LOOPS[loop], turns))))) for turns in (4, 6))
    assert many - few <= 2 * max(way, 2)


EFFECTS = {
    "check": "assert k[i] < 9",
    "check in a loop": "for j in range(3):\n        assert k[j] < 9",
    "output": "reveal x[i] as z to a",
    "output in a loop": "for j in range(3):\n        reveal x[j] as z to a",
}


@pytest.mark.parametrize("effect", EFFECTS.values(), ids=EFFECTS)
def test_a_turn_that_may_end_the_program_or_tells_something_begins_after_the_last_one(effect: str) -> None:
    """A message of the next turn must not overtake the check that holds it back."""
    graph = expanded(
        written(f"reveal x as k\nfor i in range({{n}}):\n    {effect}\n    w = w * y[i]\n    s += w * w * w * v\n", 4)
    )
    assert overlap_turns(graph).types == graph.types


def test_a_loop_without_messages_and_effects_may_stand_in_a_turn() -> None:
    inner = "for j in range(3):\n        t = t + x[j]"
    graph = expanded(
        written(f"t = 0\nfor i in range({{n}}):\n    {inner}\n    w = w * y[i]\n    s += w * w * w * t\n", 4)
    )
    assert rounds(batch_rounds(overlap_turns(graph))) < rounds(batch_rounds(graph))
