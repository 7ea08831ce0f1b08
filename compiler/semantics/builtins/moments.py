"""Conversions to days and instants: `date("2024-01-31")`, `datetime(d)`. In: bound arguments. Out: arrays."""

from collections.abc import Callable

from ...ir.types import DATE, DATETIME, MOMENTS, Element
from ...source import Span
from ..arrays.calendar import day_of, midnight_of
from ..arrays.missing import bare, spread
from ..arrays.words import moment
from ..moments import EXAMPLES
from ..state.context import Context
from ..state.describe import describe
from ..state.values import Array, Meaning, Words
from .arguments import Arguments


def to_date(call: Arguments) -> Meaning:
    """The day that a text says, or the day of an instant in UTC."""
    return _converted(call, DATE, day_of)


def to_datetime(call: Arguments) -> Meaning:
    """The instant that a text says, or the one that a day begins with in UTC."""
    return _converted(call, DATETIME, midnight_of)


def _converted(call: Arguments, element: Element, convert: Callable[[Context, Span, Array], Array]) -> Meaning:
    given = call.named["x"].value
    if isinstance(given, Words):
        return moment(call.context, given.text, element, call.at("x"))
    if not isinstance(given, Array) or given.element.kind not in MOMENTS:
        example = f'"{EXAMPLES[element.kind]}"'
        raise call.expected("x", f"a text as {example}, or a day or an instant", describe(given), f"write {example}")
    return spread(call.context, convert(call.context, call.span, bare(given)), [given])
