"""Rows of bit planes at places, against NumPy on the words that they spell."""

import numpy as np
import pytest
from tacit.runtime.kernels import KERNELS


@pytest.mark.parametrize("planes", [1, 2, 7, 64])
@pytest.mark.parametrize(("rows", "width", "taken"), [(1, 1, 1), (100, 1, 37), (700, 3, 700), (65, 64, 2), (5, 1, 0)])
def test_rows_of_bits_are_taken(planes: int, rows: int, width: int, taken: int) -> None:
    random = np.random.default_rng(planes * rows)
    words = random.integers(0, 2**64, (rows, width), np.uint64) >> np.uint64(64 - planes)
    places = random.permutation(rows).astype(np.uint32)[:taken]
    size = rows * width
    x = np.empty((planes, (size + 63) // 64), np.uint64)
    KERNELS["bits.from_ring"](x, words, planes=planes)
    out = np.empty((planes, (taken * width + 63) // 64), np.uint64)
    KERNELS["rows.take_bits"](out, x, places, size=size, width=width)
    found = np.empty((taken, width), np.uint64)
    KERNELS["ring.from_bits"](found, out)
    assert (found == words[places]).all()


def test_a_place_beyond_the_rows_is_refused() -> None:
    x = np.zeros((1, 1), np.uint64)
    with pytest.raises(ValueError, match="a place is no row"):
        KERNELS["rows.take_bits"](np.zeros_like(x), x, np.array([3], np.uint32), size=3, width=1)
