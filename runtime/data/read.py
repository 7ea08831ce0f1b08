"""Inputs as their owner reads them. In: declarations and a source. Out: checked arrays in the clear representation.

A source is a literal, a file, a query, or a Python object. Every refusal is an `InputError` for the owner alone. It
names input, file, row and column, and never a value.
"""

import ast
import json
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path

import numpy as np

from ..errors import InputError
from ..graph.nodes import Declaration
from .files.formats import advice, file_of, file_types, parted, read_file, unknown_type
from .limits import is_outside
from .sources.column_names import finder
from .sources.content import Cells, Columns, Content, Typed
from .sources.convert import convert, empty
from .sources.numbers import number_of
from .sources.objects import content_of
from .sources.readers import Array, element_name
from .sources.refused import RefusedError
from .sources.sql import database_name, is_query, read_query
from .sources.stream import Wanted


def read_input(name: str, declarations: Sequence[Declaration], source: object) -> dict[str, Array]:
    """The arrays of one input by the names of its declarations: one for each column of a table, else one. Where values
    may be missing, another array tells which are there.

    Text is a source as on the command line: a literal, a file's name, or a query. Dates, labels and keys are converted
    as `convert` says. Shapes agree with the literal dimensions; `sizes` binds the size names. Raises `InputError`.
    """
    where = _described(source)
    line: Callable[[int], int | None] = _no_line
    try:
        content = _open(declarations, source)
        if isinstance(content, Columns):
            line = content.line
        if declarations[0].table:
            return dict(part for each in declarations for part in _parts(each, _table_column(content, each)))
        return dict(_parts(declarations[0], _array(content, declarations[0], name)))
    except RefusedError as refusal:
        placed = _placed(refusal, line)
        problem = f"{placed.place}{placed.problem}{_advice(declarations, source, placed)}"
        raise InputError(f"input {name!r}{where}: {problem}") from None


def _parts(declared: Declaration, array: Array) -> Iterator[tuple[str, Array]]:
    """The array by its name, with some number where values are missing, and the bits that tell which are there."""
    yield declared.name, np.ma.getdata(array)
    if declared.present:
        yield declared.present, ~np.ma.getmaskarray(array)


class _RefusedCellError(RefusedError):
    """A refusal with the shape of its column. `index` counts the column's elements."""

    def __init__(self, refusal: RefusedError, column: str, shape: tuple[int, ...]) -> None:
        super().__init__(refusal.index, refusal.problem, column)
        self.shape = shape


def _described(source: object) -> str:
    if isinstance(source, str) and is_query(source):
        return f" (query of {database_name(source)})"
    return "" if file_of(source) is None else f" ({source})"


def _advice(declarations: Sequence[Declaration], source: object, refusal: RefusedError) -> str:
    """What to write if the source is a file that looks as if it were written in another way than is usual."""
    file = file_of(source)
    return "" if file is None else advice(file, _wanted(declarations), refusal.line)


def _no_line(row: int) -> int | None:
    return None


def _wanted(declarations: Sequence[Declaration]) -> Wanted:
    first = declarations[0]
    return {each.column: each for each in declarations} if first.table else first


def _open(declarations: Sequence[Declaration], source: object) -> Content:
    wanted = _wanted(declarations)
    if isinstance(source, str) and is_query(source):
        return read_query(source, wanted)
    file = file_of(source)
    if file is not None:
        return read_file(file, wanted)
    return content_of(_literal(source, declarations[0]) if isinstance(source, str) else source, wanted)


def _literal(text: str, declared: Declaration) -> object:
    if text.strip()[:1] in ("[", "{", '"', "'"):
        return _structure(text)
    path = Path(parted(text)[0])
    if path.suffix and os.path.isfile(path):
        raise RefusedError(None, unknown_type(path))
    if declared.dimensions:
        form = '{"column": [1, 2, 3]}' if declared.table else "[1, 2, 3]"
        known = f"a file ({', '.join(file_types())}), or a query (select ... @shop.duckdb)"
        raise RefusedError(None, f"this is neither a literal such as {form} nor {known}")
    number = number_of(text, declared)
    return np.array(text, dtype=object) if number is None else number


def _structure(text: str) -> object:
    for read in (json.loads, ast.literal_eval):  # Python's spelling has True and 'text'.
        with suppress(ValueError, SyntaxError, RecursionError, MemoryError):
            return read(text.strip())
    raise RefusedError(None, 'this is no literal: write lists as [1, 2, 3] and text as "text"')


def _table_column(content: Content, declared: Declaration) -> Array:
    if not isinstance(content, Columns) or not content.is_named:
        raise RefusedError(None, "a table is expected, whose columns have names; this is an array without names")
    name = declared.column
    found = finder(content.cells)(name)
    if not found:
        # Where no column has the right name, the first line may be no header but data, which is not shown.
        others = f"the columns are: {', '.join(content.names)}" if content.cells else "no column of the table is named"
        raise RefusedError(None, f"there is no column {name!r}; {others}")
    return _converted(content.cells[found[0]], declared, repr(name))


def _array(content: Content, declared: Declaration, name: str) -> Array:
    if isinstance(content, Cells):
        return _converted(content, declared, "")
    rank = len(declared.dimensions)
    if rank == 2:
        return _matrix(content, declared)
    if rank > 2:
        problem = f"{declared_type(declared)} has {rank} axes, but columns make 2: use .npy, or nested lists in .json"
        raise RefusedError(None, problem)
    if len(content.cells) > 1 and not content.is_named and content.rows == 1 and rank == 1:
        return _matrix(content, declared, flat=True)
    named = finder(content.cells)(name)
    if len(content.cells) > 1 and not named:
        # Any word can be a key: what looks like the names of the columns may be keys.
        count = len(content.cells)
        found = f"there are {count}" if declared.kind == "key" else f"the columns are: {', '.join(content.names)}"
        raise RefusedError(None, f"one column is expected, or one named {name!r}; {found}")
    if not content.cells:
        raise RefusedError(None, "there are no columns")
    chosen = named[0] if named else content.names[0]
    cells = content.cells[chosen]
    if rank == 0 and cells.shape == (1,):
        cells = Typed(cells.array.reshape(())) if isinstance(cells, Typed) else Cells(cells.values, ())
    return _converted(cells, declared, repr(chosen) if content.is_named else "")


def _matrix(content: Columns, declared: Declaration, flat: bool = False) -> Array:
    """The columns side by side. If `flat`, there is one row, and the result is a vector."""
    shape = (content.rows, len(content.cells))
    _check_shape(declared, shape[1:] if flat else shape)
    result = empty(shape, declared)
    for index, (name, cells) in enumerate(content.cells.items()):
        try:
            result[:, index] = _within(_clear(cells, declared), declared)
        except RefusedError as refusal:
            raise _RefusedCellError(refusal, repr(name) if content.is_named else name, cells.shape) from None
    return result.reshape(-1) if flat else result


def _converted(cells: Cells | Typed, declared: Declaration, column: str) -> Array:
    shape = cells.shape
    if shape and shape[0] == 0:  # Without rows nothing tells the other lengths, so they are as declared.
        shape = (shape[0], *(length if isinstance(length, int) else 0 for length in declared.dimensions[1:]))
    try:
        _check_shape(declared, shape)
        return _within(_clear(cells, declared), declared).reshape(shape)
    except RefusedError as refusal:
        raise _RefusedCellError(refusal, column, shape) from None


def _clear(cells: Cells | Typed, declared: Declaration) -> Array:
    return cells.array.reshape(-1) if isinstance(cells, Typed) else convert(cells.values, declared)


def _within(flat: Array, declared: Declaration) -> Array:
    """The values, all between the limits that the program declares. Raises `RefusedError`."""
    if declared.limits:
        outside = is_outside(flat, declared)
        if outside.any():
            raise RefusedError(int(np.argmax(outside)), f"the value is {declared.beyond}")
    return flat


def _check_shape(declared: Declaration, shape: tuple[int, ...]) -> None:
    dimensions = declared.dimensions
    agrees = len(shape) == len(dimensions) and all(
        not isinstance(wanted, int) or wanted == found for wanted, found in zip(dimensions, shape, strict=True)
    )
    if not agrees:
        raise RefusedError(None, f"{declared_type(declared)} is expected; this is {_shape_words(shape)}")


def declared_type(declared: Declaration) -> str:
    """The type as a program writes it, such as `int32[n, 3]`."""
    name = element_name(declared)
    if declared.kind == "category":
        name += "[" + ", ".join(f'"{label}"' for label in declared.labels) + "]"
    return f"{name}[{', '.join(map(str, declared.dimensions))}]" if declared.dimensions else name


def _shape_words(shape: tuple[int, ...]) -> str:
    return f"an array of shape [{', '.join(map(str, shape))}]" if shape else "a single value"


def _placed(refusal: RefusedError, line: Callable[[int], int | None]) -> RefusedError:
    """The refusal with the row and the line, and, for an array, with its further axes as the column."""
    index, column = refusal.index, refusal.column
    if isinstance(refusal, _RefusedCellError) and index is not None:
        row, *rest = np.unravel_index(index, refusal.shape) if refusal.shape else (None,)
        index = None if row is None else int(row)
        column = column or ", ".join(str(int(each) + 1) for each in rest)
    number = line(index) if refusal.line is None and index is not None else refusal.line
    return RefusedError(index, refusal.problem, column, number)
