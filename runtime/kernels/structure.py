"""Moving elements: on arrays, and (`bits.<name>`) on bit planes, which are unpacked, moved and packed one by one.

What each name means is `runtime.clear.structure`; here results go into `out`.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ..clear import KERNELS as CLEAR
from ..clear import IndexOutsideError, window
from ..clear.structure import slices
from ..errors import CheckFailed
from .bits import pack, unpack
from .clear import into
from .native import Kernel

Array = np.ndarray[Any, Any]
Shape = tuple[int, ...]


def _zeros(out: Array) -> None:
    out.fill(0)


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


_ARRAYS: dict[str, Callable[..., None]] = {
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


def _on_planes(move: Callable[..., None]) -> Callable[..., None]:
    def run(out: Array, *inputs: Array, shapes: Sequence[Shape], shape: Shape, **attributes: Any) -> None:
        bits, others = inputs[: len(shapes)], inputs[len(shapes) :]
        moved = np.empty(shape, np.uint8)
        for plane in range(len(out)):
            elements = [
                unpack(x[plane], int(np.prod(logical))).reshape(logical)
                for x, logical in zip(bits, shapes, strict=True)
            ]
            move(moved, *elements, *others, **attributes)
            pack(out[plane], moved)

    return run


def _broadcast(out: Array, x: Array) -> None:
    np.copyto(out, np.broadcast_to(x, out.shape))


def _reshape_bits(out: Array, x: Array, *, shapes: Sequence[Shape], shape: Shape) -> None:
    np.copyto(out, x)


TABLE: dict[str, Kernel] = {
    "identity": Kernel(into(CLEAR["identity"])),
    "zeros": Kernel(_zeros),
    **{name: Kernel(move) for name, move in _ARRAYS.items()},
    **{f"bits.{name}": Kernel(_on_planes(move)) for name, move in _ARRAYS.items()},
    "bits.broadcast": Kernel(_on_planes(_broadcast)),
    "bits.reshape": Kernel(_reshape_bits),
}
