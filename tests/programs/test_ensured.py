"""`ensure` and bounds of parameters: a value as it is, a run that stops before anything is revealed, one bit told."""

import numpy as np
import pytest
from tacit.compiler.diagnostics import CompileError
from tacit.compiler.ir.evaluate import EvaluationError, evaluate
from tacit.compiler.pipeline import report_ranges
from tacit.runtime.errors import CheckFailed
from tacit.runtime.graph.cost import count_rounds
from tacit.runtime.graph.nodes import Exchange, Graph, Local, Node, Output, Repeat
from tacit.runtime.graph.walk import every_node

from tests.programs.running import SETTINGS, compiled, elaborated, run_both_ways

HEAD = "party alice\nparty bob\ninput x: int32[4] from alice\ninput y: int32[4] from bob\n"
ONE = 1 << 16


def required(graph: Graph) -> int:
    """How many nodes look at a bit on which the run depends."""
    return sum(_is_required(node) for node in every_node(graph.body))


def _is_required(node: Node) -> bool:
    return isinstance(node, Local) and any(step.kernel == "require" for step in node.steps)


def reads(node: Node) -> set[int]:
    match node:
        case Local():
            return {value for step in node.steps for value in step.inputs}
        case Exchange() | Output():
            return {node.value}
        case Repeat():
            return {*node.taken, *(value for inner in node.body for value in reads(inner))}
    return set()


def waits(graph: Graph, output: Output) -> bool:
    """Whether an output follows from the value of a check."""
    makers: dict[int, Node] = {}
    for node in every_node(graph.body):
        for value in node.outputs if isinstance(node, Repeat) else () if isinstance(node, Output) else (node.output,):
            makers[value] = node
    pending, seen = [output.value], set[int]()
    while pending:
        value = pending.pop()
        if value in seen or value not in makers:
            continue
        seen.add(value)
        if _is_required(makers[value]):
            return True
        pending += reads(makers[value])
    return False


STOPS = {
    "a secret": "z = ensure(x + y, -10, 10)\nreveal sum(z) as r\n",
    "one elsewhere": "z = ensure(x + y, -10, 10)\nreveal sum(x * y) as r\n",
    "what somebody owns": "z = ensure(x, -10, 10)\nreveal sum(z * y) as r\n",
    "told to one": "z = ensure(x + y, -10, 10)\nreveal sum(z) as r to bob\n",
    "an owner tells": "z = ensure(x + y, -10, 10)\nreveal y as r\nreveal x as s to bob\n",
    "a fraction": "z = ensure(x / 2 + y, -6.25, 6.25)\nreveal sum(z) as r\n",
    "an argument": "def f(z: int[-10..10]):\n    return z * z\nreveal sum(f(x + y)) as r\n",
    "an argument in a loop": (
        "def f(z: int[-10..10]):\n    return z * z\ns = 0\nfor i in range(4):\n    s = f(x[i] + y[i]) % 7 + s // 2\n"
        "reveal s as r\n"
    ),
    "a wide loop": "z = x + y\nfor i in range(4):\n    z[i] = ensure(z[i], -10, 10) * 2\nreveal sum(z) as r\n",
    "under a condition": (
        "z = sum(x)\nif x[0] < y[0]:\n    z = z + ensure(x[1] + y[1], -10, 10)\nelse:\n    z = ensure(z, -10, 10)\n"
        "reveal z as r\n"
    ),
    "in an expression": "z = ensure(x[1] + y[1], -10, 10) if x[0] < y[0] else ensure(sum(x), -10, 10)\nreveal z as r\n",
    "in a branch": "reveal sum(y) as w\nif w > 0:\n    z = ensure(x + y, -10, 10)\n    reveal sum(z) as r\n",
}
GOOD = {"x": np.array([1, 2, -3, 4]), "y": np.array([5, -3, 2, -1])}
BAD = {"x": np.array([1, 9, -3, 4]), "y": np.array([5, 2, 2, -1])}


@pytest.mark.parametrize("optimize", [0, 2])
@pytest.mark.parametrize("protocol", SETTINGS)
@pytest.mark.parametrize("name", STOPS)
def test_a_run_gives_the_value_or_stops(name: str, protocol: str, optimize: int) -> None:
    program = elaborated(HEAD + STOPS[name])
    both = run_both_ways(program, GOOD, protocol, optimize)
    for role, values in both.clear.items():
        for output, array in values.items():
            assert np.abs(both.protected[role][output] - array).max() <= (4 if name == "a fraction" else 0)
    bad = BAD if name != "what somebody owns" else {"x": np.array([1, 11, 0, 0]), "y": BAD["y"]}
    with pytest.raises(EvaluationError, match=r"outside -10\.\.10|outside -6\.25\.\.6\.25"):
        evaluate(program, bad)
    with pytest.raises(CheckFailed, match=r"outside -10\.\.10|outside -6\.25\.\.6\.25"):
        run_both_ways(program, bad, protocol, optimize)


@pytest.mark.parametrize("protocol", SETTINGS)
@pytest.mark.parametrize("name", [name for name in STOPS if "loop" not in name and "branch" not in name])
def test_nothing_is_revealed_before_the_bit_is_seen(name: str, protocol: str) -> None:
    graph = compiled(elaborated(HEAD + STOPS[name]), protocol)
    outputs = [node for node in every_node(graph.body) if isinstance(node, Output)]
    assert outputs
    assert all(waits(graph, output) for output in outputs)


@pytest.mark.parametrize("protocol", SETTINGS)
def test_what_comes_after_a_loop_that_requires_something_waits_for_it(protocol: str) -> None:
    graph = compiled(elaborated(HEAD + STOPS["an argument in a loop"] + "reveal x * y as p\n"), protocol)
    kinds = [
        "loop" if isinstance(node, Repeat) else "output"
        for node in graph.body
        if isinstance(node, Output) or (isinstance(node, Repeat) and any(map(_is_required, every_node(node.body))))
    ]
    assert kinds == ["loop", "output", "output"]


def test_a_check_takes_no_rounds_beside_a_long_computation() -> None:
    chain = "z = x * y\n" + "z = z % 100 * y\n" * 3
    without = compiled(elaborated(HEAD + chain + "reveal sum(z) as r\n"))
    checked = compiled(elaborated(HEAD + "x = ensure(x * y, -90_000, 90_000)\n" + chain + "reveal sum(z) as r\n"))
    assert required(checked) == 1
    assert count_rounds(checked) <= count_rounds(without) + 1  # the product that is checked


def test_what_ranges_decide_costs_nothing() -> None:
    text = "z = ensure(clip(x, 0, 5) + clip(y, 0, 5), 0, 10)\nreveal sum(z) as r\n"
    plain = text.replace("ensure(", "(").replace(", 0, 10)", ")")
    found, expected = compiled(elaborated(HEAD + text)), compiled(elaborated(HEAD + plain))
    assert required(found) == 0
    assert count_rounds(found) == count_rounds(expected)


def test_the_range_is_known_from_there_on() -> None:
    text = "z = x[0] * y[0]\n{}reveal z * z * z as r\n"
    lines = ("", "z = ensure(z, 0, 1000)\n")
    assert [bool(report_ranges(elaborated(HEAD + text.format(line))).limits) for line in lines] == [True, False]


def test_cleared_rows_may_hold_anything() -> None:
    head = "party alice\nparty bob\ninput t: table[a: int32, b: int32] from alice\ninput y: int32 from bob\n"
    program = elaborated(head + "f = filter(t, t.b > y)\nreveal sum(ensure(f.a, 0, 9)) as r\n", {"rows(t)": 3})
    inputs = {"t.a": np.array([1, 99, 5]), "t.b": np.array([3, 0, 3]), "y": np.array(1)}
    both = run_both_ways(program, inputs)
    assert both.clear["bob"]["r"] == both.protected["bob"]["r"] == 6
    with pytest.raises(EvaluationError, match=r"outside 0\.\.9"):
        evaluate(program, inputs | {"t.b": np.array([3, 3, 3])})


@pytest.mark.parametrize(("low", "high"), [(0, 9), (2, 9), (-9, -2)])
def test_missing_values_are_not_asked(low: int, high: int) -> None:
    text = "party alice\nparty bob\ninput t: table[a: int32?] from alice\ninput y: int32 from bob\n"
    text += f"e = ensure(t.a + y, {low}, {high})\nreveal sum(e) as s\nreveal count(not missing(e)) as n\n"
    program = elaborated(text, {"rows(t)": 3})
    bits = next(
        name
        for name in map(str, (each.attributes["name"] for each in program.body.operations if each.name == "input"))
        if name not in ("t.a", "y")
    )
    inputs = {"t.a": np.array([low, 0, high]), bits: np.array([True, False, True]), "y": np.array(0)}
    both = run_both_ways(program, inputs)
    assert both.clear["bob"]["s"] == both.protected["bob"]["s"] == low + high
    with pytest.raises(CheckFailed, match="lies outside"):
        run_both_ways(program, inputs | {"t.a": np.array([low, 0, high + 1])})


def run_clear(text: str) -> np.ndarray:
    return evaluate(elaborated(text), {}).by_role["a"]["r"]


WRONG = {
    "reveal ensure(3, 5, 1) as r": "`lo`",
    "reveal ensure(3, 0.5, 4) as r": "whole number",
    "reveal ensure(7, 0, 5) as r": "lies outside 0..5",
    "reveal ensure(1.5, 0, 1) as r": "lies outside 0..1",
    "reveal ensure(3, [0, 1], 5) as r": "`lo`",
    "input s: int from a\nreveal ensure(3, s, 5) as r": "must be public",
    "input s: int\nreveal ensure(3, s, 5) as r": "when the program is compiled",
    "def f(x: int[0..3]):\n    return x\nreveal f(4) as r": "lies outside 0..3",
    "def f(x: bool[0..3]):\n    return x\nreveal f(True) as r": "takes no bounds",
}


@pytest.mark.parametrize("text", WRONG)
def test_what_cannot_be_is_told_when_the_program_is_compiled(text: str) -> None:
    with pytest.raises(CompileError) as caught:
        elaborated(f"party a\n{text}\n")
    assert WRONG[text] in str(caught.value)


def test_static_numbers_within_bounds_are_themselves() -> None:
    assert run_clear("party a\nreveal ensure(1.5, 0, 2) as r\n") == 3 * ONE // 2
    assert run_clear("party a\ndef f(x: int[0..3]):\n    return zeros(x)\nreveal f(2) as r\n").shape == (2,)
