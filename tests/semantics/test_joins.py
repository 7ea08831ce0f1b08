"""`join` on shares, and `union`, against plain Python."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings, strategies

from tests.semantics.running import compiled, mistakes, operations, run
from tests.semantics.tables import LABELS, Row, in_order, joined, kept, shown

X = 'input p: table[k: key = "", e: key = "", a: int, l: int8[2], keep: bool] from alice\n'
Y = 'input q: table[k: key = "", e: key = "", b: fixed, c: category["red", "green", "blue"], keep: bool] from bob\n'
ROW = strategies.fixed_dictionaries(
    {
        "k": strategies.integers(0, 9),
        "e": strategies.integers(0, 9),
        "a": strategies.integers(-9, 9),
        "keep": strategies.integers(0, 4).map(bool),
    }
)
ROWS = strategies.lists(ROW, max_size=7, unique_by=(lambda row: row["k"], lambda row: row["e"]))
"""Keys of a column differ; 0 is none."""


KEYS = ("k", "e", "keep")


def inputs(a: list[Row], b: list[Row]) -> dict[str, Any]:
    """The rows, whose other columns follow from `a`."""
    keys = {f"{name}.{key}": [row[key] for row in rows] for name, rows in (("p", a), ("q", b)) for key in KEYS}
    lists = np.array([[row["a"], 1] for row in a]).reshape(len(a), 2)
    labels = [LABELS[row["a"] % 3] for row in b]
    return {**keys, "p.a": [row["a"] for row in a], "p.l": lists, "q.b": [row["a"] / 2 for row in b], "q.c": labels}


def run_rows(text: str, a: list[Row], b: list[Row]) -> dict[str, Any]:
    return run(X + Y + text, inputs(a, b), {"rows(p)": len(a), "rows(q)": len(b)})


@pytest.mark.parametrize("on", [("k",), ("e", "k")])
@pytest.mark.parametrize("how", ["inner", "left", "outer"])
@given(a=ROWS, b=ROWS)
@settings(max_examples=25, deadline=None)
def test_joined_rows_are_those_of_python(how: str, on: tuple[str, ...], a: list[Row], b: list[Row]) -> None:
    keys = [", ".join(f"{name}={side}.{name}" for name in on) for side in "pq"]
    text = f"""
x = filter(table({keys[0]}, a=p.a, l=p.l), p.keep)
y = filter(table({keys[1]}, b=q.b, c=q.c), q.keep)
j = join(x, y, on={" or ".join(on)}, how="{how}", hide_size=True)
reveal j
reveal j.in_x as j_in_x
reveal j.in_y as j_in_y
"""
    left = [{**{key: row[key] for key in on}, "a": row["a"], "l": [row["a"], 1]} for row in kept(a)]
    right = [{**{key: row[key] for key in on}, "b": row["a"] / 2, "c": row["a"] % 3} for row in kept(b)]
    outputs = run_rows(text, a, b)
    outputs |= {"j.in_x": outputs["j_in_x"], "j.in_y": outputs["j_in_y"]}
    found, expected = shown(outputs, "j"), joined(left, right, on, how)
    assert in_order(found) == in_order(expected)


SMALL = "input t: table[user: key, amount: fixed] from alice\ninput u: table[user: key, seen: bool] from bob\n"
VALUES = {"t.user": [1, 2, 3, 4], "t.amount": [0.5, 1, 2, 3], "u.user": [9, 3, 1], "u.seen": [True, True, False]}
SIZES = {"rows(t)": 4, "rows(u)": 3}


@pytest.mark.parametrize(("how", "rows"), [("inner", 4), ("left", 4), ("outer", 7)])
def test_sizes_are_public_bounds(how: str, rows: int) -> None:
    text = f'j = join(t, u, on=user, how="{how}", hide_size=True)\nreveal rows(j) as n\nreveal count(j) as some\n'
    found = run(SMALL + text, VALUES, SIZES)
    assert found["n"] == rows
    assert found["some"] == {"inner": 2, "left": 4, "outer": 5}[how]


def test_a_table_that_is_joined_keeps_its_rows_in_order() -> None:
    text = 'j = join(t, u, on=user, how="left", hide_size=True)\nreveal j\n'
    assert run(SMALL + text, VALUES, SIZES) == {
        "j.user": [1, 2, 3, 4], "j.amount": [0.5, 1, 2, 3], "j.seen": [False, None, True, None],
    }  # fmt: skip


def test_a_derived_key_and_aggregates_of_the_join() -> None:
    text = """
a = table(day=t.amount > 0.7, user=int(t.amount * 2), amount=t.amount)
b = table(user=arange(7) * 2, weight=arange(7))
j = join(a, b, on=user)
reveal sum(j.amount * j.weight) as r
"""
    # Users 1, 2, 4, 6 with the weights of 2, 4, 6: 1, 2, 3.
    assert run(SMALL + text, VALUES, SIZES)["r"] == 1 * 1 + 2 * 2 + 3 * 3


def test_three_tables() -> None:
    third = "input w: table[user: key, age: int8] from bob\n"
    for joined_ in ("join(join(t, u, on=user, hide_size=True), w, on=user)", "join(t, u, w, on=user, hide_size=True)"):
        text = f"j = {joined_}\nreveal j\nreveal sum(int(j.in_t and j.in_u and j.in_w)) as everywhere\n"
        found = run(SMALL + third + text, {**VALUES, "w.user": [3], "w.age": [33]}, {**SIZES, "rows(w)": 1})
        assert shown(found, "j") == [{"user": 3, "amount": 2, "seen": True, "age": 33}]
        assert found["everywhere"] == 1


def test_rows_that_lost_their_key_meet_none() -> None:
    text = """
x = table(k=select(p.keep, p.k, p.e), a=p.a)
y = table(k=q.k, b=q.b)
j = join(x, y, on=k, hide_size=True)
reveal j.a
"""
    rows = [{"k": 0, "e": 1, "a": 3, "keep": True}, {"k": 5, "e": 1, "a": 4, "keep": True}]
    found = run_rows(text.replace("reveal j.a", "reveal j.a as a"), rows, rows)
    assert found == {"a": [4, 0], "a.(valid)": [True, False]}


def test_columns_of_the_base_do_not_move() -> None:
    program = compiled(SMALL + 'j = join(t, u, on=user, how="left", hide_size=True)\nreveal j.amount as r\n')
    (shown_,) = (each.operands[0] for each in operations(program) if each.name == "reveal")
    assert shown_.label.owner == "alice"


UNION = """
input t: table[k: key, c: category["x", "y"], a: int8, d: date] from alice
input s: table[k: key, c: category["x", "y"], a: int, d: date] from bob
"""


def test_unions_of_every_type() -> None:
    text = "u = union(filter(t, t.a > 0), s)\nreveal u\nreveal sum(u.a) as r\n"
    values = {
        "t.k": [1, 2], "t.c": ["x", "y"], "t.a": [0, 7], "t.d": ["2024-01-01"] * 2,
        "s.k": [2**62], "s.c": ["y"], "s.a": [2**40], "s.d": ["1970-01-02"],
    }  # fmt: skip
    found = run(UNION + text, values, {"rows(t)": 2, "rows(s)": 1})
    assert shown(found, "u") == [{"k": 2, "c": 1, "a": 7, "d": 19723}, {"k": 2**62, "c": 1, "a": 2**40, "d": 1}]
    assert found["r"] == 2**40 + 7


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("join(t, u)", "the argument `on` is missing in the call of `join`"),
        ("join(t, u, on=amount)", "the table has no column `amount`"),
        ("join(t, u, on=nothing)", "the table has no column `nothing`"),
        ('join(t, u, on="user")', "`on` of `join` takes names of columns"),
        ("join(t, u, on=t.user)", "`on` of `join` takes names of columns"),
        ("join(t, u, on=())", "the argument `on` of `join` does not fit"),
        ('join(t, u, on=user, how="middle")', "the argument `how` of `join` does not fit"),
        ("join(t, on=user)", "`join` takes two tables or more"),
        ("join(t, u, on=user and user)", "`on` of `join` takes names of columns"),
        ("join(t, u, on=user, how=3)", "the argument `how` of `join` does not fit"),
        ("join(t, u, on=user, hide_size=3)", "the argument `hide_size` of `join` does not fit"),
        ("join(t.amount, u, on=user)", "`join` takes tables"),
        ("join(t, table(user=u.seen), on=user)", "the argument `on` of `join` does not fit"),
        ("join(t, table(user=arange(3)), on=user)", "the argument `on` of `join` does not fit"),
        ("join(t, table(user=u.user, amount=u.seen), on=user)", "two columns of the joined table are called `amount`"),
        ("join(t, t, on=user)", "two columns of the joined table are called `amount`"),
        ("t.user + 1", "`+` does not apply here"),
        ("t.user < u.user", "`<` does not apply here"),
        ("sum(t.user)", "`sum` does not apply here"),
    ],
)
def test_wrong_uses(text: str, problem: str) -> None:
    found = [each.partition(": ")[2] for each in mistakes(SMALL + f"x = {text}\n", SIZES)]
    assert found == [problem]


@pytest.mark.parametrize(
    ("left", "aligned"),
    [
        ("t", True),
        ("filter(t, t.amount > 1)", True),
        ("table(user=t.user, amount=clip(t.amount, 0, 10))", True),
        ("table(user=t.user[::-1], amount=t.amount)", False),
        ("sort(t, by=amount)", False),
    ],
)
def test_keys_that_are_still_an_inputs_own_are_matched_by_their_owners(left: str, aligned: bool) -> None:
    program = compiled(SMALL + f"x = {left}\nj = join(x, u, on=user)\nreveal sum(j.amount) as total\n", SIZES)
    assert ("align" in {operation.name for operation in operations(program)}) == aligned


def test_a_join_with_no_rows_does_not_make_keys_unique() -> None:
    """With hide_size=True and no row to find, nobody looks whether a key of the left side stands twice."""
    text = """
x = table(k=p.k, a=p.a)
y = filter(table(k=q.k, b=q.b), q.keep)
j = join(x, y, on=k, how="left", hide_size=True)
left = table(k=p.k, e=p.e)
found = join(left, table(k=j.k, z=j.a), on=k, how="left", at_most=2, hide_size=True)
reveal table(e=found.e, z=found.z) as r
"""
    rows = [{"k": 7, "e": 1, "a": 3, "keep": True}, {"k": 7, "e": 2, "a": 4, "keep": True}]
    found = run_rows(text, rows, [])
    pairs = [(e, z) for e, z, there in zip(found["r.e"], found["r.z"], found["r.(valid)"], strict=True) if there]
    assert sorted(pairs) == [(1, 3), (1, 4), (2, 3), (2, 4)]
