"""One column of data as a clear array.

In: Arrow values of any type, or `Numbers`, and a declaration. Out: a NumPy array of bool or int64.
"""

from typing import Any

import numpy as np

from ...graph.nodes import Declaration
from .arrow import pa, pc
from .keys import normalised
from .numbers import Numbers, is_read_as_numbers, read_numbers
from .readers import READERS, Array, element_name, family
from .refused import RefusedError

MISSING_WORDS = ("", "NA", "N/A", "NaN", "nan", "null", "NULL", "None", "#N/A", "\\N", "-")
"""The texts that stand for a missing value, of every kind and in every format, unless a program lists others. A label
of a category that is one of them is that label.
"""

_KIND_WORDS = {
    "bool": "true or false",
    "int": "a whole number",
    "fixed": "a number",
    "key": "text or a whole number",
    "category": "one of the labels",
    "date": "a day such as 2024-05-31",
    "datetime": "an instant such as 2024-05-31T12:00:00Z",
}


def convert(values: Any, wanted: Declaration) -> Array:
    """The flat Arrow array, or `Numbers`, as a new array of bool (for bool) or int64 (for all other kinds).

    Everything is checked. Fixed-point values are rounded to the nearest unit, dates are days since 1970-01-01, instants
    are microseconds since then, categories are indices of labels, and keys are 64-bit hashes. A missing value becomes
    the declared default. Where values may be missing, the array may be a NumPy masked array, whose data is 0 or nearly
    so there. Raises
    `RefusedError` for a value that cannot be converted, or is missing where it may not.
    """
    if isinstance(values, Numbers):
        return _convert_numbers(values, wanted)
    if not isinstance(values, pa.ChunkedArray):
        return _convert_chunk(values, wanted)
    result = empty((len(values),), wanted)
    start = 0
    for chunk in values.chunks:
        try:
            result[start : start + len(chunk)] = _convert_chunk(chunk, wanted)
        except RefusedError as refusal:
            raise refusal.moved(start) from None
        start += len(chunk)
    return result


def empty(shape: tuple[int, ...], wanted: Declaration) -> Array:
    """An array to be filled with what `convert` gives, masked where values may be missing."""
    make = np.ma.zeros if wanted.present else np.empty
    result: Array = make(shape, element_type(wanted))
    return result


def element_type(wanted: Declaration) -> type[np.generic]:
    """The NumPy type of a clear array."""
    return np.bool_ if wanted.kind == "bool" else np.int64


def _convert_numbers(values: Numbers, wanted: Declaration) -> Array:
    absent = np.isnan(values.array) if values.family == "float" else np.zeros(0, np.bool_)
    if len(values) and is_read_as_numbers(wanted, values.family) and not absent.any():
        return _own(read_numbers(values, wanted))
    return _convert_chunk(pa.array(values.array, mask=absent if absent.any() else None), wanted)


def _convert_chunk(values: Any, wanted: Declaration) -> Array:
    values = _plain(values)
    if wanted.kind == "key" and family(values.type) == "text":
        values = normalised(values, wanted.steps)
    missing = _missing(values, wanted)
    if not missing.any():
        return _read(values, wanted)
    if wanted.default is None and not wanted.present:
        raise RefusedError(int(np.argmax(missing)), _lacking(wanted))
    there = np.flatnonzero(~missing)
    result = np.full(len(values), _instead(wanted), element_type(wanted))
    try:
        result[there] = _read(values.filter(pa.array(~missing)), wanted)
    except RefusedError as refusal:
        raise RefusedError(None if refusal.index is None else int(there[refusal.index]), refusal.problem) from None
    return np.ma.MaskedArray(result, missing) if wanted.present else result


def _instead(wanted: Declaration) -> int:
    """The number where a value is missing: the default, or else 0, or what is nearest to 0 within the limits."""
    if wanted.default is not None or not wanted.limits:
        return wanted.default or 0
    low, high = wanted.limits
    return min(max(0, low), high)


def _lacking(wanted: Declaration) -> str:
    """What is said of a missing value where none may be missing."""
    name = element_name(wanted)
    remedy = f"declare it as `{name}?`" + (f", or as `{name} = {_some_default(wanted)}`" if wanted.table else "")
    if wanted.kind == "key":
        return f"the key is missing; {remedy} if it may be"
    return f"the value is missing; {_KIND_WORDS[wanted.kind]} is expected: {remedy} if it may be missing"


def _some_default(wanted: Declaration) -> str:
    if wanted.kind == "category":
        return f'"{wanted.labels[0]}"'
    return {"bool": "False", "key": '""', "date": '"2024-12-31"', "datetime": '"2024-12-31"'}.get(wanted.kind, "0")


def _read(values: Any, wanted: Declaration) -> Array:
    if len(values) == 0:
        return np.empty(0, element_type(wanted))
    reader = READERS.get((wanted.kind, family(values.type)))
    if reader is None:
        raise RefusedError(None, f"the values are of type {values.type}; {_KIND_WORDS[wanted.kind]} is expected")
    return _own(reader(values, wanted))


def _own(array: Array) -> Array:
    """The array, contiguous; a copy where the array is read-only, because others hold its memory."""
    result = np.ascontiguousarray(array)
    return result if result.flags.writeable else np.array(result)


def _plain(values: Any) -> Any:
    """The values without Arrow's wrappings: its own extension types, dictionaries, views of strings.

    What the storage of others' extension types means is not known: that of pandas' periods counts months or days.
    """
    if isinstance(values, pa.ExtensionArray) and values.type.extension_name.startswith("arrow."):
        values = values.storage
    if pa.types.is_dictionary(values.type):
        return _plain(values.dictionary).take(values.indices)
    if pa.types.is_string_view(values.type):
        return values.cast(pa.large_string())
    return values


def _missing(values: Any, wanted: Declaration) -> Array:
    """For each value whether it is missing: a null, NaN, or text that stands for a missing value.

    Keys are normalised, and so are the texts that stand for a missing one.
    """
    kind = family(values.type)
    if kind == "float":
        return np.asarray(np.isnan(values.to_numpy(zero_copy_only=False)))
    if kind != "text":
        if not values.null_count:
            return np.zeros(len(values), np.bool_)
        return np.asarray(values.is_null().to_numpy(zero_copy_only=False))
    words = pa.array(missing_words(wanted), pa.string())
    if wanted.kind == "key" and wanted.steps:
        words = pa.concat_arrays([normalised(words, wanted.steps), pa.array([""])])
    labels = {label.strip() for label in wanted.labels}
    chosen = [word for word in words.to_pylist() if word not in labels]
    found = pc.is_in(pc.utf8_trim_whitespace(values), value_set=pa.array([*chosen, None], values.type))
    return np.asarray(found.to_numpy(zero_copy_only=False))


def missing_words(wanted: Declaration) -> tuple[str, ...]:
    """The texts that stand for a missing value of an input."""
    return MISSING_WORDS if wanted.missing is None else wanted.missing


def arrow_type(wanted: Declaration) -> Any:
    """The Arrow type as which a text file's column is parsed. Keys and categories stay text, because words matter."""
    types = {"bool": pa.bool_(), "int": pa.int64(), "fixed": pa.float64(), "date": pa.date32()}
    return types.get(wanted.kind, pa.string())


def is_word_of(word: str, wanted: Declaration) -> bool:
    """Whether `word` can be a value of the declared kind. This tells a header from data in a file of numbers."""
    try:
        convert(pa.array([word]), wanted)
    except RefusedError as refusal:
        return "outside" in refusal.problem or "missing" in refusal.problem
    return True
