"""`//` and `%` of integers, exact on all 64 bits, with Python's rounding and signs. Dividing by 0 gives 0.

First the sign of y moves to x: x' = -x and y' = -y where y < 0. Then floor(x / y) = floor(x' / y'), and x mod y is
x' mod y' with the sign of y. For x' < 0, floor(x' / y') = ~floor(~x' / y') and x' mod y' = y' - 1 - (~x' mod y'), where
~ negates every bit: so the magnitudes need no adder. They are divided by the school method. Each turn of a repeat finds
one bit of the quotient, in 2 + log2(bits of y) rounds; there is a turn for each bit of x.
"""

from dataclasses import dataclass

import numpy as np

from ..circuits import circuits
from ..rules.conversions import Conversions
from ..rules.products import Products
from ..rules.shares import Arithmetic, Boolean, Share
from ..rules.use import Use


@dataclass(frozen=True, slots=True)
class _Division:
    """Shares of |x'| // |y| and |x'| % |y|, bit by bit; of signs and of y != 0, as bits; and of |y|."""

    quotient: Boolean
    remainder: Boolean
    dividend_negative: Boolean
    divisor_negative: Boolean
    divisor_not_zero: Boolean
    divisor: Arithmetic


def floor_divide(use: Use[Conversions]) -> Share:
    """x // y. Rounds: see above. If the divisor is a public power of two: as for a shift."""
    shift = _public_shift(use)
    p = use.p
    if shift is not None:
        return circuits.shift_right(p, use.number(0), shift, use.bits_of(0))
    done = _divide(use)
    planes = done.quotient.planes
    flipped = p.xor(done.quotient, done.dividend_negative, tuple(range(planes)), (0,) * planes)
    signed = flipped if planes == 64 else p.concat_planes(flipped, done.dividend_negative)
    return p.multiply_bit(done.divisor_not_zero, circuits.from_bits(p, signed))


def modulo(use: Use[Conversions]) -> Share:
    """x % y. Rounds: see above. For a public power of two, x less its shifted quotient, as for a shift."""
    shift = _public_shift(use)
    p = use.p
    if shift is not None:
        quotient = circuits.shift_right(p, use.number(0), shift, use.bits_of(0))
        return p.subtract(use.number(0), p.shift_left(quotient, shift))
    done = _divide(use)
    remainder = circuits.from_bits(p, done.remainder, signed=False)
    mirrored = p.add_public(p.subtract(done.divisor, p.shift_left(remainder, 1)), -1)
    positive = p.add(remainder, p.multiply_bit(done.dividend_negative, mirrored))
    signed = p.subtract(positive, p.shift_left(p.multiply_bit(done.divisor_negative, positive), 1))
    return p.multiply_bit(done.divisor_not_zero, signed)


def _public_shift(use: Use[Conversions]) -> int | None:
    """The exponent if the divisor is a constant whose entries are all the same power of two, else None."""
    divisor = use.known[1]
    if divisor is None or divisor.size == 0:
        return None
    value = int(divisor.flat[0])
    same = bool(np.all(divisor == value))
    return value.bit_length() - 1 if same and value > 0 and value & (value - 1) == 0 else None


def _divide(use: Use[Conversions]) -> _Division:
    p, (x_bits, y_bits) = use.p, (use.bits_of(operand) for operand in range(2))
    x, y = use.number(0), use.number(1)
    x_negative, y_negative = circuits.sign(p, x, x_bits), circuits.sign(p, y, y_bits)
    x_turned = p.subtract(x, p.shift_left(p.multiply_bit(y_negative, x), 1))
    divisor = p.subtract(y, p.shift_left(p.multiply_bit(y_negative, y), 1))
    width = min(x_bits + 1, 64)
    whole = circuits.to_bits(p, x_turned, width)
    # -(-2**63) is 2**63, whose top bit looks like a sign although the number is positive.
    both = p.conjunction(x_negative, y_negative)
    negative = p.conjunction(p.planes(whole, (width - 1,)), p.invert(both))
    dividend = p.xor(whole, negative, tuple(range(width)), (0,) * width)
    magnitude = p.planes(dividend, tuple(range(min(width, x_bits))))
    quotient, remainder = _by_bits(p, magnitude, circuits.to_bits(p, divisor, y_bits))
    not_zero = p.invert(circuits.is_zero(p, y, y_bits))
    return _Division(quotient, remainder, negative, y_negative, not_zero, divisor)


def _by_bits(p: Products, x: Boolean, y: Boolean) -> tuple[Boolean, Boolean]:
    """Quotient and remainder of unsigned numbers, by restoring division. A turn of the repeat for each plane of x."""
    width, count = y.planes + 1, x.planes
    divisor = p.planes(y, (*range(y.planes), -1))
    rest = p.planes(x, (-1,) * y.planes)

    def turn(digits: Boolean, rest: Boolean) -> tuple[Boolean, Boolean]:
        shifted = p.concat_planes(p.planes(digits, (count - 1,)), rest)
        difference, fits = circuits.subtract_bits(p, shifted, divisor)
        kept = circuits.select_bits(p, fits, difference, shifted)
        after = p.concat_planes(fits, p.planes(digits, tuple(range(count - 1)))) if count > 1 else fits
        return after, p.planes(kept, tuple(range(width - 1)))

    return p.repeat(count, (x, rest), turn)
