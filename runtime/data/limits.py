"""Whether inputs are as small as a program needs them. In: a graph's declarations and one party's arrays. Out: nothing,
or an `InputError` that only that party sees.

Only here does the size of a party's numbers tell others anything: a party that refuses its input stops, and the others
see that.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ..errors import InputError
from ..graph.nodes import Declaration

Array = np.ndarray[Any, Any]


def check_limits(declared: Sequence[Declaration], inputs: Mapping[str, Array]) -> None:
    """Raises `InputError`, with row and column, for the first value that is not between its declaration's limits."""
    limited = {each.name: each for each in declared if each.limits}
    for name, array in inputs.items():
        each = limited.get(name)
        if each is not None:
            outside = is_outside(array, each)
            if outside.any():
                index = np.unravel_index(int(np.argmax(outside)), array.shape)
                whose, index = (f"{name}[{index[0]}]", index[1:]) if each.each else (each.table or name, index)
                raise InputError(f"input {whose!r}: {_place(each, index)}the value is {each.beyond}")


def is_outside(array: Array, declared: Declaration) -> Array:
    """Which values are not between the limits of a declaration that has some."""
    low, high = declared.limits
    return np.asarray((array < low) | (array > high))


def _place(declared: Declaration, index: Sequence[np.intp]) -> str:
    """The row, counted from 1, and the column. Empty for a single value."""
    parts = [f"row {int(index[0]) + 1}"] if len(index) else []
    if declared.table:
        parts.append(f"column {declared.column!r}")
    elif len(index) > 1:
        parts.append("column " + ", ".join(str(int(each) + 1) for each in index[1:]))
    return ", ".join(parts) + ": " if parts else ""
