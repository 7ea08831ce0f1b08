"""Minimum cuts are those of a library, whatever the network."""

import networkx
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from tacit.compiler.passes.sharing.minimum_cut import Edges, sink_side

SOURCE, SINK = 0, 1
NODES = st.integers(0, 9)
CAPACITIES = st.one_of(st.none(), st.integers(0, 9), st.integers(0, 2**70))


@settings(max_examples=300, deadline=None, derandomize=True)
@given(st.dictionaries(st.tuples(NODES, NODES), CAPACITIES, max_size=40))
def test_it_is_the_smallest_sink_side_of_a_least_cut(edges: Edges) -> None:
    edges = {(one, other): capacity for (one, other), capacity in edges.items() if one != other}
    network = networkx.DiGraph()
    network.add_nodes_from((SOURCE, SINK))
    for (one, other), capacity in edges.items():
        network.add_edge(one, other, **({} if capacity is None else {"capacity": capacity}))
    unbounded = networkx.DiGraph(edge for edge, capacity in edges.items() if capacity is None)
    unbounded.add_nodes_from((SOURCE, SINK))
    assume(not networkx.has_path(unbounded, SOURCE, SINK))
    _, (_, expected) = networkx.minimum_cut(network, SOURCE, SINK)
    assert sink_side(edges, SOURCE, SINK) == expected
