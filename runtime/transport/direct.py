"""One round of small messages over plain sockets, compiled: no Python between the bytes and the arrays.

A round polls for some tens of microseconds, giving up the core to whoever wants it, and then sleeps until a socket is
ready. Every exception is left to `tcp`: a message that does not leave at once, a message of another round, a peer that
is gone, a signal. Each flow then says how many bytes of its message have moved.

A *flow* is a message in a vector of numbers: `FLOW` fields, then the address and the number of bytes of each piece.
"""

from __future__ import annotations

import errno
import select
import socket
import sys
from typing import Any

import numpy as np
from numba import carray, types

from ..kernels.moves import words_at
from ..kernels.native import inline
from .frames import HEADER_BYTES, MESSAGE_WORD

Array = np.ndarray[Any, Any]

IS_POSSIBLE = sys.platform == "linux" and sys.byteorder == "little"
"""Whether the system has the calls that this file makes, with the same constants."""

MOST_BYTES = 1 << 16
"""The most bytes of a message that moves this way. Longer messages go through `tcp`, which makes no copies."""

PEER, SOCKET, CHANNEL, STAGE, LENGTH, DONE, PIECES = range(7)
FLOW = 7
"""The fields of a flow: the peer's number, its socket, the place of that socket among the watched ones, the address of
the message with its header, its length in bytes, how many of these bytes have moved, and the number of its pieces."""

CLOCK = 2
"""How many words `now` needs to work with."""

_SPIN_NANOSECONDS = 50_000
_SLEEP_MILLISECONDS = 50
_NOW = getattr(socket, "MSG_DONTWAIT", 0) | getattr(socket, "MSG_NOSIGNAL", 0)
_LATER = errno.EAGAIN
_READ = select.POLLIN
_QUIET = getattr(select, "POLLRDHUP", 0) << 32
_MONOTONIC = 1

_memcpy = types.ExternalFunction("memcpy", types.int64(types.int64, types.int64, types.int64))
_send = types.ExternalFunction("send", types.int64(types.int32, types.int64, types.int64, types.int32))
_receive = types.ExternalFunction("recv", types.int64(types.int32, types.int64, types.int64, types.int32))
_poll = types.ExternalFunction("poll", types.int32(types.int64, types.int64, types.int32))
_give_way = types.ExternalFunction("sched_yield", types.int32())
_clock = types.ExternalFunction("clock_gettime", types.int32(types.int32, types.int64))
_errno = types.ExternalFunction("__errno_location", types.CPointer(types.int32)())


def watched(descriptor: int) -> int:
    """What the system polls for at a socket from which no message is expected: a hang-up, and nothing else."""
    return descriptor | _QUIET


@inline
def now(clock: Array) -> Any:
    """Nanoseconds of the monotonic clock. `clock` has `CLOCK` words to work with."""
    _clock(_MONOTONIC, clock.ctypes.data)
    return clock[0] * 1_000_000_000 + clock[1]


@inline
def next_flow(tape: Array, flow: int) -> Any:
    """The place of the flow after this one."""
    return flow + FLOW + 2 * tape[flow + PIECES]


@inline
def gather(tape: Array, flow: int, round: int) -> None:
    """Copies the header and the pieces of a message into its stage, side by side."""
    stage = tape[flow + STAGE]
    header = carray(words_at(stage), HEADER_BYTES // 8)
    header[0], header[1], header[2] = MESSAGE_WORD, round, tape[flow + LENGTH] - HEADER_BYTES
    to = stage + HEADER_BYTES
    for piece in range(flow + FLOW, next_flow(tape, flow), 2):
        _memcpy(to, tape[piece], tape[piece + 1])
        to += tape[piece + 1]
    tape[flow + DONE] = 0


@inline
def scatter(tape: Array, flow: int) -> None:
    """Copies the pieces of a message from its stage to where they belong."""
    source = tape[flow + STAGE] + HEADER_BYTES
    for piece in range(flow + FLOW, next_flow(tape, flow), 2):
        _memcpy(tape[piece], source, tape[piece + 1])
        source += tape[piece + 1]


@inline
def send(tape: Array, flow: int) -> bool:
    """Sends a message. Returns whether the whole message left at once."""
    count = _send(tape[flow + SOCKET], tape[flow + STAGE], tape[flow + LENGTH], _NOW)
    tape[flow + DONE] = max(count, 0)
    return bool(count == tape[flow + LENGTH])


@inline
def _is_wrong(tape: Array, flow: int, round: int) -> bool:
    """Whether a header that has come is not the one that this round expects."""
    header = carray(words_at(tape[flow + STAGE]), HEADER_BYTES // 8)
    return bool(header[0] != MESSAGE_WORD or header[1] != round or header[2] != tape[flow + LENGTH] - HEADER_BYTES)


@inline
def receive(tape: Array, flow: int, round: int) -> bool:
    """Receives what has come of a message. False if the header is wrong, the peer is gone, or the call failed."""
    done = tape[flow + DONE]
    while done < tape[flow + LENGTH]:
        count = _receive(tape[flow + SOCKET], tape[flow + STAGE] + done, tape[flow + LENGTH] - done, _NOW)
        if count <= 0:
            return bool(count < 0 and carray(_errno(), 1)[0] == _LATER)
        before, done = done, done + count
        tape[flow + DONE] = done
        if before < HEADER_BYTES <= done and _is_wrong(tape, flow, round):
            return False
    return True


@inline
def receive_all(tape: Array, first: int, flows: int, round: int) -> int:
    """Receives what has come of so many messages from `first` on. Gives how many are incomplete, -1 after an error."""
    left, flow = 0, first
    for _ in range(flows):
        if tape[flow + DONE] < tape[flow + LENGTH]:
            if not receive(tape, flow, round):
                return -1
            left += tape[flow + DONE] < tape[flow + LENGTH]
        flow = next_flow(tape, flow)
    return left


@inline
def _sleep(tape: Array, first: int, flows: int, sockets: Array) -> bool:
    """Sleeps until bytes have come for one of the messages. False if time is over or anything else has happened."""
    for channel in range(sockets.size):
        sockets[channel] = (sockets[channel] & 0xFFFFFFFF) | _QUIET
    flow = first
    for _ in range(flows):
        if tape[flow + DONE] < tape[flow + LENGTH]:
            sockets[tape[flow + CHANNEL]] |= _READ << 32
        flow = next_flow(tape, flow)
    if _poll(sockets.ctypes.data, sockets.size, _SLEEP_MILLISECONDS) <= 0:
        return False
    happened = 0
    for channel in range(sockets.size):
        happened |= sockets[channel] >> 48
    return bool(happened & ~_READ == 0)


@inline
def await_all(tape: Array, first: int, flows: int, round: int, sockets: Array, clock: Array) -> bool:
    """Receives so many messages from `first` on. False if `tcp` must finish the round."""
    left = receive_all(tape, first, flows, round)
    if left <= 0:
        return bool(left == 0)
    deadline = now(clock) + _SPIN_NANOSECONDS
    while now(clock) < deadline:
        _give_way()
        left = receive_all(tape, first, flows, round)
        if left <= 0:
            return bool(left == 0)
    while _sleep(tape, first, flows, sockets):
        left = receive_all(tape, first, flows, round)
        if left <= 0:
            return bool(left == 0)
    return False
