"""The examples compiled on their own data, for pictures and reports. In: a name. Out: graphs and IR."""

from functools import cache
from pathlib import Path

from tacit.compilation import Options
from tacit.compiler.ir.program import Program as Elaborated
from tacit.compiler.report.picture.stages import programs_of
from tacit.compiler.source import Source
from tacit.compiler.stages import Stage
from tacit.compiler.syntax.reading import read_source
from tacit.program import Program
from tacit.runtime.graph.nodes import Graph

EXAMPLES = Path(__file__).parent.parent.parent / "examples"
NAMES = ("millionaires", "salary", "clinics", "edit_distance")


@cache
def compiled(name: str) -> tuple[Graph, Source, tuple[tuple[str, Elaborated], ...]]:
    """The graph of an example, its source, and the IR before any pass and after each."""
    source = read_source(EXAMPLES / name / f"{name}.mpc")
    program = Program(source, Options())
    passes: list[Stage] = []
    made = program.compiled_for(program.sizes_of({}, EXAMPLES / name / "data"), passes.append)
    return made.graph, source, programs_of(made, passes)
