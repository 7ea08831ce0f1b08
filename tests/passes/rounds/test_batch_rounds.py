"""Levels: what shares a round, what stays apart, and what moves."""

from dataclasses import replace

import numpy as np
import pytest
import tacit
from tacit.compiler.passes.rounds.batch_rounds import batch_rounds
from tacit.compiler.passes.rounds.overlap_turns import overlap_turns
from tacit.compiler.protocols.rules.expansion import Expansion, Wire, booleans, integers, ring
from tacit.runtime.errors import CheckFailed
from tacit.runtime.graph.check import check
from tacit.runtime.graph.cost import count_rounds
from tacit.runtime.graph.nodes import Constant, Declaration, Exchange, Graph, Local, Node, Output, Random, Repeat
from tacit.runtime.run.party import run_in_memory

KIND = ring((4,))


class Sketch:
    """A graph of two nodes that hold and pass ring elements."""

    def __init__(self) -> None:
        self.g = Expansion(2, 2)
        self.start = self.g.input("x/0", KIND, (0, 1), shares=True)

    def passed(self, wire: Wire) -> Wire:
        """What each gets from the other, after some work."""
        worked = self.g.local("ring.add", KIND, wire, wire)
        return self.g.exchange(worked, (0, 1), (1, 0))

    def chain(self, length: int) -> Wire:
        wire = self.start
        for _ in range(length):
            wire = self.passed(wire)
        return wire

    def batched(self, *results: Wire) -> Graph:
        for wire in results:
            self.g.output(wire, "y/0", "", (0, 1), kept=True)
        shares = Declaration("x", "int", (4,), shares=True)
        types, kept = tuple(self.g.types), replace(shares, name="y")
        graph = Graph("t", "t", ("a", "b"), 2, {}, types, self.g.body, (), (shares,), (kept,))
        graph = batch_rounds(graph)
        check(graph)
        return graph


def shape(graph: Graph) -> list[str]:
    return [type(node).__name__ for node in graph.body]


def test_chains_share_rounds() -> None:
    sketch = Sketch()
    graph = sketch.batched(sketch.chain(3), sketch.chain(5), sketch.chain(1))
    assert count_rounds(graph) == 5


def test_exchanges_of_a_level_are_neighbours() -> None:
    sketch = Sketch()
    graph = sketch.batched(sketch.chain(1), sketch.chain(1))
    assert shape(graph) == ["Input", "Local", "Local", "Exchange", "Exchange", "Output", "Output"]


def test_order_is_the_same_again() -> None:
    sketch = Sketch()
    graph = sketch.batched(sketch.chain(3), sketch.chain(2))
    assert batch_rounds(graph).body == graph.body


def test_sources_stand_before_their_first_use_and_unused_nodes_go() -> None:
    sketch = Sketch()
    mask, one = sketch.g.zero(KIND), sketch.g.constant(1, KIND)
    sketch.g.zero(KIND)
    sketch.passed(sketch.start)
    late = sketch.g.local("ring.add", KIND, sketch.chain(2), mask)
    graph = sketch.batched(sketch.g.local("ring.add", KIND, late, one))
    kinds = ["Input", "Local", "Exchange", "Local", "Exchange", "Random", "Local", "Constant", "Local", "Output"]
    assert shape(graph) == kinds
    assert [type(node) for node in graph.body if isinstance(node, Random | Constant)] == [Random, Constant]


def test_a_body_is_batched_and_a_repeat_does_not_lengthen() -> None:
    sketch = Sketch()

    def body(turn: Wire, carried: list[Wire]) -> list[Wire]:
        sums = [sketch.passed(wire) for wire in carried]
        return [sketch.g.local("ring.add", KIND, wire, wire) for wire in sums]

    first, second = sketch.g.repeat(10, [sketch.start, sketch.start], body)
    graph = sketch.batched(sketch.passed(first), sketch.passed(second), sketch.chain(1))
    (repeat,) = (node for node in graph.body if isinstance(node, Repeat))
    assert [type(node) for node in repeat.body] == [Local, Local, Exchange, Exchange, Local, Local]
    assert count_rounds(graph) == 11


def check_of(sketch: Sketch, wire: Wire, message: str) -> None:
    """A check that waits for as many rounds as the wire."""
    number = sketch.g.local("integer.from_ring", integers((4,)), wire)
    one = sketch.g.local("slice", integers((1,)), number, starts=(0,), stops=(1,), steps=(1,))
    scalar = sketch.g.local("reshape", integers(()), one, shape=())
    truth = sketch.g.local("clear.less", booleans(()), scalar, sketch.g.constant(np.array(5), integers(())))
    sketch.g.local("check", booleans(()), truth, message=message)


def places_of_checks(graph: Graph) -> list[int]:
    return [i for i, node in enumerate(graph.body) if isinstance(node, Local) and node.steps[0].kernel == "check"]


def test_a_check_holds_back_what_comes_after_it() -> None:
    sketch = Sketch()
    before, last = sketch.chain(1), sketch.chain(2)
    check_of(sketch, last, "small")
    graph = sketch.batched(before, sketch.chain(1))
    exchanges = [index for index, node in enumerate(graph.body) if isinstance(node, Exchange)]
    (checked,) = places_of_checks(graph)
    assert [index > checked for index in exchanges] == [False, False, False, True]
    assert count_rounds(graph) == 3
    assert isinstance(graph.body[-1], Output)


def test_a_revealed_index_is_checked_as_soon_as_it_is_known() -> None:
    """The data behind the index comes rounds later than the second reveal, which must not leave where it fails."""
    source = (
        "party a\nparty b\ninput x: int[3] from a\ninput k: int from b\nreveal k as at\n"
        "y = x * k * k * k\nz = y[at]\nreveal k * 2 as more\nreveal z as last\n"
    )
    graph = tacit.compile(source).graph_for({})
    told: list[bytes] = []
    inputs = [{"x": np.arange(3)}, {"k": np.array(7)}, {}]
    with pytest.raises(CheckFailed, match="index 7 is outside an axis of 3 elements") as caught:
        run_in_memory(graph, inputs, record=lambda *message: told.append(message[-1]))
    assert caught.value.place is not None and caught.value.place.line == 7
    assert any((7).to_bytes(8, "little") in content for content in told)
    assert not any((14).to_bytes(8, "little") in content for content in told)


@pytest.mark.parametrize("text", ["y[at] = 0\nz = y", "z = y[[at, 0]]", "z = y[-at - 1]"])
def test_places_of_every_kind_are_checked(text: str) -> None:
    source = (
        f"party a\nparty b\ninput x: int[3] from a\ninput k: int from b\nreveal k as at\ny = x * k\n{text}\nreveal z\n"
    )
    graph = tacit.compile(source).graph_for({})
    assert any(is_index_check(node) for node in graph.body)


def is_index_check(node: Node) -> bool:
    return isinstance(node, Local) and node.steps[0].kernel == "check_index"


def test_a_check_that_comes_later_and_waits_for_less_does_not_lift_the_first() -> None:
    sketch = Sketch()
    check_of(sketch, sketch.chain(2), "late")
    check_of(sketch, sketch.start, "early")
    graph = sketch.batched(sketch.chain(1))
    exchanges = [index for index, node in enumerate(graph.body) if isinstance(node, Exchange)]
    assert exchanges[-1] > max(places_of_checks(graph))
    assert count_rounds(graph) == 3


def test_a_long_program_takes_one_pass() -> None:
    sketch = Sketch()
    graph = sketch.batched(sketch.chain(20_000))
    assert count_rounds(graph) == 20_000


def verified(sketch: Sketch, wire: Wire) -> Wire:
    """A `verify` that waits for as many rounds as the wire."""
    number = sketch.g.local("integer.from_ring", integers((4,)), wire)
    bits = sketch.g.local("clear.less", booleans((4,)), number, sketch.g.constant(5, integers((4,))))
    return sketch.g.verify(bits, "smallness")


def test_what_is_verified_holds_back_nothing_but_what_takes_its_value() -> None:
    sketch = Sketch()
    bit = verified(sketch, sketch.chain(2))
    opened = sketch.passed(sketch.g.after(sketch.chain(1), bit))
    graph = sketch.batched(opened, sketch.chain(2))
    kinds = [node.steps[0].kernel if isinstance(node, Local) else type(node).__name__ for node in graph.body]
    place = kinds.index("verify")
    exchanges = [index for index, kind in enumerate(kinds) if kind == "Exchange"]
    assert [index > place for index in exchanges] == [False] * 5 + [True]
    assert place < kinds.index("after") < exchanges[-1]
    assert count_rounds(graph) == 3


def test_what_is_verified_is_kept_though_nothing_takes_its_value() -> None:
    sketch = Sketch()
    verified(sketch, sketch.chain(1))
    graph = sketch.batched(sketch.chain(3))
    assert sum(isinstance(node, Local) and node.steps[0].kernel == "verify" for node in graph.body) == 1
    assert count_rounds(graph) == 3


def test_turns_that_verify_are_kept_apart() -> None:
    sketch = Sketch()

    def turn(_: Wire, carried: list[Wire]) -> list[Wire]:
        arrived = sketch.passed(sketch.passed(sketch.start))
        verified(sketch, arrived)
        return [sketch.g.local("ring.add", KIND, carried[0], arrived)]

    (total,) = sketch.g.repeat(5, [sketch.start], turn)
    graph = sketch.batched(total)
    (repeat,) = (node for node in overlap_turns(graph).body if isinstance(node, Repeat))
    assert repeat.count == 5
    assert count_rounds(graph) == 10
