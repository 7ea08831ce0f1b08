"""Calls each compiled function once, on zeros, before the first round. In: a graph and a party. Out: only time saved.

A compiled function's first call looks up the types of its arguments and touches its code for the first time. That takes
20 to 70 microseconds for a function, and 0.9 milliseconds for the first function of a process. A program of few rounds
would spend more on first calls than on its work (measured: comparing two numbers over a LAN takes 2.9 ms without a
rehearsal, 2.1 ms with one).

Calls on a tape need no rehearsal: writing the tape already finds the functions and lays out their arguments.

Every kernel accepts zeros, as indices too. Random draws are rehearsed under keys of zeros, which no real draw uses.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from ..graph.correlations import CORRELATIONS, DERIVED, kernel_attributes
from ..graph.nodes import Graph, Local, Parties, Random, ValueType
from ..graph.walk import every_node
from ..kernels import TABLE
from ..randomness.aes import STREAM
from ..randomness.sources import KEY_BYTES, SOURCES, is_one_call
from ..tape.interpreter import IS_POSSIBLE

_MOST_BYTES = 1 << 16
"""Calls that move more bytes are not rehearsed: their own work takes far longer than a first call's delay."""


def rehearse(graph: Graph, me: int) -> None:
    """Calls once each compiled kernel and each source of randomness that party `me` uses on small arrays."""
    known: set[tuple[str, ...]] = set()
    for node in every_node(graph.body):
        if isinstance(node, Local):
            for step in node.steps:
                if me in step.at:
                    _call(graph, known, step.kernel, step.inputs, node.output, step.attributes)
        elif isinstance(node, Random):
            if node.source in DERIVED and me == graph.dealer:
                _call(graph, known, DERIVED[node.source], node.inputs, node.output, kernel_attributes(node))
            elif me in node.at or me == graph.dealer:
                _draw(graph, known, node, me)


def _call(
    graph: Graph,
    known: set[tuple[str, ...]],
    kernel: str,
    inputs: Sequence[int],
    output: int,
    attributes: Mapping[str, object],
) -> None:
    kinds = [graph.types[value] for value in (output, *inputs)]
    stands = IS_POSSIBLE and TABLE[kernel].replays
    is_small = sum(map(_size, kinds)) <= _MOST_BYTES
    if TABLE[kernel].needs and not stands and is_small and (kernel,) not in known:
        known.add((kernel,))
        TABLE[kernel].run(*map(_zeros, kinds), **attributes)


def _draw(graph: Graph, known: set[tuple[str, ...]], node: Random, me: int) -> None:
    kind = graph.types[node.output]
    what = (node.source, kind.storage.name)
    if what in known or _size(kind) > _MOST_BYTES:
        return
    known.add(what)
    if IS_POSSIBLE and (node.source in CORRELATIONS or is_one_call(node.source, node.at, _zeros(kind))):
        return
    if node.source in CORRELATIONS:
        STREAM(bytes(KEY_BYTES)).fill(_zeros(kind).reshape(-1), 0)
    else:
        source = SOURCES[node.source]
        keys: dict[Parties, bytes] = dict.fromkeys(source.key_sets(node.at), bytes(KEY_BYTES))
        source.bind(me, node.at, keys, node.attributes, kind)(0, _zeros(kind))


def _zeros(kind: ValueType) -> np.ndarray[tuple[int, ...], np.dtype[np.generic]]:
    return np.zeros(kind.array_shape, kind.dtype)


def _size(kind: ValueType) -> int:
    return int(np.prod(kind.array_shape)) * np.dtype(kind.dtype).itemsize
