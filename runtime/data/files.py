"""Files as content. In: a path and what is wanted of it. Out: `Content`. One row of `_READERS` for each file type."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pyarrow as pa
from pyarrow import parquet

from ..graph.nodes import Declaration
from .content import Columns, Content, columns_of_arrow
from .convert import RefusedError
from .csv_files import read_array, read_table
from .objects import content_of

Wanted = Mapping[str, Declaration] | Declaration
"""The declared columns of a table by name, or one array."""


def read_file(path: Path, wanted: Wanted) -> Content:
    """What the file holds of what is wanted. Raises `RefusedError`, without any value of the file in its text."""
    reader = _READERS.get(path.suffix.lower())
    if reader is None:
        raise RefusedError(None, f"the file type {path.suffix!r} is unknown; it must be one of {', '.join(_READERS)}")
    try:
        if path.stat().st_size == 0:
            raise RefusedError(None, "the file is empty")
        return reader(path, wanted)
    except FileNotFoundError:
        raise RefusedError(None, "there is no such file") from None
    except OSError as error:
        raise RefusedError(None, f"the file cannot be read: {error.strerror or 'input/output error'}") from None


def is_file_name(source: str) -> bool:
    """Whether the text ends like a file that can be read."""
    return Path(source).suffix.lower() in _READERS


def is_file(source: str) -> bool:
    """Whether text that is a source means a file rather than a literal or a query."""
    return source.strip()[:1] not in ("[", "{", '"', "'") and is_file_name(source)


def file_types() -> tuple[str, ...]:
    """The endings of the files that can be read."""
    return tuple(_READERS)


def _read_csv(path: Path, wanted: Wanted) -> Content:
    return read_array(path, wanted) if isinstance(wanted, Declaration) else read_table(path, wanted)


def _read_parquet(path: Path, wanted: Wanted) -> Columns:
    names = None if isinstance(wanted, Declaration) else list(wanted)
    try:
        with parquet.ParquetFile(path) as file:
            found = file.schema_arrow.names
            table = file.read(columns=None if names is None else [name for name in found if name in names])
    except pa.ArrowException:
        raise RefusedError(None, "the file is not readable as Parquet") from None
    content = columns_of_arrow(table, names)
    return Columns(tuple(found), content.cells)


def _read_npy(path: Path, wanted: Wanted) -> Content:
    try:
        array = np.load(path, mmap_mode="r", allow_pickle=False)
    except (ValueError, EOFError):
        problem = "the file is not readable as NPY (arrays of Python objects are not: save numbers or text)"
        raise RefusedError(None, problem) from None
    return content_of(array, None if isinstance(wanted, Declaration) else wanted)


def _read_json(path: Path, wanted: Wanted) -> Content:
    try:
        value = json.loads(path.read_text(encoding="utf-8-sig"))
    except json.JSONDecodeError as error:
        problem = f"the file is not JSON: line {error.lineno}, column {error.colno}"
        raise RefusedError(None, problem) from None
    except (ValueError, RecursionError):
        raise RefusedError(None, "the file is not JSON in UTF-8") from None
    return content_of(value, None if isinstance(wanted, Declaration) else wanted)


_READERS: dict[str, Callable[[Path, Wanted], Content]] = {
    ".csv": _read_csv,
    ".parquet": _read_parquet,
    ".npy": _read_npy,
    ".json": _read_json,
}
