"""How outputs look to people: decoded by kind, tables without their invalid rows."""

from typing import Any

import numpy as np
import pytest
from tacit.runtime.data.results import decode_outputs, jsonable
from tacit.runtime.graph.nodes import Declaration


@pytest.mark.parametrize(
    ("declared", "array", "expected"),
    [
        (Declaration("x", "bool", ()), np.array(True), True),
        (Declaration("x", "int", ()), np.array(-(2**63)), -(2**63)),
        (Declaration("x", "fixed", (2,), scale=16), np.array([163840, -1]), [2.5, -(2.0**-16)]),
        (Declaration("x", "date", (2,)), np.array([0, -1]), ["1970-01-01", "1969-12-31"]),
        (Declaration("x", "date", ()), np.array(59), "1970-03-01"),
        (Declaration("x", "category", (1, 2), labels=("no", "yes")), np.array([[1, 0]]), [["yes", "no"]]),
        (Declaration("x", "key", (1,)), np.array([-1]), ["f" * 16]),
        (Declaration("x", "int", (0,)), np.array([], np.int64), []),
    ],
)
def test_each_kind(declared: Declaration, array: Any, expected: object) -> None:
    (value,) = decode_outputs([declared], {"x": array}).values()
    assert jsonable(value) == expected


def test_tables_lose_their_invalid_rows() -> None:
    declared = [
        Declaration("total", "int", ()),
        Declaration("t.a", "int", (3,), table="t", valid="t.valid"),
        Declaration("t.b", "fixed", (3, 2), scale=1, table="t", valid="t.valid"),
        Declaration("t.valid", "bool", (3,), table="t"),
        Declaration("other", "int", ()),
    ]
    arrays = {
        "t.a": np.array([1, 2, 3]),
        "t.b": np.arange(6).reshape(3, 2),
        "t.valid": np.array([True, False, True]),
        "total": np.array(9),
    }
    decoded = decode_outputs(declared, arrays)
    assert {name: jsonable(value) for name, value in decoded.items()} == {
        "total": 9,
        "t": {"a": [1, 3], "b": [[0.0, 0.5], [2.0, 2.5]]},
    }
