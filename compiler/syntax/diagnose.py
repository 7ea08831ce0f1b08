"""Every mistake of a file that did not parse. In: its logical lines. Out: diagnostics, at most one for each wrong line.

Each line is parsed alone, so that one mistake neither hides nor causes another. Then the lines are held against each
other: a block must follow a header and nothing else, `else` must follow `if`.
"""

from collections.abc import Iterator, Sequence

from lark import Token

from ..diagnostics import Diagnostic
from ..source import Source
from . import grammar, messages
from .bad_words import bad_word
from .broken import Broken
from .build import build
from .layout import Line
from .mistakes import recognise
from .words import span_of

_HEADERS = frozenset({"IF", "ELIF", "ELSE", "FOR", "WHILE", "DEF"})


def diagnose(source: Source, lines: Sequence[Line]) -> list[Diagnostic]:
    """What is wrong with the lines, one by one and together."""
    found: list[Diagnostic] = []
    sound = []
    for line in lines:
        mistakes = [] if line.is_broken else list(_mistakes_in(source, line))
        found += mistakes
        sound.append(not mistakes and not line.is_broken)
    found += _misplaced(source, lines, sound)
    return found


def _mistakes_in(source: Source, line: Line) -> Iterator[Diagnostic]:
    """What is wrong with one line alone."""
    bad = {token.type: token for token in reversed(line.tokens) if token.type in grammar.BAD_TOKENS}
    if bad:
        yield from (bad_word(source, token) for token in bad.values())
        return
    tokens = (*line.tokens, line.end)
    parsed = grammar.parse_line(tokens)
    if isinstance(parsed, grammar.Stop):
        broken = Broken(tokens, parsed.position, parsed.expected)
        marked, problem, expected, found, remedy = recognise(broken).say(broken)
        yield Diagnostic(span_of(source, marked), problem, expected, found, remedy)
    else:
        yield from build(source, parsed)[1]


def _misplaced(source: Source, lines: Sequence[Line], sound: Sequence[bool]) -> Iterator[Diagnostic]:
    """Blocks without a header, headers without a block, `else` without `if`."""
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
    return line.tokens[0].type in _HEADERS and line.tokens[-1].type == "COLON"
