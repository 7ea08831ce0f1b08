"""A transport between threads of one process, for tests: one mailbox for each ordered pair of parties."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from threading import Condition

from ..errors import PeerError
from .base import Indirect, Receives, Sends
from .frames import FrameError, check_farewell, check_message, farewell_header, message_header


class MemoryTransport(Indirect):
    """One party of a `connect`ed group. Messages are copied when sent."""

    def __init__(self, network: _Network, me: int) -> None:
        self._network = network
        self._me = me
        self._peers = tuple(party for party in range(len(network.names)) if party != me)

    @property
    def me(self) -> int:
        """See `Transport`."""
        return self._me

    @property
    def peers(self) -> tuple[int, ...]:
        """See `Transport`."""
        return self._peers

    def exchange(self, sends: Sends, receives: Receives, round: int) -> None:
        """See `Transport`."""
        network = self._network
        with network.changed:
            for peer, pieces in sends:
                content = b"".join(pieces)
                network.mailboxes[self._me, peer].append((message_header(round, len(content)), content))
            network.changed.notify_all()
            for peer, pieces in receives:
                header, content = self._take(peer, round)
                try:
                    check_message(header, round, sum(piece.nbytes for piece in pieces))
                except FrameError as error:
                    raise PeerError(network.names[peer], str(error), round or None) from None
                start = 0
                for piece in pieces:
                    piece[:] = content[start : start + piece.nbytes]
                    start += piece.nbytes

    def finish(self) -> None:
        """See `Transport`."""
        network = self._network
        with network.changed:
            for peer in self._peers:
                network.mailboxes[self._me, peer].append((farewell_header(), b""))
            network.finished.add(self._me)
            network.changed.notify_all()
            for peer in self._peers:
                header, _ = self._take(peer, None)
                try:
                    check_farewell(header)
                except FrameError as error:
                    raise PeerError(network.names[peer], str(error)) from None

    def close(self) -> None:
        """Leaves the group. The others see that as a failure unless this party has finished."""
        with self._network.changed:
            if self._me not in self._network.finished:
                self._network.dead.add(self._me)
            self._network.changed.notify_all()

    def _take(self, peer: int, round: int | None) -> tuple[bytes, bytes]:
        network = self._network
        mailbox = network.mailboxes[peer, self._me]
        network.changed.wait_for(lambda: mailbox or network.dead)
        if not mailbox:
            raise PeerError(network.names[min(network.dead)], "closed its connection", round or None)
        return mailbox.popleft()


class _Network:
    """What the parties of a group share. `changed` guards everything."""

    def __init__(self, names: Sequence[str]) -> None:
        self.names = tuple(names)
        self.changed = Condition()
        self.dead: set[int] = set()
        self.finished: set[int] = set()
        parties = range(len(self.names))
        self.mailboxes: dict[tuple[int, int], deque[tuple[bytes, bytes]]] = {
            (sender, receiver): deque() for sender in parties for receiver in parties if sender != receiver
        }


def connect(names: Sequence[str]) -> list[MemoryTransport]:
    """Transports of parties with these names, all connected to each other."""
    network = _Network(names)
    return [MemoryTransport(network, party) for party in range(len(network.names))]
