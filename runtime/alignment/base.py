"""What an alignment of two tables is: which rows of the one have the keys of which rows of the other.

Two sides, 0 and 1, of `rows[side]` rows. The joined rows have an order that all parties know without knowing which
rows these are: first the `matched` pairs, then the rest of side 0, then the rest of side 1. To put a side's columns
into it takes two permutations, at two parties:

- its owner draws `order`, in secret: the columns leave it as `column[order]`, so that places tell nobody about rows;
- its matcher knows `places`: the i-th joined row of this side is at place `places[i]` of the owner's order. The first
  `matched` are the pairs, in the same order on both sides; the rest follow.

So `column[order[places]]` is the column as it is joined. Nobody holds both permutations of a side, except where one
party owns both sides.
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
    """What one party holds of an alignment, by side: int64 permutations of the side's rows, of its full length.

    `orders` has the sides that this party owns, `places` those whose matcher it is. `matched` all parties learn.
    """

    matched: int
    orders: Mapping[int, Array] = field(default_factory=dict)
    places: Mapping[int, Array] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class Keys:
    """A side's keys at their owner: one int64 array for each key column, in order of priority, all of one length.

    Where `unset` (a bool array for each column) holds, a row has no such key. Of the keys that are set none stands
    twice in a column. Row i of one side and row j of the other are a pair if they have a key of the first column in
    common, or, both without a pair by then, of the second column, and so on.
    """

    columns: tuple[Array, ...]
    unset: tuple[Array, ...] = ()

    @property
    def rows(self) -> int:
        """The number of rows."""
        return len(self.columns[0])

    def is_set(self, column: int) -> Array:
        """For each row whether it has a key in this column."""
        return ~self.unset[column] if self.unset else np.ones(self.rows, np.bool_)


def as_bytes(array: Array) -> memoryview:
    """The bytes of an array, as a transport takes them; also of an empty one."""
    return array.reshape(-1).view(np.uint8).data
