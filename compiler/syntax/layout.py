"""Lines and blocks, found by brackets and indentation. In: a source. Out: its logical lines, and mistakes.

A logical line ends at the first line end outside brackets:

    x = f(a,            one line of eight words, at depth 0
          b)
    if c:               depth 0
        y = 1           depth 1
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from lark import Token

from ..diagnostics import Diagnostic
from ..source import Source
from . import grammar, messages

_CLOSING = {"LPAR": "RPAR", "LSQB": "RSQB"}
# Words that never start a line inside brackets. If one of them does, a bracket above was left open.
_STARTERS = frozenset(
    [
        "PARTY",
        "PARTIES",
        "INPUT",
        "PARAM",
        "OPTION",
        "REVEAL",
        "SAVE",
        "ASSERT",
        "RETURN",
        "DEF",
        "WHILE",
        "ELIF",
        "FROM",
    ]
)
_RETRIES = 20


@dataclass(frozen=True, slots=True)
class Line:
    """A logical line: its words without comments, and the number of blocks that it stands in.

    `is_broken` says that its brackets do not fit, so that looking for further mistakes in it is useless.
    """

    tokens: tuple[Token, ...]
    depth: int
    is_broken: bool

    @property
    def end(self) -> Token:
        """The layout token that ends this line."""
        return _after("_NEWLINE", self.tokens[-1])


@dataclass(frozen=True, slots=True)
class Layout:
    """A file's logical lines, and the `mistakes` that brackets and indentation alone show."""

    lines: tuple[Line, ...]
    mistakes: tuple[Diagnostic, ...]


def lay_out(source: Source) -> Layout:
    """The logical lines of a file, and the mistakes of its brackets and indentation."""
    words = [token for token in grammar.split(source.text) if token.type != "COMMENT"]
    found: list[Diagnostic] = []
    cut = list(_cut(source, words, found))
    depths = _depths(source, [tokens[0] for tokens, _ in cut], found)
    lines = (Line(tuple(tokens), depth, broken) for (tokens, broken), depth in zip(cut, depths, strict=True))
    return Layout(tuple(lines), tuple(found))


def resumed(source: Source, lines: Iterable[Line]) -> tuple[Line, ...]:
    """The lines, with each line whose brackets do not fit cut into what is likely one statement each.

    A bracket that was left open takes in the statements below it. Here a line of the text continues the line above only
    under three conditions: a bracket is open; the line is indented further than the statement began; the statement is
    not a header that has come to its `:`.
    """
    cut = [piece for line in lines for piece in (_pieces(line) if line.is_broken else [(line.tokens, False)])]
    depths = _depths(source, [tokens[0] for tokens, _ in cut], [])
    return tuple(Line(tokens, depth, broken) for (tokens, broken), depth in zip(cut, depths, strict=True))


def _pieces(line: Line) -> Iterator[tuple[tuple[Token, ...], bool]]:
    """The pieces of a line, and for each whether its brackets do not fit."""
    start, opened, broken = 0, list[str](), False
    for position, word in enumerate(line.tokens):
        starts_line = position > start and word.line > line.tokens[position - 1].end_line
        is_outside = word.column <= line.tokens[start].column and word.type not in _CLOSING.values()
        is_block = line.tokens[start].type in grammar.HEADERS and line.tokens[position - 1].type == "COLON"
        if starts_line and (not opened or is_outside or is_block):
            yield line.tokens[start:position], broken or bool(opened)
            start, opened, broken = position, [], False
        if word.type in _CLOSING:
            opened.append(_CLOSING[word.type])
        elif word.type in _CLOSING.values():
            broken = broken or not opened or opened.pop() != word.type
    yield line.tokens[start:], broken or bool(opened)


def tokens_of(lines: Iterable[Line]) -> Iterator[Token]:
    """The words of all lines, with the layout tokens that the grammar needs between them."""
    depth = 0
    end = Token("_DEDENT", "", 0, 1, 1, 1, 1, 0)
    for line in lines:
        step = "_INDENT" if line.depth > depth else "_DEDENT"
        yield from (_after(step, end) for _ in range(abs(line.depth - depth)))
        depth = line.depth
        yield from line.tokens
        end = line.tokens[-1]
        yield line.end
    yield from (_after("_DEDENT", end) for _ in range(depth))


def _after(kind: str, token: Token) -> Token:
    """A layout token without width, right after `token`."""
    line, column, position = token.end_line, token.end_column, token.end_pos
    return Token(kind, "", position, line, column, line, column, position)


# --- brackets ---------------------------------------------------------------------------------------------------------


def _cut(source: Source, words: Sequence[Token], found: list[Diagnostic]) -> Iterator[tuple[list[Token], bool]]:
    """The logical lines. A bracket that is never closed ends where the next statement seems to start."""
    start, retries = 0, 0
    while start < len(words):
        opened: list[Token] = []
        broken = False
        stop = start
        while stop < len(words) and (opened or words[stop].type != "LINE_END"):
            word = words[stop]
            if opened and _is_starter(words, stop):
                break
            if word.type in _CLOSING:
                opened.append(word)
            elif word.type in _CLOSING.values():
                opening = opened.pop() if opened else None
                if (opening is None or _CLOSING[opening.type] != word.type) and not broken:
                    broken = True
                    found.append(messages.wrong_closing(source, word, opening))
            stop += 1
        if opened:
            if stop == len(words) and retries < _RETRIES:
                retries += 1
                stop = _likely_end(words, start)
            if not broken:
                opening = _left_open(words[start:stop]) or opened[0]
                found.append(messages.unclosed(source, opening, words[stop] if stop < len(words) else None))
            broken = True
        line = [word for word in words[start:stop] if word.type != "LINE_END"]
        if line:
            yield line, broken
        start = stop + (stop < len(words) and words[stop].type == "LINE_END")


def _left_open(words: Sequence[Token]) -> Token | None:
    """The last bracket among `words` that is not closed; None if all are."""
    opened: list[Token] = []
    for word in words:
        if word.type in _CLOSING:
            opened.append(word)
        elif opened and word.type in _CLOSING.values():
            opened.pop()
    return opened[-1] if opened else None


def _is_starter(words: Sequence[Token], position: int) -> bool:
    if words[position].type not in _STARTERS or words[position - 1].type != "LINE_END":
        return False
    return position + 1 == len(words) or words[position + 1].type != "EQUAL"


def _likely_end(words: Sequence[Token], start: int) -> int:
    """Where the line that starts at `start` would end if it had no bracket that nothing closes."""
    margin = words[start].column
    for position in range(start + 1, len(words)):
        word = words[position]
        starts_line = words[position - 1].type == "LINE_END"
        if starts_line and word.column <= margin and word.type not in {"LINE_END", *_CLOSING.values()}:
            return position
    return len(words)


# --- indentation ------------------------------------------------------------------------------------------------------


def _depths(source: Source, firsts: Iterable[Token], found: list[Diagnostic]) -> Iterator[int]:
    """For each line how many blocks it stands in, from its first word."""
    margins = [0]
    tabs: list[Token] = []
    for first in firsts:
        space = source.text[first.start_pos - first.column + 1 : first.start_pos]
        if "\t" in space:
            tabs.append(first)
        margin = len(space.expandtabs(4))
        known = tuple(margins)
        while margins[-1] > margin:
            margins.pop()
        if margins[-1] < margin:
            if len(margins) < len(known) and not tabs:
                found.append(messages.wrong_dedent(source, first, margin, known))
            margins.append(margin)
        yield len(margins) - 1
    if tabs:
        found.append(messages.tab(source, tabs[0], len(tabs)))
