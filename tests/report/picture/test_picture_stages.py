"""The marks of what each pass changed."""

from itertools import pairwise

from tacit.compiler.ir.print import print_program
from tacit.compiler.report.picture.stages import ADDED, KEPT, REMOVED, sources_of, stages_of

from tests.report.examples import compiled


def test_marks_lead_from_each_program_to_the_next() -> None:
    programs = compiled("edit_distance")[2]
    stages = stages_of(programs)
    assert [stage.name for stage in stages] == [name for name, _ in programs]
    assert stages[0].name == "elaborate"
    assert {mark for mark, _ in stages[0].lines} == {KEPT}
    for stage, (_, program) in zip(stages, programs, strict=True):
        after = [line for mark, line in stage.lines if mark in (KEPT, ADDED)]
        assert after == print_program(program).splitlines()
    for before, stage in pairwise(stages):
        kept = sum(mark != REMOVED for mark, _ in before.lines)
        assert sum(mark in (KEPT, REMOVED) for mark, _ in stage.lines) == kept


def test_numbers_alone_are_no_change() -> None:
    """Every pass numbers the values anew, but what it leaves alone is not marked."""
    by_name = {stage.name: stage for stage in stages_of(compiled("millionaires")[2])}
    assert {mark for mark, _ in by_name["hoist_invariant"].lines} == {KEPT}


def test_sources_are_those_that_operations_come_from() -> None:
    _, source, programs = compiled("millionaires")
    assert sources_of(programs[0][1]) == (source,)
