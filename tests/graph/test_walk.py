"""The walks over a graph's nodes: which nodes they meet, in which order, and how often those run."""

from collections.abc import Sequence

import pytest
from tacit.runtime.graph.nodes import Exchange, Node, Random, Repeat
from tacit.runtime.graph.walk import Block, by_round, every_block, every_node

from tests.graph.samples import ALL


def draw(output: int) -> Random:
    return Random(output, "zero", ALL)


def send(output: int) -> Exchange:
    return Exchange(output, output - 1, ((0, 1),))


def repeat(*body: Node, count: int | None = None) -> Repeat:
    return Repeat(body, (), (), (), (), count=count)


def marks(nodes: Sequence[Node]) -> list[object]:
    """What each node is: the value that it gives, or the number of a repeat's turns."""
    return [("repeat", node.count) if isinstance(node, Repeat) else getattr(node, "output", None) for node in nodes]


NESTED = (
    draw(0),
    repeat(draw(1), repeat(draw(2), count=3), draw(3), repeat(draw(4)), count=5),
    draw(5),
    repeat(repeat(draw(6), count=7)),
)


def test_a_repeat_comes_before_its_body_and_the_body_before_what_follows() -> None:
    expected = [0, ("repeat", 5), 1, ("repeat", 3), 2, 3, ("repeat", None), 4, 5, ("repeat", None), ("repeat", 7), 6]
    assert marks(list(every_node(NESTED))) == expected
    assert list(every_node(())) == []


def test_a_body_runs_as_often_as_all_repeats_around_it_turn() -> None:
    found = [(marks(block.nodes), block.turns, block.is_counted) for block in every_block(NESTED)]
    assert found == [
        ([0, ("repeat", 5), 5, ("repeat", None)], 1, True),
        ([1, ("repeat", 3), 3, ("repeat", None)], 5, True),
        ([2], 15, True),
        ([4], 5, False),
        ([("repeat", 7)], 1, False),
        ([6], 7, False),
    ]
    assert list(every_block(())) == [Block(())]


def test_a_body_without_turns_never_runs() -> None:
    never = (repeat(repeat(draw(0), count=9), count=0),)
    assert [block.turns for block in every_block(never)] == [1, 0, 0]


def test_blocks_have_every_node_once() -> None:
    met = [id(node) for block in every_block(NESTED) for node in block.nodes]
    assert sorted(met) == sorted(id(node) for node in every_node(NESTED))


@pytest.mark.parametrize(
    ("nodes", "expected"),
    [
        ((), []),
        ((draw(0),), [0]),
        ((send(1), send(2)), [(1, 2)]),
        ((send(1), draw(2), send(3), send(4), draw(5), draw(6)), [(1,), 2, (3, 4), 5, 6]),
        ((send(1), repeat(send(2), send(3), count=2), send(4)), [(1,), ("repeat", 2), (4,)]),
    ],
)
def test_consecutive_exchanges_of_a_block_are_a_round(nodes: tuple[Node, ...], expected: list[object]) -> None:
    steps = by_round(nodes)
    assert [tuple(marks(step)) if isinstance(step, tuple) else marks([step])[0] for step in steps] == expected


def test_a_repeat_tells_what_goes_in_and_out_of_its_body() -> None:
    counted = Repeat((), (0, 1), (2, 3), (4, 5), (6, 7), count=3, index=8)
    assert (counted.taken, counted.bound, counted.renewed) == ((0, 1), (2, 3, 8), (4, 5))
    conditional = Repeat((), (0,), (1,), (2,), (3,), condition=4, next_condition=5)
    assert (conditional.taken, conditional.bound, conditional.renewed) == ((0, 4), (1,), (2, 5))


def test_thousands_of_repeats_inside_each_other_are_walked() -> None:
    """Walks do not recurse: whoever reads a graph bounds its depth, whoever walks over it need not."""
    node: Node = draw(0)
    for _ in range(5000):
        node = repeat(node, count=1)
    assert sum(1 for _ in every_node((node,))) == sum(1 for _ in every_block((node,))) == 5001
