"""Outputs as people read them. In: revealed arrays in the clear representation. Out: NumPy values, and from them JSON.

Scalars are arrays of no axes. A table is a dict of its columns, without its invalid rows. A scalar that is missing is
None, an array of which elements are missing a NumPy masked array.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np

from ..clear.keys import NO_KEY
from ..graph.nodes import Declaration
from .sources.readers import Array

Revealed = Array | dict[str, Array] | None
"""One revealed value: an array, a table's columns by name, or None for a number that is missing."""


def decode_outputs(declarations: Iterable[Declaration], arrays: Mapping[str, Array]) -> dict[str, Revealed]:
    """The revealed values by name, in order of declaration. Values that `arrays` lacks are left out.

    A bool stays bool, int is int64, fixed is float64, date is datetime64[D], datetime is datetime64[us] in UTC,
    category is text, and a key is the 16 hex digits of its hash, or empty text where there is no key.
    """
    declared = [each for each in declarations if each.name in arrays and not each.shares]
    hidden = {each.valid for each in declared} | {each.present for each in declared}
    result: dict[str, Revealed] = {}
    for each in declared:
        if each.name in hidden:
            continue
        value = decode(each, arrays[each.name], arrays.get(each.valid), arrays.get(each.present))
        if each.table:
            assert value is not None, f"the column {each.name!r} has no rows"
            columns = result.setdefault(each.table, {})
            assert isinstance(columns, dict), f"the output {each.table!r} is both a table and an array"
            columns[each.name.removeprefix(each.table + ".")] = value
        else:
            result[each.name] = value
    return result


def decode(
    declared: Declaration, array: Array, valid: Array | None = None, present: Array | None = None
) -> Array | None:
    """One array in a user's types, as `decode_outputs` says. With `valid`, only the rows where that holds. Where
    `present`, which broadcasts to the array, does not hold, elements are missing.
    """
    rows = array if valid is None else array[valid.astype(bool)]
    if present is None:
        return _DECODERS[declared.kind](rows, declared)
    there = np.broadcast_to(present.astype(bool), array.shape)
    absent = ~(there if valid is None else there[valid.astype(bool)])
    decoded = _DECODERS[declared.kind](np.where(absent, 0, rows), declared)
    if not absent.any():
        return decoded
    return np.ma.MaskedArray(decoded, absent) if absent.shape else None


def jsonable(value: Revealed) -> Any:
    """The value as JSON can hold it: numbers, booleans, text, nested lists, and for a table a dict of lists."""
    if value is None:
        return None
    if isinstance(value, dict):
        return {name: jsonable(column) for name, column in value.items()}
    if value.dtype == np.dtype("datetime64[us]"):
        return _instants(value.tolist(), np.datetime_as_string(np.ma.getdata(value)).tolist())
    plain = value.astype(str) if value.dtype.kind == "M" else value
    return plain.tolist()


def _instants(values: Any, texts: Any) -> Any:
    """The texts of instants in UTC, without zeros at the end of a fraction; None where a value is missing."""
    if isinstance(texts, list):
        return [_instants(value, text) for value, text in zip(values, texts, strict=True)]
    return None if values is None else texts.rstrip("0").rstrip(".") + "Z" if "." in texts else texts + "Z"


def _fixed(array: Array, declared: Declaration) -> Array:
    return np.asarray(np.ldexp(array.astype(np.float64), -declared.scale))


def _category(array: Array, declared: Declaration) -> Array:
    return np.asarray(np.array(declared.labels, dtype=np.str_)[array])


def _key(array: Array, declared: Declaration) -> Array:
    words = array.astype(np.uint64).reshape(-1).tolist()
    digits = ["" if word == NO_KEY else f"{word:016x}" for word in words]
    return np.array(digits, dtype="U16").reshape(array.shape)


_DECODERS: dict[str, Callable[[Array, Declaration], Array]] = {
    "bool": lambda array, declared: np.asarray(array, np.bool_),
    "int": lambda array, declared: np.asarray(array, np.int64),
    "fixed": _fixed,
    "category": _category,
    "date": lambda array, declared: np.asarray(array, np.int64).astype("datetime64[D]"),
    "datetime": lambda array, declared: np.asarray(array, np.int64).astype("datetime64[us]"),
    "key": _key,
}
