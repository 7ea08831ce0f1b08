"""Moves rows in the order of a permutation, and may mask them on the way, as parties do that shuffle their shares.

A row is everything after the first axis. Places are words of 32 bits, below the number of rows. They may come from
other parties, so they are checked before anything is moved; a wrong place raises `ValueError`, which ends the run. A
million ring elements take 2 ms, and 0.5 ms more under a mask.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from .native import OUT, OUT16, OUT32, WORDS, WORDS16, WORDS32, Kernel, Native, inline, native
from .ring import flat

Array = np.ndarray[Any, Any]


@inline
def _check(places: Array, rows: int) -> None:
    highest = np.uint32(0)
    for place in places:
        highest = max(highest, place)
    if places.size > 0 and highest >= rows:
        raise ValueError("a place is no row")


def _take_loop(out: Array, x: Array, places: Array) -> None:
    width = out.size // max(1, places.size)
    _check(places, x.size // max(1, width))
    if width == 1:
        for i in range(places.size):
            out[i] = x[places[i]]
    else:
        for i in range(places.size):
            row, start = x[places[i] * width : places[i] * width + width], i * width
            for column in range(row.size):
                out[start + column] = row[column]


def _put_loop(out: Array, x: Array, places: Array) -> None:
    width = out.size // max(1, places.size)
    _check(places, places.size)
    if width == 1:
        for i in range(places.size):
            out[places[i]] = x[i]
    else:
        for i in range(places.size):
            row, start = x[i * width : i * width + width], places[i] * width
            for column in range(row.size):
                out[start + column] = row[column]


def _take_add_loop(out: Array, x: Array, places: Array, mask: Array) -> None:
    _check(places, x.size)
    for i in range(places.size):
        out[i] = x[places[i]] + mask[i]


def _take_subtract_loop(out: Array, x: Array, places: Array, mask: Array) -> None:
    _check(places, x.size)
    for i in range(places.size):
        out[i] = x[places[i]] - mask[i]


def _take_xor_loop(out: Array, x: Array, places: Array, mask: Array) -> None:
    _check(places, x.size)
    for i in range(places.size):
        out[i] = x[places[i]] ^ mask[i]


_WORDS = {8: (OUT, WORDS), 4: (OUT32, WORDS32), 2: (OUT16, WORDS16)}


def _of_each_width(loop: Callable[..., None], *, masked: bool) -> dict[int, Native]:
    """The loop compiled for each width of words, by its bytes."""
    return {size: native(out, word, WORDS32, *[word] * masked)(loop) for size, (out, word) in _WORDS.items()}


_take, _put = (_of_each_width(loop, masked=False) for loop in (_take_loop, _put_loop))
_take_add, _take_subtract, _take_xor = (
    _of_each_width(loop, masked=True) for loop in (_take_add_loop, _take_subtract_loop, _take_xor_loop)
)


def _moving(move: dict[int, Native]) -> Kernel:
    def run(out: Array, x: Array, places: Array) -> None:
        if out.size:
            words = _words(out)
            move[words.itemsize].run(words, _words(x), places)

    return Kernel(run, tuple(move.values()))


def _masking(move: dict[int, Native], combine: np.ufunc, at_once: dict[int, Native] | None = None) -> Kernel:
    """The kernel that moves rows and then masks them. `at_once`, if given, does both for rows of one word."""

    def run(out: Array, x: Array, places: Array, mask: Array) -> None:
        if not out.size:
            return
        words = _words(out)
        if at_once is not None and words.size == places.size:
            at_once[words.itemsize].run(words, _words(x), places, _words(mask))
        else:
            move[words.itemsize].run(words, _words(x), places)
            combine(words, _words(mask), out=words)

    return Kernel(run, (*move.values(), *(at_once or {}).values()))


def _words(x: Array) -> Array:
    """The elements as unsigned words."""
    return flat(x) if x.dtype.kind == "u" else flat(x).view(f"u{x.itemsize}")


def _xor(out: Array, x: Array, y: Array) -> None:
    np.bitwise_xor(flat(x), flat(y), flat(out))


TABLE: dict[str, Kernel] = {
    "rows.take": _moving(_take),
    "rows.put": _moving(_put),
    "rows.take_add": _masking(_take, np.add, _take_add),
    "rows.take_subtract": _masking(_take, np.subtract, _take_subtract),
    "rows.take_xor": _masking(_take, np.bitwise_xor, _take_xor),
    "rows.put_add": _masking(_put, np.add),
    "rows.put_subtract": _masking(_put, np.subtract),
    "rows.put_xor": _masking(_put, np.bitwise_xor),
    "rows.xor": Kernel(_xor),
}
