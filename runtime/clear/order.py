"""Rearranging rows: which row goes where, and moving rows. In: arrays of any type. Out: new arrays."""

from collections.abc import Sequence
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]


def argsort(*keys: Array, descending: Sequence[int]) -> Array:
    """For each place in the sorted order the row that stands there, as int64.

    The first key counts first. Rows with equal keys keep their order. A key that goes down is compared by its inverted
    bits, which reverses the order and never overflows.
    """
    directed = [~key if down else key for key, down in zip(keys, descending, strict=True)]
    return np.lexsort(directed[::-1]).astype(np.int64, copy=False)


def invert(rows: Array) -> Array:
    """The rows that put back what `rows` moved."""
    back = np.empty_like(rows)
    back[rows] = np.arange(rows.size, dtype=rows.dtype)
    return back


def gather(x: Array, rows: Array) -> Array:
    """Row i of the result is row rows[i] of x."""
    return np.asarray(np.take(x, rows, axis=0))


def copies(x: Array, rows: Array) -> Array:
    """On each row the row of x that has come last. Where `rows` has a number below that of x's rows, that row comes.

    `rows` is an arrangement of as many rows as x has, or more, and brings those of x in their order; before the first
    one there are zeros. The steps from each row of x to the next go where the next one comes, and are added up.
    """
    steps: Array = np.zeros((rows.size, *x.shape[1:]), x.dtype)
    steps[: len(x)] = x
    if x.dtype == np.bool_:
        steps[1 : len(x)] ^= x[:-1]
        return np.asarray(np.logical_xor.accumulate(steps[rows], axis=0))
    steps[1 : len(x)] -= x[:-1]
    return np.asarray(np.cumsum(steps[rows], axis=0))
