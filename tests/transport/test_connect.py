"""First words on a connection: who may take part, and what is said when parties differ."""

import socket
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from time import monotonic, sleep

import pytest
from tacit.runtime.errors import PeerError
from tacit.runtime.transport import connect as connecting
from tacit.runtime.transport.connect import Meeting, connect, listen
from tacit.runtime.transport.hello import (
    PREFIX_BYTES,
    Hello,
    SharedToken,
    StrangerError,
    new_hello,
    pack,
    rest_length,
    transcript,
    unpack,
)
from tacit.runtime.transport.tcp import TcpTransport

NAMES = ("alice", "bob")
TOKEN = SharedToken(bytes(32))
OTHER_TOKEN = SharedToken(bytes(31) + b"x")
FACTS = {"version": "1", "program": "abc"}


def outcomes(facts: tuple[Mapping[str, str], Mapping[str, str]], tokens: tuple[SharedToken, SharedToken]) -> list[str]:
    """What alice and bob get: an error's text, or "connected"."""
    listeners = [listen(), listen()]
    addresses = {party: listener.getsockname() for party, listener in enumerate(listeners)}

    def meet(me: int) -> str:
        try:
            connect(Meeting(me, NAMES, addresses, facts[me], tokens[me], seconds=1.0), listeners[me]).close()
        except PeerError as error:
            return str(error)
        return "connected"

    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(meet, range(2)))


def test_parties_that_agree_are_connected() -> None:
    assert outcomes((FACTS, dict(FACTS)), (TOKEN, TOKEN)) == ["connected", "connected"]


@pytest.mark.parametrize(
    ("theirs", "fact"),
    [
        ({"version": "2", "program": "abc"}, "version"),
        ({"version": "1", "program": "abd"}, "program"),
        ({"version": "1", "program": "abc", "sizes": "n=3"}, "sizes"),
        ({"version": "1"}, "program"),
    ],
)
def test_both_are_told_what_differs(theirs: Mapping[str, str], fact: str) -> None:
    assert outcomes((FACTS, theirs), (TOKEN, TOKEN)) == [
        f"party bob has another {fact} than this party",
        f"party alice has another {fact} than this party",
    ]


def test_another_token_is_no_proof() -> None:
    assert outcomes((FACTS, FACTS), (TOKEN, OTHER_TOKEN)) == [
        "party bob did not connect in time",
        "party alice did not prove who it is",
    ]


def test_a_party_that_is_not_there_is_named() -> None:
    nobody = listen()
    address = nobody.getsockname()
    nobody.close()
    with listen() as listener, pytest.raises(PeerError, match="party alice cannot be reached"):
        connect(Meeting(1, NAMES, {0: address}, FACTS, TOKEN, seconds=0.2), listener)


def test_who_waits_hears_that_another_has_gone() -> None:
    """Bob and alice have met; alice gives up on carol, and bob does not wait for carol any longer."""
    names = ("alice", "bob", "carol")
    listeners = [listen() for _ in range(2)]
    addresses = {party: listener.getsockname() for party, listener in enumerate(listeners)}

    def meet(me: int) -> str:
        with pytest.raises(PeerError) as caught:
            connect(Meeting(me, names, addresses, FACTS, TOKEN, seconds=(0.3, 60.0)[me]), listeners[me])
        return str(caught.value)

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(meet, range(2))) == [
            "party carol did not connect in time",
            "party alice closed its connection before the first round",
        ]


def test_patience_with_a_silent_peer_ends() -> None:
    listeners = [listen(), listen()]
    addresses = {party: listener.getsockname() for party, listener in enumerate(listeners)}

    def meet(me: int) -> TcpTransport:
        return connect(Meeting(me, NAMES, addresses, FACTS, TOKEN, patience=0.05), listeners[me])

    with ThreadPoolExecutor(2) as pool:
        alice, bob = pool.map(meet, range(2))
    with pytest.raises(PeerError, match="party bob timed out in round 1"):
        alice.exchange([], [(1, [memoryview(bytearray(1))])], 1)
    alice.close()
    bob.close()


def test_strangers_do_not_stop_a_run() -> None:
    """One that says nothing, one that talks another protocol, one that has no token, one that echoes."""
    listeners = [listen(), listen()]
    addresses = {party: listener.getsockname() for party, listener in enumerate(listeners)}
    silent, babbling, lying, echoing = (socket.create_connection(addresses[0]) for _ in range(4))
    babbling.sendall(b"GET / HTTP/1.1\r\n\r\n")
    lying.sendall(pack(new_hello(1, FACTS)) + bytes(32))

    def echo() -> None:
        while content := echoing.recv(4096):
            echoing.sendall(content)

    def meet(me: int) -> tuple[int, ...]:
        with_all = connect(Meeting(me, NAMES, addresses, FACTS, TOKEN), listeners[me])
        with_all.close()
        return with_all.peers

    with ThreadPoolExecutor(3) as pool, silent, babbling, lying, echoing:
        echoed = pool.submit(echo)
        assert list(pool.map(meet, range(2))) == [(1,), (0,)]
        echoed.result()


def test_a_stranger_that_talks_drop_by_drop_is_hung_up_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """Else a few such would hold all places of callers for as long as they like."""
    monkeypatch.setattr(connecting, "_WORDS_SECONDS", 0.3)
    with ThreadPoolExecutor(1) as pool, listen() as listener:
        meeting = Meeting(0, NAMES, {0: listener.getsockname()}, FACTS, TOKEN, seconds=3.0)
        met = pool.submit(connect, meeting, listener)
        with socket.create_connection(listener.getsockname()) as dripping:
            begin = monotonic()
            with suppress(OSError):
                for octet in pack(new_hello(1, FACTS)) * 10:
                    dripping.sendall(bytes([octet]))
                    sleep(0.05)
                    assert monotonic() - begin < 2.0
        with pytest.raises(PeerError, match="party bob did not connect in time"):
            met.result()


def test_a_callee_that_claims_to_be_another_gets_no_proof() -> None:
    """It could have asked the other one for that hello, and would take this party's place there."""
    with ThreadPoolExecutor(1) as pool, listen() as callee:
        meeting = Meeting(1, NAMES, {0: callee.getsockname()}, FACTS, TOKEN)
        met = pool.submit(connect, meeting, listen())
        caller, _ = callee.accept()
        with caller:
            caller.sendall(pack(new_hello(7, FACTS)))
            heard = b""
            while piece := caller.recv(4096):
                heard += piece
        assert len(heard) == PREFIX_BYTES + rest_length(heard[:PREFIX_BYTES])
        with pytest.raises(PeerError, match="party alice has number 7 where this party expects 0"):
            met.result()


def test_a_hello_survives_packing() -> None:
    hello = Hello(3, bytes(range(32)), (("version", "1"), ("program", "ü")))
    packed = pack(hello)
    assert unpack(packed) == hello
    assert rest_length(packed[:PREFIX_BYTES]) == len(packed) - PREFIX_BYTES


@pytest.mark.parametrize(
    "packed",
    [
        b"HTTP/1.1",
        b"TCH1\xff\xff\x00\x00",
        b"TCH1\x10\x00\x00\x00",
    ],
)
def test_lengths_are_checked_before_anything_is_read(packed: bytes) -> None:
    with pytest.raises(StrangerError):
        rest_length(packed)


@pytest.mark.parametrize("facts", [b"{", b"3", b"[[1]]", b"\xff", b'["ab"', b"[" * 5000])
def test_malformed_facts_are_refused(facts: bytes) -> None:
    packed = pack(Hello(1, bytes(32), ()))[: PREFIX_BYTES + 32] + facts
    with pytest.raises(StrangerError):
        unpack(packed)


def test_a_proof_is_bound_to_its_speaker_and_to_both_hellos() -> None:
    one, other = b"one hello", b"other hello"
    proof = TOKEN.prove(transcript(0, one, other))
    assert TOKEN.is_proof(0, transcript(0, one, other), proof)
    assert not TOKEN.is_proof(1, transcript(1, one, other), proof)
    assert not TOKEN.is_proof(0, transcript(0, other, one), proof)
    assert not OTHER_TOKEN.is_proof(0, transcript(0, one, other), proof)
