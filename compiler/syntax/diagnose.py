"""Every mistake of a file that did not parse. In: its logical lines. Out: diagnostics, at most one for each wrong line.

Each line is read alone, so that one mistake neither hides nor causes another. Then lines are compared with each other:
a block must follow a header and nothing else, and `else` must follow an `if`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from lark import Token

from ..diagnostics import Diagnostic
from ..source import Source
from . import grammar, messages, tree
from .bad_words import bad_word
from .broken import Broken
from .build import build
from .layout import Line
from .mistakes import recognise
from .words import span_of


@dataclass(frozen=True, slots=True)
class Reading:
    """A line read alone.

    `header` is the header of a block, as `Builder` gives it, and `statement` is the statement on the line; either is
    None if the line has none. A line that `is_sound` has at least one of them, and no mistakes.
    """

    line: Line
    is_sound: bool
    header: Any = None
    statement: tree.Statement | None = None
    mistakes: tuple[Diagnostic, ...] = ()


def read_line(source: Source, line: Line) -> Reading:
    """The line, read alone. Mistakes of its brackets are reported by `layout`."""
    if line.is_broken:
        return Reading(line, False)
    bad = {token.type: token for token in reversed(line.tokens) if token.type in grammar.BAD_TOKENS}
    if bad:
        return Reading(line, False, mistakes=tuple(bad_word(source, token) for token in bad.values()))
    tokens = (*line.tokens, line.end)
    parsed = grammar.parse_line(tokens)
    if isinstance(parsed, grammar.Stop):
        broken = Broken(tokens, parsed.position, parsed.expected)
        marked, problem, expected, found, remedy = recognise(broken).say(broken)
        told = Diagnostic(span_of(source, marked), problem, expected, found, remedy)
        return Reading(line, False, mistakes=(told,))
    (header, statement), mistakes = build(source, parsed)
    return Reading(line, not mistakes, header, statement, tuple(mistakes))


def diagnose(source: Source, readings: Sequence[Reading]) -> list[Diagnostic]:
    """The mistakes of the lines, one by one and together."""
    found = [mistake for reading in readings for mistake in reading.mistakes]
    return [*found, *_misplaced(source, readings)]


def _misplaced(source: Source, readings: Sequence[Reading]) -> Iterator[Diagnostic]:
    """Reports blocks without a header, headers without a block, and `else` without `if`."""
    lines, sound = [reading.line for reading in readings], [reading.is_sound for reading in readings]
    openers: list[Token | None] = []  # for each open block, the first word of the last line directly in it
    previous: Line | None = None
    for position, line in enumerate(lines):
        first = line.tokens[0]
        if previous is not None and line.depth <= previous.depth and _opens_block(previous) and sound[position - 1]:
            yield messages.no_block(source, previous.tokens[0], first)
        if line.depth > (previous.depth if previous else 0) and (
            previous is None or (sound[position - 1] and not _opens_block(previous))
        ):
            yield messages.unexpected_indent(source, first)
        del openers[line.depth + 1 :]
        openers += [None] * (line.depth + 1 - len(openers))
        opener = openers[-1]
        follows_if = opener is not None and opener.type in {"IF", "ELIF"}
        if sound[position] and first.type in {"ELIF", "ELSE"} and not follows_if:
            yield messages.no_if(source, first, opener)
        openers[-1] = first
        previous = line
    if previous is not None and _opens_block(previous) and sound[-1]:
        yield messages.no_block(source, previous.tokens[0], None)


def _opens_block(line: Line) -> bool:
    return line.tokens[0].type in grammar.HEADERS and line.tokens[-1].type == "COLON"
