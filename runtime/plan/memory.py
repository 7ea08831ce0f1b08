"""The peak memory of the parties' values. In: a checked graph. Out: a `Peak` for each party.

Nothing is run and nothing is estimated. Each party's memory is planned before its first round (`schedule`, `arena`),
and the peak is that of the plan:

- the block in which everything lies that is read, computed, drawn or received, with messages in compact form; outputs
  stay in the block;
- constants, which have memory of their own for the whole run, and copies of constants that are outputs;
- at the last node, everything that a dealer has sent this node, all before the first round.

A dealer has no plan. It holds what it has not yet sent, some megabytes, and the values that it still derives others
from. The interpreter and the compiled kernels come on top, with about as much memory for every program.
"""

from __future__ import annotations

from ..graph.cost import Peak, count_correlations
from ..graph.nodes import Graph
from ..instructions import Deliver, every_instruction
from .arena import plan
from .schedule import schedule


def peaks(graph: Graph) -> tuple[Peak, ...]:
    """The peak of each node and client, in the order of the parties. A dealer has none."""
    return tuple(peak_of(graph, party) for party in range(graph.nodes + len(graph.clients)))


def peak_of(graph: Graph, party: int) -> Peak:
    """The peak of one node or client."""
    made = schedule(graph, party)
    placed = plan(made)
    copied = {
        (each.kept, each.role, each.name): each.value
        for each in every_instruction(made.body)
        if isinstance(each, Deliver) and each.value not in placed.stays
    }
    apart = sum(made.layouts[slot].nbytes for slot in (*(slot for slot, _ in made.constants), *copied.values()))
    is_last = graph.dealer is not None and party == graph.nodes - 1
    dealt = sum(amount.bytes for amount in count_correlations(graph).values()) if is_last else 0
    place = graph.places[placed.span] if 0 <= placed.span < len(graph.places) else None
    return Peak(placed.size + apart + dealt, place)
