"""Arithmetic, comparison, bits and reductions in the clear.

In and out: bool arrays, and int64 arrays that stand for integers or for fixed-point values times 2**scale. Integer
arithmetic wraps modulo 2^64, as the protocols' ring does. Every result is the same on every machine: parties that each
compute the same public value must agree to the last bit.
"""

from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]


def cast(x: Array, *, bits: int) -> Array:
    """x as an integer, times 2**bits. This turns bool into int, int into fixed, and fixed into a finer fixed."""
    return np.asarray(np.left_shift(x.astype(np.int64), bits))


def add(x: Array, y: Array) -> Array:
    """x + y."""
    return np.asarray(np.add(x, y))


def subtract(x: Array, y: Array) -> Array:
    """x - y."""
    return np.asarray(np.subtract(x, y))


def negate(x: Array) -> Array:
    """-x."""
    return np.asarray(np.negative(x))


def multiply(x: Array, y: Array) -> Array:
    """x * y. The product of fixed-point values has the sum of their scales."""
    return np.asarray(np.multiply(x, y))


def matmul(x: Array, y: Array) -> Array:
    """x @ y, by NumPy's rules for vectors and for stacks of matrices."""
    return np.asarray(np.matmul(x, y))


def truncate(x: Array, *, bits: int) -> Array:
    """x / 2**bits, rounded to the nearest, halves up."""
    if bits == 0:
        return x
    return np.asarray(np.add(np.right_shift(x, bits), np.bitwise_and(np.right_shift(x, bits - 1), 1)))


def shift_left(x: Array, *, bits: int) -> Array:
    """x * 2**bits."""
    return np.asarray(np.left_shift(x, bits)) if bits < 64 else np.zeros_like(x)


def shift_right(x: Array, *, bits: int) -> Array:
    """x / 2**bits, rounded down (an arithmetic shift)."""
    return np.asarray(np.right_shift(x, min(bits, 63)))


def divide(x: Array, y: Array, *, scale: int) -> Array:
    """x / y at `scale`, of fixed-point values there or of integers, correctly rounded (halves up); x / 0 is 0.

    Exact for every operand: a quotient that does not fit 64 bits wraps.
    """
    x, y = np.broadcast_arrays(x, y)
    dividend, divisor = _magnitude(x), _magnitude(y)
    by_zero = divisor == 0
    divisor = np.where(by_zero, np.uint64(1), divisor)
    quotient, remainder = np.divmod(dividend, divisor)
    # Schoolbook division, a few bits at a time. The remainder is below the divisor, so it may be shifted by as many
    # bits as the largest divisor leaves free. A divisor is at most 2^63, so at least one bit is free.
    free = 64 - int(divisor.max(initial=1)).bit_length()
    done = 0
    while done < scale:
        step = max(1, min(free, scale - done))
        digit, remainder = np.divmod(np.left_shift(remainder, np.uint64(step)), divisor)
        quotient = np.add(np.left_shift(quotient, np.uint64(step)), digit)
        done += step
    left, negative = np.subtract(divisor, remainder), (x < 0) != (y < 0)
    quotient = np.add(quotient, np.where(negative, remainder > left, remainder >= left))
    signed = quotient.astype(np.uint64).view(np.int64)
    return np.asarray(np.where(by_zero, 0, np.where(negative, np.negative(signed), signed)))


def _magnitude(x: Array) -> Array:
    """|x| as uint64; right for -2^63 too."""
    return np.asarray(np.abs(x)).view(np.uint64)


def floor_divide(x: Array, y: Array) -> Array:
    """x // y rounded down, as Python does; x // 0 is 0; -2^63 // -1 wraps."""
    with np.errstate(divide="ignore", over="ignore"):
        return np.asarray(np.floor_divide(x, y))


def modulo(x: Array, y: Array) -> Array:
    """x % y with the sign of y, as Python does; x % 0 is 0."""
    with np.errstate(divide="ignore", over="ignore"):
        return np.asarray(np.remainder(x, y))


def remainder(x: Array, quotient: Array, y: Array) -> Array:
    """x % y from quotient = x // y: x - y * quotient, and 0 where y is 0."""
    return np.where(y == 0, 0, np.subtract(x, np.multiply(y, quotient)))


def less(x: Array, y: Array) -> Array:
    """x < y, signed."""
    return np.asarray(np.less(x, y))


def equal(x: Array, y: Array) -> Array:
    """x == y."""
    return np.asarray(np.equal(x, y))


def and_(x: Array, y: Array) -> Array:
    """x and y, or x & y."""
    return np.asarray(np.bitwise_and(x, y))


def or_(x: Array, y: Array) -> Array:
    """x or y, or x | y."""
    return np.asarray(np.bitwise_or(x, y))


def xor(x: Array, y: Array) -> Array:
    """x ^ y."""
    return np.asarray(np.bitwise_xor(x, y))


def not_(x: Array) -> Array:
    """not x, or ~x."""
    return np.asarray(np.invert(x))


def select(condition: Array, x: Array, y: Array) -> Array:
    """x where the condition holds, else y."""
    return np.where(condition, x, y)


def sum_(x: Array, *, axis: int) -> Array:
    """The sum along an axis; 0 along an empty axis."""
    return np.asarray(np.sum(x, axis=axis, dtype=np.int64))


def cumsum(x: Array, *, axis: int) -> Array:
    """The running sums along an axis."""
    return np.asarray(np.cumsum(x, axis=axis, dtype=np.int64))


def min_(x: Array, *, axis: int) -> Array:
    """The least along an axis, which is not empty."""
    return np.asarray(np.min(x, axis=axis))


def max_(x: Array, *, axis: int) -> Array:
    """The greatest along an axis, which is not empty."""
    return np.asarray(np.max(x, axis=axis))


def argmin(x: Array, *, axis: int) -> Array:
    """The first place of the least along an axis, which is not empty."""
    return np.asarray(np.argmin(x, axis=axis), dtype=np.int64)


def argmax(x: Array, *, axis: int) -> Array:
    """The first place of the greatest along an axis, which is not empty."""
    return np.asarray(np.argmax(x, axis=axis), dtype=np.int64)


def any_(x: Array, *, axis: int) -> Array:
    """Whether any element along an axis holds; False along an empty axis."""
    return np.asarray(np.any(x, axis=axis))


def all_(x: Array, *, axis: int) -> Array:
    """Whether all elements along an axis hold; True along an empty axis."""
    return np.asarray(np.all(x, axis=axis))
