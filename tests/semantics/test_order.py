"""`sort`, `argsort`, `topk`, `median`, `quantile`, `permute`, `shuffle`, against NumPy."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings, strategies
from tacit.compiler.semantics.state.liveness import COLUMN_SCOPES

from tests.semantics.running import compiled, mistakes, names, run
from tests.semantics.tables import COLUMNS, NAMES, ROW, ROWS, Row, columns, in_order, kept, raw, shown

VECTOR = "input x: int8[n] from alice\ninput m: bool[n] from bob\n"
MATRIX = "input x: fixed[r, n] from alice\ninput m: bool[r, n] from bob\n"
TABLE = f"input t: table[{COLUMNS}] from alice\nu = filter(t, t.keep)\n"
NUMBERS = strategies.lists(strategies.integers(-9, 9), min_size=1, max_size=9)
SHARES = [0, 0.25, 0.3, 0.5, 0.999, 1]


@given(NUMBERS, strategies.data())
@settings(max_examples=25, deadline=None)
def test_vectors(x: list[int], data: strategies.DataObject) -> None:
    k = data.draw(strategies.integers(0, len(x)))
    mask = data.draw(strategies.lists(strategies.booleans(), min_size=len(x), max_size=len(x)))
    text = f"""
reveal sort(x) as up
reveal sort(x, descending=True) as down
reveal argsort(x) as up_places
reveal argsort(x, descending=True) as down_places
reveal topk(x, {k}) as top
reveal median(x) as middle
reveal quantile(x, {SHARES}) as parts
reveal median(x, where=m) as some_middle
reveal quantile(x, {tuple(SHARES)}, where=m) as some_parts
reveal permute(x, argsort(x)) as permuted
"""
    found = run(VECTOR + text, {"x": x, "m": mask}, {"n": len(x)})
    some = [number for number, present in zip(x, mask, strict=True) if present]
    assert found["up"] == found["permuted"] == sorted(x)
    assert found["down"] == sorted(x, reverse=True)
    assert found["up_places"] == np.argsort(x, kind="stable").tolist()
    assert found["down_places"] == np.argsort(-np.array(x), kind="stable").tolist()
    assert found["top"] == sorted(x, reverse=True)[:k]
    assert found["middle"] == np.median(x)
    assert found["parts"] == pytest.approx(np.quantile(x, SHARES), abs=2**-10)
    assert found["some_middle"] == (np.median(some) if some else None)
    assert found["some_parts"] == pytest.approx(np.quantile(some, SHARES) if some else [None] * 6, abs=2**-10)


@pytest.mark.parametrize("axis", [0, 1])
def test_matrices(axis: int) -> None:
    random = np.random.default_rng(3)
    x = random.integers(-4, 5, (3, 5)) / 2
    mask = random.integers(0, 2, (3, 5)).astype(bool)
    text = f"""
reveal sort(x, axis={axis}) as up
reveal argsort(x, axis={axis}, descending=True) as down_places
reveal topk(x, 2, axis={axis}) as top
reveal median(x) as middle
reveal median(x, axis={axis}) as middles
reveal quantile(x, [0.3, 1.0], axis={axis}) as parts
reveal median(x, axis={axis}, where=m) as some_middles
reveal permute(x, [2, 0, 1]) as permuted
"""
    found = run(MATRIX + text, {"x": x, "m": mask}, {"n": 5, "r": 3})
    assert found["up"] == np.sort(x, axis).tolist()
    assert found["down_places"] == np.argsort(-x, axis, kind="stable").tolist()
    assert found["top"] == np.flip(np.sort(x, axis), axis).take(range(2), axis).tolist()
    assert found["middle"] == np.median(x)
    assert found["middles"] == np.median(x, axis).tolist()
    assert np.allclose(found["parts"], np.quantile(x, [0.3, 1], axis), atol=2**-10)
    lines = zip(np.moveaxis(x, axis, -1), np.moveaxis(mask, axis, -1), strict=True)
    assert found["some_middles"] == [np.median(line[some]) if some.any() else None for line, some in lines]
    assert found["permuted"] == x[[2, 0, 1]].tolist()


def test_the_last_axis_is_the_default() -> None:
    found = run(MATRIX + "reveal sort(x) as r\n", {"x": [[2, 1], [0, 9]], "m": [[True] * 2] * 2}, {"n": 2, "r": 2})
    assert found["r"] == [[1, 2], [0, 9]]


@given(ROWS)
@settings(max_examples=25, deadline=None)
def test_tables_and_their_columns(rows: list[Row]) -> None:
    text = """
a = sort(u, by=a)
ab = sort(u, by=(c, a), descending=(True, False))
ba = sort(u, by=[p, b, d], descending=True)
s = shuffle(u)
reveal a
reveal ab
reveal ba
reveal s
reveal sort(u.b, descending=True) as b
reveal argsort(u.a) as places
reveal permute(u.k, argsort(u.a)) as k
"""
    if rows:
        text += "reveal median(u.b) as middle\nreveal quantile(u.a, 0.1) as low\nreveal topk(u.a, 1) as top\n"
    found = run(TABLE + text, columns("t", rows, NAMES), {"rows(t)": len(rows)})
    present = [{name: raw(name, row[name]) for name in sorted(row)} for row in kept(rows)]
    assert shown(found, "a") == sorted(present, key=lambda row: row["a"])
    assert shown(found, "ab") == sorted(present, key=lambda row: (-row["c"], row["a"]))
    assert shown(found, "ba") == sorted(present, key=lambda row: (-row["p"], -row["b"], -row["d"]))
    assert in_order(shown(found, "s")) == in_order(present)
    assert valid(found, "b") == sorted((row["b"] for row in present), reverse=True)
    assert valid(found, "k") == [row["k"] for row in sorted(present, key=lambda row: row["a"])]
    places = [place for place, row in enumerate(rows) if row["keep"]]
    assert valid(found, "places") == sorted(places, key=lambda place: rows[place]["a"])
    if present:
        assert found["middle"] == np.median([row["b"] for row in present])
        assert found["low"] == pytest.approx(np.quantile([row["a"] for row in present], 0.1), abs=2000 * 2**-16)
        assert valid(found, "top") == [max(row["a"] for row in present)]


def valid(found: dict[str, Any], name: str) -> list[Any]:
    bits = found.get(f"{name}.(valid)", [True] * len(found[name]))
    return [value for value, present in zip(found[name], bits, strict=True) if present]


@given(strategies.lists(ROW, min_size=1, max_size=5), strategies.integers(1, 3))
@settings(max_examples=10, deadline=None)
def test_lists_in_columns_move_along(rows: list[Row], width: int) -> None:
    text = f"input t: table[a: int, l: int8[{width}]] from alice\ns = sort(t, by=a)\nreveal s\n"
    lists = [[row["i"]] * width for row in rows]
    found = run(text, {"t.a": [row["a"] for row in rows], "t.l": lists}, {"rows(t)": len(rows)})
    assert found["s.l"] == [lists[place] for place in np.argsort([row["a"] for row in rows], kind="stable")]


def test_what_a_public_place_moves_is_not_sorted_again() -> None:
    operations = names(compiled("input x: int[4] from alice\ni = argsort(x)\nreveal permute(x, i) as r\n"))
    assert operations.count("argsort") == 2


def test_a_bad_permutation_gives_something_and_tells_nothing() -> None:
    text = "input x: int[3] from alice\ninput p: int[3] from bob\nreveal permute(x, p) as r\n"
    assert sorted(run(text, {"x": [5, 6, 7], "p": [9, 9, -1]})["r"]) == [5, 6, 7]


def test_names_in_a_function_that_may_be_columns_are_read() -> None:
    """What a loop carries is found, though a name in a call of `sort` may be that of a column."""
    text = """
input x: int[3] from alice
v = x
for i in range(2):
    w = v + sort(v)[0]
    v = w * 2
def first():
    return sort(v)[0] + 1
reveal first() as r
"""
    assert set(COLUMN_SCOPES) == {"sort", "group", "join"}
    assert run(text, {"x": [3, 1, 2]}) == {"r": 17}


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("sort(t)", "the argument `by` of `sort` does not fit"),
        ("sort(t, by=z)", "the table has no column `z`"),
        ("sort(t, by=k)", "the argument `by` of `sort` does not fit"),
        ("sort(t, by=a, axis=0)", "the argument `axis` of `sort` does not fit"),
        ("sort(t, by=(a, b), descending=(True, False, True))", "the argument `descending` of `sort` does not fit"),
        ("sort(t, by=a, descending=1)", "the argument `descending` of `sort` does not fit"),
        ("sort(t, by=a, descending=t.p[0])", "the argument `descending` of `sort` must be public"),
        ("sort(t.a, by=a)", "the argument `x` of `sort` does not fit"),
        ("sort(t.k)", "`sort` does not apply here"),
        ("sort(3)", "the argument `x` of `sort` does not fit"),
        ("argsort(t)", "the argument `x` of `argsort` must be a number, a bool or an array of them"),
        ("topk(t.a, -1)", "the argument `k` of `topk` does not fit"),
        ("topk(t.a, -1)", "the argument `k` of `topk` does not fit"),
        ("topk(t.a, t.a[0])", "the argument `k` of `topk` must be public"),
        ("median(t.d)", "`median` does not apply here"),
        ("quantile(t.a, 90)", "the argument `q` of `quantile` does not fit"),
        ("quantile(t.a, [0.5, -0.5])", "the argument `q` of `quantile` does not fit"),
        ("quantile(t.a, t.b[0])", "the argument `q` of `quantile` must be public"),
        ('quantile(t.a, "0.5")', "the argument `q` of `quantile` must be a number, a bool or an array of them"),
        ("permute(t.a, [0, 1])", "the argument `p` of `permute` does not fit"),
        ("permute(t, t.b)", "the argument `p` of `permute` does not fit"),
        ("permute(3, [0])", "the argument `x` of `permute` does not fit"),
        ("shuffle(1)", "the argument `x` of `shuffle` does not fit"),
    ],
)
def test_wrong_uses(text: str, problem: str) -> None:
    found = [each.partition(": ")[2] for each in mistakes(TABLE + f"x = {text}\n", {"rows(t)": 3})]
    assert found == [problem]
