"""What a party's run took, instruction by instruction. In: the machine's steps. Out: a `Profile`.

A profile holds shapes, kernels' names, rounds and times, and nothing of the values. A run without a profile pays
nothing, because its steps are bound unchanged.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter_ns

from ..instructions import Call, Draw, Fill, Instruction, Loop, Round

Step = Callable[[], None]

_MOST_EVENTS = 100_000
"""A profile keeps so many events, the first ones of a run. The sums count all events."""


@dataclass(frozen=True, slots=True)
class Sum:
    """All runs of one instruction: `kind` is "kernel", "random", "round" or "loop", `name` the kernel's or source's.

    `span` is the place in the program; a round has the span of its first message. `bytes` are sent in one run.
    `nanoseconds` are of all runs; those of a loop include its body. `turns` is 0 for all but a loop.
    """

    kind: str
    name: str
    span: int
    bytes: int
    runs: int
    turns: int
    nanoseconds: int


@dataclass(frozen=True, slots=True)
class Event:
    """One run of the instruction `number`, its place among the sums. All parties on a machine share the clock.

    `begin` and `end` are in nanoseconds. `round` is the round that the instruction is, or the last one before it.
    """

    number: int
    round: int
    begin: int
    end: int


@dataclass(frozen=True, slots=True)
class Profile:
    """What one party measured: `sums` in the order of the instructions, a loop before those of its body.

    `missed` is how many events were too many to keep.
    """

    sums: tuple[Sum, ...]
    events: tuple[Event, ...]
    missed: int

    @property
    def turns(self) -> tuple[int, ...]:
        """How often each loop turned in all, in the order of the graph's repeats."""
        return tuple(one.turns for one in self.sums if one.kind == "loop")


@dataclass(slots=True)
class _Counter:
    kind: str
    name: str
    span: int
    bytes: int
    runs: int = 0
    turns: int = 0
    nanoseconds: int = 0


class Recorder:
    """Watches one machine."""

    def __init__(self) -> None:
        self._counters: list[_Counter] = []
        self._events: list[Event] = []
        self._missed = 0
        self._round = 0

    def number(self, instruction: Instruction, sent: int) -> int | None:
        """The instruction's place among the sums; None for one that takes no time.

        Callers ask in the order of the schedule. `sent` is what the instruction sends, in bytes.
        """
        match instruction:
            case Call():
                counter = _Counter("kernel", instruction.kernel, instruction.span, 0)
            case Draw():
                counter = _Counter("random", instruction.source, instruction.span, 0)
            case Fill():
                counter = _Counter("kernel", "fill", instruction.span, 0)
            case Round():
                counter = _Counter("round", "round", instruction.span, sent)
            case Loop():
                counter = _Counter("loop", "loop", instruction.span, 0)
            case _:
                return None
        self._counters.append(counter)
        return len(self._counters) - 1

    def watched(self, number: int, step: Step) -> Step:
        """The step of the instruction with this number, which now also reads the clock before and after."""
        counter = self._counters[number]
        is_round = counter.kind == "round"

        def watched() -> None:
            begin = perf_counter_ns()
            step()
            end = perf_counter_ns()
            counter.runs += 1
            counter.nanoseconds += end - begin
            self._round += is_round
            if len(self._events) < _MOST_EVENTS:
                self._events.append(Event(number, self._round, begin, end))
            else:
                self._missed += 1

        return watched

    def turning(self, number: int, turn: Callable[[int], bool]) -> Callable[[int], bool]:
        """The turn of the loop with this number, which now also counts itself."""
        counter = self._counters[number]

        def turning(index: int) -> bool:
            counter.turns += 1
            return turn(index)

        return turning

    @property
    def profile(self) -> Profile:
        """What the recorder has measured so far."""
        sums = (
            Sum(each.kind, each.name, each.span, each.bytes, each.runs, each.turns, each.nanoseconds)
            for each in self._counters
        )
        return Profile(tuple(sums), tuple(self._events), self._missed)
