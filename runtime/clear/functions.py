"""Functions of fixed-point values in the clear, rounded to the nearest unit in the last place.

In and out: int64 arrays holding values times 2**scale. Inside, only correctly rounded operations of float64 are used
(+, -, *, /, sqrt, rint, scaling by powers of two), so that every machine gets the same bits. A library's `exp` differs
between processors in its last bits, and parties that got different results from the same public value would share
garbage. The error before rounding is below 2^-50 of the result or below 2^-6 units in the last place, whichever is
more.

Outside their domains functions are total: `sqrt` of a negative and `log` of a non-positive number are 0, and `exp`
stops at the largest documented number, 2**(62 - 2*scale) less one unit.
"""

from collections.abc import Callable
from math import factorial, pi, prod
from math import sqrt as sqrt_of
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]

TURN = 0x28BE60DB9391054A7F09D5F47D4D377036D8A5664F10E410
"""2^192 / (2 pi), rounded down."""

LN2_HIGH = float.fromhex("0x1.62e42feep-1")
LN2_LOW = float.fromhex("0x1.a39ef35793c76p-33")
"""LN2_HIGH + LN2_LOW is log 2. LN2_HIGH has 32 significant bits, so that its product with a small integer is exact."""

DOUBLINGS = float.fromhex("0x1.71547652b82fep+0")
"""1 / log 2."""


def sqrt(x: Array, *, scale: int) -> Array:
    """The square root; 0 of a negative number."""
    real = np.ldexp(np.maximum(x, 0).astype(np.float64), scale)
    return _rounded(np.sqrt(real))


def exp(x: Array, *, scale: int) -> Array:
    """e to the power x, at most the largest documented number."""
    limit = (1 << (62 - scale)) - 1
    power = np.ldexp(_exp(_real(x, scale)), scale)
    return np.asarray(np.where(power >= limit, np.int64(limit), _rounded(np.minimum(power, limit))))


def log(x: Array, *, scale: int) -> Array:
    """The natural logarithm; 0 of a number that is not positive."""
    return log_to(x, scale=scale, result_scale=scale)


def log_to(x: Array, *, scale: int, result_scale: int) -> Array:
    """The natural logarithm at a scale of its own; 0 of a number that is not positive."""
    positive = x > 0
    mantissa, exponent = np.frexp(np.where(positive, x, 1).astype(np.float64))
    small = mantissa < np.sqrt(0.5)
    mantissa = np.where(small, np.multiply(mantissa, 2.0), mantissa)
    exponent = np.asarray(exponent, dtype=np.float64) - small - scale
    # log m = 2 atanh t for t = (m - 1) / (m + 1), and |t| < 0.1716: the first term left out is below 2^-60.
    t = np.divide(np.subtract(mantissa, 1.0), np.add(mantissa, 1.0))
    series = _polynomial(np.multiply(t, t), [2.0 / (2 * k + 1) for k in range(12)])
    real = exponent * LN2_HIGH + (exponent * LN2_LOW + t * series)
    return np.asarray(np.where(positive, _rounded(np.ldexp(real, result_scale)), 0))


def sin(x: Array, *, scale: int) -> Array:
    """The sine of x radians."""
    quadrant, angle = _quadrant(x, scale)
    return _circle(quadrant, angle, scale)


def cos(x: Array, *, scale: int) -> Array:
    """The cosine of x radians."""
    quadrant, angle = _quadrant(x, scale)
    return _circle(np.bitwise_and(quadrant + 1, 3), angle, scale)


def tanh(x: Array, *, scale: int) -> Array:
    """The hyperbolic tangent."""
    magnitude = np.abs(_real(x, scale))
    real = 1.0 - 2.0 / (1.0 + _exp(2.0 * magnitude))
    return _rounded(np.ldexp(np.where(x < 0, -real, real), scale))


def sigmoid(x: Array, *, scale: int) -> Array:
    """1 / (1 + e^-x)."""
    decay = _exp(-np.abs(_real(x, scale)))
    share = decay / (1.0 + decay)
    return _rounded(np.ldexp(np.where(x < 0, share, 1.0 - share), scale))


def erf(x: Array, *, scale: int) -> Array:
    """The error function, 2 / sqrt(pi) times the integral of e^-t^2 from 0 to x."""
    magnitude = np.minimum(np.abs(_real(x, scale)), 6.0)  # erf 6 is 1 but for 2^-55
    decay = _exp(-magnitude * magnitude)
    real = np.where(magnitude < 2.0, _erf_series(magnitude, decay), 1.0 - _erfc_fraction(magnitude, decay))
    return _rounded(np.ldexp(np.where(x < 0, -real, real), scale))


FUNCTIONS: dict[str, Callable[..., Array]] = {
    "sqrt": sqrt,
    "exp": exp,
    "log": log,
    "sin": sin,
    "cos": cos,
    "tanh": tanh,
    "sigmoid": sigmoid,
    "erf": erf,
}
"""The functions by operation. Each takes an array and its `scale`."""


def _erf_series(x: Array, decay: Array) -> Array:
    """erf x for 0 <= x < 2: 2 / sqrt(pi) e^-x^2 (x + 2 x^3 / 3 + 4 x^5 / 15 + ...), whose terms are all positive."""
    x = np.minimum(x, 2.0)
    # Term k is (2 x^2)^k / (1 * 3 * ... * (2 k + 1)): the first term left out, for x = 2 and k = 40, is below 2^-50.
    coefficients = [1.0 / prod(range(1, 2 * k + 2, 2)) for k in range(40)]
    return np.asarray(2.0 / sqrt_of(pi) * decay * x * _polynomial(2.0 * x * x, coefficients))


def _erfc_fraction(x: Array, decay: Array) -> Array:
    """1 - erf x for x >= 2: e^-x^2 / sqrt(pi) / (x + (1/2) / (x + (2/2) / (x + (3/2) / (x + ...)))), 60 levels deep."""
    x = np.maximum(x, 2.0)
    fraction = x
    for level in range(60, 0, -1):
        fraction = x + 0.5 * level / fraction
    return np.asarray(decay / (sqrt_of(pi) * fraction))


def _real(x: Array, scale: int) -> Array:
    return np.asarray(np.ldexp(x.astype(np.float64), -scale))


def _rounded(real: Array) -> Array:
    return np.asarray(np.rint(real)).astype(np.int64)


def _polynomial(x: Array, coefficients: list[float]) -> Array:
    """The sum of coefficients[k] * x**k, by Horner's rule."""
    result = np.full_like(x, coefficients[-1])
    for coefficient in reversed(coefficients[:-1]):
        result = result * x + coefficient
    return result


def _exp(x: Array) -> Array:
    """e to the power x, with x clipped to -50 ... 50. Beyond these bounds a fixed-point result does not change."""
    x = np.clip(x, -50.0, 50.0)
    doublings = np.rint(x * DOUBLINGS)
    rest = (x - doublings * LN2_HIGH) - doublings * LN2_LOW
    # |rest| < 0.347: the first term left out is below 2^-62.
    series = _polynomial(np.asarray(rest), [1.0 / factorial(k) for k in range(15)])
    return np.asarray(np.ldexp(series, np.asarray(doublings).astype(np.int32)))


def _quadrant(x: Array, scale: int) -> tuple[Array, Array]:
    """The nearest quarter turn, modulo 4, and the angle left, at most pi/4 in magnitude.

    The reduction is in integers and works for every x: it gives x / (2 pi) modulo 1 as a 64-bit fraction.
    """
    turns_per_unit = TURN >> (64 + scale)  # 2^(128 - scale) / (2 pi): a 128-bit number with 64 bits after the point.
    whole = np.multiply(x.view(np.uint64), np.uint64((turns_per_unit >> 64) & (2**64 - 1)))
    turn = np.asarray(np.add(whole, _high_product(x, turns_per_unit & (2**64 - 1))))
    quadrant = np.right_shift(np.add(turn, np.uint64(1 << 61)), np.uint64(62))
    rest = np.asarray(np.subtract(turn, np.left_shift(quadrant, np.uint64(62)))).view(np.int64)
    return np.asarray(quadrant).astype(np.int64), np.asarray(np.ldexp(rest.astype(np.float64) * (2 * pi), -64))


def _high_product(x: Array, y: int) -> Array:
    """The high 64 bits of the signed x times the unsigned 64-bit y."""
    low_half, shift = np.uint64(2**32 - 1), np.uint64(32)
    bits = x.view(np.uint64)
    x_low, x_high = np.bitwise_and(bits, low_half), np.right_shift(bits, shift)
    y_low, y_high = np.uint64(y & (2**32 - 1)), np.uint64(y >> 32)
    middle = np.add(np.multiply(x_high, y_low), np.right_shift(np.multiply(x_low, y_low), shift))
    cross = np.add(np.multiply(x_low, y_high), np.bitwise_and(middle, low_half))
    high = np.add(np.multiply(x_high, y_high), np.add(np.right_shift(middle, shift), np.right_shift(cross, shift)))
    return np.asarray(np.subtract(high, np.where(x < 0, np.uint64(y), np.uint64(0))))


def _circle(quadrant: Array, angle: Array, scale: int) -> Array:
    """The sine of `quadrant` quarter turns plus `angle`."""
    square = angle * angle
    sine = angle * _polynomial(square, [(-1.0) ** k / factorial(2 * k + 1) for k in range(9)])
    cosine = _polynomial(square, [(-1.0) ** k / factorial(2 * k) for k in range(10)])
    magnitude = np.where(np.bitwise_and(quadrant, 1) == 1, cosine, sine)
    return _rounded(np.ldexp(np.where(quadrant >= 2, -magnitude, magnitude), scale))
