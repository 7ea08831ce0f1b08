"""What every operation means in the clear: pure NumPy, on bool arrays and int64 arrays (fixed point times 2**scale).

Only this folder computes operations on plain values. The compiler uses it to fold constants and to evaluate programs;
parties use it to compute what they know. `KERNELS[name](*arrays, **attributes)` gives a new array or a view of an
operand.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from . import arithmetic, functions, order, structure
from .structure import IndexOutsideError, check_windows, window

__all__ = ["KERNELS", "IndexOutsideError", "Kernel", "check_windows", "window"]

Kernel = Callable[..., np.ndarray[Any, Any]]

KERNELS: dict[str, Kernel] = {
    "identity": structure.identity,
    "iota": structure.iota,
    "filled": structure.filled,
    "broadcast": structure.broadcast,
    "reshape": structure.reshape,
    "transpose": structure.transpose,
    "slice": structure.slice_,
    "concat": structure.concat,
    "take": structure.take,
    "slice_at": structure.slice_at,
    "update": structure.update,
    "update_at": structure.update_at,
    "cast": arithmetic.cast,
    "truncate": arithmetic.truncate,
    "add": arithmetic.add,
    "subtract": arithmetic.subtract,
    "negate": arithmetic.negate,
    "multiply": arithmetic.multiply,
    "matmul": arithmetic.matmul,
    "divide": arithmetic.divide,
    "floor_divide": arithmetic.floor_divide,
    "modulo": arithmetic.modulo,
    "remainder": arithmetic.remainder,
    "less": arithmetic.less,
    "equal": arithmetic.equal,
    "and": arithmetic.and_,
    "or": arithmetic.or_,
    "xor": arithmetic.xor,
    "not": arithmetic.not_,
    "shift_left": arithmetic.shift_left,
    "shift_right": arithmetic.shift_right,
    "select": arithmetic.select,
    **functions.FUNCTIONS,
    "log_to": functions.log_to,
    "sum": arithmetic.sum_,
    "cumsum": arithmetic.cumsum,
    "min": arithmetic.min_,
    "max": arithmetic.max_,
    "argmin": arithmetic.argmin,
    "argmax": arithmetic.argmax,
    "argsort": order.argsort,
    "invert": order.invert,
    "gather": order.gather,
    "copies": order.copies,
    "any": arithmetic.any_,
    "all": arithmetic.all_,
}
