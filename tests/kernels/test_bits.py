"""Bit planes: transposition, choice of planes, and moving elements, against truth values one by one."""

from typing import Any

import numpy as np
import pytest
from tacit.runtime.clear import KERNELS as CLEAR
from tacit.runtime.errors import CheckFailed
from tacit.runtime.graph.nodes import Storage, ValueType

from tests.kernels.planes import SIZES, pack, random_bits, run, unpack, words


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(2)


def bits(size: int, planes: int) -> ValueType:
    return ValueType(Storage.BITS, (size,), planes)


def bits_of(x: np.ndarray[Any, Any], planes: int) -> np.ndarray[Any, Any]:
    positions = np.arange(planes, dtype=np.uint64)[:, np.newaxis]
    return ((x.astype(np.uint64) >> positions) & np.uint64(1)).astype(np.bool_)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("planes", [0, 1, 2, 7, 63, 64])
def test_ring_to_planes_and_back(size: int, planes: int, rng: np.random.Generator) -> None:
    x = words(rng, size)
    found = run("bits.from_ring", bits(size, planes), x, planes=planes)
    assert np.array_equal(unpack(found, size), bits_of(x, planes))
    noisy = pack(bits_of(x, planes), rng)
    mask = np.uint64(2**planes - 1)
    assert np.array_equal(run("ring.from_bits", ValueType(Storage.RING, (size,)), noisy), x & mask)


@pytest.mark.parametrize(("name", "storage"), [("word32", Storage.WORD32), ("word16", Storage.WORD16)])
@pytest.mark.parametrize("size", SIZES)
def test_words_to_planes_and_back(name: str, storage: Storage, size: int, rng: np.random.Generator) -> None:
    kind = ValueType(storage, (size,))
    x = words(rng, size).astype(kind.dtype)
    found = run(f"bits.from_{name}", bits(size, 11), x, planes=11)
    assert np.array_equal(unpack(found, size), bits_of(x, 11))
    assert np.array_equal(run(f"{name}.from_bits", kind, found), x & kind.dtype(2**11 - 1))


@pytest.mark.parametrize("size", SIZES)
def test_truth_values_to_a_plane_and_back(size: int, rng: np.random.Generator) -> None:
    x = random_bits(rng, 1, size)
    found = run("bits.from_boolean", bits(size, 1), x[0])
    assert np.array_equal(unpack(found, size), x)
    assert np.array_equal(run("boolean.from_bits", ValueType(Storage.BOOLEAN, (size,)), pack(x, rng)), x[0])


CHOICES: tuple[tuple[tuple[int, ...] | None, tuple[int, ...] | None], ...] = (
    (None, None),
    ((0, 0, 4, 1, 2), None),
    (None, (4, 3, 2, 1, 0)),
    ((0, -1, 3, -1, 2), (1, 2, -1, -1, 4)),
)


def chosen(x: np.ndarray[Any, Any], choice: tuple[int, ...] | None) -> np.ndarray[Any, Any]:
    """The planes, zeros for -1."""
    whole = np.concatenate([x, np.zeros((1, x.shape[1]), np.bool_)])
    return x if choice is None else whole[list(choice)]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(("left", "right"), CHOICES)
def test_bitwise(
    size: int, left: tuple[int, ...] | None, right: tuple[int, ...] | None, rng: np.random.Generator
) -> None:
    x, y = (random_bits(rng, 5, size) for _ in range(2))
    a, b = chosen(x, left), chosen(y, right)
    packed = pack(x, rng), pack(y, rng)
    for kernel, expected in (("bits.xor", a ^ b), ("bits.and", a & b)):
        assert np.array_equal(unpack(run(kernel, bits(size, 5), *packed, left=left, right=right), size), expected)
    assert np.array_equal(unpack(run("bits.not", bits(size, 5), packed[0]), size), ~x)


@pytest.mark.parametrize("size", SIZES)
def test_planes(size: int, rng: np.random.Generator) -> None:
    x, y = random_bits(rng, 3, size), random_bits(rng, 2, size)
    choice = (2, -1, 0, 0)
    assert np.array_equal(unpack(run("bits.planes", bits(size, 4), pack(x), planes=choice), size), chosen(x, choice))
    stacked = run("bits.concat_planes", bits(size, 5), pack(x), pack(y))
    assert np.array_equal(unpack(stacked, size), np.concatenate([x, y]))


@pytest.mark.parametrize("size", SIZES)
def test_dot(size: int, rng: np.random.Generator) -> None:
    x, y, start = random_bits(rng, 3, size), random_bits(rng, 4, size), random_bits(rng, 3, size)
    left, right, ends = (0, 1, -1, 2, -1), (3, -1, 2, 0, -1), (2, 2, 5)
    ones = np.ones((1, size), np.bool_)
    xs, ys = np.concatenate([x, ones]), np.concatenate([y, ones])
    products = np.stack([xs[a] & ys[b] for a, b in zip(left, right, strict=True)])
    expected = start ^ np.stack([np.bitwise_xor.reduce(products[a:b], axis=0) for a, b in ((0, 2), (2, 2), (2, 5))])
    found = run("bits.dot", bits(size, 3), pack(x, rng), pack(y, rng), pack(start), left=left, right=right, ends=ends)
    assert np.array_equal(unpack(found, size), expected)


def number(value: int) -> np.ndarray[Any, Any]:
    return np.array(value, np.int64)


Shape = tuple[int, ...]

MOVES: tuple[tuple[str, tuple[Shape, ...], tuple[np.ndarray[Any, Any], ...], dict[str, Any]], ...] = (
    ("broadcast", ((),), (), {"shape": (3, 50)}),
    ("broadcast", ((5, 1),), (), {"shape": (2, 5, 70)}),
    ("broadcast", ((1,),), (), {"shape": (0, 3)}),
    ("reshape", ((6, 70),), (), {"shape": (420,)}),
    ("transpose", ((5, 30),), (), {"permutation": (1, 0)}),
    ("transpose", ((2, 3, 40),), (), {"permutation": (2, 0, 1)}),
    ("slice", ((300,),), (), {"starts": (128,), "stops": (300,), "steps": (1,)}),
    ("slice", ((300,),), (), {"starts": (3,), "stops": (250,), "steps": (1,)}),
    ("slice", ((9, 50),), (), {"starts": (2, 0), "stops": (7, 50), "steps": (1, 1)}),
    ("slice", ((9, 50),), (), {"starts": (2, 1), "stops": (9, 50), "steps": (3, 2)}),
    ("slice", ((9, 50),), (), {"starts": (8, 49), "stops": (None, None), "steps": (-1, -7)}),
    ("slice", ((9, 50),), (), {"starts": (4, 0), "stops": (4, 50), "steps": (1, 1)}),
    ("concat", ((64, 3), (1, 3), (0, 3), (70, 3)), (), {"axis": 0}),
    ("concat", ((5, 3), (5, 20)), (), {"axis": 1}),
    ("take", ((9, 20),), (np.array([[8, 0], [3, -1]]),), {"axis": 0}),
    ("take", ((9, 20),), (number(19),), {"axis": 1}),
    ("slice_at", ((9, 50),), (number(4),), {"axes": (0,), "sizes": (3,)}),
    ("slice_at", ((9, 50),), (number(-2), number(7)), {"axes": (0, 1), "sizes": (1, 40)}),
    ("update", ((9, 50), (3, 10)), (), {"starts": (2, 1), "stops": (8, 21), "steps": (2, 2)}),
    ("update", ((200,), (100,)), (), {"starts": (37,), "stops": (137,), "steps": (1,)}),
    ("update_at", ((9, 50), (9, 4)), (number(46),), {"axes": (1,)}),
    ("update_at", ((9, 50), (2, 50)), (number(-9),), {"axes": (0,)}),
)


@pytest.mark.parametrize(("name", "shapes", "others", "attributes"), MOVES)
@pytest.mark.parametrize("planes", [0, 1, 5])
def test_moving_elements(
    name: str,
    shapes: tuple[Shape, ...],
    others: tuple[np.ndarray[Any, Any], ...],
    attributes: dict[str, Any],
    planes: int,
    rng: np.random.Generator,
) -> None:
    sizes = [int(np.prod(shape)) for shape in shapes]
    inputs = [random_bits(rng, planes, size) for size in sizes]
    results = [
        CLEAR[name](*(x[plane].reshape(shape) for x, shape in zip(inputs, shapes, strict=True)), *others, **attributes)
        for plane in range(planes)
    ]
    numbers = [words(rng, *shape) for shape in shapes]
    moved = CLEAR[name](*numbers, *others, **attributes)
    kind = ValueType(Storage.BITS, moved.shape, planes)
    told = {"shapes": shapes, "shape": moved.shape}
    found = run(f"bits.{name}", kind, *(pack(x, rng) for x in inputs), *others, **(attributes | told))
    expected = [result.reshape(-1) for result in results]
    assert np.array_equal(unpack(found, moved.size), np.array(expected, np.bool_).reshape(planes, moved.size))
    for storage in (Storage.RING, Storage.WORD16, Storage.BOOLEAN):
        array = ValueType(storage, moved.shape)
        values = [x.astype(array.dtype) for x in numbers]
        expected_array = CLEAR[name](*values, *others, **attributes)
        assert np.array_equal(run(name, array, *values, *others, **attributes), expected_array)


def test_runs_of_elements_at_any_offset(rng: np.random.Generator) -> None:
    for _ in range(150):
        size = int(rng.integers(1, 400))
        start, stop = sorted(int(place) for place in rng.integers(0, size + 1, 2))
        count, end = stop - start, int(rng.integers(0, size + 1))
        x, v = random_bits(rng, 3, size), random_bits(rng, 3, count)
        bounds: dict[str, Any] = {"starts": (start,), "stops": (stop,), "steps": (1,)}
        told: dict[str, Any] = {"shapes": ((size,),), "shape": (count,)}
        found = run("bits.slice", bits(count, 3), pack(x, rng), **told, **bounds)
        assert np.array_equal(unpack(found, count), x[:, start:stop])
        told = {"shapes": ((size,), (count,)), "shape": (size,)}
        found = run("bits.update", bits(size, 3), pack(x, rng), pack(v, rng), **told, **bounds)
        assert np.array_equal(unpack(found, size), np.concatenate([x[:, :start], v, x[:, stop:]], axis=1))
        parts = [x[:, :end], v, x[:, end:]]
        told = {"shapes": tuple((part.shape[1],) for part in parts), "shape": (size + count,)}
        found = run("bits.concat", bits(size + count, 3), *(pack(part, rng) for part in parts), **told, axis=0)
        assert np.array_equal(unpack(found, size + count), np.concatenate(parts, axis=1))


@pytest.mark.parametrize("start", [-10, 8])
def test_an_index_outside_fails_the_check(start: int) -> None:
    x, v = np.zeros((9, 50), np.uint64), np.zeros((2, 50), np.uint64)
    kind = ValueType(Storage.RING, (9, 50))
    with pytest.raises(CheckFailed, match="outside an axis of 9"):
        run("update_at", kind, x, v, number(start), axes=(0,))
    with pytest.raises(CheckFailed, match="outside an axis of 9"):
        run("slice_at", ValueType(Storage.RING, (2, 50)), x, number(start), axes=(0,), sizes=(2,))


def test_zeros_and_identity(rng: np.random.Generator) -> None:
    for kind in (ValueType(Storage.RING, (2, 3)), bits(70, 3), ValueType(Storage.BOOLEAN, ())):
        assert not run("zeros", kind).any()
        x = words(rng, *kind.array_shape).astype(kind.dtype)
        assert np.array_equal(run("identity", kind, x), x)
