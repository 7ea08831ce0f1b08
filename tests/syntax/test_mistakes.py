"""The table of malformed lines: each row's example is answered by that row, and by one message."""

import pytest
from tacit.compiler.diagnostics import CompileError
from tacit.compiler.source import Source
from tacit.compiler.syntax import grammar
from tacit.compiler.syntax.broken import Broken, Mistake
from tacit.compiler.syntax.layout import lay_out
from tacit.compiler.syntax.mistakes import MISTAKES, recognise
from tacit.compiler.syntax.parser import parse


@pytest.mark.parametrize("row", MISTAKES, ids=lambda row: row.example)
def test_example_is_recognised_as_its_row(row: Mistake) -> None:
    line = lay_out(Source("example", "example", row.example)).lines[0]
    tokens = (*line.tokens, line.end)
    stop = grammar.parse_line(tokens)
    assert isinstance(stop, grammar.Stop)
    assert recognise(Broken(tokens, stop.position, stop.expected)) is row


@pytest.mark.parametrize("row", MISTAKES, ids=lambda row: row.example)
def test_message_names_what_was_expected_and_found_and_a_remedy(row: Mistake) -> None:
    with pytest.raises(CompileError) as caught:
        parse(Source("example", "example", row.example))
    assert len(caught.value.diagnostics) == 1
    told = caught.value.diagnostics[0]
    assert all((told.problem, told.expected, told.found, told.remedy))
    assert told.span.line == 1


def test_no_two_rows_have_one_example() -> None:
    examples = [row.example for row in MISTAKES]
    assert len(examples) == len(set(examples))


def test_every_terminal_a_row_names_exists() -> None:
    known = {
        *grammar.signs(),
        *grammar.signs().values(),
        *grammar.terminals(),
        "_NEWLINE",
        "RESERVED",
        "SELECT",
        "WHERE",
    }
    for row in MISTAKES:
        named = " ".join((row.first, row.before, row.at, row.after, row.wants)).split()
        assert [word for word in named if word.isupper() and word not in known] == []
