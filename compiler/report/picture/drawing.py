"""What a picture shows. In: a graph, and what is known of its program. Out: a `Drawing`."""

from collections.abc import Sequence
from dataclasses import dataclass

from ....runtime.graph.nodes import Graph
from ...ir.program import Program
from ...source import Source
from .layout import Column, Loop, columns_of
from .stages import Stage, sources_of, stages_of
from .steps import Step, steps_of


@dataclass(frozen=True, slots=True)
class Drawing:
    """A graph laid out, the texts that it comes from, and the IR after each pass. A file has only the graph."""

    graph: Graph
    steps: Sequence[Step]
    columns: tuple[Column | Loop, ...]
    sources: tuple[Source, ...] = ()
    stages: tuple[Stage, ...] = ()


def drawing_of(graph: Graph, source: Source | None = None, programs: Sequence[tuple[str, Program]] = ()) -> Drawing:
    """A drawing of a graph. `programs` are the IR before any pass and after each pass, by the pass's name."""
    steps = steps_of(graph)
    texts = {} if source is None else {source.name: source}
    for _, program in programs[:1]:
        texts |= {each.name: each for each in sources_of(program) if each.name not in texts}
    return Drawing(graph, steps, columns_of(graph, steps), tuple(texts.values()), stages_of(programs))
