"""Small draws that follow each other, made by one call.

Of a small draw the call costs more than the bytes: sixteen words from one stream take 2.5 microseconds as a draw of
their own, most of it Python, and 0.1 in a batch.
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
"""The most bytes of a draw in a batch. Larger draws gain nothing, and are combined faster on their own."""


@dataclass(frozen=True, slots=True)
class Small:
    """A draw for a batch: its source, its parties, its type, and its output.

    The output stays where it is, and nothing else uses its memory up to the next multiple of 8 bytes.
    """

    source: str
    at: Parties
    kind: ValueType
    out: Array


def is_small(source: str, at: Parties, kind: ValueType, out: Array) -> bool:
    """Whether a draw may join a batch, on this machine."""
    is_drawn = source == "stream" or (source == "zero" and len(at) > 2 and kind.storage in COMBINATIONS)
    return STREAM is VectorStream and is_drawn and 0 < out.nbytes <= _MOST_BYTES


Streams = dict[bytes, VectorStream]
"""A run's streams by their keys. Expanding a key takes longer than many draws, so each key is expanded once."""


def bind_batch(me: int, draws: Sequence[Small], keys: Keys, streams: Streams) -> Callable[[int], None]:
    """A function that fills the outputs of the draws. It takes the number of the first; the others follow in order."""

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
    held = (tuple(draws), streams)  # keeps alive the memory of the addresses
    plan = np.array(rows, np.int64).reshape(-1)

    def fill(first: int, held: object = held) -> None:
        fill_batch.run(plan, first)

    return fill
