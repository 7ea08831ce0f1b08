"""What a party runs: instructions over slots of memory, in blocks.

`schedule` makes the instructions, `arena` places the slots, and `machine` runs the instructions. A slot has the number
of a value of the graph, or a further number for what only this party needs (a copy, a compacted message). `span` is the
index of an instruction's place in the program, -1 where it has none.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np

from .graph.nodes import Parties


@dataclass(frozen=True, slots=True)
class Layout:
    """The array in a slot."""

    dtype: np.dtype[Any]
    shape: tuple[int, ...]

    @property
    def nbytes(self) -> int:
        """The size of the array in bytes."""
        return self.dtype.itemsize * prod(self.shape)

    def within(self, array: np.ndarray[Any, Any], offset: int) -> np.ndarray[Any, Any]:
        """The memory of `array` from byte `offset` on, laid out like this."""
        if offset == 0 and array.nbytes == self.nbytes:
            return array.reshape(self.shape)
        part = array.reshape(-1).view(np.uint8)[offset : offset + self.nbytes]
        return part.view(self.dtype).reshape(self.shape)


@dataclass(frozen=True, slots=True)
class Fill:
    """Sets every element of `output` to the one element of `data`."""

    output: int
    data: np.ndarray[Any, Any]
    span: int


@dataclass(frozen=True, slots=True)
class Draw:
    """Fills `output` with fresh randomness from `source`. The parties `at` take part in the draw."""

    output: int
    source: str
    at: Parties
    attributes: dict[str, Any]
    span: int


@dataclass(frozen=True, slots=True)
class Call:
    """Calls `kernel(output, *inputs, **attributes)`."""

    output: int
    kernel: str
    inputs: tuple[int, ...]
    attributes: dict[str, Any]
    span: int


@dataclass(frozen=True, slots=True)
class Alias:
    """`output` is the memory of `value` from byte `offset` on. Only where `value` moves is this instruction needed."""

    output: int
    value: int
    offset: int
    span: int


@dataclass(frozen=True, slots=True)
class Piece:
    """A value in a message.

    `staging`, if any, is the slot that holds the value's planes without padding, as they travel. `mask` has the bits of
    each plane's last byte that belong to elements.
    """

    value: int
    staging: int | None = None
    mask: int = 0xFF


@dataclass(frozen=True, slots=True)
class Round:
    """At most one message to and one from each peer. `sends` and `receives` have the pieces by peer, in order."""

    sends: tuple[tuple[int, tuple[Piece, ...]], ...]
    receives: tuple[tuple[int, tuple[Piece, ...]], ...]
    span: int


@dataclass(frozen=True, slots=True)
class Skip:
    """Draws and rounds of other parties only."""

    draws: int
    rounds: int
    span: int = -1


@dataclass(frozen=True, slots=True)
class Deliver:
    """`value` is an output of this party: for `role`, or `kept` as a share."""

    value: int
    name: str
    role: str
    kept: bool
    span: int


@dataclass(frozen=True, slots=True)
class Carry:
    """A carried value. `parameter` starts as a copy of `initial`.

    After each turn `parameter` and `result` trade their memory. After the last turn `output` is the parameter's memory.
    """

    initial: int
    parameter: int
    result: int
    output: int


@dataclass(frozen=True, slots=True)
class Loop:
    """A `Repeat`. `carried` has the carried values that change and that this party holds.

    `count` is None when `condition` decides. If the condition is false at once, the `prepared` values of correlated
    randomness, dealt for one turn, are skipped.

    Clients skip a loop that `is_apart`. They cannot know how often a conditional loop turns, so its draws and rounds
    have numbers apart from those that clients count.
    """

    body: Block
    carried: tuple[Carry, ...]
    index: int | None
    count: int | None
    condition: int | None
    next_condition: int | None
    prepared: int
    is_apart: bool
    span: int


Instruction = Fill | Draw | Call | Alias | Round | Skip | Deliver | Loop
Block = tuple[Instruction, ...]


def every_instruction(block: Block) -> Iterator[Instruction]:
    """All instructions in order, a loop before the instructions of its body."""
    for instruction in block:
        yield instruction
        if isinstance(instruction, Loop):
            yield from every_instruction(instruction.body)


@dataclass(frozen=True, slots=True)
class Schedule:
    """What one party runs. `moving` are the slots whose memory changes during the run (carried values).

    Before the run `inputs` and `constants` bind slots, then `aliases` do, in order. An alias is a slot, the slot whose
    memory it is part of, and the byte at which it begins. `rounds` counts one turn of each conditional loop.
    """

    body: Block
    layouts: tuple[Layout, ...]
    inputs: tuple[tuple[int, str], ...]
    constants: tuple[tuple[int, np.ndarray[Any, Any]], ...]
    aliases: tuple[tuple[int, int, int], ...]
    moving: frozenset[int]
    rounds: int
