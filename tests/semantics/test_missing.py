"""Values that may be missing: what operators, reductions, groups and joins do with them, against DuckDB."""

from typing import Any

import duckdb
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tacit.compiler.diagnostics import CompileError

from tests.semantics.running import compiled, mistakes, names, run

LABELS = ("u", "v", "w")
TABLE = "input t: table[g: category['u', 'v', 'w']?, k: int?, x: int?, y: fixed?, b: bool?, n: int8] from alice\n"
COLUMNS = ("g", "k", "x", "y", "b", "n")

VALUES = {
    "g": st.sampled_from([None, *LABELS]),
    "k": st.one_of(st.none(), st.integers(0, 2)),
    "x": st.one_of(st.none(), st.integers(-4, 4)),
    "y": st.one_of(st.none(), st.integers(-8, 8).map(lambda number: number / 4)),
    "b": st.sampled_from([None, False, True]),
    "n": st.integers(-3, 3),
}
ROWS = st.lists(st.fixed_dictionaries(VALUES), min_size=1, max_size=9)
NUMBERS = ("x", "y", "n")
TYPES = {"g": pa.string(), "k": pa.int64(), "x": pa.int64(), "y": pa.float64(), "b": pa.bool_(), "n": pa.int64()}


@st.composite
def number(draw: st.DrawFn, depth: int = 2) -> tuple[str, str]:
    """An expression as the language writes it and as SQL does."""
    kind = draw(st.sampled_from(["column", "sum", "fill", "select", "literal", "abs"])) if depth else "column"
    if kind == "column":
        name = draw(st.sampled_from(NUMBERS))
        return f"t.{name}", name
    if kind == "literal":
        value = draw(st.integers(0, 3))
        return str(value), str(value)
    (a, a_sql), (b, b_sql) = draw(number(depth - 1)), draw(number(depth - 1))
    if kind == "sum":
        sign = draw(st.sampled_from(["+", "-", "*"]))
        return f"({a} {sign} {b})", f"({a_sql} {sign} {b_sql})"
    if kind == "fill":
        value = draw(st.integers(0, 2))
        return f"fill({a}, {value})", f"coalesce({a_sql}, {value})"
    if kind == "abs":
        return f"abs({a})", f"abs({a_sql})"
    (c, c_sql) = draw(condition(depth - 1))
    return f"select({c}, {a}, {b})", f"(case when {c_sql} then {a_sql} else {b_sql} end)"


@st.composite
def condition(draw: st.DrawFn, depth: int = 1) -> tuple[str, str]:
    """A condition, as the language writes it and as SQL does."""
    kind = draw(st.sampled_from(["compare", "missing", "and", "or", "not", "bool"])) if depth else "compare"
    if kind == "missing":
        name = draw(st.sampled_from(("x", "y", "b", "g", "k")))
        return f"missing(t.{name})", f"({name} is null)"
    if kind == "bool":
        return "(t.b and t.n > 0)", "(b and n > 0)"
    if kind == "not":
        (a, a_sql) = draw(condition(depth - 1))
        return f"(not {a})", f"(not {a_sql})"
    if kind in ("and", "or"):
        (a, a_sql), (b, b_sql) = draw(condition(depth - 1)), draw(condition(depth - 1))
        return f"({a} {kind} {b})", f"({a_sql} {kind} {b_sql})"
    (a, a_sql), (b, b_sql) = draw(number(0)), draw(number(1))
    sign = draw(st.sampled_from(["<", "<=", ">", ">=", "==", "!="]))
    return f"({a} {sign} {b})", f"coalesce({a_sql} {sign.replace('==', '=')} {b_sql}, false)"


def inputs(rows: list[dict[str, Any]]) -> tuple[dict[str, Any], dict[str, int]]:
    return {f"t.{name}": [row[name] for row in rows] for name in COLUMNS}, {"rows(t)": len(rows)}


def in_duckdb(rows: list[dict[str, Any]], query: str) -> list[tuple[Any, ...]]:
    t = pa.table({name: pa.array([row[name] for row in rows], TYPES[name]) for name in COLUMNS})
    with duckdb.connect() as connection:
        connection.register("t", t)
        return connection.execute(query).fetchall()


def alike(expected: Any) -> Any:
    """The expected value, within the last places of the fixed-point numbers of these sizes."""
    if isinstance(expected, list):
        return [alike(each) for each in expected]
    return expected if expected is None or isinstance(expected, bool) else pytest.approx(float(expected), abs=2e-3)


@given(rows=ROWS, value=number(), test=condition(2))
@settings(max_examples=60, deadline=None)
def test_rows_and_reductions_are_those_of_sql(
    rows: list[dict[str, Any]], value: tuple[str, str], test: tuple[str, str]
) -> None:
    (x, x_sql), (c, c_sql) = value, test
    text = f"""
x = {x} + t.n - t.n
reveal x as one
reveal {c} as holds
reveal sum(x, where={c}) as s
reveal count(x, where={c}) as n
reveal mean(x, where={c}) as m
reveal min(x, where={c}) as lo
reveal max(x) as hi
reveal var(x) as v
reveal median(x) as med
reveal sort(x) as up
reveal sort(x, descending=True) as down
reveal any(t.b) as some
reveal all(t.b) as every
f = filter(t, {c})
reveal count(f) as rows_left
reveal max(f.x) as best
"""
    found = run(TABLE + text, *inputs(rows))
    query = f"select {x_sql} + n - n, {c_sql} from t"
    each = in_duckdb(rows, query)
    assert found["one"] == alike([row[0] for row in each])
    assert found["holds"] == [row[1] for row in each]
    query = f"""with r as (select *, {x_sql} + n - n as v, {c_sql} as c from t)
        select coalesce(sum(v) filter (where c), 0), count(v) filter (where c), avg(v) filter (where c),
        min(v) filter (where c), max(v), var_pop(v), median(v), coalesce(bool_or(b), false),
        coalesce(bool_and(b), true), count(*) filter (where c), max(x) filter (where c) from r"""
    (row,) = in_duckdb(rows, query)
    names_of = ("s", "n", "m", "lo", "hi", "v", "med", "some", "every", "rows_left", "best")
    assert [found[name] for name in names_of] == alike(list(row))
    for name, order in (("up", "asc"), ("down", "desc")):
        expected = in_duckdb(rows, f"select {x_sql} + n - n as v from t order by v {order} nulls last")
        assert found[name] == alike([one[0] for one in expected])


AGGREGATES = (
    "s=sum(x), n=count(), c=count(x), m=mean(y), lo=min(x), hi=max(y), v=var(x), e=any(b), a=all(b), "
    "w=sum(n, where=x > 0), q=max(n, where=y < 1), z=min(b), p=mean(x + n)"
)
IN_SQL = (
    "coalesce(sum(x), 0), count(*), count(x), avg(y), min(x), max(y), var_pop(x), coalesce(bool_or(b), false), "
    "coalesce(bool_and(b), true), coalesce(sum(n) filter (where x > 0), 0), max(n) filter (where y < 1), "
    "bool_and(b), avg(x + n)"
)


@given(rows=ROWS, by=st.sampled_from([("g",), ("k",), ("g", "k"), ("k", "b")]), filtered=st.booleans())
@settings(max_examples=60, deadline=None)
def test_groups_are_those_of_sql(rows: list[dict[str, Any]], by: tuple[str, ...], filtered: bool) -> None:
    source = "filter(t, t.n > -2)" if filtered else "t"
    text = f"u = {source}\nr = group(u, by=({', '.join(by)},), {AGGREGATES})\nreveal r\n"
    found = run(TABLE + text, *inputs(rows))
    columns = {name.removeprefix("r."): value for name, value in found.items() if name.startswith("r.")}
    valid = columns.pop("(valid)", None)
    groups = list(zip(*columns.values(), strict=True))
    groups = groups if valid is None else [row for row, there in zip(groups, valid, strict=True) if there]
    place = list(columns).index("n")
    groups = [row for row in groups if row[place]]  # of labels, those that have rows
    keys = ["case g when 'u' then 0 when 'v' then 1 when 'w' then 2 end" if name == "g" else name for name in by]
    where = " where n > -2" if filtered else ""
    expected = in_duckdb(rows, f"select {', '.join(keys)}, {IN_SQL} from t{where} group by {', '.join(by)}")

    def order(row: tuple[Any, ...]) -> list[tuple[bool, Any]]:
        return [(key is None, key or 0) for key in row[: len(by)]]

    assert [list(row) for row in sorted(groups, key=order)] == [alike(list(row)) for row in sorted(expected, key=order)]


def test_bits_pass_through_branches_loops_and_functions() -> None:
    text = """
def doubled(v):
    return v * 2

total = t.x
for i in range(3):
    total += doubled(t.x) if i > 0 else t.x
if t.n[0] > 0:
    total = t.k
    u = t
else:
    u = filter(t, t.n > 5)
w = zeros(3, int)
w[1] = t.x[1]
for i in range(3):
    w[i] = w[i] + t.k[i]
reveal total
reveal u.x as ux
reveal w
reveal stack(t.x, t.k).T[1] as pair
reveal concat(t.x, [7]) as longer
"""
    data = {"t.g": [None] * 3, "t.k": [1, None, 3], "t.x": [None, 2, 3], "t.y": [0] * 3, "t.b": [None] * 3}
    found = run(TABLE + text, {**data, "t.n": [1, 1, 1]}, {"rows(t)": 3})
    assert found["total"] == [1, None, 3]
    assert found["ux"] == [None, 2, 3]
    assert found["w"] == [1, None, 3]
    assert (found["pair"], found["longer"]) == ([2, None], [None, 2, 3, 7])
    found = run(TABLE + text, {**data, "t.n": [0, 1, 1]}, {"rows(t)": 3})
    assert found["total"] == [None, 12, 18]


def test_a_missing_condition_does_not_hold() -> None:
    text = """
reveal select(t.b, 1, 2) as s
reveal count(t.x, where=t.b) as c
reveal rows(filter(t, t.b)) as n
reveal one_hot(t.g) as h
reveal not t.b as no
r = 5
if t.b[1]:
    r = 6
reveal r
reveal not (t.x == 2) as other
reveal fill(t.g, "w") as g
"""
    data = {"t.g": ["v", None], "t.k": [1, 1], "t.x": [2, None], "t.y": [0, 0], "t.b": [True, None], "t.n": [0, 0]}
    found = run(TABLE + text, data, {"rows(t)": 2})
    assert found == {
        "s": [1, 2], "c": 1, "n": 2, "h": [[False, True, False], [False] * 3], "no": [False, None], "r": 5,
        "other": [False, True], "g": [1, 2],
    }  # fmt: skip


def test_fill_with_zero_of_inputs_and_partners_is_free() -> None:
    text = "input a: table[id: key, v: int] from alice\ninput b: table[id: key, w: int?] from bob\n"
    text += 'j = join(a, b, on=id, how="left")\nreveal sum(fill(j.w, 0)) as s\n'
    text += "reveal sum(j.w) as r\n"
    sizes = {"rows(a)": 3, "rows(b)": 2, "matches(a.id, b.id)": 1}
    assert "select" not in names(compiled(text, sizes))


@pytest.mark.parametrize("k", [0, 2, 5])
def test_topk_of_few(k: int) -> None:
    text = f"input a: table[v: int] from alice\nr = topk(filter(a, a.v > 2).v, {k})\nreveal r\nreveal len(r) as n\n"
    found = run(text, {"a.v": [1, 5, 3]}, {"rows(a)": 3})
    valid = found.get("r.(valid)", [])
    shown = [value for value, there in zip(found["r"], valid, strict=True) if there]
    assert (shown, found["n"]) == ([5, 3][:k], k)


def test_what_makes_no_sense_is_refused() -> None:
    head = "input v: fixed?[3] from alice\n"
    for text in ("r = v @ [1, 2, 3]\n", "r = [1, 2, 3][int(v)]\n", "r = zeros(max(zeros(0, int)))\n"):
        (found,) = mistakes(head + text)
        assert "has no meaning for values that may be missing" in found


def test_nothing_is_said_of_sizes_where_data_were_given() -> None:
    head = "input a: table[id: key, v: int] from alice\ninput b: table[id: key, w: int] from bob\n"
    text = head + "j = join(a, b, on=id)\nreveal j.w[7] as r\n"
    for sizes, is_told in (({"rows(a)": 3, "rows(b)": 2}, False), ({}, True)):
        with pytest.raises(CompileError) as raised:
            compiled(text.replace("[7]", "[7000]"), sizes)
        (found,) = raised.value.diagnostics
        assert ("--size" in found.remedy) is is_told
        assert ("how many keys match" in found.remedy) is not is_told
