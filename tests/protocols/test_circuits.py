"""Circuits of every protocol against plain arithmetic, with their rounds, and their bytes over rep3."""

import numpy as np
import pytest
from tacit.compiler.protocols.circuits import circuits

from tests.protocols.bench import SETTINGS, evaluate
from tests.protocols.rep3.test_replicated import EDGES, numbers


def narrow(bits: int, size: int = 60) -> np.ndarray:
    """Numbers that fit `bits` bits with their sign, the extremes among them."""
    low, high = -(1 << (bits - 1)), (1 << (bits - 1)) - 1
    random = np.random.default_rng(bits)
    return np.array([low, high, 0, min(1, high), -1, *random.integers(low, high, size, endpoint=True)], np.int64)


@pytest.mark.parametrize("setting", SETTINGS)
@pytest.mark.parametrize("bits", [1, 2, 3, 8, 9, 17, 33, 34, 63, 64])
def test_sign_and_zero(setting: str, bits: int) -> None:
    x = np.concatenate([narrow(bits), np.zeros(5, np.int64)])
    outcome = evaluate(lambda b: circuits.sign(b.protocol, b.number(x), bits), setting=setting)
    np.testing.assert_array_equal(outcome.values["result"], x < 0)
    assert outcome.rounds == 1 + len(circuits.blocks(max(bits - 1, 1))[:-1]).bit_length() - 1
    outcome = evaluate(lambda b: circuits.is_zero(b.protocol, b.number(x), bits), setting=setting)
    np.testing.assert_array_equal(outcome.values["result"], x == 0)


def test_less_costs() -> None:
    x, y = numbers(800) >> 1, numbers(800, 6) >> 1
    outcome = evaluate(lambda b: circuits.less(b.protocol, b.number(x), b.number(y)))
    np.testing.assert_array_equal(outcome.values["result"], x < y)
    assert outcome.rounds == 6
    # For 800 elements a plane has 100 bytes: 95 products masked twice, 63 planes helped, 57 joins.
    assert outcome.bytes == (100 * (2 * 95 + 57), 100 * (63 + 57), 100 * (63 + 57))
    assert sum(outcome.bytes) / 3 / 800 < 20.5


def test_equal_costs() -> None:
    x = numbers(800)
    y = np.where(np.arange(800) % 2 == 0, x, numbers(800, 6))
    outcome = evaluate(lambda b: circuits.is_zero(b.protocol, b.protocol.subtract(b.number(x), b.number(y))))
    np.testing.assert_array_equal(outcome.values["result"], x == y)
    assert outcome.rounds == 6
    assert outcome.bytes == (100 * (2 * 96 + 31), 100 * (32 + 31), 100 * (32 + 31))


@pytest.mark.parametrize("setting", SETTINGS)
@pytest.mark.parametrize("bits", [1, 2, 5, 16, 33, 64])
def test_to_bits_and_back(setting: str, bits: int) -> None:
    x = narrow(bits)
    outcome = evaluate(
        lambda b: circuits.extend(b.protocol, circuits.to_bits(b.protocol, b.number(x), bits), 64), setting=setting
    )
    np.testing.assert_array_equal(outcome.values["result"], x)
    outcome = evaluate(lambda b: circuits.from_bits(b.protocol, b.truth(x, bits)), setting=setting)
    np.testing.assert_array_equal(outcome.values["result"], x)
    assert outcome.rounds == (1 if bits <= 16 else 8)


@pytest.mark.parametrize("setting", SETTINGS)
@pytest.mark.parametrize("bits", [1, 2, 7, 64])
def test_add_and_subtract_bits(setting: str, bits: int) -> None:
    x, y = narrow(bits), narrow(bits)[::-1]
    mask = np.uint64((1 << bits) - 1)
    unsigned_x, unsigned_y = x.view(np.uint64) & mask, y.view(np.uint64) & mask
    outcome = evaluate(lambda b: circuits.add_bits(b.protocol, b.truth(x, bits), b.truth(y, bits)), setting=setting)
    np.testing.assert_array_equal(outcome.values["result"].view(np.uint64), (unsigned_x + unsigned_y) & mask)
    for index, expected in enumerate([(unsigned_x - unsigned_y) & mask, unsigned_x >= unsigned_y]):
        outcome = evaluate(
            lambda b, i=index: circuits.subtract_bits(b.protocol, b.truth(x, bits), b.truth(y, bits))[i],
            setting=setting,
        )
        np.testing.assert_array_equal(outcome.values["result"].view(np.uint64), expected.astype(np.uint64))


@pytest.mark.parametrize("setting", SETTINGS)
@pytest.mark.parametrize("planes", [1, 2, 3, 5, 64])
def test_planes_together(setting: str, planes: int) -> None:
    x = numbers(90)
    x[30:60] &= x[60:90] & numbers(30, 8) & numbers(30, 9)
    x[-3:] = [0, -1, 1]
    mask = (1 << planes) - 1
    low = [int(value) & mask for value in x]
    outcome = evaluate(lambda b: circuits.all_planes(b.protocol, b.truth(x, planes)), setting=setting)
    np.testing.assert_array_equal(outcome.values["result"], [value == mask for value in low])
    outcome = evaluate(lambda b: circuits.any_planes(b.protocol, b.truth(x, planes)), setting=setting)
    np.testing.assert_array_equal(outcome.values["result"], [value != 0 for value in low])
    outcome = evaluate(lambda b: circuits.any_above(b.protocol, b.truth(x, planes)), setting=setting)
    expected = [(1 << value.bit_length()) - 1 for value in low]
    np.testing.assert_array_equal(outcome.values["result"].view(np.uint64), np.array(expected, np.uint64))


@pytest.mark.parametrize("setting", SETTINGS)
@pytest.mark.parametrize(
    ("bits", "shift"), [(64, 1), (64, 16), (64, 22), (64, 63), (63, 62), (62, 16), (48, 3), (8, 30)]
)
def test_shift_right(setting: str, bits: int, shift: int) -> None:
    x = narrow(bits)
    outcome = evaluate(lambda b: circuits.shift_right(b.protocol, b.number(x), shift, bits), setting=setting)
    np.testing.assert_array_equal(outcome.values["result"], x >> shift)
    assert outcome.rounds <= 7


@pytest.mark.parametrize("setting", SETTINGS)
def test_select(setting: str) -> None:
    x, y = numbers(50), numbers(50, 6)
    condition = numbers(50, 7) & 1
    outcome = evaluate(
        lambda b: circuits.select(b.protocol, b.truth(condition), b.number(x), b.number(y)), setting=setting
    )
    np.testing.assert_array_equal(outcome.values["result"], np.where(condition, x, y))
    assert outcome.rounds == 1
    outcome = evaluate(
        lambda b: circuits.select_bits(b.protocol, b.truth(condition), b.truth(x, 64), b.truth(y, 64)), setting=setting
    )
    np.testing.assert_array_equal(outcome.values["result"], np.where(condition, x, y))
    assert outcome.rounds == 1


@pytest.mark.parametrize("setting", SETTINGS)
def test_edges_are_compared(setting: str) -> None:
    pairs = [(x, y) for x in EDGES.tolist() for y in EDGES.tolist() if abs(x - y) < 2**63]
    x, y = (np.array(side) for side in zip(*pairs, strict=True))
    outcome = evaluate(lambda b: circuits.less(b.protocol, b.number(x), b.number(y)), setting=setting)
    np.testing.assert_array_equal(outcome.values["result"], x < y)
