"""Functions of one fixed-point number. Each is a function of the language under its own name.

A protected result may differ from the clear result in its last places. The intervals include such results (`slack`).
"""

import math
from collections.abc import Callable, Mapping, Sequence

import numpy as np

from ..intervals import Interval, around, documented, slack
from ..program import Operation, Value
from ..types import Kind, fixed
from .families import WIDE, at_scale, documented_operand, documented_result, elementwise, same_types, wide_operand
from .row import Attribute, AttributeKind, ClearRule, Derivative, Domain, IntervalRule, OperationRow, Reads, Terms
from .typing import MAXIMUM_FRACTION_BITS, Attributes, OperationTypeError, TypeRule, Types, check_functions, only

_PRECISION = {"precision": Attribute(AttributeKind.OPTIONAL_INTEGER, None)}
"""The fraction bits that must be exact, if operand and result have more."""

_RESULT_SCALE = {"result_scale": Attribute(AttributeKind.OPTIONAL_INTEGER, None)}
"""The fraction bits of the result, where they are not those of the operand."""

# --- types --------------------------------------------------------------------------------------------------------


def function(types: Types, attributes: Attributes) -> Types:
    """The type of a function's result, which is the type of its operand."""
    check_functions(types)
    return same_types(types, attributes)


def scaled_function(types: Types, attributes: Attributes) -> Types:
    """A function whose result may have a scale of its own; its operand may then have any scale."""
    scale = attributes.get("result_scale")
    if scale is None:
        return function(types, attributes)
    only(types, Kind.FIXED)
    check_functions((types[0].with_element(fixed(scale)),))
    return (types[0].with_element(fixed(scale)),)


def _own_scale(name: str) -> ClearRule:
    """The kernel `name`, told the fraction bits of the operand; `name`_to, told those of the result too, if it has its
    own."""

    def rule(types: Types, attributes: Attributes) -> tuple[str, Attributes]:
        told: Attributes = {"scale": types[0].element.scale}
        scale = attributes.get("result_scale")
        return (name, told) if scale is None else (f"{name}_to", {**told, "result_scale": scale})

    return rule


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
    """0 where the operand is not positive."""
    unit = 1 << operation.operands[0].type.element.scale
    low, high = (math.log(max(end, 1)) - math.log(unit) for end in (x[0].low, x[0].high))
    result = around(low, high, operation.results[0].type.element.scale, 60)
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

_EASED = Domain(takes=wide_operand)
"""A function whose result is far smaller than its operand may be."""

_BOUNDED = Domain(takes=wide_operand, gives=documented_result, outside=_within_four)

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
    attributes: Mapping[str, Attribute] | None = None,
) -> OperationRow:
    """A function that may be asked for a `precision` takes numbers of a finer scale, which need no truncation before.
    The result of one that may be asked for a `result_scale` may have another scale than its operand."""
    told = attributes or {}
    infer: TypeRule = finer_function if "precision" in told else scaled_function if "result_scale" in told else function
    return elementwise(
        arity=1,
        infer=infer,
        clear=_own_scale(name) if "result_scale" in told else at_scale(name),
        attributes=told,
        interval=interval,
        domain=domain,
        reads=reads,
        identities=(),
        derivative=derivative,
    )


FUNCTIONS: dict[str, OperationRow] = {
    "sqrt": _function("sqrt", _monotone(lambda x: math.sqrt(max(x, 0.0))), _EASED, _sqrt_slope, attributes=WIDE),
    "exp": _function("exp", _exp_interval, _POWER, _exp_slope),
    "log": _function("log", _log_interval, _EASED, _log_slope, attributes={**WIDE, **_RESULT_SCALE}),
    "sin": _function("sin", _wave_interval, _DOCUMENTED, _sin_slope, reads=Reads.NOTHING),
    "cos": _function("cos", _wave_interval, _DOCUMENTED, _cos_slope, reads=Reads.NOTHING),
    "tanh": _function("tanh", _monotone(math.tanh, 60), _BOUNDED, _tanh_slope, attributes={**WIDE, **_PRECISION}),
    "sigmoid": _function(
        "sigmoid", _monotone(_logistic, 60), _BOUNDED, _sigmoid_slope, attributes={**WIDE, **_PRECISION}
    ),
    "erf": _function("erf", _monotone(math.erf, 60), _BOUNDED, _erf_slope, attributes={**WIDE, **_PRECISION}),
}
