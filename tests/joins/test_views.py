"""What a party sees of a join depends on the sizes and on how many keys match, and on nothing else.

Two families of inputs have equal sizes and equally many matches, but other keys, other rows that match, other values.
For each party the messages are compared: their senders, rounds and lengths exactly; what they hold by chi-square tests
whose bounds are 8 deviations wide, under fixed seeds. What is masked is uniform. The places and tags, which are not,
are compared by what they could tell: which places in an owner's order match, and which of them with which.
"""

from collections.abc import Callable, Iterator
from hashlib import sha256
from itertools import combinations, count, groupby
from threading import current_thread

import numpy as np
import pytest
from tacit.runtime.alignment import delegated, private_id
from tacit.runtime.graph.nodes import Exchange, Storage, ValueType
from tacit.runtime.randomness import rows as random_rows
from tacit.runtime.randomness import tags as random_tags
from tacit.runtime.run import session as sessions_of_runtime

from tests.joins.sessions import Array, Ran, Session

TEXT = """
party ann
party bob
input p: table[user: key, x: int, w: bool] from ann
input q: table[user: key, y: int] from bob
j = join(p, q, on=user, how="left")
save j.x as x
save j.y as y
save j.w as w
"""
ALIGNED = TEXT.replace("left", "inner")
"""Without the shuffle that hides which rows of a side have partners."""

PROTOCOLS = ("rep3", "semi2k")
Family = Callable[[int, int], dict[str, Array]]


def first(rows: int, matched: int) -> dict[str, Array]:
    """The first rows match, in order; all values are 0."""
    zeros = np.zeros(rows, np.int64)
    own = np.arange(1, rows + 1)
    other = np.where(own <= matched, own, own + rows)
    return {"p.user": own, "p.x": zeros, "p.w": zeros.astype(bool), "q.user": other, "q.y": zeros}


def last(rows: int, matched: int) -> dict[str, Array]:
    """The last rows match, the other way round; all bits of all values are 1, and keys are large."""
    own = np.arange(1, rows + 1) << 40
    other = own[::-1] + np.where(np.arange(rows) < matched, 0, 7)
    ones = np.full(rows, -1)
    return {"p.user": own, "p.x": ones, "p.w": ones.astype(bool), "q.user": other, "q.y": ones}


FAMILIES: tuple[Family, ...] = (first, last)


@pytest.fixture(autouse=True)
def seeds(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Bytes that look fresh, but are the same in each run of a test: a party is told from others by its thread."""
    counters: dict[str, Iterator[int]] = {}

    def drawn(size: int) -> bytes:
        party = current_thread().name
        number = next(counters.setdefault(party, count()))
        return np.random.default_rng(list(sha256(f"{party} {number}".encode()).digest())).bytes(size)

    for module in (sessions_of_runtime, delegated, private_id, random_rows, random_tags):
        monkeypatch.setattr(module, "fresh_bytes", drawn)
    yield


def messages(ran: Ran, party: int) -> list[tuple[int, int, bytes]]:
    return [*ran.aligning[party], *ran.running[party]]


def check_even(counts: Array, probabilities: float | Array | None = None) -> None:
    """Chi-square against equal (or these) probabilities."""
    expected = counts.sum() / counts.size if probabilities is None else counts.sum() * probabilities
    statistic = float(((counts - expected) ** 2 / expected).sum())
    freedom = counts.size - 1
    assert (statistic - freedom) / float(np.sqrt(2 * freedom)) < 8


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_who_sends_how_much_and_when_is_the_same(protocol: str) -> None:
    session = Session(TEXT, {"rows(p)": 40, "rows(q)": 40}, protocol)
    shapes = [
        [
            [(round, sender, len(content)) for round, sender, content in messages(ran, party)]
            for party in range(len(session.target.parties))
        ]
        for ran in (session.run(family(40, 13)) for family in FAMILIES)
    ]
    assert shapes[0] == shapes[1]


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize("family", FAMILIES)
def test_what_is_masked_is_uniform(protocol: str, family: Family) -> None:
    """All that is heard while the graph runs, but places."""
    rows = 2048
    session = Session(TEXT, {"rows(p)": rows, "rows(q)": rows}, protocol)
    ran = session.run(family(rows, rows // 2))
    heard = [(kind, content) for party in range(session.target.nodes) for kind, content in values(session, ran, party)]
    for kind, content in heard:
        if kind.storage is not Storage.WORD32:
            check_even(np.bincount(np.frombuffer(content, np.uint8), minlength=256))
    assert sum(len(content) for kind, content in heard if kind.storage is Storage.RING) >= 16 * rows
    assert {kind.storage for kind, _ in heard} == {Storage.RING, Storage.BITS, Storage.WORD32}


@pytest.mark.parametrize(
    ("protocol", "receiver"), [("rep3", 0), ("rep3", 1), ("rep3", 2), ("semi2k", 0), ("semi2k", 1)]
)
def test_masks_are_those_that_the_receiver_lacks(protocol: str, receiver: int) -> None:
    """With the same keys where it has them, and others where it lacks them, what it hears is independent."""
    rows = 2048
    session = Session(TEXT, {"rows(p)": rows, "rows(q)": rows}, protocol)
    heard = []
    for other, family in enumerate(FAMILIES, 1):
        sets = [at for size in (1, 2, 3) for at in combinations(range(4), size)]
        keys = {at: bytes([sum(1 << party for party in at), 0 if receiver in at else other] * 8) for at in sets}
        ran = session.run(family(rows, rows // 2), keys)
        heard.append([content for kind, content in values(session, ran, receiver) if kind.storage is Storage.RING])
    for first_content, second_content in zip(*heard, strict=True):
        one, two = (np.frombuffer(content, np.uint64) for content in (first_content, second_content))
        check_even(np.bincount((one - two).view(np.uint8), minlength=256))
        check_even(np.bincount((one ^ two).view(np.uint8), minlength=256))


def values(session: Session, ran: Ran, party: int) -> Iterator[tuple[ValueType, bytes]]:
    """What a party hears while the graph runs, value by value as messages hold them."""
    graph = session.graph(ran.aligned[party].matched)
    rounds = [list(group) for talks, group in groupby(graph.body, lambda node: isinstance(node, Exchange)) if talks]
    arrived = {(round, sender): content for round, sender, content in ran.running[party] if round}
    for number, nodes in enumerate(rounds, 1):
        for sender in range(len(graph.parties)):
            sent = [
                graph.types[node.value]
                for node in nodes
                if isinstance(node, Exchange) and (sender, party) in node.routes
            ]
            content = arrived.pop((number, sender), b"")
            assert len(content) == sum(kind.wire_bytes for kind in sent)
            for kind in sent:
                yield kind, content[: kind.wire_bytes]
                content = content[kind.wire_bytes :]
    assert not arrived


RUNS = 300
ROWS, MATCHED = 6, 3


@pytest.mark.parametrize("family", FAMILIES)
def test_tags_tell_the_helper_nothing_of_which_rows_match(family: Family) -> None:
    """Neither which places in either order match, nor which with which, nor anything of a key."""
    session = Session(TEXT, {"rows(p)": ROWS, "rows(q)": ROWS}, "rep3")
    (matching,) = session.matchings
    (helper,) = set(matching.matchers)
    pairs, octets = np.zeros((ROWS, ROWS)), np.zeros(256)
    for _ in range(RUNS):
        ran = session.run(family(ROWS, MATCHED))
        left, right = (np.frombuffer(content, np.uint64) for _, _, content in ran.aligning[helper][:2])
        equal = left[:, None] == right[None, :]
        assert equal.sum() == MATCHED
        pairs += equal
        octets += np.bincount(left.view(np.uint8), minlength=256)
    check_even(pairs.reshape(-1))
    check_even(octets)


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize("family", FAMILIES)
def test_places_are_uniform_to_those_that_hear_of_them(protocol: str, family: Family) -> None:
    """Each joined row is anywhere in the order that its owner draws, and so is each row of the owner's."""
    session = Session(ALIGNED, {"rows(p)": ROWS, "rows(q)": ROWS}, protocol)
    heard: dict[tuple[int, int], Array] = {}
    own: dict[int, Array] = {0: np.zeros((ROWS, ROWS)), 1: np.zeros((ROWS, ROWS))}
    for _ in range(RUNS):
        ran = session.run(family(ROWS, MATCHED))
        for party in range(session.target.nodes):
            found = [
                np.frombuffer(content, np.uint32)
                for kind, content in values(session, ran, party)
                if kind.storage is Storage.WORD32
            ]
            for number, places in enumerate(found):
                table = heard.setdefault((party, number), np.zeros((ROWS, ROWS)))
                table[np.arange(places.size), places] += 1
        for party, side in enumerate(session.matchings[0].owners):
            order = next(value for name, value in ran.aligned[side].inputs.items() if "order" in name)
            own[party][np.arange(ROWS), order] += 1
    assert heard
    for table in [*heard.values(), *own.values()]:
        for row in table:
            if row.sum():
                check_even(row)


def test_an_order_that_is_not_drawn_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """A wrong protocol fails the tests above: here owners send their tags in the order of their rows."""
    monkeypatch.setattr(delegated, "fresh_rows", lambda count: np.arange(count, dtype=np.int64))
    with pytest.raises(AssertionError):
        test_tags_tell_the_helper_nothing_of_which_rows_match(first)
