"""A compiled program: what lowering gives, and reports, pictures and runs read. In: nothing. Out: `Compiled`."""

from dataclasses import dataclass

from ..runtime.graph.nodes import Graph
from .ir.program import Program


@dataclass(frozen=True, slots=True)
class Compiled:
    """One program, for its sizes and a target, at the four stages of compiling that somebody reads.

    The graph has passed the check that each party makes before it runs a graph.
    """

    inlined: Program
    """The program as its author wrote it, calls inlined, not optimised: what ranges, reports and `--clear` read."""
    shared: Program
    """The program before kinds of shares are chosen: what `choose_shares` gets."""
    kinds: Program
    """The program with kinds of shares: what is expanded to the graph."""
    graph: Graph
    """What the parties run."""
