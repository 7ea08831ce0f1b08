"""Executes a schedule at one party: kernels, then one exchange, round after round.

Before the run every instruction is bound to its arrays, so that a step of the run is one call without look-ups. Only
where memory moves (carried values of loops) are arrays fetched from their slots each time.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from operator import itemgetter, length_hint
from time import perf_counter
from typing import Any

import numpy as np

from .arena import Plan, plan
from .errors import CheckFailed, InputError, InternalError, TacitError
from .graph.correlations import CORRELATIONS
from .graph.nodes import Graph, Place
from .instructions import Alias, Block, Call, Deliver, Draw, Fill, Instruction, Layout, Loop, Round, Schedule, Skip
from .kernels import KERNELS
from .messages import bind_messages, sent_slots, values
from .pages import zeros
from .profile import Recorder
from .randomness.batches import Small, bind_batch, is_small
from .randomness.sources import SOURCES, Prepared
from .schedule import schedule
from .session import Keys
from .transport.base import Transport

Array = np.ndarray[Any, Any]
Progress = Callable[[int, int], None]
Record = Callable[[int, int, int, bytes], None]
Step = Callable[[], None]
Turn = Callable[[int], None]

_PROGRESS_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class _Bound:
    """A block with its arrays: a step without arguments for each instruction."""

    steps: tuple[Step, ...]
    block: Block


class Machine:
    """The state of one run."""

    def __init__(
        self,
        graph: Graph,
        transport: Transport,
        inputs: Mapping[str, Array],
        keys: Keys,
        progress: Progress | None,
        record: Record | None,
        prepared: Prepared,
        recorder: Recorder | None = None,
    ) -> None:
        if sys.byteorder != "little":
            raise InternalError("Tacit needs a little-endian machine: words travel as they lie in memory")
        self.outputs: dict[str, dict[str, Array]] = {}
        self.kept: dict[str, Array] = {}
        self.rounds = 0
        self.bytes_sent = 0
        self._draws = 0
        self._taken = 0
        self._prepared = prepared
        self._graph = graph
        self._transport = transport
        self._keys = keys
        self._schedule = schedule(graph, transport.me)
        placed = plan(self._schedule)
        self._slots = _bind_slots(self._schedule, placed, inputs)
        own = [slot for slot, _ in (*self._schedule.inputs, *self._schedule.constants)]
        self._held = placed.size + sum(self._slots[slot].nbytes for slot in own)
        self._record = record
        self._progress = progress
        self._recorder = recorder
        self._next_progress = perf_counter() + _PROGRESS_SECONDS
        self._body = self._bind(self._schedule.body)

    def run(self) -> None:
        """Executes the whole schedule."""
        self._execute(self._body)
        if self._progress is not None:
            self._progress(self._schedule.rounds, self._schedule.rounds)

    @property
    def peak_bytes(self) -> int:
        """The memory of inputs, constants and values, and of what has been delivered."""
        delivered = (*self.kept.values(), *(each for told in self.outputs.values() for each in told.values()))
        return self._held + sum(each.nbytes for each in delivered)

    def _execute(self, bound: _Bound) -> None:
        steps = iter(bound.steps)
        try:
            for step in steps:
                step()
        except CheckFailed as failure:
            raise failure.at(self._place(bound, steps)) from None
        except TacitError:
            raise
        except Exception as error:
            raise InternalError(_describe(error, bound, steps, self._place(bound, steps))) from error

    def _place(self, bound: _Bound, steps: Iterator[Step]) -> Place | None:
        span = _current(bound, steps).span
        return self._graph.places[span] if 0 <= span < len(self._graph.places) else None

    def _bind(self, block: Block) -> _Bound:
        if self._recorder is not None:
            return _Bound(tuple(map(partial(self._bind_watched, self._recorder), block)), block)
        bound: list[tuple[Step, Instruction]] = []
        for are_small, group in groupby(block, self._is_small):
            together = list(group)
            if are_small and len(together) > 1:
                bound.append((self._bind_draws(together), together[0]))
            else:
                bound += [(self._bind_one(instruction), instruction) for instruction in together]
        return _Bound(tuple(step for step, _ in bound), tuple(instruction for _, instruction in bound))

    def _is_small(self, instruction: Instruction) -> bool:
        """Whether this is a draw that may be drawn together with its neighbours."""
        if not isinstance(instruction, Draw) or self._moves([instruction.output]):
            return False
        kind = self._graph.types[instruction.output]
        return is_small(instruction.source, instruction.at, kind, self._slots[instruction.output])

    def _bind_draws(self, draws: Sequence[Instruction]) -> Step:
        """One step for draws that follow each other."""
        types, slots = self._graph.types, self._slots
        small = [
            Small(draw.source, draw.at, types[draw.output], slots[draw.output])
            for draw in draws
            if isinstance(draw, Draw)
        ]
        fill = bind_batch(self._transport.me, small, self._keys)
        count = len(small)

        def step() -> None:
            number = self._draws
            self._draws = number + count
            fill(number)

        return step

    def _bind_watched(self, recorder: Recorder, instruction: Instruction) -> Step:
        number = recorder.number(instruction, self._sent(instruction) if isinstance(instruction, Round) else 0)
        if number is None:
            return self._bind_one(instruction)
        if isinstance(instruction, Loop):
            return recorder.watched(number, self._bind_loop(instruction, partial(recorder.turning, number)))
        return recorder.watched(number, self._bind_one(instruction))

    def _sent(self, instruction: Round) -> int:
        return sum(self._schedule.layouts[slot].nbytes for slot in sent_slots(instruction))

    def _bind_one(self, instruction: Instruction) -> Step:
        match instruction:
            case Call():
                return self._bind_call(instruction)
            case Draw():
                return self._bind_draw(instruction)
            case Round():
                return self._bind_round(instruction)
            case Loop():
                return self._bind_loop(instruction)
            case Fill():
                return partial(self._fill, instruction.output, instruction.data)
            case Alias():
                shape = self._schedule.layouts[instruction.output].shape
                return partial(self._alias, instruction.output, instruction.value, shape)
            case Deliver():
                return partial(self._deliver, instruction)
            case Skip():
                return partial(self._skip, instruction.draws, instruction.rounds)

    def _moves(self, slots: Sequence[int]) -> bool:
        return not self._schedule.moving.isdisjoint(slots)

    def _bind_call(self, call: Call) -> Step:
        kernel: Callable[..., None] = KERNELS[call.kernel]
        slots = self._slots
        places = (call.output, *call.inputs)
        if not self._moves(places):
            return partial(kernel, *[slots[place] for place in places], **call.attributes)
        if call.attributes:
            kernel = partial(kernel, **call.attributes)
        if len(places) == 1:
            return lambda: kernel(slots[call.output])
        arrays = itemgetter(*places)
        return lambda: kernel(*arrays(slots))

    def _bind_draw(self, draw: Draw) -> Step:
        kind = self._graph.types[draw.output]
        slots, output = self._slots, draw.output
        if draw.source in CORRELATIONS:
            piece = self._prepared(draw.source, kind)

            def take() -> None:
                number = self._taken
                self._taken = number + 1
                piece(number, slots[output])

            return take
        sample = SOURCES[draw.source].bind(self._transport.me, draw.at, self._keys, draw.attributes, kind)

        def step() -> None:
            number = self._draws
            self._draws = number + 1
            sample(number, slots[output])

        return step

    def _skip(self, draws: int, rounds: int) -> None:
        self._draws += draws
        self.rounds += rounds

    def _fill(self, output: int, data: Array) -> None:
        self._slots[output].fill(data)

    def _alias(self, output: int, value: int, shape: tuple[int, ...]) -> None:
        self._slots[output] = self._slots[value].reshape(shape)

    def _deliver(self, instruction: Deliver) -> None:
        target = self.kept if instruction.kept else self.outputs.setdefault(instruction.role, {})
        target[instruction.name] = self._slots[instruction.value].copy()

    def _bind_round(self, instruction: Round) -> Step:
        slots = self._slots
        fixed = None if self._moves(list(values(instruction))) else bind_messages(instruction, slots)
        sent = self._sent(instruction)

        def step() -> None:
            messages = fixed if fixed is not None else bind_messages(instruction, slots)
            self.rounds += 1
            messages.pack()
            if self._record is not None:
                for peer, views in messages.sends:
                    self._record(self.rounds, self._transport.me, peer, b"".join(views))
            self._transport.exchange(messages.sends, messages.receives, self.rounds)
            messages.unpack()
            self.bytes_sent += sent
            if self._progress is not None:
                self._report(self._progress)

        return step

    def _report(self, progress: Progress) -> None:
        now = perf_counter()
        if now >= self._next_progress:
            self._next_progress = now + _PROGRESS_SECONDS
            progress(min(self.rounds, self._schedule.rounds), self._schedule.rounds)

    def _bind_loop(self, loop: Loop, watched: Callable[[Turn], Turn] = lambda turn: turn) -> Step:
        slots = self._slots
        body = self._bind(loop.body)
        index = None if loop.index is None else slots[loop.index]

        @watched
        def turn(number: int) -> None:
            if index is not None:
                index.fill(number)
            self._execute(body)
            for carry in loop.carried:
                parameter, result = carry.parameter, carry.result
                slots[parameter], slots[result] = slots[result], slots[parameter]

        def step() -> None:
            for carry in loop.carried:
                np.copyto(slots[carry.parameter], slots[carry.initial])
            if loop.count is not None:
                for number in range(loop.count):
                    turn(number)
            else:
                self._turn_while(loop, turn)
            for carry in loop.carried:
                slots[carry.output] = slots[carry.parameter]

        return step

    def _turn_while(self, loop: Loop, turn: Callable[[int], None]) -> None:
        assert loop.condition is not None and loop.next_condition is not None
        number = 0
        holds = self._slots[loop.condition].item()
        self._taken += 0 if holds else loop.prepared
        while holds:
            turn(number)
            number += 1
            holds = self._slots[loop.next_condition].item()


def _current(bound: _Bound, steps: Iterator[Step]) -> Instruction:
    """The instruction of the step that the iterator gave last."""
    return bound.block[len(bound.block) - length_hint(steps) - 1]


def _describe(error: Exception, bound: _Bound, steps: Iterator[Step], place: Place | None) -> str:
    """What failed, without the exception's own text, which may quote data."""
    instruction = _current(bound, steps)
    what = instruction.kernel if isinstance(instruction, Call) else type(instruction).__name__.lower()
    where = "" if place is None else f" for {place.source}:{place.line}:{place.column}"
    return f"instruction {what!r}{where} raised {type(error).__name__}"


def _bind_slots(schedule: Schedule, placed: Plan, inputs: Mapping[str, Array]) -> list[Array]:
    """The array of each slot; an empty one stands in the slots of values that this party does not hold."""
    absent = np.empty(0, np.uint8)
    slots = [absent] * len(schedule.layouts)
    memory = zeros(placed.size)
    for slot, offset in placed.offsets.items():
        layout = schedule.layouts[slot]
        slots[slot] = memory[offset : offset + layout.nbytes].view(layout.dtype).reshape(layout.shape)
    for slot, name in schedule.inputs:
        slots[slot] = _input(name, inputs, schedule.layouts[slot])
    for slot, data in schedule.constants:
        slots[slot] = data
    for slot, value in schedule.aliases:
        slots[slot] = slots[value].reshape(schedule.layouts[slot].shape)
    return slots


def _input(name: str, inputs: Mapping[str, Array], layout: Layout) -> Array:
    data = inputs.get(name)
    if data is None:
        raise InputError(f"input {name} is missing")
    if data.shape != layout.shape or data.dtype != layout.dtype:
        raise InputError(
            f"input {name} has shape {data.shape} of {data.dtype}, but the program was compiled for {layout.shape}"
            f" of {layout.dtype}"
        )
    return np.ascontiguousarray(data).reshape(layout.shape)
