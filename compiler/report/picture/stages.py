"""What each pass made of a program, as text with marks of change. In: IR before and after passes. Out: `Stage`s.

Each text numbers its values anew, so lines that differ only in the numbers of values count as the same.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from ...compiled import Compiled
from ...ir.print import print_program
from ...ir.program import Operation, Program, Region
from ...source import Source
from ...stages import Stage as Made

KEPT, ADDED, REMOVED = "=", "+", "-"
_LONGEST = 400
"""Longer lines are cut: constants are data, not something to read."""

_NUMBER = re.compile(r"%\d+")


@dataclass(frozen=True, slots=True)
class Stage:
    """The program after a pass: its `lines`, and the lines that the pass removed, each with its mark."""

    name: str
    lines: tuple[tuple[str, str], ...]


def programs_of(compiled: Compiled, made: Iterable[Made]) -> tuple[tuple[str, Program], ...]:
    """The IR before any pass and after each pass, by the pass's name. `made` is what lowering reported."""
    passes = ((stage.name, stage.made) for stage in made if isinstance(stage.made, Program))
    return (("elaborate", compiled.inlined), *passes)


def stages_of(programs: Sequence[tuple[str, Program]]) -> tuple[Stage, ...]:
    """One stage for each (pass, program). The first is the start and has no marks."""
    stages = []
    before: list[str] | None = None
    for name, program in programs:
        after = [_cut(line) for line in print_program(program).splitlines()]
        marked = _marked(after if before is None else before, after)
        stages.append(Stage(name, tuple(marked)))
        before = after
    return tuple(stages)


def sources_of(program: Program) -> tuple[Source, ...]:
    """The texts that a program comes from: its own, and the texts of the modules that it imports."""
    return tuple({operation.span.source.name: operation.span.source for operation in _inside(program.body)}.values())


def _inside(region: Region) -> Iterator[Operation]:
    for operation in region.operations:
        yield operation
        for inner in operation.regions:
            yield from _inside(inner)


def _cut(line: str) -> str:
    """A line of bearable length. It keeps its end, where its place in the source stands."""
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST // 2]} ... {line[-_LONGEST // 2 :]}"


def _marked(before: list[str], after: list[str]) -> Iterator[tuple[str, str]]:
    old, new = ([_NUMBER.sub("%", line) for line in lines] for lines in (before, after))
    matcher = SequenceMatcher(None, old, new)
    at, new_at = 0, 0
    for match in matcher.get_matching_blocks():
        end = match.b + match.size
        yield from ((REMOVED, line) for line in before[at : match.a])
        yield from ((ADDED, line) for line in after[new_at : match.b])
        yield from ((KEPT, line) for line in after[match.b : end])
        at, new_at = match.a + match.size, end
