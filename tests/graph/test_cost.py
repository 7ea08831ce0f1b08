"""Rounds and bytes, counted by hand."""

from tacit.runtime.graph.cost import count_bytes, count_rounds
from tacit.runtime.graph.nodes import Exchange, Graph, Node, Random, Repeat, Storage, ValueType

from tests.graph.samples import ALL, CONDITION, sample

RING = ValueType(Storage.RING, (10,))
BITS = ValueType(Storage.BITS, (70,), 3)


def graph(*body: Node) -> Graph:
    return Graph("test", "test.mpc", ("a", "b", "c"), 3, {}, (RING, BITS, RING, BITS, CONDITION), body)


def send(output: int, *routes: tuple[int, int]) -> Exchange:
    return Exchange(output, output - 2, routes)


def repeat(*body: Node, count: int | None = None) -> Repeat:
    return Repeat(body, (), (), (), (), count=count)


def test_neighbours_share_a_round() -> None:
    counted = graph(send(2, (0, 1), (1, 2)), send(3, (0, 2)))
    assert count_rounds(counted) == 1
    assert count_bytes(counted) == (80 + 27, 80, 0)
    apart = graph(send(2, (0, 1)), Random(0, "zero", ALL), send(3, (0, 2)))
    assert count_rounds(apart) == 2


def test_repeats_count_as_often_as_they_turn() -> None:
    counted = graph(send(2, (0, 1)), repeat(send(2, (0, 1)), repeat(send(3, (1, 2)), count=3), count=5))
    assert count_rounds(counted) == 1 + 5 * (1 + 3)
    assert count_bytes(counted) == (80 + 5 * 80, 5 * 3 * 27, 0)
    assert count_rounds(graph(repeat(send(2, (0, 1)), count=0))) == 0


def test_a_conditional_repeat_has_no_number_of_rounds() -> None:
    unknown = graph(repeat(send(2, (0, 1))))
    assert count_rounds(unknown) is None
    assert count_bytes(unknown) is None
    assert count_rounds(graph(repeat(unknown.body[0], count=3))) is None
    assert count_bytes(graph(repeat(unknown.body[0], count=3))) is None


def test_a_silent_conditional_repeat_costs_nothing() -> None:
    assert count_rounds(graph(repeat(repeat(send(2, (0, 1)), count=0)))) == 0
    assert count_bytes(graph(repeat(repeat(send(2, (0, 1)), count=0)))) == (0, 0, 0)
    assert count_rounds(graph(repeat(repeat(send(2, (0, 1))), count=0))) == 0
    assert count_bytes(graph(repeat(repeat(send(2, (0, 1))), count=0))) == (0, 0, 0)
    silent = sample()
    assert count_rounds(silent) == 5
    assert count_bytes(silent) == (120, 120, 120)
