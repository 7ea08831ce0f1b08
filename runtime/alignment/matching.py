"""Which rows of two sides have keys in common. In: both sides' keys, as they are or as tags. Out: pairs, and places.

One party computes this alone: an owner of both sides, a helper on tags, or the interpreter in the clear.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ..kernels.native import BOOLEANS, OUT32, OUT_INDICES, WORDS, native
from .base import Array, Keys

_LEAST_SLOTS = 16

Arrange = Callable[[int], Array]
"""Gives an order of so many rows, as a permutation."""


def pairs(left: Keys, right: Keys) -> tuple[Array, Array]:
    """The pairs that `Keys` defines: pair i is row `[0][i]` of the left side and row `[1][i]` of the right."""
    partners: Array = np.full(right.rows, -1, np.int64)
    is_free: Array = np.ones(left.rows, np.bool_)
    slots = _slots(left.rows)
    for column, (ours, theirs) in enumerate(zip(left.columns, right.columns, strict=True)):
        slots.fill(0)
        wanted = is_free & left.is_set(column)
        asking = (partners < 0) & right.is_set(column)
        _match.run(slots, _words(ours), wanted, _words(theirs), asking, partners)
        is_free[partners[partners >= 0]] = False
    rows = np.flatnonzero(partners >= 0)
    return partners[rows], rows


def places(pair: tuple[Array, Array], rows: tuple[int, int], arrange: Arrange) -> tuple[Array, Array]:
    """For each side its rows as they are joined: first the pairs, then the rest, each part in an order of `arrange`."""
    order = arrange(len(pair[0]))
    first, second = (
        np.concatenate([matched[order], _arranged(_others(matched, count), arrange)])
        for matched, count in zip(pair, rows, strict=True)
    )
    return first, second


def _others(matched: Array, count: int) -> Array:
    is_left: Array = np.ones(count, np.bool_)
    is_left[matched] = False
    return np.flatnonzero(is_left)


def _arranged(rows: Array, arrange: Arrange) -> Array:
    return rows[arrange(len(rows))]


def _slots(rows: int) -> Array:
    """An empty hash table, at most half full when all rows are in it."""
    return np.zeros(max(_LEAST_SLOTS, 1 << (2 * rows).bit_length()), np.uint32)


def _words(column: Array) -> Array:
    return np.ascontiguousarray(column).view(np.uint64)


@native(OUT32, WORDS, BOOLEANS, WORDS, BOOLEANS, OUT_INDICES)
def _match(slots, left, wanted, right, asking, partners):  # type: ignore[no-untyped-def]
    """Puts the wanted left rows into an open hash table, numbered from 1, and looks up the asking right rows.

    Writes into `partners` the left row, from 0, of each right row that finds one.
    """
    mask = np.uint64(slots.size - 1)
    spread = np.uint64(0x9E3779B97F4A7C15)
    shift = np.uint64(32)
    for row in range(left.size):
        if wanted[row]:
            slot = ((left[row] * spread) >> shift) & mask
            while slots[slot] != 0:
                slot = (slot + np.uint64(1)) & mask
            slots[slot] = row + 1
    for row in range(right.size):
        if asking[row]:
            slot = ((right[row] * spread) >> shift) & mask
            while slots[slot] != 0:
                candidate = np.int64(slots[slot]) - 1
                if left[candidate] == right[row]:
                    partners[row] = candidate
                    break
                slot = (slot + np.uint64(1)) & mask


NATIVES = (_match,)
"""The compiled functions of this file."""
