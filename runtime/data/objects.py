"""Python objects as content: scalars, lists, dicts, NumPy, pandas, Polars, Arrow. In: any object. Out: `Content`.

pandas and Polars need not be installed: their objects are known by the Arrow and NumPy protocols that they speak.
"""

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pyarrow as pa

from .content import Cells, Columns, Content, cells_of_arrow, cells_of_nested, cells_of_numpy, columns_of_arrow, named
from .convert import RefusedError


def content_of(value: Any, wanted: Iterable[str] | None = None) -> Content:
    """What the object holds; of a table only the columns `wanted`. Raises `RefusedError`."""
    if isinstance(value, Mapping):
        return _columns(value, wanted)
    if isinstance(value, list | tuple) and value and all(isinstance(row, Mapping) for row in value):
        return _columns(_columns_of_rows(list(value)), wanted)
    if isinstance(value, np.ndarray | np.generic):
        return _content_of_numpy(np.asarray(value), wanted)
    if hasattr(value, "columns") or isinstance(value, pa.Table | pa.RecordBatch):
        return columns_of_arrow(_table(value), wanted)
    if isinstance(value, pa.Array | pa.ChunkedArray):
        return cells_of_arrow(value)
    if hasattr(value, "__arrow_c_stream__"):
        return cells_of_arrow(pa.chunked_array(value))
    if hasattr(value, "__array__"):
        return _content_of_numpy(np.asarray(value), wanted)
    return cells_of_nested(list(value) if isinstance(value, range) else value)


def _columns(data: Mapping[Any, Any], wanted: Iterable[str] | None) -> Columns:
    names = tuple(map(str, data))
    chosen = {str(name): values for name, values in data.items() if wanted is None or str(name) in set(wanted)}
    cells = {name: named(name, _cells, values) for name, values in chosen.items()}
    rows = {name: cell.shape[0] if cell.shape else 1 for name, cell in cells.items()}
    if len(set(rows.values())) > 1:
        told = ", ".join(f"{name} {count}" for name, count in rows.items())
        raise RefusedError(None, f"the columns have different numbers of rows: {told}")
    return Columns(names, cells)


def _cells(value: Any) -> Cells:
    content = content_of(value)
    if isinstance(content, Columns) or not content.shape:
        raise RefusedError(None, "a column must be a list or an array")
    return content


def _columns_of_rows(rows: list[Mapping[str, Any]]) -> dict[str, list[Any]]:
    names = dict.fromkeys(name for row in rows for name in row)
    return {name: [row.get(name) for row in rows] for name in names}


def _content_of_numpy(array: np.ndarray[Any, Any], wanted: Iterable[str] | None) -> Content:
    if array.dtype.names:
        return _columns({name: array[name] for name in array.dtype.names}, wanted)
    return cells_of_numpy(array)


def _table(value: Any) -> Any:
    if isinstance(value, pa.Table):
        return value
    if hasattr(value, "__arrow_c_stream__") or isinstance(value, pa.RecordBatch):
        return pa.table(value)
    return pa.Table.from_pandas(value, preserve_index=False)
