"""Executes a schedule at one party: kernels, then one exchange, round after round.

A block becomes a tape just before the block runs for the first time (`binding`). Unless a loop's turns depend on what
is revealed, the whole schedule is one tape, made before the clock starts. Tapes run natively where the system allows
it; elsewhere, and where each step is watched, they run step by step in Python.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from itertools import groupby
from time import monotonic_ns, perf_counter
from typing import Any

import numpy as np

from ..data.inputs import Inputs
from ..errors import CheckFailed, InputError, InternalError, PeerError, TacitError
from ..graph.nodes import Graph, Place
from ..instructions import Block, Call, Instruction, Layout, Loop, Round, Schedule, every_instruction
from ..kernels.moves import address
from ..pages import bring_in, reserve
from ..plan.arena import Plan, plan
from ..plan.binding import Binder, Context, Record, Run, Step, sent_bytes
from ..plan.fit_memory import reported_shortage
from ..plan.schedule import schedule
from ..randomness.sources import Keys, Prepared
from ..tape import interpreter
from ..tape.interpreter import (
    ARRIVED,
    AT,
    AT_HOST,
    DRAWS,
    FAILED,
    FINISHED,
    PHASE,
    ROUNDS,
    SENT,
    STATE,
    STEP,
    STUCK,
    TAKEN,
    UNTIL,
)
from ..tape.writer import Flow, Tape
from ..transport.base import Transport
from ..transport.direct import CLOCK
from .profile import Recorder

Array = np.ndarray[Any, Any]
Progress = Callable[[int, int], None]
Turn = Callable[[int], bool]
"""Runs the turn of this number. Returns whether the loop's renewed condition holds, True if the loop has none."""

_FIRST_DRAW_APART = 1 << 62
"""Draws in conditional loops that clients skip are numbered from here on; no other draw of a run gets this far."""

_PROGRESS_SECONDS = 0.05
_SLICE_NANOSECONDS = 20_000_000
"""After so long in compiled code the run returns to Python, to see signals and to report its progress."""


class Machine:
    """The state of one run."""

    def __init__(
        self,
        graph: Graph,
        transport: Transport,
        inputs: Inputs,
        keys: Keys,
        progress: Progress | None,
        record: Record | None,
        prepared: Prepared,
        recorder: Recorder | None = None,
    ) -> None:
        if sys.byteorder != "little":
            raise InternalError("Tacit needs a little-endian machine: words travel as they lie in memory")
        self._graph = graph
        self._transport = transport
        self._schedule = schedule(graph, transport.me)
        placed = plan(self._schedule)
        with reported_shortage(graph.parties[transport.me], placed.size, _place(graph, placed.span)):
            self._slots = _bind_slots(self._schedule, placed, inputs)
        self._held = placed.size + sum(data.nbytes for _, data in self._schedule.constants)
        self._recorder = recorder
        self._progress = progress
        self._next_progress = perf_counter() + _PROGRESS_SECONDS
        self._run = Run(np.zeros(STATE, np.int64))
        self._is_apart, self._rounds_apart, self._draws_apart = False, 0, _FIRST_DRAW_APART
        self._numbers = _numbers(self._schedule, recorder)
        self._binder = Binder(
            Context(graph, self._schedule, self._slots, placed.stays, transport, keys, prepared, self._run),
            record,
            self._watch,
            is_watched=record is not None or recorder is not None,
        )
        self._parts: dict[int, tuple[Block | Loop, ...]] = {}
        self._tapes: dict[tuple[int, tuple[int, ...]], tuple[Tape, dict[int, Array]]] = {}
        self._clock, self._stopped = np.zeros(CLOCK, np.int64), np.zeros(1, np.int64)
        self._moving = sorted(self._schedule.moving)
        self._enter = interpreter.play.unchecked() if self._binder.is_native else None
        self._prepare()

    def _prepare(self) -> None:
        """Makes the first tape, usually that of the whole run, and puts every moving slot back where it was."""
        before = {slot: self._slots[slot] for slot in self._moving}
        first = next(iter(self._parts_of(self._schedule.body)), None)
        if first is not None and not isinstance(first, Loop):
            self._tape(first)
        for slot, array in before.items():
            self._slots[slot] = array

    def _watch(self, instruction: Instruction, step: Step) -> Step:
        """The step of an instruction; with a recorder, the step reads the clock before and after."""
        number = self._numbers.get(id(instruction))
        if self._recorder is None or number is None:
            return step
        return self._recorder.watched(number, step)

    @property
    def outputs(self) -> dict[str, dict[str, Array]]:
        """What has been revealed to this party's roles."""
        return self._run.outputs

    @property
    def kept(self) -> dict[str, Array]:
        """This party's shares of what is kept."""
        return self._run.kept

    @property
    def rounds(self) -> int:
        """The rounds run so far."""
        return int(self._run.state[ROUNDS]) + self._rounds_apart

    @property
    def bytes_sent(self) -> int:
        """The bytes that this party's messages have held so far, without headers."""
        return int(self._run.state[SENT])

    @property
    def peak_bytes(self) -> int:
        """The memory, in bytes, of constants, of values with inputs and outputs, and of delivered copies."""
        delivered = (*self.kept.values(), *(each for told in self.outputs.values() for each in told.values()))
        return self._held + sum(each.nbytes for each in delivered if each.flags.owndata)

    def run(self) -> None:
        """Executes the whole schedule."""
        self._block(self._schedule.body)
        if self._progress is not None:
            self._progress(self._schedule.rounds, self._schedule.rounds)

    # --- blocks -------------------------------------------------------------------------------------------------------

    def _block(self, block: Block) -> None:
        for part in self._parts_of(block):
            if isinstance(part, Loop):
                self._watch(part, partial(self._loop, part))()
            else:
                self._play(self._tape(part))

    def _parts_of(self, block: Block) -> tuple[Block | Loop, ...]:
        """The block as pieces that stand on a tape, and the loops between them that do not.

        The same block always gives the same objects, because tapes are found by the identity of their piece.
        """
        if id(block) not in self._parts:
            parts: list[Block | Loop] = []
            for _, group in groupby(block, self._stands):
                together = tuple(group)
                parts += [each for each in together if not self._stands(each) and isinstance(each, Loop)] or [together]
            self._parts[id(block)] = tuple(parts)
        return self._parts[id(block)]

    def _stands(self, instruction: Instruction) -> bool:
        """Whether an instruction stands on a tape.

        Every instruction does but a loop that is watched, or that itself or in its body waits for a revealed bit.
        """
        if not isinstance(instruction, Loop):
            return True
        return self._recorder is None and instruction.count is not None and all(map(self._stands, instruction.body))

    def _tape(self, block: Block) -> Tape:
        """The tape of a block, made for the places where carried values lie now.

        Afterwards the slots of carried values are where the tape leaves them.
        """
        where = tuple(address(self._slots[slot]) for slot in self._moving)
        if (id(block), where) not in self._tapes:
            tape = self._binder.tape(block)
            self._tapes[id(block), where] = tape, {slot: self._slots[slot] for slot in self._moving}
        tape, after = self._tapes[id(block), where]
        for slot, array in after.items():
            self._slots[slot] = array
        return tape

    # --- loops that Python turns --------------------------------------------------------------------------------------

    def _loop(self, loop: Loop) -> None:
        turn = self._turn_of(loop)
        for carry in loop.carried:
            np.copyto(self._slots[carry.parameter], self._slots[carry.initial])
        if loop.count is not None:
            for number in range(loop.count):
                turn(number)
        else:
            with self._numbers_of(loop):
                self._turn_while(loop, turn)
        for carry in loop.carried:
            self._slots[carry.output] = self._slots[carry.parameter]

    def _turn_of(self, loop: Loop) -> Turn:
        slots = self._slots

        def turn(number: int) -> bool:
            if loop.index is not None:
                slots[loop.index].fill(number)
            self._block(loop.body)
            # The condition may be a carried value too, so it is read before its slot trades memory.
            holds = loop.next_condition is None or bool(slots[loop.next_condition].item())
            for carry in loop.carried:
                parameter, result = carry.parameter, carry.result
                slots[parameter], slots[result] = slots[result], slots[parameter]
            return holds

        return turn if self._recorder is None else self._recorder.turning(self._numbers[id(loop)], turn)

    def _turn_while(self, loop: Loop, turn: Turn) -> None:
        assert loop.condition is not None
        number = 0
        holds = self._slots[loop.condition].item()
        self._run.state[TAKEN] += 0 if holds else loop.prepared
        while holds:
            holds = turn(number)
            number += 1

    @contextmanager
    def _numbers_of(self, loop: Loop) -> Iterator[None]:
        """Numbers the loop's draws and rounds apart while the loop runs, if clients skip the loop.

        Afterwards the numbers go on as if the loop had not run, which is how clients count.
        """
        if not loop.is_apart or self._is_apart:
            yield
            return
        state = self._run.state
        draws, rounds = int(state[DRAWS]), int(state[ROUNDS])
        self._is_apart, state[DRAWS] = True, self._draws_apart
        yield
        self._draws_apart = int(state[DRAWS])
        self._rounds_apart += int(state[ROUNDS]) - rounds
        self._is_apart, state[DRAWS], state[ROUNDS] = False, draws, rounds

    # --- tapes --------------------------------------------------------------------------------------------------------

    def _play(self, tape: Tape) -> None:
        """Runs a tape to its end. Does in Python each step at which the tape stops."""
        state = self._run.state
        state[AT] = 0
        while (reason := self._go_on(tape)) != FINISHED:
            if reason == AT_HOST:
                step, instruction = tape.hosts[state[STEP]]
                self._step(step, instruction)
            elif reason == STUCK:
                sends, receives, instruction = tape.rounds[int(state[AT])]
                self._step(partial(self._finish_round, tape, sends, receives), instruction)
            elif reason == FAILED:
                step, instruction = tape.calls[int(state[AT])]
                self._step(partial(_fail, step), instruction)
            self._report()

    def _go_on(self, tape: Tape) -> int:
        state = self._run.state
        if self._enter is None:
            return interpreter.play_in_python(tape.words, state, tape.indices)
        state[UNTIL] = monotonic_ns() + _SLICE_NANOSECONDS
        self._enter(tape.words, state, self._binder.sockets.watched, self._clock, self._stopped)
        return int(self._stopped[0])

    def _step(self, step: Step, instruction: Instruction) -> None:
        try:
            step()
        except CheckFailed as failure:
            raise failure.at(self._place(instruction)) from None
        except PeerError as failure:
            raise failure.during(self.rounds) from None
        except TacitError:
            raise
        except Exception as error:
            raise InternalError(_describe(error, instruction, self._place(instruction))) from error

    def _place(self, instruction: Instruction) -> Place | None:
        span = instruction.span
        return self._graph.places[span] if 0 <= span < len(self._graph.places) else None

    def _finish_round(self, tape: Tape, sends: Sequence[Flow], receives: Sequence[Flow]) -> None:
        state = self._run.state
        outgoing, incoming = (
            [(flow.peer, flow.stage.data, int(tape.words[flow.done])) for flow in flows] for flows in (sends, receives)
        )
        self._transport.finish_exchange(outgoing, incoming, int(state[ROUNDS]))
        state[PHASE] = ARRIVED

    def _report(self) -> None:
        if self._progress is None:
            return
        now = perf_counter()
        if now >= self._next_progress:
            self._next_progress = now + _PROGRESS_SECONDS
            self._progress(min(self.rounds, self._schedule.rounds), self._schedule.rounds)


def _fail(step: Step) -> None:
    """Repeats in Python the step that failed in compiled code, to raise the exception that says why."""
    step()
    raise RuntimeError


def _describe(error: Exception, instruction: Instruction, place: Place | None) -> str:
    """What failed, without the exception's own text, which may quote data."""
    what = instruction.kernel if isinstance(instruction, Call) else type(instruction).__name__.lower()
    where = "" if place is None else f" for {place.source}:{place.line}:{place.column}"
    return f"instruction {what!r}{where} raised {type(error).__name__}"


def _numbers(schedule: Schedule, recorder: Recorder | None) -> dict[int, int]:
    """The recorder's number of each instruction that the recorder watches, by `id`, in the order of the schedule."""
    numbers: dict[int, int] = {}
    if recorder is None:
        return numbers
    for instruction in every_instruction(schedule.body):
        sent = sent_bytes(schedule, instruction) if isinstance(instruction, Round) else 0
        number = recorder.number(instruction, sent)
        if number is not None:
            numbers[id(instruction)] = number
    return numbers


def _place(graph: Graph, span: int) -> Place | None:
    return graph.places[span] if 0 <= span < len(graph.places) else None


def _bind_slots(schedule: Schedule, placed: Plan, inputs: Inputs) -> list[Array]:
    """The array of each slot. Slots of values that this party does not hold get an empty array.

    Each input is taken, copied into the block and freed, so that at most one input is in memory twice.
    """
    absent = np.empty(0, np.uint8)
    slots = [absent] * len(schedule.layouts)
    memory = reserve(placed.size)
    for slot, offset in placed.offsets.items():
        layout = schedule.layouts[slot]
        slots[slot] = memory[offset : offset + layout.nbytes].view(layout.dtype).reshape(layout.shape)
    for slot, name in schedule.inputs:
        np.copyto(slots[slot], _input(name, inputs, schedule.layouts[slot]))
    bring_in(memory)
    for slot, data in schedule.constants:
        slots[slot] = data
    for slot, value, offset in schedule.aliases:
        slots[slot] = schedule.layouts[slot].within(slots[value], offset)
    return slots


def _input(name: str, inputs: Inputs, layout: Layout) -> Array:
    data = inputs.take(name)
    if data.shape != layout.shape or data.dtype != layout.dtype:
        raise InputError(
            f"input {name} has shape {data.shape} of {data.dtype}, but the program was compiled for {layout.shape}"
            f" of {layout.dtype}"
        )
    return data
