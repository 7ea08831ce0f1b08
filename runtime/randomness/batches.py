"""Small draws that follow each other, drawn by one call: beside a few hundred bytes the call is what a draw costs.

Sixteen words from one stream cost 2.5 microseconds as a draw of their own, most of it Python, and 0.1 in a batch.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from ..graph.nodes import Parties, ValueType
from .aes import STREAM, VectorStream
from .aes_vector import fill_batch
from .sources import COMBINATIONS, Array, Keys, zero_keys

_MOST_BYTES = 4096
"""Larger draws gain nothing, and are combined faster on their own."""


@dataclass(frozen=True, slots=True)
class Small:
    """A draw for a batch: its source, its parties, its type, and its output, which nothing else holds up to the next
    multiple of 8 bytes and which stays where it is."""

    source: str
    at: Parties
    kind: ValueType
    out: Array


def is_small(source: str, at: Parties, kind: ValueType, out: Array) -> bool:
    """Whether a draw may join a batch, on this machine."""
    is_drawn = source == "stream" or (source == "zero" and len(at) > 2 and kind.storage in COMBINATIONS)
    return STREAM is VectorStream and is_drawn and 0 < out.nbytes <= _MOST_BYTES


Streams = dict[bytes, VectorStream]
"""A run's streams by their keys: a key is expanded once, which takes longer than many draws."""


def bind_batch(me: int, draws: Sequence[Small], keys: Keys, streams: Streams) -> Callable[[int], None]:
    """What fills the outputs of draws that are numbered in their order, from the number of the first."""

    def address(key: bytes) -> int:
        if key not in streams:
            streams[key] = VectorStream(key)
        return streams[key].address

    rows = []
    for draw in draws:
        is_zero = draw.source == "zero"
        plus, minus = zero_keys(me, draw.at, keys) if is_zero else (keys[draw.at], keys[draw.at])
        how = COMBINATIONS[draw.kind.storage].value if is_zero else -1
        rows.append((draw.out.ctypes.data, address(plus), address(minus), -(-draw.out.nbytes // 8), how))
    held = (tuple(draws), streams)  # the memory that the addresses are of
    plan = np.array(rows, np.int64).reshape(-1)

    def fill(first: int, held: object = held) -> None:
        fill_batch.run(plan, first)

    return fill
