"""A step many times in a row on a tape, to measure what the step takes in a run without Python's own time around it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ..instructions import Skip
from ..kernels.native import record
from ..transport.direct import CLOCK
from .interpreter import AT, DRAWS, FINISHED, IS_POSSIBLE, STATE, UNTIL, play
from .writer import Sockets, Step, Writer

_FOREVER = 2**62


def repeated(step: Step, turns: int, is_draw: bool = False) -> Callable[[], None] | None:
    """A function that does `step` so many times; None where the step can only be done in Python.

    A draw gives the `Number` 0 to its one call. The tape gives the call a new number in each turn.
    """
    recording = record(step) if IS_POSSIBLE else None
    if recording is None:
        return None
    writer = Writer(Sockets.of({}))
    counter = writer.begin(None)
    begin = writer.place
    writer.calls(recording, step, Skip(0, 0), (DRAWS, 1) if is_draw else None)
    turn = writer.turn(counter, turns, None)
    writer.lead(turn, on=begin, out=writer.place)
    tape, state = writer.finish(), np.zeros(STATE, np.int64)
    state[UNTIL] = _FOREVER
    sockets, clock, stopped = np.zeros(0, np.int64), np.zeros(CLOCK, np.int64), np.zeros(1, np.int64)

    def run() -> None:
        state[AT] = 0
        play.run(tape.words, state, sockets, clock, stopped)
        assert stopped[0] == FINISHED

    return run
