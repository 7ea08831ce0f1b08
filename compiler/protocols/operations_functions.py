"""Division and functions of fixed-point shares: see the `numeric` modules for what they cost and how exact they are."""

from collections.abc import Callable

from . import numeric_divide, numeric_exponential, numeric_logistic, numeric_roots, numeric_trigonometric
from .operations_use import ARITHMETIC, Rule, Use, all_of
from .rules import Arithmetic, Protocol, Share

FUNCTIONS: dict[str, Callable[[Protocol, Arithmetic, int], Arithmetic]] = {
    "sqrt": numeric_roots.square_root,
    "exp": numeric_exponential.exponential,
    "log": numeric_roots.logarithm,
    "sin": numeric_trigonometric.sine,
    "cos": numeric_trigonometric.cosine,
    "tanh": numeric_logistic.hyperbolic_tangent,
    "sigmoid": numeric_logistic.sigmoid,
}


def divide(use: Use) -> Share:
    """The quotient at the operands' scale."""
    return numeric_divide.divide(use.p, use.number(0), use.number(1), use.element.scale)


def _function(name: str) -> Rule:
    return all_of(ARITHMETIC, lambda use: FUNCTIONS[name](use.p, use.number(0), use.element.scale))


RULES: dict[str, tuple[Rule, ...]] = {
    "divide": (all_of(ARITHMETIC, divide),),
    **{name: (_function(name),) for name in FUNCTIONS},
}
