"""What parties settle before the first round: keys that only their holders know, and the same public inputs."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
from tacit.runtime.graph.nodes import Graph
from tacit.runtime.run.session import Setup, key_sets, set_up
from tacit.runtime.transport import memory

from tests.run.graphs import ALL, NAMES, SCALAR, Builder, ring


def drawing_graph() -> Graph:
    """A stream of all, one of two, and, inside a loop, a zero sharing."""
    build = Builder()
    build.public("n", SCALAR)
    build.random("stream", ring(1), ALL)
    build.random("stream", ring(1), (0, 2))
    body = build.inside()
    body.random("zero", ring(1), ALL)
    build.repeat(body, [], count=2)
    return build.graph()


def settle(graph: Graph) -> list[Setup]:
    transports = memory.connect(NAMES)
    with ThreadPoolExecutor(3) as pool:
        return list(pool.map(lambda each: set_up(graph, each, {"n": np.array(3)}), transports))


def test_key_sets_are_those_of_all_draws() -> None:
    assert key_sets(drawing_graph()) == ((0, 1), (0, 1, 2), (0, 2), (1, 2))


def test_a_key_is_known_to_its_holders_and_nobody_else() -> None:
    setups = settle(drawing_graph())
    assert [sorted(each.keys) for each in setups] == [
        [(0, 1), (0, 1, 2), (0, 2)],
        [(0, 1), (0, 1, 2), (1, 2)],
        [(0, 1, 2), (0, 2), (1, 2)],
    ]
    for parties in key_sets(drawing_graph()):
        assert len({setups[party].keys[parties] for party in parties}) == 1
    assert len({key for each in setups for key in each.keys.values()}) == 4
    assert all(len(key) == 16 for each in setups for key in each.keys.values())


def test_set_up_traffic_is_counted_apart() -> None:
    """Two digests of the public input from each; alice sends three keys to one or both others, bob one, carol none."""
    assert [each.bytes_sent for each in settle(drawing_graph())] == [64 + 64, 64 + 16, 64]


def test_every_session_has_new_keys() -> None:
    graph = drawing_graph()
    one, other = settle(graph)[0].keys, settle(graph)[0].keys
    assert all(one[parties] != other[parties] for parties in one)
