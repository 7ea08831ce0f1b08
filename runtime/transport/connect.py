"""Connects the parties: listening, calling, and the first words on each connection.

Each party calls the parties with lower numbers and answers the parties with higher numbers. A caller that cannot prove
who it is gets hung up on and forgotten: strangers neither take part nor stop a run.
"""

from __future__ import annotations

import select
import socket
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from errno import EADDRNOTAVAIL
from ipaddress import ip_address
from time import monotonic, sleep

from ..errors import PeerError
from . import hello
from .base import Address
from .channel import HANGUP, PLAIN, Tunnel
from .hello import Authority, DifferenceError, Hello, StrangerError
from .tcp import TcpTransport

_WORDS_SECONDS = 10.0
"""How long the first words on a new connection may take in all."""

_RETRY_SECONDS = 0.05
_GLANCE_SECONDS = 0.002
_MOST_CALLERS = 16
"""The most connections whose first words are heard at the same time."""


@dataclass(frozen=True, slots=True)
class Meeting:
    """What one party needs to meet the others. `facts` must be the same at all parties.

    `seconds` bounds the meeting. `patience`, if any, bounds the seconds without progress in a later round.
    """

    me: int
    names: Sequence[str]
    addresses: Mapping[int, Address]
    facts: Mapping[str, str]
    authority: Authority
    tunnel: Tunnel = PLAIN
    seconds: float = 60.0
    patience: float | None = None


_BACKLOG = 128


def listen(address: Address = ("127.0.0.1", 0)) -> socket.socket:
    """A listening socket at an IPv4 or IPv6 address of this machine, or a name that stands for one.

    Port 0 takes a free port, which `getsockname` tells. Raises `OSError` for a port in use, or another's address.
    """
    host, port = address
    family, _, _, _, place = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
    return socket.create_server(place[:2], family=family, backlog=_BACKLOG)


def listen_at(address: Address, place: Address | None = None) -> socket.socket:
    """The socket at which a node waits for calls: at a place if one is given, else at its address.

    If the address is not a number of this machine's, the socket is on every interface, for IPv6 and IPv4 where this
    machine has both: the address is then that of a gateway before this machine, or a name, which may stand for
    something else on the machine itself. Raises `OSError`.
    """
    if place is not None:
        return listen(place)
    if _is_number(address[0]):
        try:
            return listen(address)
        except OSError as error:
            if error.errno != EADDRNOTAVAIL:
                raise
    if socket.has_dualstack_ipv6():
        return socket.create_server(("", address[1]), family=socket.AF_INET6, dualstack_ipv6=True, backlog=_BACKLOG)
    return socket.create_server(("", address[1]), backlog=_BACKLOG)


def _is_number(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def connect(meeting: Meeting, listener: socket.socket) -> TcpTransport:
    """A transport to all other parties, which have proved who they are and agree on the facts. Closes the listener.

    Raises `PeerError` naming a party that cannot be reached in time, is not who it should be, or runs something else.
    """
    deadline = monotonic() + meeting.seconds
    connections: dict[int, socket.socket] = {}
    try:
        for peer in range(meeting.me):
            connections[peer] = _call(meeting, peer, connections, deadline)
        _answer(meeting, listener, connections, deadline)
    except BaseException:
        for connection in connections.values():
            connection.close()
        raise
    finally:
        listener.close()
    channels = {peer: meeting.tunnel.channel(connection) for peer, connection in connections.items()}
    return TcpTransport(meeting.me, meeting.names, channels, meeting.patience)


def _call(meeting: Meeting, peer: int, connections: dict[int, socket.socket], deadline: float) -> socket.socket:
    """A connection to a party with a lower number. Waits until that party listens, while the connected parties stay."""
    name = meeting.names[peer]
    while (connection := _dial(meeting.addresses[peer], deadline)) is None:
        _check_presence(meeting, connections)
        left = deadline - monotonic()
        if left <= 0:
            raise PeerError(name, "cannot be reached")
        sleep(min(_RETRY_SECONDS, left))
    try:
        connection, _ = _first_words(meeting, connection, peer)
    except DifferenceError as error:
        raise PeerError(name, str(error)) from None
    except StrangerError:
        raise PeerError(name, "did not prove who it is") from None
    except OSError as error:
        raise PeerError(name, "closed its connection before the first round") from error
    return connection


def _dial(address: Address, deadline: float) -> socket.socket | None:
    """A connection; None if nobody answers at the address."""
    try:
        return socket.create_connection(address, timeout=max(_RETRY_SECONDS, deadline - monotonic()))
    except OSError:
        return None


def _check_presence(meeting: Meeting, connections: dict[int, socket.socket]) -> None:
    """Raises `PeerError` when a connected party has closed: that party has found a reason not to run."""
    poll = select.poll()
    peers = {connection.fileno(): peer for peer, connection in connections.items()}
    for descriptor in peers:
        poll.register(descriptor, HANGUP)
    for descriptor, _ in poll.poll(0):
        raise PeerError(meeting.names[peers[descriptor]], "closed its connection before the first round")


def _answer(meeting: Meeting, listener: socket.socket, connections: dict[int, socket.socket], deadline: float) -> None:
    """Adds a connection from each party with a higher number."""
    missing = set(range(meeting.me + 1, len(meeting.names)))
    callers: dict[Future[tuple[socket.socket, Hello]], socket.socket] = {}
    hearing = ThreadPoolExecutor(_MOST_CALLERS)
    try:
        while missing:
            _check_presence(meeting, connections)
            if monotonic() > deadline:
                raise PeerError(meeting.names[min(missing)], "did not connect in time")
            if select.select([listener], [], [], _GLANCE_SECONDS)[0] and len(callers) < _MOST_CALLERS:
                caller, _ = listener.accept()
                callers[hearing.submit(_first_words, meeting, caller, None)] = caller
            for future in [future for future in callers if future.done()]:
                del callers[future]
                _admit(meeting, future, missing, connections)
    finally:
        for caller in callers.values():
            with suppress(OSError):
                caller.shutdown(socket.SHUT_RDWR)
        hearing.shutdown(wait=False)


def _admit(
    meeting: Meeting,
    future: Future[tuple[socket.socket, Hello]],
    missing: set[int],
    connections: dict[int, socket.socket],
) -> None:
    """Takes in a caller whose first words are over, if it is a missing party."""
    try:
        connection, theirs = future.result()
    except DifferenceError as error:
        raise PeerError(meeting.names[error.party], str(error)) from None
    except (StrangerError, OSError):
        return
    if theirs.party in missing:
        missing.remove(theirs.party)
        connections[theirs.party] = connection
    else:
        connection.close()


def _first_words(meeting: Meeting, raw: socket.socket, callee: int | None) -> tuple[socket.socket, Hello]:
    """Exchanges hellos and proofs, on a connection to `callee`, or, if that is None, from somebody who called.

    Returns the connection to go on with, and the other side's hello. On any failure the connection is closed. A callee
    that gives itself out for another party gets no proof, because it could show that proof to the other party and take
    the caller's place there.
    """
    connection = raw
    deadline = monotonic() + _WORDS_SECONDS
    try:
        raw.settimeout(_WORDS_SECONDS)
        connection = meeting.tunnel.enter(raw, callee)
        mine = hello.new_hello(meeting.me, meeting.facts)
        packed = hello.pack(mine)
        connection.sendall(packed)
        prefix = _read(connection, hello.PREFIX_BYTES, deadline)
        answer = prefix + _read(connection, hello.rest_length(prefix), deadline)
        theirs = hello.unpack(answer)
        if callee is not None and theirs.party != callee:
            raise PeerError(meeting.names[callee], f"has number {theirs.party} where this party expects {callee}")
        words = (packed, answer) if callee is not None else (answer, packed)
        connection.sendall(meeting.authority.prove(hello.transcript(meeting.me, *words)))
        proof = _read(connection, meeting.authority.proof_bytes, deadline)
        transcript = hello.transcript(theirs.party, *words)
        if theirs.party == meeting.me or not meeting.authority.is_proof(theirs.party, transcript, proof):
            raise StrangerError
        hello.check_facts(mine, theirs)
    except BaseException:
        connection.close()
        raise
    return connection, theirs


def _read(connection: socket.socket, length: int, deadline: float) -> bytes:
    """So many bytes. Raises `OSError` when they are not all there by the deadline, even if they come one by one."""
    content = bytearray()
    while len(content) < length:
        left = deadline - monotonic()
        if left <= 0:
            raise TimeoutError
        connection.settimeout(left)
        piece = connection.recv(length - len(content))
        if not piece:
            raise ConnectionResetError
        content += piece
    return bytes(content)
