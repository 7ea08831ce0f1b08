"""From a block of instructions to its tape. In: instructions, and the arrays in their slots. Out: a `Tape`.

An instruction that only calls compiled functions goes onto the tape, and so does a round of small messages over plain
sockets. Every other instruction is a host step.

A carried value lies in another place in each turn. A loop's turns are written out until the places come again, usually
after two turns, so that no turn has to look a place up.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import groupby
from typing import Any

import numpy as np

from ..errors import InternalError
from ..graph.correlations import CORRELATIONS
from ..graph.nodes import Graph
from ..instructions import Alias, Block, Call, Deliver, Draw, Fill, Instruction, Loop, Round, Schedule, Skip
from ..kernels import TABLE
from ..kernels.moves import address, copy
from ..kernels.native import Scratch, record
from ..randomness.batches import Small, Streams, bind_batch, is_small
from ..randomness.sources import NATIVES as DRAWING
from ..randomness.sources import SOURCES, Keys, Prepared, is_one_call
from ..tape.code import Number
from ..tape.interpreter import DRAWS, IS_POSSIBLE, ROUNDS, SENT, TAKEN, play
from ..tape.writer import Draws, Sockets, Step, Tape, Writer
from ..transport.base import Transport
from .messages import NATIVES as MOVING
from .messages import bind_messages, sent_slots

__all__ = ["NATIVES", "Binder", "Context", "Record", "Run", "Step", "sent_bytes"]

NATIVES = (*DRAWING, *MOVING, *((play,) if IS_POSSIBLE else ()))
"""The compiled functions that a run calls beside its kernels."""

Array = np.ndarray[Any, Any]
Record = Callable[[int, int, int, bytes], None]
Watch = Callable[[Instruction, Step], Step]


@dataclass(slots=True)
class Run:
    """What a run counts, in the interpreter's `state`, and gives: `outputs` by role and name, `kept` by name."""

    state: Array
    outputs: dict[str, dict[str, Array]] = field(default_factory=dict)
    kept: dict[str, Array] = field(default_factory=dict)

    def next(self, counter: int) -> int:
        """The number of the draw (`DRAWS`) or of the correlated value (`TAKEN`) that is made now."""
        number = int(self.state[counter])
        self.state[counter] = number + 1
        return number


@dataclass(frozen=True, slots=True)
class Context:
    """The instructions to bind, and what they are bound to. `stays` are the outputs whose memory nothing overwrites."""

    graph: Graph
    schedule: Schedule
    slots: list[Array]
    stays: frozenset[int]
    transport: Transport
    keys: Keys
    prepared: Prepared
    run: Run


class Binder:
    """Makes tapes. Where steps are watched, or the system cannot run tapes natively, all steps are host steps."""

    def __init__(self, context: Context, record: Record | None, watch: Watch, is_watched: bool) -> None:
        self._context = context
        self._slots = context.slots
        self._record = record
        self._watch = watch
        self.is_native = IS_POSSIBLE and not is_watched
        self.sockets = Sockets.of(context.transport.direct() if self.is_native else {})
        self._writer = Writer(self.sockets)
        self._scratch = Scratch()
        self._streams: Streams = {}

    def tape(self, block: Block) -> Tape:
        """The tape of a block whose loops are all counted.

        Afterwards the slots of carried values are where the tape leaves them.
        """
        self._writer = Writer(self.sockets)
        self._block(block)
        return self._writer.finish()

    def _block(self, block: Block) -> None:
        for are_small, group in groupby(block, self._is_small):
            if are_small:
                self._draws([each for each in group if isinstance(each, Draw)])
            else:
                for instruction in group:
                    self._instruction(instruction)

    def _instruction(self, instruction: Instruction) -> None:
        match instruction:
            case Call():
                self._call(instruction)
            case Draw():
                self._draw(instruction)
            case Round():
                self._round(instruction)
            case Loop():
                self._loop(instruction)
            case Fill():
                self._replay(partial(copy, self._slots[instruction.output], instruction.data), instruction)
            case Alias():
                layout = self._context.schedule.layouts[instruction.output]
                self._slots[instruction.output] = layout.within(self._slots[instruction.value], instruction.offset)
            case Deliver():
                self._host(partial(self._deliver, instruction, self._slots[instruction.value]), instruction)
            case Skip():
                self._writer.count(instruction.draws, instruction.rounds)

    def _host(self, step: Step, instruction: Instruction) -> None:
        self._writer.host(self._watch(instruction, step), instruction)

    def _replay(self, step: Step, instruction: Instruction, draws: Draws | None = None) -> None:
        """Puts a step onto the tape as its recorded calls, or as a host step where it cannot be recorded.

        A step with `draws` must be recorded. Raises `InternalError` if it cannot.
        """
        recording = record(step, self._scratch) if self.is_native else None
        if recording is None:
            if draws is not None:
                raise InternalError("a draw cannot be recorded: in Python its number would be that of another")
            self._host(step, instruction)
        else:
            self._writer.calls(recording, step, instruction, draws)

    def _call(self, call: Call) -> None:
        kernel = TABLE[call.kernel]
        arrays = [self._slots[slot] for slot in (call.output, *call.inputs)]
        step = partial(kernel.run, *arrays, **call.attributes)
        if kernel.replays:
            self._replay(step, call)
        else:
            self._host(step, call)

    def _deliver(self, instruction: Deliver, value: Array) -> None:
        run = self._context.run
        target = run.kept if instruction.kept else run.outputs.setdefault(instruction.role, {})
        target[instruction.name] = value if instruction.value in self._context.stays else value.copy()

    # --- randomness ---------------------------------------------------------------------------------------------------

    def _is_small(self, instruction: Instruction) -> bool:
        """Whether the instruction is a draw that can be made together with its neighbours."""
        if not self.is_native or not isinstance(instruction, Draw):
            return False
        kind = self._context.graph.types[instruction.output]
        return is_small(instruction.source, instruction.at, kind, self._slots[instruction.output])

    def _draws(self, draws: Sequence[Draw]) -> None:
        """Puts small draws that follow each other onto the tape, as one call."""
        types, me = self._context.graph.types, self._context.transport.me
        small = [Small(draw.source, draw.at, types[draw.output], self._slots[draw.output]) for draw in draws]
        fill = bind_batch(me, small, self._context.keys, self._streams)
        self._writer.hold([fill])
        self._replay(lambda: fill(Number(0)), draws[0], (DRAWS, len(draws)))

    def _draw(self, draw: Draw) -> None:
        context, run, out = self._context, self._context.run, self._slots[draw.output]
        kind, me = context.graph.types[draw.output], context.transport.me
        if draw.source in CORRELATIONS:
            piece, counter = context.prepared(draw.source, kind), TAKEN
            sample, is_call = piece.sample, piece.is_stream and is_one_call("stream", draw.at, out)
        else:
            sample, counter = SOURCES[draw.source].bind(me, draw.at, context.keys, draw.attributes, kind), DRAWS
            is_call = is_one_call(draw.source, draw.at, out)
        if self.is_native and is_call:
            self._writer.hold([sample])
            self._replay(lambda: sample(Number(0), out), draw, (counter, 1))
        else:
            self._host(lambda: sample(run.next(counter), out), draw)

    # --- rounds -------------------------------------------------------------------------------------------------------

    def _round(self, instruction: Round) -> None:
        messages = bind_messages(instruction, self._slots)
        sent = sent_bytes(self._context.schedule, instruction)
        if self.is_native and self._writer.can_send(messages.sends, messages.receives):
            if messages.packed:
                self._replay(messages.pack, instruction)
            self._writer.round(messages.sends, messages.receives, sent, instruction)
            if messages.unpacked:
                self._replay(messages.unpack, instruction)
            return
        run, transport = self._context.run, self._context.transport
        sends, receives = messages.views()

        def step() -> None:
            run.state[ROUNDS] += 1
            number = int(run.state[ROUNDS])
            messages.pack()
            if self._record is not None:
                for peer, views in sends:
                    self._record(number, transport.me, peer, b"".join(views))
            transport.exchange(sends, receives, number)
            messages.unpack()
            run.state[SENT] += sent

        self._host(step, instruction)

    # --- loops --------------------------------------------------------------------------------------------------------

    def _loop(self, loop: Loop) -> None:
        """Writes out the turns of a counted loop, until carried values lie again where they lay before some turn."""
        assert loop.count is not None
        for carry in loop.carried:
            self._replay(partial(copy, self._slots[carry.parameter], self._slots[carry.initial]), loop)
        if loop.count > 0:
            self._turns(loop, loop.count)
        for carry in loop.carried:
            self._slots[carry.output] = self._slots[carry.parameter]

    def _turns(self, loop: Loop, count: int) -> None:
        index = None if loop.index is None else self._slots[loop.index]
        counter = self._writer.begin(index)
        moving = sorted(self._context.schedule.moving)
        states: list[list[Array]] = []
        seen: dict[tuple[int, ...], tuple[int, int]] = {}
        ends: list[int] = []
        while True:
            states.append([self._slots[slot] for slot in moving])
            key = tuple(map(address, states[-1]))
            if ends:
                self._writer.lead(ends[-1], on=seen[key][1] if key in seen else self._writer.place)
            if key in seen:
                break
            seen[key] = len(ends), self._writer.place
            self._block(loop.body)
            for carry in loop.carried:
                parameter, result = carry.parameter, carry.result
                self._slots[parameter], self._slots[result] = self._slots[result], self._slots[parameter]
            ends.append(self._writer.turn(counter, count, index))
            if len(ends) == count:
                states.append([self._slots[slot] for slot in moving])
                break
        for end in ends:
            self._writer.lead(end, out=self._writer.place)
        first = seen[key][0]
        last = count if count < len(states) else first + (count - first) % (len(ends) - first)
        for slot, array in zip(moving, states[last], strict=True):
            self._slots[slot] = array


def sent_bytes(schedule: Schedule, instruction: Round) -> int:
    """The bytes that this party's messages of a round hold, without headers."""
    return sum(schedule.layouts[slot].nbytes for slot in sent_slots(instruction))
