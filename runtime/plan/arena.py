"""Where each slot lies in one block of memory. Slots that are not needed at the same time share memory.

In: a `Schedule`. Out: an offset for each slot that the party reads, computes or receives. Constants keep memory of
their own.

- A value lives from the instruction that writes it to the last one that reads it, an input from the beginning.
- A delivered value lives to the end of the run.
- A value that a loop's body reads from outside lives until the loop ends, because the next turn reads it again.
- A carried parameter and its result trade memory, so both live until the loop's output is read for the last time.

Replaying the run with a first-fit allocator, lowest address first, finds the offsets. Memory just freed, which the
cache still holds, is thus used next.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterable
from dataclasses import dataclass

from ..instructions import Alias, Block, Call, Deliver, Draw, Fill, Instruction, Loop, Round, Schedule, Skip

ALIGNMENT = 64
"""Every slot starts at a multiple of a cache line, so a kernel may write up to the end of the slot's last line."""


@dataclass(frozen=True, slots=True)
class Plan:
    """`offsets` of slots and the `size` of the whole block, in bytes. `size` is the peak of what is needed at one time.

    `span` is that of the instruction at which the block is fullest, -1 where the inputs alone fill it. `stays` are the
    delivered slots whose memory nothing overwrites; other delivered values (constants, and what a loop delivers) need
    a copy.
    """

    offsets: dict[int, int]
    size: int
    span: int
    stays: frozenset[int]


def plan(schedule: Schedule) -> Plan:
    """Places the slots of `schedule`."""
    lives = _Lives(schedule)
    lives.begin(slot for slot, _ in schedule.inputs)
    lives.walk(schedule.body)
    starting, ending = lives.events()
    allocator = _Allocator()
    offsets: dict[int, int] = {}
    fullest = 0
    for time in range(lives.time + 1):
        before = allocator.size
        for slot in starting.get(time, ()):
            offsets[slot] = allocator.take(schedule.layouts[slot].nbytes)
        fullest = time if allocator.size > before else fullest
        for slot in ending.get(time, ()):
            allocator.give(offsets[slot], schedule.layouts[slot].nbytes)
    return Plan(offsets, allocator.size, lives.spans.get(fullest, -1), frozenset(lives.stays))


class _Lives:
    """From when to when each slot is needed. Each instruction takes one unit of `time`, and so does each loop's end.

    The *root* of a slot is the slot that owns its memory. `_loops` are the loops around the present instruction, and
    `_home[root]` the loops around the instruction that wrote the root.
    """

    def __init__(self, schedule: Schedule) -> None:
        self.time = 0
        self.spans: dict[int, int] = {}
        self.stays: set[int] = set()
        self._root = {slot: value for slot, value, _ in schedule.aliases}
        self._owners: dict[int, tuple[int, ...]] = {}
        self._first: dict[int, int] = {}
        self._home: dict[int, tuple[int, ...]] = {}
        self._uses: list[tuple[int, int]] = []
        self._ends_of_loops: dict[int, int] = {}
        self._loops: tuple[int, ...] = ()

    def events(self) -> tuple[dict[int, list[int]], dict[int, list[int]]]:
        """For each time the slots whose lives start, and the slots whose lives end. To be asked after the walk."""
        last = dict(self._first)
        for root, moment in self._uses:
            time = self._ends_of_loops.get(moment, moment)
            last[root] = max(last[root], time)
        last |= {self._root_of(slot): self.time for slot in self.stays}
        starting: dict[int, list[int]] = {}
        ending: dict[int, list[int]] = {}
        for root, slots in self._owners.items():
            starting.setdefault(self._first[root], []).extend(slots)
            ending.setdefault(last[root], []).extend(slots)
        return starting, ending

    def begin(self, inputs: Iterable[int]) -> None:
        """Starts the lives of inputs, before the first instruction."""
        for slot in inputs:
            self._write(slot)

    def walk(self, block: Block) -> None:
        """Notes what each instruction writes and reads."""
        for instruction in block:
            self.time += 1
            self.spans[self.time] = instruction.span
            self._instruction(instruction)

    def _instruction(self, instruction: Instruction) -> None:
        match instruction:
            case Fill() | Draw():
                self._write(instruction.output)
            case Call():
                self._write(instruction.output)
                self._read(instruction.inputs)
            case Alias():
                self._root[instruction.output] = instruction.value
            case Round():
                self._round(instruction)
            case Deliver():
                self._read([instruction.value])
                if not self._loops and self._root_of(instruction.value) in self._home:
                    self.stays.add(instruction.value)
            case Loop():
                self._loop(instruction)
            case Skip():
                return

    def _round(self, instruction: Round) -> None:
        for _, pieces in instruction.sends:
            self._read(piece.value for piece in pieces)
        for _, pieces in instruction.receives:
            for piece in pieces:
                self._write(piece.value)
        for _, pieces in instruction.sends + instruction.receives:
            for piece in pieces:
                if piece.staging is not None:
                    self._write(piece.staging)

    def _loop(self, loop: Loop) -> None:
        self._read(carry.initial for carry in loop.carried)
        if loop.condition is not None:
            self._read([loop.condition])
        for carry in loop.carried:
            self._write(carry.parameter, carry.result)
            self._root[carry.result] = self._root[carry.output] = carry.parameter
        if loop.index is not None:
            self._write(loop.index)
        start = self.time
        outside = self._loops
        self._loops = (*outside, -start)
        self.walk(loop.body)
        if loop.next_condition is not None:
            self._read([loop.next_condition])
        self._loops = outside
        self.time += 1
        self._ends_of_loops[-start] = self.time
        self._uses += [(self._root_of(carry.parameter), self.time) for carry in loop.carried]
        if loop.index is not None:
            self._uses.append((loop.index, self.time))

    def _write(self, *slots: int) -> None:
        """Notes that the first slot owns memory from now on. The other slots get memory that lives as long.

        The others are a carried value's result, which trades memory with the first slot, its parameter.
        """
        root = slots[0]
        if self._root_of(root) == root and root not in self._first:
            self._owners[root] = slots
            self._first[root] = self.time
            self._home[root] = self._loops

    def _read(self, slots: Iterable[int]) -> None:
        for slot in slots:
            root = self._root_of(slot)
            home = self._home.get(root)
            if home is None:
                continue  # a constant, which has memory of its own
            deeper = self._loops[len(home) :]
            self._uses.append((root, deeper[0] if deeper else self.time))

    def _root_of(self, slot: int) -> int:
        while slot in self._root:
            slot = self._root[slot]
        return slot


class _Allocator:
    """The free holes of a block that grows at its end. The holes are sorted by address, and neighbours are joined."""

    def __init__(self) -> None:
        self.size = 0
        self._holes: list[tuple[int, int]] = []

    def take(self, nbytes: int) -> int:
        """The offset of `nbytes` bytes that no slot uses."""
        needed = _padded(nbytes)
        for position, (start, length) in enumerate(self._holes):
            if length >= needed:
                if length == needed:
                    del self._holes[position]
                else:
                    self._holes[position] = (start + needed, length - needed)
                return start
        start = self.size
        if self._holes and sum(self._holes[-1]) == self.size:
            start = self._holes.pop()[0]
        self.size = start + needed
        return start

    def give(self, offset: int, nbytes: int) -> None:
        """Takes back the `nbytes` bytes that `take` gave at this offset."""
        start, length = offset, _padded(nbytes)
        if length == 0:
            return
        position = bisect_left(self._holes, (start, length))
        if position < len(self._holes) and self._holes[position][0] == start + length:
            length += self._holes.pop(position)[1]
        if position > 0 and sum(self._holes[position - 1]) == start:
            before, more = self._holes.pop(position - 1)
            start, length = before, length + more
        insort(self._holes, (start, length))


def _padded(nbytes: int) -> int:
    return -(-nbytes // ALIGNMENT) * ALIGNMENT
