"""The kinds of randomness that a graph may name, and how a party draws each.

A source, bound to a party, fills the output of the n-th execution of a random node: `sample(n, out)`. Parties number
the executions alike, so they agree without a message. Two executions never share a number. So they never share a block
of a key's stream, even where two nodes use the key of the same set of parties, as a zero sharing among 0, 1, 2 and a
stream of 0, 1 do.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..graph.nodes import Parties, Storage, ValueType
from ..kernels.native import Native
from .aes import KEY_BYTES, STREAM, Stream, VectorStream
from .aes_vector import Combination, fill_batch, fill_combined, fill_stream
from .permutations import fill_permutation, trade

__all__ = ["COMBINATIONS", "KEY_BYTES", "NATIVES", "SOURCES", "Array", "Keys", "Piece", "Prepared", "Sample", "Source"]

Array = np.ndarray[Any, Any]
Keys = Mapping[Parties, bytes]
Attributes = Mapping[str, Any]
Sample = Callable[[int, Array], None]


@dataclass(frozen=True, slots=True)
class Piece:
    """A party's pieces of correlated values of one kind: `sample` fills an array with the piece of a number.

    `is_stream` says that the piece is the stream of that number under a seed.
    """

    sample: Sample
    is_stream: bool


Prepared = Callable[[str, ValueType], Piece]
"""Correlated randomness that has been prepared: for a source and a type, this node's pieces. They have keys of their
own, so they are numbered apart from other draws."""


@dataclass(frozen=True, slots=True)
class Source:
    """A kind of randomness. `key_sets(at)` are the sets of parties that need a common key; `bind` readies one party.

    `bind` gets the party, the node's parties, the keys, the node's attributes and the type of its output.
    """

    key_sets: Callable[[Parties], tuple[Parties, ...]]
    bind: Callable[[int, Parties, Keys, Attributes, ValueType], Sample]


def _stream_sets(at: Parties) -> tuple[Parties, ...]:
    return (at,)


def _bind_stream(me: int, at: Parties, keys: Keys, attributes: Attributes, kind: ValueType) -> Sample:
    fill = STREAM(keys[at]).fill
    return lambda number, out: fill(out.reshape(-1), number)


def _bind_permutation(me: int, at: Parties, keys: Keys, attributes: Attributes, kind: ValueType) -> Sample:
    stream = STREAM(keys[at])
    return lambda number, out: fill_permutation(stream, out, number)


def _zero_sets(at: Parties) -> tuple[Parties, ...]:
    return tuple(sorted({_pair(party, _following(at, party)) for party in at}))


def _bind_zero(me: int, at: Parties, keys: Keys, attributes: Attributes, kind: ValueType) -> Sample:
    """The stream with this party's predecessor minus the stream with its successor: around the ring the sum is zero.

    Two parties share a single stream: the first party's share is the stream, the second's its negative. (For bits the
    stream is its own negative.)
    """
    before, after = map(STREAM, zero_keys(me, at, keys))
    if len(at) == 2:
        return _plus_or_minus(before, me == at[0], kind.storage)
    combine, how = before.combine, COMBINATIONS[kind.storage]
    return lambda number, out: combine(after, how, out.reshape(-1), number)


def zero_keys(me: int, at: Parties, keys: Keys) -> tuple[bytes, bytes]:
    """The key that this party shares with its predecessor, and the key that it shares with its successor."""
    return keys[_pair(me, _preceding(at, me))], keys[_pair(me, _following(at, me))]


def _plus_or_minus(stream: Stream, is_first: bool, storage: Storage) -> Sample:
    def sample(number: int, out: Array) -> None:
        stream.fill(out.reshape(-1), number)
        if not is_first and storage is not Storage.BITS:
            np.negative(out, out)

    return sample


COMBINATIONS = {
    Storage.RING: Combination.SUBTRACT64,
    Storage.WORD32: Combination.SUBTRACT32,
    Storage.WORD16: Combination.SUBTRACT16,
    Storage.BITS: Combination.XOR,
}
"""How the two streams of a zero sharing among three or more parties become one."""


def is_one_call(source: str, at: Parties, out: Array) -> bool:
    """Whether a sample of this source into `out` is one call of a compiled function that takes the draw's number."""
    is_drawn = source == "stream" or (source == "zero" and len(at) > 2)
    return STREAM is VectorStream and is_drawn and out.nbytes % 8 == 0


def _following(at: Parties, party: int) -> int:
    return at[(at.index(party) + 1) % len(at)]


def _preceding(at: Parties, party: int) -> int:
    return at[at.index(party) - 1]


def _pair(one: int, other: int) -> Parties:
    return (one, other) if one < other else (other, one)


NATIVES: tuple[Native, ...] = (
    trade,
    *((fill_stream, *fill_combined.values(), fill_batch) if STREAM is VectorStream else ()),
)
"""The compiled functions that samples call."""

SOURCES: dict[str, Source] = {
    "stream": Source(_stream_sets, _bind_stream),
    "zero": Source(_zero_sets, _bind_zero),
    "permutation": Source(_stream_sets, _bind_permutation),
}
