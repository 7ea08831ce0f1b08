"""What is wrong with a program, and how users are told. In: facts found by a stage. Out: one block of text each.

Stages build `Diagnostic` values and go on. `CompileError` carries all of them at once.
"""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import Enum

from ..runtime.graph.errors import TacitError
from .source import Span


@dataclass(frozen=True, slots=True)
class Note:
    """A second place that explains the first, for example where a secret comes from."""

    span: Span
    text: str


class Severity(Enum):
    """An error stops the program; a warning says what may go wrong while it runs."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One message. `problem` uses the words of the language reference; `remedy` says what to do about it."""

    span: Span
    problem: str
    expected: str = ""
    found: str = ""
    remedy: str = ""
    notes: tuple[Note, ...] = field(default=())
    severity: Severity = Severity.ERROR


class ProgramError(TacitError):
    """Something is wrong with the program itself, when it is compiled or when it runs."""

    status = 1


class CompileError(ProgramError):
    """A program is wrong; `diagnostics` has one entry for each mistake, in source order."""

    def __init__(self, diagnostics: Iterable[Diagnostic]) -> None:
        self.diagnostics = in_order(diagnostics)
        super().__init__("\n\n".join(render(diagnostic) for diagnostic in self.diagnostics))


def in_order(diagnostics: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """The diagnostics in the order in which users see them: each once, by its place in the source."""
    return tuple(sorted(set(diagnostics), key=_place))


def has_errors(diagnostics: Iterable[Diagnostic]) -> bool:
    """Whether one of the diagnostics stops the program."""
    return any(each.severity is Severity.ERROR for each in diagnostics)


def render(diagnostic: Diagnostic) -> str:
    """The message a user reads: place, line, caret, expected, found, remedy."""
    span = diagnostic.span
    parts = [f"{_position(span)}: {diagnostic.severity.value}: {diagnostic.problem}", *_marked_line(span)]
    for title, text in (("expected", diagnostic.expected), ("found", diagnostic.found)):
        if text:
            parts.append(f"  {title}: {text}")
    for note in diagnostic.notes:
        parts += [f"  note: {_position(note.span)}: {note.text}", *_marked_line(note.span)]
    if diagnostic.remedy:
        parts.append(f"  help: {diagnostic.remedy}")
    return "\n".join(parts)


def _place(diagnostic: Diagnostic) -> tuple[str, int, int, str]:
    span = diagnostic.span
    return (span.source.path, span.line, span.column, diagnostic.problem)


def _position(span: Span) -> str:
    return f"{span.source.path}:{span.line}:{span.column}"


def _marked_line(span: Span) -> list[str]:
    line = span.source.line(span.line)
    end = span.end_column if span.end_line == span.line else len(line) + 1
    gutter = f"{span.line:>5} | "
    padding = "".join("\t" if letter == "\t" else " " * _width(letter) for letter in line[: span.column - 1])
    width = sum(map(_width, line[span.column - 1 : end - 1]))
    shown = "".join(letter if letter == "\t" or letter.isprintable() else "\ufffd" for letter in line)
    return [(gutter + shown).rstrip(), " " * (len(gutter) - 2) + "| " + padding + "^" * max(1, width)]


def _width(letter: str) -> int:
    """How many columns of a terminal a letter takes."""
    if unicodedata.combining(letter):
        return 0
    return 2 if unicodedata.east_asian_width(letter) in "WF" else 1
