"""Begins a loop's next turn before the last rounds of the current turn. In: a graph in any valid order. Out: another.

Before, 5 rounds a turn:                       After, 3 rounds a turn:
    repeat N {                                     early half of turn 0
      w -> 3 rounds -> w'                          repeat N - 1 {
      w' -> 2 rounds -> t; s' = s + t                late half of turn k;  early half of turn k + 1
    }                                              }
                                                   late half of turn N - 1

Software pipelining (Lam, PLDI 1988), where any number of messages fits into a round. The least distance between turns
is the number of rounds on the longest way through a turn from a carried value to itself, or the mean over a cycle of
ways. Turns start a fixed number of rounds apart. Each node gets its earliest possible round; nodes scheduled later than
that interval form the late half. `batch_rounds` then puts both halves side by side. The loop of both halves is split
again as long as that saves rounds, so that more than two turns may be under way.

A loop is split only if it is counted, exchanges something, has no effects, and has no loop in it that exchanges. With a
dealer no loop is split, because a dealer prepares draws in the order of the program.

Assumes nothing. Ensures the same values, and no more rounds.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, overload

import numpy as np

from ....runtime.graph.followed import followers, happens_at_clients
from ....runtime.graph.nodes import (
    Constant,
    Exchange,
    Graph,
    Input,
    Local,
    Node,
    Output,
    Parties,
    Random,
    Repeat,
    Step,
    ValueType,
)
from ....runtime.graph.walk import every_node
from .batch_rounds import binds, has, is_effect, reads

PARTS = 4
"""An early half has at least 1 / PARTS of a turn's rounds, so that a loop is split only a few times."""


def overlap_turns(graph: Graph) -> Graph:
    """The graph with overlapping turns in the loops where that saves rounds."""
    if graph.preprocessing:
        return graph
    overlap = _Overlap(graph)
    body = tuple(overlap.block(graph.body))
    return replace(graph, body=body, types=tuple(overlap.types))


class _Overlap:
    """A walk over a graph. `types` grows with the copies; `_became` maps a loop's old outputs to what replaces them."""

    def __init__(self, graph: Graph) -> None:
        self.types = list(graph.types)
        self._became: dict[int, int] = {}
        self._graph = graph

    def block(self, nodes: Iterable[Node]) -> Iterator[Node]:
        """The nodes of a block. Inner loops come first."""
        for node in nodes:
            if isinstance(node, Repeat):
                body = tuple(self.block(node.body))
                yield from self._overlapped(self._current(replace(node, body=body)))
            else:
                yield self._current(node)

    @overload
    def _current(self, node: Repeat) -> Repeat: ...

    @overload
    def _current(self, node: Node) -> Node: ...

    def _current(self, node: Node) -> Node:
        """The node with the values that it reads replaced by what they have become."""
        return node if self._became.keys().isdisjoint(reads(node)) else _renamed(node, self._became)

    def _overlapped(self, loop: Repeat) -> Iterable[Node]:
        if loop.count is None or loop.count < 2 or not all(map(_may_move, loop.body)):
            return (loop,)
        found = _find_halves(loop)
        if found is None:
            return (loop,)
        going = followers(self._graph, happens_at_clients(self._graph, loop.body))
        halves = _Halves(self.types, going, loop, *found)
        # The new loop's turns are shorter and may overlap once more, which also changes what stands for its outputs.
        nodes = list(self.block(halves.write()))
        self._became.update((old, self._became.get(new, new)) for old, new in halves.outputs.items())
        return nodes


def _may_move(node: Node) -> bool:
    if isinstance(node, Repeat):
        return not any(isinstance(inner, Exchange | Repeat) for inner in node.body) and not has(node, is_effect)
    return not isinstance(node, Input | Output) and not is_effect(node)


def _find_halves(loop: Repeat) -> tuple[list[Node], list[Node]] | None:
    """The nodes of a turn that run early and late, at the least distance between turns; None if nothing is gained."""
    bound = {value for node in loop.body for value in binds(node)} | set(loop.parameters)
    inside = {id(node): [value for value in reads(node) if value in bound] for node in loop.body}
    depth = _depth(_levels(loop, inside, {}))
    low, high = -(-depth // PARTS), depth
    while low < high:
        middle = (low + high) // 2
        if _levels_at(loop, inside, middle) is None:
            low = middle + 1
        else:
            high = middle
    levels = None if low == depth else _levels_at(loop, inside, low)
    if levels is None:
        return None
    return _split(loop, {id(node) for node in loop.body if _level(node, levels, inside) < low})


def _split(loop: Repeat, is_early: set[int]) -> tuple[list[Node], list[Node]]:
    """The early nodes and the late ones. A node that costs no round and that only late nodes read is late, too."""
    needed_early: set[int] = set()
    early: list[Node] = []
    late: list[Node] = []
    for node in reversed(loop.body):
        wanted = isinstance(node, Exchange) or not needed_early.isdisjoint(binds(node))
        if id(node) in is_early and wanted:
            needed_early.update(reads(node))
            early.append(node)
        else:
            late.append(node)
    return early[::-1], late[::-1]


def _levels_at(loop: Repeat, inside: Mapping[int, list[int]], distance: int) -> dict[int, int] | None:
    """The round in which each value is ready if turns start `distance` rounds apart; None if they cannot."""
    start: dict[int, int] = {}
    # Levels that still grow after once around through every carried value would grow for ever.
    for _ in range(len(loop.parameters) + 1):
        levels = _levels(loop, inside, start)
        later = {
            parameter: max(start.get(parameter, 0), levels.get(result, 0) - distance)
            for parameter, result in zip(loop.parameters, loop.results, strict=True)
        }
        if all(later[parameter] == start.get(parameter, 0) for parameter in later):
            return levels
        start = later
    return None


def _levels(loop: Repeat, inside: Mapping[int, list[int]], start: Mapping[int, int]) -> dict[int, int]:
    levels = {parameter: start.get(parameter, 0) for parameter in loop.parameters}
    for node in loop.body:
        level = max(map(levels.__getitem__, inside[id(node)]), default=0) + isinstance(node, Exchange)
        for value in binds(node):
            levels[value] = level
    return levels


def _depth(levels: Mapping[int, int]) -> int:
    return max(levels.values(), default=0)


def _level(node: Node, levels: Mapping[int, int], inside: Mapping[int, list[int]]) -> int:
    """The round in which a node stands. The value of an exchange is ready one round later."""
    return max((levels[value] for value in inside[id(node)]), default=0)


class _Halves:
    """Writes the early half of turn 0, a loop over both halves of neighbouring turns, and the last turn's late half.

    The parties `going` through the loop hold the number of its turn. After `write`, `outputs` maps the loop's outputs
    to the values that stand for them.
    """

    def __init__(
        self, types: list[ValueType], going: Parties, loop: Repeat, early: Sequence[Node], late: Sequence[Node]
    ) -> None:
        self.types, self.going, self.loop, self.early, self.late = types, going, loop, early, late
        made = [value for node in early for value in binds(node)]
        wanted = {value for node in late for value in reads(node)} | set(loop.results)
        self.kept = [value for value in made if value in wanted]
        self.outputs: dict[int, int] = {}

    def write(self) -> Iterator[Node]:
        """The nodes that replace the loop."""
        loop = self.loop
        assert loop.count is not None
        first = dict(zip(loop.parameters, loop.initial, strict=True))
        yield from self._indexed(first, 0)
        yield from self._copies(self.early, first)
        body: list[Node] = []
        inner = {value: self._like(value) for value in (*loop.parameters, *self.kept)}
        if loop.index is not None:
            inner[loop.index] = self._like(loop.index)
        parameters = tuple(inner[value] for value in (*loop.parameters, *self.kept))
        index = None if loop.index is None else inner[loop.index]
        body += self._copies(self.late, inner)
        results = [inner.get(value, value) for value in loop.results]
        following = dict(zip(loop.parameters, results, strict=True))
        if loop.index is not None and index is not None:
            following[loop.index] = self._like(loop.index)
            one = self._like(loop.index)
            body += [
                Constant(one, _number(1), self.going, loop.span),
                Local(following[loop.index], (Step(self.going, "clear.add", (index, one)),), loop.span),
            ]
        body += self._copies(self.early, following)
        last = {value: self._like(value) for value in (*loop.parameters, *self.kept)}
        yield Repeat(
            tuple(body),
            tuple(first[value] for value in (*loop.parameters, *self.kept)),
            parameters,
            (*results, *(following[value] for value in self.kept)),
            tuple(last[value] for value in (*loop.parameters, *self.kept)),
            count=loop.count - 1,
            index=index,
            span=loop.span,
        )
        yield from self._indexed(last, loop.count - 1)
        yield from self._copies(self.late, last)
        self.outputs = {
            output: last.get(value, value) for output, value in zip(loop.outputs, loop.results, strict=True)
        }

    def _indexed(self, values: dict[int, int], turn: int) -> Iterator[Node]:
        if self.loop.index is not None:
            values[self.loop.index] = self._like(self.loop.index)
            yield Constant(values[self.loop.index], _number(turn), self.going, self.loop.span)

    def _like(self, value: int) -> int:
        """A new value of the same type."""
        self.types.append(self.types[value])
        return len(self.types) - 1

    def _copies(self, nodes: Sequence[Node], values: dict[int, int]) -> list[Node]:
        """The nodes with values replaced. Whatever they bind, also inside, is new."""
        for node in nodes:
            values.update((value, self._like(value)) for value in _all_bound(node))
        return [_renamed(node, values) for node in nodes]


def _number(value: int) -> np.ndarray[Any, Any]:
    return np.asarray(value, np.int64)


def _all_bound(node: Node) -> Iterator[int]:
    """The values that the node binds, in its block and inside."""
    for each in every_node((node,)):
        yield from binds(each)
        if isinstance(each, Repeat):
            yield from each.bound


@overload
def _renamed(node: Repeat, values: Mapping[int, int]) -> Repeat: ...


@overload
def _renamed(node: Node, values: Mapping[int, int]) -> Node: ...


def _renamed(node: Node, values: Mapping[int, int]) -> Node:
    """The node with its values' numbers replaced."""

    def one(value: int) -> int:
        return values.get(value, value)

    def maybe(value: int | None) -> int | None:
        return None if value is None else one(value)

    def every(some: tuple[int, ...]) -> tuple[int, ...]:
        return tuple(map(one, some))

    match node:
        case Local():
            steps = tuple(replace(step, inputs=every(step.inputs)) for step in node.steps)
            return replace(node, output=one(node.output), steps=steps)
        case Exchange():
            return replace(node, output=one(node.output), value=one(node.value))
        case Random():
            return replace(node, output=one(node.output), inputs=every(node.inputs))
        case Output():
            return replace(node, value=one(node.value))
        case Repeat():
            return replace(
                node,
                body=tuple(_renamed(inner, values) for inner in node.body),
                initial=every(node.initial),
                parameters=every(node.parameters),
                results=every(node.results),
                outputs=every(node.outputs),
                condition=maybe(node.condition),
                next_condition=maybe(node.next_condition),
                index=maybe(node.index),
            )
        case _:
            return replace(node, output=one(node.output))
