"""One party's part of a protocol graph as a list of instructions.

In: a checked graph and a party. Out: a `Schedule`, whose blocks follow the graph's:

    Exchange 7 = 3 along 0->2, Exchange 8 = 4 along 1->0   =>   at party 0: Round send 3 to 2, receive 8 from 1

Every party passes every draw and every round in the same order, and so all parties number them alike. `Skip` stands
for draws and rounds in which this party has no part.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import prod
from typing import Any

import numpy as np

from ..graph.correlations import count_correlated, is_correlated
from ..graph.errors import GraphError
from ..graph.followed import followed
from ..graph.nodes import Constant, Exchange, Graph, Input, Local, Node, Output, Random, Repeat, Step, Storage
from ..graph.views import offset_of
from ..graph.walk import by_round
from ..instructions import (
    Alias,
    Block,
    Call,
    Carry,
    Deliver,
    Draw,
    Fill,
    Instruction,
    Layout,
    Loop,
    Piece,
    Round,
    Schedule,
    Skip,
)

_SMALL_CONSTANT = 1 << 16
"""A constant of one repeated element and at most so many bytes is spread out before the run. A larger one is spread out
by an instruction, into memory that it shares with other values."""


def schedule(graph: Graph, me: int) -> Schedule:
    """The instructions of party `me`; a dealer has none. `rounds` counts one turn of each conditional loop.

    Raises `GraphError` if an exchange sends a value that arrives in the same round.
    """
    lowering = _Lowering(graph, me)
    body = lowering.block(graph.body) if me != graph.dealer else ()
    return Schedule(
        body=body,
        layouts=tuple(lowering.layouts),
        inputs=tuple(lowering.inputs),
        constants=tuple(lowering.constants),
        aliases=tuple(lowering.aliases),
        moving=frozenset(lowering.moving),
        rounds=_count_rounds(body),
    )


class _Lowering:
    """The walk over the graph. `present` are the values that this party holds, `moving` those whose memory changes."""

    def __init__(self, graph: Graph, me: int) -> None:
        self.graph = graph
        self.me = me
        self.layouts = [Layout(np.dtype(value.dtype), value.array_shape) for value in graph.types]
        self.inputs: list[tuple[int, str]] = []
        self.constants: list[tuple[int, np.ndarray[Any, Any]]] = []
        self.aliases: list[tuple[int, int, int]] = []
        self.moving: set[int] = set()
        self.present: set[int] = set()
        self._followed = followed(graph)
        self._is_client = me in graph.clients
        self._draws = 0
        self._rounds = 0

    def block(self, nodes: tuple[Node, ...]) -> Block:
        """The instructions of consecutive nodes. Exchanges that stand together become one round."""
        body: list[Instruction] = []
        for step in by_round(nodes):
            body += self._round(step) if isinstance(step, tuple) else self._node(step)
        return (*body, *self._skip())

    def _node(self, node: Node) -> Iterator[Instruction]:
        match node:
            case Random():
                yield from self._draw(node)
            case Local():
                yield from self._call(node)
            case Repeat() if self._is_client and id(node) not in self._followed:
                self._pass(node)
            case Repeat():
                yield from self._loop(node)
            case Input() if self.me in node.at:
                self.present.add(node.output)
                self.inputs.append((node.output, node.name))
            case Constant() if self.me in node.at:
                yield from self._constant(node)
            case Output() if self.me in node.at:
                yield Deliver(node.value, node.name, node.role, node.kept, node.span)

    def _skip(self) -> Iterator[Instruction]:
        if self._draws or self._rounds:
            yield Skip(self._draws, self._rounds)
            self._draws = self._rounds = 0

    def _draw(self, node: Random) -> Iterator[Instruction]:
        if self.me not in node.at:
            self._draws += not is_correlated(node)
            return
        yield from self._skip()
        self.present.add(node.output)
        yield Draw(node.output, node.source, node.at, node.attributes, node.span)

    def _call(self, node: Local) -> Iterator[Instruction]:
        for step in node.steps:
            if self.me in step.at:
                self.present.add(node.output)
                offset = self._offset(node.output, step)
                if offset is not None:
                    yield from self._alias(node.output, step.inputs[0], offset, node.span)
                else:
                    yield Call(node.output, step.kernel, step.inputs, step.attributes, node.span)

    def _offset(self, output: int, step: Step) -> int | None:
        """The byte of the first input's memory at which the output begins; None if it is no part of that memory."""
        if not step.inputs:
            return None
        return offset_of(step.kernel, step.attributes, self.graph.types[step.inputs[0]], self.graph.types[output])

    def _alias(self, output: int, value: int, offset: int, span: int) -> Iterator[Instruction]:
        """Gives an instruction only where the memory of `value` moves. Other slots are bound once, before the run."""
        if value in self.moving:
            self.moving.add(output)
            yield Alias(output, value, offset, span)
        else:
            self.aliases.append((output, value, offset))

    def _constant(self, node: Constant) -> Iterator[Instruction]:
        self.present.add(node.output)
        layout = self.layouts[node.output]
        data = node.data.astype(layout.dtype, copy=False)
        if data.size == prod(layout.shape):
            self.constants.append((node.output, np.ascontiguousarray(data).reshape(layout.shape)))
        elif layout.nbytes <= _SMALL_CONSTANT:
            self.constants.append((node.output, np.full(layout.shape, data.reshape(()))))
        else:
            yield Fill(node.output, data.reshape(()), node.span)

    def _round(self, nodes: Sequence[Exchange]) -> Iterator[Instruction]:
        if not {node.output for node in nodes}.isdisjoint(node.value for node in nodes):
            raise GraphError("an exchange sends a value that arrives in the same round")
        sends: dict[int, list[Piece]] = {}
        receives: dict[int, list[Piece]] = {}
        for node in nodes:
            receivers = [receiver for sender, receiver in node.routes if sender == self.me]
            if receivers:
                piece = self._piece(node.value)
                for receiver in receivers:
                    sends.setdefault(receiver, []).append(piece)
            for sender, receiver in node.routes:
                if receiver == self.me:
                    self.present.add(node.output)
                    receives.setdefault(sender, []).append(self._piece(node.output))
        if sends or receives:
            yield from self._skip()
            yield Round(_by_peer(sends), _by_peer(receives), nodes[0].span)
        else:
            self._rounds += 1

    def _piece(self, value: int) -> Piece:
        """The value as it travels. BITS whose planes end in padding go through a slot without padding."""
        kind = self.graph.types[value]
        if kind.storage is not Storage.BITS or kind.size % 64 == 0:
            return Piece(value)
        staging = self._new_slot(Layout(np.dtype(np.uint8), (kind.planes, (kind.size + 7) // 8)))
        return Piece(value, staging, 0xFF >> -kind.size % 8)

    def _new_slot(self, layout: Layout) -> int:
        self.layouts.append(layout)
        return len(self.layouts) - 1

    def _pass(self, node: Repeat) -> None:
        """Counts draws and rounds of a repeat that this client skips. A conditional one counts apart, see `Loop`."""
        if node.count is not None:
            draws, rounds = self._draws, self._rounds
            self._draws = self._rounds = 0
            for step in by_round(node.body):
                if isinstance(step, Random):
                    self._draws += not is_correlated(step)
                elif isinstance(step, Repeat):
                    self._pass(step)
                else:
                    self._rounds += isinstance(step, tuple)
            self._draws, self._rounds = draws + node.count * self._draws, rounds + node.count * self._rounds

    def _loop(self, node: Repeat) -> Iterator[Instruction]:
        yield from self._skip()
        held = [number for number, initial in enumerate(node.initial) if initial in self.present]
        still = [number for number in held if node.results[number] == node.parameters[number]]
        for number in still:
            yield from self._alias(node.parameters[number], node.initial[number], 0, node.span)
        results = self._own_results(node, [number for number in held if number not in still])
        carried = tuple(
            Carry(node.initial[number], node.parameters[number], result, node.outputs[number])
            for number, result in results.items()
        )
        for carry in carried:
            self.moving.update((carry.parameter, carry.result, carry.output))
        self.present.update(node.parameters[number] for number in held)
        self.present.update(() if node.index is None else (node.index,))
        body = self.block(node.body) + tuple(
            Call(result, "identity", (node.results[number],), {}, node.span)
            for number, result in results.items()
            if result != node.results[number]
        )
        prepared, is_apart = count_correlated(node.body), id(node) not in self._followed
        control = (node.index, node.count, node.condition, node.next_condition)
        yield Loop(body, carried, *control, prepared, is_apart, node.span)
        self.present.update(node.outputs[number] for number in held)
        for number in still:
            yield from self._alias(node.outputs[number], node.parameters[number], 0, node.span)

    def _own_results(self, node: Repeat, numbers: list[int]) -> dict[int, int]:
        """For each carried value the slot that trades memory with the value's parameter.

        If the body computes the result into memory of its own, the slot is the result's. Otherwise the slot is new, and
        the result is copied to it: a result may be a parameter, a value from outside, an alias, the output of an inner
        loop, or carried twice.
        """
        free = set(self._computed(node.body))
        chosen: dict[int, int] = {}
        for number in numbers:
            result = node.results[number]
            chosen[number] = result if result in free else self._new_slot(self.layouts[result])
            free.discard(result)
        return chosen

    def _computed(self, nodes: tuple[Node, ...]) -> Iterator[int]:
        """The values that these nodes compute at this party into memory of their own, without those of inner loops."""
        for node in nodes:
            match node:
                case Random() if self.me in node.at:
                    yield node.output
                case Exchange() if any(receiver == self.me for _, receiver in node.routes):
                    yield node.output
                case Local():
                    if any(self.me in step.at and self._offset(node.output, step) is None for step in node.steps):
                        yield node.output


def _by_peer(pieces: dict[int, list[Piece]]) -> tuple[tuple[int, tuple[Piece, ...]], ...]:
    return tuple((peer, tuple(pieces[peer])) for peer in sorted(pieces))


def _count_rounds(block: Block) -> int:
    """The rounds of a block, with all turns of counted loops and one turn of conditional loops."""
    total = 0
    for instruction in block:
        match instruction:
            case Round():
                total += 1
            case Skip():
                total += instruction.rounds
            case Loop():
                turns = 1 if instruction.count is None else instruction.count
                total += turns * _count_rounds(instruction.body)
    return total
