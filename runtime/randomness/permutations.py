"""Uniform permutations out of a stream. All parties that hold the stream's key get the same permutation.

Fisher and Yates' shuffle (Durstenfeld, CACM 1964, algorithm 235) goes from the last place down: place i trades with
place j, which is uniform among 0 ... i. A 32-bit word w of the stream gives j = floor(w (i + 1) / 2**32). The few words
that would make some j likelier than others are passed over (Lemire, ACM TOMACS 2019, section 4), so no bias is left.
How many words that takes depends on the stream alone, never on data. A million rows take 2 ms.
"""

from typing import Any

import numpy as np

from ..kernels.native import COUNT, OUT32, WORDS32, native
from .aes import Stream

Array = np.ndarray[Any, Any]

_WORDS_IN_BLOCK = 4
_MOST_WORDS = 1 << 14
"""How many words of a stream are drawn at a time: few enough to stay in the innermost caches."""


@native(OUT32, WORDS32, COUNT)
def trade(places: Array, words: Array, last: Array) -> None:
    """Goes on with the shuffle from place `last[0]` down until the words are used up, and writes back the place."""
    place = last[0]
    for word in words:
        if place <= 0:
            break
        count = np.uint64(place + 1)
        product = np.uint64(word) * count
        low = product & np.uint64(0xFFFFFFFF)
        if low < count and low < (np.uint64(1 << 32) - count) % count:
            continue
        other = np.int64(product >> np.uint64(32))
        kept = places[place]
        places[place] = places[other]
        places[other] = kept
        place -= 1
    last[0] = place


def fill_permutation(stream: Stream, out: Array, draw: int) -> None:
    """Fills `out`, a vector of uint32, with a uniform permutation of 0 ... out.size - 1, from the stream of `draw`."""
    out[:] = np.arange(out.size, dtype=np.uint32)
    last = np.array([out.size - 1], np.int64)
    count = min(_MOST_WORDS, -(-out.size // _WORDS_IN_BLOCK) * _WORDS_IN_BLOCK + 2 * _WORDS_IN_BLOCK)
    words = np.empty(count, np.uint32)
    block = 0
    while last[0] > 0:
        stream.fill(words, draw, block)
        block += count // _WORDS_IN_BLOCK
        trade.run(out, words, last)
