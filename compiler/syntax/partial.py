"""The tree of a file with mistakes. In: its lines, each read alone. Out: a tree of the lines that can be read.

    if c            a `Broken` that binds nothing, with the assignment in its body
        x = 1
    y = (2          a `Broken` that would bind y
    z = 3           an assignment, as always

A line that is indented for no reason stands in the block of the line before it. A header without a block gets a
`Broken` as its body. An `else` or `elif` without an `if` is a `Broken`, with its block as body. The block of a `def`
that cannot be read is left out, because the parameters are not known.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from lark import Token

from ..diagnostics import Diagnostic
from ..source import Source, Span
from . import tree
from .build import name_of, without_docstring
from .diagnose import Reading
from .words import span_of

DEEPEST_BLOCK = 50
"""Each run of lines in more blocks than this stands in one `Broken`. Sound files have no deeper blocks."""

Statements = tuple[tree.Statement, ...]

_BRANCHES = frozenset({"IF", "ELIF", "ELSE"})
_DEPTHS = {"LPAR": 1, "LSQB": 1, "RPAR": -1, "RSQB": -1}


def partial_tree(source: Source, readings: Sequence[Reading], mistakes: Sequence[Diagnostic] = ()) -> tree.Module:
    """The tree of the lines that are sound and on which none of the `mistakes` begins."""
    docstring, body = without_docstring(list(_Assembly(source, list(_marked(readings, mistakes))).block(0)))
    return tree.Module(source, docstring, body)


def _marked(readings: Sequence[Reading], mistakes: Sequence[Diagnostic]) -> Iterator[Reading]:
    """The readings. A line on which a mistake begins that only the whole file shows is no longer sound."""
    starts = [(mistake.span.line, mistake.span.column) for mistake in mistakes]
    for reading in readings:
        first, last = reading.line.tokens[0], reading.line.tokens[-1]
        begin, end = (first.line, first.column), (last.end_line, last.end_column)
        is_wrong = any(begin <= start < end for start in starts)
        yield replace(reading, is_sound=False) if is_wrong else reading


class _Assembly:
    """A cursor over the lines of a file. Each method takes the lines of one part of the tree."""

    def __init__(self, source: Source, readings: Sequence[Reading]) -> None:
        self._source = source
        self._readings = readings
        self._at = 0

    def block(self, depth: int) -> Statements:
        """The statements of the lines from here on that stand in `depth` blocks or more."""
        found: list[tree.Statement] = []
        while (line := self._ahead()) is not None and line.line.depth >= depth:
            found.append(self._statement())
        return tuple(found)

    def _ahead(self) -> Reading | None:
        return self._readings[self._at] if self._at < len(self._readings) else None

    def _statement(self) -> tree.Statement:
        reading = self._readings[self._at]
        self._at += 1
        if reading.line.depth > DEEPEST_BLOCK:
            return self._too_deep(reading)
        if not reading.is_sound or reading.line.tokens[0].type in ("ELIF", "ELSE"):
            return self._broken(reading)
        if reading.header is None and reading.statement is not None:
            return reading.statement
        if reading.line.tokens[0].type == "IF":
            return self._if(reading)
        return self._compound(reading)

    def _compound(self, reading: Reading) -> tree.Statement:
        body = self._body(reading)
        match reading.line.tokens[0].type, reading.header:
            case "FOR", (header, target, iterable):
                return tree.For(target, iterable, body, _through(header, body), header)
            case "WHILE", (header, condition):
                return tree.While(condition, body, _through(header, body), header)
            case "DEF", (header, name, parameters):
                docstring, rest = without_docstring(list(body))
                return tree.Function(name, parameters, rest, docstring, _through(header, body), header)
            case kind, _:
                raise TypeError(f"no line begins a block with {kind}")

    def _if(self, reading: Reading) -> tree.If:
        """An `if` or an `elif`, with the branches that follow its block."""
        header, condition = reading.header
        then = self._body(reading)
        otherwise = self._rest(reading)
        return tree.If(condition, then, otherwise, _through(header, then + otherwise), header)

    def _rest(self, before: Reading) -> Statements:
        """What follows a branch: the statements of an `else`, an `elif` as an `If` of its own, or nothing."""
        reading = self._ahead()
        if reading is None or reading.line.depth != before.line.depth:
            return ()
        kind = reading.line.tokens[0].type
        if kind not in ("ELIF", "ELSE") or before.line.tokens[0].type == "ELSE":
            return ()
        self._at += 1
        if not reading.is_sound:
            return (self._broken(reading),)
        return self._body(reading) if kind == "ELSE" else (self._if(reading),)

    def _body(self, reading: Reading) -> Statements:
        """The block of a sound header."""
        if reading.statement is not None:
            return (reading.statement,)
        end = span_of(self._source, reading.line.end)
        return self.block(reading.line.depth + 1) or (tree.Broken("", (), (), (), end),)

    def _broken(self, reading: Reading) -> tree.Broken:
        tokens = reading.line.tokens
        body = self.block(reading.line.depth + 1)
        if reading.is_sound and reading.statement is not None:
            body = (reading.statement, *body)
        if tokens[0].type in _BRANCHES:
            body += self._rest(reading)
        bound = {id(token) for token in _bound(tokens)}
        names = [(token, name_of(self._source, token)) for token in _names(tokens)]
        binds = tuple(name for token, name in names if id(token) in bound)
        span = span_of(self._source, tokens[0]).to(span_of(self._source, tokens[-1]))
        kept = () if tokens[0].type == "DEF" else body
        return tree.Broken(str(tokens[0]), binds, tuple(name for _, name in names), kept, _through(span, body))

    def _too_deep(self, reading: Reading) -> tree.Broken:
        """All lines from here on that stand in too many blocks, as one `Broken`."""
        last = reading
        while (ahead := self._ahead()) is not None and ahead.line.depth > DEEPEST_BLOCK:
            last = ahead
            self._at += 1
        span = span_of(self._source, reading.line.tokens[0])
        return tree.Broken("", (), (), (), span.to(span_of(self._source, last.line.tokens[-1])))


def _through(start: Span, body: Statements) -> Span:
    """The span from a header to the end of its block."""
    return start.to(body[-1].span) if body else start


# --- names on lines that cannot be read -------------------------------------------------------------------------------


def _names(tokens: Sequence[Token]) -> list[Token]:
    return [token for token in tokens if token.type == "NAME"]


def _bound(tokens: Sequence[Token]) -> list[Token]:
    """The names that a line would bind if it could be read."""
    kinds = [token.type for token in tokens]
    match kinds[0]:
        case "PARTY" | "PARTIES" | "INPUT" | "DEF":
            return _names(tokens[1:2])
        case "FOR":
            return _names(tokens[: kinds.index("IN")]) if "IN" in kinds else _names(tokens[1:2])
        case "FROM":
            return _names(tokens[kinds.index("IMPORT") :]) if "IMPORT" in kinds else []
        case "REVEAL" | "SAVE":
            return _names(tokens[kinds.index("AS") :][:2]) if "AS" in kinds and "TO" not in kinds else []
        case _:
            return _targets(tokens)


def _targets(tokens: Sequence[Token]) -> list[Token]:
    """The names outside brackets before the first `=` outside brackets."""
    depth = 0
    found: list[Token] = []
    for token, following in pairwise(tokens):
        depth += _DEPTHS.get(token.type, 0)
        if depth == 0 and token.type == "NAME" and following.type != "LPAR":
            found.append(token)
        if depth == 0 and following.type in ("EQUAL", "AUGMENTED"):
            return found
    return []
