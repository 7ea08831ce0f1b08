"""Moving rows, and the places of rows sorted by a digit, against plain NumPy."""

import numpy as np
import pytest
from tacit.runtime.kernels import KERNELS

RANDOM = np.random.default_rng(3)
COMBINE = {"add": np.add, "subtract": np.subtract, "xor": np.bitwise_xor}


def words(shape: tuple[int, ...], kind: type) -> np.ndarray:
    return RANDOM.integers(0, np.iinfo(kind).max, shape, kind, endpoint=True)


@pytest.mark.parametrize("kind", [np.uint64, np.uint32, np.uint16])
@pytest.mark.parametrize("shape", [(0,), (1,), (70,), (9, 3), (5, 2, 2), (4, 0)])
def test_rows_are_taken_put_and_masked(kind: type, shape: tuple[int, ...]) -> None:
    x, mask, places = words(shape, kind), words(shape, kind), RANDOM.permutation(shape[0]).astype(np.uint32)
    out = np.empty_like(x)
    KERNELS["rows.take"](out, x, places)
    np.testing.assert_array_equal(out, x[places])
    put = np.empty_like(x)
    KERNELS["rows.put"](put, out, places)
    np.testing.assert_array_equal(put, x)
    for how, combine in COMBINE.items():
        KERNELS[f"rows.take_{how}"](out, x, places, mask)
        np.testing.assert_array_equal(out, combine(x[places], mask))
        KERNELS[f"rows.put_{how}"](out, x[places], places, mask)
        np.testing.assert_array_equal(out, combine(x, mask))
    KERNELS["rows.xor"](out, x, mask)
    np.testing.assert_array_equal(out, x ^ mask)


@pytest.mark.parametrize("width", [(), (3,)])
def test_places_outside_are_refused_before_anything_moves(width: tuple[int, ...]) -> None:
    x = words((4, *width), np.uint64)
    for name, masks in (("rows.take", 0), ("rows.put", 0), ("rows.take_add", 1), ("rows.put_xor", 1)):
        with pytest.raises(ValueError, match="no row"):
            KERNELS[name](np.empty_like(x), x, np.array([0, 1, 4, 2], np.uint32), *[x] * masks)


@pytest.mark.parametrize("bits", [1, 2, 3])
@pytest.mark.parametrize("kind", [np.uint64, np.uint32, np.uint16])
def test_shares_of_places_add_up(bits: int, kind: type) -> None:
    """Two parties with shares f of the unit vectors of A, which a third knows; it adds the rows that it chooses."""
    rows, values, shift = 500, 1 << bits, 5
    a, d = words((rows,), kind), words((rows,), kind)
    shares = [words((values - 1, rows), np.uint32), np.empty((values - 1, rows), np.uint32)]
    KERNELS["digits.mask"](shares[1], a, shares[0], shift=shift, bits=bits)
    tables = [words((values, rows), np.uint32) for _ in range(2)]
    kept = words((rows,), np.uint32)
    plus, counted = np.empty((2, rows), np.uint32), np.empty((2, values, rows), np.uint32)
    for party, start in enumerate((kept, np.zeros(rows, np.uint32))):
        KERNELS["digits.sum"](plus[party], shares[party], *tables, start, one=party)
        inputs = (d, shares[party], tables[party], plus[party])
        KERNELS["digits.count"](counted[party], *inputs, shift=shift, bits=bits, one=party)
    places = np.empty(rows, np.uint32)
    KERNELS["digits.choose"](places, a, *counted, shift=shift, bits=bits)
    digits = ((a ^ d) >> kind(shift)) & kind(values - 1)
    order = np.argsort(digits, kind="stable")
    np.testing.assert_array_equal((places - kept)[order], np.arange(rows))
