"""Canonical layout, `tacit fmt`. In: a source that parses. Out: the same program, its words spaced and indented afresh.

Words and comments stay, in their order, and so do line breaks inside a statement. The space between words changes:

    if x>1 : y=f( a,b )#why         if x > 1:
                                        y = f(a, b)  # why

Blocks are indented by four spaces and start on a line of their own. Runs of blank lines shrink to one, or to two
between outermost statements. A function there has at least one blank line before and after it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from lark import Token

from ..source import Source
from . import grammar
from .layout import lay_out
from .parser import parse
from .spacing import gaps

_OPENING = frozenset({"LPAR", "LSQB"})
_CLOSING = frozenset({"RPAR", "RSQB"})
_INDENT = "    "


@dataclass(frozen=True, slots=True)
class _Row:
    """A logical line with the comments in it and after it, or a lone comment. `blanks` blank lines precede it."""

    tokens: tuple[Token, ...]
    depth: int
    blanks: int

    @property
    def is_comment(self) -> bool:
        return bool(self.tokens[0].type == "COMMENT")

    @property
    def is_function(self) -> bool:
        return self.depth == 0 and bool(self.tokens[0].type == "DEF")

    @property
    def is_header(self) -> bool:
        words = [token.type for token in self.tokens if token.type != "COMMENT"]
        return bool(words) and words[0] in grammar.HEADERS and words[-1] == "COLON"


def format_source(source: Source) -> str:
    """The text of a program in canonical layout. Raises CompileError if the program does not parse."""
    parse(source)
    rows = [part for row in _rows(source) for part in _unfolded(row)]
    texts = []
    for row, blanks in zip(rows, _blank_lines(rows), strict=True):
        texts.append("\n" * blanks + "\n".join(_lines(row)) + "\n")
    return "".join(texts)


# --- what stands on which line ----------------------------------------------------------------------------------------


def _rows(source: Source) -> Iterator[_Row]:
    """The file's logical lines and lone comments, each with the depth of the block that it belongs to."""
    lines = list(lay_out(source).lines)
    groups = list(_groups(source))
    margins: list[int] = []
    end = 0
    position = 0
    for group in groups:
        first = group[0]
        following = lines[position] if position < len(lines) else None
        if first.type == "COMMENT":
            depth = _comment_depth(first.column, margins, following.depth if following else 0)
        else:
            assert following is not None
            depth = following.depth
            margins[depth:] = [first.column]
            position += 1
        yield _Row(tuple(group), depth, first.line - end - 1)
        end = group[-1].end_line


def _groups(source: Source) -> Iterator[list[Token]]:
    """The tokens that belong together: a logical line with its comments, or a comment alone on its line."""
    group: list[Token] = []
    open_brackets = 0
    for token in grammar.split(source.text):
        if token.type != "LINE_END":
            group.append(token)
            open_brackets += (token.type in _OPENING) - (token.type in _CLOSING)
        elif group and not open_brackets:
            yield group
            group = []
    if group:
        yield group


def _comment_depth(column: int, margins: Sequence[int], following: int) -> int:
    """The depth of a lone comment: as the next line, or as a block that ends here and is indented like the comment."""
    deeper = (depth for depth in range(following + 1, len(margins)) if margins[depth] <= column)
    return max(deeper, default=following)


def _unfolded(row: _Row) -> Iterator[_Row]:
    """A row; or two rows if a header and its block share a line."""
    end = _header_end(row.tokens)
    if any(token.type != "COMMENT" for token in row.tokens[end:]):
        yield replace(row, tokens=row.tokens[:end])
        yield _Row(row.tokens[end:], row.depth + 1, 0)
    else:
        yield row


def _header_end(tokens: Sequence[Token]) -> int:
    """The number of words up to the colon that opens a block; all words if none does."""
    open_brackets = 0
    for position, token in enumerate(tokens if tokens[0].type in grammar.HEADERS else ()):
        open_brackets += (token.type in _OPENING) - (token.type in _CLOSING)
        if token.type == "COLON" and not open_brackets:
            return position + 1
    return len(tokens)


# --- blank lines ------------------------------------------------------------------------------------------------------


def _blank_lines(rows: Sequence[_Row]) -> Iterator[int]:
    """For each row the number of blank lines before it."""
    starts_function = _starts_function(rows)
    in_function = False
    if rows:
        yield 0
    for position, (before, row) in enumerate(pairwise(rows), start=1):
        if before.depth == 0 and not before.is_comment:
            in_function = before.is_function
        is_attached = before.is_comment and before.depth == 0 and row.blanks == 0
        is_docstring = position == 1 and [token.type for token in before.tokens] == ["STRING"]
        is_apart = row.depth == 0 and (starts_function[position] or in_function or is_docstring)
        if before.is_header or row.tokens[0].type in {"ELIF", "ELSE"}:
            yield 0
        elif is_apart and not is_attached:
            yield min(max(row.blanks, 1), 2)
        else:
            yield min(row.blanks, 2 if row.depth == 0 else 1)


def _starts_function(rows: Sequence[_Row]) -> list[bool]:
    """For each row whether it is an outermost function's header, or one of the comments right above one."""
    found = [row.is_function for row in rows]
    for position in reversed(range(len(rows) - 1)):
        row, after = rows[position], rows[position + 1]
        found[position] |= row.depth == 0 and row.is_comment and after.blanks == 0 and found[position + 1]
    return found


# --- the text of one row ----------------------------------------------------------------------------------------------


def _lines(row: _Row) -> Iterator[str]:
    """The text of a row. If the row was broken into several lines, it still is."""
    gap = gaps(row.tokens)
    brackets: list[int] = []  # for each open bracket, the number of the line that opened it
    number = 0
    text = _INDENT * row.depth
    for position, token in enumerate(row.tokens):
        before = row.tokens[position - 1] if position else None
        if before is not None and token.line > before.end_line:
            is_bare = not brackets and token.type != "COMMENT"
            yield text + (" \\" if is_bare else "")
            number += 1
            text = _INDENT * (row.depth + _levels(brackets, row.tokens, position, is_bare))
        elif before is not None:
            text += gap[position]
        if token.type in _OPENING:
            brackets.append(number)
        elif token.type in _CLOSING:
            brackets.pop()
        text += _comment(token) if token.type == "COMMENT" else str(token).replace("\r\n", "\n")
    yield text


def _levels(brackets: Sequence[int], tokens: Sequence[Token], position: int, is_bare: bool) -> int:
    """How many levels deeper a continued line stands: one for each bracketed line that it does not begin to close."""
    open_brackets = len(brackets)
    while open_brackets and tokens[position].type in _CLOSING:
        open_brackets -= 1
        position += 1
    return len(set(brackets[:open_brackets])) + is_bare


def _comment(token: Token) -> str:
    text = token.rstrip()
    return text if text[1:2] in {"", " ", "#", "!"} else f"# {text[1:]}"
