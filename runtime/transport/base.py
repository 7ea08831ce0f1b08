"""What a transport is: how one party exchanges one message with each of its peers in a round.

A transport knows bytes and parties, never what the bytes mean. All transports pass one conformance suite.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

Address = tuple[str, int]
"""A host and a port."""

Sends = Sequence[tuple[int, Sequence[memoryview]]]
"""For each peer, the pieces of its one message, in order: contiguous views of bytes. The pieces may be empty, and a
message of no bytes is a message all the same."""

Receives = Sequence[tuple[int, Sequence[memoryview]]]
"""For each peer, where the bytes of its message go: contiguous writable views of bytes, filled in order."""


Begun = Sequence[tuple[int, memoryview, int]]
"""For each peer its whole message with its header, writable where it is received, and the bytes that have moved."""


class Transport(Protocol):
    """One party's connections to its peers.

    Errors are `PeerError`s that name the peer at fault: one that died or left (told at once, also when the round
    waits for somebody else), or one that sent a message of another round or length ("disagreed"). After an error only
    `close` may be called.
    """

    @property
    def me(self) -> int:
        """This party's number."""

    @property
    def peers(self) -> tuple[int, ...]:
        """The other parties' numbers, ascending."""

    def exchange(self, sends: Sends, receives: Receives, round: int) -> None:
        """One round: sends each message and fills each destination, all at the same time.

        A peer stands at most once in `sends` and once in `receives`. Returns when every destination is full and the
        views of `sends` may be written again. Peers number their rounds alike, rising; 0 stands for set-up.
        """

    def direct(self) -> dict[int, int]:
        """Plain sockets, by peer, over which whole messages may be moved in place of `exchange`; none where that cannot
        be. `finish_exchange` takes over what could not be moved at once.
        """

    def finish_exchange(self, sends: Begun, receives: Begun, round: int) -> None:
        """The rest of a round whose messages have moved in part over the sockets of `direct`."""

    def finish(self) -> None:
        """Says goodbye to every peer and waits for theirs: after it, a peer that closes has not failed."""

    def close(self) -> None:
        """Frees everything at once. Peers that are not finished see this party leave. May be called twice."""


class Indirect:
    """What a transport is whose messages always go through `exchange`."""

    def direct(self) -> dict[int, int]:
        """None."""
        return {}

    def finish_exchange(self, sends: Begun, receives: Begun, round: int) -> None:
        """Not to be called, for nothing can have begun."""
        raise NotImplementedError("nothing has begun: there are no sockets to begin on")
