"""Bit planes computed the slow way, and fresh arrays to run kernels on."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from tacit.runtime.graph.nodes import ValueType
from tacit.runtime.kernels import KERNELS, TABLE
from tacit.runtime.kernels.native import record

Array = np.ndarray[Any, Any]

SIZES = (0, 1, 2, 63, 64, 65, 511, 512, 513, 1000)


def words(rng: np.random.Generator, *shape: int) -> Array:
    """Uniform uint64, with zeros and the largest number among them."""
    drawn = rng.integers(0, 2**64, shape, np.uint64)
    return np.where(rng.random(shape) < 0.1, (drawn & np.uint64(1)) * np.uint64(2**64 - 1), drawn)


def pack(bits: Array, rng: np.random.Generator | None = None) -> Array:
    """Truth values [planes, size] as BITS; with `rng`, the unused high bits are noise, as parties leave them."""
    planes, size = bits.shape
    count = (size + 63) // 64
    padded = np.zeros((planes, count * 64), np.uint64)
    if rng is not None:
        padded[:, size:] = rng.integers(0, 2, (planes, count * 64 - size), np.uint64)
    padded[:, :size] = bits
    weights = np.uint64(1) << np.arange(64, dtype=np.uint64)
    return np.ascontiguousarray((padded.reshape(planes, count, 64) * weights).sum(axis=2, dtype=np.uint64))


def unpack(planes: Array, size: int) -> Array:
    """BITS as truth values [planes, size]."""
    positions = np.arange(size)
    return ((planes[:, positions // 64] >> (positions % 64).astype(np.uint64)) & np.uint64(1)).astype(np.bool_)


def random_bits(rng: np.random.Generator, planes: int, size: int) -> Array:
    """Uniform truth values [planes, size]."""
    return rng.integers(0, 2, (planes, size)).astype(np.bool_)


def run(name: str, kind: ValueType, *inputs: Array, **attributes: Any) -> Array:
    """What a kernel writes into memory that was not zero before; inputs must stay as they were."""
    out = np.frombuffer(b"\x55" * (int(np.prod(kind.array_shape)) * np.dtype(kind.dtype).itemsize), np.uint8).copy()
    result = out.view(np.uint8 if kind.dtype is np.bool_ else kind.dtype)
    result = result.astype(np.bool_) if kind.dtype is np.bool_ else result
    result = result.reshape(kind.array_shape)
    again = result.copy()
    before = [value.copy() for value in inputs]
    KERNELS[name](result, *inputs, **attributes)
    assert all(np.array_equal(old, value) for old, value in zip(before, inputs, strict=True))
    if TABLE[name].replays:
        assert not replay(name, again, inputs, attributes) or np.array_equal(again, result)
    return result


def replay(name: str, out: Array, inputs: Sequence[Array], attributes: Mapping[str, Any]) -> bool:
    """Runs a kernel as a tape does: recorded on zeros, and its calls repeated on the inputs. Whether it could be."""
    places = [np.zeros_like(value) for value in inputs]
    recording = record(lambda: TABLE[name].run(out, *places, **attributes))
    if recording is None:
        return False
    for place, value in zip(places, inputs, strict=True):
        np.copyto(place, value)
    for native, arguments in recording.calls:
        native.run(*arguments)
    return True
