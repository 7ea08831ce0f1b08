"""Moving bits by runs gives what moving unpacked ones gives, however the runs lie in words."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from tacit.runtime.kernels.planes import structure as bit_structure

Array = np.ndarray[Any, Any]


@pytest.fixture(autouse=True)
def _every_run_is_long(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(bit_structure, "_LONG", 1)
    bit_structure._runs_of.cache_clear()
    yield
    bit_structure._runs_of.cache_clear()


def _packed(x: Array) -> Array:
    out = np.zeros((len(x), (x[0].size + 63) // 64), np.uint64)
    bit_structure.pack(out, x)
    return out


def _noise(random: np.random.Generator, like: Array) -> Array:
    """Memory for the planes of `like`, with old content."""
    return random.integers(0, 2**63, (len(like), (like[0].size + 63) // 64), dtype=np.int64).view(np.uint64)


def _cases(seed: int) -> Iterator[tuple[np.random.Generator, Array]]:
    random = np.random.default_rng(seed)
    for number in range(300):
        shape = random.integers(1, (9, 90)[number % 2], random.integers(1, 4))
        yield random, random.integers(0, 2, (random.integers(1, 3), *shape)).astype(np.uint8)


def test_slices_and_updates() -> None:
    for random, x in _cases(1):
        shape, parts = x.shape[1:], []
        for size in shape:
            start, stop = sorted(random.integers(0, size + 1, 2).tolist()) if random.random() < 0.6 else (0, size)
            parts.append((start, stop, 2 if random.random() < 0.15 else 1))
        starts, stops, steps = zip(*parts, strict=True)
        bounds = {"starts": starts, "stops": stops, "steps": steps}
        place = (slice(None), *(slice(*part) for part in parts))
        expected = x[place]
        out = _noise(random, expected)
        bit_structure._slice(out, _packed(x), shapes=(shape,), shape=expected.shape[1:], **bounds)
        np.testing.assert_array_equal(bit_structure.unpack(out, expected.shape[1:]), expected)
        new = random.integers(0, 2, expected.shape).astype(np.uint8)
        changed = x.copy()
        changed[place] = new
        out = _noise(random, x)
        shapes = (shape, new.shape[1:])
        bit_structure._update(out, _packed(x), _packed(new), shapes=shapes, shape=shape, **bounds)
        np.testing.assert_array_equal(bit_structure.unpack(out, shape), changed)


def test_concatenations() -> None:
    for random, x in _cases(2):
        axis = int(random.integers(0, x.ndim - 1))
        shape = list(x.shape)
        shape[axis + 1] = int(random.integers(0, 5))
        other = random.integers(0, 2, shape).astype(np.uint8)
        parts = [x, other, x]
        expected = np.concatenate(parts, axis + 1)
        out = _noise(random, expected)
        shapes = [part.shape[1:] for part in parts]
        bit_structure._concat(out, *map(_packed, parts), shapes=shapes, shape=expected.shape[1:], axis=axis)
        np.testing.assert_array_equal(bit_structure.unpack(out, expected.shape[1:]), expected)


def test_elements_that_are_repeated() -> None:
    for random, x in _cases(3):
        shape = x.shape[1:]
        kept = int(random.integers(0, len(shape) + 1))
        small = shape[:kept] + (1,) * (len(shape) - kept)
        source = random.integers(0, 2, (len(x), *small)).astype(np.uint8)
        out = _noise(random, x)
        bit_structure._broadcast(out, _packed(source), shapes=(small,), shape=shape)
        np.testing.assert_array_equal(bit_structure.unpack(out, shape), np.broadcast_to(source, x.shape))
