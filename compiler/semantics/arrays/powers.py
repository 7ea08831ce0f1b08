"""x ** exponent, for a public exponent. In: arrays. Out: a product, by repeated squaring.

An exponent that only the run knows, or that differs by turn of a loop, gives a loop of the IR.
"""

from ...ir.labels import computed_from
from ...ir.program import Value
from ...ir.types import INT, ArrayType, Kind
from ...source import Span
from ..state.context import Context
from ..state.conversion import as_number, cast
from ..state.facts import Definition
from ..state.values import Array
from .arithmetic import multiply


def power(context: Context, span: Span, x: Array, exponent: int) -> Array:
    """x ** exponent for an exponent that is not negative."""
    square, result = as_number(context, x), None
    while exponent:
        if exponent & 1:
            result = square if result is None else multiply(context, span, result, square)
        exponent >>= 1
        if exponent:
            square = multiply(context, span, square, square)
    return _ones(context, square) if result is None else result


def power_while_running(context: Context, span: Span, x: Array, exponent: Array) -> Array:
    """x ** exponent for one public int. A check while running finds an exponent that is negative."""
    number = as_number(context, x)
    base = cast(context, number, INT) if number.element.kind is Kind.INT else number
    rest = cast(context, as_number(context, exponent), INT)
    zero = context.integer(0)
    bounds = context.facts.bounds(context.facts.affine(exponent.value))
    if bounds is None or bounds[0] < 0:
        negative = context.emit("less", rest.value, zero)
        context.builder.effect("assert", context.emit("not", negative), message="the exponent of `**` is negative")
    label = computed_from((base.label, exponent.label))
    initial = (_ones(context, base).value, base.value, rest.value)
    condition = context.emit("less", zero, rest.value)
    arguments = [(base.type, label, ""), (base.type, label, ""), (rest.type, exponent.label, "")]
    with context.builder.region(arguments) as body:
        for argument, start in zip(body.arguments, initial, strict=True):
            context.facts.record(argument, Definition("carried", (start,), span))
        body.results = _turn(context, span, body.arguments)
    results = context.builder.while_(condition, initial, body.close())
    for result, start in zip(results, initial, strict=True):
        context.facts.record(result, Definition("while", (start, base.value, rest.value), span))
    return Array(results[0], x.ties)


def _turn(context: Context, span: Span, carried: tuple[Value, ...]) -> tuple[Value, ...]:
    """Uses one bit of the exponent, the lowest first: takes the square if the bit is set."""
    result, square, rest = carried
    odd = context.emit("equal", context.emit("and", rest, context.integer(1)), context.integer(1))
    product = multiply(context, span, Array(result), Array(square))
    taken = context.emit("select", odd, product.value, result)
    next_square = multiply(context, span, Array(square), Array(square)).value
    shifted = cast(context, Array(context.emit("shift_right", rest, bits=1)), INT).value
    return context.emit("less", context.integer(0), shifted), taken, next_square, shifted


def _ones(context: Context, x: Array) -> Array:
    return Array(context.filled(ArrayType(x.element, x.shape), 1 << x.element.scale), x.ties)
