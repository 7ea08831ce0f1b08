"""Copies from any strided part of an array to any other, by compiled functions, which stand in a recording in place of
NumPy's own copies."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from numba import carray, types
from numba.extending import intrinsic

from .native import INDICES, INT, UnrecordedError, inline, native, recording, unrecorded

Array = np.ndarray[Any, Any]

_WORD = 8


def _pointer_to(kind: Any) -> Any:
    @intrinsic  # type: ignore[untyped-decorator]
    def pointer(_typing: Any, address: Any) -> Any:
        """The pointer with this address."""
        result = types.CPointer(kind)

        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            return builder.inttoptr(arguments[0], context.get_value_type(result))

        return result(types.int64), generate

    return pointer


words_at, octets_at = _pointer_to(types.uint64), _pointer_to(types.uint8)


@inline
def _copy_run(to: int, source: int, count: int, size: int, to_step: int, source_step: int) -> None:
    """Copies `count` elements of `size` bytes. Targets and sources stand at even distances, the steps."""
    if to_step == size and source_step == size:
        target, origin = carray(octets_at(to), count * size), carray(octets_at(source), count * size)
        for i in range(count * size):
            target[i] = origin[i]
    elif size == _WORD:
        for i in range(count):
            carray(words_at(to + i * to_step), 1)[0] = carray(words_at(source + i * source_step), 1)[0]
    else:
        for i in range(count):
            for octet in range(size):
                carray(octets_at(to + i * to_step), size)[octet] = carray(octets_at(source + i * source_step), size)[
                    octet
                ]


@native(INT, INT, INT, INDICES)
def move(to: int, source: int, size: int, plan: Array) -> None:
    """Copies elements of `size` bytes between two addresses.

    `plan` holds the shape, then the target's strides in bytes, then the source's. The caller keeps the memory alive.
    """
    _walk(to, source, size, plan)


@native(INT, INT, INT, INDICES, INDICES)
def move_window(to: int, source: int, size: int, plan: Array, starts: Array) -> None:
    """As `move`, from a place that numbers in memory give.

    `starts` has four numbers for each axis: the address of the start, how many elements the axis has, how many of them
    are copied, and their distance in bytes. A negative start counts from the end. Raises `IndexError` if the window is
    not inside.
    """
    for place in range(0, starts.size, 4):
        start = np.int64(carray(words_at(starts[place]), 1)[0])
        available = starts[place + 1]
        if start < 0:
            start += available
        if start < 0 or start > available - starts[place + 2]:
            raise IndexError
        source += start * starts[place + 3]
    _walk(to, source, size, plan)


@inline
def _walk(to: int, source: int, size: int, plan: Array) -> None:
    axes = plan.size // 3
    inner = axes - 1
    count, to_step, source_step = plan[inner], plan[axes + inner], plan[2 * axes + inner]
    outer = 1
    for axis in range(inner):
        outer *= plan[axis]
    place = np.zeros(axes, np.int64)
    for _ in range(outer):
        _copy_run(to, source, count, size, to_step, source_step)
        axis = inner - 1
        while axis >= 0:
            place[axis] += 1
            to += plan[axes + axis]
            source += plan[2 * axes + axis]
            if place[axis] < plan[axis]:
                break
            to -= plan[axes + axis] * plan[axis]
            source -= plan[2 * axes + axis] * plan[axis]
            place[axis] = 0
            axis -= 1


def copy(out: Array, x: Array) -> None:
    """Writes x, broadcast to the shape of `out`, into `out`. The two do not overlap.

    A copy between equal types can be recorded. Another one raises `UnrecordedError` in a recording.
    """
    present = recording()
    if present is None:
        np.copyto(out, x, casting="unsafe")
        return
    if out.dtype != x.dtype:
        unrecorded()
    x = np.broadcast_to(x, out.shape)
    if out.size:
        present.held.append((out, x))
        move.run(address(out), address(x), out.itemsize, _plan(out.shape, out.strides, x.strides, out.itemsize))


def copy_window(out: Array, x: Array, starts: Sequence[Array], axes: Sequence[int]) -> None:
    """Records a copy into `out` of the window of x that begins at the scalars `starts` along `axes`.

    An empty window must be inside x too. Raises `UnrecordedError` outside of a recording, and for types that differ.
    """
    present = recording()
    if present is None or out.dtype != x.dtype or any(start.dtype != np.int64 for start in starts):
        raise UnrecordedError
    first = x[tuple(slice(0, size) for size in out.shape)]
    places = [
        number
        for start, axis in zip(starts, axes, strict=True)
        for number in (address(start), x.shape[axis], out.shape[axis], x.strides[axis])
    ]
    present.held.append((out, x, starts))
    plan = _plan(out.shape, out.strides, first.strides, out.itemsize)
    move_window.run(address(out), address(x), out.itemsize, plan, np.array(places, np.int64))


def address(x: Array) -> int:
    """The address of the first element."""
    return int(x.__array_interface__["data"][0])


@lru_cache(maxsize=4096)
def _plan(shape: tuple[int, ...], to: tuple[int, ...], source: tuple[int, ...], size: int) -> Array:
    """The `plan` for `move`. Neighbouring axes over which target and source both walk evenly become one axis."""
    axes: list[tuple[int, int, int]] = []
    for count, far, near in zip(shape, to, source, strict=True):
        if count == 1:
            continue
        if axes and axes[-1][1:] == (count * far, count * near):
            axes[-1] = (axes[-1][0] * count, far, near)
        else:
            axes.append((count, far, near))
    return np.array(list(zip(*(axes or [(1, size, size)]), strict=True)), np.int64).reshape(-1)
