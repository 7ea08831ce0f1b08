"""The operations of `runtime.clear` as kernels `clear.<name>`, with which a party computes on values that it knows.

Also the checks: "verify" raises `PeerError`, "check" and "check_index" raise `CheckFailed`.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from ..clear import KERNELS as CLEAR
from ..clear import IndexOutsideError, check_windows
from ..errors import CheckFailed, PeerError
from .native import Kernel

Array = np.ndarray[Any, Any]


def into(meaning: Callable[..., Array]) -> Callable[..., None]:
    """Makes a kernel, which writes its result, from a function that returns it."""

    def run(out: Array, *inputs: Array, **attributes: Any) -> None:
        try:
            np.copyto(out, meaning(*inputs, **attributes), casting="unsafe")
        except IndexOutsideError as error:
            raise CheckFailed(str(error)) from None

    return run


def _verify(out: Array, x: Array, *, claim: str) -> None:
    if not x.all():
        raise PeerError("", f"deviated from the protocol: {claim} did not hold")
    out[...] = x


def _check(out: Array, x: Array, *, message: str) -> None:
    if not x:
        raise CheckFailed(f"assertion failed: {message}" if message else "assertion failed")
    out[...] = x


def _require(out: Array, x: Array, *, message: str) -> None:
    if not x:
        raise CheckFailed(message)
    out[...] = x


def _check_index(out: Array, x: Array, *, size: int, window: int) -> None:
    try:
        check_windows(x, size, window)
    except IndexOutsideError as error:
        raise CheckFailed(str(error)) from None
    out[...] = x


TABLE: dict[str, Kernel] = {
    **{f"clear.{name}": Kernel(into(meaning)) for name, meaning in CLEAR.items()},
    "verify": Kernel(_verify),
    "require": Kernel(_require),
    "check": Kernel(_check),
    "check_index": Kernel(_check_index),
}
