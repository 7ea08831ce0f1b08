"""All alignments of a run, one after the other, before the program is compiled.

In: what to match, and a party's inputs. Out: the permutations that this party brings into the graph, and how many keys
match, which all parties learn.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from time import perf_counter

import numpy as np

from ..clear.keys import NO_KEY
from ..data.inputs import Inputs
from ..errors import PeerError
from ..graph.alignments import DELEGATED, OWN, Matching, order_input, places_input
from ..kernels.blake2b import hash_rows
from ..randomness import rows as random_rows
from ..transport.base import Indirect, Receives, Sends, Transport
from . import delegated, matching, own, private_id
from .base import SIDES, Alignment, Array, Keys, as_bytes
from .matching import pairs, places
from .unique import Check, check_column, repeated

_NUMBER = np.int64(0x1E3779B97F4A7C15)
"""Numbers, dates and labels become keys by an XOR with this constant. No number that people use then becomes NO_KEY."""

_TOGETHER = np.frombuffer(b"tacit joint keys", np.uint64)

NATIVES = (*random_rows.NATIVES, *matching.NATIVES, *private_id.NATIVES)
"""The compiled functions that alignments call."""


@dataclass(frozen=True, slots=True)
class Aligned:
    """What a party has after all alignments: its permutations, as `inputs` of the graph by name, and what they took.

    `matched` says by the names of the alignments how many keys match.
    """

    inputs: Inputs
    matched: dict[str, int]
    bytes_sent: int = 0
    seconds: float = 0.0


def align(
    matchings: Sequence[Matching],
    names: Sequence[str],
    transport: Transport,
    inputs: Mapping[str, Array],
    check: Check = check_column,
) -> Aligned:
    """Takes part in every alignment, as the party of `transport`. `names` are all parties', `inputs` this party's.

    Raises `InputError` before anything is sent if `check` refuses a key column, and `PeerError` when a peer fails or
    disagrees.
    """
    begin = perf_counter()
    counted = _Counted(transport)
    owned = {
        (one.name, side): _keys(one, side, inputs, check)
        for one in matchings
        for side in SIDES
        if one.owners[side] == transport.me
    }
    matched: dict[str, int] = {}
    arrays: dict[str, Array] = {}
    for one in matchings:
        found = _align(one, names, counted, [owned.get((one.name, side)) for side in SIDES])
        matched[one.name] = _agree(one, names, counted, found)
        if one.repeats:
            matched[one.repeats] = _told(one, names, counted, owned.get((one.name, 0)))
        if found is not None:
            arrays.update({order_input(one.name, side): order for side, order in found.orders.items()})
            arrays.update({places_input(one.name, side): there for side, there in found.places.items()})
    return Aligned(Inputs(arrays), matched, counted.bytes_sent, perf_counter() - begin)


def align_in_clear(matchings: Sequence[Matching], inputs: Mapping[str, Array], check: Check = check_column) -> Aligned:
    """Does what `align` does where all inputs are in one place. The orders are those of the joined rows.

    The pairs stand in the order of side 0's rows, the other rows of each side in their own order.
    """
    matched: dict[str, int] = {}
    arrays: dict[str, Array] = {}
    for one in matchings:
        left, right = (_keys(one, side, inputs, check) for side in SIDES)
        pair = pairs(left, right)
        by_left = np.argsort(pair[0])
        orders = places((pair[0][by_left], pair[1][by_left]), (left.rows, right.rows), _as_they_are)
        matched[one.name] = len(pair[0])
        if one.repeats:
            matched[one.repeats] = int(left.repeats)
        arrays.update({order_input(one.name, side): order for side, order in enumerate(orders)})
    return Aligned(Inputs(arrays), matched)


def _as_they_are(count: int) -> Array:
    return np.arange(count, dtype=np.int64)


def _align(one: Matching, names: Sequence[str], transport: Transport, keys: Sequence[Keys | None]) -> Alignment | None:
    """This party's part in one alignment, None where it has none."""
    left, right = keys
    if one.method == OWN:
        return None if left is None or right is None else own.match(left, right)
    for side, mine in enumerate(keys):
        if mine is not None:
            other = one.owners[1 - side]
            if one.method == DELEGATED:
                return delegated.match_as_owner(transport, side, other, one.matchers[side], mine)
            return private_id.match(transport, side, other, mine, one.rows[1 - side], names[other])
    if one.method == DELEGATED and transport.me in one.matchers:
        return delegated.match_as_helper(transport, one.owners, one.rows, len(one.alternatives))
    return None


def _agree(one: Matching, names: Sequence[str], transport: Transport, found: Alignment | None) -> int:
    """How many keys match. The matcher of side 0 tells everybody. Raises `PeerError` for a number that cannot be."""
    speaker = one.matchers[0]
    told = np.zeros(1, np.int64)
    if speaker == transport.me:
        assert found is not None
        told[0] = found.matched
        transport.exchange([(peer, [as_bytes(told)]) for peer in transport.peers], [], round=0)
        return found.matched
    transport.exchange([], [(speaker, [as_bytes(told)])], round=0)
    is_matcher = found is not None and transport.me in one.matchers
    if not 0 <= told[0] <= min(one.rows) or (is_matcher and found is not None and told[0] != found.matched):
        raise PeerError(names[speaker], "disagreed: it tells another number of keys that match")
    return int(told[0])


def _told(one: Matching, names: Sequence[str], transport: Transport, keys: Keys | None) -> int:
    """Whether a key of side 0 stands twice, told by its owner to everybody. Raises `PeerError` for what cannot be."""
    speaker = one.owners[0]
    told = np.zeros(1, np.int64)
    if keys is not None:
        told[0] = keys.repeats
        transport.exchange([(peer, [as_bytes(told)]) for peer in transport.peers], [], round=0)
        return int(keys.repeats)
    transport.exchange([], [(speaker, [as_bytes(told)])], round=0)
    if told[0] not in (0, 1):
        raise PeerError(names[speaker], "told something else than whether its keys stand twice")
    return int(told[0])


def _keys(one: Matching, side: int, inputs: Mapping[str, Array], check: Check) -> Keys:
    """The keys of a side. Raises `InputError` for one that too many rows have."""
    found = [_column(inputs[name], kind) for name, kind in zip(one.keys[side], one.kinds, strict=True)]
    columns, unset, most = [], [], one.most[side]
    for together in one.alternatives:
        parts = found[together]
        key, lacks = parts[0] if len(parts) == 1 else _combined(parts)
        if most:
            check(one.keys[side][together.start], np.where(lacks, NO_KEY, key), most)
        columns.append(key)
        unset.append(lacks)
    again = [repeated(key, lacks) for key, lacks in zip(columns, unset, strict=True)]
    lacking = [lacks if more is None else lacks | more for lacks, more in zip(unset, again, strict=True)]
    return Keys(tuple(columns), tuple(lacking), any(more is not None for more in again))


def _column(values: Array, kind: str) -> tuple[Array, Array]:
    """A column's keys, and which rows have none."""
    column = np.ascontiguousarray(values, np.int64)
    return (column, column == NO_KEY) if kind == "key" else (column ^ _NUMBER, np.zeros(column.shape, np.bool_))


def _combined(parts: Sequence[tuple[Array, Array]]) -> tuple[Array, Array]:
    """Several columns as one key: BLAKE2b of their numbers, cut to 8 bytes as that of a text is.

    A row that lacks one of them has no key.
    """
    rows = np.stack([key for key, _ in parts], axis=-1)
    words: Array = np.empty(len(rows), np.uint64)
    hash_rows.run(rows.reshape(-1).view(np.uint64), len(parts), _TOGETHER, words, 1)
    return words.view(np.int64), np.logical_or.reduce([lacks for _, lacks in parts])


class _Counted(Indirect):
    """A transport that counts what it sends."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self.bytes_sent = 0

    @property
    def me(self) -> int:
        """See `Transport`."""
        return self._transport.me

    @property
    def peers(self) -> tuple[int, ...]:
        """See `Transport`."""
        return self._transport.peers

    def exchange(self, sends: Sends, receives: Receives, round: int) -> None:
        """See `Transport`."""
        self.bytes_sent += sum(piece.nbytes for _, pieces in sends for piece in pieces)
        self._transport.exchange(sends, receives, round)

    def finish(self) -> None:
        """See `Transport`."""
        self._transport.finish()

    def close(self) -> None:
        """See `Transport`."""
        self._transport.close()
