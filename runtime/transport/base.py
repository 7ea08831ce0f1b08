"""What a transport is: how one party exchanges one message with each of its peers in a round.

A transport knows bytes and parties, never what the bytes mean. All transports pass one conformance suite.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

Address = tuple[str, int]
"""A host and a port."""

Sends = Sequence[tuple[int, Sequence[memoryview]]]
"""For each peer, the pieces of its one message, in order: contiguous views of bytes. Pieces may be empty, and a message
without bytes is still a message."""

Receives = Sequence[tuple[int, Sequence[memoryview]]]
"""For each peer, where the bytes of its message go: contiguous writable views of bytes, filled in order."""


Begun = Sequence[tuple[int, memoryview, int]]
"""For each peer its whole message with its header, and how many bytes of the message have moved. A received message is
writable."""


class Transport(Protocol):
    """One party's connections to its peers.

    Errors are `PeerError`s that name the peer at fault. A peer may have died or left; that is told at once, even if the
    round waits for another peer. Or a peer has sent a message of another round or length ("disagreed"). After an error
    only `close` may be called.
    """

    @property
    def me(self) -> int:
        """This party's number."""

    @property
    def peers(self) -> tuple[int, ...]:
        """The other parties' numbers, ascending."""

    def exchange(self, sends: Sends, receives: Receives, round: int) -> None:
        """Does one round: sends every message and fills every destination, all at the same time.

        A peer stands at most once in `sends` and once in `receives`. Returns when every destination is full and the
        views of `sends` may be written again. All parties number their rounds alike, upwards; 0 stands for set-up.
        """

    def direct(self) -> dict[int, int]:
        """The plain sockets, by peer, over which whole messages may move instead of through `exchange`.

        Empty where that is not possible. `finish_exchange` moves what could not move at once.
        """

    def finish_exchange(self, sends: Begun, receives: Begun, round: int) -> None:
        """Does the rest of a round whose messages have moved in part over the sockets of `direct`."""

    def finish(self) -> None:
        """Says farewell to every peer and waits for theirs. A peer that closes afterwards has not failed."""

    def close(self) -> None:
        """Frees everything at once. Peers that have not finished see this party leave. May be called twice."""


class Indirect:
    """The part of a transport whose messages always go through `exchange`."""

    def direct(self) -> dict[int, int]:
        """No sockets."""
        return {}

    def finish_exchange(self, sends: Begun, receives: Begun, round: int) -> None:
        """Never called, because without sockets no round can have begun directly."""
        raise NotImplementedError("nothing has begun: there are no sockets to begin on")
