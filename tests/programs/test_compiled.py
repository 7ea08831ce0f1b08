"""What lowering gives: a record of one program at four points of its way, which ends in the check of every party."""

from dataclasses import replace
from typing import Any

import pytest
from tacit.compiler import pipeline
from tacit.compiler.diagnostics import CompileError
from tacit.compiler.ir.rewrite import walk
from tacit.compiler.pipeline import lower
from tacit.compiler.stages import Stage
from tacit.runtime.graph.check import MOST_ELEMENTS, MOST_PARTIES, MOST_TURNS, check
from tacit.runtime.graph.errors import GraphError

from tests.programs.running import elaborated
from tests.programs.test_share_kinds import target_for

HEAD = "party a\nparty b\n"
PROGRAM = f"""{HEAD}input x: int32[n] from a
input y: int32[n] from b

def above(x, y):
    return count(x * y > 5)

reveal above(x, y) as first
reveal above(y, x + 1) as second
"""


def test_an_elaborated_program_has_no_calls() -> None:
    names = [operation.name for operation in walk(elaborated(PROGRAM).body)]
    assert "call" not in names
    assert names.count("less") == 2


@pytest.mark.parametrize("optimize", [0, 1, 2])
def test_the_record_has_the_program_at_four_points(optimize: int) -> None:
    program = elaborated(PROGRAM)
    stages: list[Stage] = []
    compiled = lower(program, replace(target_for(program, "rep3"), optimize=optimize), stages.append)
    assert compiled.inlined is program
    made = {stage.name: stage.made for stage in stages}
    assert compiled.kinds is made["choose_shares"]
    assert compiled.shared is made["require_capabilities"]
    secret = [value for each in walk(compiled.kinds.body) for value in each.results if value.share]
    assert secret and not any(value.share for each in walk(compiled.shared.body) for value in each.results)
    assert stages[-1].name == "check" and stages[-2].made is compiled.graph
    check(compiled.graph)


def test_a_graph_that_parties_would_refuse_is_not_given(monkeypatch: pytest.MonkeyPatch) -> None:
    def backwards(graph: Any) -> Any:
        return replace(graph, body=graph.body[::-1])

    backwards.__name__ = "batch_rounds"
    monkeypatch.setattr(pipeline, "batch_rounds", backwards)
    program = elaborated(PROGRAM)
    with pytest.raises(GraphError, match="read before it is bound"):
        lower(program, target_for(program, "rep3"))


LARGE = [
    (
        "input x: int32[n] from a\nreveal sum(x[:3]) as s\n",
        {"n": 4 * MOST_ELEMENTS},
        "test.mpc:3:7: error: this program is too large for a party to run\n"
        "    3 | input x: int32[n] from a\n"
        "      |       ^\n"
        "  found: an array that has shape [4398046511104]: more than 1,099,511,627,776 elements\n"
        "  help: run it on less data, or on one part of the data after the other",
    ),
    (
        f"input x: int8 from a\ninput y: int8 from b\nfor i in range({2 * MOST_TURNS}):\n    x = x * y\nreveal x\n",
        {},
        "test.mpc:5:1: error: this program is too large for a party to run\n"
        f"    5 | for i in range({2 * MOST_TURNS}):\n"
        "      | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^\n"
        "  found: a repeat of 562,949,953,421,312 turns, 281,474,976,710,656 at most\n"
        "  help: run it on less data, or on one part of the data after the other",
    ),
]


@pytest.mark.parametrize(("text", "sizes", "message"), LARGE)
def test_a_program_that_is_too_large_for_a_party_is_refused_at_its_line(
    text: str, sizes: dict[str, int], message: str
) -> None:
    program = elaborated(HEAD + text, sizes)
    with pytest.raises(CompileError) as caught:
        lower(program, target_for(program, "rep3"))
    assert str(caught.value) == message


def test_too_many_parties_have_no_line_of_their_own() -> None:
    text = "".join(f"party p{number}\n" for number in range(MOST_PARTIES)) + "reveal 1 as s\n"
    program = elaborated(text)
    with pytest.raises(CompileError, match=r"test\.mpc:1:1: error: this program is too large"):
        lower(program, target_for(program, "rep3"))
