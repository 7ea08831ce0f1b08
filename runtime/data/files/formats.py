"""Files as content. In: a source that names a file, and what is wanted. Out: `Content`.

Each file type is one row of `_FORMATS`.
"""

import os
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path, PurePath

from ..sources.content import Content
from ..sources.refused import RefusedError
from ..sources.sql import is_query
from ..sources.stream import Wanted
from . import csv_files, json_files
from .advice import Refused, advised
from .arrow_files import read_arrow, read_parquet
from .excel_files import read_excel
from .numpy_files import read_npy, read_npz
from .options import TEXT_OPTIONS, Options, read_options
from .text import TextFile


@dataclass(frozen=True, slots=True)
class DataFile:
    """A file that a source names: its path, its ending, which is empty if unknown, and the text of its options."""

    path: Path
    ending: str
    told: str | None = None

    def options(self) -> Options:
        """The file's options. Raises `RefusedError`."""
        known = _FORMATS[self.ending].options
        return Options() if self.told is None else read_options(self.told, known, self.ending)


@dataclass(frozen=True, slots=True)
class _Format:
    """How files of one ending are read, their options, and, for CSV, what usually parts fields."""

    read: Callable[[DataFile, Options, Wanted], Content]
    options: tuple[str, ...] = ()
    delimiter: str = ""
    has_lines: bool = False


def file_of(source: object) -> DataFile | None:
    """The file that a source names; None for a literal, a query or an object.

    What follows a question mark are options. If the text before another question mark, or all of it, is the path of a
    file that there is, then that is the file.
    """
    is_path = isinstance(source, PurePath)
    if not is_path and (not isinstance(source, str) or source.strip()[:1] in tuple("[{\"'") or is_query(source)):
        return None
    path, told = parted(str(source))
    ending = ending_of(path)
    return DataFile(Path(path), ending, told) if is_path or ending else None


def parted(source: str) -> tuple[str, str | None]:
    """The path in a source, and the options, if there are any."""
    marks = [index for index, sign in enumerate(source) if sign == "?"]
    for end in (len(source), *reversed(marks)):
        if os.path.isfile(source[:end]):  # False, rather than an error, for text too long for a name
            return source[:end], source[end + 1 :] if end < len(source) else None
    end = next((end for end in marks if ending_of(source[:end])), len(source))
    return source[:end], source[end + 1 :] if end < len(source) else None


def ending_of(path: str) -> str:
    """The known ending of a file's name, in lower case; empty for others. What follows a question mark is no ending."""
    name = PurePath(path).name.lower()
    for known in (name, name.partition("?")[0]):
        fitting = [ending for ending in _FORMATS if known.endswith(ending) and known != ending]
        if fitting:
            return max(fitting, key=len)
    return ""


def file_types() -> tuple[str, ...]:
    """The endings of the files that can be read."""
    return tuple(_FORMATS)


def read_file(file: DataFile, wanted: Wanted) -> Content:
    """The wanted content of the file. Raises `RefusedError`, whose text shows no value of the file."""
    if not file.ending:
        raise RefusedError(None, unknown_type(file.path))
    options = file.options()
    try:
        if file.path.stat().st_size == 0:
            raise RefusedError(None, "the file is empty")
        return _FORMATS[file.ending].read(file, options, wanted)
    except FileNotFoundError:
        raise RefusedError(None, "there is no such file") from None
    except (EOFError, zlib.error):
        raise RefusedError(None, "the file is not readable as gzip: its end is missing, or it is damaged") from None
    except OSError as error:
        raise RefusedError(None, f"the file cannot be read: {_why(file, error)}") from None


def _why(file: DataFile, error: OSError) -> str:
    if error.strerror is None and file.ending.endswith(".gz"):
        return "it is not packed with gzip, or it is damaged"
    return error.strerror or "input/output error"


def unknown_type(path: Path) -> str:
    """What is said of a file with an unknown ending."""
    return f"the file type {path.suffix!r} is unknown; it must be one of {', '.join(_FORMATS)}"


def line_of(file: DataFile, row: int) -> int | None:
    """The line of a text file on which the data row of that index (from 0) starts. None if it cannot be told."""
    format = _FORMATS.get(file.ending)
    try:
        if format is not None and format.has_lines:
            return json_files.line_of(TextFile(file.path), row)
        if format is not None and format.delimiter:
            options = file.options()
            return csv_files.line_of(TextFile(file.path, options.encoding), options, format.delimiter, row)
    except (OSError, EOFError, zlib.error, RefusedError):
        return None
    return None


def advice(file: DataFile, wanted: Wanted, line: int | None) -> str:
    """What to write if a file of text, refused at a line, looks as if it were written in another way. Else empty."""
    format = _FORMATS.get(file.ending)
    if format is None or not format.delimiter:
        return ""
    try:
        return advised(Refused(str(file.path), file.options(), format.delimiter, line), wanted)
    except (OSError, EOFError, zlib.error, RefusedError):
        return ""


def _read_csv(file: DataFile, options: Options, wanted: Wanted) -> Content:
    delimiter = _FORMATS[file.ending].delimiter
    return csv_files.read_csv(TextFile(file.path, options.encoding), options, delimiter, wanted)


_CSV = _Format(_read_csv, TEXT_OPTIONS, ",")
_TSV = _Format(_read_csv, TEXT_OPTIONS, "\t")
_ARROW = _Format(lambda file, options, wanted: read_arrow(file.path, wanted))
_JSON = _Format(lambda file, options, wanted: json_files.read_json(TextFile(file.path), wanted))
_JSON_LINES = _Format(
    lambda file, options, wanted: json_files.read_json_lines(TextFile(file.path), wanted), has_lines=True
)

_FORMATS: dict[str, _Format] = {
    ".csv": _CSV,
    ".parquet": _Format(lambda file, options, wanted: read_parquet(file.path, wanted)),
    ".arrow": _ARROW,
    ".feather": _ARROW,
    ".npy": _Format(lambda file, options, wanted: read_npy(file.path, wanted)),
    ".json": _JSON,
    ".tsv": _TSV,
    ".jsonl": _JSON_LINES,
    ".ndjson": _JSON_LINES,
    ".npz": _Format(lambda file, options, wanted: read_npz(file.path, options, wanted), ("array",)),
    ".xlsx": _Format(lambda file, options, wanted: read_excel(file.path, options, wanted), ("sheet", "header")),
    ".csv.gz": _CSV,
    ".tsv.gz": _TSV,
    ".jsonl.gz": _JSON_LINES,
    ".ndjson.gz": _JSON_LINES,
    ".json.gz": _JSON,
}
