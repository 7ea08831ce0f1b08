"""Lists, membership and pairs of places give the same under both protocols as in the clear, and as in Python."""

import numpy as np
import pytest

from tests.programs.running import elaborated, run_both_ways

PROGRAM = """party p
party q
input x: int32[n] from p
input y: int8[n] from q
input m: fixed[n, 3] from p
input b: bool[n, 3] from p
reveal x in [1, 300] + [-7] as listed
reveal y not in x as unlisted
reveal 300 in x as there
reveal m[arange(n), y] as chosen
reveal b[arange(n), y] as bits
reveal m[y, y] as twice
reveal m[[0, 1, 1], [2, 0, -1]] as known
reveal ceil(m / 2) as up
reveal sum([y[0], y[1]] * 2) as again
"""
X, Y = np.array([1, 300, -7, 2]), np.array([2, 0, 1, 2])
M = np.array([[1.5, -2, 7.25], [0, 3, 9], [-4.5, 5, 6], [8, 1, 2]])
B = M > 2
EXPECTED = {
    "listed": [True, True, True, False],
    "unlisted": [False, True, False, False],
    "there": True,
    "chosen": M[np.arange(4), Y],
    "bits": B[np.arange(4), Y],
    "twice": M[Y, Y],
    "known": M[[0, 1, 1], [2, 0, -1]],
    "up": np.ceil(M / 2),
    "again": 4,
}


@pytest.mark.parametrize("protocol", ["rep3", "semi2k"])
def test_lists_and_pairs(protocol: str) -> None:
    inputs = {"x": X, "y": Y, "m": (M * 2**16).astype(np.int64), "b": B}
    done = run_both_ways(elaborated(PROGRAM, {"n": 4}), inputs, protocol)
    for told in (done.clear["p"], done.protected["p"]):
        for name, expected in EXPECTED.items():
            scale = 2**16 if name in ("chosen", "twice", "known") else 1
            assert np.array_equal(told[name] / scale, np.asarray(expected)), name
