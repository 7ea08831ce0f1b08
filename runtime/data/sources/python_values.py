"""Lists of Python scalars as Arrow arrays or `Numbers`. In: the items of one column, None among them. Out: one array.

Arrow's own errors show the value. Here an item that does not fit is told by its place and the name of its type.
"""

from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

import numpy as np

from .arrow import pa
from .numbers import Numbers
from .refused import RefusedError

_PLAIN: dict[type, type[np.generic]] = {bool: np.bool_, int: np.int64, float: np.float64}

_NUMBERS = frozenset({bool, int, float, Decimal})

_EXACT = 1 << 53
"""Whole numbers up to here are exact as fractions."""

_NO_VALUES = frozenset({"NAType", "NaTType"})
"""Names of the types of what pandas has for missing values, besides None and NaN."""

NOT_ARROWS = (ValueError, TypeError, OverflowError, NotImplementedError)
"""What Arrow raises for Python objects that it cannot take. `pa.ArrowException`s are among them."""


def values_of_list(items: list[Any]) -> Any:
    """Python scalars of one kind. Whole numbers among fractions count as fractions, and NaN is missing.

    Raises `RefusedError` for the first item that is none of a kind that programs take, or of another kind than those
    before.
    """
    kinds = set(map(type, items))
    if len(kinds) == 1 and (dtype := _PLAIN.get(next(iter(kinds)))) is not None:
        try:
            numbers = np.array(items, dtype)
        except OverflowError:
            return _mixed(items)
        return pa.array(numbers, from_pandas=True) if np.isnan(numbers).any() else Numbers(numbers)
    if date in kinds and datetime in kinds:  # Arrow would cut the times of days off.
        items = [datetime.combine(item, time()) if type(item) is date else item for item in items]
    if not any(issubclass(kind, set | frozenset | bytes | bytearray) for kind in kinds):
        try:
            return pa.array(items, from_pandas=True)
        except NOT_ARROWS:
            pass
    return _mixed(items)


def arrow_of_list(items: list[Any]) -> Any:
    """The values of a list as an Arrow array. Raises `RefusedError`, as `values_of_list` does."""
    found = values_of_list(items)
    return pa.array(found.array) if isinstance(found, Numbers) else found


def values_of_object(values: Any) -> Any:
    """A column of pandas, Polars or another library as an Arrow array. Raises `RefusedError`."""
    if not _holds_objects(values):
        try:
            if not hasattr(values, "iloc") and hasattr(values, "__arrow_c_stream__"):
                return pa.chunked_array(values)
            return pa.array(values, from_pandas=True)
        except NOT_ARROWS:
            pass
    return arrow_of_list(values.tolist() if hasattr(values, "tolist") else list(values))


def _holds_objects(values: Any) -> bool:
    dtype = getattr(values, "dtype", None)
    return isinstance(dtype, np.dtype) and dtype.kind == "O"


def _mixed(items: list[Any]) -> Any:
    """Items that Arrow refuses: numbers of several kinds, whole numbers beyond 63 bits, or what must be refused."""
    there = [item for item in items if not _is_missing(item)]
    kinds = set(map(type, there))
    if kinds <= {int, str} and all(map(_is_unicode, there)):
        # Whole numbers beyond 63 bits travel as text, which the reader of each kind judges.
        return pa.array([None if _is_missing(item) else str(item) for item in items], pa.string())
    if kinds <= _NUMBERS:
        return pa.array([_fraction(item, index) for index, item in enumerate(items)], pa.float64())
    index = next((index for index, item in enumerate(items) if not _is_scalar(item)), None)
    if index is not None:
        raise RefusedError(index, _unknown(items[index]))
    first = next(index for index, item in enumerate(items) if not _is_missing(item))
    kin = _NUMBERS if type(items[first]) in _NUMBERS else {type(items[first])}
    index = next((i for i, item in enumerate(items) if not _is_missing(item) and type(item) not in kin), first)
    problem = f"the value is a Python {type(items[index]).__name__}, but row {first + 1} has a"
    raise RefusedError(index, f"{problem} {type(items[first]).__name__}: give all of them one type")


def _is_missing(item: object) -> bool:
    return item is None or type(item).__name__ in _NO_VALUES or (isinstance(item, float) and item != item)


def _is_unicode(item: object) -> bool:
    return not isinstance(item, str) or not any("\ud800" <= sign <= "\udfff" for sign in item)


def _is_scalar(item: object) -> bool:
    """Whether some column may hold the item."""
    if _is_missing(item):
        return True
    if isinstance(item, set | frozenset | bytes | bytearray) or not _is_unicode(item):
        return False
    if type(item) in _NUMBERS:
        return True
    try:
        pa.array([item])
    except NOT_ARROWS:
        return False
    return True


def _unknown(item: object) -> str:
    if isinstance(item, str):
        return "the text is no valid Unicode: it holds half of a surrogate pair"
    return f"the value is a Python {type(item).__name__}; a number, a truth value, text or a date is expected"


def _fraction(item: Any, index: int) -> float | None:
    if _is_missing(item) or item != item:
        return None
    if isinstance(item, int) and abs(item) > _EXACT:
        raise RefusedError(index, "the value is a whole number beyond 2^53 among fractions: give all of them one type")
    return float(item)
