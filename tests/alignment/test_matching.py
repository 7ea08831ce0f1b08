"""Matching by one party, for itself or as a helper, against plain Python; thousands of random sides."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tacit.runtime.alignment import delegated, own
from tacit.runtime.alignment.align import NO_KEY, align, align_in_clear
from tacit.runtime.alignment.base import Alignment, Keys
from tacit.runtime.alignment.matching import pairs, places
from tacit.runtime.errors import InputError, PeerError
from tacit.runtime.graph.alignments import DELEGATED, Matching, order_input, places_input
from tacit.runtime.randomness.rows import fresh_rows
from tacit.runtime.randomness.tags import tags
from tacit.runtime.transport.memory import connect

Rows = Sequence[tuple[int, int]]

SIDE = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=9).filter(
    lambda side: all(_is_unique([row[column] for row in side if row[column]]) for column in (0, 1))
)
"""Rows of two keys, of which 0 stands for none."""


def _is_unique(column: Sequence[int]) -> bool:
    return len(set(column)) == len(column)


def keys(side: Rows) -> Keys:
    table = np.array(side, np.int64).reshape(len(side), 2)
    columns = tuple(np.ascontiguousarray(column) for column in table.T)
    return Keys(columns, tuple(column == NO_KEY for column in columns))


def expected(left: Rows, right: Rows) -> set[tuple[int, int]]:
    """The pairs of rows: by the first key, then by the second among rows that are left."""
    found: dict[int, int] = {}
    for column in (0, 1):
        free = [j for j in range(len(right)) if j not in found.values()]
        for i, row in enumerate(left):
            for j in free:
                if i not in found and row[column] and row[column] == right[j][column]:
                    found[i] = j
    return set(found.items())


def joined(alignment: Alignment, counts: tuple[int, int]) -> set[tuple[int, int]]:
    """The pairs that an alignment makes; the rest of its rows are the other rows of each side."""
    first, second = (alignment.orders[side][alignment.places[side]] for side in (0, 1))
    assert sorted(first) == list(range(counts[0])) and sorted(second) == list(range(counts[1]))
    k = alignment.matched
    return {(int(i), int(j)) for i, j in zip(first[:k], second[:k], strict=True)}


@given(left=SIDE, right=SIDE)
@settings(max_examples=2000, deadline=None)
def test_pairs_are_those_of_python(left: Rows, right: Rows) -> None:
    first, second = pairs(keys(left), keys(right))
    assert set(zip(first.tolist(), second.tolist(), strict=True)) == expected(left, right)
    assert joined(own.match(keys(left), keys(right)), (len(left), len(right))) == expected(left, right)


def delegate(left: Keys, right: Keys) -> Alignment:
    """What three parties together know."""
    transports = connect(["ann", "bob", "helper"])

    def play(me: int) -> Alignment:
        if me == 2:
            return delegated.match_as_helper(transports[me], (0, 1), (left.rows, right.rows), len(left.columns))
        return delegated.match_as_owner(transports[me], me, 1 - me, 2, (left, right)[me])

    with ThreadPoolExecutor(3) as pool:
        ann, bob, helper = pool.map(play, range(3))
    assert (set(ann.orders), set(bob.orders), set(helper.orders)) == ({0}, {1}, set())
    assert (set(ann.places), set(bob.places), set(helper.places)) == (set(), set(), {0, 1})
    return Alignment(helper.matched, {**ann.orders, **bob.orders}, helper.places)


@given(left=SIDE, right=SIDE)
@settings(max_examples=300, deadline=None)
def test_a_helper_finds_the_same_pairs(left: Rows, right: Rows) -> None:
    assert joined(delegate(keys(left), keys(right)), (len(left), len(right))) == expected(left, right)


def test_many_keys() -> None:
    random = np.random.default_rng(1)
    left, right = random.permutation(100_000), random.permutation(100_000) + 50_000
    first, second = pairs(Keys((left,)), Keys((right,)))
    assert first.size == 50_000 and (left[first] == right[second]).all()
    found = places((first, second), (left.size, right.size), fresh_rows)
    assert all(sorted(each) == list(range(100_000)) for each in found)
    assert (left[found[0][:50_000]] == right[found[1][:50_000]]).all()


def test_tags_are_a_function_of_secret_domain_and_key() -> None:
    some = np.arange(70_000)
    found = tags(bytes(16), 0, some)
    assert (found == tags(bytes(16), 0, some)).all() and len(set(found.tolist())) == some.size
    for other in (tags(bytes(16), 1, some), tags(b"1" * 16, 0, some)):
        assert not np.isin(other, found).any()
    # The cipher of FIPS 197 on a block of zeros, under the key 0.
    assert int(found[0]).to_bytes(8, "little").hex() == "66e94bd4ef8a2c3b"


def test_permutations_are_uniform() -> None:
    counts = np.zeros((5, 5))
    for _ in range(3000):
        counts[np.arange(5), fresh_rows(5)] += 1
    assert abs(counts / 3000 - 1 / 5).max() < 0.04
    assert [fresh_rows(count).tolist() for count in (0, 1)] == [[], [0]]


MATCHING = Matching("m", DELEGATED, (("x",), ("y",)), ("int",), (3, 2), (0, 1), (2, 2))


def run(matching: Matching, inputs: Sequence[dict[str, Any]]) -> list[Any]:
    """What each party has, or why it failed."""
    names = ["ann", "bob", "helper", "carol"]
    transports = connect(names)

    def play(me: int) -> Any:
        try:
            return align([matching], names, transports[me], inputs[me])
        except (InputError, PeerError) as error:
            return error
        finally:
            transports[me].close()

    with ThreadPoolExecutor(4) as pool:
        return list(pool.map(play, range(4)))


def test_everybody_learns_the_number_and_each_party_its_own_permutations() -> None:
    ann, bob, helper, carol = run(MATCHING, [{"x": np.array([0, 7, 9])}, {"y": np.array([9, 0])}, {}, {}])
    assert [each.matched for each in (ann, bob, helper, carol)] == [{"m": 2}] * 4, "0 is a number like others"
    assert [set(each.inputs) for each in (ann, bob, helper, carol)] == [
        {order_input("m", 0)},
        {order_input("m", 1)},
        {places_input("m", 0), places_input("m", 1)},
        set(),
    ]


def test_a_key_that_stands_twice_stops_its_owner_before_anything_is_sent() -> None:
    ann, bob, *_ = run(MATCHING, [{"x": np.array([4, 7, 9])}, {"y": np.array([5, 5])}, {}, {}])
    assert isinstance(bob, InputError) and "row 2" in str(bob) and "row 1" in str(bob)
    assert isinstance(ann, PeerError)


def test_the_clear_match_keeps_the_order_of_the_first_side() -> None:
    found = align_in_clear([MATCHING], {"x": np.array([3, 5, 1]), "y": np.array([1, 3])})
    assert found.matched == {"m": 2}
    assert found.inputs[order_input("m", 0)].tolist() == [0, 2, 1]
    assert found.inputs[order_input("m", 1)].tolist() == [1, 0]


@pytest.mark.parametrize("told", [3, -1])
def test_a_number_that_cannot_be_is_refused(told: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delegated, "match_as_helper", lambda *_: Alignment(told))
    monkeypatch.setattr(delegated, "match_as_owner", lambda *_: Alignment(0))
    *owners, _, carol = run(MATCHING, [{"x": np.array([4, 7, 9])}, {"y": np.array([5, 6])}, {}, {}])
    for each in (*owners, carol):
        assert isinstance(each, PeerError) and "disagreed: it tells another number of keys that match" in each.why
