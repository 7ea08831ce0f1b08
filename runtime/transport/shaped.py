"""A network in front of a transport: messages arrive as late as they would over a link of some delay and bandwidth.

For parties of one machine, which share a clock. A message is stamped with the moment at which its last byte would have
left its sender's link. The receiver gets the message when that byte would have arrived:

    left    = max(now, when the message before it on this link had left) + bytes / bandwidth
    arrived = left + delay

Each ordered pair of parties has a link of its own, so both directions have the full bandwidth and no two peers share a
link. No sender waits: what does not fit the link queues there, as in the buffers of a real link. Underneath, the bytes
move as fast as the transport moves them; the receiver then sleeps until they would have come.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from struct import Struct
from time import monotonic_ns, sleep

from .base import Indirect, Receives, Sends, Transport

_STAMP = Struct("<Q")
STAMP_BYTES = _STAMP.size
"""By how many bytes each message is longer."""

_LATE_NANOSECONDS = 120_000
"""The system wakes a sleeper up to so much too late (measured: 60 to 110 microseconds), so the last bit is polled."""

_give_way: Callable[[], None] = getattr(os, "sched_yield", lambda: None)


@dataclass(frozen=True, slots=True)
class Shape:
    """A link: `delay` in seconds, one way, and `bandwidth` in bytes a second."""

    delay: float
    bandwidth: float


class ShapedTransport(Indirect):
    """A transport whose messages take as long as over links of one shape, which is the same for all parties."""

    def __init__(self, inner: Transport, shape: Shape, now: Callable[[], int] = monotonic_ns) -> None:
        self._inner = inner
        self._delay = round(shape.delay * 1e9)
        self._byte = 1e9 / shape.bandwidth
        self._now = now
        self._free = dict.fromkeys(inner.peers, 0)
        self._leaving = {peer: bytearray(STAMP_BYTES) for peer in inner.peers}
        self._arriving = {peer: bytearray(STAMP_BYTES) for peer in inner.peers}

    @property
    def me(self) -> int:
        """See `Transport`."""
        return self._inner.me

    @property
    def peers(self) -> tuple[int, ...]:
        """See `Transport`."""
        return self._inner.peers

    def exchange(self, sends: Sends, receives: Receives, round: int) -> None:
        """See `Transport`."""
        now = self._now()
        for peer, pieces in sends:
            self._free[peer] = max(now, self._free[peer]) + int(sum(map(len, pieces)) * self._byte)
            _STAMP.pack_into(self._leaving[peer], 0, self._free[peer])
        self._inner.exchange(
            [(peer, [memoryview(self._leaving[peer]), *pieces]) for peer, pieces in sends],
            [(peer, [memoryview(self._arriving[peer]), *pieces]) for peer, pieces in receives],
            round,
        )
        if receives:
            left: list[int] = [_STAMP.unpack(self._arriving[peer])[0] for peer, _ in receives]
            self._wait(max(left) + self._delay)

    def _wait(self, moment: int) -> None:
        """Sleeps until this moment of the clock, and wakes up no later than it."""
        spare = moment - self._now() - _LATE_NANOSECONDS
        if spare > 0:
            sleep(spare * 1e-9)
        while self._now() < moment:
            _give_way()

    def finish(self) -> None:
        """See `Transport`."""
        self._inner.finish()

    def close(self) -> None:
        """See `Transport`."""
        self._inner.close()
