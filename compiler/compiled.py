"""A compiled program: what lowering gives, and reports, pictures and runs read. In: nothing. Out: `Compiled`."""

from dataclasses import dataclass

from ..runtime.graph.nodes import Graph
from .ir.program import Program


@dataclass(frozen=True, slots=True)
class Compiled:
    """One program for its sizes and a target, at the four points of its way where somebody reads it.

    The graph has passed the check that each party makes before it runs one.
    """

    inlined: Program
    """As its author wrote it, with calls inlined and nothing optimised: what ranges, reports and `--clear` read."""
    shared: Program
    """Before kinds of shares are chosen: what `choose_shares` gets."""
    kinds: Program
    """With kinds of shares: what is expanded to the graph."""
    graph: Graph
    """What the parties run."""
