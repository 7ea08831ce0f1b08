"""Quotients and square roots of numbers at any scales, and a guard where a quotient could leave the ring.

The operations take two numbers of one scale and give a third of that scale. What they do to the numbers' integers does
not depend on what scale was meant: `ldexp` reads operands at the scale at which the result comes out as wanted.

A quotient by a number close to 0 may be too large for any scale, and no limit of inputs excludes that. So the parties
check under protection that it fits, beside the division, and open one bit: all that they learn. For x' = x / 2**k,
|x'| < 4 |y| holds just if one of -4 y and 4 y is above x' and the other is not.

In: an operation of the old program, with what is known of sizes. Out: new values.
"""

from __future__ import annotations

from collections.abc import Sequence

from ...ir.labels import Knowledge
from ...ir.operations.typing import MAXIMUM_FRACTION_BITS
from ...ir.program import Operation, Value
from ...ir.rewrite import Rewriter
from .find_ranges import DIVISOR_BITS
from .scaled import NOTHING, ROOM, Scaled, digits_of, fine_scale
from .wide_products import FEWEST

QUOTIENT_ROOM = 59
"""Bits that a quotient may have: see the domain of a wide `divide`."""


def fitting_root(scaled: Scaled, rewriter: Rewriter, operation: Operation, x: Value, usual: int) -> Value:
    """sqrt(X / 2**a) = sqrt(X * 2**t / 4**r) at scale r = (a + t) / 2: the root at scale t of X."""
    size = min(scaled.size(operation.results[0]), -(-scaled.size(x) // 2))
    scale = fine_scale(size, usual) if scaled.is_fine(x) else usual
    wanted = 2 * scale - scaled.scale(x)
    if wanted > MAXIMUM_FRACTION_BITS:
        finer = scaled.finest(x, scaled.scale(x) + wanted - MAXIMUM_FRACTION_BITS)
        x = scaled.at(rewriter, x, finer)
    if wanted < 0 and scaled.scale(x) % 2:
        x = scaled.at(rewriter, x, scaled.scale(x) - 1)
    at = min(max(2 * scale - scaled.scale(x), 0), MAXIMUM_FRACTION_BITS)
    at -= (at + scaled.scale(x)) % 2
    read = rewriter.builder.emit("ldexp", x, scale=at)
    root = rewriter.builder.emit(operation.name, read, is_wide=True)
    return scaled.noted(_read(scaled, rewriter, root, (at + scaled.scale(x)) // 2), size)


def _read(scaled: Scaled, rewriter: Rewriter, value: Value, scale: int) -> Value:
    """A value whose integers are numbers at a scale, also a negative one."""
    made = rewriter.builder.emit("ldexp", value, scale=max(scale, 0))
    scaled.read_down((made,), max(-scale, 0))
    return made


class Quotient:
    """(X / 2**a) / (Y / 2**b) at scale r: the quotient at scale t = r - a + b of X and Y."""

    def __init__(self, scaled: Scaled, operation: Operation, operands: Sequence[Value], usual: int) -> None:
        self._scaled = scaled
        self._operation = operation
        self._x, self._y = operands
        self._size = self._expected()
        self._most = self._at_most()
        self._scale = usual
        if any(map(scaled.is_fine, operands)):
            self._scale = max(usual, fine_scale(self._size, usual))
        if not self.fits and self._is_large():
            self._scale = min(self._scale, QUOTIENT_ROOM - self._size)

    @property
    def fits(self) -> bool:
        """Whether the quotient fits at its scale, whatever the divisor is."""
        return self._most + self._scale <= QUOTIENT_ROOM

    @property
    def needs_guard(self) -> bool:
        """Whether only a guard ensures that the quotient is as small as expected."""
        return self._most > self._size or not self.fits

    @property
    def can_be_guarded(self) -> bool:
        """Whether the quotient is computed in the run, and maybe too large."""
        (result,) = self._operation.results
        return result.label.knowledge is not Knowledge.STATIC and result.type.size > 0

    def written(self, rewriter: Rewriter, *, is_guarded: bool) -> Value:
        """The quotient at its scale."""
        scaled, x, y, scale, within = self._scaled, self._x, self._y, self._scale, 0
        if is_guarded:
            self._size = min(self._size, QUOTIENT_ROOM - scale)
            within = 1 << max(self._size + scale, 0)
            _guard(scaled, rewriter, (x, y), self._size)
        over = scale - scaled.scale(x) + scaled.scale(y) - MAXIMUM_FRACTION_BITS
        if over > 0:
            x = scaled.at(rewriter, x, scaled.finest(x, scaled.scale(x) + over))
            over = scale - scaled.scale(x) + scaled.scale(y) - MAXIMUM_FRACTION_BITS
            y = scaled.at(rewriter, y, scaled.scale(y) - max(over, 0))
        under = scaled.scale(x) - scale - scaled.scale(y)
        if under > 0:
            y = scaled.at(rewriter, y, scaled.finest(y, scaled.scale(y) + under))
            under = scaled.scale(x) - scale - scaled.scale(y)
            x = scaled.at(rewriter, x, scaled.scale(x) - max(under, 0))
        at = scale - scaled.scale(x) + scaled.scale(y)
        read = [rewriter.builder.emit("ldexp", each, scale=at) for each in (x, y)]
        quotient = rewriter.builder.emit(self._operation.name, *read, is_wide=True, within=within)
        return scaled.noted(_read(scaled, rewriter, quotient, scale), self._size)

    def _expected(self) -> int:
        """The size of the quotient if a divisor that may be 0 is not much smaller than it can be, or than 1."""
        scaled, least = self._scaled, self._least()
        known = scaled.size(self._operation.results[0])
        if least == NOTHING:
            expected = scaled.size(self._x) - min(scaled.size(self._y), 0) + DIVISOR_BITS
            return min(expected, ROOM) if scaled.is_fine(self._y) else known
        divisor = scaled.interval(self._y)
        if divisor is not None and not divisor.low <= 0 <= divisor.high:
            exact = min(abs(divisor.low), abs(divisor.high)).bit_length() - 1 - scaled.scale(self._y)
            least = max(least, exact)
        return max(min(known, scaled.size(self._x) - least), NOTHING)

    def _at_most(self) -> int:
        """The size of the quotient whatever its divisor is."""
        if self._least() != NOTHING:
            return self._size
        (result,), divisor = self._operation.results, self._operation.operands[1]
        finer = max(self._scaled.scale(self._y) - divisor.type.element.scale, 0)
        return digits_of(self._scaled.rigorous[result], result.type.element.scale) + finer

    def _least(self) -> int:
        """The k for which the divisor is 0 or at least 2**k in magnitude; `NOTHING` if nobody knows."""
        divisor = self._operation.operands[1]
        found, least = self._scaled.ranges[divisor], self._scaled.unit(divisor)
        if not found.low <= 0 <= found.high:
            least = max(least, min(abs(found.low), abs(found.high)))
        return NOTHING if least == 1 else least.bit_length() - 1 - divisor.type.element.scale

    def _is_large(self) -> bool:
        """Whether quotients are expected to be as large as they may be: those by whole numbers, and small ones."""
        divisor = self._operation.operands[1]
        if self._scaled.unit(divisor) >= 1 << divisor.type.element.scale:
            return True
        return self._least() >= 0 and QUOTIENT_ROOM - self._size >= FEWEST


# --- the guard --------------------------------------------------------------------------------------------------------


def _guard(scaled: Scaled, rewriter: Rewriter, operands: Sequence[Value], size: int) -> None:
    """Stops the run where a quotient is not below 2**size."""
    x, y = operands
    builder = rewriter.builder
    y = scaled.at(rewriter, y, min(scaled.scale(y), ROOM - 4 - scaled.size(y)))
    x = scaled.at(rewriter, x, scaled.scale(y) - (size - 3))
    quadruple = scaled.at(rewriter, y, scaled.scale(y) + 2)
    x, quadruple = (builder.emit("ldexp", each, scale=0) for each in (x, quadruple))
    sides = [builder.emit("less", x, each) for each in (quadruple, builder.emit("negate", quadruple))]
    zero = builder.constant(0, y.type.with_shape(()))
    fits = builder.emit("or", builder.emit("xor", *sides), builder.emit("equal", y, zero))
    if fits.type.shape:
        fits = builder.emit("all", builder.emit("reshape", fits, shape=(fits.type.size,)), axis=0)
    message = (
        "a divisor is so close to 0 that the quotient is too large. Keep it away from 0, as in `max(y, 0.01)`; "
        'or write `option guards = "off"`, and nobody looks'
    )
    builder.effect("require", fits, message=message)
