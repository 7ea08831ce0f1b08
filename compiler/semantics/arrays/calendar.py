"""Days and instants: what lies between them, and their parts. In: arrays of these. Out: arrays, all exact.

The calendar is the Gregorian one, also before it was in use, as that of Python's `datetime` and NumPy's `datetime64`.
Years, months and days are found as Neri and Schneider do ("Euclidean affine functions and their application to
calendar algorithms", Software: Practice and Experience 53, 2023): two divisions by constants, and shifts. Years of the
computation begin in March, so that the leap day is the last one.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial

from ...ir.types import DATE, DATETIME, Kind, integer
from ...source import Span
from ..state.context import Context
from ..state.conversion import as_fixed, as_number, cast
from ..state.values import Array
from . import arithmetic as arrays
from .arithmetic import elementwise, require_numbers, unary

SECOND = 10**6
"""Microseconds, of which instants are so many."""

DAY = 24 * 60 * 60 * SECOND

_MARCH_0 = 719468
"""The days from the first of March of the year 0 to 1970-01-01."""

_CENTURIES = 146097
"""The days of 400 years, and four times the days of a mean century."""

_YEARS = 1461
"""The days of 4 years, and four times the days of a mean year of the Julian calendar."""

# --- sums and differences -----------------------------------------------------------------------------------------


def add(context: Context, span: Span, x: Array, y: Array) -> Array:
    """x + y; a day so many days later, an instant so many seconds later."""
    if x.element.is_moment or y.element.is_moment:
        return _moved(context, span, "+", "add", x, y)
    return arrays.add(context, span, x, y)


def subtract(context: Context, span: Span, x: Array, y: Array) -> Array:
    """x - y; a day so many days earlier; the days between two days, the seconds between two instants."""
    if x.element.is_moment and x.element.kind is y.element.kind:
        return _between(context, span, x, y)
    if x.element.is_moment:
        return _moved(context, span, "-", "subtract", x, y)
    return arrays.subtract(context, span, x, y)


def _moved(context: Context, span: Span, operator: str, name: str, x: Array, y: Array) -> Array:
    moment, count = (x, y) if x.element.is_moment else (y, x)
    require_numbers([count], span, operator, Kind.BOOL, Kind.INT)
    count = as_number(context, count)
    if moment.element.kind is Kind.DATETIME:
        count = _by(context, span, "multiply", count, SECOND)
    number = as_count(context, moment)
    pair = (number, count) if moment is x else (count, number)
    return _as_moment(context, elementwise(context, span, operator, name, *pair), moment.element.kind)


def _between(context: Context, span: Span, x: Array, y: Array) -> Array:
    """The days between two days, as an int; the seconds between two instants, as `fixed`."""
    difference = elementwise(context, span, "-", "subtract", as_count(context, x), as_count(context, y))
    if x.element.kind is Kind.DATE:
        return difference
    whole = _by(context, span, "floor_divide", difference, SECOND)
    rest = _by(context, span, "modulo", difference, SECOND)
    part = arrays.divide(context, span, rest, Array(context.integer(SECOND)))
    return elementwise(context, span, "-", "add", as_fixed(context, whole), part)


def as_count(context: Context, x: Array) -> Array:
    """The days, or microseconds, since 1970-01-01, as an int."""
    return cast(context, x, integer(x.element.bits))


def _as_moment(context: Context, x: Array, kind: Kind) -> Array:
    element = DATE if kind is Kind.DATE else DATETIME
    return cast(context, x, replace(element, bits=max(x.element.bits, element.bits)))


def _by(context: Context, span: Span, name: str, x: Array, number: int) -> Array:
    """An operation of an array and a constant."""
    return elementwise(context, span, name, name, x, Array(context.integer(number)))


def _times_plus(context: Context, span: Span, x: Array, factor: int, number: int) -> Array:
    product = x if factor == 1 else _by(context, span, "multiply", x, factor)
    return _by(context, span, "add", product, number) if number else product


# --- days and instants in each other ------------------------------------------------------------------------------


def day_of(context: Context, span: Span, x: Array) -> Array:
    """The day of an instant, in UTC; of a day, the day itself."""
    if x.element.kind is Kind.DATE:
        return x
    days = _by(context, span, "floor_divide", as_count(context, x), DAY)
    return _as_moment(context, days, Kind.DATE)


def midnight_of(context: Context, span: Span, x: Array) -> Array:
    """The instant, in UTC, that a day begins with; of an instant, the instant itself."""
    if x.element.kind is Kind.DATETIME:
        return x
    return _as_moment(context, _by(context, span, "multiply", as_count(context, x), DAY), Kind.DATETIME)


# --- parts --------------------------------------------------------------------------------------------------------


def part_of(context: Context, span: Span, x: Array, name: str) -> Array:
    """`x.year`, for a name in `PARTS`."""
    return PARTS[x.element.kind][name](context, span, x)


def _march(context: Context, span: Span, x: Array) -> tuple[Array, Array]:
    """The year that begins with the March at or before a day, and how many days of that year have passed."""
    quadrupled = _times_plus(context, span, as_count(context, day_of(context, span, x)), 4, 4 * _MARCH_0 + 3)
    century = _by(context, span, "floor_divide", quadrupled, _CENTURIES)
    rest = unary(context, "shift_right", _by(context, span, "modulo", quadrupled, _CENTURIES), bits=2)
    quadrupled = _times_plus(context, span, rest, 4, 3)
    year = _by(context, span, "floor_divide", quadrupled, _YEARS)
    days = unary(context, "shift_right", _by(context, span, "modulo", quadrupled, _YEARS), bits=2)
    hundreds = _times_plus(context, span, century, 100, 0)
    return elementwise(context, span, "year", "add", hundreds, year), days


def _month_from_march(context: Context, span: Span, days: Array) -> Array:
    """3 for March to 14 for February, by the days that have passed since March began."""
    return unary(context, "shift_right", _times_plus(context, span, days, 2141, 197913), bits=16)


def _is_next_year(context: Context, span: Span, days: Array) -> Array:
    """1 in January and February, else 0."""
    march_to_december = Array(context.integer(305))
    return as_number(context, elementwise(context, span, "year", "less", march_to_december, days))


def _year(context: Context, span: Span, x: Array) -> Array:
    year, days = _march(context, span, x)
    return elementwise(context, span, "year", "add", year, _is_next_year(context, span, days))


def _month(context: Context, span: Span, x: Array) -> Array:
    _, days = _march(context, span, x)
    over = _times_plus(context, span, _is_next_year(context, span, days), 12, 0)
    return _known(
        context, elementwise(context, span, "month", "subtract", _month_from_march(context, span, days), over), 1, 12
    )


def _day(context: Context, span: Span, x: Array) -> Array:
    _, days = _march(context, span, x)
    month = _month_from_march(context, span, days)
    before = unary(context, "shift_right", _times_plus(context, span, month, 979, -2919), bits=5)
    within = elementwise(context, span, "day", "subtract", days, before)
    return _known(context, _by(context, span, "add", within, 1), 1, 31)


def _weekday(context: Context, span: Span, x: Array) -> Array:
    """0 for Monday to 6 for Sunday; 1970-01-01 was a Thursday."""
    days = as_count(context, day_of(context, span, x))
    return _by(context, span, "modulo", _by(context, span, "add", days, 3), 7)


def _known(context: Context, x: Array, low: int, high: int) -> Array:
    """The array, which is known to lie between two numbers."""
    return Array(context.emit("bound", x.value, low=low, high=high), x.ties)


def _unit(microseconds: int, count: int, context: Context, span: Span, x: Array) -> Array:
    """How many whole units have passed of the next larger one, which has so many."""
    passed = as_count(context, x)
    if microseconds > 1:
        passed = _by(context, span, "floor_divide", passed, microseconds)
    return _by(context, span, "modulo", passed, count)


Part = Callable[[Context, Span, Array], Array]

_OF_DAYS: Mapping[str, Part] = {"year": _year, "month": _month, "day": _day, "weekday": _weekday}

PARTS: Mapping[Kind, Mapping[str, Part]] = {
    Kind.DATE: _OF_DAYS,
    Kind.DATETIME: {
        **_OF_DAYS,
        "date": day_of,
        "hour": partial(_unit, 3600 * SECOND, 24),
        "minute": partial(_unit, 60 * SECOND, 60),
        "second": partial(_unit, SECOND, 60),
        "microsecond": partial(_unit, 1, SECOND),
    },
}
"""The parts by their names."""
