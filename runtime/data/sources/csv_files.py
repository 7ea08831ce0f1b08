"""CSV files. In: a path and what is wanted of the file. Out: `Columns`, parsed as the declared types.

Arrow parses the file in bulk. Arrow's own messages would show private values. So a file that Arrow refuses is read
again as text, and the readers of `convert` find the row. Commas part the fields if the first line has any, or else
semicolons or tabs. The encoding is UTF-8, with or without a byte order mark.
"""

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import partial
from mmap import ACCESS_READ, mmap
from pathlib import Path
from typing import Any

from ...graph.nodes import Declaration
from .arrow import csv as arrow_csv
from .arrow import pa
from .content import Cells, Columns, Typed
from .convert import arrow_type, is_word_of, missing_words
from .readers import FALSE_WORDS, TRUE_WORDS
from .refused import RefusedError
from .stream import read_batches, wanted_of

_BLOCK_BYTES = 1 << 23
"""How many bytes Arrow parses at once. No row of a file may be longer."""

_REPLACED = "\ufffd"
"""The character that Python puts in place of bytes that are not UTF-8."""


@dataclass(frozen=True, slots=True)
class _Layout:
    """What the first line tells. `names` are unique; if not `is_named`, they just count the columns."""

    path: Path
    names: tuple[str, ...]
    is_named: bool
    has_header: bool
    delimiter: str

    @property
    def width(self) -> int:
        """The number of fields of every row."""
        return len(self.names)


def read_table(path: Path, wanted: Mapping[str, Declaration]) -> Columns:
    """The columns named in `wanted`. The first line is the header. Columns that the file lacks are left out.

    Raises `RefusedError`.
    """
    first, delimiter = _first_record(path)
    chosen = wanted_of(wanted, first)
    names = tuple(name if name in chosen else f"{index}:{name}" for index, name in enumerate(first))
    layout = _Layout(path, names, is_named=True, has_header=True, delimiter=delimiter)
    content = _read(layout, chosen)
    return Columns(tuple(first), content.cells, content.line)


def read_array(path: Path, wanted: Declaration) -> Columns:
    """All columns. The first line is a header when none of its fields can be a value of the declared kind.

    Every word can be a key, so files of keys always have a header. Raises `RefusedError`.
    """
    first, delimiter = _first_record(path)
    has_header = wanted.kind == "key" or not any(word and is_word_of(word, wanted) for word in first)
    is_named = has_header and len(set(first)) == len(first)
    names = tuple(first) if is_named else tuple(str(index + 1) for index in range(len(first)))
    layout = _Layout(path, names, is_named, has_header, delimiter)
    return _read(layout, dict.fromkeys(names, wanted))


def line_of(path: Path, row: int) -> int | None:
    """The line on which a data row of a file with a header starts; rows count from 0. None if it cannot be told."""
    try:
        first, delimiter = _first_record(path)
    except (OSError, RefusedError):
        return None
    return _line(_Layout(path, tuple(first), is_named=True, has_header=True, delimiter=delimiter), row)


def _first_record(path: Path) -> tuple[list[str], str]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            start = file.readline()
            delimiter = next((sign for sign in ",;\t" if sign in start), ",")
            file.seek(0)
            first = next((record for record in csv.reader(file, delimiter=delimiter) if record), None)
    except (UnicodeDecodeError, csv.Error):
        raise RefusedError(None, "the file is not text in UTF-8") from None
    if first is None:
        raise RefusedError(None, "the file is empty")
    return [name.strip() for name in first], delimiter


def _read(layout: _Layout, wanted: dict[str, Declaration]) -> Columns:
    try:
        cells = _cells(layout, wanted)
    except RefusedError as refusal:
        line = _line(layout, refusal.index) if refusal.line is None and refusal.index is not None else refusal.line
        column = refusal.column if layout.is_named else refusal.column.strip("'") if layout.width > 1 else ""
        raise RefusedError(refusal.index, refusal.problem, column, line) from None
    return Columns(layout.names, cells, partial(_line, layout), layout.is_named)


def _cells(layout: _Layout, wanted: dict[str, Declaration]) -> dict[str, Cells | Typed]:
    """The columns, read as the declared types. If those do not fit, reads the file again as text, to find out where."""
    quotes = _count_quotes(layout.path)
    if quotes % 2:
        _check_closed(layout)
    has_quotes = quotes > 0
    absent = next((missing_words(each) for each in wanted.values()), ())
    try:
        types = {name: _parsed_as(each) for name, each in wanted.items()}
        return read_batches(_batches(layout, types, has_quotes, absent), wanted)
    except pa.ArrowInvalid:
        pass
    try:
        return read_batches(_batches(layout, dict.fromkeys(wanted, pa.string()), has_quotes, absent), wanted)
    except pa.ArrowInvalid:
        raise _unreadable(layout) from None


def _parsed_as(declared: Declaration) -> Any:
    holds_lists = bool(declared.table) and len(declared.dimensions) > 1
    return pa.string() if holds_lists else arrow_type(declared)


def _unreadable(layout: _Layout) -> RefusedError:
    """Why Arrow cannot read the file, by its first wrong row."""
    try:
        for row, (line, record) in enumerate(_data_records(layout)):
            if len(record) != layout.width:
                problem = f"the row has {len(record)} fields, but the first line of the file has {layout.width}"
                return RefusedError(row, problem, line=line)
            if any(_REPLACED in field for field in record):
                return RefusedError(row, "the row is not text in UTF-8", line=line)
    except csv.Error:
        return RefusedError(None, "the file is not readable as CSV")
    return RefusedError(None, "the file is not readable as CSV")


def _batches(layout: _Layout, types: dict[str, Any], has_quotes: bool, absent: Sequence[str]) -> Iterator[Any]:
    """The file's rows in batches; the texts `absent` stand for missing values. Raises `ArrowInvalid`, at any batch."""
    if not types:
        return
    reader = arrow_csv.open_csv(
        layout.path,
        read_options=arrow_csv.ReadOptions(
            column_names=list(layout.names),
            skip_rows_after_names=1 if layout.has_header else 0,
            block_size=_BLOCK_BYTES,
        ),
        parse_options=arrow_csv.ParseOptions(
            delimiter=layout.delimiter,
            newlines_in_values=has_quotes,
            # In a file of one column an empty line is a missing value; dropping it would shift the rows below.
            ignore_empty_lines=layout.width > 1,
        ),
        convert_options=arrow_csv.ConvertOptions(
            column_types=types,
            include_columns=list(types),
            null_values=list(absent),
            true_values=list(TRUE_WORDS),
            false_values=list(FALSE_WORDS),
        ),
    )
    with reader:
        yield from _without_last(reader, _blank_lines_at_end(layout.path) if layout.width == 1 else 0)


def _without_last(batches: Iterable[Any], rows: int) -> Iterator[Any]:
    """All rows but the last `rows`."""
    held: list[Any] = []
    for batch in batches:
        held.append(batch)
        while sum(each.num_rows for each in held[1:]) >= rows:
            yield held.pop(0)
            if not held:
                break
    left = sum(each.num_rows for each in held) - rows
    for batch in held:
        yield batch.slice(0, max(0, left))
        left -= batch.num_rows


@contextmanager
def _bytes_of(path: Path) -> Iterator[mmap]:
    with path.open("rb") as file, closing(mmap(file.fileno(), 0, access=ACCESS_READ)) as content:
        yield content


def _count_quotes(path: Path) -> int:
    with path.open("rb", buffering=0) as file:
        return sum(block.count(b'"') for block in iter(partial(file.read, _BLOCK_BYTES), b""))


def _check_closed(layout: _Layout) -> None:
    """Refuses a field whose closing quote is missing. Arrow would take the rest of the file for that field's text."""
    rows = 0
    try:
        for _ in _data_records(layout, is_strict=True):
            rows += 1
    except csv.Error as error:
        if "end of data" in str(error) or "field larger" in str(error):
            raise RefusedError(rows, "the quote that a field begins with is never closed") from None


def _blank_lines_at_end(path: Path) -> int:
    with _bytes_of(path) as content:
        end = len(content)
        while end and content[end - 1] in b"\r\n":
            end -= 1
        return max(0, content[end:].count(b"\n") - 1)


def _line(layout: _Layout, row: int) -> int | None:
    """The line on which a data row starts. Quoted line ends and blank lines make lines and rows differ."""
    try:
        return next((line for index, (line, _) in enumerate(_data_records(layout)) if index == row), None)
    except csv.Error:
        return None


def _data_records(layout: _Layout, is_strict: bool = False) -> Iterator[tuple[int, list[str]]]:
    with layout.path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
        reader = csv.reader(file, delimiter=layout.delimiter, strict=is_strict)
        line = 1
        is_data = not layout.has_header
        for record in reader:
            if record or layout.width == 1:
                if is_data:
                    yield line, record
                is_data = True
            line = reader.line_num + 1
