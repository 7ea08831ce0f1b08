"""One connection to one peer, as the ready-loop of `tcp` needs it: bytes moved without waiting."""

from __future__ import annotations

import select
import socket
from collections.abc import Sequence
from typing import Protocol

_MOST_PIECES = 512
"""Pieces given to the system in one call; every system takes at least so many."""

_KEEPALIVE = (("TCP_KEEPIDLE", 10), ("TCP_KEEPINTVL", 5), ("TCP_KEEPCNT", 4), ("TCP_USER_TIMEOUT", 30_000))
"""A peer whose machine vanishes without a word is noticed within half a minute (where the system knows the option)."""

_NEAR_SEND_BYTES = 1 << 19
"""What the system may hold of what was sent to a party on the same machine (it counts twice as much, with its own
records). By itself it would take up to 4 MiB, and bytes would leave the cache before the peer reads them. Measured,
8 MB from each of three parties to the next one on two cores: 7.0 ms of processor time, 9.5 without a limit; half as
much makes parties wait for each other. On a network the limit would bound what is on its way, so there is none."""

HANGUP = getattr(select, "POLLRDHUP", 0)
"""What to poll for, to hear that a peer has closed though bytes of it may be waiting. Where the system does not know
it, POLLHUP comes unasked."""


class Channel(Protocol):
    """Bytes to and from one peer. None means "not now"; errors of a broken connection are `OSError`s."""

    @property
    def is_plain(self) -> bool:
        """Whether bytes travel as they are."""

    def fileno(self) -> int:
        """What to poll."""

    def send(self, pieces: Sequence[memoryview]) -> int | None:
        """The number of bytes sent, of the pieces in order."""

    def receive(self, pieces: Sequence[memoryview]) -> int | None:
        """The number of bytes received into the pieces, in order; 0 when the peer has closed."""

    def close(self) -> None:
        """Closes the connection."""


class SocketChannel:
    """A connected stream socket."""

    is_plain = True

    def __init__(self, connection: socket.socket) -> None:
        tune(connection)
        connection.setblocking(False)
        self._connection = connection

    def fileno(self) -> int:
        """What to poll."""
        return self._connection.fileno()

    def send(self, pieces: Sequence[memoryview]) -> int | None:
        """The number of bytes sent, of the pieces in order."""
        try:
            return self._connection.sendmsg(pieces[:_MOST_PIECES])
        except (BlockingIOError, InterruptedError):
            return None

    def receive(self, pieces: Sequence[memoryview]) -> int | None:
        """The number of bytes received into the pieces, in order; 0 when the peer has closed."""
        try:
            return self._connection.recvmsg_into(pieces[:_MOST_PIECES])[0]
        except (BlockingIOError, InterruptedError):
            return None

    def close(self) -> None:
        """Closes the connection."""
        self._connection.close()


class Tunnel(Protocol):
    """What protects a connection on its way: nothing, or TLS."""

    def enter(self, connection: socket.socket, callee: int | None) -> socket.socket:
        """The protected connection to party `callee`, or, None, to one that called. Takes the plain one over."""

    def channel(self, connection: socket.socket) -> Channel:
        """The channel over a connection that was entered."""


class Plain:
    """No protection on the way, for connections that stay on one machine."""

    def enter(self, connection: socket.socket, callee: int | None) -> socket.socket:
        """The connection as it is."""
        return connection

    def channel(self, connection: socket.socket) -> Channel:
        """A `SocketChannel`."""
        return SocketChannel(connection)


PLAIN = Plain()


def tune(connection: socket.socket) -> None:
    """Sends small messages at once, keeps those to the same machine in the cache, and notices a vanished machine."""
    if connection.family not in (socket.AF_INET, socket.AF_INET6):
        return
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in _KEEPALIVE:
        option = getattr(socket, name, None)
        if option is not None:
            connection.setsockopt(socket.IPPROTO_TCP, option, value)
    if connection.getsockname()[0] == connection.getpeername()[0]:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _NEAR_SEND_BYTES)
