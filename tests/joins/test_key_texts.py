"""Keys beside texts: normalised and hashed when the program is compiled as an owner does with its data."""

import numpy as np
import pytest
import tacit

PROGRAM = """
party a
party b
input t: table[id: key(casefold, strip), v: int32] from a
input u: table[id: key, v: int32] from b
input s: table[id: key, v: int32] from a
both = union(u, s)
reveal t.id == " ANN" as ann
reveal count(t.id in ["bob ", "Cid"]) as two
reveal both.id == "7" as seven
reveal sum(both.v, where="Bob" == both.id) as bobs
reveal both.id not in ["7", "x"] as others
"""
DATA = {
    "t": {"id": ["ann ", "Bob", "cid"], "v": [1, 2, 3]},
    "u": {"id": ["7", "Bob"], "v": [5, 6]},
    "s": {"id": ["bob", "7"], "v": [70, 8]},
}


@pytest.mark.parametrize("protocol", ["clear", "rep3"])
def test_keys_equal_the_texts_that_they_are_made_of(protocol: str) -> None:
    program = tacit.compile(PROGRAM)
    told = (program.evaluate(DATA) if protocol == "clear" else program.run(**DATA)).outputs["b"]
    assert np.array_equal(told["ann"], [True, False, False])
    assert told["two"] == 2
    assert np.array_equal(told["seven"], [True, False, False, True])
    assert told["bobs"] == 6
    assert np.array_equal(told["others"], [False, True, True, False])
