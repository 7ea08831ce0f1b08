"""Division and functions of fixed-point shares: see the `numeric` modules for what they cost and how exact they are."""

from collections.abc import Callable

import numpy as np

from ...ir.intervals import Interval, documented
from ..numeric import divide as numeric_divide
from ..numeric import divide_public as numeric_divide_public
from ..numeric import exponential as numeric_exponential
from ..numeric import logistic as numeric_logistic
from ..numeric import roots as numeric_roots
from ..numeric import trigonometric as numeric_trigonometric
from ..rules.conversions import Conversions
from ..rules.linear import Linear
from ..rules.shares import Arithmetic, Clear, Share
from ..rules.use import ARITHMETIC, Rule, Use, all_of

FUNCTIONS: dict[str, Callable[[Conversions, Arithmetic, int, Interval], Arithmetic]] = {
    "sqrt": numeric_roots.square_root,
    "exp": numeric_exponential.exponential,
    "log": numeric_roots.logarithm,
    "sin": numeric_trigonometric.sine,
    "cos": numeric_trigonometric.cosine,
    "tanh": numeric_logistic.hyperbolic_tangent,
    "sigmoid": numeric_logistic.sigmoid,
}
FINER: dict[str, Callable[[Conversions, Arithmetic, int, Interval, int], Arithmetic]] = {
    "tanh": numeric_logistic.hyperbolic_tangent,
    "sigmoid": numeric_logistic.sigmoid,
}
"""Those that take numbers of a finer scale than the precision that is asked for."""


def divide(use: Use[Conversions]) -> Share:
    """The quotient at the operands' scale; public divisors cost little, all the less if they are one constant."""
    p, scale, known = use.p, use.element.scale, use.known[1]
    if known is not None and known.size and np.all(known == known.flat[0]):
        return numeric_divide_public.divide_by_constant(p, use.number(0), int(known.flat[0]), scale)
    divisor = use.clear(1)
    if divisor is not None:
        return numeric_divide_public.divide_by_public(p, use.number(0), divisor, scale)
    return numeric_divide.divide(p, _number(use, 0), _number(use, 1), scale, _range(use, 0), _range(use, 1))


def _number(use: Use[Linear], operand: int) -> Arithmetic:
    """An operand as an arithmetic share of its own shape."""
    value = use.operands[operand]
    if isinstance(value, Clear):
        return use.p.public(value)
    if not isinstance(value, Arithmetic):
        raise TypeError("divide takes numbers")
    return value


def _range(use: Use[Linear], operand: int) -> Interval:
    """Where the documented numbers among an operand's lie."""
    value = use.operation.operands[operand]
    return Interval(value.least, value.greatest).meet(documented(use.element.scale))


def _function(name: str) -> Rule[Conversions]:
    return all_of(
        Conversions, ARITHMETIC, lambda use: FUNCTIONS[name](use.p, use.number(0), use.element.scale, _range(use, 0))
    )


def _finer_function(name: str) -> Rule[Conversions]:
    def expand(use: Use[Conversions]) -> Share:
        scale = use.element.scale
        value, precision = use.operation.operands[0], use.attribute("precision") or scale
        within = Interval(value.least, value.greatest).meet(documented(precision, scale))
        return FINER[name](use.p, use.number(0), precision, within, scale)

    return all_of(Conversions, ARITHMETIC, expand)


RULES: dict[str, tuple[Rule[Conversions], ...]] = {
    "divide": (all_of(Conversions, ARITHMETIC, divide),),
    **{name: (_function(name),) for name in FUNCTIONS},
    **{name: (_finer_function(name),) for name in FINER},
}
