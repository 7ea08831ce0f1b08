"""Frames of other libraries as inputs, read here and in a party's process."""

from collections.abc import Callable
from datetime import date
from typing import Any

import duckdb
import numpy as np
import pandas
import polars
import pyarrow as pa
import pytest
import tacit
from tacit.runtime.clear.keys import NO_KEY, hash_key
from tacit.runtime.data.assign import assign_sources
from tacit.runtime.graph.nodes import Declaration

from tests.data.tables import column, read, refusal, table

PEOPLE = table(
    name=column("key", default=NO_KEY),
    amount=column("fixed", default=0),
    day=column("date"),
    kind=column("category", labels=("a", "b")),
    marks=column("int", 2),
)
DATA: dict[str, list[Any]] = {
    "other": [None, 1, 2],
    "name": ["Ann", "Bob", None],
    "amount": [1.5, None, -2.0],
    "day": [date(1970, 1, 1), date(1970, 1, 2), date(1970, 1, 3)],
    "kind": ["b", "a", "b"],
    "marks": [[1, 2], [3, 4], [5, 6]],
}
EXPECTED = {
    "name": [hash_key("Ann"), hash_key("Bob"), NO_KEY],
    "amount": [98304, 0, -131072],
    "day": [0, 1, 2],
    "kind": [1, 0, 1],
    "marks": [[1, 2], [3, 4], [5, 6]],
}


def as_pandas() -> pandas.DataFrame:
    frame = pandas.DataFrame(DATA, index=[7, 8, 9])
    return frame.assign(kind=frame.kind.astype("category"), day=pandas.to_datetime(frame.day))


def as_relation() -> duckdb.DuckDBPyRelation:
    people = pa.table(DATA)
    return duckdb.connect().from_arrow(people).filter("day is not null")


FRAMES: dict[str, Callable[[], object]] = {
    "pandas": as_pandas,
    "polars": lambda: polars.DataFrame(DATA).with_columns(polars.col("kind").cast(polars.Categorical)),
    "duckdb": as_relation,
    "arrow": lambda: pa.table(DATA),
    "arrow batch": lambda: pa.RecordBatch.from_pydict(DATA),
    "arrow reader": lambda: pa.table(DATA).to_reader(max_chunksize=1),
    "polars columns": lambda: dict(polars.DataFrame(DATA).to_dict()),
}


@pytest.mark.parametrize("frame", FRAMES.values(), ids=list(FRAMES))
def test_frames(frame: Callable[[], object]) -> None:
    assert read(PEOPLE, frame()) == EXPECTED


@pytest.mark.parametrize("frame", FRAMES.values(), ids=list(FRAMES))
def test_frames_for_another_process(frame: Callable[[], object]) -> None:
    """They are Arrow's by then, whose memory a forked process may read, and read as often as wanted."""
    (one,) = assign_sources(PEOPLE, {"t": frame()})
    assert read(PEOPLE, one.source) == read(PEOPLE, one.source) == EXPECTED
    if isinstance(one.source, pa.Table) and "arrow" not in str(type(frame())):
        assert set(one.source.column_names) == set(EXPECTED)


def test_columns_that_are_missing_are_told_with_those_there() -> None:
    frame = polars.DataFrame({"name": ["a"], "sum": [1]})
    (one,) = assign_sources(PEOPLE, {"t": frame})
    assert "there is no column 'amount'; the columns are: name, sum" in refusal(PEOPLE, one.source)


def test_series() -> None:
    declared = [Declaration("t", "fixed", ("n",), scale=16)]
    for series in (pandas.Series([0.5, 1]), polars.Series([0.5, 1]), np.array([0.5, 1])):
        assert read(declared, series) == {"t": [32768, 65536]}
    assert "row 2: the value is missing" in refusal(declared, polars.Series([0.5, None]))


PROGRAM = """
party alice
party bob

input t: table[name: key(casefold) = "", amount: fixed = 0, marks: int32[2]] from alice
input u: int[n] from bob

reveal sum(t.amount) + sum(u) as total to alice
reveal sum(t.marks, axis=0) as marks
"""


@pytest.mark.parametrize("frame", FRAMES.values(), ids=list(FRAMES))
def test_a_run_on_frames(frame: Callable[[], object]) -> None:
    result = tacit.compile(PROGRAM).run(t=frame(), u="select 3 as u union all select 4@:memory:")
    assert result.outputs["alice"]["total"] == 6.5
    assert result["marks"].tolist() == [9, 12]
