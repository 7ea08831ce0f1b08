"""Tables: valid bits, and what stays tied to rows."""

from typing import Any

import pytest
from tacit.compiler.ir.program import Operation

from tests.semantics.running import compiled, mistakes, names, operations, run

HEAD = """
input t: table[a: int, b: fixed, c: category["x", "y"], l: int8[2], p: bool] from alice
input s: table[a: int, b: fixed, c: category["x", "y"], l: int8[2], p: bool] from bob
input w: fixed[2] from bob
u = filter(t, t.a > 1)
"""
INPUTS: dict[str, Any] = {
    "t.a": [1, 2, 5, 3], "t.b": [0.5, 1.5, -1, 100], "t.c": ["x", "y", "x", "y"],
    "t.l": [[1, 2], [3, 4], [5, 6], [7, 8]], "t.p": [True, False, True, True],
    "s.a": [9], "s.b": [9.5], "s.c": ["y"], "s.l": [[9, 9]], "s.p": [False], "w": [1, 0.5],
}  # fmt: skip
SIZES = {"rows(t)": 4, "rows(s)": 1}

CASES: list[tuple[str, Any]] = [
    # Rows 1, 2, 3 are valid.
    ("rows(u)", 4),
    ("len(u.a)", 4),
    ("count(t)", 4),
    ("count(u)", 3),
    ("count(u, where=u.p)", 2),
    ("count(u.a)", 3),
    ("count(u.p)", 2),
    ("sum(u.a)", 10),
    ("sum(t.a)", 11),
    ("mean(u.a)", 10 / 3),
    ("mean(u.b, where=u.p)", 49.5),
    ("min(u.b)", -1),
    ("max(-u.b)", 1),
    ("min(u.a)", 2),
    ("argmin(u.a)", 1),
    ("argmax(-u.b)", 2),
    ("all(u.a > 1)", True),
    ("any(u.a == 1)", False),
    ("var(u.a)", 14 / 9),
    ("cumsum(u.a)", [0, 2, 7, 10]),
    # What is computed row by row stays tied.
    ("sum(u.a * 2 + 1)", 23),
    ("sum(1)", 1),
    ("sum(select(u.p, u.a, 0))", 8),
    ("sum(u.a if 1 < 2 else u.a)", 10),
    ("sum(max(u.a, 4))", 13),
    ("sum(one_hot(u.c), axis=0)", [1, 2]),
    ("sum(u.l, axis=0)", [15, 18]),
    ("sum(u.l, axis=1)", [0, 7, 11, 15]),
    ("sum(sum(u.l, axis=1))", 33),
    ("sum(matrix(u.a, u.b), axis=0)", [10, 100.5]),
    ("matrix(u.a, u.b).T @ u.a", [38, 298]),
    ("u.a @ u.a", 38),
    ("matrix(u.a, u.b) @ w", [0, 2.75, 4.5, 53]),
    ("sum(matrix(u.a, u.b) @ w)", 60.25),
    ("sum(u.a[1:])", 10),
    ("sum(u.a[:2])", 2),
    ("sum(u.a[::-1])", 10),
    ("sum(flip(u.a)[:1])", 3),
    ("sum(u.a[[0, 1, 1]])", 4),
    ("u.a[0] + u.a[-1]", 3),
    ("sum(u.a[:, None], axis=0)", [10]),
    ("sum(u.a[None, :], axis=1)", [10]),
    ("sum(u.a[:, None] * u.a)", 100),
    ("sum(reshape(u.l, (4, 2, 1)))", 33),
    ("sum(concat(u.a, s.a))", 19),
    ("sum(concat(s.a, u.a) + 1)", 23),
    ("sum(repeat(u.a, 2))", 20),
    ("sum(union(u, s).a)", 19),
    ("count(union(u, s))", 4),
    ("count(union(t, t))", 8),
    ("sum(filter(u, u.p).a)", 8),
    ("sum(filter(filter(t, t.p), u.a < 5).a)", 3),
    ("sum(table(x=u.a * 2, y=t.b).y)", 100.5),
    ("sum(matrix(u.a, t.b), axis=0)", [10, 100.5]),
    ("sum(u.a + t.b)", 110.5),
    # What is looked up by a column is tied to the column's rows, and pairs to those that they are taken from.
    ("mean(w[int(u.p)])", 2 / 3),
    ("count(w[int(u.p)])", 3),
    ("mean([3, 5][:][int(u.p)])", 13 / 3),
    ("mean(matrix(u.a, u.b)[arange(4), int(t.p)])", 101 / 3),
    ("mean(matrix(t.a, t.b)[arange(4), int(u.p)])", 101 / 3),
    ("count(matrix(u.a, u.b)[[0, 1, 1], [0, 1, 0]])", 2),
    # Membership.
    ("count(u.a in [1, 5])", 1),
    ("count(u.a not in [1, 5])", 2),
    ("[1 in t.a, 1 in u.a, 2 in u.a]", [True, False, True]),
    ("[1, 2, 7] in u.a", [False, True, False]),
    ('count(u.c in ["x", "y"])', 3),
    ('count(t.c not in ("x",))', 2),
    ('"x" in filter(t, t.a == 2).c', False),
]


@pytest.mark.parametrize(("expression", "expected"), CASES)
def test_cleared_rows_are_skipped(expression: str, expected: Any) -> None:
    found = run(f"{HEAD}reveal {expression} as r\n", INPUTS, SIZES)["r"]
    assert found == pytest.approx(expected, abs=2**-15)


def test_batches_of_rows() -> None:
    loop = "n = 0\nm = 0\nfor ab in batches(u.a, size=3):\n    n += count(ab)\n    m += sum(ab)\n"
    text = f"{HEAD}{loop}reveal n\nreveal m\n"
    assert run(text, INPUTS, SIZES) == {"n": 3, "m": 10}


def test_rows_through_loops_and_branches() -> None:
    text = f"""{HEAD}
k = t.a
for i in range(2):
    k = k + u.a
v = t
if t.a[0] == 1:
    v = u
reveal sum(k) as ks
reveal count(v) as vs
"""
    assert run(text, INPUTS, SIZES) == {"ks": 30, "vs": 3}


def test_elements_of_cleared_rows_read_as_zero() -> None:
    text = f"{HEAD}s1 = 0\nfor v in u.a:\n    s1 = s1 * 10 + v\nreveal s1\nreveal u.a[w > 0 and 1 < 2] as no\n"
    assert run(text.replace("reveal u.a[w > 0 and 1 < 2] as no\n", ""), INPUTS, SIZES)["s1"] == 253


def test_a_table_is_revealed_with_its_valid_bits() -> None:
    outputs = run(f"{HEAD}reveal u\nreveal u.b as b\nreveal t as whole\nreveal count(u) as n\n", INPUTS, SIZES)
    assert outputs["u.a"] == [0, 2, 5, 3]
    assert outputs["u.l"] == [[0, 0], [3, 4], [5, 6], [7, 8]]
    assert outputs["u.(valid)"] == outputs["b.(valid)"] == [False, True, True, True]
    assert outputs["b"] == [0, 1.5, -1, 100]
    assert "whole.(valid)" not in outputs


def effects(text: str, name: str) -> list[Operation]:
    return [op for op in operations(compiled(text, SIZES)) if op.name == name]


def test_outputs_name_their_table_and_valid_bits() -> None:
    found = effects(f"{HEAD}reveal u\nreveal u.b as b to bob\n", "reveal")
    told = [tuple(op.attributes[key] for key in ("name", "table", "valid", "roles")) for op in found]
    assert told[0] == ("u.a", "u", "u.(valid)", None)
    assert told[5] == ("u.(valid)", "u", "u.(valid)", None)
    assert told[6:] == [("b", "", "b.(valid)", ("bob",)), ("b.(valid)", "", "b.(valid)", ("bob",))]


def test_a_revealed_table_is_public() -> None:
    text = f"{HEAD}reveal u\nif sum(u.a) > 9:\n    reveal count(u) as n\n"
    assert run(text, INPUTS, SIZES)["n"] == 3


def test_tables_are_kept_with_their_valid_bits() -> None:
    text = "input k: table[a: int] from shares\nreveal sum(k.a) as r\nsave k as again\nsave k.a + 0 as no\n"
    inputs = {"k.a": [1, 2, 4], "k.(valid)": [True, False, True]}
    assert run(text.replace("save k.a + 0 as no\n", ""), inputs, {"rows(k)": 3})["r"] == 5
    kept = effects(text.replace("save k.a + 0 as no\n", ""), "save")
    assert [op.attributes["name"] for op in kept] == ["again.a", "again.(valid)"]
    assert mistakes(text) == ["4: this array has cleared rows, which it would lose"]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("x = t + 1", "the left side of `+` must be a number, a bool or an array of them"),
        ("x = t.z", "the table has no column `z`"),
        ("x = t[0]", "a table has no index"),
        ("t[0] = 3", "only parts of an array can be assigned to"),
        ("for r in t:\n    x = r", "a `for` cannot run over this"),
        ("x = reshape(u.l, 8)", "`reshape` would mix valid and cleared rows of a table"),
        ("x = filter(t, t.a)", "the argument `mask` of `filter` does not fit"),
        ("x = filter(t, t.l > 1)", "the argument `mask` of `filter` does not fit"),
        ('x = t.c == "z"', 'the category has no label "z"'),
        ("x = t.c < t.c", "`<` does not apply here"),
        ("x = union(t, table(a=t.a))", "this table of `union` does not fit the first one"),
        ("x = table(a=t.a, b=s.a)", "the argument `b` of `table` does not fit"),
    ],
)
def test_wrong_uses(text: str, problem: str) -> None:
    assert [found.partition(": ")[2] for found in mistakes(f"{HEAD}{text}\n", SIZES)] == [problem]


def test_whole_tables_cost_no_masks() -> None:
    assert "select" not in names(compiled("input t: table[a: int] from alice\nreveal sum(t.a * 2) as r\n"))
