"""A party's result on its way through the pipe to the process that started it.

Arrays follow as they lie in memory. The sender makes no copy, because its arrays may fill most of its memory.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import prod
from multiprocessing.connection import Connection
from typing import Any

import numpy as np

from ..run.result import PartyResult

Array = np.ndarray[Any, Any]
Kind = tuple[str, tuple[int, ...]]


@dataclass(frozen=True, slots=True)
class Parcel:
    """A result without its arrays, and the arrays' types and shapes. The arrays follow."""

    bare: PartyResult
    outputs: dict[str, dict[str, Kind]]
    kept: dict[str, Kind]


def send_result(pipe: Connection, result: PartyResult) -> None:
    """Sends a `Parcel`, then the arrays."""
    outputs = {role: {name: _kind(array) for name, array in told.items()} for role, told in result.outputs.items()}
    kept = {name: _kind(array) for name, array in result.kept.items()}
    pipe.send(Parcel(replace(result, outputs={}, kept={}), outputs, kept))
    for array in _arrays(result):
        pipe.send_bytes(np.ascontiguousarray(array).reshape(-1).view(np.uint8).data)


def receive_result(pipe: Connection, parcel: Parcel) -> PartyResult:
    """The result that a parcel announces. Raises `EOFError` or `OSError` if not all of it comes."""
    outputs = {role: {name: _empty(kind) for name, kind in told.items()} for role, told in parcel.outputs.items()}
    kept = {name: _empty(kind) for name, kind in parcel.kept.items()}
    result = replace(parcel.bare, outputs=outputs, kept=kept)
    for array in _arrays(result):
        pipe.recv_bytes_into(array.reshape(-1).view(np.uint8).data)
    return result


def _arrays(result: PartyResult) -> Iterator[Array]:
    for told in (*result.outputs.values(), result.kept):
        yield from told.values()


def _kind(array: Array) -> Kind:
    return array.dtype.str, array.shape


def _empty(kind: Kind) -> Array:
    dtype, shape = kind
    return np.empty(prod(shape), dtype).reshape(shape)
