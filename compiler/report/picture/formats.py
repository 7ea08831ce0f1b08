"""Pictures of a protocol graph, by the ending of the file they go to. In: a graph and its program. Out: text."""

from collections.abc import Callable, Sequence

from ....runtime.graph.nodes import Graph
from ...ir.program import Program
from ...source import Source
from .drawing import drawing_of
from .network import to_dot, to_graphml, to_json
from .page import to_html
from .svg import to_svg

Programs = Sequence[tuple[str, Program]]
"""The IR before any pass and after each pass, by the pass's name."""


def _html(graph: Graph, source: Source | None, programs: Programs) -> str:
    return to_html(drawing_of(graph, source, programs))


def _svg(graph: Graph, source: Source | None, programs: Programs) -> str:
    return to_svg(drawing_of(graph, source))


FORMATS: dict[str, Callable[[Graph, Source | None, Programs], str]] = {
    ".html": _html,
    ".svg": _svg,
    ".dot": lambda graph, source, programs: to_dot(graph),
    ".graphml": lambda graph, source, programs: to_graphml(graph),
    ".json": lambda graph, source, programs: to_json(graph),
}
"""For each file ending the function that writes such a file: from a graph and, if just compiled, its source and IR."""
