"""Curve25519, u-coordinates only, for whole batches by AVX-512 IFMA: every point times one scalar, and Elligator 2.

Only for CPUs with IFMA: see `group.is_vectorised`. Sixteen points at a time walk the Montgomery ladder together. The
scalar's bits choose by masks; no branch or address depends on the scalar or on points. A block of points shares one
inversion (Montgomery's trick). A core does 206 thousand multiplications a second, where OpenSSL does 29 thousand.
"""

from typing import Any

import numpy as np

from ..native import OUT, WORDS, inline, native
from ..vectors import LANES
from .field import HALF, LIMB_BITS, LIMB_MASK, LIMBS, NUMBER, add, ladder_step, multiply, square, subtract

Array = np.ndarray[Any, Any]

POINT = 4
"""Words of a point or field element in memory: 32 bytes, little-endian."""

_BLOCK = 32  # times sixteen points share an inversion, whose 250 squarings are 1/200 of these points' ladders
_WIDTH = 16
_SLOTS = 5  # numbers of a state
_STATE = _SLOTS * NUMBER
_NUMERATOR, _DENOMINATOR, _PREFIX, _T, _INPUT = (slot * NUMBER for slot in range(_SLOTS))

_MASK = np.uint64(LIMB_MASK)
_BITS = np.uint64(LIMB_BITS)
_NINETEEN = np.uint64(19)
_ONE = np.uint64(1)
_A = np.uint64(486662)

# Numbers of the workspace of powers and constants.
_PLACES = 9
_BASE, _E1, _E2, _E3, _RESULT, _UNIT, _CURVE_A, _CURVE_A2, _MINUS_HALF_A = (at * NUMBER for at in range(_PLACES))
_WORK = _PLACES * NUMBER

_POWER_250 = [
    (_BASE, 1, _UNIT, _E1),  # 2
    (_E1, 2, _BASE, _E2),  # 9
    (_E1, 0, _E2, _E1),  # 11
    (_E1, 1, _E2, _E2),  # 2^5 - 1
    (_E2, 5, _E2, _E2),  # 2^10 - 1
    (_E2, 10, _E2, _E3),  # 2^20 - 1
    (_E3, 20, _E3, _E3),  # 2^40 - 1
    (_E3, 10, _E2, _E2),  # 2^50 - 1
    (_E2, 50, _E2, _E3),  # 2^100 - 1
    (_E3, 100, _E3, _E3),  # 2^200 - 1
    (_E3, 50, _E2, _E2),  # 2^250 - 1
]
"""An addition chain: (from, squarings, factor, to). The comments give the exponent of `to`."""

_INVERT = np.array([*_POWER_250, (_E2, 5, _E1, _RESULT)])
"""The chain for the power p - 2 = 2^255 - 21, the inverse."""

_CHARACTER = np.array([*_POWER_250, (_BASE, 2, _BASE, _E1), (_E2, 4, _E1, _RESULT)])
"""The chain for the power (p - 3) / 2 = 2^254 - 11. Times the base it is 1 for squares and -1 for other numbers."""


@native(OUT, WORDS, WORDS)
def multiply_points(out: Array, points: Array, turns: Array) -> None:
    """out[4 i:] = the scalar times points[4 i:], as fully reduced u-coordinates; 0 where RFC 7748 gives 0.

    `turns` are the XORs of each of the scalar's 255 bits, high to low, with the bit above it. The lowest bit must be 0.
    """
    count = points.size // POINT
    states = np.empty(_BLOCK * _STATE, np.uint64)
    work = _workspace()
    for first in range(0, count, _BLOCK * _WIDTH):
        last = min(count, first + _BLOCK * _WIDTH)
        end = (last - first + _WIDTH - 1) // _WIDTH * _STATE
        _load(states, _INPUT, points, first, last)
        for state in range(0, end, _STATE):
            _start_ladder(states, state, work)
            for position in range(turns.size):
                for half in range(0, NUMBER, HALF):  # a loop, as LLVM mixes up and spills what is in one block
                    ladder_step(states, state + half, turns[position])
            add(states, state + _PREFIX, states, state, states, state + NUMBER)
            subtract(states, state + _DENOMINATOR, states, state, states, state + NUMBER)
            _copy(states, state + _NUMERATOR, states, state + _PREFIX)
            _mend_zeros(states, state)
        _divide(states, end, work)
        _store(out, first, last, states)


@native(OUT, WORDS)
def map_to_curve(out: Array, elements: Array) -> None:
    """out[4 i:] = u of the point to which Elligator 2 (Bernstein, Hamburg, Krasnova, Lange, CCS 2013) maps a number.

    As RFC 9380, section 6.7.1, with the non-square 2: of u = -A / (1 + 2 r^2) and -u - A = 2 r^2 u exactly one is on
    the curve, and the other is on its twist. Let t = 2 r^2, d = 1 + t, h = A (A^2 t - d^2) and c = d h. The quadratic
    character w of c is that of u^3 + A u^2 + u. The coordinate on the curve is -A ((1 + w) + t (1 - w)) / 2 d.

    One power gives both the character and the inverse of d: with q = c^((p - 3) / 2), w = q c and 1 / d = w q h. So the
    coordinate is -A / 2 q h (w d + 2 - d). c is never 0: -1/2 is no square, and u^2 + A u + 1 has no root. Bits above
    the 255th are ignored.
    """
    count = elements.size // POINT
    states = np.empty(_STATE, np.uint64)
    work = _workspace()
    for first in range(0, count, _WIDTH):
        last = min(count, first + _WIDTH)
        _load(states, _INPUT, elements, first, last)
        _map_state(states, work)
        _store(out, first, last, states)


@inline
def _map_state(states: Array, work: Array) -> None:
    """Maps the sixteen numbers in `_INPUT` to points in `_NUMERATOR`."""
    d, h, t, out = _DENOMINATOR, _PREFIX, _T, _NUMERATOR
    square(states, t, states, _INPUT)
    add(states, t, states, t, states, t)
    add(states, d, states, t, work, _UNIT)
    square(states, out, states, d)
    multiply(states, h, states, t, work, _CURVE_A2)
    subtract(states, h, states, h, states, out)
    multiply(states, h, states, h, work, _CURVE_A)
    multiply(work, _BASE, states, d, states, h)
    _power(work, _CHARACTER)

    multiply(states, out, work, _RESULT, work, _BASE)
    multiply(states, out, states, out, states, d)
    subtract(states, out, states, out, states, t)
    add(states, out, states, out, work, _UNIT)
    multiply(states, out, states, out, states, h)
    multiply(states, out, states, out, work, _RESULT)
    multiply(states, out, states, out, work, _MINUS_HALF_A)


@inline
def _workspace() -> Array:
    """Memory with the constants, and with room for powers."""
    work = np.zeros(_WORK, np.uint64)
    for half in range(0, NUMBER, HALF):
        for lane in range(LANES):
            work[_UNIT + half + lane] = _ONE
            work[_CURVE_A + half + lane] = _A
            work[_CURVE_A2 + half + lane] = _A * _A
            work[_MINUS_HALF_A + half + lane] = _A // np.uint64(2)
    subtract(work, _MINUS_HALF_A, work, _BASE, work, _MINUS_HALF_A)
    return work


@inline
def _copy(out: Array, at: int, x: Array, i: int) -> None:
    for place in range(NUMBER):
        out[at + place] = x[i + place]


@inline
def _start_ladder(states: Array, state: int, work: Array) -> None:
    """Writes the point at infinity 1 / 0 and the input u / 1, each as X + Z and X - Z."""
    _copy(states, state, work, _UNIT)
    _copy(states, state + NUMBER, work, _UNIT)
    add(states, state + 2 * NUMBER, states, state + _INPUT, work, _UNIT)
    subtract(states, state + 3 * NUMBER, states, state + _INPUT, work, _UNIT)


@inline
def _power(work: Array, chain: Array) -> None:
    """Raises `_BASE` to a fixed power, into `_RESULT`."""
    for step in range(len(chain)):
        source, squarings, factor, to = chain[step]
        if squarings:
            square(work, _RESULT, work, source)
            for _ in range(squarings - 1):
                square(work, _RESULT, work, _RESULT)
            multiply(work, to, work, _RESULT, work, factor)
        else:
            multiply(work, to, work, source, work, factor)


@inline
def _divide(states: Array, end: int, work: Array) -> None:
    """Divides every numerator by its denominator, none of which is 0. Each lane inverts the product of its
    denominators, once."""
    _copy(work, _BASE, work, _UNIT)
    for state in range(0, end, _STATE):
        _copy(states, state + _PREFIX, work, _BASE)
        multiply(work, _BASE, work, _BASE, states, state + _DENOMINATOR)
    _power(work, _INVERT)
    for state in range(end - _STATE, -1, -_STATE):
        multiply(states, state + _PREFIX, states, state + _PREFIX, work, _RESULT)
        multiply(work, _RESULT, work, _RESULT, states, state + _DENOMINATOR)
        multiply(states, state + _NUMERATOR, states, state + _NUMERATOR, states, state + _PREFIX)


@inline
def _mend_zeros(states: Array, state: int) -> None:
    """Turns x / 0 into 0 / 1, without a branch."""
    for half in range(0, NUMBER, HALF):
        for lane in range(LANES):
            at = state + half + lane
            a, b, c, d, e = _canonical(states, at + _DENOMINATOR)
            some = a | b | c | d | e
            is_some = (some | (np.uint64(0) - some)) >> np.uint64(63)
            states[at + _DENOMINATOR] += _ONE - is_some
            for limb in range(0, HALF, LANES):
                states[at + _NUMERATOR + limb] &= np.uint64(0) - is_some


@inline
def _canonical(states: Array, at: int) -> tuple[np.uint64, np.uint64, np.uint64, np.uint64, np.uint64]:
    """The limbs, below p, of one lane's reduced number. A first pass of carries finds how often p fits, a second
    applies it."""
    a, b, c, d, e = (
        states[at],
        states[at + LANES],
        states[at + 2 * LANES],
        states[at + 3 * LANES],
        states[at + 4 * LANES],
    )
    quotient = (a + _NINETEEN) >> _BITS
    quotient = (b + quotient) >> _BITS
    quotient = (c + quotient) >> _BITS
    quotient = (d + quotient) >> _BITS
    quotient = (e + quotient) >> _BITS
    a += _NINETEEN * quotient
    b += a >> _BITS
    c += b >> _BITS
    d += c >> _BITS
    e += d >> _BITS
    return a & _MASK, b & _MASK, c & _MASK, d & _MASK, e & _MASK


@inline
def _load(states: Array, slot: int, numbers: Array, first: int, last: int) -> None:
    """Loads numbers of 255 bits into the lanes of a slot of each state, and 0 into the lanes that are left."""
    for index in range(first, (last - first + _WIDTH - 1) // _WIDTH * _WIDTH + first):
        at = _place(index - first) + slot
        if index >= last:
            for limb in range(LIMBS):
                states[at + limb * LANES] = np.uint64(0)
            continue
        a, b = numbers[POINT * index], numbers[POINT * index + 1]
        c, d = numbers[POINT * index + 2], numbers[POINT * index + 3]
        states[at] = a & _MASK
        states[at + LANES] = (a >> _BITS | b << np.uint64(13)) & _MASK
        states[at + 2 * LANES] = (b >> np.uint64(38) | c << np.uint64(26)) & _MASK
        states[at + 3 * LANES] = (c >> np.uint64(25) | d << np.uint64(39)) & _MASK
        states[at + 4 * LANES] = (d >> np.uint64(12)) & _MASK


@inline
def _store(out: Array, first: int, last: int, states: Array) -> None:
    """Stores the numerators, fully reduced."""
    for index in range(first, last):
        a, b, c, d, e = _canonical(states, _place(index - first) + _NUMERATOR)
        out[POINT * index] = a | b << _BITS
        out[POINT * index + 1] = b >> np.uint64(13) | c << np.uint64(38)
        out[POINT * index + 2] = c >> np.uint64(26) | d << np.uint64(25)
        out[POINT * index + 3] = d >> np.uint64(39) | e << np.uint64(12)


@inline
def _place(index: int) -> int:
    """The word at which a block's point stands in slot 0."""
    return index // _WIDTH * _STATE + index % _WIDTH // LANES * HALF + index % LANES
