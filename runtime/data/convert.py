"""One column of data as a clear array. In: Arrow values of any type, and what is declared. Out: bool or int64 NumPy.

The table `_READERS` has a function for each pair of a declared kind and a family of Arrow types; a pair that is not in
it is refused. Refusals say where and why, never what the value was.
"""

from collections.abc import Callable
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ..graph.nodes import Declaration
from .keys import hash_keys

Array = np.ndarray[Any, Any]

TRUE_WORDS = ("true", "True", "TRUE", "1")
FALSE_WORDS = ("false", "False", "FALSE", "0")

_KIND_WORDS = {
    "bool": "true or false",
    "int": "a whole number",
    "fixed": "a number",
    "key": "text or a whole number",
    "category": "one of the labels",
    "date": "a day such as 2024-05-31",
}


class RefusedError(Exception):
    """The value or row number `index` (None: the whole) cannot be taken. Never holds the value.

    `column` and `line` (of a text file) are for people, and empty or None where unknown.
    """

    def __init__(self, index: int | None, problem: str, column: str = "", line: int | None = None) -> None:
        super().__init__(problem)
        self.index = index
        self.problem = problem
        self.column = column
        self.line = line


def convert(values: Any, wanted: Declaration) -> Array:
    """The flat Arrow array as bool (for bool) or int64 (for all other kinds), checked and free to be written.

    Fixed point is rounded to the nearest unit; dates are days since 1970-01-01; categories are indices of labels; keys
    are 64-bit hashes. Raises `RefusedError`.
    """
    if not isinstance(values, pa.ChunkedArray):
        return _convert_chunk(values, wanted)
    result: Array = np.empty(len(values), np.bool_ if wanted.kind == "bool" else np.int64)
    start = 0
    for chunk in values.chunks:
        try:
            result[start : start + len(chunk)] = _convert_chunk(chunk, wanted)
        except RefusedError as refusal:
            index = None if refusal.index is None else start + refusal.index
            raise RefusedError(index, refusal.problem) from None
        start += len(chunk)
    return result


def _convert_chunk(values: Any, wanted: Declaration) -> Array:
    if pa.types.is_dictionary(values.type):
        values = values.dictionary_decode()
    if values.null_count:
        first = int(np.argmax(values.is_null().to_numpy(zero_copy_only=False)))
        raise RefusedError(first, f"the value is missing; {_KIND_WORDS[wanted.kind]} is expected")
    if len(values) == 0:
        return np.empty(0, np.bool_ if wanted.kind == "bool" else np.int64)
    family = _family(values.type)
    reader = _READERS.get((wanted.kind, family))
    if reader is None:
        raise RefusedError(None, f"the values are of type {values.type}; {_KIND_WORDS[wanted.kind]} is expected")
    result = np.ascontiguousarray(reader(values, wanted))
    return result if result.flags.writeable else np.array(result)


def _family(type_: Any) -> str:
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


def _refuse_where(wrong: Array, problem: str) -> None:
    if wrong.any():
        raise RefusedError(int(np.argmax(wrong)), problem)


# --- bool -------------------------------------------------------------------------------------------------------


def _bool_from_bool(values: Any, wanted: Declaration) -> Array:
    return np.asarray(values.to_numpy(zero_copy_only=False))


def _bool_from_number(values: Any, wanted: Declaration) -> Array:
    numbers = values.to_numpy(zero_copy_only=True)
    _refuse_where((numbers != 0) & (numbers != 1), "the value is neither true nor false (nor 1 nor 0)")
    return np.asarray(numbers != 0)


def _bool_from_text(values: Any, wanted: Declaration) -> Array:
    words = pa.array(TRUE_WORDS + FALSE_WORDS, values.type)
    found = pc.index_in(pc.utf8_trim_whitespace(values), value_set=words)
    _refuse_missing_text(values)
    _refuse_where(found.is_null().to_numpy(zero_copy_only=False), "the value is neither true nor false (nor 1 nor 0)")
    return np.asarray(found.to_numpy(zero_copy_only=True) < len(TRUE_WORDS))


# --- int --------------------------------------------------------------------------------------------------------


def _int_from_integer(values: Any, wanted: Declaration) -> Array:
    numbers = values.to_numpy(zero_copy_only=True)
    if numbers.dtype == np.uint64:
        _refuse_where(numbers > np.uint64((1 << 63) - 1), _outside(wanted))
    return _in_width(np.asarray(numbers.astype(np.int64, copy=False)), wanted)


def _int_from_bool(values: Any, wanted: Declaration) -> Array:
    return _bool_from_bool(values, wanted).astype(np.int64)


def _int_from_float(values: Any, wanted: Declaration) -> Array:
    numbers = values.to_numpy(zero_copy_only=True).astype(np.float64, copy=False)
    _refuse_where(~np.isfinite(numbers), "the value is missing or not finite; a whole number is expected")
    _refuse_where(np.rint(numbers) != numbers, "the value is not a whole number")
    _refuse_where((numbers < -(2.0**63)) | (numbers >= 2.0**63), _outside(wanted))
    return _in_width(numbers.astype(np.int64), wanted)


def _int_from_decimal(values: Any, wanted: Declaration) -> Array:
    for index, value in enumerate(values.to_pylist()):
        if value != value.to_integral_value():
            raise RefusedError(index, "the value is not a whole number")
        if not -(1 << 63) <= value < 1 << 63:
            raise RefusedError(index, _outside(wanted))
    return _in_width(np.asarray(values.cast(pa.int64()).to_numpy(zero_copy_only=True)), wanted)


def _int_from_text(values: Any, wanted: Declaration) -> Array:
    try:
        return _int_from_integer(values.cast(pa.int64()), wanted)
    except pa.ArrowInvalid:
        return np.array([_int_of(text, index, wanted) for index, text in enumerate(values.to_pylist())], np.int64)


def _int_of(text: str, index: int, wanted: Declaration) -> int:
    word = text.strip()
    if not word:
        raise RefusedError(index, "the value is missing; a whole number is expected")
    try:
        number = int(word)
    except ValueError:
        number = _whole(word, index)
    if not _lowest(wanted) <= number <= _highest(wanted):
        raise RefusedError(index, _outside(wanted))
    return number


def _whole(word: str, index: int) -> int:
    """`3.0` and `1e6`, which other programs write for whole numbers."""
    try:
        number = float(word)
    except ValueError:
        number = 0.5
    if not number.is_integer():
        raise RefusedError(index, "the value is not a whole number")
    return int(number)


def _in_width(numbers: Array, wanted: Declaration) -> Array:
    if wanted.bits < 64 and (numbers.min() < _lowest(wanted) or numbers.max() > _highest(wanted)):
        _refuse_where((numbers < _lowest(wanted)) | (numbers > _highest(wanted)), _outside(wanted))
    return numbers


def _lowest(wanted: Declaration) -> int:
    return -(1 << (wanted.bits - 1))


def _highest(wanted: Declaration) -> int:
    return (1 << (wanted.bits - 1)) - 1


def _outside(wanted: Declaration) -> str:
    name = "int" if wanted.bits == 64 else f"int{wanted.bits}"
    return f"the value is outside the range of {name}, {_lowest(wanted)} to {_highest(wanted)}"


# --- fixed ------------------------------------------------------------------------------------------------------


def _fixed_from_float(values: Any, wanted: Declaration) -> Array:
    numbers = values.to_numpy(zero_copy_only=True).astype(np.float64, copy=False)
    # Half a unit less than the documented range, so that rounding cannot leave it. NaN makes both comparisons false:
    # one pass over the data finds every kind of wrong value.
    limit = 2.0 ** (62 - 2 * wanted.scale) - 2.0 ** -(wanted.scale + 1)
    if not (numbers.min() > -limit and numbers.max() < limit):
        _refuse_where(~np.isfinite(numbers), "the value is missing or not finite; a number is expected")
        _refuse_where(np.abs(numbers) >= limit, _outside_fixed(wanted))
    scaled = numbers * 2.0**wanted.scale
    return np.asarray(np.rint(scaled, out=scaled), np.int64)


def _fixed_from_integer(values: Any, wanted: Declaration) -> Array:
    numbers = values.to_numpy(zero_copy_only=True)
    limit = 1 << (62 - 2 * wanted.scale)
    if int(numbers.min()) <= -limit or int(numbers.max()) >= limit:
        _refuse_where(np.abs(numbers.astype(np.float64)) >= limit, _outside_fixed(wanted))
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
    word = text.strip()
    if not word:
        raise RefusedError(index, "the value is missing; a number is expected")
    try:
        return float(word)
    except ValueError:
        raise RefusedError(index, "the value is not a number") from None


def _outside_fixed(wanted: Declaration) -> str:
    return (
        f"the value is outside the range of fixed with {wanted.scale} fraction bits, whose absolute values stay below "
        f"2^{62 - 2 * wanted.scale}"
    )


# --- key, category, date ----------------------------------------------------------------------------------------


def _key_from_text(values: Any, wanted: Declaration) -> Array:
    _refuse_where(pc.equal(values, "").to_numpy(zero_copy_only=False), "the key is missing")
    return hash_keys(values)


def _key_from_integer(values: Any, wanted: Declaration) -> Array:
    return _key_from_text(values.cast(pa.string()), wanted)


def _category_from_text(values: Any, wanted: Declaration) -> Array:
    found = pc.index_in(values, value_set=pa.array(wanted.labels, values.type))
    if found.null_count:
        problem = f"the value is none of the labels {', '.join(map(repr, wanted.labels))}"
        _refuse_where(found.is_null().to_numpy(zero_copy_only=False), problem)
    return np.asarray(found.to_numpy(zero_copy_only=True), np.int64)


def _category_from_integer(values: Any, wanted: Declaration) -> Array:
    return _category_from_text(values.cast(pa.string()), wanted)


def _date_from_date(values: Any, wanted: Declaration) -> Array:
    days = values.cast(pa.date32(), safe=False)
    is_day = pc.equal(days.cast(values.type), values).to_numpy(zero_copy_only=False)
    _refuse_where(~is_day, "the value has a time of day; a day is expected")
    return np.asarray(days.cast(pa.int32()).to_numpy(zero_copy_only=True).astype(np.int64))


def _date_from_text(values: Any, wanted: Declaration) -> Array:
    try:
        return _date_from_date(values.cast(pa.date32()), wanted)
    except pa.ArrowInvalid:
        days = [_day_of(text, index) for index, text in enumerate(values.to_pylist())]
        return np.array(days, np.int64)


def _day_of(text: str, index: int) -> int:
    word = text.strip()
    if not word:
        raise RefusedError(index, "the day is missing")
    try:
        return date.fromisoformat(word).toordinal() - date(1970, 1, 1).toordinal()
    except ValueError:
        raise RefusedError(index, "the value is not a day written as year-month-day, such as 2024-05-31") from None


def _refuse_missing_text(values: Any) -> None:
    _refuse_where(pc.equal(values, "").to_numpy(zero_copy_only=False), "the value is missing")


_READERS: dict[tuple[str, str], Callable[[Any, Declaration], Array]] = {
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
    ("date", "date"): _date_from_date,
    ("date", "text"): _date_from_text,
}


def arrow_type(wanted: Declaration) -> Any:
    """The Arrow type in which a text file's column is best parsed; text for kinds whose words matter."""
    types = {"bool": pa.bool_(), "int": pa.int64(), "fixed": pa.float64(), "date": pa.date32()}
    return types.get(wanted.kind, pa.string())


def is_word_of(word: str, wanted: Declaration) -> bool:
    """Whether `word` can be a value of the kind: what tells a header from data in a file of numbers."""
    try:
        convert(pa.array([word]), wanted)
    except RefusedError as refusal:
        return "outside" in refusal.problem or "missing" in refusal.problem
    return True
