"""Correlated randomness from a dealer: one more party, which sees no data and leaves before the first round.

Every node shares a seed with the dealer. The node's pieces of all values are streams of that seed, numbered in the
order of execution. A mask needs nothing else: the mask is the sum of the pieces. A value derived from masks needs a
correction. The dealer sends it to the last node alone, which uses it in place of its stream:

    correction = derived - (pieces of all other nodes)

All corrections of a run are sent before its first round. The dealer and the last node walk the same graph, so the order
alone tells which correction is which. At the end the dealer tells all nodes how much of each kind it has dealt. Each
node compares that with what the program needs.

To any coalition that lacks a node, that node's pieces look uniform: they come from, or are masked by, a seed that only
that node and the dealer hold. (The last node's corrections are masked by the other nodes' streams.)
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any

import numpy as np

from ..errors import PeerError
from ..graph.correlations import (
    CORRELATIONS,
    DERIVED,
    MOVED,
    MOVES,
    PERMUTATIONS,
    SEEDED,
    XORED,
    is_correlated,
    is_move,
    kernel_attributes,
)
from ..graph.cost import count_correlations
from ..graph.nodes import Graph, Local, Node, Parties, Random, Repeat, Storage, ValueType
from ..graph.walk import every_node
from ..kernels import KERNELS
from ..transport.base import Transport
from .aes import STREAM, Stream
from .permutations import fill_permutation
from .sources import Array, Keys, Piece, Prepared

_BATCH_BYTES = 1 << 22
"""Corrections travel in messages of about this size, so that the dealer need not hold all corrections at once."""


@dataclass(frozen=True, slots=True)
class Dealt:
    """What a party has after the dealing: its pieces (the dealer has none) and the bytes that it sent.

    `bytes_held` is the memory of pieces that do not grow out of a seed: the last node's corrections.
    """

    prepared: Prepared
    bytes_sent: int
    bytes_held: int


def seed_sets(graph: Graph) -> tuple[Parties, ...]:
    """The pairs (node, dealer) that share a seed; none where the graph has no dealer."""
    return () if graph.dealer is None else tuple((node, graph.dealer) for node in range(graph.nodes))


def deal(graph: Graph, transport: Transport, keys: Keys) -> Dealt:
    """Takes one party's part in the dealing. A client has no part.

    A node raises `PeerError` if the dealer has not dealt exactly what the program needs.
    """
    me, dealer = transport.me, graph.dealer
    if me == dealer:
        return Dealt(_nothing, _Dealer(graph, transport, keys).deal(), 0)
    if dealer is None or me >= graph.nodes:
        return Dealt(_nothing, 0, 0)
    last = graph.nodes - 1
    corrections = _receive(graph, transport, dealer) if me == last else {}
    _check_amounts(graph, transport, dealer)
    stream = STREAM(keys[me, dealer])
    held = sum(each.nbytes for each in corrections.values())

    def piece(source: str, kind: ValueType) -> Piece:
        if source == PERMUTATIONS:
            return Piece(lambda number, out: fill_permutation(stream, out, number), False)
        return _piece(stream, {} if source in SEEDED else corrections, kind, me == last)

    return Dealt(piece, 0, held)


def _nothing(source: str, kind: ValueType) -> Piece:
    raise AssertionError(f"{source!r} of {kind} is taken by a party that has no part in it")


def _piece(stream: Stream, corrections: dict[int, Array], kind: ValueType, is_last: bool) -> Piece:
    """The piece whose values are streams, or, if this node has `corrections`, those. They are used up by number."""
    if not is_last or not corrections:
        return Piece(lambda number, out: stream.fill(out.reshape(-1), number), True)

    def take(number: int, out: Array) -> None:
        octets = _octets(out, kind)
        if octets.size:
            octets[...] = corrections.pop(number).reshape(octets.shape)

    return Piece(take, False)


# --- the dealer ---------------------------------------------------------------------------------------------------


class _Dealer:
    """The dealer's walk. `_values` are the random values in the clear on which later values depend."""

    def __init__(self, graph: Graph, transport: Transport, keys: Keys) -> None:
        self._graph = graph
        self._transport = transport
        self._streams = [STREAM(keys[pair]) for pair in seed_sets(graph)]
        self._values: dict[int, Array] = {}
        self._needed = set(_inputs(graph.body))

    def deal(self) -> int:
        """Sends everything. Gives the bytes sent."""
        last, sent = self._graph.nodes - 1, 0
        batch: list[Array] = []
        size = 0
        for value in executions(self._graph):
            correction = self._execute(value)
            if correction is not None:
                batch.append(correction)
                size += correction.size
            if size >= _BATCH_BYTES:
                sent += self._send(last, batch)
                batch, size = [], 0
        sent += self._send(last, batch) if size else 0
        amounts = _amounts(self._graph)
        messages = [(node, [memoryview(amounts)]) for node in range(self._graph.nodes)]
        self._transport.exchange(messages, [], round=0)
        return sent + len(amounts) * len(messages)

    def _send(self, to: int, batch: list[Array]) -> int:
        content = np.concatenate(batch)
        self._transport.exchange([(to, [content.data])], [], round=0)
        return content.size

    def _execute(self, value: Execution) -> Array | None:
        """Computes a value in the clear. Gives the bytes of its correction, if the value needs one."""
        node, kind = value.node, self._graph.types[value.node.output]
        correction = None
        if isinstance(node, Local):
            (step,) = node.steps
            self._values[node.output] = self._applied(step.kernel, kind, step.inputs, step.attributes)
        elif node.source == PERMUTATIONS:
            self._values[node.output] = self._permutations(value.number, kind)
        elif node.source in SEEDED:
            if node.output in self._needed:
                self._values[node.output] = self._pieces(value, kind, self._streams)
        else:
            derived = self._derived(node, kind)
            if node.output in self._needed:
                self._values[node.output] = derived
            others = self._pieces(value, kind, self._streams[:-1])
            subtract = np.bitwise_xor if _is_xored(node, kind) else np.subtract
            subtract(derived, others, out=others)
            correction = np.ascontiguousarray(_octets(others, kind)).reshape(-1)
        for forgotten in value.forgotten:
            self._values.pop(forgotten, None)
        return correction if correction is not None and correction.size else None

    def _applied(self, kernel: str, kind: ValueType, inputs: Sequence[int], attributes: Mapping[str, Any]) -> Array:
        result = np.empty(kind.array_shape, kind.dtype)
        KERNELS[kernel](result, *(self._values[each] for each in inputs), **attributes)
        return result

    def _derived(self, node: Random, kind: ValueType) -> Array:
        """The value as a function of earlier values. Of all nodes' permutations it takes the named node's."""
        inputs = [self._values[each] for each in node.inputs]
        if node.source in MOVED:
            inputs[-1] = inputs[-1][node.attributes["node"]]
        result = np.empty(kind.array_shape, kind.dtype)
        KERNELS[DERIVED[node.source]](result, *inputs, **kernel_attributes(node))
        return result

    def _permutations(self, number: int, kind: ValueType) -> Array:
        """The permutations of all nodes, one in each row."""
        found = np.empty((len(self._streams), *kind.array_shape), kind.dtype)
        for stream, own in zip(self._streams, found, strict=True):
            fill_permutation(stream, own, number)
        return found

    def _pieces(self, value: Execution, kind: ValueType, streams: Sequence[Stream]) -> Array:
        """The sum of the streams for this value: their XOR, if pieces of such a value add up by XOR."""
        total, one = (np.empty(kind.array_shape, kind.dtype) for _ in range(2))
        add = np.bitwise_xor if _is_xored(value.node, kind) else np.add
        streams[0].fill(total.reshape(-1), value.number)
        for stream in streams[1:]:
            stream.fill(one.reshape(-1), value.number)
            add(total, one, out=total)
        return total


def _is_xored(node: Random | Local, kind: ValueType) -> bool:
    """Whether the pieces of a value add up by XOR."""
    return kind.storage is Storage.BITS or (isinstance(node, Random) and node.source in XORED)


# --- the nodes ----------------------------------------------------------------------------------------------------


def _receive(graph: Graph, transport: Transport, dealer: int) -> dict[int, Array]:
    """The last node's corrections by number, batch by batch as the dealer sends them."""
    found: dict[int, Array] = {}
    batch: dict[int, int] = {}
    size = 0

    def receive() -> None:
        content = np.empty(size, np.uint8)
        transport.exchange([], [(dealer, [content.data])], round=0)
        start = 0
        for number, length in batch.items():
            found[number] = content[start : start + length]
            start += length

    for value in executions(graph):
        corrected = isinstance(value.node, Random) and value.node.source not in SEEDED
        length = graph.types[value.node.output].wire_bytes if corrected else 0
        if length:
            batch[value.number] = length
            size += length
        if size >= _BATCH_BYTES:
            receive()
            batch, size = {}, 0
    if size:
        receive()
    return found


def _check_amounts(graph: Graph, transport: Transport, dealer: int) -> None:
    """Raises `PeerError` unless the dealer has dealt exactly what the program needs."""
    needed = _amounts(graph)
    told = bytearray(len(needed))
    transport.exchange([], [(dealer, [memoryview(told)])], round=0)
    if told == needed:
        return
    pairs = zip(CORRELATIONS, *(np.frombuffer(amounts, np.uint64)[::2] for amounts in (told, needed)), strict=True)
    different = [f"{has:,} values {kind!r} of {needs:,}" for kind, has, needs in pairs if has != needs]
    raise PeerError(graph.parties[dealer], f"dealt not what the program needs: {', '.join(different) or 'other sizes'}")


def _amounts(graph: Graph) -> bytes:
    """How many values of each kind the program needs, and how many bytes of corrections: uint64 pairs, as bytes."""
    amounts = count_correlations(graph)
    counted = [(amounts[kind].values, amounts[kind].bytes) if kind in amounts else (0, 0) for kind in CORRELATIONS]
    return np.array(counted, np.uint64).tobytes()


def _octets(value: Array, kind: ValueType) -> Array:
    """The bytes of a value that travel in a message. Of planes, these are the bytes that have elements."""
    if kind.storage is Storage.BITS:
        return value.view(np.uint8)[:, : (kind.size + 7) // 8]
    return value.reshape(-1).view(np.uint8)


# --- the walk -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Execution:
    """One execution, with its `number`, of a node of correlated randomness, or of one that moves such a value's
    elements.

    After this execution nothing needs the values `forgotten`.
    """

    number: int
    node: Random | Local
    forgotten: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Block:
    """The steps of a block that matter here: a node or a loop's body, its turns, and the values to forget after it."""

    steps: tuple[tuple[Random | Local | _Block, int, tuple[int, ...]], ...]


def executions(graph: Graph) -> Iterator[Execution]:
    """All executions, in the order in which nodes number them. A conditional body comes once: whether the body runs or
    not, its values are dealt."""
    numbers = count()
    number = 0
    for node, forgotten in _unrolled(_block(graph.body, set())):
        if isinstance(node, Random):
            number = next(numbers)
        yield Execution(number, node, forgotten)


def _block(nodes: Sequence[Node], correlated: set[int]) -> _Block:
    """The steps of these nodes. `correlated` are the correlated values of the blocks around this one."""
    steps: list[tuple[Random | Local | _Block, int, tuple[int, ...]]] = []
    own: set[int] = set()
    for node in nodes:
        if is_correlated(node) or is_move(node, correlated | own):
            own.add(node.output)
    later: set[int] = set()
    for node in reversed(nodes):
        if isinstance(node, Random | Local):
            if node.output not in own:
                continue
            used = {node.output, *_depends(node)}
            steps.append((node, 1, tuple((used & own) - later)))
        elif isinstance(node, Repeat):
            used = set(_inputs(node.body))
            body = _block(node.body, correlated | own)
            if body.steps and node.count != 0:
                steps.append((body, 1 if node.count is None else node.count, ()))
        else:
            continue
        later |= used
    return _Block(tuple(reversed(steps)))


def _depends(node: Random | Local) -> tuple[int, ...]:
    return node.inputs if isinstance(node, Random) else node.steps[0].inputs


def _unrolled(block: _Block) -> Iterator[tuple[Random | Local, tuple[int, ...]]]:
    for step, turns, forgotten in block.steps:
        if isinstance(step, _Block):
            for _ in range(turns):
                yield from _unrolled(step)
        else:
            yield step, forgotten


def _inputs(nodes: Sequence[Node]) -> Iterator[int]:
    """All values on which the correlated randomness of these nodes may depend."""
    for node in every_node(nodes):
        if isinstance(node, Random) or (isinstance(node, Local) and node.steps[0].kernel in MOVES):
            yield from _depends(node)
