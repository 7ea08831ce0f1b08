"""JSON, and files with a JSON value in each line. In: a file, and what is wanted of it. Out: `Content`."""

import json
from collections.abc import Iterator, Mapping
from functools import partial
from itertools import chain, islice
from typing import Any

from ...graph.nodes import Declaration
from ..sources.arrow import pa
from ..sources.column_names import finder
from ..sources.content import Columns, Content
from ..sources.objects import content_of
from ..sources.python_values import arrow_of_list
from ..sources.refused import RefusedError
from ..sources.stream import BATCH_ROWS, Wanted, arrow_lists, read_batches, wanted_of
from .text import TextFile

Line = tuple[int, str]
"""A line that is not blank, and its number."""


class _RepeatedNameError(ValueError):
    """A name stands twice in an object. Parsers differ in which of the values they take."""


def read_json(file: TextFile, wanted: Wanted) -> Content:
    """The columns or the array of one JSON value. Raises `RefusedError`."""
    try:
        with file.text("strict") as text:
            value = json.load(text, object_pairs_hook=_object)
    except json.JSONDecodeError as error:
        problem = f"the file is not JSON: line {error.lineno}, column {error.colno}"
        raise RefusedError(None, problem) from None
    except _RepeatedNameError:
        raise RefusedError(None, "the file has an object in which a name stands twice") from None
    except (ValueError, RecursionError):
        raise RefusedError(None, "the file is not JSON in UTF-8") from None
    return content_of(value, wanted)


def read_json_lines(file: TextFile, wanted: Wanted) -> Content:
    """A row of a table, or an entry of an array, from each line. Blank lines do not count. Raises `RefusedError`."""
    try:
        with file.text("strict") as text:
            lines = _lines(text)
            first = next(lines, None)
            if first is None:
                raise RefusedError(None, "the file is empty")
            values = (_value(line, row) for row, line in enumerate(chain([first], lines)))
            if isinstance(wanted, Declaration):
                return content_of(list(values), wanted)
            return _table(values, wanted, partial(line_of, file))
    except UnicodeError:
        raise RefusedError(None, "the file is not JSON in UTF-8") from None
    except RefusedError as refusal:
        found = line_of(file, refusal.index) if refusal.line is None and refusal.index is not None else refusal.line
        raise refusal.on(found) from None


def line_of(file: TextFile, row: int) -> int | None:
    """The line that holds a row; rows count from 0."""
    with file.text() as text:
        return next((number for number, _ in islice(_lines(text), row, None)), None)


def _lines(text: Any) -> Iterator[Line]:
    return ((number, line) for number, line in enumerate(text, 1) if not line.isspace())


def _value(line: Line, row: int) -> Any:
    number, text = line
    try:
        return json.loads(text.rstrip("\r\n"), object_pairs_hook=_object)
    except json.JSONDecodeError as error:
        raise RefusedError(row, f"the line is not JSON: see its column {error.colno}", line=number) from None
    except _RepeatedNameError:
        raise RefusedError(row, "the line has an object in which a name stands twice", line=number) from None
    except (ValueError, RecursionError):
        raise RefusedError(row, "the line is not JSON", line=number) from None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        raise _RepeatedNameError
    return result


# --- tables -----------------------------------------------------------------------------------------------------


def _table(values: Iterator[Any], wanted: Mapping[str, Declaration], line: Any) -> Columns:
    """The columns that are wanted, read in batches. A row that lacks a name lacks the value."""
    names: dict[str, None] = {}
    rows = _objects(values, names)
    begin = list(islice(rows, BATCH_ROWS))
    known = wanted_of(wanted, names)
    may_lack = {name for name, each in wanted.items() if each.present or each.default is not None}
    chosen = {name: each for name, each in wanted.items() if name in may_lack or finder(known)(name)}
    cells = read_batches(_batches(begin, rows, chosen, names), chosen)
    wanted_of(wanted, names)  # names of later rows may be the same but for their Unicode form
    find = finder(names)
    return Columns(tuple(names), {name: each for name, each in cells.items() if find(name)}, line)


def _objects(values: Iterator[Any], names: dict[str, None]) -> Iterator[Mapping[str, Any]]:
    for row, value in enumerate(values):
        if not isinstance(value, dict):
            raise RefusedError(row, 'the line is not an object of JSON, such as {"column": 1}; rows of a table are')
        names.update(dict.fromkeys(value))
        yield value


def _batches(
    begin: list[Mapping[str, Any]],
    rest: Iterator[Mapping[str, Any]],
    chosen: Mapping[str, Declaration],
    names: Mapping[str, None],
) -> Iterator[Any]:
    rows, start = begin, 0
    while rows:
        find = finder(names)
        columns = [_column(name, declared, rows, find(name), start) for name, declared in chosen.items()]
        if columns:
            yield pa.RecordBatch.from_arrays(columns, names=list(chosen))
        start += len(rows)
        rows = list(islice(rest, BATCH_ROWS))


def _column(name: str, declared: Declaration, rows: list[Mapping[str, Any]], found: list[str], start: int) -> Any:
    """One column of a batch as an Arrow array. Raises `RefusedError` with the row counted over all batches."""
    try:
        if not found:
            return pa.nulls(len(rows))
        values = [row.get(found[0]) for row in rows]
        holds_lists = len(declared.dimensions) > 1
        for index, value in enumerate(values):
            if isinstance(value, dict) or (isinstance(value, list) != holds_lists and value is not None):
                raise RefusedError(index, _nested(value, holds_lists))
        return arrow_lists(values) if holds_lists else arrow_of_list(values)
    except RefusedError as refusal:
        raise RefusedError(refusal.index, refusal.problem, repr(name)).moved(start) from None


def _nested(value: object, holds_lists: bool) -> str:
    what = "an object" if isinstance(value, dict) else "a list" if isinstance(value, list) else "a single value"
    return f"the value is {what}; {'a list' if holds_lists else 'a single value'} is expected"
