"""An alignment that two owners compute between them. Neither learns the other's keys, or which of its own keys match.

In: keys. Out: an `Alignment` for each owner; both know `matched`. Each owner has a fresh secret exponent, a or b. H
takes a key to a point of Curve25519 (BLAKE2b, then Elligator 2). Exponents are multiples of the cofactor.

1. Each owner draws an order of its rows and sends, in that order, H(key)^a of every key: 32 bytes. A key that is not
   set gets a random point in place of H(key).
2. Each owner raises the points that arrive by its own exponent, and hashes each result, H(key)^ab, to 16 bytes. It
   shuffles these digests by rows, with a permutation of its own, and sends them back.
3. Both owners now have the digests of both sides, each side in the order that the other owner gave it. Equal digests
   are equal keys, so both see the pairs and agree on an order of the joined rows: the pairs in the order of side 1's
   digests, then the rest of each side in the order of its digests. The owner who shuffled a side knows where each of
   its rows is in the other owner's order.

So each owner is the matcher of the other side. It knows which places in the other's secret order are matched. Of its
own rows it knows only how many are matched.

**Security.** Assume that parties follow the protocol, that BLAKE2b is a random oracle, and that the decisional
Diffie-Hellman problem is hard. Then a view tells the sizes and the number of matches and no more:

- Without the other owner's exponent, its points are indistinguishable from random points. They stand in a uniform
  order.
- The digests of one's own rows look random too and stand in a uniform order, so nobody can tell which digest is of
  which row.
- What is left is which digests of the two sides are equal. The two orders are uniform and independent, so this is a
  uniform matching of so many pairs. A simulator that knows the sizes and the number of matches can make up the whole
  view. With several key columns, the simulator needs the graph of which rows, without their names, have which columns'
  keys in common.
- Elligator 2 can stand for a random oracle onto the points that it reaches, which are half of all. Each of these points
  comes from two numbers, which can be found, so a simulator may choose the point first.
- The sizes of messages follow from the sizes of the sides.
- A point of small order is refused. Any other value of a peer is taken as it is. A point of the twist, or a number
  above p, gains nothing: exponents are multiples of 8, and the twist has no other small factors either.

**Keys that repeat.** If several rows have a key, its first row alone has the key here. The others count as rows without
one (`base.Keys`): their points are random, so a view tells nothing of how often a key stands.

**Sources.** Commutative encryption of sets is by Huberman, Franklin and Hogg (EC 1999). Encrypting both sides twice
with a shuffle in between is from Private-ID (Buddhavarapu et al., ePrint 2020/599), and keys in order of priority are
from its sequel (ePrint 2021/770). There, further exponents turn the digests into identifiers, a spine to which each
owner maps its own rows. Here, the graph moves rows to their places obliviously afterwards. That takes two
exponentiations of each key in place of four or more, and an owner does not learn which identifiers are its own.
Elligator 2 is by Bernstein, Hamburg, Krasnova and Lange (CCS 2013).
"""

from __future__ import annotations

from collections.abc import Generator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass

import numpy as np

from ..errors import PeerError
from ..kernels.blake2b import hash_rows
from ..kernels.curve.group import CURVE, clamped, has_zeros, map_to_curve, multiply
from ..kernels.native import INT, OUT32, OUT_BOOLEANS, OUT_INDICES, WORDS, native
from ..randomness.fresh import fresh_bytes
from ..randomness.rows import fresh_rows
from ..transport.base import Transport
from .base import Alignment, Array, Keys, as_bytes
from .matching import places

CHUNK = 1 << 16
"""The most points in a message: 2 MiB, a third of a second's work."""

_POINT = 32
_POINT_WORDS = 4
_DIGEST_WORDS = 2
_HASH_TO_POINT = np.frombuffer(b"tacit join point", np.uint64)
_HASH_TO_DIGEST = np.frombuffer(b"tacit join match", np.uint64)


def match(transport: Transport, side: int, other: int, keys: Keys, rows: int, name: str) -> Alignment:
    """The part of the owner of `side`. `other`, called `name`, owns the other side, which has `rows` rows.

    Raises `PeerError` when the other owner sends a point of small order.
    """
    owner = _Owner(clamped(fresh_bytes(_POINT)), keys, fresh_rows(keys.rows))
    columns = len(keys.columns)
    shuffled = fresh_rows(rows)
    theirs: Array = np.empty((rows, columns, _DIGEST_WORDS), np.uint64)
    with closing(_exchanged(owner, transport, other, rows * columns)) as arriving:
        for chunk, points in arriving:
            raised = multiply(owner.exponent, points)
            if has_zeros(raised):  # RFC 7748, section 6.1
                raise PeerError(name, "sent a point of small order")
            at = np.arange(chunk.start, chunk.stop)
            theirs[shuffled[at // columns], at % columns] = _digests(raised)
    ours: Array = np.empty((keys.rows, columns, _DIGEST_WORDS), np.uint64)
    transport.exchange([(other, [as_bytes(theirs)])], [(other, [as_bytes(ours)])], round=0)

    left, right = (ours, theirs) if side == 0 else (theirs, ours)
    pair = _pairs(left, right)
    joined = places(pair, (len(left), len(right)), lambda count: np.arange(count, dtype=np.int64))[1 - side]
    back = np.empty(rows, np.int64)
    back[shuffled] = np.arange(rows, dtype=np.int64)
    return Alignment(len(pair[0]), {side: owner.order}, {1 - side: back[joined]})


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class _Owner:
    """What an owner keeps secret."""

    exponent: bytes
    keys: Keys
    order: Array

    @property
    def points(self) -> int:
        """How many points this owner sends."""
        return self.keys.rows * len(self.keys.columns)

    def encrypted(self, chunk: slice) -> Array:
        """H(key)^a for a chunk of points: the keys of each row side by side, the rows in the secret order."""
        at = np.arange(chunk.start, chunk.stop)
        columns = len(self.keys.columns)
        rows, column = self.order[at // columns], at % columns
        hashed: Array = np.empty((at.size, 2), np.int64)
        is_set: Array = np.ones(at.size, np.bool_)
        hashed[:, 1] = column
        for number, values in enumerate(self.keys.columns):
            here = slice(None) if columns == 1 else column == number
            hashed[here, 0] = values[rows[here]]
            if self.keys.unset:
                is_set[here] = ~self.keys.unset[number][rows[here]]
        elements: Array = np.empty((at.size, _POINT_WORDS), np.uint64)
        words = hashed.reshape(-1).view(np.uint64)
        hash_rows.run(words, 2, _HASH_TO_POINT, elements.reshape(-1), _POINT_WORDS)
        lacking = np.flatnonzero(~is_set)
        elements[lacking] = np.frombuffer(fresh_bytes(_POINT * lacking.size), np.uint64).reshape(-1, _POINT_WORDS)
        return multiply(self.exponent, map_to_curve(elements.view(np.uint8)))


def _exchanged(
    owner: _Owner, transport: Transport, other: int, arriving: int
) -> Generator[tuple[slice, Array], None, None]:
    """Sends this owner's points and gives the other's, chunk by chunk.

    While a chunk travels, the caller raises the chunk before it, and this generator makes the chunk after it.
    """
    leaving_chunks, arriving_chunks = _chunks(owner.points), _chunks(arriving)
    with ThreadPoolExecutor(1) as courier:
        travelling: Future[None] | None = None
        received: Array = np.empty((0, _POINT), np.uint8)
        for turn in range(max(len(leaving_chunks), len(arriving_chunks)) + 1):
            sends = [owner.encrypted(chunk) for chunk in leaving_chunks[turn : turn + 1]]
            before = received
            receives = [
                np.empty((chunk.stop - chunk.start, _POINT), np.uint8) for chunk in arriving_chunks[turn : turn + 1]
            ]
            if travelling is not None:
                travelling.result()
            travelling = courier.submit(
                transport.exchange,
                [(other, [as_bytes(points)]) for points in sends],
                [(other, [as_bytes(points)]) for points in receives],
                round=0,
            )
            if len(before):
                yield arriving_chunks[turn - 1], before
            received = receives[0] if receives else before[:0]
        if travelling is not None:
            travelling.result()


def _chunks(points: int) -> list[slice]:
    return [slice(first, min(first + CHUNK, points)) for first in range(0, points, CHUNK)]


def _digests(points: Array) -> Array:
    out: Array = np.empty((len(points), _DIGEST_WORDS), np.uint64)
    words = points.reshape(-1).view(np.uint64)
    hash_rows.run(words, _POINT_WORDS, _HASH_TO_DIGEST, out.reshape(-1), _DIGEST_WORDS)
    return out


def _pairs(left: Array, right: Array) -> tuple[Array, Array]:
    """The pairs of rows with equal digests, by right rows. Each column matches rows that are still without a pair."""
    rows, columns, _ = right.shape
    partners: Array = np.full(rows, -1, np.int64)
    is_taken: Array = np.zeros(len(left), np.bool_)
    slots: Array = np.empty(1 << (2 * len(left)).bit_length(), np.uint32)  # half full at most
    for column in range(columns):
        _match.run(slots, left.reshape(-1), right.reshape(-1), columns, column, is_taken, partners)
    matched = np.flatnonzero(partners >= 0)
    return partners[matched], matched


@native(OUT32, WORDS, WORDS, INT, INT, OUT_BOOLEANS, OUT_INDICES)
def _match(slots, left, right, columns, column, is_taken, partners):  # type: ignore[no-untyped-def]
    """Matches one column: puts the free left rows into an open hash table, numbered from 1, and looks up right rows.

    A digest's first word serves as its hash. Writes the left row, from 0, of each right row into `partners`.
    """
    mask = np.uint64(slots.size - 1)
    step = 2 * columns
    slots[:] = 0
    for row in range(is_taken.size):
        if not is_taken[row]:
            slot = left[row * step + 2 * column] & mask
            while slots[slot] != 0:
                slot = (slot + np.uint64(1)) & mask
            slots[slot] = row + 1
    for row in range(partners.size):
        at = row * step + 2 * column
        slot = right[at] & mask
        while partners[row] < 0 and slots[slot] != 0:
            candidate = np.int64(slots[slot]) - 1
            there = candidate * step + 2 * column
            if left[there] == right[at] and left[there + 1] == right[at + 1] and not is_taken[candidate]:
                partners[row] = candidate
                is_taken[candidate] = True
            slot = (slot + np.uint64(1)) & mask


NATIVES = (*CURVE.needs, hash_rows, _match)
"""The compiled functions of this file."""
