"""An alignment that a helper computes. The helper owns neither side and learns no key. In: keys. Out: `Alignment`s.

1. The owner of side 0 draws a secret and sends it to the owner of side 1 (16 bytes).
2. Each owner draws an order of its rows and sends the helper a tag of each key, in that order (8 bytes for each row and
   key column). A key that is not set gets a tag that matches nothing.
3. The helper matches tags and draws the order of the joined rows.

The helper's view: without the secret, tags look random, except that equal keys have equal tags on both sides. The
orders are uniform, so the view depends on nothing but the sizes and how many keys match. With several key columns, it
also depends on the graph of which rows, without their names, have which columns' keys in common.

The owners' view: the secret, which says nothing of any row. Only the helper knows places, and the helper knows no
order. With the secret the helper could test any key that it guesses. So owners and helper must be different nodes, of
which only one is curious.

If several rows have a key, its first row alone has the key here. The others get tags that match nothing, so the helper
sees nothing of how often a key stands.

This is delegated matching as in Private-ID's DPMC, with the rows moved obliviously afterwards: see `rep3.alignment`.
The closest three-party protocol is by Mohassel, Rindal and Rosulek (CCS 2020).
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ..randomness.fresh import fresh_bytes
from ..randomness.rows import fresh_rows
from ..randomness.tags import SECRET_BYTES, strange_tags, tags
from ..transport.base import Transport
from .base import Alignment, Array, Keys, as_bytes
from .matching import pairs, places


def match_as_owner(transport: Transport, side: int, other: int, helper: int, keys: Keys) -> Alignment:
    """The part of the owner of `side`; `other` owns the other side. `matched` is 0: an owner does not know it yet."""
    secret = bytearray(fresh_bytes(SECRET_BYTES) if side == 0 else SECRET_BYTES)
    message = [(other, [memoryview(secret)])]
    transport.exchange(message if side == 0 else [], message if side == 1 else [], round=0)
    order = fresh_rows(keys.rows)
    told = list(_tags(bytes(secret), keys, order))
    transport.exchange([(helper, [as_bytes(column) for column in told])], [], round=0)
    return Alignment(0, {side: order})


def match_as_helper(transport: Transport, owners: tuple[int, int], rows: tuple[int, int], columns: int) -> Alignment:
    """The helper's part, for sides of so many `rows` and so many key `columns`."""
    arriving = [np.empty((columns, count), np.uint64) for count in rows]
    messages = [(owner, [as_bytes(tagged)]) for owner, tagged in zip(owners, arriving, strict=True)]
    transport.exchange([], messages, round=0)
    left, right = (Keys(tuple(tagged.view(np.int64))) for tagged in arriving)
    pair = pairs(left, right)
    return Alignment(len(pair[0]), {}, dict(enumerate(places(pair, rows, fresh_rows))))


def _tags(secret: bytes, keys: Keys, order: Array) -> Iterator[Array]:
    """The tags of each key column, in the owner's order. Each column has a domain of its own, so only keys of the same
    column can match."""
    for column, values in enumerate(keys.columns):
        tagged = tags(secret, column, values[order])
        lacking = ~keys.is_set(column)[order]
        if lacking.any():
            tagged[lacking] = strange_tags(int(lacking.sum()))
        yield tagged
