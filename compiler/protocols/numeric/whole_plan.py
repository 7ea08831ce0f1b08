"""How integers are divided: in which steps, and why each step is safe. In: ranges. Out: a `Plan`. No shares here.

A divisor is |y| = m * 2**E with m in [1/4, 1]; its inverse is an integer r near 2**p / m, off by `error` of itself at
most. The division knows x up to a remainder R = x - Q |y| (at first Q = 0, R = x), and each step takes off what it can:

    t = R / 2**(E + s), truncated,    u = t r 2**(s - p), truncated,    Q grows by u, R shrinks by u |y|.

With truncations off by less than one, t = R / 2**(E + s) + a and u = t r 2**(s - p) + b for |a|, |b| < 1, so

    |R - u |y||  <=  error |R|  +  (1 + error) 2**(E + s) |a|  +  |y| |b|,    |y| <= 2**E.

The last step rounds down. Let v = R / |y|. With s below 0, t r / 2**f for f = p - s is v, off by some d at most. What
is rounded is t r / 2**f - 1/2, and the carry from below bit `low` may be left out, which takes off 2**(low - f). So
while d + 2**(low - f) < 1/2 the number that is rounded lies in (v - 1, v], and Q becomes floor(x / |y|) or one less.
Then x - (Q + 1) |y| lies in [-|y|, |y|), and its sign tells which. That number is computed modulo 2**64, where it fits,
whatever x and y are. For y = 0 all powers of two are 0, t is 0, Q is -1, and x times the sign of y is 0: the result
is 0.

Where no truncation is needed and the ranges are small the last step is `exact`. (R + 1/2) / |y| is at least 1 / (2 |y|)
away from every integer; so while error (|R| + 1/2) + 2**(low - f) |y| < 1/2, what is rounded down gives floor(R / |y|)
by itself. (Here 2**low is added first: a carry that is left out then brings 0 back to 0, and not below.)

Every number that is truncated or rounded down has to be less than 2**62. What is truncated for t is made of x for the
exponents that start in this step, and of R for those that started before. R times 2**(c - E - s), where |R| <= b 2**E
and c = max(end + s, 0) for the largest of these exponents, is below 2**62 while b 2**(c - s) is. x is as large for
every E and loses w low bits first: x / 2**w times 2**(w + c - E - s), with c = max(end + s - w, 0), is below 2**62
while |x| 2**(c - E - s) is. This leaves at most 2**w more in R, or 2**(w + 1) if x was shifted exactly before. So
exponents that are small, and whose quotients are large, start first, and larger ones later.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from math import frexp

MARGIN = 1 - 2.0**-20
"""What is compared below is a sum of few numbers of 53 bits: this covers what they leave out."""
LIMIT = 2.0**62 * MARGIN
"""What is truncated is less."""
ROOM = 2.0**62 * 0.75
"""What is rounded down is less, up to 2**60 that are added to it."""
DROPPED = 4
"""So many bits below the point the last step of a division that is not exact looks for carries."""
MOST = 5
"""So many steps do for every inverse that is in use."""
HALF = 0.5 * MARGIN


@dataclass(frozen=True, slots=True)
class Inverse:
    """r = 2**precision / m, off by `error` of itself at most, for m of at least `least`."""

    precision: int
    error: float
    least: float

    @property
    def largest(self) -> int:
        """The largest r."""
        return int((1 + self.error) * (1 << self.precision) / self.least) + 1


@dataclass(frozen=True, slots=True)
class Divisors:
    """|y| is at most `greatest`; its E is one of `exponents`, taken in groups of so many from the largest down."""

    greatest: int
    exponents: range
    group: int


@dataclass(frozen=True, slots=True)
class Part:
    """(V * 2**(power - E)) / 2**dropped for the `exponents`, 0 for others; V is x / 2**start, or R if that is None."""

    exponents: range
    start: int | None
    power: int
    dropped: int

    @property
    def bits(self) -> dict[int, int]:
        """What `power` leaves for each exponent."""
        return {exponent: self.power - exponent for exponent in self.exponents}


@dataclass(frozen=True, slots=True)
class Step:
    """t is the sum of the parts; `coarse` is s."""

    parts: tuple[Part, ...]
    coarse: int

    @property
    def rounds(self) -> int:
        """Whether t has to be truncated."""
        return 1 if any(part.dropped for part in self.parts) else 0


@dataclass(frozen=True, slots=True)
class Plan:
    """All steps but the last, the last one, and whether that is exact; `bits` and `low` are its f and the low bit.

    Of an x that `is_wide`, too large to be truncated, the steps take exact shifts.
    """

    steps: tuple[Step, ...]
    last: Step
    is_exact: bool
    bits: int
    low: int
    is_wide: bool

    @property
    def parts(self) -> tuple[Part, ...]:
        """Those of all steps."""
        return tuple(part for step in (*self.steps, self.last) for part in step.parts)

    def rounds(self, inverse: Inverse, bits: int, is_public: bool) -> int:
        """The rounds after the inverse, for divisors of so many bits; products with public ones take none."""
        product = 0 if is_public else 1
        total = 1 if is_public and any(part.start for part in (self.steps or (self.last,))[0].parts) else 0
        for step in self.steps:
            total += step.rounds + 2 * product + (1 if step.coarse < inverse.precision else 0)
        total += self.last.rounds + product + _levels(self.bits - self.low) + 1
        return total if self.is_exact else total + product + _levels(bits) + 1


def _levels(bits: int) -> int:
    """The rounds of a carry through so many bits."""
    return 1 + (max(bits, 2) // 2 - 1 + bits % 2).bit_length()


@dataclass(frozen=True, slots=True)
class _State:
    """Exponents up to `started` have a remainder of at most `ratio` * 2**E; the others have all of x."""

    started: int
    ratio: float


@lru_cache(maxsize=1024)
def plan_division(magnitude: int, divisors: Divisors, inverse: Inverse, *, is_public: bool) -> Plan | None:
    """The plan of the fewest rounds for |x| <= magnitude, and of those of the fewest parts; None if there is none.

    A plan of one step more than need be may still have fewer rounds, if its last step is exact.
    """
    found: list[tuple[tuple[Step, ...], _State]] = [((), _State(divisors.exponents.start - 1, 0.0))]
    plans: list[Plan] = []
    for _ in range(MOST):
        is_last = bool(plans)
        for steps, state in found:
            for last in (_exact(magnitude, divisors, inverse, state), _last(magnitude, divisors, inverse, state)):
                plans += [] if last is None else [Plan(steps, *last, is_wide(magnitude))]
        if is_last:
            break
        found = _best(
            ((*steps, step), after)
            for steps, state in found
            for step, after in _coarse(magnitude, divisors, inverse, state)
        )
    bits = divisors.greatest.bit_length() + 1
    return min(plans, key=lambda plan: (plan.rounds(inverse, bits, is_public), len(plan.parts)), default=None)


def _best(found: Iterable[tuple[tuple[Step, ...], _State]]) -> list[tuple[tuple[Step, ...], _State]]:
    """For each number of exponents that have started, the steps that leave the least ratio."""
    best: dict[int, tuple[tuple[Step, ...], _State]] = {}
    for steps, state in found:
        if state.started not in best or state.ratio < best[state.started][1].ratio:
            best[state.started] = (steps, state)
    return list(best.values())


def is_wide(magnitude: int) -> bool:
    """Whether x is too large to be truncated, so that an exact shift comes first."""
    return magnitude >= 1 << 62


def _ends(divisors: Divisors) -> list[int]:
    """Where groups end, from the largest exponent down."""
    return list(range(divisors.exponents.stop - 1, divisors.exponents.start - 1, -divisors.group))


def _coarse(magnitude: int, divisors: Divisors, inverse: Inverse, state: _State) -> Iterator[tuple[Step, _State]]:
    """For each exponent up to which divisors may have started afterwards, the step that leaves the least ratio."""
    for end in _ends(divisors):
        if end < state.started:
            continue
        most = max(state.ratio, magnitude * _power(-state.started - 1) if end > state.started else 0)
        for coarse in range(frexp(most * inverse.largest)[1] - 63, 64):
            made = _parts(magnitude, divisors, state, coarse, end)
            if made is None or (made[1] + 1) * inverse.largest >= LIMIT:
                continue
            parts, _, ratio, lost = made
            left = inverse.error * ratio + (1 + inverse.error) * lost + (1 if coarse < inverse.precision else 0)
            if left * (1 << end) < LIMIT and left < most:
                yield Step(parts, coarse), _State(end, left)
            break


def _last(magnitude: int, divisors: Divisors, inverse: Inverse, state: _State) -> tuple[Step, bool, int, int] | None:
    """A last step that is right up to one, with the largest s."""
    end = divisors.exponents.stop - 1
    most = max(state.ratio, magnitude * _power(-state.started - 1) if end > state.started else 0)
    if inverse.error * most >= inverse.least / 2:
        return None
    for coarse in range(min(-2, inverse.precision - DROPPED), -divisors.exponents.stop - 8, -1):
        made = _parts(magnitude, divisors, state, coarse, end)
        if made is None or (made[1] + 1) * inverse.largest >= ROOM:
            continue
        parts, _, ratio, lost = made
        doubt = (inverse.error * ratio + (1 + inverse.error) * lost) / inverse.least
        bits = inverse.precision - coarse
        if doubt + _power(-DROPPED) < HALF and bits <= 61:
            return Step(parts, coarse), False, bits, bits - DROPPED
    return None


def _exact(magnitude: int, divisors: Divisors, inverse: Inverse, state: _State) -> tuple[Step, bool, int, int] | None:
    """A last step of one part that truncates nothing: t = (2 V + 1) 2**(end - E), f = p + end + 1."""
    first, end = divisors.exponents.start, divisors.exponents.stop - 1
    if state.started not in (first - 1, end) or is_wide(magnitude):
        return None
    if state.started == end:
        largest, start = state.ratio * (1 << end), None
        scaled = (2 * state.ratio + _power(-first)) * (1 << end)
    else:
        largest, start = float(magnitude), 0
        scaled = float((2 * magnitude + 1) << (end - first))
    bits = inverse.precision + end + 1
    low = bits - (4 * divisors.greatest).bit_length()
    doubt = inverse.error * (largest + 0.5) + divisors.greatest * _power(max(low, 0) - bits)
    if scaled * inverse.largest >= ROOM or bits > 61 or doubt >= HALF:
        return None
    part = Part(divisors.exponents, start, end, 0)
    return Step((part,), -end), True, bits, max(low, 0)


def _parts(
    magnitude: int, divisors: Divisors, state: _State, coarse: int, end: int
) -> tuple[tuple[Part, ...], float, float, float] | None:
    """The parts of a step, the most that t may be, the most |R| / 2**E, and the most that truncations take of that."""
    first, parts = divisors.exponents.start, []
    largest = lost = ratio = 0.0
    if state.started >= first:
        dropped = max(state.started + coarse, 0)
        if dropped > 62 or state.ratio * _power(dropped - coarse) >= LIMIT:
            return None
        parts.append(Part(range(first, state.started + 1), None, dropped - coarse, dropped))
        largest, ratio = state.ratio * _power(-coarse), state.ratio
        lost = _power(coarse) if dropped else lost
    if end > state.started:
        begin = state.started + 1
        start = _start(magnitude, begin, end, coarse)
        if start is None:
            return None
        dropped = max(end + coarse - start, 0)
        parts.append(Part(range(begin, end + 1), start, start + dropped - coarse, dropped))
        largest = max(largest, (magnitude + (2 << start)) * _power(-coarse - begin))
        ratio = max(ratio, magnitude * _power(-begin))
        gone = (2 * _power(start - begin) if start else 0) + (_power(coarse) if dropped else 0)
        lost = max(lost, gone)
    return tuple(parts), largest, ratio, lost


def _start(magnitude: int, begin: int, end: int, coarse: int) -> int | None:
    """The fewest bits w that x may lose first, for exponents from `begin` to `end`; at most 2**s units of R, or 2."""
    least = 2 if is_wide(magnitude) else 0
    for start in range(max(least, magnitude.bit_length() + end - begin - 63), max(begin + coarse, least, 2) + 1):
        dropped = max(end + coarse - start, 0)
        if dropped <= 62 and (magnitude + (2 << start)) * _power(dropped - begin - coarse) < LIMIT:
            return start
    return None


def _power(exponent: int) -> float:
    return 2.0**exponent
