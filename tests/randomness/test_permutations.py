"""Permutations are uniform, the same at all holders, and the same by both implementations of the stream."""

from collections import Counter
from itertools import permutations

import numpy as np
import pytest
from tacit.runtime.randomness.aes import STREAM, PortableStream
from tacit.runtime.randomness.permutations import fill_permutation

KEY = bytes(range(16))


@pytest.mark.parametrize("size", [0, 1, 2, 3, 4, 5, 63, 1000, 100_003])
def test_both_implementations_give_the_same_permutation(size: int) -> None:
    found = [np.empty(size, np.uint32) for _ in range(2)]
    for out, stream in zip(found, (STREAM(KEY), PortableStream(KEY)), strict=True):
        fill_permutation(stream, out, 7)
    assert np.array_equal(*found)
    assert np.array_equal(np.sort(found[0]), np.arange(size))


@pytest.mark.parametrize("size", [2, 3, 4])
def test_every_permutation_is_as_likely(size: int) -> None:
    stream, out, draws = STREAM(KEY), np.empty(size, np.uint32), 12_000
    counts: Counter[tuple[int, ...]] = Counter()
    for draw in range(draws):
        fill_permutation(stream, out, draw)
        counts[tuple(out.tolist())] += 1
    expected = draws / len(list(permutations(range(size))))
    statistic = sum((counts[order] - expected) ** 2 / expected for order in permutations(range(size)))
    freedom = len(list(permutations(range(size)))) - 1
    assert (statistic - freedom) / (2 * freedom) ** 0.5 < 5


def test_places_far_down_are_uniform_too() -> None:
    out = np.empty(100_000, np.uint32)
    fill_permutation(STREAM(KEY), out, 1)
    counts = np.bincount(out[::2] // 1000, minlength=100)
    statistic = float(((counts - 500) ** 2 / 250).sum())
    assert abs(statistic - 99) / (2 * 99) ** 0.5 < 6
    assert np.count_nonzero(out == np.arange(out.size)) < 10
