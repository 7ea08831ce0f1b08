"""Moving elements: the clear meaning of the operations that compute nothing.

In: arrays of any type. Out: arrays, maybe views.
"""

from collections.abc import Sequence
from types import EllipsisType
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]


class IndexOutsideError(Exception):
    """An index that is known only while the program runs lies outside its array. It is public, so a message may show
    it."""

    def __init__(self, index: int, size: int) -> None:
        self.index = index
        self.size = size
        super().__init__(f"index {index} is outside an axis of {size} elements")


def identity(x: Array) -> Array:
    """x itself."""
    return x


def iota(*, n: int) -> Array:
    """0, 1, ..., n - 1."""
    return np.arange(n, dtype=np.int64)


def filled(x: Array, *, value: int) -> Array:
    """This number in the shape of x."""
    return np.full(x.shape, value, np.int64)


def broadcast(x: Array, *, shape: Sequence[int]) -> Array:
    """x repeated along new or unit axes, by NumPy's rules. The result is a read-only view."""
    return np.broadcast_to(x, tuple(shape))


def reshape(x: Array, *, shape: Sequence[int]) -> Array:
    """The same elements, in C order, in another shape."""
    return np.reshape(x, tuple(shape))


def transpose(x: Array, *, permutation: Sequence[int]) -> Array:
    """Axis i of the result is axis permutation[i] of x."""
    return np.transpose(x, tuple(permutation))


def slices(
    starts: Sequence[int], stops: Sequence[int | None], steps: Sequence[int]
) -> tuple[slice | EllipsisType, ...]:
    """The attributes of `slice` and `update` as Python slices, one for each axis.

    The ellipsis at the end makes a view of a scalar too. Without it NumPy gives a number with memory of its own.
    """
    return (*(slice(start, stop, step) for start, stop, step in zip(starts, stops, steps, strict=True)), ...)


def slice_(x: Array, *, starts: Sequence[int], stops: Sequence[int | None], steps: Sequence[int]) -> Array:
    """x[start:stop:step, ...]."""
    return np.asarray(x[slices(starts, stops, steps)])


def update(x: Array, v: Array, *, starts: Sequence[int], stops: Sequence[int | None], steps: Sequence[int]) -> Array:
    """x with x[start:stop:step, ...] replaced by v."""
    result = np.array(x)
    result[slices(starts, stops, steps)] = v
    return result


def concat(*parts: Array, axis: int) -> Array:
    """The parts one after the other along an axis."""
    return np.concatenate(parts, axis=axis)


def take(x: Array, indices: Array, *, axis: int) -> Array:
    """x's entries at `indices` along an axis. A negative index counts from the end. Raises `IndexOutsideError`."""
    check_windows(indices, x.shape[axis], 1)
    return np.asarray(np.take(x, indices, axis=axis))


def check_windows(starts: Array, size: int, window: int) -> None:
    """Raises `IndexOutsideError` unless `window` elements from each start lie inside an axis of `size` elements.

    A negative start counts from the end.
    """
    first = np.where(starts < 0, starts + size, starts)
    outside = (first < 0) | (first > size - window)
    if np.any(outside):
        raise IndexOutsideError(int(np.asarray(starts)[outside].flat[0]), size)


def window(
    shape: Sequence[int], axes: Sequence[int], sizes: Sequence[int], starts: Sequence[Array]
) -> tuple[slice, ...]:
    """The part that `slice_at` and `update_at` touch: `sizes` elements from `starts` along `axes`, and all elements of
    other axes.

    A negative start counts from the end. Raises `IndexOutsideError` unless the whole part lies inside.
    """
    part = [slice(0, size) for size in shape]
    for axis, size, start in zip(axes, sizes, starts, strict=True):
        given, available = int(start), shape[axis]
        check_windows(np.asarray(given), available, size)
        first = given + available if given < 0 else given
        part[axis] = slice(first, first + size)
    return tuple(part)


def slice_at(x: Array, *starts: Array, axes: Sequence[int], sizes: Sequence[int]) -> Array:
    """The window of `sizes` elements that begins at the scalars `starts` along `axes`. Raises `IndexOutsideError`."""
    return np.asarray(x[window(x.shape, axes, sizes, starts)])


def update_at(x: Array, v: Array, *starts: Array, axes: Sequence[int]) -> Array:
    """x with the window at `starts` along `axes`, of v's sizes, replaced by v. Raises `IndexOutsideError`."""
    result = np.array(x)
    result[window(x.shape, axes, [v.shape[axis] for axis in axes], starts)] = v
    return result
