"""Rounds and bytes of numeric functions, exactly: what changes here changes the cost of programs."""

from collections.abc import Callable

import numpy as np
import pytest
from tacit.compiler.protocols.numeric.bounds import FUNCTIONS
from tacit.compiler.protocols.numeric.divide import divide
from tacit.compiler.protocols.numeric.divide_public import divide_by_constant
from tacit.compiler.protocols.numeric.odd import sigmoid
from tacit.compiler.protocols.rules.protocol import Protocol
from tacit.compiler.protocols.rules.shares import Arithmetic

from tests.protocols.numeric.support import run

COUNT = 640
"""A multiple of 8, so that bits fill bytes."""


def function(name: str, fraction_bits: int) -> Callable[..., Arithmetic]:
    return lambda p, x: FUNCTIONS[name].rule(p, x, fraction_bits)


def quotient(fraction_bits: int) -> Callable[..., Arithmetic]:
    return lambda p, x: divide(p, x, x, fraction_bits)


def constant(divisor: int) -> Callable[..., Arithmetic]:
    def build(p: Protocol, x: Arithmetic) -> Arithmetic:
        return divide_by_constant(p, x, divisor << 16, 16)

    return build


CASES = {
    "divide 16": (quotient(16), 16, (8615, 2484, 2484)),
    "sqrt 16": (function("sqrt", 16), 16, (6866, 1759, 1759)),
    "exp 16": (function("exp", 16), 12, (4188, 1773, 1773)),
    "log 16": (function("log", 16), 14, (6292, 1729, 1729)),
    "sin 16": (function("sin", 16), 10, (3160, 1239, 1239)),
    "cos 16": (function("cos", 16), 10, (3160, 1239, 1239)),
    "tanh 16": (function("tanh", 16), 4, (7298, 1113, 1113)),
    "sigmoid 16": (function("sigmoid", 16), 4, (7266, 1113, 1113)),
    "sigmoid 16 at 32": (lambda p, x: sigmoid(p, x, 16, None, 32), 4, (7202, 1081, 1081)),
    "erf 16": (function("erf", 16), 4, (5298, 1113, 1113)),
    "erf 20": (function("erf", 20), 11, (4085, 1695, 1695)),
    "divide 20": (quotient(20), 17, (10605, 2246, 2246)),
    "sqrt 20": (function("sqrt", 20), 16, (9524, 1789, 1789)),
    "exp 20": (function("exp", 20), 12, (5633, 1794, 1794)),
    "log 20": (function("log", 20), 15, (8954, 1763, 1763)),
    "sin 20": (function("sin", 20), 11, (5296, 1327, 1327)),
    "cos 20": (function("cos", 20), 11, (5296, 1327, 1327)),
    "tanh 20": (function("tanh", 20), 11, (6178, 1723, 1723)),
    "sigmoid 20": (function("sigmoid", 20), 11, (6175, 1727, 1727)),
    "by 4": (constant(4), 1, (96, 16, 16)),
    "by 7": (constant(7), 2, (256, 64, 64)),
    "by 1000": (constant(1000), 2, (480, 144, 144)),
}
"""What is built, its rounds, and the bits that each node sends for an element."""


@pytest.mark.parametrize("case", CASES)
def test_rounds_and_bytes_of_each_node(case: str) -> None:
    build, rounds, sent = CASES[case]
    outcome = run(build, np.arange(COUNT))
    assert (outcome.rounds, tuple(8 * total / COUNT for total in outcome.bytes)) == (rounds, sent)
