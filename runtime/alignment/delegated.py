"""An alignment that a helper computes, which owns neither side and learns no key. In: keys. Out: `Alignment`s.

1. The owner of side 0 draws a secret and sends it to the owner of side 1 (16 bytes).
2. Each owner draws an order of its rows and sends the helper a tag of each key, in that order (8 bytes for each row and
   key column). A key that is not set gets a tag that matches nothing.
3. The helper matches tags and draws the order of the joined rows.

What the helper sees: it lacks the secret, so tags are random but for being equal on both sides. As orders are uniform,
the view depends on nothing but the sizes and how many keys match. (With several key columns it is the graph of which
rows, without their names, have which columns' keys in common.) What owners see: the secret, which says nothing of any
row. Nobody but the helper knows places, and the helper no order. An owner who showed the helper the secret would show
it all keys that it guesses: owners and helper must be different nodes of which only one is curious.

Delegated matching as in Private-ID's DPMC (Mohassel, Rindal and Rosulek, CCS 2020, is the three-party protocol closest
to it), with the rows moved obliviously afterwards: see `rep3.alignment`.
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
    """The part of the owner of a side; `other` is the other side's owner. The number of matches is not known yet."""
    secret = bytearray(fresh_bytes(SECRET_BYTES) if side == 0 else SECRET_BYTES)
    message = [(other, [memoryview(secret)])]
    transport.exchange(message if side == 0 else [], message if side == 1 else [], round=0)
    order = fresh_rows(keys.rows)
    told = list(_tags(bytes(secret), keys, order))
    transport.exchange([(helper, [as_bytes(column) for column in told])], [], round=0)
    return Alignment(0, {side: order})


def match_as_helper(transport: Transport, owners: tuple[int, int], rows: tuple[int, int], columns: int) -> Alignment:
    """The helper's part, for sides of so many rows and so many key columns."""
    arriving = [np.empty((columns, count), np.uint64) for count in rows]
    messages = [(owner, [as_bytes(tagged)]) for owner, tagged in zip(owners, arriving, strict=True)]
    transport.exchange([], messages, round=0)
    left, right = (Keys(tuple(tagged.view(np.int64))) for tagged in arriving)
    pair = pairs(left, right)
    return Alignment(len(pair[0]), {}, dict(enumerate(places(pair, rows, fresh_rows))))


def _tags(secret: bytes, keys: Keys, order: Array) -> Iterator[Array]:
    """The tags of each key column in the secret order. Columns have a domain each: only equal columns match."""
    for column, values in enumerate(keys.columns):
        tagged = tags(secret, column, values[order])
        lacking = ~keys.is_set(column)[order]
        if lacking.any():
            tagged[lacking] = strange_tags(int(lacking.sum()))
        yield tagged
