"""Sums of products and of weighted bits: what a protocol makes of them is what the primitives they stand for give."""

import numpy as np
import pytest
from tacit.compiler.protocols.rep3.replicated import Replicated
from tacit.compiler.protocols.rules.conversions import Conversions
from tacit.compiler.protocols.rules.products import Products

from tests.protocols.bench import Bench
from tests.protocols.numeric.support import KEYS

RANDOM = np.random.default_rng(9)
X, Y, Z = (RANDOM.integers(-(2**63), 2**63, 130) for _ in range(3))
BITS, MORE = (RANDOM.integers(0, 2**5, 130) for _ in range(2))


@pytest.mark.parametrize("rules", [Products, Replicated])
def test_dot(rules: type[Products]) -> None:
    bench = Bench()
    x, y, z, one = (bench.number(values) for values in (X, Y, Z, np.array([7])))
    bench.keep("result", rules.dot(bench.protocol, [(x, y), (z, z), (one, x)]))
    outcome = bench.run(KEYS)
    np.testing.assert_array_equal(outcome.values["result"], X * Y + Z * Z + 7 * X)
    assert outcome.rounds == 1


@pytest.mark.parametrize("rules", [Products, Replicated])
def test_dot_bits(rules: type[Products]) -> None:
    bench = Bench()
    x, y = bench.truth(BITS, 5), bench.truth(MORE, 5)
    bench.keep("result", rules.dot_bits(bench.protocol, x, y, [[(0, 1), (2, 3), (4, 4)], [(1, 0)]]))
    outcome = bench.run(KEYS)
    a, b = ([values >> plane & 1 for plane in range(5)] for values in (BITS, MORE))
    first = (a[0] & b[1]) ^ (a[2] & b[3]) ^ (a[4] & b[4])
    np.testing.assert_array_equal(outcome.values["result"], first + 2 * (a[1] & b[0]))
    assert outcome.rounds == 1


@pytest.mark.parametrize("rules", [Conversions, Replicated])
def test_weigh_each(rules: type[Conversions]) -> None:
    rows = [[1, 2, 4, 8, 16], [-3, 2**63, 0, 5, 1]]
    bench = Bench()
    for index, share in enumerate(rules.weigh_each(bench.protocol, bench.truth(BITS, 5), rows)):
        bench.keep(str(index), share)
    outcome = bench.run(KEYS)
    for index, row in enumerate(rows):
        expected = sum(
            (BITS >> plane & 1).view(np.uint64) * np.uint64(weight % 2**64) for plane, weight in enumerate(row)
        )
        np.testing.assert_array_equal(outcome.values[str(index)].view(np.uint64), expected)
    assert outcome.rounds == 1


def test_parities() -> None:
    bench = Bench()
    bench.keep("result", bench.protocol.parities(bench.truth(BITS, 5), [[0, 1, 4], [2], []]))
    outcome = bench.run(KEYS)
    first = (BITS ^ BITS >> 1 ^ BITS >> 4) & 1
    np.testing.assert_array_equal(outcome.values["result"], first + 2 * (BITS >> 2 & 1))
    assert outcome.rounds == 0
