"""What is predicted is what is measured: rounds and bytes, exactly, of examples and of random programs."""

import json
from pathlib import Path

import numpy as np
import pytest
import tacit
from hypothesis import HealthCheck, given, settings
from tacit.commands.reports import profile_json
from tacit.compiler.cost.cost import cost_by
from tacit.compiler.cost.places import line_of
from tacit.compiler.protocols.table import PROTOCOLS
from tacit.compiler.target import NETWORKS
from tacit.runtime.graph.nodes import Graph, Input
from tacit.runtime.graph.times import load_times
from tacit.runtime.run.party import PartyResult, run_in_memory
from tacit.runtime.run.trace import to_trace

from tests.programs.generate import RandomProgram, programs
from tests.programs.running import compiled, elaborated
from tests.programs.test_random_programs import SLOW, _encoded

EXAMPLES = Path(__file__).parents[2] / "examples"
NAMES = sorted(path.stem for path in EXAMPLES.glob("*/*.mpc") if path.stem == path.parent.name)


def agrees(graph: Graph, results: list[PartyResult]) -> None:
    """Asserts rounds, bytes, and that all parties saw loops turn alike."""
    assert results[0].profile is not None
    turns = results[0].profile.turns
    assert all(result.profile is not None and result.profile.turns == turns for result in results[: graph.nodes])
    predicted = cost_by(graph, line_of, NETWORKS["lan"], load_times())
    assert predicted.rounds(turns) == max(result.rounds for result in results)
    assert predicted.bytes(turns) == tuple(result.bytes_sent for result in results)


@pytest.mark.parametrize("protocol", sorted(PROTOCOLS))
@pytest.mark.parametrize("example", NAMES)
def test_examples(example: str, protocol: str) -> None:
    program = tacit.compile(EXAMPLES / example / f"{example}.mpc", protocol=protocol)
    result = program.run_local({}, EXAMPLES / example / "data", profiled=True)
    told = profile_json(result)["profile"]
    assert told["predicted"]["rounds"] == told["measured"]["rounds"]
    assert told["predicted"]["bytes"] == told["measured"]["bytes"]
    assert told["predicted"]["memory"] == told["measured"]["memory"]
    assert sum(line["rounds"] for line in told["lines"]) == told["measured"]["rounds"]


@settings(max_examples=60, deadline=None, suppress_health_check=[*SLOW, HealthCheck.filter_too_much], derandomize=True)
@given(programs())
def test_random_programs(program: RandomProgram) -> None:
    run(program.source, {name: _encoded(values) for name, values in program.inputs.items()})


WHILE = """\
party alice
party bob
input x: int16 from alice
input y: int16 from bob
count = 0
reveal x > y as go
while go:
    y = y + 3
    count += 1
    if count > 2:
        reveal x * y as product
    reveal x > y as go
reveal x - y as rest
"""


@pytest.mark.parametrize("x", [0, 1, 20])
def test_loops_of_unknown_length_by_the_turns_they_had(x: int) -> None:
    results = run(WHILE, {"x": x, "y": 0})
    assert results[0].rounds > 0


def run(source: str, inputs: dict[str, object]) -> list[PartyResult]:
    graph = compiled(elaborated(source))
    places = [node for node in graph.body if isinstance(node, Input)]
    split = [
        {node.name: np.asarray(inputs[node.name]) for node in places if party in node.at}
        for party in range(len(graph.parties))
    ]
    results = run_in_memory(graph, split, profiled=True)
    agrees(graph, results)
    return results


def test_a_trace_is_well_formed_and_holds_no_data() -> None:
    graph = compiled(elaborated(WHILE))
    results = run(WHILE, {"x": 31_337, "y": 31_330})
    trace = to_trace(graph, [result.profile for result in results if result.profile is not None])
    text = json.dumps(trace)
    assert "31337" not in text and "31330" not in text
    slices = [event for event in trace["traceEvents"] if event["ph"] == "X"]
    assert {event["pid"] for event in slices} == {0, 1, 2}
    assert {event["cat"] for event in slices} >= {"kernel", "round", "loop", "random"}
    for party, result in enumerate(results):
        rounds = [event for event in slices if event["pid"] == party and event["cat"] == "round"]
        assert sum(event["args"]["bytes sent"] for event in rounds) == result.bytes_sent
    open_until: dict[int, list[float]] = {}
    for event in slices:
        ends = open_until.setdefault(event["pid"], [])
        while ends and ends[-1] <= event["ts"]:
            ends.pop()
        end = event["ts"] + event["dur"]
        assert event["dur"] >= 0 and (not ends or end <= ends[-1])
        ends.append(end)
