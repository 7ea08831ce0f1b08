"""Elements that hold each other's values: bool, int and `fixed` mix upwards. In: arrays. Out: arrays of one element."""

from collections.abc import Sequence
from dataclasses import replace

from ...ir.types import Element, Kind, fixed, integer
from .context import Context
from .values import Array, Presence


def cast(context: Context, x: Array, element: Element) -> Array:
    """The same values in a wider element; those that are missing stay so."""
    if x.element == element:
        return x
    exact = context.facts.exact.get(x.value)
    value = context.emit("cast", x.value, element=element)
    if exact is not None and element.kind is Kind.FIXED:
        context.facts.exact[value] = exact
    held = None if x.present is None or x.present.held else x.present.held
    return Array(value, x.ties, None if x.present is None else Presence(x.present.bits, held))


def as_number(context: Context, x: Array) -> Array:
    """A bool as 0 and 1. Other numbers stay as they are."""
    return cast(context, x, integer(2)) if x.element.kind is Kind.BOOL else x


def as_fixed(context: Context, x: Array) -> Array:
    """A number as `fixed`."""
    return cast(context, x, fixed(context.scale))


def joined(elements: Sequence[Element], scale: int) -> Element | None:
    """The element that holds all of them, or None. Bool, int and `fixed` mix upwards; others do not mix."""
    if all(element == elements[0] for element in elements):
        return elements[0]
    if elements[0].is_moment and all(element.kind is elements[0].kind for element in elements):
        return replace(elements[0], bits=max(element.bits for element in elements))
    if not all(element.is_number for element in elements):
        return None
    if any(element.kind is Kind.FIXED for element in elements):
        return fixed(scale)
    return integer(max(max(element.bits for element in elements), 2))
