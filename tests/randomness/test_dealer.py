"""A dealer's corrections make the nodes' pieces what a kind promises; it hears nothing; wrong amounts are noticed."""

from collections.abc import Sequence
from dataclasses import replace
from threading import Thread
from typing import Any

import numpy as np
import pytest
from tacit.compiler.protocols.rules.expansion import Expansion, Wire, bits, ring
from tacit.runtime.data.inputs import Inputs
from tacit.runtime.errors import PeerError
from tacit.runtime.graph.check import check
from tacit.runtime.graph.correlations import CORRELATIONS
from tacit.runtime.graph.cost import Amount, count_correlations
from tacit.runtime.graph.errors import GraphError
from tacit.runtime.graph.file import digest, from_bytes, to_bytes
from tacit.runtime.graph.nodes import Declaration, Graph, Random, Repeat, Storage, ValueType
from tacit.runtime.run.party import PartyResult, prepare, run_in_memory
from tacit.runtime.transport import memory
from tacit.runtime.transport.base import Indirect

Array = np.ndarray[Any, Any]

AMOUNTS = 16 * len(CORRELATIONS)


def graph_of(g: Expansion, *kept: Wire) -> Graph:
    """A graph that keeps the nodes' pieces of these values as x0, x1, ..."""
    for number, wire in enumerate(kept):
        g.output(wire, f"x{number}/0", "", g.nodes, kept=True)
    names = tuple(f"n{node}" for node in g.nodes)
    outputs = tuple(Declaration(f"x{number}", "int", ()) for number in range(len(kept)))
    graph = Graph("", "", (*names, "dealer"), len(names), {}, tuple(g.types), g.body, (), (), outputs, "dealer")
    check(graph)
    return graph


def total(results: Sequence[PartyResult], number: int) -> Array:
    """The value that the nodes' pieces add up to; planes by XOR."""
    pieces = [result.kept[f"x{number}/0"] for result in results[:-1]]
    return np.sum(pieces, axis=0, dtype=np.uint64)


def triples(nodes: int, turns: int = 3) -> Graph:
    """A fixed mask, and in each turn of a loop another one and the triple; the sum of all triples, and of all masks."""
    g = Expansion(nodes, nodes)
    kind = ring((5,))
    a = g.random("mask", kind)
    zero = g.local("zeros", kind)

    def body(_: Wire, carried: list[Wire]) -> list[Wire]:
        b = g.random("mask", kind)
        c = g.random("triple", kind, a, b)
        return [g.local("ring.add", kind, carried[0], b), g.local("ring.add", kind, carried[1], c)]

    return graph_of(g, a, *g.repeat(turns, [zero, zero], body))


@pytest.mark.parametrize("nodes", [2, 3, 5])
def test_triples_of_a_fixed_mask(nodes: int) -> None:
    graph = triples(nodes)
    assert digest(from_bytes(to_bytes(graph))) == digest(graph)
    results = run_in_memory(graph, [{} for _ in graph.parties])
    a, b, c = (total(results, number) for number in range(3))
    np.testing.assert_array_equal(a * b, c)
    assert len(set(a.tolist())) == 5
    assert count_correlations(graph) == {"mask": Amount(4, 0), "triple": Amount(3, 120)}
    # A seed for each node, three corrections to one of them, and the amounts of each kind to all.
    assert results[-1].setup_bytes == 16 * nodes + 120 + AMOUNTS * nodes
    assert [result.setup_bytes for result in results[:-1]] == [0] * nodes


def test_bits_and_numbers_of_odd_sizes() -> None:
    g = Expansion(2, 2)
    mask, planes = g.random("mask", ring((70,))), g.random("mask", bits((70,), 3))
    left, right = (0, 63, 5), (0, 63, 4)
    edabit = g.random("edabit", bits((70,), 3), mask, negated=1, left=left, right=right)
    dabit = g.random("dabit", ring((3, 70)), planes)
    triple = g.random("bit_triple", bits((70,), 1), planes, planes, left=(0, 2), right=(1, 2), ends=(2,))
    shifted = g.random("truncation", ring((70,)), mask, bits=13)
    graph = graph_of(g, mask, shifted, dabit, edabit, triple, planes)
    results = run_in_memory(graph, [{} for _ in graph.parties])
    word, short, numbers = (total(results, number) for number in range(3))
    np.testing.assert_array_equal(word >> np.uint64(13), short)
    minus = -word
    products = [bit_of(minus, one) & bit_of(minus, other) for one, other in zip(left, right, strict=True)]
    np.testing.assert_array_equal(plain_bits(results, 3, 70), products)
    np.testing.assert_array_equal(plain_bits(results, 5, 70), numbers)
    x, y, z = numbers
    np.testing.assert_array_equal(plain_bits(results, 4, 70), [x & y ^ z])


def bit_of(x: Array, place: int) -> Array:
    return np.asarray(x >> np.uint64(place) & np.uint64(1))


def plain_bits(results: Sequence[PartyResult], number: int, size: int) -> Array:
    """The planes that the nodes' pieces add up to, an element for each bit."""
    pieces = [result.kept[f"x{number}/0"] for result in results[:-1]]
    octets = np.bitwise_xor.reduce(pieces).view(np.uint8)
    return np.unpackbits(octets, axis=1, count=size, bitorder="little").astype(np.uint64)


@pytest.mark.parametrize("nodes", [2, 3])
def test_rows_in_the_order_of_permutations_that_one_node_knows(nodes: int) -> None:
    g = Expansion(nodes, nodes)
    order = g.random("permutations", words((9,)))
    kept = [order]
    for mask, moved, put in (("mask", "moved", "put"), ("word_mask", "moved_words", "put_words")):
        a = g.random(mask, words((9, 2)))
        kept += [a, *(g.random(kind, a.type, a, order, node=1) for kind in (moved, put))]
    results = run_in_memory(graph := graph_of(g, *kept), [{} for _ in graph.parties])
    places = [result.kept["x0/0"] for result in results[:-1]]
    assert all(sorted(each) == list(range(9)) for each in places) and len(set(map(bytes, places))) == nodes
    for first, add in ((1, np.add), (4, np.bitwise_xor)):
        parts = ([result.kept[f"x{first + number}/0"] for result in results[:-1]] for number in range(3))
        a, moved, put = (add.reduce(pieces, axis=0, dtype=np.uint32) for pieces in parts)
        np.testing.assert_array_equal(moved, a[places[1]])
        np.testing.assert_array_equal(put[places[1]], a)


def test_a_digit_picks_a_row_of_a_table() -> None:
    g = Expansion(2, 2)
    digit, table = g.random("mask", bits((70,), 2)), g.random("mask", words((4, 70)))
    unit = g.random("unit", words((3, 70)), digit)
    picked = g.random("picked", words((70,)), unit, table, one=1)
    results = run_in_memory(graph := graph_of(g, digit, unit, table, picked), [{} for _ in graph.parties])
    low, high = plain_bits(results, 0, 70)
    value = (low + 2 * high).astype(np.int64)
    found, rows, one = (total(results, number).astype(np.uint32) for number in (1, 2, 3))
    np.testing.assert_array_equal(found, [value == each for each in range(3)])
    np.testing.assert_array_equal(one, rows[value, np.arange(70)])


def words(shape: tuple[int, ...]) -> ValueType:
    return ValueType(Storage.WORD32, shape)


def test_a_dealer_hears_nothing() -> None:
    graph = triples(3)
    heard = _run(graph, graph)
    assert not [message for message in heard if message[1] == graph.dealer]
    assert {sender for sender, receiver, _ in heard if receiver == 2} == {graph.dealer}
    # Nodes 0 and 1 get a seed and the amounts alone.
    assert [size for _, receiver, size in heard if receiver == 0] == [16, AMOUNTS]


def test_another_amount_is_noticed() -> None:
    graph, other = triples(2, turns=3), triples(2, turns=3)
    more = replace(other, body=tuple(_again_with(node) for node in other.body))
    with pytest.raises(PeerError, match="dealer dealt not what the program needs: 7 values 'mask' of 4"):
        _run(graph, more)


def _again_with(node: Any) -> Any:
    """A mask more in every turn of a repeat; it needs no correction."""
    if not isinstance(node, Repeat):
        return node
    (mask,) = [inner for inner in node.body if isinstance(inner, Random) and inner.source == "mask"]
    return replace(node, body=(*node.body, mask))


def _run(graph: Graph, dealers: Graph) -> list[tuple[int, int, int]]:
    """Runs all parties, the dealer on its own graph; every message as (sender, receiver, size)."""
    heard: list[tuple[int, int, int]] = []
    failures: list[BaseException] = []
    transports = memory.connect(graph.parties)

    def work(me: int) -> None:
        try:
            listening = _Listening(transports[me], heard)
            prepare(dealers if me == graph.dealer else graph, listening, Inputs()).run()
            transports[me].finish()
        except BaseException as failure:  # noqa: BLE001 (told by the caller's thread)
            failures.append(failure)
        finally:
            transports[me].close()

    threads = [Thread(target=work, args=(me,)) for me in range(len(graph.parties))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    told = [failure for failure in failures if "dealt not" in str(failure)] or failures
    if told:
        raise told[0]
    return heard


class _Listening(Indirect):
    """A transport that notes what is sent."""

    def __init__(self, inner: Any, heard: list[tuple[int, int, int]]) -> None:
        self._inner = inner
        self._heard = heard
        self.me, self.peers = inner.me, inner.peers

    def exchange(self, sends: Any, receives: Any, round: int) -> None:
        self._heard += [(self.me, peer, sum(len(piece) for piece in pieces)) for peer, pieces in sends]
        self._inner.exchange(sends, receives, round)


def test_graphs_that_nobody_can_prepare_are_refused() -> None:
    g = Expansion(2, 2)
    kind = ring((5,))
    a, stream = g.random("mask", kind), g.stream(kind, (0, 1))
    graph = graph_of(g, a)
    number = len(graph.types)
    types = (*graph.types, kind)
    for node, message in (
        (Random(number, "triple", (0, 1), {}, -1, (a.id, stream.id)), "depends on what is not of its kind"),
        (Random(number, "triple", (0, 1), {}, -1, (a.id,)), "takes 2 inputs"),
        (Random(number, "mask", (0, 1), {}, -1, (a.id,)), "'mask' depends on nothing"),
        (Random(number, "mask", (0,)), "is for all nodes"),
    ):
        with pytest.raises(GraphError, match=message):
            check(replace(graph, types=types, body=(*graph.body, node)))
    with pytest.raises(GraphError, match="nobody prepares"):
        check(replace(graph, preprocessing=""))
