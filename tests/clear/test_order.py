"""Rearranging rows in the clear: NumPy's stable order, by several keys, up and down."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from tacit.runtime.clear import KERNELS

EDGES = st.sampled_from([-(2**63), 2**63 - 1, -1, 0, 1])
KEYS = st.lists(st.tuples(st.one_of(EDGES, st.integers(-3, 3)), st.booleans()), max_size=30)


@settings(max_examples=60, deadline=None)
@given(rows=KEYS, descending=st.tuples(st.integers(0, 1), st.integers(0, 1)))
def test_as_sorting_python_tuples(rows: list[tuple[int, bool]], descending: tuple[int, int]) -> None:
    numbers = np.array([number for number, _ in rows], np.int64)
    truths = np.array([truth for _, truth in rows], np.bool_)
    order = KERNELS["argsort"](numbers, truths, descending=descending)
    up, down = ((-1) ** flag for flag in descending)
    assert order.dtype == np.int64
    assert order.tolist() == sorted(range(len(rows)), key=lambda row: (up * rows[row][0], down * rows[row][1]))


def test_one_key_is_numpys_stable_order() -> None:
    keys = np.array([3, 1, 3, 1, 2, -5, 3])
    assert KERNELS["argsort"](keys, descending=(0,)).tolist() == np.argsort(keys, kind="stable").tolist()
    assert KERNELS["argsort"](keys, descending=(1,)).tolist() == np.argsort(-keys, kind="stable").tolist()


def test_gather_moves_rows_of_any_shape() -> None:
    x = np.arange(24).reshape(4, 3, 2)
    assert KERNELS["gather"](x, np.array([3, 0, 2, 1])).tolist() == x[[3, 0, 2, 1]].tolist()
    assert KERNELS["invert"](np.array([3, 0, 2, 1])).tolist() == [1, 3, 2, 0]
    assert KERNELS["gather"](np.zeros((0, 3), np.bool_), np.zeros(0, np.int64)).shape == (0, 3)
