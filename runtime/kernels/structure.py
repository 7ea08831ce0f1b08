"""Moving elements: the operations of `runtime.clear.structure`, written into `out`. `planes.structure` has bit
planes."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ..clear import KERNELS as CLEAR
from ..clear import IndexOutsideError, window
from ..clear.structure import slices
from ..errors import CheckFailed
from .clear import into
from .moves import copy, copy_window, move, move_window
from .native import Kernel, recording

Array = np.ndarray[Any, Any]


_ZERO = np.zeros(8, np.uint8)


def _zeros(out: Array) -> None:
    octets = out.reshape(-1).view(np.uint8)
    words = octets.view(np.uint64) if octets.size % 8 == 0 else octets
    copy(words, _ZERO.view(words.dtype)[:1])


def _after(out: Array, x: Array, other: Array) -> None:
    copy(out, x)


def _moved(view: Callable[..., Array]) -> Callable[..., None]:
    """The kernel that copies the view which a function gives of its input."""

    def run(out: Array, x: Array, **attributes: Any) -> None:
        copy(out, view(x, **attributes))

    return run


def _concat(out: Array, *parts: Array, axis: int) -> None:
    end = 0
    for part in parts:
        begin, end = end, end + part.shape[axis]
        copy(out[(slice(None),) * axis + (slice(begin, end),)], part)


def _update(
    out: Array, x: Array, v: Array, *, starts: Sequence[int], stops: Sequence[int | None], steps: Sequence[int]
) -> None:
    copy(out, x)
    copy(out[slices(starts, stops, steps)], v)


def _slice_at(out: Array, x: Array, *starts: Array, axes: Sequence[int], sizes: Sequence[int]) -> None:
    if recording() is None:
        _slice_at_now(out, x, *starts, axes=axes, sizes=sizes)
    else:
        copy_window(out, x, starts, axes)


_slice_at_now = into(CLEAR["slice_at"])


def _update_at(out: Array, x: Array, v: Array, *starts: Array, axes: Sequence[int]) -> None:
    np.copyto(out, x)
    try:
        out[window(x.shape, axes, [v.shape[axis] for axis in axes], starts)] = v
    except IndexOutsideError as error:
        raise CheckFailed(str(error)) from None


MOVES: dict[str, Callable[..., None]] = {
    "broadcast": _moved(CLEAR["broadcast"]),
    "reshape": _moved(CLEAR["reshape"]),
    "transpose": _moved(CLEAR["transpose"]),
    "slice": _moved(CLEAR["slice"]),
    "concat": _concat,
    "take": into(CLEAR["take"]),
    "slice_at": _slice_at,
    "update": _update,
    "update_at": _update_at,
}

_PLACED = ("take", "update_at")
"""The moves that depend on what their inputs hold, and so cannot be recorded."""

TABLE: dict[str, Kernel] = {
    "identity": Kernel(_moved(CLEAR["identity"]), (move,), replays=True),
    "after": Kernel(_after, (move,), replays=True),
    "zeros": Kernel(_zeros, (move,), replays=True),
    **{name: Kernel(run, (move,), replays=name not in _PLACED) for name, run in MOVES.items()},
    "slice_at": Kernel(_slice_at, (move_window,), replays=True),
}
