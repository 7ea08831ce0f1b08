"""The grammar at work. In: a text, or tokens. Out: tokens, or Lark's parse tree.

Only this file knows how Lark is set up. The LALR tables are kept in a file (see `tables`), which is read at first use.
"""

import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from lark import Lark, Token, Tree
from lark.exceptions import UnexpectedToken

from . import tables

GRAMMAR = Path(__file__).with_name("grammar.lark")
TABLES = GRAMMAR.with_name("grammar.json")

# Terminals for text that is no word of the language. A BAD_NAME looks like a name to the grammar but not to Unicode.
BAD_TOKENS = frozenset({"BAD_STRING", "BAD_PREFIX", "BAD_NUMBER", "BAD_SIGN", "BAD_CHARACTER", "BAD_NAME"})

HEADERS = frozenset({"IF", "ELIF", "ELSE", "FOR", "WHILE", "DEF"})
"""The terminals that begin the header of a block."""


class _Unfiltered:
    """Makes Lark keep the terminals that no rule mentions, and changes nothing in the stream."""

    always_accept = (*sorted(BAD_TOKENS - {"BAD_NAME"}), "COMMENT", "LINE_END")

    def process(self, stream: Iterator[Token]) -> Iterator[Token]:
        return stream


@dataclass(frozen=True, slots=True)
class Stop:
    """The place where a parse stopped: `tokens[position]` is not one of the terminals `expected`."""

    position: int
    expected: frozenset[str]


@cache
def _lark() -> Lark:
    grammar = GRAMMAR.read_text(encoding="utf-8")
    known = tables.read(TABLES.read_text(encoding="utf-8"), grammar, postlex=_Unfiltered())
    return _made(grammar) if known is None else known


def made_tables() -> str:
    """The content of the file `TABLES`, made from the grammar."""
    grammar = GRAMMAR.read_text(encoding="utf-8")
    return tables.written(_made(grammar), grammar)


def _made(grammar: str) -> Lark:
    return Lark(
        grammar,
        parser="lalr",
        lexer="basic",
        start=["module", "line"],
        postlex=_Unfiltered(),
        propagate_positions=True,
        maybe_placeholders=True,
    )


def split(text: str) -> Iterator[Token]:
    """All tokens of `text`, including comments, line ends and malformed tokens. Never fails."""
    start = _lark().parse_interactive(text, start="module")
    for token in _with_marks(start.lexer_thread.lex(start.parser_state)):
        is_bad_name = token.type == "NAME" and not token.isidentifier()
        yield token.update(type="BAD_NAME") if is_bad_name else token


def _with_marks(tokens: Iterable[Token]) -> Iterator[Token]:
    """The tokens; those that combining marks join to one name are one, as in a name of Unicode's decomposed form.

    No pattern of the grammar says what a mark is: Python's regular expressions do not know.
    """
    held: Token | None = None
    for token in tokens:
        if held is not None and held.end_pos == token.start_pos and _is_joined(held, token):
            held = _joined(held, token)
            continue
        if held is not None:
            yield held
        held = token
    if held is not None:
        yield held


def _is_joined(before: Token, token: Token) -> bool:
    at_mark = any(unicodedata.category(sign).startswith("M") for sign in (before[-1], token[0]))
    return at_mark and f"{before}{token}".isidentifier()


def _joined(before: Token, token: Token) -> Token:
    joined = Token.new_borrow_pos("NAME", f"{before}{token}", before)
    joined.end_line, joined.end_column, joined.end_pos = token.end_line, token.end_column, token.end_pos
    return joined


def parse_module(tokens: Iterable[Token]) -> Tree | Stop:
    """The parse tree of a whole file. Its lines and blocks end in layout tokens. A Stop if it does not parse."""
    return _parse(tokens, "module")


def parse_line(tokens: Iterable[Token]) -> Tree | Stop:
    """The parse tree of one line alone: a statement, or the header of a block. A Stop if it does not parse."""
    return _parse(tokens, "line")


def _parse(tokens: Iterable[Token], start: str) -> Tree | Stop:
    parser = _lark().parse_interactive(start=start)
    position = 0
    try:
        for token in tokens:
            parser.feed_token(token)
            position += 1
        return parser.feed_eof()
    except UnexpectedToken:
        return Stop(position, frozenset(parser.accepts()))


@cache
def signs() -> dict[str, str]:
    """The text of each terminal that is always written alike: `{"LPAR": "(", "REVEAL": "reveal", ...}`."""
    return {
        terminal.name: terminal.pattern.value for terminal in _lark().terminals if terminal.pattern.type == "str"
    }  # fmt: skip


@cache
def terminals() -> frozenset[str]:
    """The names of all terminals."""
    return frozenset(terminal.name for terminal in _lark().terminals)
