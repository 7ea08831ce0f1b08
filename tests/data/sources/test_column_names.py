"""Columns that have another name in the data than in the program, in every kind of source."""

import unicodedata
from collections.abc import Callable
from pathlib import Path

import duckdb
import numpy as np
import pandas
import polars
import pyarrow as pa
import pytest
import tacit
from pyarrow import parquet
from tacit.runtime.data.assign import assign_sources

from tests.data.tables import column, read, refusal, table

ORDERS = table(
    order_id=column("int", heading="Order ID"),
    sender=column("int", heading="from"),
    size=column("int", heading="Gr\xf6\xdfe (cm)"),
    v=column("int"),
)
DATA = {"v": [7, 8], "from": [3, 4], "sender": [0, 0], "Gro\u0308\xdfe (cm)": [5, 6], "Order ID": [1, 2]}
EXPECTED = {"order_id": [1, 2], "sender": [3, 4], "size": [5, 6], "v": [7, 8]}
QUERY = "select " + ", ".join(f'unnest({values}) as "{name}"' for name, values in DATA.items()) + "@:memory:"


def as_csv(folder: Path) -> Path:
    polars.DataFrame(DATA).write_csv(folder / "t.csv")
    return folder / "t.csv"


def as_parquet(folder: Path) -> Path:
    parquet.write_table(pa.table(DATA), folder / "t.parquet")
    return folder / "t.parquet"


SOURCES: dict[str, Callable[[Path], object]] = {
    "csv": as_csv,
    "parquet": as_parquet,
    "query": lambda folder: QUERY,
    "pandas": lambda folder: pandas.DataFrame(DATA),
    "polars": lambda folder: polars.DataFrame(DATA),
    "arrow": lambda folder: pa.table(DATA),
    "duckdb": lambda folder: duckdb.connect().from_arrow(pa.table(DATA)),
    "columns": lambda folder: DATA,
    "rows": lambda folder: [dict(zip(DATA, row, strict=True)) for row in zip(*DATA.values(), strict=True)],
    "numpy": lambda folder: np.rec.fromarrays(list(DATA.values()), names=list(DATA)),
}


@pytest.mark.parametrize("source", SOURCES.values(), ids=list(SOURCES))
def test_columns_are_found_by_their_names_in_the_data(source: Callable[[Path], object], tmp_path: Path) -> None:
    assert read(ORDERS, source(tmp_path)) == EXPECTED


@pytest.mark.parametrize("source", SOURCES.values(), ids=list(SOURCES))
def test_so_they_are_in_another_process(source: Callable[[Path], object], tmp_path: Path) -> None:
    (one,) = assign_sources(ORDERS, {"t": source(tmp_path)})
    assert read(ORDERS, one.source) == EXPECTED


@pytest.mark.parametrize("source", [source for name, source in SOURCES.items() if name != "rows"])
def test_messages_name_the_column_of_the_data(source: Callable[[Path], object], tmp_path: Path) -> None:
    lacking = table(v=column("int"), order_id=column("int", heading="Order No"))
    assert "there is no column 'Order No'; the columns are: v, from" in refusal(lacking, source(tmp_path))
    narrow = table(order_id=column("bool", heading="Order ID"))
    assert "row 2" in (found := refusal(narrow, source(tmp_path)))
    assert "column 'Order ID': the value is neither true nor false" in found


@pytest.mark.parametrize("form", ["NFC", "NFD"])
@pytest.mark.parametrize("other", ["NFC", "NFD"])
def test_both_of_unicodes_forms_are_one_name(form: str, other: str) -> None:
    data = {unicodedata.normalize(form, "\xe9"): [1]}
    assert read(table(e=column("int", heading=unicodedata.normalize(other, "\xe9"))), data) == {"e": [1]}


def test_one_name_twice_is_refused() -> None:
    data = {"\xe9": [1], "e\u0301": [2]}
    assert "2 columns are named '\xe9'" in refusal(table(e=column("int", heading="\xe9")), data)


def test_space_around_a_name_tells_columns_apart_where_there_are_two() -> None:
    spaced = table(a=column("int", heading=" a"), b=column("int", heading="a"))
    assert read(spaced, {" a": [1], "a": [2]}) == {"a": [1], "b": [2]}
    assert read(table(a=column("int", heading="a")), {"a ": [1]}) == {"a": [1]}


def test_a_column_without_a_name_can_be_read(tmp_path: Path) -> None:
    file = tmp_path / "t.csv"
    file.write_text(",v\n3,4\n")
    assert read(table(row=column("int", heading=""), v=column("int")), file) == {"row": [3], "v": [4]}


PROGRAM = """
party p
party q
input t: table["from" as sender: int32, "Order ID" as order_id: int32] from p
input k: int8 from q
reveal sum(t.sender * t.order_id) + k * 0 as s
"""


@pytest.mark.parametrize("protocol", ["rep3", "semi2k"])
def test_a_run_on_such_columns(protocol: str) -> None:
    assert tacit.compile(PROGRAM, protocol=protocol).run(t=pandas.DataFrame(DATA), k=1)["s"] == 3 * 1 + 4 * 2
