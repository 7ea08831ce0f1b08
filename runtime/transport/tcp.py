"""Rounds over stream sockets: one ready-loop that sends and receives at the same time, straight from and to the arrays.

A round polls busily for a few tens of microseconds, giving up the core to whoever wants it, and then sleeps until a
socket is ready. A sleeping round watches every peer, even those from which it expects nothing, so that a dying peer is
noticed at once. Peers say farewell before they close; a connection that ends without a farewell has failed.
"""

from __future__ import annotations

import os
import select
from collections.abc import Callable, Iterable, Mapping, Sequence
from time import perf_counter
from typing import TypeVar

from ..errors import PeerError
from . import direct
from .base import Begun, Receives, Sends
from .channel import HANGUP, Channel
from .frames import HEADER_BYTES, FrameError, check_farewell, check_message, farewell_header, message_header

_SPIN_SECONDS = 50e-6
"""How long a round polls busily. Measured with three parties on two cores: a round takes 28 microseconds, or 44 if it
sleeps at once. Polling longer changes nothing."""

_give_way: Callable[[], None] = getattr(os, "sched_yield", lambda: None)
"""Lets another process that wants this core have it."""

_Move = Callable[[Sequence[memoryview]], int | None]
_AnyFlow = TypeVar("_AnyFlow", bound="_Flow")

_READ = select.POLLIN
_WRITE = select.POLLOUT


class TcpTransport:
    """A transport over one `Channel` for each peer. `patience` bounds the seconds without any progress in a round."""

    def __init__(
        self, me: int, names: Sequence[str], channels: Mapping[int, Channel], patience: float | None = None
    ) -> None:
        self._me = me
        self._names = names
        self._channels = dict(sorted(channels.items()))
        self._timeout = None if patience is None else round(patience * 1000)
        self._poll = select.poll()
        self._masks = dict.fromkeys(self._channels, HANGUP)
        self._peer_of = {channel.fileno(): peer for peer, channel in self._channels.items()}
        for channel in self._channels.values():
            self._poll.register(channel.fileno(), HANGUP)

    @property
    def me(self) -> int:
        """See `Transport`."""
        return self._me

    @property
    def peers(self) -> tuple[int, ...]:
        """See `Transport`."""
        return tuple(self._channels)

    def exchange(self, sends: Sends, receives: Receives, round: int) -> None:
        """See `Transport`."""
        outgoing = {}
        for peer, pieces in sends:
            length = sum(map(len, pieces))
            outgoing[peer] = _Flow([memoryview(message_header(round, length)), *pieces], HEADER_BYTES + length)
        incoming = {peer: _Incoming(pieces, round) for peer, pieces in receives}
        self._move(outgoing, incoming, self._channels.keys(), round or None)

    def direct(self) -> dict[int, int]:
        """See `Transport`. Empty unless every peer's connection is plain."""
        plain = {peer: channel.fileno() for peer, channel in self._channels.items() if channel.is_plain}
        return plain if direct.IS_POSSIBLE and len(plain) == len(self._channels) else {}

    def finish_exchange(self, sends: Begun, receives: Begun, round: int) -> None:
        """See `Transport`."""
        outgoing = {peer: _Flow([message[done:]], len(message) - done) for peer, message, done in sends}
        incoming = {}
        for peer, message, done in receives:
            flow = _Incoming([message[HEADER_BYTES:]], round)
            try:
                flow.resume(message[:done])
            except FrameError as error:
                raise PeerError(self._names[peer], str(error), round) from None
            incoming[peer] = flow
        self._move(outgoing, incoming, self._channels.keys(), round)

    def finish(self) -> None:
        """See `Transport`."""
        outgoing = {peer: _Flow([memoryview(farewell_header())], HEADER_BYTES) for peer in self._channels}
        incoming = {peer: _Incoming([], None) for peer in self._channels}
        self._move(outgoing, incoming, incoming.keys(), None)

    def close(self) -> None:
        """Closes every connection."""
        for channel in self._channels.values():
            channel.close()

    def _move(
        self,
        outgoing: dict[int, _Flow],
        incoming: dict[int, _Incoming],
        watched: Iterable[int],
        round: int | None,
    ) -> None:
        """Moves all flows to their ends. The hang-up of a `watched` peer is an error, even if no flow waits for it."""
        self._try_all(outgoing, incoming, round)
        if not outgoing and not incoming:
            return
        deadline = perf_counter() + _SPIN_SECONDS
        while perf_counter() < deadline:
            _give_way()
            self._try_all(outgoing, incoming, round)
            if not outgoing and not incoming:
                return
        while outgoing or incoming:
            self._wait(outgoing, incoming, watched, round)

    def _try_all(self, outgoing: dict[int, _Flow], incoming: dict[int, _Incoming], round: int | None) -> None:
        for peer in tuple(outgoing):
            self._send(peer, outgoing, round)
        for peer in tuple(incoming):
            self._receive(peer, incoming, round)

    def _wait(
        self,
        outgoing: dict[int, _Flow],
        incoming: dict[int, _Incoming],
        watched: Iterable[int],
        round: int | None,
    ) -> None:
        """Sleeps until a socket is ready or a peer is gone, and moves what can be moved."""
        for peer in self._channels:
            mask = (_READ if peer in incoming else 0) | (_WRITE if peer in outgoing else 0)
            self._watch(peer, mask | HANGUP if mask or peer in watched else None)
        ready = self._poll.poll(self._timeout)
        if not ready:
            raise PeerError(self._names[next(iter(incoming or outgoing))], "timed out", round)
        for descriptor, events in ready:
            peer = self._peer_of[descriptor]
            if events & _WRITE and peer in outgoing:
                self._send(peer, outgoing, round)
            if peer in incoming:
                self._receive(peer, incoming, round)
            elif events & ~(_READ | _WRITE):
                raise PeerError(self._names[peer], "closed its connection", round)

    def _watch(self, peer: int, mask: int | None) -> None:
        if self._masks[peer] == mask:
            return
        descriptor = self._channels[peer].fileno()
        if mask is None:
            self._poll.unregister(descriptor)
        else:
            self._poll.register(descriptor, mask)
        self._masks[peer] = mask

    def _send(self, peer: int, outgoing: dict[int, _Flow], round: int | None) -> None:
        self._advance(peer, outgoing, self._channels[peer].send, round)

    def _receive(self, peer: int, incoming: dict[int, _Incoming], round: int | None) -> None:
        self._advance(peer, incoming, self._channels[peer].receive, round)

    def _advance(self, peer: int, flows: dict[int, _AnyFlow], move: _Move, round: int | None) -> None:
        """Moves what can move now to or from one peer. A finished flow leaves `flows`."""
        flow = flows[peer]
        while flow.left:
            try:
                count = move(flow.rest())
            except OSError as error:
                raise PeerError(self._names[peer], "broke its connection", round) from error
            if count is None:
                return
            if count == 0:
                raise PeerError(self._names[peer], "closed its connection", round)
            try:
                flow.advance(count)
            except FrameError as error:
                raise PeerError(self._names[peer], str(error), round) from None
        del flows[peer]


class _Flow:
    """Pieces of bytes on their way, and how many bytes are left."""

    __slots__ = ("_next", "_pieces", "left")

    def __init__(self, pieces: list[memoryview], length: int) -> None:
        self._pieces = [piece for piece in pieces if len(piece)]
        self._next = 0
        self.left = length

    def rest(self) -> Sequence[memoryview]:
        """The pieces that have not moved yet."""
        return self._pieces[self._next :] if self._next else self._pieces

    def advance(self, count: int) -> None:
        """Notes that the next `count` bytes have moved."""
        self.left -= count
        if self.left == 0:
            return
        pieces, position = self._pieces, self._next
        while count >= len(pieces[position]):
            count -= len(pieces[position])
            position += 1
        pieces[position] = pieces[position][count:]
        self._next = position


class _Incoming(_Flow):
    """A message to receive after its header. A wrong header is an error; no more is read than this round expects."""

    __slots__ = ("_header", "_length", "_round", "_unchecked")

    def __init__(self, pieces: Sequence[memoryview], round: int | None) -> None:
        self._header = bytearray(HEADER_BYTES)
        self._length = sum(map(len, pieces))
        self._round = round
        self._unchecked = HEADER_BYTES
        super().__init__([memoryview(self._header), *pieces], HEADER_BYTES + self._length)

    def resume(self, arrived: memoryview) -> None:
        """Notes the first bytes of the message, which have arrived already. Raises `FrameError` as `advance` does."""
        self._header[: min(HEADER_BYTES, len(arrived))] = arrived[:HEADER_BYTES]
        if arrived:
            self.advance(len(arrived))

    def advance(self, count: int) -> None:
        """Notes `count` more bytes. Raises `FrameError` when the header turns out wrong."""
        if self._unchecked > 0:
            self._unchecked -= count
            if self._unchecked <= 0:
                if self._round is None:
                    check_farewell(self._header)
                else:
                    check_message(self._header, self._round, self._length)
        super().advance(count)
