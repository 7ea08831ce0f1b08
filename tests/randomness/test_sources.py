"""What the parties of a random node draw fits together, and nothing is drawn twice."""

from itertools import combinations
from typing import Any

import numpy as np
import pytest
from tacit.runtime.graph.check import STREAMS
from tacit.runtime.graph.nodes import Parties, Storage, ValueType
from tacit.runtime.randomness import sources
from tacit.runtime.randomness.aes import PortableStream
from tacit.runtime.randomness.sources import KEY_BYTES, SOURCES

TYPES = (
    ValueType(Storage.RING, (5, 7)),
    ValueType(Storage.RING, ()),
    ValueType(Storage.RING, (0,)),
    ValueType(Storage.WORD32, (3,)),
    ValueType(Storage.WORD16, (9, 5)),
    ValueType(Storage.BITS, (100,), 3),
)


def keys_for(parties: int) -> dict[Parties, bytes]:
    """A different key for each set of parties."""
    sets = [at for count in range(1, parties + 1) for at in combinations(range(parties), count)]
    return {at: number.to_bytes(KEY_BYTES, "big") for number, at in enumerate(sets)}


def draw(source: str, me: int, at: Parties, kind: ValueType, number: int) -> np.ndarray[Any, Any]:
    known = {parties: key for parties, key in keys_for(5).items() if me in parties}
    out = np.ones(kind.array_shape, kind.dtype)
    SOURCES[source].bind(me, at, known, {}, kind)(number, out)
    return out


def test_the_sources_are_those_that_graphs_may_name() -> None:
    assert set(SOURCES) == set(STREAMS)


@pytest.mark.parametrize("kind", TYPES)
@pytest.mark.parametrize("at", [(0,), (1, 3), (0, 2, 4)])
def test_a_stream_is_the_same_at_all_its_parties(kind: ValueType, at: Parties) -> None:
    contents = [draw("stream", me, at, kind, 8) for me in at]
    assert all(np.array_equal(content, contents[0]) for content in contents)
    assert kind.size == 0 or not np.array_equal(contents[0], draw("stream", at[0], at, kind, 9))


@pytest.mark.parametrize("kind", TYPES)
@pytest.mark.parametrize("at", [(1, 3), (0, 2, 4), (0, 1, 2, 3, 4)])
def test_a_zero_sharing_cancels(kind: ValueType, at: Parties) -> None:
    contents = np.stack([draw("zero", me, at, kind, 8) for me in at])
    if kind.storage is Storage.BITS:
        total = np.bitwise_xor.reduce(contents, axis=0)
    else:
        total = np.add.reduce(contents, axis=0, dtype=kind.dtype)
    assert not total.any()
    assert kind.size == 0 or all(content.any() for content in contents)


def test_a_zero_share_is_the_predecessors_stream_minus_the_successors() -> None:
    kind = ValueType(Storage.RING, (4,))
    before, after = draw("stream", 2, (0, 2), kind, 3), draw("stream", 2, (2, 4), kind, 3)
    assert np.array_equal(draw("zero", 2, (0, 2, 4), kind, 3), before - after)


@pytest.mark.parametrize("at", [(0, 1), (0, 1, 2), (0, 2, 3, 4)])
def test_key_sets_are_those_that_binding_uses(at: Parties) -> None:
    for source in SOURCES.values():
        sets = source.key_sets(at)
        assert sets == tuple(sorted(set(sets)))
        for me in at:
            known = {parties: bytes(KEY_BYTES) for parties in sets if me in parties}
            source.bind(me, at, known, {}, TYPES[0])


@pytest.mark.parametrize("kind", TYPES)
def test_the_portable_implementation_draws_the_same(kind: ValueType, monkeypatch: pytest.MonkeyPatch) -> None:
    for source, at in (("stream", (0, 2)), ("zero", (0, 2, 4)), ("zero", (1, 2))):
        fast = draw(source, 2, at, kind, 5)
        with monkeypatch.context() as patch:
            patch.setattr(sources, "STREAM", PortableStream)
            assert np.array_equal(draw(source, 2, at, kind, 5), fast)
