"""What nodes see of a sort: words that are uniform, and row numbers in orders that are, whatever the keys.

Nodes open where rows go, in the order of a fresh shuffle. So each opened order must be uniform among all, for whoever
opens it, given the orders before; for three rows that is counted, over many runs under different keys.
"""

from collections import Counter, defaultdict
from itertools import permutations, product
from typing import Any

import numpy as np
import pytest
from tacit.compiler.protocols.rules.rows import Rows
from tacit.runtime.graph.nodes import Graph
from tacit.runtime.run.party import run_in_memory

from tests.protocols.bench import SETTINGS, Bench
from tests.protocols.test_views import COUNT, SETS, Views, check_uniform, combinations, same

Messages = list[tuple[int, int, int, bytes]]
"""(round, sender, receiver, content)."""

RUNS = 360
ORDERS = list(permutations(range(3)))
DATA = ([0, 0, 0], [1, 1, 0])


def sorting(bench: Bench, key: Any, planes: int, digit: int) -> None:
    """Row numbers in the order of the keys."""
    bench.keep("result", bench.protocol.gather(bench.number(np.arange(len(key))), order(bench, key, planes, digit)))


def order(bench: Bench, key: Any, planes: int, digit: int) -> Rows:
    return bench.protocol.sorted_rows(bench.truth(key, planes), digit)


def views(secret: int, receiver: int, other: int, setting: str, digit: int) -> Views:
    """What everybody receives but for opened orders, in a run of which the receiver holds the same whatever the secret
    and `other`."""
    nodes = SETTINGS[setting][1]
    bench = Bench(hidden=(receiver + nodes - 1) % nodes, setting=setting)
    sorting(bench, same(secret), 4, digit)
    keys = {at: bytes([sum(1 << party for party in at), 0 if receiver in at else other] * 8) for at in SETS}
    messages = sorted(bench.run(keys=keys).messages)
    found: Views = defaultdict(list)
    for round, sender, to, content in messages:
        if not is_order(words(content)) and not is_half_of_order((round, sender, to, content), messages):
            found[round, to].append(content)
    return found


def words(content: bytes) -> Any:
    return np.frombuffer(content, np.uint32, len(content) // 4)


def is_order(numbers: Any) -> bool:
    return numbers.size == COUNT and bool(np.array_equal(np.sort(numbers), np.arange(COUNT)))


def is_half_of_order(message: tuple[int, int, int, bytes], messages: Messages) -> bool:
    """Whether two nodes told each other an order: then a half is it less the one that the receiver has."""
    round, sender, to, content = message
    replies = [words(one) for *route, one in messages if route == [round, to, sender] and len(one) == len(content)]
    mine = words(content)
    return any(is_order(reply + mine) or is_order(reply ^ mine) for reply in replies)


@pytest.mark.parametrize("digit", [1, 2])
@pytest.mark.parametrize("setting", SETTINGS)
@pytest.mark.parametrize("secret", [0, -1])
def test_all_but_opened_orders_is_uniform(secret: int, setting: str, digit: int) -> None:
    for contents in views(secret, 1, 0, setting, digit).values():
        for content in contents:
            check_uniform(np.frombuffer(content, np.uint8))


@pytest.mark.parametrize(
    ("setting", "receiver"), [(name, node) for name in SETTINGS for node in range(SETTINGS[name][1])]
)
def test_it_tells_nothing_beyond_what_the_node_holds(setting: str, receiver: int) -> None:
    before, after = (views(secret, receiver, other, setting, 2) for secret, other in ((0, 1), (-1, 2)))
    for key, contents in before.items():
        if key[1] == receiver:
            for first, second in zip(contents, after[key], strict=True):
                for together in combinations(first, second):
                    check_uniform(together)


def test_of_rep3_node_0_learns_no_order() -> None:
    bench = Bench()
    sorting(bench, np.arange(COUNT) % 7, 3, 2)
    seen = [(sender, to) for _, sender, to, content in bench.run().messages if is_order(words(content))]
    assert seen == [(1, 2)] * 2


@pytest.mark.parametrize(("setting", "receiver"), [("rep3", 1), ("rep3", 2), ("semi2k", 0)])
@pytest.mark.parametrize("key", DATA)
def test_opened_orders_are_uniform_for_who_holds_the_same(setting: str, receiver: int, key: list[int]) -> None:
    """Of a pass and of the row numbers at its end, together: 36 pairs of orders, while the receiver's keys stay.

    For 35 degrees of freedom a statistic above 90 has a probability of one in a million.
    """
    bench = Bench(setting=setting)
    sorting(bench, np.array(key), 1, 1)
    graph = bench.graph()
    inputs = [*bench.inputs, *({} for _ in graph.parties[len(bench.inputs) :])]
    opened = opened_by_rep3 if setting == "rep3" else opened_by_two
    counts: Counter[tuple[Any, ...]] = Counter()
    for number in range(RUNS):
        fresh = number.to_bytes(8, "little")
        keys = {at: bytes([sum(1 << party for party in at)]) * 8 + fresh * (receiver not in at) for at in SETS}
        keys = {at: key.ljust(16, b"\0") for at, key in keys.items()}
        counts[opened(recorded(graph, inputs, keys))] += 1
    expected = RUNS / 36
    statistic = sum((counts[pair] - expected) ** 2 / expected for pair in product(ORDERS, ORDERS))
    assert set(counts) <= set(product(ORDERS, ORDERS))
    assert statistic < 90, counts


def recorded(graph: Graph, inputs: Any, keys: Any) -> Messages:
    """The messages of a run."""
    messages: Messages = []
    run_in_memory(graph, inputs, keys, lambda *message: messages.append(message))
    return messages


def opened_by_rep3(messages: Messages) -> tuple[Any, ...]:
    """What node 1 tells node 2, and what they tell each other before rows are gathered."""
    by_route = {(round, sender, to): np.frombuffer(content, np.uint32) for round, sender, to, content in messages}
    told = [words for (_, *route), words in by_route.items() if route == [1, 2] and sorted(words) == [0, 1, 2]]
    last = max(round for round, *_ in by_route) - 2
    return tuple(told[0].tolist()), tuple((by_route[last, 1, 2] ^ by_route[last, 2, 1]).tolist())


def opened_by_two(messages: Messages) -> tuple[Any, ...]:
    """What both nodes tell each other of three words; all else goes one way or is longer."""
    found: dict[int, list[Any]] = defaultdict(list)
    for round, sender, _, content in messages:
        if sender < 2 and len(content) == 12:
            found[round].append(np.frombuffer(content, np.uint32))
    first, second = (pair for _, pair in sorted(found.items()) if len(pair) == 2)
    return tuple((first[0] + first[1]).tolist()), tuple((second[0] ^ second[1]).tolist())


@pytest.mark.parametrize("setting", SETTINGS)
def test_nobody_hears_anything_twice(setting: str) -> None:
    """In three turns of a loop over two passes each: every permutation and every mask is a fresh one."""
    bench = Bench(setting=setting)
    key = bench.truth(np.arange(1000) % 4, 2)

    def turn(carried: Any) -> tuple[Any]:
        return (bench.protocol.gather(carried, bench.protocol.sorted_rows(key, 1)),)

    (result,) = bench.protocol.repeat(3, (bench.number(np.arange(1000)),), turn)
    bench.keep("result", result)
    large = [(to, content) for _, _, to, content in bench.run().messages if len(content) > 64]
    assert len(large) > 30 and len(set(large)) == len(large)
