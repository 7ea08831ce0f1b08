"""Elements of Z_2^64, Z_2^32 and Z_2^16: arithmetic that wraps, and changes of width.

All are NumPy's own loops, which run at the speed of memory and write straight into `out`. Operands have the output's
size or one element; arrays are contiguous.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from .matrix import multiply_add
from .matrix import product as matrix_product
from .native import Kernel

Array = np.ndarray[Any, Any]


def flat(x: Array) -> Array:
    """The same memory as a vector."""
    return x if x.ndim == 1 else x.reshape(-1)


def _binary(compute: Callable[[Array, Array, Array], object]) -> Kernel:
    def run(out: Array, x: Array, y: Array) -> None:
        compute(flat(x), flat(y), flat(out))

    return Kernel(run)


def _negate(out: Array, x: Array) -> None:
    np.negative(flat(x), flat(out))


def _shift_left(out: Array, x: Array, *, bits: int) -> None:
    np.left_shift(flat(x), out.dtype.type(bits), flat(out))


def _shift_right(out: Array, x: Array, *, bits: int) -> None:
    np.right_shift(flat(x), out.dtype.type(bits), flat(out))


def _sum(out: Array, x: Array, *, axis: int) -> None:
    np.add.reduce(x, axis=axis, dtype=out.dtype, out=out)


def _cumsum(out: Array, x: Array, *, axis: int) -> None:
    np.add.accumulate(x, axis=axis, dtype=out.dtype, out=out)


def _matmul(out: Array, x: Array, y: Array) -> None:
    out.fill(0)
    matrix_product(out, x, y)


def _narrow_matmul(out: Array, x: Array, y: Array) -> None:
    np.copyto(out, np.matmul(x, y))


def _convert(out: Array, x: Array) -> None:
    np.copyto(flat(out), flat(x), casting="unsafe")


def _low_bit(out: Array, x: Array) -> None:
    np.not_equal(np.bitwise_and(flat(x), x.dtype.type(1)), 0, out=flat(out))


def _arithmetic(prefix: str) -> dict[str, Kernel]:
    return {
        f"{prefix}.add": _binary(np.add),
        f"{prefix}.subtract": _binary(np.subtract),
        f"{prefix}.multiply": _binary(np.multiply),
        f"{prefix}.negate": Kernel(_negate),
        f"{prefix}.shift_left": Kernel(_shift_left),
        f"{prefix}.shift_right": Kernel(_shift_right),
        f"{prefix}.sum": Kernel(_sum),
        f"{prefix}.cumsum": Kernel(_cumsum),
        f"{prefix}.matmul": Kernel(_narrow_matmul),
    }


CONVERSIONS = (
    *("ring.from_integer", "ring.from_boolean", "ring.to_word32", "ring.to_word16"),
    *("word32.to_ring", "word32.to_word16", "word32.from_integer", "word32.from_boolean"),
    *("word16.to_ring", "word16.to_word32", "word16.from_integer", "word16.from_boolean"),
    "integer.from_ring",
)
"""Those that keep the low bits, or fill with zeros."""

TABLE: dict[str, Kernel] = {
    **_arithmetic("ring"),
    **_arithmetic("word32"),
    **_arithmetic("word16"),
    "ring.matmul": Kernel(_matmul, multiply_add),
    **{name: Kernel(_convert) for name in CONVERSIONS},
    "boolean.from_ring": Kernel(_low_bit),
}
