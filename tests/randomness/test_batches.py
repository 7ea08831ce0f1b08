"""Draws in a batch are what they would be one by one."""

import numpy as np
import pytest
from tacit.runtime.graph.nodes import Parties, Storage, ValueType
from tacit.runtime.randomness.aes import STREAM, VectorStream
from tacit.runtime.randomness.batches import Small, bind_batch, is_small
from tacit.runtime.randomness.sources import SOURCES

ALL = (0, 1, 2)
KEYS: dict[Parties, bytes] = {(0, 1): bytes(range(16)), (1, 2): bytes(range(16, 32)), (0, 2): b"k" * 16, ALL: b"a" * 16}
FIRST = 2**40 - 3

pytestmark = pytest.mark.skipif(STREAM is not VectorStream, reason="no batches on this machine")


def kinds() -> list[tuple[str, Parties, ValueType]]:
    found: list[tuple[str, Parties, ValueType]] = []
    for size in (1, 3, 31, 32, 33, 500):
        for storage in (Storage.RING, Storage.WORD32, Storage.WORD16):
            found += [("zero", ALL, ValueType(storage, (size,))), ("stream", (0, 1), ValueType(storage, (size,)))]
        found += [
            ("zero", ALL, ValueType(Storage.BITS, (size,), planes=3)),
            ("stream", ALL, ValueType(Storage.BITS, (size,), planes=3)),
        ]
    return found


@pytest.mark.parametrize("me", [0, 1])
def test_as_one_by_one(me: int) -> None:
    draws, expected = [], []
    for number, (source, at, kind) in enumerate(kinds()):
        room = np.zeros(-(-np.dtype(kind.dtype).itemsize * int(np.prod(kind.array_shape)) // 64) * 64, np.uint8)
        alone = np.zeros(kind.array_shape, kind.dtype)
        out = room[: alone.nbytes].view(kind.dtype).reshape(kind.array_shape)
        assert is_small(source, at, kind, out)
        SOURCES[source].bind(me, at, KEYS, {}, kind)(FIRST + number, alone)
        draws.append(Small(source, at, kind, out))
        expected.append(alone)
    bind_batch(me, draws, KEYS, {})(FIRST)
    assert all(np.array_equal(draw.out, alone) for draw, alone in zip(draws, expected, strict=True))


def test_large_ones_and_other_sources_stay_alone() -> None:
    large, pair = ValueType(Storage.RING, (1000,)), ValueType(Storage.RING, (2,))
    assert not is_small("stream", ALL, large, np.zeros(1000, np.uint64))
    assert not is_small("permutation", ALL, pair, np.zeros(2, np.uint64))
    assert not is_small("zero", (0, 1), pair, np.zeros(2, np.uint64))
