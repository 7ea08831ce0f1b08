"""Places of a graph as people know them: lines of sources, and the functions that they belong to.

In: a program's IR, whose operations know their sources. Out: `Places`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ...runtime.graph.nodes import Place
from ..ir.program import Program
from ..ir.rewrite import walk
from ..source import Source

TOP_LEVEL = ""
"""The function of lines that are in no function."""


@dataclass(frozen=True, slots=True, order=True)
class Line:
    """A line of a source. Number 0 stands for nodes of the compiler's own."""

    source: str
    number: int


def line_of(place: Place | None) -> Line:
    """The line that a place begins on."""
    return Line("", 0) if place is None else Line(place.source, place.line)


@dataclass(frozen=True, slots=True)
class Places:
    """The sources of one program by name, `main` among them; and for each line the function that it is part of."""

    main: str
    sources: dict[str, Source]
    functions: dict[Line, str]

    def text(self, line: Line) -> str:
        """The text of a line, without indentation; empty if its source is not known."""
        source = self.sources.get(line.source)
        return "" if source is None else source.line(line.number).strip()

    def function(self, place: Place | None) -> str:
        """The name of the function that a place is in, after its module's name if the module is not the program."""
        return self.functions.get(line_of(place), TOP_LEVEL)

    def name(self, line: Line) -> str:
        """The name of a line: its number, after its source's name if the source is not the program."""
        if not line.number:
            return "-"
        return str(line.number) if line.source == self.main else f"{line.source}:{line.number}"

    def in_order(self, lines: Iterable[Line]) -> list[Line]:
        """Lines of the program come first, then lines of modules."""
        return sorted(lines, key=lambda line: (line.source != self.main, line.source, line.number))


def places_of(program: Program) -> Places:
    """The places of an elaborated program."""
    spans = [operation.span for operation in walk(program.body)]
    sources = {span.source.name: span.source for span in spans}
    functions = {
        Line(span.source.name, line): name
        for name, span in program.written.functions
        for line in range(span.line, span.end_line + 1)
    }
    return Places(program.name, sources, functions)
