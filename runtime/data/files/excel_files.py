"""Excel workbooks, `.xlsx`. In: a path, and what is wanted of the file. Out: `Columns` of one sheet.

Of a formula its last result counts, which the program that wrote the file has left there.
"""

import zipfile
import zlib
from pathlib import Path
from typing import Any

from ...graph.later import later
from ..sources.arrow import pa
from ..sources.content import Columns
from ..sources.python_values import arrow_of_list
from ..sources.refused import RefusedError
from ..sources.stream import Wanted, read_batches, wanted_of
from .header import header_of
from .options import Options

openpyxl = later("openpyxl")

_ERRORS = frozenset({"#DIV/0!", "#REF!", "#NAME?", "#VALUE!", "#NUM!", "#NULL!"})
"""What a formula that fails leaves in its cell. (`#N/A` stands for a missing value.)"""

_DAMAGED = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    KeyError,
    IndexError,
    AttributeError,
    TypeError,
    ValueError,
    RuntimeError,
)
"""What a damaged or encrypted archive makes of its readers. `NotImplementedError` is a RuntimeError."""

Row = tuple[Any, ...]


def read_excel(path: Path, options: Options, wanted: Wanted) -> Columns:
    """The wanted columns of a sheet, whose first row is the header unless `options` say that there is none.

    Raises `RefusedError`.
    """
    rows = _rows(path, options)
    width = max(map(len, rows))
    rows = [row + (None,) * (width - len(row)) for row in rows]
    header = header_of(["" if cell is None else str(cell).strip() for cell in rows[0]], wanted, options.header)
    first = 1 if header.is_first_line else 0
    chosen = wanted_of(wanted, header.names)
    places = {name: index for index, name in enumerate(header.names) if name in chosen}
    try:
        columns = [_column(name, [row[index] for row in rows[first:]]) for name, index in places.items()]
        batches = [pa.RecordBatch.from_arrays(columns, names=list(places))] if columns else []
        cells = read_batches(batches, chosen)
    except RefusedError as refusal:
        column = refusal.column if header.is_named else refusal.column.strip("'")
        line = None if refusal.index is None else refusal.index + first + 1
        raise RefusedError(refusal.index, refusal.problem, column, line) from None
    return Columns(header.names, cells, lambda row: row + first + 1, header.is_named)


def _rows(path: Path, options: Options) -> list[Row]:
    """The rows of the sheet, without empty ones at the end and empty cells at the end of each."""
    try:
        with path.open("rb") as file:
            book = openpyxl.load_workbook(file, read_only=True, data_only=True)
            sheets = {sheet.title: sheet for sheet in book.worksheets}
            if options.sheet is not None:
                if options.sheet not in sheets:
                    raise RefusedError(
                        None, f"there is no sheet {options.sheet!r}; the sheets are: {', '.join(sheets)}"
                    )
                sheets = {options.sheet: sheets[options.sheet]}
            filled = {title: rows for title, sheet in sheets.items() if (rows := _filled(sheet))}
    except ImportError:
        raise RefusedError(None, "Excel files need openpyxl: pip install 'tacit[excel]'") from None
    except (*_DAMAGED, SyntaxError):  # of XML: `ParseError` is a SyntaxError
        raise RefusedError(None, "the file is not readable as an Excel workbook") from None
    if not filled:
        raise RefusedError(None, "the sheet is empty" if options.sheet else "the file is empty")
    if len(filled) > 1:
        raise RefusedError(None, f"several sheets have cells: choose one with ?sheet=NAME, of {', '.join(filled)}")
    return next(iter(filled.values()))


def _filled(sheet: Any) -> list[Row]:
    sheet.reset_dimensions()  # which some programs write too small, so that rows would be left out
    rows = [_without_end(row) for row in sheet.iter_rows(values_only=True)]
    while rows and not rows[-1]:
        rows.pop()
    return rows


def _without_end(row: Row) -> Row:
    end = len(row)
    while end and row[end - 1] is None:
        end -= 1
    return row[:end]


def _column(name: str, values: list[Any]) -> Any:
    wrong = next((index for index, value in enumerate(values) if isinstance(value, str) and value in _ERRORS), None)
    if wrong is not None:
        raise RefusedError(wrong, "the cell holds an error of its formula", repr(name))
    try:
        return arrow_of_list(values)
    except RefusedError as refusal:
        raise RefusedError(refusal.index, refusal.problem, repr(name)) from None
