"""Refuses key columns in which a key stands twice, and says where a row stands. In: key columns and their sources.

Messages are for the owner of the keys only.
"""

from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np

from ..data.assign import Assigned
from ..data.sources.csv_files import line_of
from ..data.sources.files import is_file
from ..data.sources.keys import NO_KEY
from ..data.sources.readers import Array
from ..data.sources.sql import is_query
from ..errors import InputError
from ..graph.nodes import Declaration

Check = Callable[[str, Array], None]
"""Refuses a key column, by its input's name, in which a key stands twice. Raises `InputError`, for its owner only."""


def check_column(name: str, keys: Array) -> None:
    """The check of a column whose source is not known."""
    check_unique(Declaration(name, "key", ("rows",)), keys)


def check_keys(sources: Iterable[Assigned], name: str, keys: Array) -> None:
    """Refuses a key column in which a key stands twice. The error says where in `sources` its owner finds the key."""
    for one in sources:
        for declared in one.declarations:
            if declared.name == name:
                check_unique(declared, keys, one.source)


def check_unique(declared: Declaration, keys: Array, source: object = None) -> None:
    """Raises `InputError`, for the owner only, where two rows have the same key. Rows with NO_KEY do not count.

    `keys` is the column as `read_input` gave it. If `source` is a file, the error names the file; if it is a CSV file,
    the error also gives the lines. Takes about a second for ten million keys.
    """
    ordered = np.sort(keys, axis=None)
    same = (ordered[1:] == ordered[:-1]) & (ordered[1:] != NO_KEY)
    if not same.any():
        return
    first, second = _first_pair(keys.reshape(-1), ordered[1:][same])
    raise InputError(
        f"{describe_row(declared, source, second)}: the key is that of {_row(first, _path(source))} too; "
        "a join needs every key once: leave one of the rows out, or sum them up first"
    )


def describe_row(declared: Declaration, source: object, row: int) -> str:
    """Where a row stands, `row` counting from 0: `input 't' (t.csv): row 3 (line 4), column 'user'`."""
    path = _path(source)
    name, column = declared.table or declared.name, declared.name.removeprefix(declared.table + ".")
    where = "" if path is None else f" ({path})"
    return f"input {name!r}{where}: {_row(row, path)}" + (f", column {column!r}" if declared.table else "")


def _first_pair(keys: Array, repeated: Array) -> tuple[int, int]:
    """The first row whose key an earlier row has too: that earlier row, then this one."""
    rows = np.flatnonzero(np.isin(keys, repeated))
    _, firsts, which = np.unique(keys[rows], return_index=True, return_inverse=True)
    again = int(np.argmax(firsts[which] != np.arange(len(rows))))
    return int(rows[firsts[which[again]]]), int(rows[again])


def _path(source: object) -> Path | None:
    if isinstance(source, Path) or (isinstance(source, str) and is_file(source) and not is_query(source)):
        return Path(source)
    return None


def _row(row: int, path: Path | None) -> str:
    line = line_of(path, row) if path is not None and path.suffix.lower() == ".csv" else None
    return f"row {row + 1}" + ("" if line is None else f" (line {line})")
