"""Numbers that the parties check to lie between bounds. In: an array, and bounds in its clear representation. Out: the
array, known to lie there, and a `require` before it.

    x = ensure(x, 0, 1)       ok = all(not (x < 0 or 1 < x))
                              require ok
                              x = bound(x) low=0 high=1
"""

from dataclasses import replace

from ...ir.labels import Knowledge
from ...ir.program import Value
from ...ir.types import ArrayType
from ...source import Span
from ..bounds import Bounds
from ..errors import wrong
from ..state.context import Context
from ..state.values import Array
from .arithmetic import validity
from .missing import bits_of


def ensured(context: Context, span: Span, x: Array, bounds: Bounds, message: str) -> Array:
    """x, and a check that every element lies between the bounds, the ends included; cleared rows may hold anything.

    `message` is what a run says that stops. In a branch on a private condition the check counts where the branch does.
    Raises WrongError for a static number outside.
    """
    low, high = bounds
    if x.label.knowledge is Knowledge.STATIC:
        known = context.static(x.value)
        if known is not None and ((known < low) | (known > high)).any() and not (context.arms or context.ways):
            raise wrong(
                span, message, expected="a number between the bounds", found="a number outside",
                remedy="change the number, or the bounds",
            )  # fmt: skip
    outer, context.builder.span = context.builder.span, span
    x = _held_inside(context, x, bounds)
    context.builder.effect("require", _is_inside(context, x, low, high), message=message)
    value = context.emit("bound", x.value, low=low, high=high)
    context.builder.span = outer
    if x.value in context.facts.exact:
        context.facts.exact[value] = context.facts.exact[x.value]
    return replace(x, value=value)


def _held_inside(context: Context, x: Array, bounds: Bounds) -> Array:
    """The array, of which missing elements hold a number within the bounds, so that nothing is asked of them."""
    low, high = bounds
    if x.present is None:
        return x
    held = 0 if low <= 0 <= high else low
    if held == 0 and x.present.held == 0:
        return x
    inside = context.filled(ArrayType(replace(x.element, bits=64)), held)
    value = context.emit("select", bits_of(context, x), x.value, inside)
    return replace(x, value=value, present=replace(x.present, held=0 if held == 0 else None))


def _is_inside(context: Context, x: Array, low: int, high: int) -> Value:
    """One bool: no element that counts is outside."""
    least, greatest = (context.filled(ArrayType(replace(x.element, bits=64)), end) for end in (low, high))
    outside = context.emit("or", context.emit("less", x.value, least), context.emit("less", greatest, x.value))
    mask = validity(context, x, range(x.rank))
    if mask is not None:
        outside = context.emit("and", outside, mask.value)
    if outside.type.shape:
        outside = context.emit("any", context.emit("reshape", outside, shape=(outside.type.size,)), axis=0)
    for condition, holds in context.ways:
        counts = condition if holds else context.emit("not", condition)
        outside = context.emit("and", outside, counts)
    return context.emit("not", outside)
