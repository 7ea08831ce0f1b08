"""What a source holds before it is checked: named columns, or one array. In: Arrow and nested data. Out: `Cells`."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from .arrow import pa, pc
from .numbers import Numbers, are_numbers
from .python_values import NOT_ARROWS, values_of_list
from .readers import Array
from .refused import RefusedError


@dataclass(frozen=True, slots=True, eq=False)
class Cells:
    """Values in C order, as one flat Arrow array or as `Numbers`, and their shape."""

    values: Any
    shape: tuple[int, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Typed:
    """Values that are already checked and in the clear representation."""

    array: Array

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of the array."""
        shape: tuple[int, ...] = self.array.shape
        return shape


@dataclass(frozen=True, slots=True, eq=False)
class Columns:
    """Named columns. If not `is_named`, they are of a file without a header, and their names only count them.

    A file may hold more columns than were read; `names` lists all columns of the file. `line` gives the line of a text
    file on which the data row of that index (from 0) starts, or None.
    """

    names: tuple[str, ...]
    cells: dict[str, Cells | Typed]
    line: Callable[[int], int | None] = lambda row: None
    is_named: bool = True

    @property
    def rows(self) -> int:
        """The number of rows, 0 for no columns."""
        return next((cells.shape[0] for cells in self.cells.values()), 0)


Content = Cells | Columns

_AS_ARROW_HAS = {**dict.fromkeys("YMW", "datetime64[D]"), **dict.fromkeys("hm", "datetime64[s]")}
"""Units of NumPy's that Arrow lacks, as units that hold the same."""

_MOST_AXES = 32
"""Lists are not nested deeper. A list that holds itself would have no end."""


def cells_of_arrow(values: Any) -> Cells:
    """The cells of an Arrow array. Lists become further axes. Raises `RefusedError` if lists differ in length."""
    shape: tuple[int, ...] = (len(values),)
    while is_list(values.type):
        lengths = pc.list_value_length(values)
        if lengths.null_count:
            absent = lengths.is_null().to_numpy(zero_copy_only=False)
            raise RefusedError(int(np.argmax(absent)), "the list is missing")
        length = lengths[0].as_py() if len(lengths) else 0
        uneven = np.asarray(lengths) != length
        if uneven.any():
            raise RefusedError(int(np.argmax(uneven)), "the list has another length than the one in the first row")
        values = pc.list_flatten(values)
        shape = (*shape, length)
    return Cells(values, shape)


def cells_of_numpy(array: Array) -> Cells:
    """The cells of a NumPy array of any kind, without a copy where Arrow can share the memory. Raises
    `RefusedError`."""
    flat = np.ascontiguousarray(array).reshape(-1)
    if flat.dtype.kind == "O":
        return cells_of_nested(array.tolist())
    if flat.dtype.kind == "M":
        flat = flat.astype(_AS_ARROW_HAS.get(np.datetime_data(flat.dtype)[0], flat.dtype))
    if not flat.dtype.isnative:
        flat = flat.astype(flat.dtype.newbyteorder("="))
    if are_numbers(flat):
        return Cells(Numbers(flat), array.shape)
    try:
        return Cells(pa.array(flat), array.shape)
    except NOT_ARROWS:
        if flat.dtype.kind == "U":
            return _cells_of_objects(flat.tolist(), array.shape)
        raise RefusedError(None, f"values of type {array.dtype} are none that a program can take") from None


def _cells_of_objects(items: list[Any], shape: tuple[int, ...]) -> Cells:
    """Scalars in C order, with their shape. Raises `RefusedError` with the row."""
    try:
        return Cells(values_of_list(items), shape)
    except RefusedError as refusal:
        row = None if refusal.index is None or not shape else int(np.unravel_index(refusal.index, shape)[0])
        raise RefusedError(row, refusal.problem) from None


def cells_of_masked(array: "np.ma.MaskedArray[Any, Any]") -> Cells:
    """A NumPy masked array: what its mask hides is missing. Raises `RefusedError`."""
    absent = np.ma.getmaskarray(array)
    if not absent.any():
        return cells_of_numpy(np.ma.getdata(array))
    if array.dtype.kind == "O":
        objects: Array = np.ma.getdata(array).copy()
        objects[absent] = None
        return cells_of_numpy(objects)
    cells = cells_of_numpy(np.ma.getdata(array))
    mask = pa.array(np.ascontiguousarray(absent).reshape(-1))
    values = pa.array(cells.values.array) if isinstance(cells.values, Numbers) else cells.values
    return Cells(pc.if_else(mask, pa.scalar(None, values.type), values), cells.shape)


def cells_of_nested(value: object) -> Cells:
    """The cells of nested lists of scalars, or of one scalar. Raises `RefusedError` if lists of one level differ in
    length or kinds are mixed."""
    shape: list[int] = []
    level: list[Any] = [_unpacked(value)]
    while level and isinstance(level[0], list | tuple):
        length = len(level[0])
        for index, item in enumerate(level):
            if not isinstance(item, list | tuple) or len(item) != length:
                raise _refused_entry(index, shape, f"is not a list of {length} like the first one")
        if len(shape) == _MOST_AXES:
            raise RefusedError(None, f"lists are nested deeper than {_MOST_AXES} levels")
        shape.append(length)
        level = [_unpacked(entry) for item in level for entry in item]
    for index, entry in enumerate(level):
        if isinstance(entry, list | tuple | dict):
            raise _refused_entry(index, shape, "is not a single value" + (" like the first one" if index else ""))
    return _cells_of_objects(level, tuple(shape))


def _unpacked(entry: Any) -> Any:
    """An array within a list as a list."""
    return entry.tolist() if isinstance(entry, np.ndarray) and entry.ndim else entry


def _refused_entry(index: int, shape: list[int], problem: str) -> RefusedError:
    position = [int(each) for each in np.unravel_index(index, tuple(shape))] if shape else []
    what = "the entry [" + "][".join(map(str, position)) + "]" if shape else "the value"
    return RefusedError(position[0] if position else None, f"{what} {problem}")


def named(name: str, build: Callable[[Any], Cells], values: object) -> Cells:
    """`build(values)`, with the column's name on a refusal."""
    try:
        return build(values)
    except RefusedError as refusal:
        raise RefusedError(refusal.index, refusal.problem, repr(name)) from None


def is_list(type_: Any) -> bool:
    """Whether values of an Arrow type are lists."""
    return any(test(type_) for test in (pa.types.is_list, pa.types.is_large_list, pa.types.is_fixed_size_list))
