"""`//` and `%` of integers, exact on all 64 bits, with Python's rounding and signs. Dividing by 0 gives 0.

Public powers of two are shifts; other divisors cost more, secret ones most: see `numeric.whole_plan`. x mod y is
x - y (x // y), and 0 for y = 0. Where a program asks for both, `share_quotients` has them share the quotient.
"""

from __future__ import annotations

import numpy as np

from ...ir.intervals import Interval
from ..circuits import circuits
from ..numeric.whole_divide import Divisor, plus, times
from ..numeric.whole_divide import floor_divide as divide_whole
from ..numeric.whole_divisor import known_divisor, late_divisor, secret_divisor
from ..rules.conversions import Conversions
from ..rules.expansion import booleans, integers
from ..rules.shares import Arithmetic, Clear, Share
from ..rules.use import Use


def floor_divide(use: Use[Conversions]) -> Share:
    """x // y. 4 to 41 rounds, see `Plan.rounds`; by a public power of two those of a shift."""
    return _quotient(use)


def quotient(use: Use[Conversions]) -> Share:
    """The number at a scale f nearest to x / y: floor((2 x 2**f + y) / (2 y)). Rounds as `floor_divide`.

    For |y| > 2**61 that is 0, |x| 2**f being less than 2**60.
    """
    p, known, scale, most = use.p, _known(use), use.attribute("scale"), (1 << 60) - 1
    within = _range(use, -1).meet(Interval(-most, most))
    magnitude = (min(_range(use, 0).magnitude, most >> scale) << scale + 1) + within.magnitude
    twice = p.shift_left(use.number(0), scale + 1)
    doubled = Interval(2 * within.low, 2 * within.high)
    if known is not None:
        if known == 0 or abs(known) > 1 << 61:
            return p.multiply_public(twice, 0)
        if known > 0 == known & known - 1 and known <= 1 << scale:
            return p.shift_left(use.number(0), scale + 1 - known.bit_length())
        return divide_whole(p, plus(p, twice, known), known_divisor(2 * known, magnitude))
    late, secret = use.clear(1), use.operands[1]
    if late is not None:
        double = Clear(p.g.local("clear.add", late.wire.type, late.wire, late.wire, at=p.g.nodes))
        return divide_whole(p, plus(p, twice, late), late_divisor(p, double, doubled, magnitude))
    if not isinstance(secret, Arithmetic):
        raise TypeError("division takes numbers")
    return divide_whole(p, plus(p, twice, secret), secret_divisor(p, p.shift_left(secret, 1), doubled, magnitude))


def modulo(use: Use[Conversions]) -> Share:
    """x % y. Rounds as `floor_divide`, and one more for a secret divisor."""
    return _rest(use, _quotient(use))


def remainder(use: Use[Conversions]) -> Share:
    """x % y from x // y. 1 round for a secret divisor, and earlier those of a test where it may be 0; else none."""
    return _rest(use, use.number(1))


def _quotient(use: Use[Conversions]) -> Arithmetic:
    p, known = use.p, _known(use)
    if known == 0:
        return p.multiply_public(use.number(0), 0)
    if known is not None and known > 0 == known & known - 1:
        return circuits.shift_right(p, use.number(0), known.bit_length() - 1, use.bits_of(0))
    return divide_whole(p, use.number(0), _divisor(use, known))


def _divisor(use: Use[Conversions], known: int | None) -> Divisor:
    p, magnitude, within = use.p, _range(use, 0).magnitude, _range(use, 1)
    if known is not None:
        return known_divisor(known, magnitude)
    late = use.clear(1)
    if late is not None:
        return late_divisor(p, late, within, magnitude)
    secret = use.operands[1]
    if not isinstance(secret, Arithmetic):
        raise TypeError("division takes numbers")
    return secret_divisor(p, secret, within, magnitude)


def _rest(use: Use[Conversions], quotient: Arithmetic) -> Arithmetic:
    """x - y * quotient where y is not 0, else 0."""
    p, x, known = use.p, use.number(0), _known(use)
    if known is not None:
        return p.subtract(x, times(p, quotient, known)) if known else p.subtract(x, x)
    within, late = _range(use, -1), use.clear(len(use.operands) - 1)
    if late is not None:
        kept = x if not _has_zero(within) else p.multiply_public(x, _is_not_zero(use, late))
        return p.subtract(kept, p.multiply_public(quotient, late))
    y, kept = use.number(len(use.operands) - 1), x
    if _has_zero(within):
        kept = p.multiply_bit(p.invert(circuits.is_zero(p, y, use.bits_of(len(use.operands) - 1))), x)
    return p.subtract(kept, p.multiply(quotient, y))


def _is_not_zero(use: Use[Conversions], y: Clear) -> Clear:
    g = use.p.g
    zero = g.constant(np.zeros((), np.int64), integers(()), g.nodes)
    is_zero = g.local("clear.equal", booleans(y.shape), y.wire, zero, at=g.nodes)
    return Clear(g.local("clear.not", booleans(y.shape), is_zero, at=g.nodes))


def _known(use: Use[Conversions]) -> int | None:
    """The divisor, if it is one number that is known now."""
    divisor = use.known[-1]
    if divisor is None or divisor.size == 0:
        return None
    value = int(divisor.flat[0])
    return value if bool(np.all(divisor == value)) else None


def _has_zero(within: Interval) -> bool:
    return within.low <= 0 <= within.high


def _range(use: Use[Conversions], operand: int) -> Interval:
    value = use.operation.operands[operand]
    return Interval(value.least, value.greatest)
