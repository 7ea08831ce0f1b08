"""Products and conversions of replicated shares: with all three nodes at once, they give what they should."""

import numpy as np
import pytest
from tacit.runtime.graph.nodes import Storage, ValueType

from tests.kernels.planes import SIZES, pack, random_bits, run, unpack, words

KINDS = {"": Storage.RING, "32": Storage.WORD32, "16": Storage.WORD16}


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(3)


@pytest.mark.parametrize("suffix", KINDS)
@pytest.mark.parametrize("size", SIZES)
def test_summands_of_a_product(suffix: str, size: int, rng: np.random.Generator) -> None:
    kind = ValueType(KINDS[suffix], (size,))
    for left, right in ((size, size), (size, 1), (1, size), (1, 1)):
        (xm, xn), (ym, yn) = ([words(rng, n).astype(kind.dtype) for _ in range(2)] for n in (left, right))
        zero = words(rng, size).astype(kind.dtype)
        expected = np.broadcast_to(xm * ym + xm * yn + xn * ym, (size,)) + zero
        assert np.array_equal(run(f"cross.multiply{suffix}", kind, xm, xn, ym, yn, zero), expected)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("plus", [None, (0, -1, 4)])
def test_summands_of_a_conjunction(size: int, plus: tuple[int, ...] | None, rng: np.random.Generator) -> None:
    left, right = (4, -1, 0), (3, 0, 1)
    xm, xn, ym, yn = (random_bits(rng, 5, size) for _ in range(4))
    zero = random_bits(rng, 3, size)
    expected = zero.copy()
    for plane in (0, 2):
        a, b = left[plane], right[plane]
        expected[plane] ^= (xm[a] & ym[b]) ^ (xm[a] & yn[b]) ^ (xn[a] & ym[b])
    inputs = [pack(x, rng) for x in (xm, xn, ym, yn, zero)]
    kind = ValueType(Storage.BITS, (size,), 3)
    if plus is None:
        found = run("cross.and", kind, *inputs, left=left, right=right)
    else:
        found = run("cross.and_xor", kind, *inputs, left=left, right=right, plus=plus)
        expected[0] ^= xm[0]
        expected[2] ^= xm[4]
    assert np.array_equal(unpack(found, size), expected)


def test_a_conjunction_of_all_planes(rng: np.random.Generator) -> None:
    xm, xn, ym, yn, zero = (words(rng, 64, 3) for _ in range(5))
    found = run("cross.and", ValueType(Storage.BITS, (192,), 64), xm, xn, ym, yn, zero)
    assert np.array_equal(found, (xm & (ym ^ yn)) ^ (xn & ym) ^ zero)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(("planes", "rows"), [(1, 1), (5, 1), (4, 3), (11, 2)])
def test_weighing_bits(size: int, planes: int, rows: int, rng: np.random.Generator) -> None:
    c, d = (random_bits(rng, planes, size) for _ in range(2))
    factors, f, w = words(rng, rows, planes), words(rng, planes, size), words(rng, planes, size)
    factors[0, 0] = factors[-1, :4] = 0
    q, y = words(rng, rows, size), words(rng, rows, size)
    row, column = ValueType(Storage.RING, (planes, size)), ValueType(Storage.RING, (rows, size))
    assert np.array_equal(run("ring.add_bits", row, pack(c, rng), w), c.astype(np.uint64) + w)
    signs = np.where(d, -factors[:, :, np.newaxis], factors[:, :, np.newaxis])
    expected = (signs * w).sum(axis=1, dtype=np.uint64) + y
    assert np.array_equal(run("weigh.signed", column, pack(d, rng), factors, w, y), expected)
    known = (d * factors[:, :, np.newaxis]).sum(axis=1, dtype=np.uint64)
    expected = (signs * f).sum(axis=1, dtype=np.uint64) + known - q - y
    assert np.array_equal(run("weigh.joined", column, pack(d, rng), factors, f, q, y), expected)


@pytest.mark.parametrize("size", SIZES)
def test_gating_numbers_by_bits(size: int, rng: np.random.Generator) -> None:
    c, d = (random_bits(rng, 1, size) for _ in range(2))
    xm, xn, b, s, q, y = (words(rng, size) for _ in range(6))
    w, f = words(rng, 2, size), words(rng, 2, size)
    kind, pair = ValueType(Storage.RING, (size,)), ValueType(Storage.RING, (2, size))
    a, zero = xm + xn, np.uint64(0)
    assert np.array_equal(run("gates.sum", kind, pack(c, rng), xm, xn, s), np.where(c[0], a, zero) - s)
    masks = np.stack([np.where(c[0], -a, a), c[0].astype(np.uint64)]) + w
    assert np.array_equal(run("gates.mask", pair, pack(c, rng), xm, xn, w), masks)
    flipped = np.where(d[0], -b, b)
    gate = np.where(d[0], w[0], zero) + flipped * w[1] + y
    assert np.array_equal(run("gates.help", kind, pack(d, rng), b, w, y), gate)
    join = np.where(d[0], f[0] + b, zero) + flipped * f[1] - q - y
    assert np.array_equal(run("gates.join", kind, pack(d, rng), b, f, q, y), join)


@pytest.mark.parametrize(("suffix", "storage"), [("16", Storage.WORD16), ("32", Storage.WORD32), ("64", Storage.RING)])
@pytest.mark.parametrize("bits", [1, 16])
@pytest.mark.parametrize("size", SIZES)
def test_shifts_with_their_top_bits(
    suffix: str, storage: Storage, bits: int, size: int, rng: np.random.Generator
) -> None:
    word, kind = ValueType(storage, (size,)), ValueType(Storage.RING, (size,))
    xm, xn, b, s = (words(rng, size) for _ in range(4))
    w, f, q, y = (words(rng, size).astype(word.dtype) for _ in range(4))
    top, high = b >> np.uint64(63), np.uint64(64 - bits)
    u = ((xm + xn) >> np.uint64(63)).astype(word.dtype)
    assert np.array_equal(run(f"quotient.mask{suffix}", word, xm, xn, w), u + w)
    v = top.astype(word.dtype)
    assert np.array_equal(run(f"quotient.help{suffix}", word, b, w, y), v * w + y)
    shifted = (b.view(np.int64) >> bits).view(np.uint64)
    joined = shifted + ((v * f - q - y).astype(np.uint64) << high)
    assert np.array_equal(run(f"quotient.join{suffix}", kind, b, f, q, y, bits=bits), joined)
    raised = s + (y.astype(np.uint64) << high)
    assert np.array_equal(run(f"quotient.add_high{suffix}", kind, s, y, bits=bits), raised)
    a = ((xm + xn).view(np.int64) >> bits).view(np.uint64)
    assert np.array_equal(run("quotient.sum", kind, xm, xn, s, bits=bits), a - s)
