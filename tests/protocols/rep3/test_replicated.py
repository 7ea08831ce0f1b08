"""Each primitive of rep3 against plain arithmetic, with its rounds and bytes."""

import numpy as np
import pytest
from tacit.compiler.protocols.rules.shares import Clear

from tests.protocols.bench import Bench, evaluate

EDGES = np.array([0, 1, -1, 2, -2, 2**31, -(2**31), 2**62 - 1, -(2**62) + 1, 2**63 - 1, -(2**63)], np.int64)


def numbers(size: int, seed: int = 5) -> np.ndarray:
    random = np.random.default_rng(seed)
    return np.concatenate([EDGES, random.integers(-(2**63), 2**63, size - EDGES.size)])


def test_multiply() -> None:
    x, y = numbers(100), numbers(100, 6)[::-1]
    outcome = evaluate(lambda b: b.protocol.multiply(b.number(x), b.number(y)))
    np.testing.assert_array_equal(outcome.values["result"], x * y)
    assert (outcome.rounds, outcome.bytes) == (1, (800, 800, 800))


def test_matmul() -> None:
    x, y = numbers(24).reshape(4, 6), numbers(30).reshape(6, 5)
    outcome = evaluate(lambda b: b.protocol.matmul(b.number(x), b.number(y), (4, 5)))
    np.testing.assert_array_equal(outcome.values["result"], x @ y)
    assert (outcome.rounds, outcome.bytes) == (1, (160, 160, 160))


def test_conjunction() -> None:
    x, y = numbers(70), numbers(70, 6)
    outcome = evaluate(lambda b: b.protocol.conjunction(b.truth(x, 64), b.truth(y, 64)))
    np.testing.assert_array_equal(outcome.values["result"], x & y)
    assert (outcome.rounds, outcome.bytes) == (1, (576, 576, 576))


@pytest.mark.parametrize("owner", [0, 1, 2])
def test_share_by_a_node(owner: int) -> None:
    x = numbers(16)
    bench = Bench()
    bench.keep("number", bench.protocol.share(Clear(bench.owned(x, owner))))
    bench.keep("bits", bench.protocol.share_bits(Clear(bench.owned(x, owner)), 64))
    bench.keep("truth", bench.protocol.share_bits(Clear(bench.owned(x > 0, owner)), 1))
    outcome = bench.run()
    np.testing.assert_array_equal(outcome.values["number"], x)
    np.testing.assert_array_equal(outcome.values["bits"], x)
    np.testing.assert_array_equal(outcome.values["truth"], x > 0)
    assert outcome.rounds == 1
    assert outcome.bytes == tuple(8 * 16 + 128 + 2 if node == owner else 0 for node in range(3))


def test_share_by_and_open_to_a_client() -> None:
    x = numbers(16)
    bench = Bench(clients=1)
    number = bench.protocol.share(Clear(bench.owned(x, 3)))
    truth = bench.protocol.share_bits(Clear(bench.owned(x > 0, 3)), 1)
    for party in (1, 3):
        bench.give(f"number{party}", bench.protocol.open(number, (party,)).wire, party)
        bench.give(f"truth{party}", bench.protocol.open_bits(truth, (party,)).wire, party)
    outcome = bench.run()
    for party in (1, 3):
        np.testing.assert_array_equal(outcome.values[f"number{party}"], x)
        np.testing.assert_array_equal(outcome.values[f"truth{party}"], x > 0)
    assert outcome.rounds == 2
    assert outcome.bytes == (260, 0, 130, 780)


def test_open_to_all() -> None:
    x = numbers(16)
    bench = Bench()
    share = bench.number(x)
    wire = bench.protocol.open(share, (0, 1, 2)).wire
    for party in range(3):
        bench.give(f"x{party}", wire, party)
    outcome = bench.run()
    for party in range(3):
        np.testing.assert_array_equal(outcome.values[f"x{party}"], x)
    assert (outcome.rounds, outcome.bytes) == (1, (128, 128, 128))


def test_weigh() -> None:
    x = numbers(100)
    outcome = evaluate(lambda b: b.protocol.weigh(b.truth(x & 1), [1]))
    np.testing.assert_array_equal(outcome.values["result"], x & 1)
    assert (outcome.rounds, outcome.bytes) == (1, (1600, 800, 800))
    outcome = evaluate(lambda b: b.protocol.weigh(b.truth(x, 3), [1, -(2**63), 5]))
    expected = (x & 1) + (x >> 1 & 1) * np.int64(-(2**63)) + (x >> 2 & 1) * 5
    np.testing.assert_array_equal(outcome.values["result"], expected)
    assert (outcome.rounds, outcome.bytes) == (1, (4800, 800, 800))


def test_multiply_bit() -> None:
    x = numbers(100)
    bit = numbers(100, 6) & 1
    outcome = evaluate(lambda b: b.protocol.multiply_bit(b.truth(bit), b.number(x)))
    np.testing.assert_array_equal(outcome.values["result"], x * bit)
    assert (outcome.rounds, outcome.bytes) == (1, (4000, 800, 800))


@pytest.mark.parametrize("bits", [1, 7, 16, 17, 32, 33, 62])
def test_truncate(bits: int) -> None:
    random = np.random.default_rng(bits)
    x = np.concatenate([EDGES[:-2], random.integers(-(2**62) + 1, 2**62, 100), np.arange(-5, 5) << bits >> 1])
    outcome = evaluate(lambda b: b.protocol.truncate(b.number(x), bits))
    floor = x >> bits
    ceiling = -(-x >> bits)
    result = outcome.values["result"]
    assert np.all((result == floor) | (result == ceiling))
    word = 2 if bits <= 16 else 4 if bits <= 32 else 8
    assert (outcome.rounds, outcome.bytes) == (1, tuple(x.size * n for n in (8 + 2 * word, word, word)))
