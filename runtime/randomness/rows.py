"""Uniformly random orders of rows, from the operating system's randomness: what owners and matchers keep to themselves.

Fisher and Yates' shuffle. Places are drawn without bias: a 64-bit word times the number of places is split in halves;
the high half is the place, and where the low half shows that this word would favour some places, another word is taken
(Lemire, ACM TOMACS 2019, section 4).
"""

from typing import Any

import numpy as np

from ..kernels.native import OUT, WORDS, native
from .aes import KEY_BYTES, STREAM
from .fresh import fresh_bytes

Array = np.ndarray[Any, Any]

_SPARE = 64
"""Words for second draws: one is needed less than once in 2**30 places, where rows are fewer than 2**32."""


def fresh_rows(count: int) -> Array:
    """A permutation of `count` < 2**32 rows, int64, that nobody else can predict."""
    words: Array = np.empty(count + _SPARE, np.uint64)
    STREAM(fresh_bytes(KEY_BYTES)).fill(words, 0)
    rows = np.arange(count, dtype=np.uint64)
    _shuffle.run(rows, words)
    return rows.view(np.int64)


@native(OUT, WORDS)
def _shuffle(rows, words):  # type: ignore[no-untyped-def]
    half = np.uint64(32)
    low_half = np.uint64(0xFFFFFFFF)
    count = rows.size
    spare = count
    for last in range(count - 1, 0, -1):
        places = np.uint64(last + 1)
        word = words[last]
        while True:
            below = (word & low_half) * places
            above = (word >> half) * places + (below >> half)
            rest = (above << half) | (below & low_half)
            if rest >= places or spare == words.size or rest >= (np.uint64(0) - places) % places:
                break
            word = words[spare]
            spare += 1
        place = np.int64(above >> half)
        rows[last], rows[place] = rows[place], rows[last]


NATIVES = (_shuffle,)
"""The compiled functions of this file."""
