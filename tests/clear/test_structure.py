"""Moving elements in the clear: NumPy's meaning, and a typed error where an index lies outside."""

import numpy as np
import pytest
from tacit.runtime.clear import KERNELS, IndexOutsideError

X = np.arange(24).reshape(2, 3, 4)


def at(*starts: int) -> list[np.ndarray]:
    return [np.asarray(start) for start in starts]


def test_slices_forwards_and_backwards() -> None:
    forwards = KERNELS["slice"](X, starts=(0, 1, 0), stops=(2, 3, 4), steps=(1, 1, 3))
    assert forwards.tolist() == X[:, 1:, ::3].tolist()
    backwards = KERNELS["slice"](X, starts=(1, 2, 3), stops=(None, 0, None), steps=(-1, -1, -2))
    assert backwards.tolist() == X[::-1, 2:0:-1, ::-2].tolist()


def test_updates_leave_the_operand_alone() -> None:
    before = X.copy()
    changed = KERNELS["update"](X, np.zeros((2, 1, 4), np.int64), starts=(0, 1, 0), stops=(2, 2, 4), steps=(1, 1, 1))
    assert (changed[:, 1] == 0).all() and (changed[:, 0] == X[:, 0]).all() and (before == X).all()
    window = KERNELS["update_at"](X, np.full((1, 3, 2), 7), *at(1, 2), axes=(0, 2))
    assert (window[1, :, 2:] == 7).all() and (window[0] == X[0]).all() and (before == X).all()


def test_windows_count_negative_starts_from_the_end() -> None:
    assert KERNELS["slice_at"](X, *at(-1), axes=(1,), sizes=(1,)).tolist() == X[:, 2:3].tolist()
    assert KERNELS["slice_at"](X, *at(1, 2), axes=(0, 2), sizes=(1, 2)).tolist() == X[1:2, :, 2:4].tolist()
    assert KERNELS["slice_at"](X, *at(3), axes=(1,), sizes=(0,)).shape == (2, 0, 4)


@pytest.mark.parametrize("start", [3, -4, 2**40, -(2**63)])
def test_windows_outside_are_refused(start: int) -> None:
    with pytest.raises(IndexOutsideError) as caught:
        KERNELS["slice_at"](X, *at(start), axes=(1,), sizes=(1,))
    assert (caught.value.index, caught.value.size) == (start, 3)
    with pytest.raises(IndexOutsideError):
        KERNELS["update_at"](X, X[:, :1], *at(start), axes=(1,))


def test_take_of_any_shape() -> None:
    places = np.array([[0, -1], [2, 1]])
    assert KERNELS["take"](X, places, axis=1).tolist() == np.take(X, places, axis=1).tolist()
    assert KERNELS["take"](X, np.asarray(-3), axis=1).tolist() == X[:, 0].tolist()
    for outside in ([3], [0, -4]):
        with pytest.raises(IndexOutsideError):
            KERNELS["take"](X, np.array(outside), axis=1)
    with pytest.raises(IndexOutsideError):
        KERNELS["take"](X, np.asarray(9), axis=2)
    assert KERNELS["take"](X, np.zeros(0, np.int64), axis=0).shape == (0, 3, 4)


def test_the_rest_is_numpy() -> None:
    assert KERNELS["iota"](n=4).tolist() == [0, 1, 2, 3]
    assert KERNELS["filled"](X[0, :2], value=-(1 << 62)).tolist() == [[-(1 << 62)] * 4] * 2
    assert KERNELS["broadcast"](np.asarray(5), shape=(2, 2)).tolist() == [[5, 5], [5, 5]]
    assert KERNELS["reshape"](X, shape=(4, 6)).shape == (4, 6)
    assert KERNELS["transpose"](X, permutation=(2, 0, 1)).shape == (4, 2, 3)
    assert KERNELS["concat"](X, X[:, :1], axis=1).shape == (2, 4, 4)
    assert KERNELS["identity"](X) is X
