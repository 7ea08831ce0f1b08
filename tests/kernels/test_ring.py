"""Rings: every kernel against NumPy's own arithmetic, at all widths."""

from typing import Any

import numpy as np
import pytest
from tacit.runtime.graph.nodes import Storage, ValueType

from tests.kernels.planes import run, words

RINGS = {"ring": Storage.RING, "word32": Storage.WORD32, "word16": Storage.WORD16}
SHAPES: tuple[tuple[int, ...], ...] = ((), (0,), (1,), (7,), (3, 5), (2, 0, 3), (2, 3, 4))


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(1)


@pytest.mark.parametrize("name", RINGS)
@pytest.mark.parametrize("shape", SHAPES)
def test_elementwise(name: str, shape: tuple[int, ...], rng: np.random.Generator) -> None:
    kind = ValueType(RINGS[name], shape)
    x, y = (np.asarray(words(rng, *shape)).astype(kind.dtype) for _ in range(2))
    one = np.asarray(words(rng)).astype(kind.dtype)
    for kernel, compute in (("add", np.add), ("subtract", np.subtract), ("multiply", np.multiply)):
        assert np.array_equal(run(f"{name}.{kernel}", kind, x, y), compute(x, y))
        assert np.array_equal(run(f"{name}.{kernel}", kind, x, one.reshape(1, 1)), compute(x, one))
        assert np.array_equal(run(f"{name}.{kernel}", kind, one, y), compute(one, y))
        assert np.array_equal(run(f"{name}.{kernel}", kind, one, one), np.full_like(x, compute(one, one)))
    assert np.array_equal(run(f"{name}.negate", kind, x), np.negative(x))
    assert np.array_equal(run(f"{name}.negate", kind, one), np.full_like(x, np.negative(one)))
    for bits in (0, 1, 15):
        by = kind.dtype(bits)
        assert np.array_equal(run(f"{name}.shift_left", kind, x, bits=bits), np.left_shift(x, by))
        assert np.array_equal(run(f"{name}.shift_right", kind, x, bits=bits), np.right_shift(x, by))


@pytest.mark.parametrize("name", RINGS)
def test_a_shift_by_the_whole_word_leaves_nothing(name: str) -> None:
    kind = ValueType(RINGS[name], (3,))
    x = np.full(3, -1).astype(kind.dtype)
    width = 8 * np.dtype(kind.dtype).itemsize
    assert not run(f"{name}.shift_left", kind, x, bits=width).any()
    assert not run(f"{name}.shift_right", kind, x, bits=width).any()


@pytest.mark.parametrize("name", RINGS)
@pytest.mark.parametrize("axis", [0, 1, 2])
def test_sums(name: str, axis: int, rng: np.random.Generator) -> None:
    dtype = ValueType(RINGS[name], ()).dtype
    for shape in ((2, 3, 4), (2, 0, 3), (1, 1, 1)):
        x = words(rng, *shape).astype(dtype)
        rest = shape[:axis] + shape[axis + 1 :]
        total = np.add.reduce(x, axis=axis, dtype=dtype)
        assert np.array_equal(run(f"{name}.sum", ValueType(RINGS[name], rest), x, axis=axis), total)
        steps = np.add.accumulate(x, axis=axis, dtype=dtype)
        assert np.array_equal(run(f"{name}.cumsum", ValueType(RINGS[name], shape), x, axis=axis), steps)


CONVERSIONS: tuple[tuple[str, Storage, Any], ...] = (
    ("ring.from_integer", Storage.INTEGER, Storage.RING),
    ("ring.from_boolean", Storage.BOOLEAN, Storage.RING),
    ("ring.to_word32", Storage.RING, Storage.WORD32),
    ("ring.to_word16", Storage.RING, Storage.WORD16),
    ("word32.to_ring", Storage.WORD32, Storage.RING),
    ("word32.to_word16", Storage.WORD32, Storage.WORD16),
    ("word32.from_integer", Storage.INTEGER, Storage.WORD32),
    ("word32.from_boolean", Storage.BOOLEAN, Storage.WORD32),
    ("word16.to_ring", Storage.WORD16, Storage.RING),
    ("word16.to_word32", Storage.WORD16, Storage.WORD32),
    ("word16.from_integer", Storage.INTEGER, Storage.WORD16),
    ("word16.from_boolean", Storage.BOOLEAN, Storage.WORD16),
    ("integer.from_ring", Storage.RING, Storage.INTEGER),
)


@pytest.mark.parametrize(("name", "source", "target"), CONVERSIONS)
def test_changes_of_width_keep_the_low_bits(
    name: str, source: Storage, target: Storage, rng: np.random.Generator
) -> None:
    for shape in SHAPES:
        x = np.asarray(words(rng, *shape)).astype(ValueType(source, ()).dtype)
        kind = ValueType(target, shape)
        assert np.array_equal(run(name, kind, x), x.astype(kind.dtype))


def test_a_truth_value_of_a_ring_is_its_lowest_bit() -> None:
    x = np.array([0, 1, 2, 3, 2**64 - 1], np.uint64)
    assert run("boolean.from_ring", ValueType(Storage.BOOLEAN, (5,)), x).tolist() == [False, True, False, True, True]


MATRICES = (
    ((3,), (3,)),
    ((3,), (3, 5)),
    ((5, 3), (3,)),
    ((1, 1), (1, 1)),
    ((1, 70), (70, 9)),
    ((5, 131), (131, 1)),
    ((7, 131), (131, 4)),
    ((7, 131), (131, 5)),
    ((67, 66), (66, 33)),
    ((0, 3), (3, 2)),
    ((2, 0), (0, 3)),
    ((2, 3), (3, 0)),
    ((4, 2, 3), (3, 5)),
    ((4, 2, 3), (4, 3, 5)),
    ((2, 1, 2, 3), (4, 3, 5)),
    ((2, 3), (4, 3, 5)),
    ((4, 2, 3), (3,)),
    ((3,), (4, 3, 2)),
    ((2, 2), (2, 2, 2)),
)


@pytest.mark.parametrize("name", RINGS)
@pytest.mark.parametrize(("left", "right"), MATRICES)
def test_matrix_products(name: str, left: tuple[int, ...], right: tuple[int, ...], rng: np.random.Generator) -> None:
    dtype = ValueType(RINGS[name], ()).dtype
    x, y = words(rng, *left).astype(dtype), words(rng, *right).astype(dtype)
    expected = np.asarray(np.matmul(x, y))
    assert np.array_equal(run(f"{name}.matmul", ValueType(RINGS[name], expected.shape), x, y), expected)


@pytest.mark.parametrize(("left", "right"), MATRICES)
def test_replicated_matrix_products(left: tuple[int, ...], right: tuple[int, ...], rng: np.random.Generator) -> None:
    (xm, xn), (ym, yn) = ([words(rng, *shape) for _ in range(2)] for shape in (left, right))
    terms = [np.asarray(np.matmul(a, b)) for a, b in ((xm, ym), (xm, yn), (xn, ym))]
    zero = np.asarray(words(rng, *terms[0].shape))
    found = run("cross.matmul", ValueType(Storage.RING, zero.shape), xm, xn, ym, yn, zero)
    assert np.array_equal(found, np.sum([*terms, zero], axis=0, dtype=np.uint64))


def test_scalars_are_sliced_and_updated_where_they_lie() -> None:
    x, v = np.array(5, np.uint64), np.array(6, np.uint64)
    none: dict[str, Any] = {"starts": (), "stops": (), "steps": ()}
    scalar = ValueType(Storage.RING, ())
    assert run("update", scalar, x, v, **none) == 6
    assert run("slice", scalar, x, **none) == 5
