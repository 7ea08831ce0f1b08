"""Values that are part of another value's memory, so that no kernel needs to run.

In: a kernel's name and attributes, and the types of its input and output. Out: where in the input's memory the output
lies.

    slice of rows 2 to 5 of int64[8, 100]   =>   byte 1600
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import prod
from typing import Any

import numpy as np

from .nodes import Storage, ValueType

_SAME = frozenset({"identity", "after", "reshape", "bits.reshape"})
"""Kernels whose output is their input's memory in another shape."""


def offset_of(kernel: str, attributes: Mapping[str, Any], source: ValueType, target: ValueType) -> int | None:
    """The byte of `source` at which `target` starts; None where the kernel has to move elements."""
    if kernel in _SAME:
        return 0
    if target.size == 0:
        return None
    match kernel:
        case "slice" | "clear.slice" if source.storage is not Storage.BITS:
            first = _first_of_run(source.shape, attributes)
            return None if first is None else first * np.dtype(source.dtype).itemsize
        case "bits.slice" if source.planes == 1:
            first = _first_of_run(attributes["shapes"][0], attributes)
            return None if first is None or first % 64 else first // 8
        case "bits.planes":
            chosen = attributes["planes"]
            follow_each_other = bool(chosen) and tuple(range(chosen[0], chosen[0] + len(chosen))) == tuple(chosen)
            return chosen[0] * source.array_shape[1] * 8 if follow_each_other and chosen[0] >= 0 else None
    return None


def _first_of_run(shape: Sequence[int], attributes: Mapping[str, Any]) -> int | None:
    """The number of the slice's first element, if the slice's elements follow each other in the array, in order."""
    bounds = zip(shape, attributes["starts"], attributes["stops"], attributes["steps"], strict=True)
    ranges = [range(size)[slice(start, stop, step)] for size, start, stop, step in bounds]
    axes = list(range(len(shape)))
    while axes and ranges[axes[-1]] == range(shape[axes[-1]]):
        axes.pop()
    if axes and ranges[axes[-1]].step != 1 < len(ranges[axes[-1]]):
        return None
    if any(len(ranges[axis]) != 1 for axis in axes[:-1]):
        return None
    return sum(ranges[axis].start * prod(shape[axis + 1 :]) for axis in axes)
