"""A program of thousands of lines is compiled in seconds: its work grows with its lines, counted and not timed."""

from collections import Counter
from typing import Any

import pytest
from tacit.compilation import Options
from tacit.compiler.cost import prices
from tacit.compiler.pipeline import lower
from tacit.compiler.source import Source
from tacit.compiler.stages import Stage
from tacit.program import Program

from tests.programs.long_programs import long_program
from tests.programs.running import compiled, count_nodes, elaborated
from tests.programs.test_share_kinds import target_for

SIZES = {"items": 100}
SHORT, LONG = 300, 1200


@pytest.mark.parametrize("protocol", ["rep3", "semi2k"])
def test_nodes_grow_with_lines(protocol: str) -> None:
    short, long = (count_nodes(compiled(elaborated(long_program(n), SIZES), protocol)) for n in (SHORT, LONG))
    assert long < 1.1 * (LONG / SHORT) * short


def test_rules_are_expanded_for_prices_as_often_as_there_are_different_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    """Four times the lines ask for few new widths: a program of any length weighs a few hundred expansions."""
    calls: Counter[int] = Counter()
    batch_rounds = prices.batch_rounds
    for lines in (SHORT, LONG):
        program = elaborated(long_program(lines), SIZES)

        def counting(graph: Any, lines: int = lines) -> Any:
            calls[lines] += 1
            return batch_rounds(graph)

        monkeypatch.setattr(prices, "batch_rounds", counting)
        lower(program, target_for(program, "rep3"))
    assert 0 < calls[LONG] < 1.5 * calls[SHORT]


def test_every_stage_runs_as_often_as_the_pipeline_lists_it() -> None:
    """A program is elaborated once for its sizes, and its ranges are looked at once."""
    stages: list[Stage] = []
    program = Program(Source("t.mpc", "t.mpc", long_program(SHORT)), Options(sizes=SIZES), stages.append)
    graph = program.graph_for(SIZES)
    assert stages.pop().name == "check"
    counts = Counter(stage.name for stage in stages)
    assert [counts[name] for name in ("parse", "elaborate", "report_ranges", "choose_shares")] == [1, 1, 1, 1]
    assert stages[-1].made is graph
    assert all(stage.seconds >= 0 for stage in stages)
