"""`--verbose`: what each stage of a compilation made, and how long it took. In: stages. Out: a line for each."""

from typing import TextIO

from ..compiler.ir.program import Program
from ..compiler.ir.rewrite import walk
from ..compiler.ir.verify import verify, verify_shared
from ..compiler.passes.ranges.report_overflow import Report
from ..compiler.stages import Stage, Watch
from ..compiler.syntax.tree import Module
from ..runtime.graph.nodes import Exchange, Graph
from ..runtime.graph.walk import every_node

_CHECKS = (verify.__name__, verify_shared.__name__)


def stage_lines(out: TextIO) -> Watch:
    """Writes a line when a stage is done. The checks between passes, which make nothing, share one line at the end."""
    checks: list[float] = []

    def watch(stage: Stage) -> None:
        if stage.name in _CHECKS:
            checks.append(stage.seconds)
            return
        if isinstance(stage.made, Graph) and checks:
            _line(out, "checks", sum(checks), f"of {len(checks)} results")
            checks.clear()
        _line(out, stage.name, stage.seconds, _size(stage.made))

    return watch


def _line(out: TextIO, name: str, seconds: float, size: str) -> None:
    print(f"{name:<18} {seconds:7.3f} s  {size}".rstrip(), file=out)


def _size(made: object) -> str:
    match made:
        case Module():
            return f"{made.source.text.count(chr(10)):,} lines"
        case Program():
            return f"{len(walk(made.body)):,} operations"
        case Report():
            return f"{len(made.diagnostics):,} warnings, {len(made.limits):,} limits of inputs"
        case Graph():
            nodes = list(every_node(made.body))
            messages = sum(isinstance(node, Exchange) for node in nodes)
            return f"{len(nodes):,} nodes, {messages:,} of them exchanges"
        case _:
            return ""
