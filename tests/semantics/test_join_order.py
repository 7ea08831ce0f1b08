"""The rows of a join stand in an order that tells nobody which of them have partners."""

import numpy as np
import pytest
import tacit

PROGRAM = """
party alice
party bob
input t: table[user: key, a: int8] from alice
input u: table[user: key, b: int8] from bob
j = join(t, u, on=user, how="HOW")
reveal j.a as mine to alice
reveal j.in_u as partners to bob
"""
T = {"user": [f"t{row}" for row in range(6)], "a": list(range(1, 7))}
U = {"user": ["t1", "t4", "x", "y"], "b": [1, 2, 3, 4]}


@pytest.mark.parametrize("how", ["left", "outer"])
def test_pairs_do_not_come_first(how: str) -> None:
    """Alice's rows 2 and 5 have partners: they do not stand first in all of 40 runs."""
    program = tacit.compile(PROGRAM.replace("HOW", how))
    first = set()
    for _ in range(40):
        found = program.evaluate({"t": T, "u": U}).outputs
        mine, partners = np.asarray(found["alice"]["mine"]), np.asarray(found["bob"]["partners"])
        assert sorted(mine[mine > 0]) == T["a"]
        assert set(mine[partners & (mine > 0)]) == {2, 5}
        first.add(bool({2, 5} >= set(mine[:2])))
    assert False in first


def test_a_join_that_pairs_all_rows_needs_no_shuffle() -> None:
    program = tacit.compile(PROGRAM.replace("HOW", "left"))
    both = program.graph_for({"rows(t)": 6, "rows(u)": 6, "matches(t.user, u.user)": 6})
    some = program.graph_for({"rows(t)": 6, "rows(u)": 6, "matches(t.user, u.user)": 5})
    assert len(both.body) < len(some.body)
