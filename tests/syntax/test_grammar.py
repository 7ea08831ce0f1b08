"""The grammar itself: it has no conflicts that Lark would settle silently, and it is read once."""

import logging
from importlib.metadata import version
from pathlib import Path

import pytest
from lark import Lark, logger
from tacit.compiler.syntax import grammar, tables


def test_grammar_has_no_conflicts(caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logger, "propagate", True)
    text = Path(grammar.__file__).with_name("grammar.lark").read_text(encoding="utf-8")
    with caplog.at_level(logging.DEBUG, logger=logger.name):
        Lark(text, parser="lalr", lexer="basic", start=["module", "line"], debug=True)
    assert [record.message for record in caplog.records if "onflict" in record.message] == []


def test_each_text_can_be_split() -> None:
    assert [token.type for token in grammar.split("x = 1.2.3 ; 'a\n")] == [
        "NAME", "EQUAL", "BAD_NUMBER", "BAD_CHARACTER", "BAD_STRING", "LINE_END",
    ]  # fmt: skip


def test_the_tables_are_those_of_the_grammar() -> None:
    """If not: `python -m tests.syntax.renew`."""
    assert grammar.TABLES.read_text(encoding="utf-8") == grammar.made_tables()


def test_tables_of_another_grammar_or_lark_are_not_used() -> None:
    text, written = grammar.GRAMMAR.read_text(encoding="utf-8"), grammar.TABLES.read_text(encoding="utf-8")
    assert tables.read(written, text, postlex=None) is not None
    assert tables.read(written, text + "\n", postlex=None) is None
    assert tables.read(written.replace(f'"lark":"{version("lark")}"', '"lark":"0"'), text, postlex=None) is None
