"""Walks through a tape. In: the tape, and the state of the run. Out: why it stopped.

Each step begins with its operation, followed by the operation's fields:

    CALL   next step, address of the function, place in the tape of the draw's number or 0, counter in the state that
           the number comes from, how far the call moves that counter, how many words the call has, these words
    HOST   number of the host step
    ROUND  next step, bytes sent, messages sent, messages received, their flows (see `transport.direct`)
    COUNT  draws and rounds in which this party has no part
    BEGIN  counter's place in the tape, address of the index or 0, the counter
    TURN   counter's place, turns in all, where the next turn begins, where the end is, address of the index or 0
    END
"""

from __future__ import annotations

import os
from typing import Any

import numpy as np
from numba import carray

from ..kernels import moves
from ..kernels.features import host_features, may_use
from ..kernels.moves import words_at
from ..kernels.native import COUNT as NUMBERS
from ..kernels.native import inline, native
from ..transport import direct, frames
from . import code
from .code import CLASSES, call_long, call_medium, call_short

Array = np.ndarray[Any, Any]

CALL, HOST, ROUND, COUNT, BEGIN, TURN, END = range(7)

CALL_FIELDS = 7
"""How many words of a CALL come before the words of the call itself."""

FINISHED, AT_HOST, LATE, STUCK, FAILED = range(5)
"""Why the interpreter stopped: at the end; at a host step, whose number is in the state; because its time was over, so
that Python sees signals; in a round that Python must finish; because a compiled function failed."""

AT, ROUNDS, DRAWS, TAKEN, SENT, UNTIL, PHASE, STEP = range(8)
"""The words of the state: where the tape goes on; rounds, draws, correlated values taken and bytes sent so far; when to
return to Python, in nanoseconds; the phase of the present round; a host step's number."""

STATE = 8
"""How many words the state has."""

IS_POSSIBLE = direct.IS_POSSIBLE and may_use(os.environ, host_features(), ())
"""Whether tapes run natively on this machine. Elsewhere all steps are host steps."""

_FRESH, _SENT, ARRIVED = range(3)
"""Phases of a round."""

_SHORT, _MEDIUM = CLASSES[:2]

_UNWATCHED_CALLS = 8
"""The clock is read once in so many calls, because reading it takes as long as a small call."""


@native(NUMBERS, NUMBERS, NUMBERS, NUMBERS, NUMBERS, modules=(code, moves, direct, frames))
def play(tape: Array, state: Array, sockets: Array, clock: Array, stopped: Array) -> None:
    """Runs the tape from `state[AT]` on until it must stop, and writes into `stopped[0]` why."""
    at = state[AT]
    start = tape.ctypes.data
    reason, calls = -1, 0
    while reason < 0:
        operation = tape[at]
        if operation == CALL:
            if tape[at + 3]:
                tape[tape[at + 3]] = state[tape[at + 4]]
                state[tape[at + 4]] += tape[at + 5]
            words, address = tape[at + 6], start + 8 * (at + 7)
            if words <= _SHORT:
                status = call_short(tape[at + 2], address)
            elif words <= _MEDIUM:
                status = call_medium(tape[at + 2], address)
            else:
                status = call_long(tape[at + 2], address)
            if status == 0:
                at = tape[at + 1]
                calls += 1
                if calls % _UNWATCHED_CALLS == 0 and direct.now(clock) > state[UNTIL]:
                    reason = LATE
            else:
                reason = FAILED
        elif operation == ROUND:
            if state[PHASE] == _FRESH and direct.now(clock) > state[UNTIL]:
                reason = LATE
            elif _round(tape, at, state, sockets, clock):
                at = tape[at + 1]
            else:
                reason = STUCK
        elif operation == TURN:
            counter = tape[at + 1]
            tape[counter] += 1
            if tape[counter] < tape[at + 2]:
                if tape[at + 5]:
                    carray(words_at(tape[at + 5]), 1)[0] = tape[counter]
                at = tape[at + 3]
            else:
                at = tape[at + 4]
            if direct.now(clock) > state[UNTIL]:  # a loop may go on for hours without a round
                reason = LATE
        elif operation == BEGIN:
            tape[tape[at + 1]] = 0
            if tape[at + 2]:
                carray(words_at(tape[at + 2]), 1)[0] = 0
            at += 4
        elif operation == COUNT:
            state[DRAWS] += tape[at + 1]
            state[ROUNDS] += tape[at + 2]
            at += 3
        elif operation == HOST:
            state[STEP] = tape[at + 1]
            at += 2
            reason = AT_HOST
        else:
            reason = FINISHED
    state[AT] = at
    stopped[0] = reason


@inline
def _round(tape: Array, at: int, state: Array, sockets: Array, clock: Array) -> bool:
    """Does a round, or what is left of it. Returns whether the round is finished."""
    sends, receives = tape[at + 3], tape[at + 4]
    is_fresh, went = state[PHASE] == _FRESH, True
    state[ROUNDS] += is_fresh
    flow = at + 5
    for _ in range(sends):
        if is_fresh:
            direct.gather(tape, flow, state[ROUNDS])
            went &= direct.send(tape, flow)
        flow = direct.next_flow(tape, flow)
    first = flow
    if is_fresh:
        for _ in range(receives):
            tape[flow + direct.DONE] = 0
            flow = direct.next_flow(tape, flow)
        state[PHASE] = _SENT
        if not went or not direct.await_all(tape, first, receives, state[ROUNDS], sockets, clock):
            return False
    flow = first
    for _ in range(receives):
        direct.scatter(tape, flow)
        flow = direct.next_flow(tape, flow)
    state[PHASE] = _FRESH
    state[SENT] += tape[at + 2]
    return True


def play_in_python(tape: Array, state: Array, indices: dict[int, Array]) -> int:
    """Does the same as `play` for a tape without calls and rounds, and returns why it stopped.

    `indices` are the loops' indices by their addresses.
    """
    at = int(state[AT])
    while True:
        operation, *fields = map(int, tape[at : at + 6])
        if operation == TURN:
            counter, turns, on, out, index = fields
            tape[counter] += 1
            at = on if tape[counter] < turns else out
            if index and tape[counter] < turns:
                indices[index].fill(tape[counter])
        elif operation == BEGIN:
            tape[fields[0]] = 0
            if fields[1]:
                indices[fields[1]].fill(0)
            at += 4
        elif operation == COUNT:
            state[DRAWS] += fields[0]
            state[ROUNDS] += fields[1]
            at += 3
        else:
            assert operation in (HOST, END)
            state[STEP] = fields[0]
            state[AT] = at + 2
            return AT_HOST if operation == HOST else FINISHED
