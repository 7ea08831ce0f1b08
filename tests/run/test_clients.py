"""Clients pass repeats by in which nothing happens at them: what they count, and that all still agree afterwards."""

import numpy as np
import pytest
from tacit.runtime.graph.errors import GraphError
from tacit.runtime.graph.nodes import Graph, Output
from tacit.runtime.instructions import Deliver, Loop, Skip
from tacit.runtime.plan.schedule import schedule
from tacit.runtime.run.party import run_in_memory

from tests.run.graphs import SCALAR, TRUTH, Builder, integers, ring

NODES = (0, 1)
CLIENT = 2


def with_client(build: Builder) -> Graph:
    """Alice and bob are the nodes, carol is a client."""
    return build.graph(nodes=len(NODES))


def counting(build: Builder, turns: int, drawn: int = 0) -> int:
    """A conditional loop of the nodes that draws, exchanges and counts down from `turns`; what is left."""
    start = build.constant(np.array(turns), SCALAR, NODES)
    zero, minus = (build.constant(np.array(number), SCALAR, NODES) for number in (0, -1))
    body = build.inside()
    left = body.value(SCALAR)
    for _ in range(drawn):
        body.exchange(body.random("stream", ring(2), NODES), (0, 1))
    fewer = body.local("clear.add", (left, minus), SCALAR, NODES)
    again = body.local("clear.less", (zero, fewer), TRUTH, NODES)
    holds = build.local("clear.less", (zero, start), TRUTH, NODES)
    (end,) = build.repeat(body, [(start, left, fewer)], condition=holds, next_condition=again)
    return end


@pytest.mark.parametrize("turns", [0, 1, 5])
def test_all_number_draws_and_rounds_alike_after_a_loop_that_a_client_passes_by(turns: int) -> None:
    build = Builder()
    build.exchange(build.random("stream", ring(2), (0, CLIENT)), (0, 1))
    end = counting(build, turns, drawn=3)
    mine = build.random("stream", ring(4), (0, CLIENT))
    later = build.random("stream", ring(4), (0, CLIENT))
    number = build.local("integer.from_ring", (mine,), integers(4), (0, CLIENT))
    other = build.local("integer.from_ring", (later,), integers(4), (0, CLIENT))
    build.output(number, "node", 0)
    build.output(other, "later", 0)
    build.output(number, "client", CLIENT)
    build.output(other, "later", CLIENT)
    build.output(build.exchange(end, (0, CLIENT)), "left", CLIENT)
    graph = with_client(build)
    assert not any(isinstance(each, Loop) for each in schedule(graph, CLIENT).body)
    node, _, client = run_in_memory(graph, [{}, {}, {}])
    assert client.outputs["carol"]["left"] == 0
    assert np.array_equal(node.outputs["alice"]["node"], client.outputs["carol"]["client"])
    assert np.array_equal(node.outputs["alice"]["later"], client.outputs["carol"]["later"])
    assert not np.array_equal(client.outputs["carol"]["later"], client.outputs["carol"]["client"])
    assert (node.rounds, client.rounds) == (2 + 3 * turns, 2)


def test_turns_of_a_counted_loop_are_counted_at_once() -> None:
    build = Builder()
    body, inner = build.inside(), build.inside()
    for block in (body, inner):
        block.exchange(block.random("stream", ring(2), NODES), (0, 1))
    body.repeat(inner, [], count=7)
    counting(body, 3, drawn=2)
    build.repeat(body, [], count=5)
    graph = with_client(build)
    assert schedule(graph, CLIENT).body == (Skip(draws=5 * 8, rounds=5 * 8),)
    assert run_in_memory(graph, [{}, {}, {}])[0].rounds == 5 * (8 + 3 * 2)


def test_a_client_goes_through_a_loop_in_which_it_is_told_something() -> None:
    build = Builder()
    start = build.constant(np.array(1), SCALAR)
    body = build.inside()
    p = body.value(SCALAR)
    twice = body.local("clear.add", (p, p), SCALAR)
    body.output(twice, "twice", CLIENT)
    build.repeat(body, [(start, p, twice)], count=6)
    graph = with_client(build)
    assert any(isinstance(each, Loop) for each in schedule(graph, CLIENT).body)
    assert run_in_memory(graph, [{}, {}, {}])[CLIENT].outputs["carol"]["twice"] == 64


def test_a_client_goes_through_a_loop_that_carries_what_it_holds() -> None:
    build = Builder()
    x, y = build.input("x", SCALAR, CLIENT), build.input("y", SCALAR, CLIENT)
    body = build.inside()
    p, q = body.value(SCALAR), body.value(SCALAR)
    ends = build.repeat(body, [(x, p, q), (y, q, p)], count=3)
    build.output(ends[0], "first", CLIENT)
    graph = with_client(build)
    inputs = {"x": np.array(4), "y": np.array(9)}
    assert run_in_memory(graph, [{}, {}, inputs])[CLIENT].outputs["carol"]["first"] == 9


def test_who_goes_through_a_loop_knows_its_condition() -> None:
    build = Builder()
    holds = build.constant(np.array(False), TRUTH, NODES)
    body = build.inside()
    body.constant(np.array(1), SCALAR, (CLIENT,))
    build.repeat(body, [], condition=holds, next_condition=holds)
    with pytest.raises(GraphError, match="read by parties that do not hold it"):
        with_client(build)


def test_the_number_of_a_turn_is_not_at_clients_that_pass_the_loop_by() -> None:
    build = Builder()
    body, inner = build.inside(), build.inside()
    index = body.value(SCALAR)
    p = inner.value(SCALAR)
    (end,) = body.repeat(inner, [(index, p, p)], count=2)
    body.local("clear.add", (end, index), SCALAR, NODES)
    build.repeat(body, [], count=3, index=index)
    assert not any(isinstance(each, Loop) for each in schedule(with_client(build), CLIENT).body)


def test_what_all_are_told_nodes_and_clients_may_be_told_apart() -> None:
    build = Builder()
    x = build.constant(np.array(3), SCALAR)
    build.declare(x, "x")
    build.nodes += [Output(x, "x", "", NODES), Output(x, "x", "", (CLIENT,))]
    graph = with_client(build)
    assert [isinstance(each, Deliver) for each in schedule(graph, CLIENT).body] == [True]
    assert all(one.outputs[""]["x"] == 3 for one in run_in_memory(graph, [{}, {}, {}]))
    build.nodes[-1] = Output(x, "x", "", (1, CLIENT))
    with pytest.raises(GraphError, match="at other parties than its role's"):
        with_client(build)
