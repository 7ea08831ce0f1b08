"""Files as content. In: a path and what is wanted. Out: `Content`. Each file type is one row of `_READERS`."""

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np

from ...graph.nodes import Declaration
from .arrow import pa, parquet
from .content import Columns, Content
from .csv_files import read_array, read_table
from .objects import content_of
from .refused import RefusedError
from .stream import BATCH_ROWS, Wanted, read_batches, wanted_of


def read_file(path: Path, wanted: Wanted) -> Content:
    """The wanted content of the file. Raises `RefusedError`, whose text shows no value of the file."""
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
    """Whether the text ends like the name of a file that can be read."""
    return Path(source).suffix.lower() in _READERS


def is_file(source: str) -> bool:
    """Whether a source given as text names a file rather than a literal. Queries are for callers to exclude."""
    return source.strip()[:1] not in ("[", "{", '"', "'") and is_file_name(source)


def file_types() -> tuple[str, ...]:
    """The endings of the files that can be read."""
    return tuple(_READERS)


def _read_csv(path: Path, wanted: Wanted) -> Content:
    return read_array(path, wanted) if isinstance(wanted, Declaration) else read_table(path, wanted)


def _read_parquet(path: Path, wanted: Wanted) -> Columns:
    try:
        with parquet.ParquetFile(path, pre_buffer=False) as file:
            names = tuple(file.schema_arrow.names)
            chosen = wanted_of(wanted, names)
            batches = file.iter_batches(BATCH_ROWS, columns=list(chosen))
            return Columns(names, read_batches(batches, chosen))
    except pa.ArrowException:
        raise RefusedError(None, "the file is not readable as Parquet") from None


def _read_arrow(path: Path, wanted: Wanted) -> Columns:
    """The columns of an Arrow IPC file, or of an Arrow stream in a file."""
    try:
        with pa.memory_map(str(path)) as content:
            try:
                file = pa.ipc.open_file(content)
                batches: Iterable[Any] = (file.get_batch(index) for index in range(file.num_record_batches))
            except pa.ArrowInvalid:
                content.seek(0)
                file = batches = pa.ipc.open_stream(content)
            names = tuple(file.schema.names)
            chosen = wanted_of(wanted, names)
            return Columns(names, read_batches(batches, chosen))
    except pa.ArrowException:
        raise RefusedError(None, "the file is not readable as Arrow") from None


def _read_npy(path: Path, wanted: Wanted) -> Content:
    try:
        array = np.load(path, mmap_mode="r", allow_pickle=False)
    except (ValueError, EOFError):
        problem = "the file is not readable as NPY (arrays of Python objects are not: save numbers or text)"
        raise RefusedError(None, problem) from None
    return content_of(array, wanted)


def _read_json(path: Path, wanted: Wanted) -> Content:
    try:
        value = json.loads(path.read_text(encoding="utf-8-sig"))
    except json.JSONDecodeError as error:
        problem = f"the file is not JSON: line {error.lineno}, column {error.colno}"
        raise RefusedError(None, problem) from None
    except (ValueError, RecursionError):
        raise RefusedError(None, "the file is not JSON in UTF-8") from None
    return content_of(value, wanted)


_READERS: dict[str, Callable[[Path, Wanted], Content]] = {
    ".csv": _read_csv,
    ".parquet": _read_parquet,
    ".arrow": _read_arrow,
    ".feather": _read_arrow,
    ".npy": _read_npy,
    ".json": _read_json,
}
