"""Puts messages that do not wait for each other into one round. In: a graph in a valid order. Out: the same, reordered.

    a, exchange a, b, exchange b      becomes      a, b, exchange a, exchange b

The level of a node is the largest number of exchanges before it on any path of its block. All exchanges of a level
stand next to each other, so they are one round, and a block has as many rounds as its longest chain. A repeat stands by
itself, before the exchanges of its level, and its body is a block of its own. Randomness and constants move to just
before their first use, so that they do not wait in memory. A node that nothing uses is left out. A check of the program
holds back every message that comes after it, so that a program that fails reveals nothing more. `verify`, by which a
protocol finds that a peer has cheated, and `require`, by which a program finds that a value is wrong, hold back only
what depends on their values; but what comes after a loop with a `require` waits for the loop. Time and order depend on
the graph alone.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace

from ....runtime.graph.nodes import Constant, Exchange, Graph, Input, Local, Node, Output, Random, Repeat
from ....runtime.graph.walk import every_node

_CHECKS = frozenset({"check", "check_index"})
"""Kernels that may end the program, and that hold back what comes after them."""

_WAITED_FOR = frozenset({"verify", "require"})
"""Kernels that may end the program and hold back what takes their values."""


def batch_rounds(graph: Graph) -> Graph:
    """The graph with as few rounds as its dependencies allow."""
    return replace(graph, body=_batch(graph.body, set()))


def _batch(nodes: Sequence[Node], yielded: set[int]) -> tuple[Node, ...]:
    """The nodes of a block in rounds. The values in `yielded` are used after the block."""
    live = _live(nodes, yielded)
    available: dict[int, int] = {}
    before: dict[int, list[Node]] = {}
    exchanges: dict[int, list[Node]] = {}
    checked = 0
    for node in live:
        level = max([available.get(value, 0) for value in reads(node)], default=0)
        if isinstance(node, Exchange | Repeat):
            level = max(level, checked)
        if has(node, _is_barrier if isinstance(node, Repeat) else _is_check):
            checked = max(checked, level)
        (exchanges if isinstance(node, Exchange) else before).setdefault(level, []).append(node)
        for value in binds(node):
            available[value] = level + isinstance(node, Exchange)
    levels = sorted(before.keys() | exchanges.keys())
    ordered = [node for level in levels for node in (*before.get(level, ()), *exchanges.get(level, ()))]
    return tuple(_sources_late(_round_by_round(ordered)))


def _round_by_round(nodes: Iterable[Node]) -> Iterator[Node]:
    """The nodes, with the bodies of repeats batched, too."""
    for node in nodes:
        if isinstance(node, Repeat):
            yield replace(node, body=_batch(node.body, set(node.renewed)))
        else:
            yield node


def _sources_late(nodes: Iterable[Node]) -> Iterator[Node]:
    """The nodes. Each constant or random stands just before the round, or the other node, that reads it first."""
    waiting: dict[int, Node] = {}
    group: list[Node] = []
    for node in nodes:
        if isinstance(node, Constant | Random):
            waiting[node.output] = node
        elif isinstance(node, Exchange):
            # A constant or random that is sent must not stand between two exchanges of one round.
            yield from _called(node, waiting)
            group.append(node)
        else:
            yield from group
            group.clear()
            yield from _called(node, waiting)
            yield node
    yield from group
    yield from waiting.values()


def _called(node: Node, waiting: dict[int, Node]) -> Iterator[Node]:
    for value in reads(node):
        if value in waiting:
            source = waiting.pop(value)
            yield from _called(source, waiting)
            yield source


def _live(nodes: Sequence[Node], yielded: set[int]) -> list[Node]:
    """The nodes that an output or a yielded value depends on, and all inputs, which their owners have checked."""
    used = set(yielded)
    kept = []
    for node in reversed(nodes):
        bound = binds(node)
        if isinstance(node, Input) or not used.isdisjoint(bound) or has(node, is_effect):
            kept.append(node)
            used.update(reads(node))
    return kept[::-1]


def has(node: Node, is_one: Callable[[Node], bool]) -> bool:
    """Whether `is_one` holds for the node or for a node in its body."""
    return is_one(node) or (isinstance(node, Repeat) and any(map(is_one, every_node(node.body))))


def _is_check(node: Node) -> bool:
    return _is_one_of(node, _CHECKS)


def _is_barrier(node: Node) -> bool:
    """Whether a repeat holds back what comes after it: nothing outside can take the value of a `require` inside."""
    return _is_one_of(node, _CHECKS | {"require"})


def is_effect(node: Node) -> bool:
    """Whether the node can be seen from outside: an output, or a check that may end the program."""
    return isinstance(node, Output) or _is_one_of(node, _CHECKS | _WAITED_FOR)


def _is_one_of(node: Node, kernels: frozenset[str]) -> bool:
    return isinstance(node, Local) and any(step.kernel in kernels for step in node.steps)


def binds(node: Node) -> tuple[int, ...]:
    """The values of its own block that the node binds."""
    if isinstance(node, Repeat):
        return node.outputs
    return () if isinstance(node, Output) else (node.output,)


def reads(node: Node) -> Iterable[int]:
    """The values that the node reads and does not bind. A repeat also reads what its body reads."""
    match node:
        case Local():
            return dict.fromkeys([value for step in node.steps for value in step.inputs])
        case Exchange() | Output():
            return (node.value,)
        case Random():
            return dict.fromkeys(node.inputs)
        case Repeat():
            inside = {*node.bound, *(value for inner in node.body for value in binds(inner))}
            values = [value for inner in node.body for value in reads(inner)]
            return dict.fromkeys([*node.taken, *(value for value in (*values, *node.renewed) if value not in inside)])
        case _:
            return ()
