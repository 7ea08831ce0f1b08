"""`group`: by columns of every kind, with every aggregate, against plain Python."""

from typing import Any

import pytest
from hypothesis import given, settings

from tests.semantics.running import compiled, mistakes, names, run
from tests.semantics.tables import (
    AGGREGATES,
    COLUMNS,
    LABELS,
    NAMES,
    ROWS,
    Row,
    aggregates,
    columns,
    grouped,
    kept,
    shown,
)

HEAD = f"""
input x: table[{COLUMNS}] from alice
input y: table[{COLUMNS}] from bob
t = union(x, y)
u = filter(t, t.keep)
"""
CLOSE = {"abs": 2**-12}


def outputs_of(text: str, x: list[Row], y: list[Row]) -> dict[str, Any]:
    inputs = {**columns("x", x, NAMES), **columns("y", y, NAMES)}
    return run(HEAD + text, inputs, {"rows(x)": len(x), "rows(y)": len(y)})


def same(found: list[Row], expected: list[Row]) -> None:
    assert len(found) == len(expected)
    for one, other in zip(found, expected, strict=True):
        assert one == pytest.approx(other, **CLOSE)


@pytest.mark.parametrize("by", ["k", "i", "p", "d", "a", "b", "(p, c)", "(i, k)", "[c, d, p]"])
@given(x=ROWS, y=ROWS)
@settings(max_examples=12, deadline=None)
def test_groups_are_those_of_python(by: str, x: list[Row], y: list[Row]) -> None:
    if not x and not y:
        return
    found = shown(outputs_of(f"g = group(u, by={by}, {AGGREGATES})\nreveal g\n", x, y), "g")
    by_names = [name.strip() for name in by.strip("()[]").split(",")]
    same(found, grouped(kept(x + y), by_names))


@given(x=ROWS, y=ROWS)
@settings(max_examples=40, deadline=None)
def test_a_category_has_a_row_for_each_label(x: list[Row], y: list[Row]) -> None:
    if not x and not y:
        return
    found = shown(outputs_of(f"g = group(u, by=c, {AGGREGATES})\nreveal g\n", x, y), "g")
    assert [row["c"] for row in found] == [0, 1, 2]
    for label, row in zip(LABELS, found, strict=True):
        rows = [each for each in kept(x + y) if each["c"] == label]
        if rows:
            assert row == pytest.approx({"c": LABELS.index(label), **aggregates(rows)}, **CLOSE)
        else:
            assert [row[name] for name in ("s", "n", "an", "al")] == [0, 0, False, True]
            assert {row[name] for name in ("m", "v", "sd", "lo", "hi", "first", "last", "mb", "mw")} == {None}


TABLE = 'input t: table[c: category["x", "y"], e: category["u", "v", "w"], k: int, a: int] from alice\n'
SMALL = {"t.c": ["x", "y", "y"], "t.e": ["w", "u", "u"], "t.k": [4, 4, 2], "t.a": [1, 2, 4]}


def test_several_categories_have_a_row_for_each_combination() -> None:
    found = run(TABLE + "g = group(t, by=(c, e), s=sum(a))\nreveal g\n", SMALL, {"rows(t)": 3})
    assert found == {"g.c": [0, 0, 0, 1, 1, 1], "g.e": [0, 1, 2, 0, 1, 2], "g.s": [0, 0, 1, 6, 0, 0]}


def test_the_distinct_values() -> None:
    found = run(TABLE + "g = group(t, by=k)\nreveal g\nreveal count(g) as n\n", SMALL, {"rows(t)": 3})
    assert shown(found, "g") == [{"k": 2}, {"k": 4}] and found["n"] == 2


def test_other_names_are_those_outside() -> None:
    text = """
rate = 3
a = 1000
def doubled(x):
    return 2 * x
g = group(t, by=k, s=sum(doubled(a) * rate), m=max(min(a, 3)))
reveal g
"""
    assert shown(run(TABLE + text, SMALL, {"rows(t)": 3}), "g") == [
        {"k": 2, "s": 24, "m": 3}, {"k": 4, "s": 18, "m": 2}
    ]  # fmt: skip


def test_a_function_groups_what_it_is_given() -> None:
    text = "def totals(v):\n    return group(v, by=k, s=sum(a))\ng = totals(t)\nreveal sum(g.s) as s\n"
    text += "reveal g.s as gs\n"
    assert run(TABLE + text, SMALL, {"rows(t)": 3}) == {"s": 7, "gs": [4, 3, 0], "gs.(valid)": [True, True, False]}


def test_in_a_loop_over_thresholds() -> None:
    text = "s = 0\nlimit = 0\nfor i in range(3):\n    limit += i\n"
    text += "    s += sum(group(t, by=k, n=sum(a, where=a > limit)).n)\n"
    assert run(TABLE + text + "reveal s\n", SMALL, {"rows(t)": 3}) == {"s": 7 + 6 + 4}


@pytest.mark.parametrize("by", ["k", "c"])
def test_no_rows(by: str) -> None:
    text = TABLE + f"g = group(t, by={by}, s=sum(a), n=count(), m=mean(a), v=var(a), y=any(a > 3))\nreveal g\n"
    none = {"t.c": [], "t.e": [], "t.k": [], "t.a": []}
    found = shown(run(text, none, {"rows(t)": 0}), "g")
    assert found == (
        [] if by == "k" else [{"c": c, "s": 0, "n": 0, "m": None, "v": None, "y": False} for c in range(2)]
    )
    found = shown(run(TABLE + f"g = group(t, by={by}, m=max(a))\nreveal g\n", none, {"rows(t)": 0}), "g")
    assert found == ([] if by == "k" else [{"c": c, "m": None} for c in range(2)])


def test_only_one_sort_for_one_extreme() -> None:
    text = "u = union(t, s)\ng = group(u, by=k, lo=min(a), hi=max(a), n=count(), m=mean(a))\nreveal g\n"
    program = compiled(TABLE + TABLE.replace("t:", "s:").replace("alice", "bob") + text, {"rows(t)": 5, "rows(s)": 5})
    assert names(program).count("argsort") == 2


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("group(t, by=k, s=a)", "a column that `group` makes is one aggregate"),
        ("group(t, by=k, s=sum(a) + 1)", "a column that `group` makes is one aggregate"),
        ("group(t, by=k, s=abs(a))", "a column that `group` makes is one aggregate"),
        ("group(t, by=k, s=sum(z))", "the name `z` is not defined"),
        ("group(t, by=k, s=sum(c))", "`sum` does not apply here"),
        ("group(t, by=k, s=any(a))", "`any` does not apply here"),
        ("group(t, by=k, s=sum(arange(2)))", "the argument `x` of `sum` does not fit"),
        ("group(t, by=k, s=sum(a, axis=0))", "there is an argument too many in the call of `sum`"),
        ("group(t, by=k, s=sum(a, where=a))", "the argument `where` of `sum` does not fit"),
        ("group(t, by=k, k=sum(a))", "the argument `k` of `group` does not fit"),
        ("group(t, by=z)", "the table has no column `z`"),
        ('group(t, by="k")', "`by` of `group` takes names of columns"),
        ("group(t, by=t.k)", "`by` of `group` takes names of columns"),
        ("group(t, by=(k, k))", "the argument `by` of `group` does not fit"),
        ("group(t.a, by=k)", "the argument `t` of `group` does not fit"),
        ("group(t)", "the argument `by` is missing in the call of `group`"),
    ],
)
def test_wrong_uses(text: str, problem: str) -> None:
    found = [each.partition(": ")[2] for each in mistakes(TABLE + f"x = {text}\n", {"rows(t)": 3})]
    assert found == [problem]
