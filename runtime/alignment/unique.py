"""Keys that several rows have: which rows these are, and the refusal of too many, for their owner's eyes.

In: key columns and their sources.
"""

from collections.abc import Callable, Iterable

import numpy as np

from ..clear.keys import NO_KEY
from ..data.assign import Assigned
from ..data.files.formats import file_of, line_of
from ..data.sources.readers import Array
from ..errors import InputError
from ..graph.nodes import Declaration

Check = Callable[[str, Array, int], None]
"""Refuses keys that more than so many rows have, by the name of the input that holds their first column: `InputError`,
for its owner's eyes."""

_REMEDY = "leave rows out, sum them up first, or allow more of a key with `at_most=`"


def check_column(name: str, keys: Array, most: int) -> None:
    """The check of a column of which the source is not known."""
    check_repeats(Declaration(name, "key", ("rows",)), keys, most)


def check_keys(sources: Iterable[Assigned], name: str, keys: Array, most: int) -> None:
    """Refuses keys that more than so many rows have, where their owner finds them."""
    for one in sources:
        for declared in one.declarations:
            if declared.name == name:
                check_repeats(declared, keys, most, one.source)


def check_repeats(declared: Declaration, keys: Array, most: int = 1, source: object = None) -> None:
    """Raises `InputError`, for the owner's eyes, where more than so many rows have a key.

    `keys` are those of the column, or of all columns that are a key together; rows with NO_KEY do not count. Of a
    `source` that is a file the error tells the name, and the lines of a CSV file. About a second for ten million keys.
    """
    ordered = np.sort(keys, axis=None)
    if not _are_more(ordered, most).any():
        return
    order = np.argsort(keys, kind="stable")
    surplus = order[most:][_are_more(keys[order], most)]
    row = int(surplus.min())
    first = int(np.flatnonzero(keys == keys[row])[0])
    other = _row(first, source)
    whose = f"that of {other} too" if most == 1 else f"that of {other} and of more than {most} rows in all"
    needs = "every key once" if most == 1 else f"a key in {most} rows at most"
    raise InputError(
        f"{describe_row(declared, source, row)}: the key is {whose}; the join needs {needs} on this side: {_REMEDY}"
    )


def _are_more(ordered: Array, most: int) -> Array:
    """For each place from `most` on whether the key there is that of so many places before."""
    later = ordered[most:]
    return np.asarray(np.logical_and(later == ordered[: len(later)], later != NO_KEY))


def repeated(keys: Array, unset: Array) -> Array | None:
    """Which rows have a key that an earlier row has; None where no row has. Rows that are `unset` have no key."""
    rows = np.flatnonzero(~unset)
    present = keys[rows]
    ordered = np.sort(present)
    if not (ordered[1:] == ordered[:-1]).any():
        return None
    order = np.argsort(present, kind="stable")
    same = present[order][1:] == present[order][:-1]
    found: Array = np.zeros(len(keys), np.bool_)
    found[rows[order[1:][same]]] = True
    return found


def describe_row(declared: Declaration, source: object, row: int) -> str:
    """Where a row stands, `row` counting from 0: `input 't' (t.csv): row 3 (line 4), column 'user'`."""
    name, column = declared.table or declared.name, declared.column
    where = "" if file_of(source) is None else f" ({source})"
    return f"input {name!r}{where}: {_row(row, source)}" + (f", column {column!r}" if declared.table else "")


def _row(row: int, source: object) -> str:
    file = file_of(source)
    line = None if file is None else line_of(file, row)
    return f"row {row + 1}" + ("" if line is None else f" (line {line})")
