"""A party's inputs, which have one owner. In: arrays by the names that graphs use. Out: each of them, once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from ..errors import InputError

Array = np.ndarray[Any, Any]


class Inputs(Mapping[str, Array]):
    """Arrays that nobody else holds, by name. Whoever gets an `Inputs` owns the arrays, and may empty it.

    A run takes the arrays one by one, as it copies them into its own memory, so that not all inputs are in memory
    twice. Functions that only look at the arrays ask for a `Mapping`.
    """

    __slots__ = ("_arrays",)

    def __init__(self, arrays: Mapping[str, Array] | None = None) -> None:
        self._arrays = dict(arrays or {})

    def __getitem__(self, name: str) -> Array:
        return self._arrays[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._arrays)

    def __len__(self) -> int:
        return len(self._arrays)

    def take(self, name: str) -> Array:
        """The array of this name, which is no longer among the inputs. Raises `InputError` if there is none."""
        if name not in self._arrays:
            raise InputError(f"input {name} is missing")
        return self._arrays.pop(name)

    def add(self, others: Inputs) -> None:
        """Moves all arrays of `others` into these inputs."""
        self._arrays |= others._arrays
        others._arrays.clear()
