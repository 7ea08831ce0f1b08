"""Aggregates that ask for an order, windows, and tables with other columns: random ones as in DuckDB."""

import random
from typing import Any

import duckdb
import numpy as np
import pytest
import tacit

from tests.semantics.running import mistakes

TABLE = """
party ann
party bob
input t: table[k: int8, c: category["a", "b", "c"], o: int8, x: int16, w: bool, keep: bool] from ann
t = filter(t, t.keep)
"""
AGGREGATES = {
    "fst=first(x)": "first(x order by i)",
    "lst=last(x)": "last(x order by i)",
    "kinds=count_distinct(x)": "count(distinct x)",
    "keys=count_distinct(c)": "count(distinct c)",
    "mid=median(x)": "median(x)",
    "part=quantile(x, 0.3)": "quantile_cont(x, 0.3)",
    "all=quantile(x, 1)": "max(x)",
    "fstw=first(x, where=w)": "coalesce(first(x order by i) filter (where w), 0)",
    "lstw=last(x, where=w)": "coalesce(last(x order by i) filter (where w), 0)",
    "midw=median(x, where=w)": "coalesce(median(x) filter (where w), 0)",
    "kindsw=count_distinct(x, where=w)": "count(distinct x) filter (where w)",
    "least=min(x)": "min(x)",
}
WINDOWS = """
t.before = fill(lag(t.x, by=t.k, order=(t.o, t.x)), 0)
t.number = row_number(by=(t.k, t.c), order=(t.o, t.x))
t.place = rank(by=t.k, order=t.o)
t.total = cumsum(t.x, by=t.c, order=(t.o, t.x))
t.overall = rank(order=t.o)
reveal t
"""
SQL = """
select k, c, o, x, w, keep, coalesce(lag(x) over (partition by k order by o, x), 0),
    row_number() over (partition by k, c order by o, x), rank() over (partition by k order by o),
    cast(sum(x) over (partition by c order by o, x rows unbounded preceding) as int), rank() over (order by o)
from t where keep order by i
"""
COLUMNS = ("k", "c", "o", "x", "w", "keep")
Row = tuple[Any, ...]


def rows(dice: random.Random) -> list[Row]:
    """Rows with few keys, and values that differ."""
    count = dice.choice([0, 1, 2, 3, 6, 9])
    values = dice.sample(range(-20, 20), count)
    return [
        (dice.randint(0, 2), dice.choice("abc"), dice.randint(0, 2), x, dice.random() < 0.6, dice.random() < 0.8)
        for x in values
    ]


def in_sql(sql: str, given: list[Row]) -> list[Row]:
    connection = duckdb.connect()
    connection.execute("create table t (k int, c text, o int, x int, w boolean, keep boolean, i int)")
    if given:
        connection.executemany("insert into t values (?, ?, ?, ?, ?, ?, ?)", [(*row, i) for i, row in enumerate(given)])
    return connection.execute(sql).fetchall()


def inputs(given: list[Row]) -> dict[str, Any]:
    columns = {name: [row[place] for row in given] for place, name in enumerate(COLUMNS)}
    types = {"c": str, "w": np.bool_, "keep": np.bool_}
    return {"t": {name: np.array(values, types.get(name, np.int64)) for name, values in columns.items()}}


@pytest.mark.parametrize("by", ["k", "c"])
def test_ordered_aggregates_are_those_of_duckdb(by: str) -> None:
    names = [each.partition("=")[0] for each in AGGREGATES]
    filled = "".join(f"g.{name} = fill(g.{name}, 0)\n" for name in names)
    text = TABLE + f"g = group(t, by={by}, {', '.join(AGGREGATES)})\n{filled}reveal g\n"
    sql = f"select {by}, {', '.join(AGGREGATES.values())} from t where keep group by {by} order by {by}"
    for seed in range(15):
        given = rows(random.Random(seed))
        if not given:
            continue
        shown = tacit.compile(text).evaluate(inputs(given)).outputs["ann"]["g"]
        wanted = in_sql(sql, given)
        found = list(zip(*(np.asarray(column).tolist() for column in shown.values()), strict=True))
        found = [row for row in found if row[0] in {each[0] for each in wanted}]
        assert [row[0] for row in found] == [row[0] for row in wanted]
        np.testing.assert_allclose([row[1:] for row in found], [row[1:] for row in wanted], atol=2**-12)


def test_windows_are_those_of_duckdb() -> None:
    for seed in range(20):
        given = rows(random.Random(seed))
        shown = tacit.compile(TABLE + WINDOWS).evaluate(inputs(given)).outputs["ann"]["t"]
        found = list(zip(*(np.asarray(column).tolist() for column in shown.values()), strict=True))
        assert found == in_sql(SQL, given)


def test_columns_are_added_changed_dropped_and_renamed() -> None:
    text = """
party ann
input t: table[a: int8, b: int8, l: int[2]] from ann
def doubled(t):
    t.b *= 2
    return t
u = doubled(t)
u.c = u.a + u.b
u.one = 1
for i in range(3):
    u.c += i
v = rename(drop(u, (l, a)), sum=c)
if t.a[0] > 0:
    v.sum = 0 - v.sum
reveal v
reveal t.b as b
"""
    given = {"t": {"a": [1, 2], "b": [10, 20], "l": [[1, 2], [3, 4]]}}
    found = tacit.compile(text).evaluate(given).outputs["ann"]
    assert {name: column.tolist() for name, column in found["v"].items()} == {
        "b": [20, 40],
        "sum": [-24, -45],
        "one": [1, 1],
    }
    assert found["b"].tolist() == [10, 20]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("t.z = [1, 2, 3]", "a column has a value for each row of its table"),
        ("x = t.a\nx.z = 1", "only tables have columns that can be set"),
        ("x = drop(t, z)", "the table has no column `z`"),
        ("x = drop(t, (a, b))", "the argument `columns` of `drop` does not fit"),
        ("x = rename(t, b=a)", "the argument `b` of `rename` does not fit"),
        ("x = rename(t, c=(a, b))", "the argument `c` of `rename` does not fit"),
        ("x = lag(t.a, by=[1, 2, 3])", "the argument `by` of `lag` does not fit"),
        ("x = rank()", "the argument `order` of `rank` does not fit"),
        ("x = cumsum(t.a, axis=0, by=t.b)", "the argument `axis` of `cumsum` does not fit"),
        ("x = group(t, by=a, q=quantile(b, [0.1, 0.2]))", "the argument `q` of `quantile` does not fit"),
    ],
)
def test_wrong_uses(text: str, problem: str) -> None:
    head = "input t: table[a: int8, b: int8] from alice\n"
    assert [each.partition(": ")[2] for each in mistakes(f"{head}{text}\n", {"rows(t)": 2})] == [problem]
