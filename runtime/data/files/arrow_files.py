"""Parquet and Arrow files. In: a path, and what is wanted of the file. Out: `Columns`, read in batches."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from ..sources.arrow import pa, parquet
from ..sources.content import Columns
from ..sources.refused import RefusedError
from ..sources.stream import BATCH_ROWS, Wanted, read_batches, wanted_of


def read_parquet(path: Path, wanted: Wanted) -> Columns:
    """The wanted columns. Raises `RefusedError`."""
    try:
        with parquet.ParquetFile(path, pre_buffer=False) as file:
            names = tuple(file.schema_arrow.names)
            chosen = wanted_of(wanted, names)
            batches = file.iter_batches(BATCH_ROWS, columns=list(chosen))
            return Columns(names, read_batches(batches, chosen))
    except (pa.ArrowException, UnicodeError):
        raise RefusedError(None, "the file is not readable as Parquet") from None


def read_arrow(path: Path, wanted: Wanted) -> Columns:
    """The wanted columns of an Arrow IPC file, or of an Arrow stream in a file. Raises `RefusedError`."""
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
            return Columns(names, read_batches(_sound(batches), chosen))
    except (pa.ArrowException, UnicodeError):
        raise RefusedError(None, "the file is not readable as Arrow") from None


def _sound(batches: Iterable[Any]) -> Iterator[Any]:
    """The batches, each looked through before it is used: Arrow trusts the places and texts in a file."""
    for batch in batches:
        batch.validate(full=True)
        yield batch
