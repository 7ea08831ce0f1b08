"""The circuits beneath numeric functions: bits of part of a number, rough comparisons, leading bits, cases."""

import numpy as np
import pytest
from tacit.compiler.protocols.numeric.bits import bits_between, cases, is_below, leading
from tacit.compiler.protocols.rules.shares import Boolean

from tests.protocols.bench import Bench
from tests.protocols.numeric.support import KEYS, Array, sweep


def planes_of(values: Array, planes: int) -> Array:
    return (values[None, :] >> np.arange(planes)[:, None]) & 1


def opened(bench: Bench, **shares: Boolean) -> dict[str, Array]:
    for name, share in shares.items():
        bench.keep(name, share)
    return bench.run(KEYS).values


@pytest.mark.parametrize("fraction_bits", [1, 8, 16, 28])
def test_the_leading_bit_is_found_or_the_place_above_it(fraction_bits: int) -> None:
    bits = 63 - fraction_bits
    x = sweep(fraction_bits, seed=5)
    bench = Bench()
    found = leading(bench.protocol, bench.number(x), bits)
    values = opened(bench, planes=found.planes, place=found.place, exists=found.exists)
    np.testing.assert_array_equal(values["planes"], x & ((1 << bits) - 1))
    np.testing.assert_array_equal(values["exists"], x != 0)
    place = planes_of(values["place"], bits + 1)
    np.testing.assert_array_equal(place.sum(axis=0), x != 0)
    magnitude = np.where(x < 0, ~x, x)
    length = np.array([int(number).bit_length() for number in magnitude])
    surplus = (place.argmax(axis=0) - length)[x != 0]
    assert set(np.unique(surplus)) <= {0, 1}


@pytest.mark.parametrize("low", [0, 7, 32])
def test_high_bits_lack_at_most_the_carry_from_below(low: int) -> None:
    x = np.random.default_rng(low).integers(-(2**63), 2**63, 3000)
    bench = Bench()
    values = opened(bench, part=bits_between(bench.protocol, bench.number(x), low, 64).planes)
    missing = (x.view(np.uint64) >> np.uint64(low)) - values["part"].view(np.uint64)
    missing &= np.uint64(2 ** (64 - low) - 1)
    assert set(np.unique(missing)) <= ({0} if low == 0 else {0, 1})


@pytest.mark.parametrize("low", [0, 12])
def test_rough_comparisons_err_by_less_than_a_unit_of_the_lowest_bit(low: int) -> None:
    x = np.random.default_rng(1).integers(-(2**20), 2**20, 4000)
    x[:200] = np.arange(900, 1100)
    bench = Bench()
    values = opened(bench, below=is_below(bench.protocol, bench.number(x), 1000, low, 40))
    below = values["below"].astype(bool)
    assert np.all(below[x < 1000])
    assert not np.any(below[x >= 1000 + (2**low if low else 0)])


@pytest.mark.parametrize("planes", [1, 2, 3, 5])
@pytest.mark.parametrize("gated", [False, True])
def test_cases(planes: int, gated: bool) -> None:
    index = np.arange(1 << planes)
    bench = Bench()
    where = index % 3 == 0
    gate = bench.truth(where) if gated else None
    values = opened(bench, cases=cases(bench.protocol, bench.truth(index, planes), gate))
    np.testing.assert_array_equal(values["cases"], np.where(where | (not gated), 1 << index, 0))
