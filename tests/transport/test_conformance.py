"""What every transport does: one suite, run over each of them."""

from collections.abc import Callable, Iterator

import numpy as np
import pytest
from tacit.runtime.errors import PeerError
from tacit.runtime.transport.base import Transport

from tests.transport.groups import GROUPS, NAMES, STAMPS, at_all

Connect = Callable[[int], list[Transport]]


@pytest.fixture(params=sorted(GROUPS))
def connect(request: pytest.FixtureRequest) -> Iterator[Connect]:
    opened: list[Transport] = []

    def group(parties: int) -> list[Transport]:
        transports = GROUPS[request.param](parties)
        opened.extend(transports)
        return transports

    yield group
    for transport in opened:
        transport.close()


def view(content: bytes | bytearray) -> list[memoryview]:
    return [memoryview(content)]


def swap(transport: Transport, content: bytes, length: int, round: int = 1) -> bytes:
    """Sends `content` to the only peer and returns the `length` bytes that came."""
    (peer,) = transport.peers
    arrived = bytearray(length)
    transport.exchange([(peer, view(content))], [(peer, view(arrived))], round)
    return bytes(arrived)


def test_parties_know_their_peers(connect: Connect) -> None:
    assert [(party.me, party.peers) for party in connect(3)] == [(0, (1, 2)), (1, (0, 2)), (2, (0, 1))]


@pytest.mark.parametrize("length", [0, 1, 7, 65536, 300_001])
def test_a_message_arrives_as_it_was_sent(connect: Connect, length: int) -> None:
    group = connect(2)
    contents = [np.random.default_rng(party).bytes(length) for party in range(2)]
    arrived = at_all(2, lambda me: swap(group[me], contents[me], length))
    assert arrived == [contents[1], contents[0]]


def test_rounds_arrive_in_order_when_one_party_runs_ahead(connect: Connect) -> None:
    first, second = connect(2)
    for round in range(1, 101):
        first.exchange([(1, view(round.to_bytes(4, "little")))], [], round)
    arrived = []
    for round in range(1, 101):
        content = bytearray(4)
        second.exchange([], [(0, view(content))], round)
        arrived.append(int.from_bytes(content, "little"))
    assert arrived == list(range(1, 101))


def test_pieces_are_joined_and_split(connect: Connect) -> None:
    first, second = connect(2)
    sent = [b"", b"abc", b"", b"defg", b"h"]
    arrived = [bytearray(2), bytearray(0), bytearray(6)]
    first.exchange([(1, [memoryview(piece) for piece in sent])], [], 1)
    second.exchange([], [(0, [memoryview(piece) for piece in arrived])], 1)
    assert b"|".join(arrived) == b"ab||cdefgh"


def test_more_pieces_than_the_system_takes_at_once(connect: Connect) -> None:
    group = connect(2)
    contents = [bytes([party]) * 5000 for party in range(2)]

    def run(me: int) -> bytes:
        arrived = bytearray(5000)
        pieces = memoryview(contents[me])
        places = memoryview(arrived)
        split = range(0, 5000, 2)
        group[me].exchange(
            [(1 - me, [pieces[at : at + 2] for at in split])], [(1 - me, [places[at : at + 2] for at in split])], 1
        )
        return bytes(arrived)

    assert at_all(2, run) == [contents[1], contents[0]]


def test_every_pair_talks_in_one_round(connect: Connect) -> None:
    group = connect(5)

    def run(me: int) -> list[bytes]:
        peers = group[me].peers
        arrived = {peer: bytearray(2) for peer in peers}
        group[me].exchange(
            [(peer, view(bytes([me, peer]))) for peer in peers], [(peer, view(arrived[peer])) for peer in peers], 1
        )
        return [bytes(arrived[peer]) for peer in peers]

    assert at_all(5, run) == [[bytes([peer, me]) for peer in range(5) if peer != me] for me in range(5)]


def test_huge_messages_cross_without_deadlock(connect: Connect) -> None:
    group = connect(2)
    words = 8 << 20
    arrays = [np.arange(party, words + party, dtype=np.uint64) for party in range(2)]
    places = [np.zeros(words, np.uint64) for _ in range(2)]

    def run(me: int) -> None:
        group[me].exchange(
            [(1 - me, [memoryview(arrays[me]).cast("B")])], [(1 - me, [memoryview(places[me]).cast("B")])], 1
        )

    at_all(2, run)
    assert np.array_equal(places[0], arrays[1])
    assert np.array_equal(places[1], arrays[0])


def test_after_the_farewell_a_peer_may_close(connect: Connect) -> None:
    group = connect(3)

    def run(me: int) -> None:
        group[me].finish()
        group[me].close()
        group[me].close()

    at_all(3, run)


def test_a_peer_that_left_is_named(connect: Connect) -> None:
    group = connect(2)
    group[1].close()
    with pytest.raises(PeerError) as caught:
        swap(group[0], b"", 1, round=7)
    assert (caught.value.party, caught.value.round) == ("bob", 7)


def test_a_dead_peer_is_noticed_while_waiting_for_another(connect: Connect) -> None:
    group = connect(3)
    group[2].close()
    with pytest.raises(PeerError) as caught:
        group[0].exchange([], [(1, view(bytearray(8)))], 3)
    assert caught.value.party == "carol"


def test_a_peer_that_dies_amid_a_message_is_named(connect: Connect) -> None:
    group = connect(2)
    arrived = bytearray(1 << 20)
    group[1].exchange([(0, view(b"half"))], [], 1)
    group[1].close()
    group[0].exchange([], [(1, view(bytearray(4)))], 1)
    with pytest.raises(PeerError) as caught:
        group[0].exchange([], [(1, view(arrived))], 2)
    assert caught.value.party == "bob"


@pytest.mark.parametrize(("sent", "expected"), [(1, 2), (2, 1), (0, 1), (1, 0)])
def test_a_message_of_another_length_is_a_disagreement(
    connect: Connect, request: pytest.FixtureRequest, sent: int, expected: int
) -> None:
    more = STAMPS.get(request.node.callspec.params["connect"], 0)
    first, second = connect(2)
    first.exchange([(1, view(bytes(sent)))], [], 1)
    with pytest.raises(
        PeerError, match=f"party alice disagreed.* {sent + more} bytes of round 1, expected {expected + more}"
    ):
        second.exchange([], [(0, view(bytearray(expected)))], 1)


def test_a_message_of_another_round_is_a_disagreement(connect: Connect, request: pytest.FixtureRequest) -> None:
    length = 1 + STAMPS.get(request.node.callspec.params["connect"], 0)
    first, second = connect(2)
    first.exchange([(1, view(b"x"))], [], 4)
    with pytest.raises(PeerError, match=f"party alice disagreed.* of round 4, expected {length} of round 5 in round 5"):
        second.exchange([], [(0, view(bytearray(1)))], 5)


def test_a_peer_that_finishes_early_is_a_disagreement(connect: Connect) -> None:
    group = connect(2)

    def run(me: int) -> str:
        try:
            if me == 0:
                group[me].finish()
            else:
                group[me].exchange([], [(0, view(bytearray(1)))], 1)
        except PeerError as error:
            return str(error)
        finally:
            group[me].close()
        return "no error"

    assert at_all(2, run)[1] == "party alice disagreed: it has finished already in round 1"


def test_names_are_the_groups(connect: Connect) -> None:
    group = connect(4)
    group[3].close()
    with pytest.raises(PeerError, match=f"party {NAMES[3]} closed its connection in round 2"):
        group[1].exchange([], [(3, view(bytearray(1)))], 2)
