"""An alignment of two tables of one party. In: both sides' keys. Out: the orders that join them."""

from __future__ import annotations

import numpy as np

from ..randomness.rows import fresh_rows
from .base import Alignment, Keys
from .matching import pairs, places


def match(left: Keys, right: Keys) -> Alignment:
    """The alignment. The orders are already those of the joined rows, so places are 0, 1, 2, ..."""
    pair = pairs(left, right)
    orders = places(pair, (left.rows, right.rows), fresh_rows)
    there = {side: np.arange(order.size, dtype=np.int64) for side, order in enumerate(orders)}
    return Alignment(len(pair[0]), dict(enumerate(orders)), there)
