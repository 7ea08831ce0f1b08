"""Sweeps over the documented range, exact results in extended precision, and runs of one function on shares."""

from collections.abc import Callable
from typing import Any

import numpy as np
from tacit.compiler.protocols.rules.protocol import Protocol
from tacit.compiler.protocols.rules.shares import Arithmetic
from tacit.runtime.clear.functions import TURN

from tests.protocols.bench import Bench, Outcome

Array = np.ndarray[Any, Any]
REAL = np.longdouble
KEYS = {at: bytes(sum(1 << party for party in at) for _ in range(16)) for at in [(0, 1), (0, 2), (1, 2)]}
"""Fixed, so that truncations round the same way in every run."""


def run(build: Callable[..., Arithmetic], *operands: Array, seed: int = 1) -> Outcome:
    """`build(protocol, *shares)` through the real protocol, all parties in memory."""
    bench = Bench(seed)
    bench.keep("result", build(bench.protocol, *(bench.number(operand) for operand in operands)))
    return bench.run(KEYS)


def result(build: Callable[..., Arithmetic], *operands: Array, seed: int = 1) -> Array:
    """The integers that come out of `run`."""
    return run(build, *operands, seed=seed).values["result"]


def apply(function: Callable[[Protocol, Arithmetic, int], Arithmetic], x: Array, fraction_bits: int) -> Array:
    """The integers that a function of one share gives."""
    return result(lambda p, share: function(p, share, fraction_bits), x)


def sweep(fraction_bits: int, seed: int, small: float = 64.0, count: int = 1500) -> Array:
    """Numbers of the whole documented range, as integers.

    0, powers of two and their neighbours, the ends of the range, units of the last place; magnitudes even on a
    logarithmic scale; and numbers even on [-small, small].
    """
    random = np.random.default_rng(seed)
    bits = 62 - fraction_bits
    powers = np.left_shift(1, np.arange(bits, dtype=np.int64))
    wide = np.exp2(random.uniform(0, bits, count)).astype(np.int64)
    narrow = np.rint(random.uniform(-small, small, count) * 2.0**fraction_bits).astype(np.int64)
    ends = np.array([(1 << bits) - 1])
    positive = np.concatenate([powers, powers + 1, powers - 1, wide, ends, np.arange(40)])
    numbers = np.concatenate([positive, -positive, narrow])
    return numbers[np.abs(numbers) < 1 << bits]


def real(x: Array, fraction_bits: int) -> Array:
    """The numbers that the integers stand for."""
    return x.astype(REAL) / REAL(2) ** fraction_bits


def reduced_angle(x: Array, fraction_bits: int) -> Array:
    """x modulo 2 pi, between -pi and pi, from 192 bits of 1 / (2 pi)."""
    turns = [(int(number) * TURN >> (128 + fraction_bits)) % 2**64 for number in x]
    signed = np.array([REAL(turn if turn < 2**63 else turn - 2**64) for turn in turns])
    return signed * (2 * REAL("3.14159265358979323846264338327950288")) / REAL(2) ** 64


def exact_quotients(x: Array, y: Array) -> Array:
    """x / y as real numbers; 0 where y is 0."""
    pairs = zip(x.tolist(), y.tolist(), strict=True)
    return np.array([REAL(0) if divisor == 0 else REAL(dividend) / REAL(divisor) for dividend, divisor in pairs])


def quotient_operands(fraction_bits: int, seed: int, count: int = 2000) -> tuple[Array, Array]:
    """Pairs of integers whose quotient fits the range: all magnitudes, signs, ends, and divisors near powers of two."""
    random = np.random.default_rng(seed)
    bits = 62 - fraction_bits
    y = sweep(fraction_bits, seed, small=4.0, count=count)
    limit = 0.999 * 2.0**bits
    largest = np.minimum(limit, limit * np.abs(y) / 2.0**fraction_bits)
    sizes = np.where(random.random(y.size) < 0.2, 1.0, random.random(y.size))
    x = np.exp2(sizes * np.log2(np.maximum(largest, 1))) * random.choice([-1, 1], y.size)
    return x.astype(np.int64), y


def check_within(got: Array, exact: Array, units: Array, fraction_bits: int, x: Array) -> None:
    """Fails with the worst case: `exact` are real numbers, `units` the allowed units of the last place."""
    errors = np.abs(got.astype(REAL) - exact * REAL(2) ** fraction_bits)
    worst = int(np.argmax(errors / units))
    assert errors[worst] <= units[worst], (
        f"x = {int(x[worst])} gives {int(got[worst])}, {float(errors[worst])} units off, {float(units[worst])} allowed"
    )
