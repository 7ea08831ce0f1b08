"""Writes tapes. In: calls of compiled functions, host steps, rounds, loops, in the order of the run. Out: a `Tape`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

import numpy as np

from ..errors import InternalError
from ..instructions import Instruction
from ..kernels.moves import address
from ..kernels.native import Native, Recording
from ..transport import direct
from ..transport.frames import HEADER_BYTES
from .code import MOST_WORDS, OWN_WORDS, words_of
from .interpreter import BEGIN, CALL, CALL_FIELDS, COUNT, END, HOST, ROUND, TURN

Array = np.ndarray[Any, Any]
Step = Callable[[], None]
Pieces = Sequence[tuple[int, Sequence[Array]]]
"""For each peer the contiguous arrays of its message."""


@dataclass(frozen=True, slots=True)
class Flow:
    """A message of a round: its `peer`, the `stage` in which it lies with its header, and the place `done` in the tape
    of the number of bytes that have moved."""

    peer: int
    stage: Array
    done: int


@dataclass(frozen=True, slots=True)
class Tape:
    """What `interpreter.play` walks through.

    `hosts` are the host steps, each with its instruction. `calls` have, by the place of a CALL, how to do its step in
    Python, and the instruction. `rounds` have, by the place of a ROUND, its messages and the instruction. `indices` are
    the loops' indices by their addresses. `held` keeps alive the objects whose addresses are in the tape.
    """

    words: Array
    hosts: list[tuple[Step, Instruction]]
    calls: dict[int, tuple[Step, Instruction]]
    rounds: dict[int, tuple[list[Flow], list[Flow], Instruction]]
    indices: dict[int, Array]
    held: list[object]


@dataclass(slots=True)
class Sockets:
    """The connections over which messages are sent directly, and memory for one message to and from each peer."""

    descriptors: dict[int, int]
    watched: Array
    sends: dict[int, Array] = field(default_factory=dict)
    receives: dict[int, Array] = field(default_factory=dict)

    @classmethod
    def of(cls, descriptors: dict[int, int]) -> Sockets:
        """The connections with these file descriptors, by peer."""
        made = cls(descriptors, np.array([direct.watched(each) for each in descriptors.values()], np.int64))
        for peer in descriptors:
            made.sends[peer], made.receives[peer] = (np.empty(_STAGE_BYTES, np.uint8) for _ in range(2))
        return made


Draws = tuple[int, int]
"""Which counter of the state gives a call its number, `DRAWS` or `TAKEN`, and how many numbers the call takes."""

_STAGE_BYTES = direct.MOST_BYTES + HEADER_BYTES


class Writer:
    """A tape that grows."""

    def __init__(self, sockets: Sockets) -> None:
        self._sockets = sockets
        self._words: list[int] = []
        self._own = np.zeros(OWN_WORDS, np.int64)
        self._tape = Tape(np.empty(0, np.int64), [], {}, {}, {}, [self._own, sockets])

    @property
    def place(self) -> int:
        """Where the next step will stand."""
        return len(self._words)

    def finish(self) -> Tape:
        """The whole tape."""
        words = [*self._words, END, *[0] * MOST_WORDS]
        tape = self._tape
        return Tape(np.array(words, np.int64), tape.hosts, tape.calls, tape.rounds, tape.indices, tape.held)

    def calls(self, recording: Recording, step: Step, instruction: Instruction, draws: Draws | None = None) -> None:
        """Writes the calls of a recorded step. With `draws`, its one call gets the number of the first draw."""
        if draws and len(recording.calls) != 1:
            raise InternalError("a draw is not one call")
        for native, arguments in recording.calls:
            at = self.place
            self._call(native, arguments, draws)
            self._tape.calls[at] = step, instruction
        self._tape.held.append(recording)

    def _call(self, native: Native, arguments: tuple[Any, ...], draws: Draws | None) -> None:
        words, number = words_of(native, arguments)
        if (number is None) != (draws is None):
            raise InternalError("a draw without its number, or a number without a draw")
        at, count = self.place, OWN_WORDS + len(words)
        if count > MOST_WORDS:
            raise InternalError(f"{native.name} takes too many arguments")
        patched = 0 if number is None else at + CALL_FIELDS + OWN_WORDS + number
        own = address(self._own)
        counter, numbers = (0, 0) if draws is None else draws
        self._words += (CALL, at + CALL_FIELDS + count, native.address(), patched, counter, numbers, count)
        self._words += (own, own + 8, *words)

    def host(self, step: Step, instruction: Instruction) -> None:
        """Writes a host step, which is done in Python."""
        self._words += (HOST, len(self._tape.hosts))
        self._tape.hosts.append((step, instruction))

    def count(self, draws: int, rounds: int) -> None:
        """Writes that so many draws and rounds of other parties are passed."""
        self._words += (COUNT, draws, rounds)

    def can_send(self, *messages: Pieces) -> bool:
        """Whether the messages of a round can be sent directly."""
        return bool(self._sockets.descriptors) and all(
            sum(piece.nbytes for piece in pieces) <= direct.MOST_BYTES for _, pieces in chain(*messages)
        )

    def round(self, sends: Pieces, receives: Pieces, sent: int, instruction: Instruction) -> None:
        """Writes a round whose messages can be sent directly; this party's hold `sent` bytes."""
        at = self.place
        self._words += (ROUND, 0, sent, len(sends), len(receives))
        outgoing = [self._flow(peer, pieces, self._sockets.sends[peer]) for peer, pieces in sends]
        incoming = [self._flow(peer, pieces, self._sockets.receives[peer]) for peer, pieces in receives]
        self._words[at + 1] = self.place
        self._tape.rounds[at] = outgoing, incoming, instruction

    def _flow(self, peer: int, pieces: Sequence[Array], stage: Array) -> Flow:
        kept = [piece for piece in pieces if piece.nbytes]
        length = HEADER_BYTES + sum(piece.nbytes for piece in kept)
        channel = list(self._sockets.descriptors).index(peer)
        flow = Flow(peer, stage[:length], self.place + direct.DONE)
        self._words += (peer, self._sockets.descriptors[peer], channel, address(stage), length, 0, len(kept))
        self._words += chain.from_iterable((address(piece), piece.nbytes) for piece in kept)
        self._tape.held.extend(kept)
        return flow

    def begin(self, index: Array | None) -> int:
        """Writes the beginning of a loop. Gives the place of the loop's counter, for `turn`."""
        self._words += (BEGIN, self.place + 3, self._index(index), 0)
        return self.place - 1

    def turn(self, counter: int, turns: int, index: Array | None) -> int:
        """Writes the end of a turn. Gives the place of this step, for `lead`."""
        self._words += (TURN, counter, turns, 0, 0, self._index(index))
        return self.place - 6

    def lead(self, turn: int, on: int | None = None, out: int | None = None) -> None:
        """Sets where a turn's end leads: `on` to the next turn, and `out` of the loop."""
        if on is not None:
            self._words[turn + 3] = on
        if out is not None:
            self._words[turn + 4] = out

    def _index(self, index: Array | None) -> int:
        if index is None:
            return 0
        if index.itemsize != 8 or index.size != 1:
            raise InternalError("a loop's index is one word")
        self._tape.indices[address(index)] = index
        return address(index)

    def hold(self, things: Iterable[object]) -> None:
        """Keeps these objects alive as long as the tape."""
        self._tape.held.extend(things)
