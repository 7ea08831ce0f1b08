"""Division of integers rounded down, exact on all 64 bits.

In: a share x and a `Divisor` y, made for x's range. Out: floor(x / y) as Python has it, modulo 2**64; 0 for y = 0.
`whole_plan` has the steps and why they are exact. x takes y's sign first, so that the divisor is |y|. The remainder of
a step is never kept: a step needs R * 2**k = x * 2**k - Q (|y| * 2**k) modulo 2**64, which is one sum of products.

Only products, truncations, carries and comparisons of the protocol are used: a party sees of these what it always sees.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce

import numpy as np

from ...ir.types import width
from ..circuits import circuits
from ..circuits.carries import Item, bilinear, blocks, levels_for, polynomial, run_levels
from ..rules.conversions import Conversions
from ..rules.expansion import integers
from ..rules.shares import Arithmetic, Clear
from .whole_plan import Inverse, Part, Plan, Step

Factor = Arithmetic | Clear | int
"""What a share is multiplied by: a secret, a number that the nodes compute, or one that is known now."""


@dataclass(frozen=True, slots=True)
class Divisor:
    """y, as a division needs it.

    `magnitude` is |y|, `greatest` at most, `sign` what x is multiplied by (0 where y is 0; None for a positive y), and
    `inverse` is as the `form` says. `powers` has for each part of the plan its 2**(power - E), 0 for other E.
    """

    magnitude: Factor
    sign: Factor | None
    inverse: Factor
    powers: Mapping[Part, Factor]
    form: Inverse
    plan: Plan
    greatest: int


def floor_divide(p: Conversions, x: Arithmetic, y: Divisor) -> Arithmetic:
    """floor(x / y). Rounds as `Plan.rounds` after the inverse."""
    return _Division(p, x, y).quotient()


class _Division:
    """A division under way: x with y's sign, what of x the first steps take, and the powers of two of all parts."""

    def __init__(self, p: Conversions, x: Arithmetic, y: Divisor) -> None:
        self._p, self._y = p, y
        self._x = x if y.sign is None else times(p, x, y.sign)
        self._powers = y.powers
        self._starts = self._shifted(x, sorted({part.start for part in y.powers if part.start is not None}))

    def _shifted(self, x: Arithmetic, starts: Sequence[int]) -> dict[int, Arithmetic]:
        """x / 2**start with y's sign, for each start: less than one off, and less than two if x is wide."""
        p, exact, signed = self._p, 0, self._x
        if self._y.plan.is_wide and starts:
            exact = starts[0]
            shifted = circuits.shift_right(p, x, exact)
            signed = shifted if self._y.sign is None else times(p, shifted, self._y.sign)
        return {start: p.truncate(signed, start - exact) for start in starts}

    def quotient(self) -> Arithmetic:
        """All steps."""
        taken: Arithmetic | None = None
        for step in self._y.plan.steps:
            part = self._coarse(step, taken)
            taken = part if taken is None else self._p.add(taken, part)
        return self._exact(taken) if self._y.plan.is_exact else self._corrected(taken)

    def _coarse(self, step: Step, taken: Arithmetic | None) -> Arithmetic:
        """u."""
        p, more = self._p, self._y.form.precision - step.coarse
        product = times(p, self._aligned(step, taken), self._y.inverse)
        return p.truncate(product, more) if more > 0 else p.shift_left(product, -more)

    def _exact(self, taken: Arithmetic | None) -> Arithmetic:
        """The offset keeps 0 above 0 when a carry is left out."""
        p, plan = self._p, self._y.plan
        (part,) = plan.last.parts
        doubled = p.shift_left(self._scaled(part, taken), 1)
        product = times(p, plus(p, doubled, self._powers[part]), self._y.inverse)
        return self._after(taken, round_down(p, p.add_public(product, 1 << plan.low), plan.low, plan.bits))

    def _corrected(self, taken: Arithmetic | None) -> Arithmetic:
        p, plan, greatest = self._p, self._y.plan, self._y.greatest
        product = times(p, self._aligned(plan.last, taken), self._y.inverse)
        below = round_down(p, p.add_public(product, -(1 << plan.bits - 1)), plan.low, plan.bits)
        above = p.add_public(self._after(taken, below), 1)
        rest = p.subtract(self._x, times(p, above, self._y.magnitude))
        return p.subtract(above, p.weigh(circuits.sign(p, rest, width(-greatest, greatest - 1)), [1]))

    def _after(self, taken: Arithmetic | None, last: Arithmetic) -> Arithmetic:
        return last if taken is None else self._p.add(taken, last)

    def _aligned(self, step: Step, taken: Arithmetic | None) -> Arithmetic:
        """t."""
        return reduce(self._p.add, [self._p.truncate(self._scaled(part, taken), part.dropped) for part in step.parts])

    def _scaled(self, part: Part, taken: Arithmetic | None) -> Arithmetic:
        """V * 2**(power - E)."""
        p, power = self._p, self._powers[part]
        if part.start is not None:
            return times(p, self._starts[part.start], power)
        if taken is None:
            raise ValueError("a remainder of nothing")
        divisor = product_of(p, self._y.magnitude, power)
        if isinstance(divisor, Arithmetic) and isinstance(power, Arithmetic):
            shape = np.broadcast_shapes(self._x.shape, divisor.shape)
            operands = (self._x, power, p.negate(taken), divisor)
            x, whole, minus, each = (spread(p, operand, shape) for operand in operands)
            return p.dot([(x, whole), (minus, each)])
        return p.subtract(times(p, self._x, power), times(p, taken, divisor))


def round_down(p: Conversions, x: Arithmetic, low: int, bits: int) -> Arithmetic:
    """floor(x / 2**bits), or that of x - 2**low, for |x| < 2**62. 2 + log2((bits - low) / 2) rounds.

    As `circuits.shift_right`, with a carry that leaves out what comes from below `low`.
    """
    y = p.add_public(x, 1 << 62)
    quotient = p.quotient(y, bits)
    levels = levels_for([low + at for at in blocks(bits - low)], [Item("G", low, bits)])
    carried = run_levels(p, p.bilinear(y, bilinear(bits, [polynomial(item) for item in levels.first])), levels)
    return p.add_public(p.add(quotient, p.weigh(carried, [1])), -(1 << 62 - bits))


# --- factors ---------------------------------------------------------------------------------------------------------


def times(p: Conversions, x: Arithmetic, factor: Factor) -> Arithmetic:
    """x times a factor, modulo 2**64; shares of any shapes that broadcast. 1 round if the factor is secret."""
    if isinstance(factor, Arithmetic):
        shape = np.broadcast_shapes(x.shape, factor.shape)
        return p.multiply(spread(p, x, shape), spread(p, factor, shape))
    return p.multiply_public(x, wrapped(factor) if isinstance(factor, int) else factor)


def product_of(p: Conversions, x: Factor, y: Factor) -> Factor:
    """x times y, as public as they are."""
    if isinstance(x, Arithmetic):
        return times(p, x, y)
    if isinstance(y, Arithmetic):
        return times(p, y, x)
    if isinstance(x, int) and isinstance(y, int):
        return wrapped(x * y)
    if isinstance(x, int) or isinstance(y, int):
        raise TypeError("a divisor is known now, or it is not")
    shape = np.broadcast_shapes(x.shape, y.shape)
    return Clear(p.g.local("clear.multiply", integers(shape), x.wire, y.wire, at=p.g.nodes))


def plus(p: Conversions, x: Arithmetic, term: Factor) -> Arithmetic:
    """x plus a factor."""
    if isinstance(term, Arithmetic):
        return p.add(x, spread(p, term, x.shape))
    return p.add_public(x, wrapped(term) if isinstance(term, int) else term)


def wrapped(number: int) -> int:
    """The signed number of 64 bits that is equal modulo 2**64."""
    return (number + (1 << 63)) % (1 << 64) - (1 << 63)


def spread(p: Conversions, x: Arithmetic, shape: tuple[int, ...]) -> Arithmetic:
    """x broadcast."""
    return x if x.shape == shape else p.map("broadcast", shape, x, shape=shape)
