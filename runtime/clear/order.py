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
