"""One connection to one peer, as the ready-loop of `tcp` needs it: a channel moves bytes without waiting."""

from __future__ import annotations

import select
import socket
from collections.abc import Sequence
from typing import Protocol

_MOST_PIECES = 512
"""The most pieces given to the system in one call. Every system takes at least so many."""

_KEEPALIVE = (("TCP_KEEPIDLE", 10), ("TCP_KEEPINTVL", 5), ("TCP_KEEPCNT", 4), ("TCP_USER_TIMEOUT", 30_000))
"""A peer whose machine vanishes without a word is noticed within half a minute (where the system knows the option)."""

_NEAR_SEND_BYTES = 1 << 19
"""How many sent bytes the system may hold for a party on the same machine (it counts twice as many, with its own
records). By itself it would hold up to 4 MiB, and bytes would leave the cache before the peer reads them. Measured with
8 MB from each of three parties to the next on two cores: 7.0 ms of processor time, 9.5 ms without a limit. With half
the limit parties wait for each other. On a network a limit would bound what is on its way, so there is none."""

HANGUP = getattr(select, "POLLRDHUP", 0)
"""The event that says that a peer has closed, even if bytes of that peer still wait. Where the system does not know
this event, POLLHUP comes unasked."""


class Channel(Protocol):
    """Bytes to and from one peer. None means "not now"; errors of a broken connection are `OSError`s."""

    @property
    def is_plain(self) -> bool:
        """Whether bytes travel as they are."""

    def fileno(self) -> int:
        """The file descriptor to poll."""

    def send(self, pieces: Sequence[memoryview]) -> int | None:
        """Sends bytes of the pieces, in order. Gives how many bytes went."""

    def receive(self, pieces: Sequence[memoryview]) -> int | None:
        """Receives bytes into the pieces, in order. Gives how many bytes came; 0 when the peer has closed."""

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
        """See `Channel`."""
        return self._connection.fileno()

    def send(self, pieces: Sequence[memoryview]) -> int | None:
        """See `Channel`."""
        try:
            return self._connection.sendmsg(pieces[:_MOST_PIECES])
        except (BlockingIOError, InterruptedError):
            return None

    def receive(self, pieces: Sequence[memoryview]) -> int | None:
        """See `Channel`."""
        try:
            return self._connection.recvmsg_into(pieces[:_MOST_PIECES])[0]
        except (BlockingIOError, InterruptedError):
            return None

    def close(self) -> None:
        """See `Channel`."""
        self._connection.close()


class Tunnel(Protocol):
    """What protects a connection on its way: nothing, or TLS."""

    def enter(self, connection: socket.socket, callee: int | None) -> socket.socket:
        """The protected connection to party `callee`; None stands for a party that called. Takes over `connection`."""

    def channel(self, connection: socket.socket) -> Channel:
        """The channel over a connection that `enter` gave."""


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
    """Sets up a TCP connection: small messages leave at once, messages within a machine stay in the cache, and a
    vanished machine is noticed."""
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
