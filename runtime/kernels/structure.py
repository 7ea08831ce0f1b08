"""Moving elements: what `runtime.clear.structure` says, written into `out`. On bit planes: see `bit_structure`."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ..clear import KERNELS as CLEAR
from ..clear import IndexOutsideError, window
from ..clear.structure import slices
from ..errors import CheckFailed
from .clear import into
from .native import Kernel

Array = np.ndarray[Any, Any]


def _zeros(out: Array) -> None:
    out.fill(0)


def _after(out: Array, x: Array, other: Array) -> None:
    np.copyto(out, x)


def _concat(out: Array, *parts: Array, axis: int) -> None:
    np.concatenate(parts, axis=axis, out=out)


def _update(
    out: Array, x: Array, v: Array, *, starts: Sequence[int], stops: Sequence[int | None], steps: Sequence[int]
) -> None:
    np.copyto(out, x)
    out[slices(starts, stops, steps)] = v


def _update_at(out: Array, x: Array, v: Array, *starts: Array, axes: Sequence[int]) -> None:
    np.copyto(out, x)
    try:
        out[window(x.shape, axes, [v.shape[axis] for axis in axes], starts)] = v
    except IndexOutsideError as error:
        raise CheckFailed(str(error)) from None


MOVES: dict[str, Callable[..., None]] = {
    "broadcast": into(CLEAR["broadcast"]),
    "reshape": into(CLEAR["reshape"]),
    "transpose": into(CLEAR["transpose"]),
    "slice": into(CLEAR["slice"]),
    "concat": _concat,
    "take": into(CLEAR["take"]),
    "slice_at": into(CLEAR["slice_at"]),
    "update": _update,
    "update_at": _update_at,
}

TABLE: dict[str, Kernel] = {
    "identity": Kernel(into(CLEAR["identity"])),
    "after": Kernel(_after),
    "zeros": Kernel(_zeros),
    **{name: Kernel(move) for name, move in MOVES.items()},
}
