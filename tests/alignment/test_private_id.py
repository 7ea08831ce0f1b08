"""Matching by Diffie and Hellman's exponents: both owners in memory, sets of every kind, and what each owner sees."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest
from tacit.runtime.alignment import private_id
from tacit.runtime.alignment.base import Alignment, Keys
from tacit.runtime.errors import PeerError
from tacit.runtime.transport.base import Indirect, Receives, Sends, Transport
from tacit.runtime.transport.memory import connect

Array = np.ndarray[Any, Any]
Message = tuple[int, bytes]


class Recorded(Indirect):
    """A transport that keeps what arrives, and may spoil what leaves."""

    def __init__(self, transport: Transport, spoil: bytes = b"") -> None:
        self._transport = transport
        self._spoil = spoil
        self.arrived: list[bytes] = []

    @property
    def me(self) -> int:
        return self._transport.me

    @property
    def peers(self) -> tuple[int, ...]:
        return self._transport.peers

    def exchange(self, sends: Sends, receives: Receives, round: int) -> None:
        for _, pieces in sends:
            pieces[0][: len(self._spoil)] = self._spoil
        self._transport.exchange(sends, receives, round)
        self.arrived.extend(bytes(piece) for _, pieces in receives for piece in pieces)

    def finish(self) -> None:
        self._transport.finish()

    def close(self) -> None:
        self._transport.close()


def run(left: Keys, right: Keys, spoil: bytes = b"") -> tuple[list[Alignment], list[list[bytes]]]:
    """Both owners' alignments, and what each of them received."""
    transports = [Recorded(transport, spoil) for transport in connect(["ann", "bob"])]
    sides = (left, right)

    def play(side: int) -> Alignment:
        try:
            return private_id.match(transports[side], side, 1 - side, sides[side], sides[1 - side].rows, "peer")
        finally:
            transports[side].close()

    with ThreadPoolExecutor(2) as pool:
        found = list(pool.map(play, (0, 1)))
    return found, [transport.arrived for transport in transports]


def keys(*columns: Sequence[int], unset: Sequence[Sequence[bool]] = ()) -> Keys:
    return Keys(
        tuple(np.array(column, np.int64) for column in columns),
        tuple(np.array(column, np.bool_) for column in unset),
    )


def joined(left: Keys, right: Keys) -> tuple[int, list[Array]]:
    """The number of pairs, and both sides' rows as they are joined."""
    (ann, bob), _ = run(left, right)
    assert ann.matched == bob.matched
    assert set(ann.orders) == set(bob.places) == {0}
    assert set(bob.orders) == set(ann.places) == {1}
    return ann.matched, [ann.orders[0][bob.places[0]], bob.orders[1][ann.places[1]]]


def check_one_column(left: Sequence[int], right: Sequence[int]) -> None:
    matched, rows = joined(keys(left), keys(right))
    for place, side in zip(rows, (left, right), strict=True):
        assert place.dtype == np.int64
        assert sorted(place) == list(range(len(side)))
    assert matched == len(set(left) & set(right))
    assert [left[row] for row in rows[0][:matched]] == [right[row] for row in rows[1][:matched]]


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ([], []),
        ([], [1, 2, 3]),
        ([5], []),
        ([5], [5]),
        ([5], [6]),
        ([1, 2, 3], [4, 5]),
        ([1, 2, 3], [3, 1, 2]),
        ([0, -1, 2**63 - 1, -(2**63)], [-(2**63), 7, 0]),
    ],
)
def test_few_rows(left: list[int], right: list[int]) -> None:
    check_one_column(left, right)


@pytest.mark.parametrize("seed", range(12))
def test_random_sets(seed: int) -> None:
    rng = np.random.default_rng(seed)
    universe = rng.permutation(400) * 7919 - 1000
    sizes = rng.integers(0, 200, 2)
    start = int(rng.integers(0, 200))
    check_one_column(universe[: sizes[0]].tolist(), universe[start : start + sizes[1]].tolist())


def test_several_chunks_of_different_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(private_id, "CHUNK", 10)
    check_one_column(list(range(5)), list(range(3, 47)))
    check_one_column(list(range(30)), list(range(20, 30)))
    check_one_column([], list(range(25)))


def test_keys_in_order_of_priority(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows 0 pair by the first column; row 1 pairs by the second one only with a row that has no pair yet; equal
    numbers in different columns, and keys that are not set, are no match."""
    monkeypatch.setattr(private_id, "CHUNK", 5)
    left = keys([1, 2, 3, 0], [10, 20, 30, 40], unset=[[False, False, False, True], [False] * 4])
    right = keys([9, 1, 0, 10], [20, 30, 30, 3], unset=[[False, False, True, False], [False, False, True, False]])
    matched, rows = joined(left, right)
    pairs = set(zip(rows[0][:matched].tolist(), rows[1][:matched].tolist(), strict=True))
    assert pairs == {(0, 1), (1, 0)}
    assert [sorted(side) for side in rows] == [list(range(4))] * 2


def test_views_of_equal_sizes_and_counts_look_alike() -> None:
    """Messages have equal lengths and nothing in them repeats; what repeats in both sides' digests are the matches."""
    inputs = [
        (keys(range(40)), keys(range(30, 60))),
        (keys(range(1000, 1040)), keys([*range(500, 520), *range(1000, 1010)])),
    ]
    views = [run(*sides)[1] for sides in inputs]
    for party in (0, 1):
        one, other = (view[party] for view in views)
        assert [len(message) for message in one] == [len(message) for message in other]
    for view in views:
        (points, digests), (other_points, other_digests) = view
        sets = [_pieces(digests, 16), _pieces(other_digests, 16), _pieces(points, 32), _pieces(other_points, 32)]
        assert [len(found) for found in sets] == [40, 30, 30, 40]
        assert len(sets[0] & sets[1]) == 10
        assert all(int.from_bytes(point, "little") < 2**255 - 19 for point in sets[2] | sets[3])


def test_the_place_of_a_match_says_nothing_of_its_row() -> None:
    """The one match of three rows is, to the other owner, as often at each place of the order, whichever row it is:
    100 times of 300, and within eight standard deviations of that but once in 10**14 tests."""
    for match in ([7, 1, 2], [1, 2, 7]):
        counts = np.zeros((2, 3), np.int64)
        for _ in range(300):
            (ann, bob), _ = run(keys(match), keys([7, 8, 9]))
            counts[0, bob.places[0][0]] += 1
            counts[1, ann.places[1][0]] += 1
        assert np.all(np.abs(counts - 100) < 65)


def test_equal_inputs_never_look_the_same_again() -> None:
    sides = keys(range(20)), keys(range(20))
    (one, _), (other, _) = (run(*sides)[1] for _ in range(2))
    assert not set.union(*(_pieces(message, 16) for message in one)) & set.union(
        *(_pieces(message, 16) for message in other)
    )


def test_a_point_of_small_order_is_refused() -> None:
    with pytest.raises(PeerError, match="party peer sent a point of small order"):
        run(keys([1, 2]), keys([3]), spoil=bytes(32))


def _pieces(message: bytes, length: int) -> set[bytes]:
    return {message[at : at + length] for at in range(0, len(message), length)}
