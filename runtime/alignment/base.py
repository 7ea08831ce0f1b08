"""What an alignment of two tables is: which rows of one table have the same keys as which rows of the other.

The two tables are sides 0 and 1, with `rows[side]` rows each. The joined rows come in this order: first the `matched`
pairs, then the rest of side 0, then the rest of side 1. All parties know this much, but not which rows these are. Two
permutations at two parties put a side's columns into this order:

- The side's owner draws `order` in secret. The columns leave the owner as `column[order]`, so places in this order tell
  nobody about rows.
- The side's matcher knows `places`: the i-th joined row of this side is at place `places[i]` of the owner's order. The
  first `matched` places are the pairs, in the same order on both sides; the rest follow.

So `column[order[places]]` is the joined column. Nobody holds both permutations of a side, except where one party owns
both sides.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]

SIDES = (0, 1)


@dataclass(frozen=True, slots=True, eq=False)
class Alignment:
    """What one party holds of an alignment: int64 permutations by side, each of all rows of that side.

    `orders` has the sides that this party owns, `places` the sides that it matches. All parties learn `matched`.
    """

    matched: int
    orders: Mapping[int, Array] = field(default_factory=dict)
    places: Mapping[int, Array] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class Keys:
    """A side's keys at their owner: one int64 array for each key, in order of priority, all of one length.

    Where `unset` (a bool array for each key) holds, a row has no such key, or an earlier row stands for it: of the
    keys that are set none stands twice in a column. `repeats` says that an earlier row stands for some row. Row i of
    one side and row j of the other are a pair if they have a key of the first column in common, or, both without a pair
    by then, of the second column, and so on.
    """

    columns: tuple[Array, ...]
    unset: tuple[Array, ...] = ()
    repeats: bool = False

    @property
    def rows(self) -> int:
        """The number of rows."""
        return len(self.columns[0])

    def is_set(self, column: int) -> Array:
        """For each row whether it has a key in this column."""
        return ~self.unset[column] if self.unset else np.ones(self.rows, np.bool_)


def as_bytes(array: Array) -> memoryview:
    """The bytes of an array, which may be empty, as a transport takes them."""
    return array.reshape(-1).view(np.uint8).data
