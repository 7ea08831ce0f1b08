"""One column of data as a clear array.

In: Arrow values of any type, or `Numbers`, and a declaration. Out: a NumPy array of bool or int64.
"""

from typing import Any

import numpy as np

from ...graph.nodes import Declaration
from .arrow import pa, pc
from .keys import normalised
from .numbers import Numbers, is_read_as_numbers, read_numbers
from .readers import READERS, Array, family
from .refused import RefusedError

MISSING_WORDS = ("", "NA", "N/A", "NULL", "null")
"""What stands in text for a missing number, truth value or day. For keys and labels only the first word does."""

_KIND_WORDS = {
    "bool": "true or false",
    "int": "a whole number",
    "fixed": "a number",
    "key": "text or a whole number",
    "category": "one of the labels",
    "date": "a day such as 2024-05-31",
}


def convert(values: Any, wanted: Declaration) -> Array:
    """The flat Arrow array, or `Numbers`, as a new array of bool (for bool) or int64 (for all other kinds).

    Everything is checked. Fixed-point values are rounded to the nearest unit, dates are days since 1970-01-01,
    categories are indices of labels, and keys are 64-bit hashes. A missing value becomes the declared default. Raises
    `RefusedError` for a value that cannot be converted, or is missing without a default.
    """
    if isinstance(values, Numbers):
        return _convert_numbers(values, wanted)
    if not isinstance(values, pa.ChunkedArray):
        return _convert_chunk(values, wanted)
    result = np.empty(len(values), element_type(wanted))
    start = 0
    for chunk in values.chunks:
        try:
            result[start : start + len(chunk)] = _convert_chunk(chunk, wanted)
        except RefusedError as refusal:
            raise refusal.moved(start) from None
        start += len(chunk)
    return result


def element_type(wanted: Declaration) -> type[np.generic]:
    """The NumPy type of a clear array."""
    return np.bool_ if wanted.kind == "bool" else np.int64


def _convert_numbers(values: Numbers, wanted: Declaration) -> Array:
    if len(values) and is_read_as_numbers(wanted, values.family):
        return _own(read_numbers(values, wanted))
    return _convert_chunk(pa.array(values.array), wanted)


def _convert_chunk(values: Any, wanted: Declaration) -> Array:
    values = _plain(values)
    if wanted.kind == "key" and family(values.type) == "text":
        values = normalised(values, wanted.steps)
    missing = _missing(values, wanted)
    if not missing.any():
        return _read(values, wanted)
    if wanted.default is None:
        problem = f"the value is missing; {_KIND_WORDS[wanted.kind]} is expected"
        raise RefusedError(int(np.argmax(missing)), "the key is missing" if wanted.kind == "key" else problem)
    there = np.flatnonzero(~missing)
    result = np.full(len(values), wanted.default, element_type(wanted))
    try:
        result[there] = _read(values.filter(pa.array(~missing)), wanted)
    except RefusedError as refusal:
        raise RefusedError(None if refusal.index is None else int(there[refusal.index]), refusal.problem) from None
    return result


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
    """The values without Arrow's wrappings: extension types, dictionaries, views of strings."""
    if isinstance(values, pa.ExtensionArray):
        values = values.storage
    if pa.types.is_dictionary(values.type):
        return _plain(values.dictionary).take(values.indices)
    if pa.types.is_string_view(values.type):
        return values.cast(pa.large_string())
    return values


def _missing(values: Any, wanted: Declaration) -> Array:
    """For each value whether it is missing: a null, or text that stands for a missing value."""
    if family(values.type) != "text":
        if not values.null_count:
            return np.zeros(len(values), np.bool_)
        return np.asarray(values.is_null().to_numpy(zero_copy_only=False))
    if wanted.kind == "category" and any(label.strip() in MISSING_WORDS[:1] for label in wanted.labels):
        return np.asarray(values.is_null().to_numpy(zero_copy_only=False))
    words = MISSING_WORDS[:1] if wanted.kind in ("key", "category") else MISSING_WORDS
    found = pc.is_in(pc.utf8_trim_whitespace(values), value_set=pa.array([*words, None], values.type))
    return np.asarray(found.to_numpy(zero_copy_only=False))


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
