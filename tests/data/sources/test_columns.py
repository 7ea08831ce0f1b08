"""Columns that say more than a kind: normalised keys, defaults, lists, days. From every kind of source alike."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import csv, feather, parquet
from tacit.runtime.clear.keys import NO_KEY, hash_key
from tacit.runtime.data.sources import stream
from tacit.runtime.errors import InputError

from tests.data.tables import column, read, refusal, table

LABELS = ("no", "yes")
DEFAULTS = table(
    key=column("key", default=NO_KEY, steps=("casefold", "strip")),
    amount=column("fixed", default=-32768),
    count=column("int", default=-1),
    flag=column("bool", default=1),
    day=column("date", default=365),
    kind=column("category", default=1, labels=LABELS),
)
DATA: dict[str, list[Any]] = {
    "key": ["A@x.org ", None, "b"],
    "amount": [0.5, 1.5, None],
    "count": [None, 2, 3],
    "flag": [False, None, True],
    "day": [date(1970, 1, 2), None, date(1970, 1, 3)],
    "kind": ["no", None, "no"],
}
EXPECTED = {
    "key": [hash_key("a@x.org"), NO_KEY, hash_key("b")],
    "amount": [32768, 98304, -32768],
    "count": [-1, 2, 3],
    "flag": [False, True, True],
    "day": [1, 365, 2],
    "kind": [0, 1, 0],
}


def as_csv(data: pa.Table, folder: Path) -> Path:
    csv.write_csv(data, folder / "t.csv")
    return folder / "t.csv"


def as_parquet(data: pa.Table, folder: Path) -> Path:
    parquet.write_table(data, folder / "t.parquet", row_group_size=2)
    return folder / "t.parquet"


def as_feather(data: pa.Table, folder: Path) -> Path:
    feather.write_feather(data, folder / "t.feather")
    return folder / "t.feather"


def as_arrow_stream(data: pa.Table, folder: Path) -> Path:
    with pa.ipc.new_stream(folder / "t.arrow", data.schema) as writer:
        writer.write_table(data, max_chunksize=1)
    return folder / "t.arrow"


SOURCES: dict[str, Callable[[pa.Table, Path], object]] = {
    "csv": as_csv,
    "parquet": as_parquet,
    "feather": as_feather,
    "arrow stream": as_arrow_stream,
    "arrow table": lambda data, folder: data,
    "arrow reader": lambda data, folder: data.to_reader(max_chunksize=1),
    "lists": lambda data, folder: data.to_pydict(),
    "rows": lambda data, folder: data.to_pylist(),
}


@pytest.fixture(params=list(SOURCES))
def source(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[dict[str, Any]], object]:
    return lambda data: SOURCES[request.param](pa.table(data), tmp_path)


def test_defaults_stand_for_what_is_missing(source: Callable[[dict[str, Any]], object]) -> None:
    assert read(DEFAULTS, source(DATA)) == EXPECTED


@pytest.mark.parametrize("name", list(DATA))
def test_without_a_default_what_is_missing_is_refused(name: str, source: Callable[[dict[str, Any]], object]) -> None:
    (declared,) = [each for each in DEFAULTS if each.name == f"t.{name}"]
    bare = replace(declared, default=None, steps=())
    row = DATA[name].index(None) + 1
    message = refusal([bare], source(DATA))
    assert f"row {row}" in message
    assert f"column '{name}': the {'key' if name == 'key' else 'value'} is missing" in message


@pytest.mark.parametrize("kind", ["bool", "int", "fixed", "date", "key", "category"])
def test_a_column_of_nothing_but_defaults(kind: str) -> None:
    declared = table(v=column(kind, default=1, labels=LABELS if kind == "category" else ()))
    for source in ({"v": [None, None]}, pa.table({"v": pa.nulls(2)}), pa.table({"v": pa.array([None, None], "int64")})):
        assert read(declared, source) == {"v": [1, 1]}
    assert "row 1, column 'v': the" in refusal(table(v=column(kind, labels=LABELS)), {"v": [None, None]})


def test_missing_in_text(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("key,amount,kind\nNo,NA,yes\n ,N/A,None\nnull,1e3x,no\n")
    declared = table(key=column("key", default=NO_KEY), kind=column("category", default=0, labels=LABELS))
    assert read(declared, path) == {"key": [hash_key("No"), NO_KEY, NO_KEY], "kind": [1, 0, 0]}
    declared = table(amount=column("fixed", default=0))
    assert "row 3 (line 4), column 'amount': the value is not a number" in refusal(declared, path)
    path.write_text("amount\nNA\n\nNULL\n-2\n\n")
    assert read(declared, path) == {"amount": [0, 0, 0, -131072]}


def test_labels_may_be_empty_or_words_for_missing(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("kind,n\nNA,1\n,2\n")
    assert read(table(kind=column("category", labels=("", "NA"))), path) == {"kind": [1, 0]}


def test_nan_is_a_missing_number_and_infinity_none() -> None:
    declared = table(amount=column("fixed", default=0))
    assert read(declared, {"amount": np.array([np.nan, 1.0])}) == {"amount": [0, 65536]}
    assert "row 1, column 'amount': the value is not finite" in refusal(declared, {"amount": np.array([np.inf, 1.0])})


# --- keys


def test_keys_are_normalised_before_they_are_hashed(source: Callable[[dict[str, Any]], object]) -> None:
    declared = table(
        mail=column("key", steps=("casefold", "strip")), phone=column("key", steps=("digits",)), plain=column("key")
    )
    data = {"mail": [" Ann@X.org", "ß"], "phone": ["+49 30-1", "(0)2"], "plain": [" A", "42"]}
    assert read(declared, source(data)) == {
        "mail": [hash_key("ann@x.org"), hash_key("ss")],
        "phone": [hash_key("49301"), hash_key("02")],
        "plain": [hash_key(" A"), hash_key("42")],
    }


def test_a_key_of_which_nothing_is_left_is_missing() -> None:
    declared = table(phone=column("key", steps=("digits",)))
    assert "row 2, column 'phone': the key is missing" in refusal(declared, {"phone": ["1", "n/a"]})


# --- lists


def test_lists(source: Callable[[dict[str, Any]], object]) -> None:
    if "csv" in repr(source({"v": [1]})):
        pytest.skip("Arrow writes no lists to CSV")
    declared = table(v=column("int", 2, bits=32), w=column("fixed", 1))
    assert read(declared, source({"v": [[1, 2], [3, 4]], "w": [[0.5], [1.0]]})) == {
        "v": [[1, 2], [3, 4]],
        "w": [[32768], [65536]],
    }


@pytest.mark.parametrize("type_", [pa.list_(pa.int64()), pa.list_(pa.int64(), 2), pa.large_list(pa.int64())])
def test_missing_lists_and_entries(type_: pa.DataType) -> None:
    data = pa.table({"v": pa.array([[1, None], None, [3, 4]], type_)})
    assert read(table(v=column("int", 2, default=-1)), data) == {"v": [[1, -1], [-1, -1], [3, 4]]}
    assert "row 2, column 'v': the list is missing" in refusal(table(v=column("int", 2)), data)
    assert "row 1, column 'v': the value is missing" in refusal(table(v=column("int", 2)), data.slice(0, 1))


def test_lists_in_text(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text('v,k\n"[1, 2]","[""a"", ""b""]"\n"[3,null]","[""c"", null]"\n,\n')
    declared = table(v=column("int", 2, default=0), k=column("key", 2, default=NO_KEY))
    assert read(declared, path) == {
        "v": [[1, 2], [3, 0], [0, 0]],
        "k": [[hash_key("a"), hash_key("b")], [hash_key("c"), NO_KEY], [NO_KEY, NO_KEY]],
    }


@pytest.mark.parametrize(
    ("cell", "message"),
    [
        ("[1, 2, 3]", "the list has 3 entries; 2 are expected"),
        ("[]", "the list has 0 entries; 2 are expected"),
        ("[1, 2", "the value is not a list in the form of JSON"),
        ("1, 2", "the value is not a list in the form of JSON"),
        ("[1, 2.5]", "the value is not a whole number"),
        ("[1 5, 2]", "the value is not a whole number"),
        ("[1, [2]]", "the value is not a whole number"),
        ('[1, "x"]', "the value is not a whole number"),
        ("[1, true]", "the value is not a whole number"),
        ("[1, 300]", "the value is outside the range of int8"),
        ("[1, 1e400]", "the value is not"),
        ("[1, ]", "the value is missing"),
        ("", "the list is missing"),
    ],
)
def test_wrong_lists_are_refused(tmp_path: Path, cell: str, message: str) -> None:
    path = tmp_path / "t.csv"
    path.write_text(f'v,w\n"[1, 2]",1\n"{cell.replace(chr(34), chr(34) * 2)}",2\n')
    found = refusal(table(v=column("int", 2, bits=8)), path)
    assert f"row 2 (line 3), column 'v': {message}" in found


def test_lists_of_a_size_that_data_binds() -> None:
    declared = table(v=column("int", "k"))
    assert read(declared, {"v": [[1, 2, 3]]}) == {"v": [[1, 2, 3]]}
    data = pa.table({"v": pa.array([[1, 2], [3]])})
    assert "row 2, column 'v': the list has another length" in refusal(declared, data)


# --- days


@pytest.mark.parametrize(
    "values",
    [
        pa.array([date(1970, 1, 2)]),
        pa.array([datetime(1970, 1, 2)]),
        pa.array([datetime(1970, 1, 2)], pa.timestamp("ns")),
        pa.array([date(1970, 1, 2)], pa.date64()),
        pa.array(["1970-01-02"]),
        pa.array(["1970-01-02 00:00:00"]),
        pa.array([" 1970-01-02"]),
        pa.array(["19700102"]),
    ],
)
def test_days(values: pa.Array) -> None:
    assert read(table(v=column("date")), pa.table({"v": values})) == {"v": [1]}


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (
            pa.array([datetime(1970, 1, 2), datetime(1970, 1, 2, 3)]),
            "row 2, column 'v': the value has a",
        ),
        (pa.array(["1970-01-02", "1970-01-02T03:00"]), "row 2, column 'v': the value has a time of day"),
        (pa.array(["1970-01-02", "1970-01-02T00:00Z"]), "row 2, column 'v': the value has a time of day"),
        (pa.array(["2.1.1970"]), "row 1, column 'v': the value is not a day written as year-month-day"),
        (pa.array([datetime(1970, 1, 2, tzinfo=UTC)]), "column 'v': the values are instants in a time zone"),
        (pa.array([7]), "column 'v': the values are of type int64; a day such as 2024-05-31 is expected"),
    ],
)
def test_what_is_no_day_is_refused(values: pa.Array, message: str) -> None:
    assert message in refusal(table(v=column("date")), pa.table({"v": values}))


# --- numbers that databases give


def test_decimals() -> None:
    values = pa.array([Decimal("2.50"), Decimal("-3.00")])
    assert read(table(v=column("fixed")), pa.table({"v": values})) == {"v": [163840, -196608]}
    assert "row 1, column 'v': the value is not a whole number" in refusal(table(v=column("int")), {"v": values})
    wide = pa.array([Decimal("-3"), Decimal(2**63 - 1)], pa.decimal128(38, 0))
    assert read(table(v=column("int")), pa.table({"v": wide})) == {"v": [-3, 2**63 - 1]}
    beyond = pa.array([Decimal("-3"), Decimal(2**63)], pa.decimal128(38, 0))
    assert "row 2, column 'v': the value is outside" in refusal(table(v=column("int")), pa.table({"v": beyond}))


# --- rows in batches


def test_rows_are_counted_over_batches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "BATCH_ROWS", 2)
    monkeypatch.setattr("tacit.runtime.data.files.csv_files._BLOCK_BYTES", 24)
    monkeypatch.setattr("tacit.runtime.data.files.arrow_files.BATCH_ROWS", 2)
    data = pa.table({"v": pa.array(["1", "2", "3", "4", "x", "6"]), "w": pa.array(["text"] * 6)})
    declared = table(v=column("int"))
    for source in (as_csv(data, tmp_path), as_parquet(data, tmp_path), as_feather(data, tmp_path), data):
        assert "row 5" in refusal(declared, source)
    for source in (as_csv(data.slice(0, 4), tmp_path), as_parquet(data.slice(0, 4), tmp_path), data.slice(0, 4)):
        assert read(declared, source) == {"v": [1, 2, 3, 4]}


@pytest.mark.parametrize("blank", [0, 1, 2, 7])
def test_blank_lines_at_the_end_are_none_of_the_rows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, blank: int
) -> None:
    monkeypatch.setattr("tacit.runtime.data.files.csv_files._BLOCK_BYTES", 8)
    path = tmp_path / "t.csv"
    path.write_text("v\n1\n22\n333\n" + "\n" * blank)
    assert read(table(v=column("int")), path) == {"v": [1, 22, 333]}


def test_an_arrow_file_that_breaks_off(tmp_path: Path) -> None:
    path = as_feather(pa.table({"v": list(range(1000))}), tmp_path)
    path.write_bytes(path.read_bytes()[:-300])
    assert "t.feather): the file is not readable as Arrow" in refusal(table(v=column("int")), path)
    for name in ("t.parquet", "t.arrow"):
        path = tmp_path / name
        path.write_text("nothing of the kind")
        assert "the file is not readable as" in refusal(table(v=column("int")), path)


def test_a_column_twice_is_refused() -> None:
    data = pa.Table.from_arrays([pa.array([1]), pa.array([2]), pa.array([3])], ["v", "v", "w"])
    assert "2 columns are named 'v'" in refusal(table(v=column("int")), data)
    assert read(table(w=column("int")), data) == {"w": [3]}


def test_text_that_is_no_utf8_is_refused_by_its_row(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(b"v,w\n" + b"1,text\n" * 100_000 + b"2,\xff\xfe\n")
    assert "row 100001 (line 100002): the row is not text in UTF-8" in refusal(table(w=column("key")), path)
    with pytest.raises(InputError):
        read(table(w=column("category", labels=LABELS)), path)
