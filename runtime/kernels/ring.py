"""Elements of Z_2^64, Z_2^32 and Z_2^16: arithmetic that wraps, and changes of width.

Operands have the output's size or one element. Arrays are contiguous.
"""

from enum import IntEnum
from typing import Any

import numpy as np

from .matrix import multiply_add
from .matrix import product as matrix_product
from .moves import copy, move
from .native import INT, OUT, OUT16, OUT32, WORDS, WORDS16, WORDS32, Kernel, inline, native

Array = np.ndarray[Any, Any]

_ZERO = np.zeros((), np.uint64)


def flat(x: Array) -> Array:
    """The same memory as a vector."""
    return x if x.ndim == 1 else x.reshape(-1)


class Operation(IntEnum):
    """What `compute` does with each element."""

    ADD = 0
    SUBTRACT = 1
    MULTIPLY = 2
    XOR = 3
    AND = 4


class Change(IntEnum):
    """What `change` does with each element."""

    NEGATE = 0
    NOT = 1
    LEFT = 2
    RIGHT = 3


_ADD, _SUBTRACT, _MULTIPLY, _XOR = (int(each) for each in list(Operation)[:4])
_NEGATE, _NOT, _LEFT = (int(each) for each in list(Change)[:3])


@inline
def _compute_pairs(out: Array, x: Array, y: Array, operation: int) -> None:
    if operation == _ADD:
        for i in range(out.size):
            out[i] = x[i] + y[i]
    elif operation == _SUBTRACT:
        for i in range(out.size):
            out[i] = x[i] - y[i]
    elif operation == _MULTIPLY:
        for i in range(out.size):
            out[i] = x[i] * y[i]
    elif operation == _XOR:
        for i in range(out.size):
            out[i] = x[i] ^ y[i]
    else:
        for i in range(out.size):
            out[i] = x[i] & y[i]


@inline
def _compute_with_one(out: Array, x: Array, one: Any, operation: int) -> None:
    """As `_compute_pairs`, for an operand of one element. Callers swap the operands of operations that commute."""
    if operation == _ADD:
        for i in range(out.size):
            out[i] = x[i] + one
    elif operation == _SUBTRACT:
        for i in range(out.size):
            out[i] = x[i] - one
    elif operation == _MULTIPLY:
        for i in range(out.size):
            out[i] = x[i] * one
    elif operation == _XOR:
        for i in range(out.size):
            out[i] = x[i] ^ one
    else:
        for i in range(out.size):
            out[i] = x[i] & one


def _compute_loop(out: Array, x: Array, y: Array, operation: int) -> None:
    if x.size == y.size:
        _compute_pairs(out[: x.size], x, y, operation)
        for i in range(x.size, out.size):
            out[i] = out[0]
    elif y.size == 1:
        _compute_with_one(out, x, y[0], operation)
    elif operation == _SUBTRACT:
        one = x[0]
        for i in range(out.size):
            out[i] = one - y[i]
    else:
        _compute_with_one(out, y, x[0], operation)


def _change_loop(out: Array, x: Array, change: int, bits: int) -> None:
    _change_each(out[: x.size], x, change, bits)
    for i in range(x.size, out.size):
        out[i] = out[0]


@inline
def _change_each(out: Array, x: Array, change: int, bits: int) -> None:
    by = np.uint64(bits)
    if change == _NEGATE:
        for i in range(out.size):
            out[i] = np.uint64(0) - x[i]
    elif change == _NOT:
        for i in range(out.size):
            out[i] = ~x[i]
    elif bits >= 64:
        out[:] = 0
    elif change == _LEFT:
        for i in range(out.size):
            out[i] = np.uint64(x[i]) << by
    else:
        for i in range(out.size):
            out[i] = np.uint64(x[i]) >> by


compute = {
    8: native(OUT, WORDS, WORDS, INT)(_compute_loop),
    4: native(OUT32, WORDS32, WORDS32, INT)(_compute_loop),
    2: native(OUT16, WORDS16, WORDS16, INT)(_compute_loop),
}
"""Compiled functions by the bytes of a word: an `Operation` on vectors of the output's size or of one element."""

change = {
    8: native(OUT, WORDS, INT, INT)(_change_loop),
    4: native(OUT32, WORDS32, INT, INT)(_change_loop),
    2: native(OUT16, WORDS16, INT, INT)(_change_loop),
}
"""Compiled functions by the bytes of a word: a `Change`, for shifts by so many bits."""


def _binary(operation: Operation, width: int) -> Kernel:
    function, number = compute[width], int(operation)

    def run(out: Array, x: Array, y: Array) -> None:
        function.run(flat(out), flat(x), flat(y), number)

    return Kernel(run, (function,), replays=True)


def _negate(out: Array, x: Array) -> None:
    change[out.itemsize].run(flat(out), flat(x), int(Change.NEGATE), 0)


def _shift_left(out: Array, x: Array, *, bits: int) -> None:
    change[out.itemsize].run(flat(out), flat(x), int(Change.LEFT), bits)


def _shift_right(out: Array, x: Array, *, bits: int) -> None:
    change[out.itemsize].run(flat(out), flat(x), int(Change.RIGHT), bits)


def _sum(out: Array, x: Array, *, axis: int) -> None:
    np.add.reduce(x, axis=axis, dtype=out.dtype, out=out)


def _cumsum(out: Array, x: Array, *, axis: int) -> None:
    np.add.accumulate(x, axis=axis, dtype=out.dtype, out=out)


def _matmul(out: Array, x: Array, y: Array) -> None:
    copy(out, _ZERO)
    matrix_product(out, x, y)


def _narrow_matmul(out: Array, x: Array, y: Array) -> None:
    np.copyto(out, np.matmul(x, y))


def _convert(out: Array, x: Array) -> None:
    target, source = flat(out), flat(x)
    copy(
        target,
        source.view(target.dtype) if source.dtype.kind in "iu" and source.itemsize == target.itemsize else source,
    )


def _low_bit(out: Array, x: Array) -> None:
    np.not_equal(np.bitwise_and(flat(x), x.dtype.type(1)), 0, out=flat(out))


def _arithmetic(prefix: str, width: int) -> dict[str, Kernel]:
    return {
        f"{prefix}.add": _binary(Operation.ADD, width),
        f"{prefix}.subtract": _binary(Operation.SUBTRACT, width),
        f"{prefix}.multiply": _binary(Operation.MULTIPLY, width),
        f"{prefix}.negate": Kernel(_negate, (change[width],), replays=True),
        f"{prefix}.shift_left": Kernel(_shift_left, (change[width],), replays=True),
        f"{prefix}.shift_right": Kernel(_shift_right, (change[width],), replays=True),
        f"{prefix}.sum": Kernel(_sum),
        f"{prefix}.cumsum": Kernel(_cumsum),
        f"{prefix}.matmul": Kernel(_narrow_matmul),
    }


CONVERSIONS = (
    *("ring.from_integer", "ring.from_boolean", "ring.to_word32", "ring.to_word16"),
    *("word32.to_ring", "word32.to_word16", "word32.from_integer", "word32.from_boolean"),
    *("word16.to_ring", "word16.to_word32", "word16.from_integer", "word16.from_boolean"),
    "integer.from_ring",
)
"""The conversions that keep the low bits, or fill with zeros."""

TABLE: dict[str, Kernel] = {
    **_arithmetic("ring", 8),
    **_arithmetic("word32", 4),
    **_arithmetic("word16", 2),
    "ring.matmul": Kernel(_matmul, (move, *multiply_add), replays=True),
    **{name: Kernel(_convert, (move,), replays=True) for name in CONVERSIONS},
    "boolean.from_ring": Kernel(_low_bit),
}
