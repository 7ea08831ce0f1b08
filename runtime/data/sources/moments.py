"""Days and instants. In: Arrow dates, timestamps or texts, none missing. Out: days, or microseconds in UTC, since 1970.

A timestamp without a time zone is one in UTC. What the declared kind cannot hold is refused, not cut off: the time of a
day, parts of a microsecond, years before 1 and after 9999.
"""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import numpy as np

from ...graph.nodes import Declaration
from .arrow import pa
from .refused import RefusedError, refuse_where

Array = np.ndarray[Any, Any]

_EPOCH = date(1970, 1, 1).toordinal()
_INSTANT = datetime(1970, 1, 1, tzinfo=UTC)
_DAY = 86_400_000_000
_DAYS = (date.min.toordinal() - _EPOCH, date.max.toordinal() - _EPOCH)
_TOO_FINE = re.compile(r"[.,][0-9]{6}[0-9]*[1-9]")

_HAS_TIME = "the value has a time of day; a day is expected: cut the time off first"
_IN_YEARS = "the value is outside the years 1 to 9999"
_FINER = "the value is finer than a microsecond: round it first"

_MICROSECONDS = {"s": 1_000_000, "ms": 1000, "us": 1}

# --- days -------------------------------------------------------------------------------------------------------


def date_from_date(values: Any, wanted: Declaration) -> Array:
    """The days of Arrow dates, and of timestamps at midnight. Raises `RefusedError`."""
    if pa.types.is_timestamp(values.type):
        if values.type.tz is not None:
            problem = "the values are instants in a time zone; a day is expected: cut them to days first"
            raise RefusedError(None, problem)
        instants = datetime_from_date(values, wanted)
        refuse_where(instants % _DAY != 0, _HAS_TIME)
        return np.asarray(instants // _DAY)
    return _in_years(_days_of(values))


def date_from_text(values: Any, wanted: Declaration) -> Array:
    """The days of ISO texts. Raises `RefusedError`."""
    for type_ in (pa.date32(), pa.timestamp("us")):
        try:
            return date_from_date(values.cast(type_), wanted)
        except pa.ArrowInvalid:
            continue
    return _each(values, _day_of)


def _days_of(values: Any) -> Array:
    """The days of Arrow dates; those that count milliseconds must be midnights."""
    if pa.types.is_date32(values.type):
        return np.asarray(values.cast(pa.int32()).to_numpy(zero_copy_only=True), np.int64)
    milliseconds = values.cast(pa.int64()).to_numpy(zero_copy_only=True)
    refuse_where(milliseconds % 86_400_000 != 0, _HAS_TIME)
    return np.asarray(milliseconds // 86_400_000)


def _in_years(days: Array) -> Array:
    refuse_where((days < _DAYS[0]) | (days > _DAYS[1]), _IN_YEARS)
    return days


def _day_of(text: str, index: int) -> int:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise RefusedError(index, "the value is not a day written as year-month-day, such as 2024-05-31") from None
    if moment.tzinfo is not None or moment.time() != time():
        raise RefusedError(index, _HAS_TIME)
    return moment.toordinal() - _EPOCH


# --- instants ---------------------------------------------------------------------------------------------------


def datetime_from_date(values: Any, wanted: Declaration) -> Array:
    """The microseconds of Arrow timestamps of any unit and zone; a day begins at midnight. Raises `RefusedError`."""
    if not pa.types.is_timestamp(values.type):
        return _in_years(_days_of(values)) * _DAY
    units = np.asarray(values.cast(pa.int64()).to_numpy(zero_copy_only=True))
    if values.type.unit == "ns":
        refuse_where(units % 1000 != 0, _FINER)
        units, factor = units // 1000, 1
    else:
        factor = _MICROSECONDS[values.type.unit]
    per_day = _DAY // factor
    refuse_where((units < _DAYS[0] * per_day) | (units >= (_DAYS[1] + 1) * per_day), _IN_YEARS)
    return units * factor


def datetime_from_text(values: Any, wanted: Declaration) -> Array:
    """The microseconds of ISO texts, with or without a time zone. Raises `RefusedError`."""
    for zone in (None, "UTC"):
        try:
            return datetime_from_date(values.cast(pa.timestamp("us", zone)), wanted)
        except pa.ArrowInvalid:
            continue
    return _each(values, _instant_of)


def _instant_of(text: str, index: int) -> int:
    try:
        moment = datetime.fromisoformat(text)
        instant = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except ValueError:
        raise RefusedError(index, "the value is not an instant such as 2024-05-31T12:00:00Z") from None
    except OverflowError:
        raise RefusedError(index, _IN_YEARS) from None
    if _TOO_FINE.search(text):
        raise RefusedError(index, _FINER)
    return (instant - _INSTANT) // timedelta(microseconds=1)


def _each(values: Any, number_of: Callable[[str, int], int]) -> Array:
    return np.array([number_of(text.strip(), index) for index, text in enumerate(values.to_pylist())], np.int64)
