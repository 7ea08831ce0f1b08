"""CSV and TSV files. In: a file, its options, and what is wanted of it. Out: `Columns`, parsed as the declared types.

Arrow parses the file in bulk. Arrow's own messages would show private values. So a file that Arrow refuses is read
again as text, and the readers of `convert` find the row. Nothing is guessed: what the options leave open is as usual.
"""

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import Any

from ...graph.nodes import Declaration
from ..sources.arrow import csv as arrow_csv
from ..sources.arrow import pa
from ..sources.content import Cells, Columns, Typed
from ..sources.convert import arrow_type, missing_words
from ..sources.readers import FALSE_WORDS, TRUE_WORDS
from ..sources.refused import RefusedError
from ..sources.stream import Wanted, read_batches, wanted_of
from .header import Header, header_of
from .options import Options
from .text import REPLACED, TextFile
from .written_numbers import Signs, is_number

_BLOCK_BYTES = 1 << 23
"""How many bytes Arrow parses at once. No row of a file may be longer."""

DELIMITERS = (",", ";", "\t", "|")
"""What parts fields in most files."""


@dataclass(frozen=True, slots=True)
class _Layout:
    """What the first line and the options tell. The names are unique."""

    file: TextFile
    header: Header
    delimiter: str
    signs: Signs

    @property
    def width(self) -> int:
        """The number of fields of every row."""
        return len(self.header.names)


def read_csv(file: TextFile, options: Options, delimiter: str, wanted: Wanted) -> Columns:
    """The wanted columns of a table, which the first line names; or all columns for an array.

    The `delimiter` is the usual one. Columns that the file lacks are left out. Raises `RefusedError`.
    """
    first = _first_record(file, options.delimiter or delimiter)
    if isinstance(wanted, Declaration) and options.delimiter is None and hides_fields(first, delimiter):
        raise RefusedError(None, "the file has one column, and the first line of it looks like several")
    header = header_of(first, wanted, options.header)
    if isinstance(wanted, Declaration):
        chosen, names = dict.fromkeys(header.names, wanted), header.names
    else:
        chosen = wanted_of(wanted, header.names)
        names = tuple(name if name in chosen else f"{index}:{name}" for index, name in enumerate(header.names))
    unique = Header(names, header.is_first_line, header.is_named)
    signs = Signs(options.decimal or ".", options.thousands)
    layout = _Layout(file, unique, options.delimiter or delimiter, signs)
    return Columns(header.names, _read(layout, chosen), partial(_line, layout), header.is_named)


def line_of(file: TextFile, options: Options, delimiter: str, row: int) -> int | None:
    """The line on which a data row of a table starts; rows count from 0. None if it cannot be told."""
    try:
        first = tuple(_first_record(file, options.delimiter or delimiter))
    except (OSError, RefusedError):
        return None
    header = Header(first, options.header is not False, is_named=True)
    return _line(_Layout(file, header, options.delimiter or delimiter, Signs()), row)


def hides_fields(first: Sequence[str], delimiter: str) -> bool:
    """Whether the only field of a first line looks like several, parted by another delimiter."""
    return len(first) == 1 and any(sign in first[0] for sign in DELIMITERS if sign != delimiter)


def _first_record(file: TextFile, delimiter: str) -> list[str]:
    problem = f"the file is not text in {file.encoding_name}"
    try:
        first = next((record for _, record in file.records(delimiter) if record), None)
    except (UnicodeError, csv.Error):
        raise RefusedError(None, problem) from None
    if first is None:
        raise RefusedError(None, "the file is empty")
    if any(REPLACED in field or "\0" in field for field in first):
        raise RefusedError(None, problem)
    return [name.strip() for name in first]


def _read(layout: _Layout, wanted: dict[str, Declaration]) -> dict[str, Cells | Typed]:
    try:
        return _cells(layout, wanted)
    except RefusedError as refusal:
        line = _line(layout, refusal.index) if refusal.line is None and refusal.index is not None else refusal.line
        is_named = layout.header.is_named
        column = refusal.column if is_named else refusal.column.strip("'") if layout.width > 1 else ""
        raise RefusedError(refusal.index, refusal.problem, column, line) from None


def _cells(layout: _Layout, wanted: dict[str, Declaration]) -> dict[str, Cells | Typed]:
    """The columns, read as the declared types. If those do not fit, reads the file again as text, to find out where."""
    quotes = layout.file.count_quotes()
    if quotes % 2:
        _check_closed(layout)
    has_quotes = quotes > 0
    absent = next((missing_words(each) for each in wanted.values()), ())
    try:
        types = {name: _parsed_as(each, layout.signs) for name, each in wanted.items()}
        return read_batches(_batches(layout, types, has_quotes, absent, wanted), wanted)
    except pa.ArrowInvalid:
        pass
    except UnicodeError:
        raise _unreadable(layout) from None
    try:
        return read_batches(_batches(layout, dict.fromkeys(wanted, pa.string()), has_quotes, absent, wanted), wanted)
    except pa.ArrowInvalid:
        raise _unreadable(layout) from None


def _parsed_as(declared: Declaration, signs: Signs) -> Any:
    holds_lists = bool(declared.table) and len(declared.dimensions) > 1
    return pa.string() if holds_lists or (signs.thousands and is_number(declared)) else arrow_type(declared)


def _unreadable(layout: _Layout) -> RefusedError:
    """Why Arrow cannot read the file, by its first wrong row."""
    try:
        for row, (line, record) in enumerate(_data_records(layout)):
            if len(record) != layout.width:
                problem = f"the row has {len(record)} fields, but the first line of the file has {layout.width}"
                return RefusedError(row, problem, line=line)
            if any(REPLACED in field for field in record):
                return RefusedError(row, f"the row is not text in {layout.file.encoding_name}", line=line)
    except (UnicodeError, csv.Error):
        return RefusedError(None, "the file is not readable as CSV")
    return RefusedError(None, "the file is not readable as CSV")


def _batches(
    layout: _Layout, types: dict[str, Any], has_quotes: bool, absent: Sequence[str], wanted: Mapping[str, Declaration]
) -> Iterator[Any]:
    """The file's rows in batches; the texts `absent` stand for missing values. Raises `ArrowInvalid`, at any batch."""
    if not types:
        return
    reader = arrow_csv.open_csv(
        layout.file.arrow(),
        read_options=arrow_csv.ReadOptions(
            column_names=list(layout.header.names),
            skip_rows_after_names=1 if layout.header.is_first_line else 0,
            block_size=_BLOCK_BYTES,
            encoding=layout.file.encoding or "utf8",
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
            decimal_point=layout.signs.decimal,
        ),
    )
    with reader:
        rows = _without_last(reader, layout.file.blank_lines_at_end() if layout.width == 1 else 0)
        yield from rows if layout.signs.are_usual else layout.signs.in_batches(rows, wanted)


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


def _check_closed(layout: _Layout) -> None:
    """Refuses a field whose closing quote is missing. Arrow would take the rest of the file for that field's text."""
    rows = 0
    try:
        for _ in _data_records(layout, is_strict=True):
            rows += 1
    except csv.Error as error:
        if "end of data" in str(error) or "field larger" in str(error):
            raise RefusedError(rows, "the quote that a field begins with is never closed") from None


def _line(layout: _Layout, row: int) -> int | None:
    """The line on which a data row starts. Quoted line ends and blank lines make lines and rows differ."""
    try:
        return next((line for line, _ in islice(_data_records(layout), row, None)), None)
    except (UnicodeError, csv.Error):
        return None


def _data_records(layout: _Layout, is_strict: bool = False) -> Iterator[tuple[int, list[str]]]:
    records = layout.file.records(layout.delimiter, is_strict)
    kept = (each for each in records if each[1] or layout.width == 1)
    return islice(kept, 1 if layout.header.is_first_line else 0, None)
