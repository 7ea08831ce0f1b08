"""Python objects as content: scalars, lists, dicts, NumPy, pandas, Polars, Arrow. In: any object. Out: `Content`.

pandas and Polars need not be installed: their objects are known by the Arrow and NumPy protocols that they offer.
"""

import inspect
from array import array
from collections.abc import Collection, Iterable, Iterator, Mapping, Set
from pathlib import PurePath
from typing import Any

import numpy as np

from ...graph.nodes import Declaration
from .arrow import pa
from .column_names import finder
from .content import (
    Cells,
    Columns,
    Content,
    Typed,
    cells_of_arrow,
    cells_of_masked,
    cells_of_nested,
    cells_of_numpy,
    named,
)
from .python_values import NOT_ARROWS, values_of_object
from .refused import RefusedError
from .stream import Wanted, read_table, wanted_of


def content_of(value: Any, wanted: Wanted) -> Content:
    """The object's content; of a table only the `wanted` columns. Raises `RefusedError`."""
    if isinstance(value, Mapping):
        return _columns(value, wanted)
    if isinstance(value, list | tuple) and value and all(isinstance(row, Mapping) for row in value):
        return _columns(_columns_of_rows(list(value)), wanted)
    if isinstance(value, np.ndarray | np.generic):
        return _content_of_numpy(np.asanyarray(value), wanted)
    if _is_of_python(value):
        return cells_of_nested(list(value) if isinstance(value, range) else value)
    if is_frame(value):
        return read_table(arrow_table(value, () if isinstance(wanted, Declaration) else wanted), wanted)
    if isinstance(value, pa.Array | pa.ChunkedArray):
        return cells_of_arrow(value)
    if hasattr(value, "__arrow_c_stream__"):
        return cells_of_arrow(values_of_object(value))
    if hasattr(value, "__array__") or isinstance(value, array | memoryview):
        return _content_of_numpy(np.asarray(value), wanted)
    if isinstance(value, Collection) and not isinstance(value, Set | bytes | bytearray):
        return cells_of_nested(list(value))
    return cells_of_nested(_scalar(value))


def _scalar(value: Any) -> Any:
    """The object, unless it is known to be none that an input can be. Raises `RefusedError`."""
    name = type(value).__name__
    if isinstance(value, Set):
        raise RefusedError(None, f"this is a Python {name}, which has no order: make a sorted list of it")
    if isinstance(value, Iterator):
        raise RefusedError(None, f"this is a Python {name}, which can be read only once: make a list of it")
    for method in _REMEDIES:
        if hasattr(value, method):
            raise RefusedError(
                None, f"this is a Python {name}, which holds no values: give what its `.{method}()` gives"
            )
    return value


_REMEDIES = ("collect", "toarray", "read_text")
"""Methods that make a value of something that only stands for one: a lazy frame, a sparse matrix, a file."""


def is_frame(value: object) -> bool:
    """Whether an object has named columns, as those of Arrow, pandas and Polars have."""
    if _is_of_python(value):
        return False
    if isinstance(value, pa.Table | pa.RecordBatch | pa.RecordBatchReader) or _is_pandas(value):
        return True
    return _declares(value, "columns") and hasattr(value, "__arrow_c_stream__")


def _is_pandas(value: object) -> bool:
    """Whether an object is a frame as pandas has."""
    return _declares(value, "columns") and _declares(value, "iloc")


def _declares(value: object, name: str) -> bool:
    """Whether the object or its type has this attribute; it is not computed, which may be dear."""
    return inspect.getattr_static(value, name, None) is not None


def _is_of_python(value: object) -> bool:
    """Whether the value is of Python's own types, so that Arrow need not be loaded."""
    return value is None or type(value) in _OF_PYTHON or isinstance(value, PurePath)


_OF_PYTHON = frozenset({bool, int, float, str, list, tuple, range})


def arrow_table(value: Any, wanted: Iterable[str] = ()) -> Any:
    """A frame as an Arrow table, mostly without a copy. A reader of batches is read to its end.

    Of a frame of pandas only the `wanted` columns keep their values, or all if none is named. Raises `RefusedError`.
    """
    if isinstance(value, pa.Table):
        return value
    if isinstance(value, pa.RecordBatchReader):
        return value.read_all()
    if _is_pandas(value):
        return _table_of_pandas(value, list(wanted))
    try:
        return pa.table(value)
    except NOT_ARROWS:
        raise RefusedError(None, f"the {type(value).__name__} cannot be made an Arrow table") from None


def _table_of_pandas(frame: Any, wanted: list[str]) -> Any:
    names = [str(name) for name in frame.columns]
    find = finder(names)
    chosen = {name for each in wanted for name in find(each)} if wanted else set(names)
    columns = [
        _named_column(name, frame.iloc[:, index]) if name in chosen else pa.nulls(len(frame))
        for index, name in enumerate(names)
    ]
    return pa.Table.from_arrays(columns, names=names)


def _named_column(name: str, values: Any) -> Any:
    """A column of another library as an Arrow array. Raises `RefusedError` with the column's name."""
    try:
        return values_of_object(values)
    except RefusedError as refusal:
        raise RefusedError(refusal.index, refusal.problem, repr(name)) from None


def held(value: Any, wanted: Iterable[str]) -> Any:
    """The object in a form that another process can read: frames of other libraries become Arrow tables.

    Such frames may need threads, which a forked process lacks, or may be readable only once. If a frame has all
    `wanted` columns, only those are kept. Raises `RefusedError`.
    """
    if isinstance(value, Mapping):
        return {name: _named_column(str(name), each) if _is_foreign(each) else each for name, each in value.items()}
    if not is_frame(value) or isinstance(value, pa.Table | pa.RecordBatch):
        return value
    names = list(wanted)
    table = arrow_table(value, names)
    find = finder(table.schema.names)
    found = [name for each in names for name in find(each)]
    are_there = found and len(found) == len(names) and all(table.schema.names.count(name) == 1 for name in found)
    return table.select(found) if are_there else table


def _is_foreign(value: object) -> bool:
    return hasattr(value, "__arrow_c_stream__") and not isinstance(value, pa.ChunkedArray | pa.Array)


def _columns(data: Mapping[Any, Any], wanted: Wanted) -> Columns:
    names = tuple(map(str, data))
    known = wanted_of(wanted, names)
    chosen = {str(name): values for name, values in data.items() if str(name) in known}
    cells: dict[str, Cells | Typed] = {name: named(name, _cells, values) for name, values in chosen.items()}
    rows = {name: cell.shape[0] if cell.shape else 1 for name, cell in cells.items()}
    if len(set(rows.values())) > 1:
        told = ", ".join(f"{name} {count}" for name, count in rows.items())
        raise RefusedError(None, f"the columns have different numbers of rows: {told}")
    return Columns(names, cells)


def _cells(value: Any) -> Cells:
    content = cells_of_nested(value) if isinstance(value, list | tuple) else content_of(value, {})
    if isinstance(content, Columns) or not content.shape:
        raise RefusedError(None, "a column must be a list or an array")
    return content


def _columns_of_rows(rows: list[Mapping[str, Any]]) -> dict[str, list[Any]]:
    names = dict.fromkeys(name for row in rows for name in row)
    return {name: [row.get(name) for row in rows] for name in names}


def _content_of_numpy(values: np.ndarray[Any, Any], wanted: Wanted) -> Content:
    if values.dtype.names:
        return _columns({name: values[name] for name in values.dtype.names}, wanted)
    return cells_of_masked(values) if isinstance(values, np.ma.MaskedArray) else cells_of_numpy(np.asarray(values))
