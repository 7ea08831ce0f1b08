"""Functions of one fixed-point number. Each is a function of the language under its own name.

A protected result may differ from the clear result in its last places. The intervals include such results (`slack`).
"""

import math
from collections.abc import Callable, Sequence

import numpy as np

from ..intervals import Interval, around, documented, slack
from ..program import Operation, Value
from ..types import Kind
from .families import at_scale, documented_operand, documented_result, elementwise, same_types
from .row import Attribute, AttributeKind, Derivative, Domain, IntervalRule, OperationRow, Reads, Terms
from .typing import MAXIMUM_FRACTION_BITS, Attributes, OperationTypeError, TypeRule, Types, check_functions, only

_PRECISION = {"precision": Attribute(AttributeKind.OPTIONAL_INTEGER, None)}
"""The fraction bits that must be exact, if operand and result have more."""

# --- types --------------------------------------------------------------------------------------------------------


def function(types: Types, attributes: Attributes) -> Types:
    """The type of a function's result, which is the type of its operand."""
    check_functions(types)
    return same_types(types, attributes)


def finer_function(types: Types, attributes: Attributes) -> Types:
    """As `function`, at a scale from the precision that the program asks for to twice as much."""
    precision, scale = attributes.get("precision"), types[0].element.scale
    if precision is None:
        return function(types, attributes)
    only(types, Kind.FIXED)
    if not precision <= scale <= 2 * precision <= 2 * MAXIMUM_FRACTION_BITS:
        expected = "a scale from the precision to twice as much"
        raise OperationTypeError("the function is not defined at this precision", expected, str(scale))
    return types


# --- intervals ----------------------------------------------------------------------------------------------------


def _monotone(real: Callable[[float], float], precision: int = 18) -> IntervalRule:
    """The interval rule of a rising function: its values at the ends."""

    def rule(operation: Operation, x: Sequence[Interval]) -> Interval:
        scale = operation.results[0].type.element.scale
        low, high = (real(end / (1 << scale)) for end in (x[0].low, x[0].high))
        counted = operation.attributes.get("precision") or scale
        return around(low, high, scale, precision, slack(counted) << scale - counted)

    return rule


def _exp_interval(operation: Operation, x: Sequence[Interval]) -> Interval:
    scale = operation.results[0].type.element.scale
    low, high = (math.exp(min(end / (1 << scale), 100.0)) for end in (x[0].low, x[0].high))
    return around(low, high, scale, 18)


def _log_interval(operation: Operation, x: Sequence[Interval]) -> Interval:
    """The interval of a logarithm, with 0 if the operand may not be positive."""
    scale = operation.results[0].type.element.scale
    low, high = (math.log(max(end, 1) / (1 << scale)) for end in (x[0].low, x[0].high))
    result = around(low, high, scale, 60)
    return result.hull(Interval(0, 0)) if x[0].low <= 0 else result


def _wave_interval(operation: Operation, x: Sequence[Interval]) -> Interval:
    return around(-1.0, 1.0, operation.results[0].type.element.scale, 60)


def _logistic(x: float) -> float:
    return 1 / (1 + math.exp(-max(min(x, 100.0), -100.0)))


# --- domains ------------------------------------------------------------------------------------------------------


def _within_four(operation: Operation) -> Interval:
    """The rules of `protocols.numeric.odd` give at most 4 in magnitude, whatever the operand is."""
    return Interval(-4 << operation.results[0].type.element.scale, 4 << operation.results[0].type.element.scale)


def _exponent(operation: Operation, place: int) -> Interval:
    """The exponents up to the largest number whose power of e is a documented number."""
    scale = operation.operands[place].type.element.scale
    return Interval(documented(scale).low, int(np.floor(np.log(2.0) * (62 - 2 * scale) * 2.0**scale)))


_DOCUMENTED = Domain(takes=documented_operand, gives=documented_result)

_BOUNDED = Domain(takes=documented_operand, gives=documented_result, outside=_within_four)

_POWER = Domain(
    takes=_exponent,
    gives=documented_result,
    binds_clear=True,
    saturates=True,
    called="this power of e",
    limit=", whose power is the largest number",
)

# --- derivatives --------------------------------------------------------------------------------------------------


def _product(terms: Terms, x: Value, y: Value) -> Value:
    return terms.emit("truncate", terms.emit("multiply", x, y), bits=x.type.element.scale)


def _one(terms: Terms, like: Value) -> Value:
    return terms.filled(1 << like.type.element.scale, like.type)


def _sqrt_slope(terms: Terms, x: Value, y: Value) -> Value:
    """1 / (2 sqrt x)."""
    return terms.emit("divide", _one(terms, y), terms.emit("add", y, y))


def _exp_slope(terms: Terms, x: Value, y: Value) -> Value:
    """e**x itself."""
    return y


def _log_slope(terms: Terms, x: Value, y: Value) -> Value:
    """1 / x."""
    return terms.emit("divide", _one(terms, x), x)


def _sin_slope(terms: Terms, x: Value, y: Value) -> Value:
    """cos x."""
    return terms.emit("cos", x)


def _cos_slope(terms: Terms, x: Value, y: Value) -> Value:
    """-sin x."""
    return terms.emit("negate", terms.emit("sin", x))


def _tanh_slope(terms: Terms, x: Value, y: Value) -> Value:
    """1 - tanh(x)**2."""
    return terms.emit("subtract", _one(terms, y), _product(terms, y, y))


def _sigmoid_slope(terms: Terms, x: Value, y: Value) -> Value:
    """sigmoid(x) (1 - sigmoid(x))."""
    return _product(terms, y, terms.emit("subtract", _one(terms, y), y))


def _erf_slope(terms: Terms, x: Value, y: Value) -> Value:
    """2 / sqrt(pi) * e**-x**2. x is cut to [-8, 8]: beyond, the slope is less than a unit of any scale."""
    scale = x.type.element.scale
    for bound, is_upper in ((8, True), (-8, False)):
        limit = terms.filled(bound << scale, x.type)
        x = terms.emit("select", terms.emit("less", *((x, limit) if is_upper else (limit, x))), x, limit)
    power = terms.emit("exp", terms.emit("negate", _product(terms, x, x)))
    return _product(terms, power, terms.filled(round(2 / math.sqrt(math.pi) * (1 << scale)), x.type))


# --- rows ---------------------------------------------------------------------------------------------------------


def _function(
    name: str,
    interval: IntervalRule,
    domain: Domain,
    derivative: Derivative,
    *,
    reads: Reads = Reads.RANGES,
    is_finer: bool = False,
) -> OperationRow:
    """The row of a function.

    A function that `is_finer` may be asked for at a finer scale than the precision that counts. So its operand need not
    be truncated before.
    """
    infer: TypeRule = finer_function if is_finer else function
    return elementwise(
        arity=1,
        infer=infer,
        clear=at_scale(name),
        attributes=_PRECISION if is_finer else {},
        interval=interval,
        domain=domain,
        reads=reads,
        identities=(),
        derivative=derivative,
    )


FUNCTIONS: dict[str, OperationRow] = {
    "sqrt": _function("sqrt", _monotone(lambda x: math.sqrt(max(x, 0.0))), _DOCUMENTED, _sqrt_slope),
    "exp": _function("exp", _exp_interval, _POWER, _exp_slope),
    "log": _function("log", _log_interval, _DOCUMENTED, _log_slope),
    "sin": _function("sin", _wave_interval, _DOCUMENTED, _sin_slope, reads=Reads.NOTHING),
    "cos": _function("cos", _wave_interval, _DOCUMENTED, _cos_slope, reads=Reads.NOTHING),
    "tanh": _function("tanh", _monotone(math.tanh, 60), _BOUNDED, _tanh_slope, is_finer=True),
    "sigmoid": _function("sigmoid", _monotone(_logistic, 60), _BOUNDED, _sigmoid_slope, is_finer=True),
    "erf": _function("erf", _monotone(math.erf, 60), _BOUNDED, _erf_slope, is_finer=True),
}
