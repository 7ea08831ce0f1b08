"""How values of each Arrow type become numbers of each kind. In: Arrow values, none missing. Out: bool or int64.

The table `READERS` has a function for each pair of a declared kind and a family of Arrow types. A pair that is not in
the table is refused. Refusals say where and why, never what the value was.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from ...graph.nodes import Declaration
from .arrow import pa, pc
from .keys import hash_keys
from .moments import date_from_date, date_from_text, datetime_from_date, datetime_from_text
from .refused import RefusedError, refuse_where

Array = np.ndarray[Any, Any]

TRUE_WORDS = ("true", "True", "TRUE", "1")
FALSE_WORDS = ("false", "False", "FALSE", "0")


def family(type_: Any) -> str:
    types = pa.types
    for name, is_member in (
        ("bool", types.is_boolean),
        ("integer", types.is_integer),
        ("float", types.is_floating),
        ("decimal", types.is_decimal),
        ("date", lambda t: types.is_date(t) or types.is_timestamp(t)),
        ("text", lambda t: types.is_string(t) or types.is_large_string(t) or types.is_string_view(t)),
    ):
        if is_member(type_):
            return name
    return "other"


# --- bool -------------------------------------------------------------------------------------------------------


def _bool_from_bool(values: Any, wanted: Declaration) -> Array:
    return np.asarray(values.to_numpy(zero_copy_only=False))


def _bool_from_number(values: Any, wanted: Declaration) -> Array:
    numbers = values.to_numpy(zero_copy_only=True)
    refuse_where((numbers != 0) & (numbers != 1), "the value is neither true nor false (nor 1 nor 0)")
    return np.asarray(numbers != 0)


def _bool_from_text(values: Any, wanted: Declaration) -> Array:
    words = pa.array(TRUE_WORDS + FALSE_WORDS, values.type)
    found = pc.index_in(pc.utf8_trim_whitespace(values), value_set=words)
    refuse_where(found.is_null().to_numpy(zero_copy_only=False), "the value is neither true nor false (nor 1 nor 0)")
    return np.asarray(found.to_numpy(zero_copy_only=True) < len(TRUE_WORDS))


# --- int --------------------------------------------------------------------------------------------------------


def _int_from_integer(values: Any, wanted: Declaration) -> Array:
    numbers = values.to_numpy(zero_copy_only=True)
    if numbers.dtype == np.uint64:
        refuse_where(numbers > np.uint64((1 << 63) - 1), _outside(wanted))
    return _in_width(np.asarray(numbers.astype(np.int64, copy=False)), wanted)


def _int_from_bool(values: Any, wanted: Declaration) -> Array:
    return _bool_from_bool(values, wanted).astype(np.int64)


def _int_from_float(values: Any, wanted: Declaration) -> Array:
    numbers = values.to_numpy(zero_copy_only=True).astype(np.float64, copy=False)
    refuse_where(~np.isfinite(numbers), "the value is not finite; a whole number is expected")
    refuse_where(np.rint(numbers) != numbers, "the value is not a whole number")
    refuse_where((numbers < -(2.0**63)) | (numbers >= 2.0**63), _outside(wanted))
    return _in_width(numbers.astype(np.int64), wanted)


def _int_from_decimal(values: Any, wanted: Declaration) -> Array:
    try:
        return _int_from_integer(values.cast(pa.int64()), wanted)
    except pa.ArrowInvalid:
        return _int_from_wide_decimal(values, wanted)


def _int_from_wide_decimal(values: Any, wanted: Declaration) -> Array:
    for index, value in enumerate(values.to_pylist()):
        if value != value.to_integral_value():
            raise RefusedError(index, "the value is not a whole number")
        if not -(1 << 63) <= value < 1 << 63:
            raise RefusedError(index, _outside(wanted))
    return _in_width(np.asarray(values.cast(pa.int64()).to_numpy(zero_copy_only=True)), wanted)


def _int_from_text(values: Any, wanted: Declaration) -> Array:
    try:
        return _int_from_integer(pc.utf8_trim_whitespace(values).cast(pa.int64()), wanted)
    except pa.ArrowInvalid:
        return np.array([_int_of(text, index, wanted) for index, text in enumerate(values.to_pylist())], np.int64)


def _int_of(text: str, index: int, wanted: Declaration) -> int:
    word = text.strip()
    try:
        number = int(word)
    except ValueError:
        number = _whole(word, index)
    if not _lowest(wanted) <= number <= _highest(wanted):
        raise RefusedError(index, _outside(wanted))
    return number


def _whole(word: str, index: int) -> int:
    """The number in a word such as `3.0` or `1e6`, as other programs write whole numbers."""
    try:
        number = float(word)
    except ValueError:
        number = 0.5
    if not number.is_integer():
        raise RefusedError(index, "the value is not a whole number")
    return int(number)


def _in_width(numbers: Array, wanted: Declaration) -> Array:
    if wanted.bits < 64 and (numbers.min() < _lowest(wanted) or numbers.max() > _highest(wanted)):
        refuse_where((numbers < _lowest(wanted)) | (numbers > _highest(wanted)), _outside(wanted))
    return numbers


def _lowest(wanted: Declaration) -> int:
    return -(1 << (wanted.bits - 1))


def _highest(wanted: Declaration) -> int:
    return (1 << (wanted.bits - 1)) - 1


def element_name(wanted: Declaration) -> str:
    """The element type as a program names it, such as `int32`. A category comes without its labels."""
    return f"int{wanted.bits}" if wanted.kind == "int" and wanted.bits < 64 else wanted.kind


def _outside(wanted: Declaration) -> str:
    return f"the value is outside the range of {element_name(wanted)}, {_lowest(wanted)} to {_highest(wanted)}"


# --- fixed ------------------------------------------------------------------------------------------------------


def _fixed_from_float(values: Any, wanted: Declaration) -> Array:
    numbers = values.to_numpy(zero_copy_only=True).astype(np.float64, copy=False)
    # The limit is half a unit below the documented range, so that rounding cannot leave the range. NaN makes both
    # comparisons false, so one pass over the data finds every kind of wrong value.
    limit = 2.0 ** (62 - 2 * wanted.scale) - 2.0 ** -(wanted.scale + 1)
    if not (numbers.min() > -limit and numbers.max() < limit):
        refuse_where(~np.isfinite(numbers), "the value is not finite; a number is expected")
        refuse_where(np.abs(numbers) >= limit, _outside_fixed(wanted))
    scaled = numbers * 2.0**wanted.scale
    return np.asarray(np.rint(scaled, out=scaled), np.int64)


def _fixed_from_integer(values: Any, wanted: Declaration) -> Array:
    numbers = values.to_numpy(zero_copy_only=True)
    limit = 1 << (62 - 2 * wanted.scale)
    if int(numbers.min()) <= -limit or int(numbers.max()) >= limit:
        refuse_where(np.abs(numbers.astype(np.float64)) >= limit, _outside_fixed(wanted))
    return np.asarray(numbers.astype(np.int64) << wanted.scale)


def _fixed_from_bool(values: Any, wanted: Declaration) -> Array:
    return np.asarray(_int_from_bool(values, wanted) << wanted.scale)


def _fixed_from_decimal(values: Any, wanted: Declaration) -> Array:
    return _fixed_from_float(values.cast(pa.float64()), wanted)


def _fixed_from_text(values: Any, wanted: Declaration) -> Array:
    try:
        numbers = pc.utf8_trim_whitespace(values).cast(pa.float64())
    except pa.ArrowInvalid:
        texts = enumerate(values.to_pylist())
        numbers = pa.array([_float_of(text, index) for index, text in texts], pa.float64())
    return _fixed_from_float(numbers, wanted)


def _float_of(text: str, index: int) -> float:
    try:
        return float(text)
    except ValueError:
        raise RefusedError(index, "the value is not a number") from None


def _outside_fixed(wanted: Declaration) -> str:
    return (
        f"the value is outside the range of fixed with {wanted.scale} fraction bits, whose absolute values stay below "
        f"2^{62 - 2 * wanted.scale}"
    )


# --- key, category --------------------------------------------------------------------------------------------


def _key_from_text(values: Any, wanted: Declaration) -> Array:
    return hash_keys(values)


def _key_from_integer(values: Any, wanted: Declaration) -> Array:
    return _key_from_text(values.cast(pa.string()), wanted)


def _category_from_text(values: Any, wanted: Declaration) -> Array:
    found = pc.index_in(values, value_set=pa.array(wanted.labels, values.type))
    if found.null_count:
        problem = f"the value is none of the labels {', '.join(map(repr, wanted.labels))}"
        refuse_where(found.is_null().to_numpy(zero_copy_only=False), problem)
    return np.asarray(found.to_numpy(zero_copy_only=True), np.int64)


def _category_from_integer(values: Any, wanted: Declaration) -> Array:
    return _category_from_text(values.cast(pa.string()), wanted)


READERS: dict[tuple[str, str], Callable[[Any, Declaration], Array]] = {
    ("bool", "bool"): _bool_from_bool,
    ("bool", "integer"): _bool_from_number,
    ("bool", "float"): _bool_from_number,
    ("bool", "text"): _bool_from_text,
    ("int", "integer"): _int_from_integer,
    ("int", "bool"): _int_from_bool,
    ("int", "float"): _int_from_float,
    ("int", "decimal"): _int_from_decimal,
    ("int", "text"): _int_from_text,
    ("fixed", "float"): _fixed_from_float,
    ("fixed", "integer"): _fixed_from_integer,
    ("fixed", "bool"): _fixed_from_bool,
    ("fixed", "decimal"): _fixed_from_decimal,
    ("fixed", "text"): _fixed_from_text,
    ("key", "text"): _key_from_text,
    ("key", "integer"): _key_from_integer,
    ("category", "text"): _category_from_text,
    ("category", "integer"): _category_from_integer,
    ("date", "date"): date_from_date,
    ("date", "text"): date_from_text,
    ("datetime", "date"): datetime_from_date,
    ("datetime", "text"): datetime_from_text,
}
