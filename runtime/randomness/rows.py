"""Uniformly random orders of rows, from fresh keys, which owners and matchers keep secret."""

from typing import Any

import numpy as np

from .aes import KEY_BYTES, STREAM
from .fresh import fresh_bytes
from .permutations import fill_permutation, trade

Array = np.ndarray[Any, Any]

NATIVES = (trade,)
"""The compiled functions that `fresh_rows` calls."""


def fresh_rows(count: int) -> Array:
    """A permutation of `count` < 2**32 rows, int64, that nobody else can predict."""
    rows: Array = np.empty(count, np.uint32)
    fill_permutation(STREAM(fresh_bytes(KEY_BYTES)), rows, 0)
    return rows.astype(np.int64)
