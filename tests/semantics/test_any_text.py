"""Any text can be asked: random programs, sound and damaged. Nothing is raised, and sound lines answer."""

import random

from hypothesis import assume, given, settings
from hypothesis import strategies as st
from tacit.compiler.semantics.meanings import spots
from tacit.compiler.syntax import grammar, tree

from tests.programs.generate import RandomProgram, programs
from tests.semantics.asking import asked, occurrence
from tests.semantics.running import operations
from tests.syntax.texts import PROGRAMS, SOUPS, damaged


@settings(max_examples=60, deadline=None, derandomize=True)
@given(programs())
def test_each_name_of_a_sound_program_has_the_type_that_elaboration_gave(program: RandomProgram) -> None:
    assume("range(0)" not in program.source)
    found = asked(program.source)
    assert found.program is not None
    for spot in spots(found.meanings.trees[0].body):
        told = found.meanings.at(spot.span.line, spot.span.column)
        assert told is not None
        if isinstance(spot, tree.Name | tree.Reference):
            name = spot.text if isinstance(spot, tree.Name) else spot.name
            assert told.name == name
            assert told.senses
            assert told.bound
    for operation in operations(found.program):
        if operation.name == "reveal":
            told = occurrence(found, operation.span.line, operation.attributes["name"])
            given_ = operation.operands[0]
            assert [(one.shape, one.label) for one in told.senses] == [(given_.type.shape, given_.label)]
            assert told.senses[0].type.split("[")[0] == given_.type.element.kind.value


_WORDS = [*grammar.signs().values(), "x0", "v1", "1", "$", "'", "\n", "\n    ", "x9 = = 3\n", "f(\n"]


@settings(max_examples=150, deadline=None, derandomize=True)
@given(programs(), st.randoms(use_true_random=False))
def test_a_damaged_program_gives_nothing_but_diagnostics(program: RandomProgram, chance: random.Random) -> None:
    text = program.source
    words = list(grammar.split(text))
    for _ in range(chance.randint(1, 3)):
        word = chance.choice(words)
        put = chance.choice(["", "", *_WORDS])
        text = f"{text[: word.start_pos]}{put} {text[word.start_pos if chance.random() < 0.5 else word.end_pos :]}"
    found = asked(text)
    assert (found.program is None) == bool(found.diagnostics)
    found.meanings.occurrences()


@settings(max_examples=150, deadline=None, derandomize=True)
@given(st.one_of(SOUPS, PROGRAMS, damaged(PROGRAMS)))
def test_any_text_can_be_asked(text: str) -> None:
    found = asked(text)
    assert (found.program is None) == bool(found.diagnostics)
    for spot in spots(found.meanings.trees[0].body):
        assert found.meanings.at(spot.span.line, spot.span.column) is not None


_FRESH = ["new = = 1", "new = 1 +", "new(", "new.", "for new in", "if new", "new = [1, (2", "$", "input new: fixed["]


@settings(max_examples=60, deadline=None, derandomize=True)
@given(programs(), st.sampled_from(_FRESH), st.randoms(use_true_random=False))
def test_an_unreadable_line_changes_no_other(program: RandomProgram, line: str, chance: random.Random) -> None:
    lines = program.source.split("\n")
    place = chance.randrange(len(lines))
    before, after = asked(program.source), asked("\n".join([*lines[:place], line, *lines[place:]]))
    assert {one.span.line for one in after.diagnostics} == {place + 1}
    moved = [one for one in after.meanings.occurrences() if one.span.line != place + 1]
    assert len(moved) == len(before.meanings.occurrences())
    for old, new in zip(before.meanings.occurrences(), moved, strict=True):
        assert (old.name, old.senses) == (new.name, new.senses)
        assert old.span.line + (old.span.line > place) == new.span.line


@settings(max_examples=40, deadline=None, derandomize=True)
@given(programs(), st.randoms(use_true_random=False))
def test_a_lost_binding_is_told_once(program: RandomProgram, chance: random.Random) -> None:
    lines = program.source.split("\n")
    places = [number for number, line in enumerate(lines) if line.startswith("v") and " = " in line]
    assume(places)
    place = chance.choice(places)
    lines[place] += " +"
    found = asked("\n".join(lines))
    assert [one.span.line for one in found.diagnostics] == [place + 1]
