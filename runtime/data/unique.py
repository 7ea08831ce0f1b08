"""Keys that a join needs once each. In: a key column as it was read, and its source. Out: nothing, or a refusal."""

from pathlib import Path

import numpy as np

from ..errors import InputError
from ..graph.nodes import Declaration
from .convert import Array
from .csv_files import line_of
from .keys import NO_KEY


def check_unique(declared: Declaration, keys: Array, source: object = None) -> None:
    """Raises `InputError`, for the owner's eyes, where two rows have the same key; rows with NO_KEY do not count.

    `keys` is the column as `read_input` gave it. Of a `source` that is a file the error tells the name, and the lines
    of a CSV file. Half a second for ten million keys.
    """
    ordered = np.sort(keys, axis=None)
    same = (ordered[1:] == ordered[:-1]) & (ordered[1:] != NO_KEY)
    if not same.any():
        return
    first, second = _first_pair(keys.reshape(-1), ordered[1:][same])
    path = Path(source) if isinstance(source, str | Path) and Path(source).suffix else None
    name, column = declared.table or declared.name, declared.name.removeprefix(declared.table + ".")
    where = "" if path is None else f" ({path})"
    place = f"{_row(second, path)}, column {column!r}" if declared.table else _row(second, path)
    raise InputError(
        f"input {name!r}{where}: {place}: the key is that of {_row(first, path)} too; "
        "a join needs every key once: leave one of the rows out, or sum them up first"
    )


def _first_pair(keys: Array, repeated: Array) -> tuple[int, int]:
    """The first row whose key an earlier row has, after that row."""
    rows = np.flatnonzero(np.isin(keys, repeated))
    _, firsts, which = np.unique(keys[rows], return_index=True, return_inverse=True)
    again = int(np.argmax(firsts[which] != np.arange(len(rows))))
    return int(rows[firsts[which[again]]]), int(rows[again])


def _row(row: int, path: Path | None) -> str:
    line = line_of(path, row) if path is not None and path.suffix.lower() == ".csv" else None
    return f"row {row + 1}" + ("" if line is None else f" (line {line})")
