"""What owners get wrong, whatever the file: each is refused by input, file, row and column, and no value is shown."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import feather, parquet
from tacit.runtime.graph.nodes import Declaration

from tests.data.tables import column, refusal, table

SECRET = "31337007"
"""Is in every wrong value, and never in a message."""

BAD: list[tuple[str, Declaration, list[Any], str]] = [
    ("text for int", column("int"), ["1", SECRET + "z"], "row 2, column 'v': the value is not a whole number"),
    ("half", column("int"), [1.0, 31337007.5], "row 2, column 'v': the value is not a whole number"),
    (
        "int8",
        column("int", bits=8),
        [1, 31337007],
        "row 2, column 'v': the value is outside the range of int8, -128 to 127",
    ),
    ("huge int", column("int"), ["1", SECRET * 4], "row 2, column 'v': the value is outside the range of int"),
    ("huge float", column("int"), [1.0, 31337007e30], "row 2, column 'v': the value is outside the range of int"),
    ("nan for int", column("int"), [1.0, float("nan")], "row 2, column 'v': the value is missing"),
    ("nan", column("fixed"), [1.0, float("nan")], "row 2, column 'v': the value is missing"),
    ("inf", column("fixed"), [1.0, float("-inf")], "row 2, column 'v': the value is not finite"),
    ("inf in text", column("fixed"), ["1", "inf"], "row 2, column 'v': the value is not finite"),
    ("huge fixed", column("fixed"), [1, 31337007000], "row 2, column 'v': the value is outside the range of fixed"),
    ("text for fixed", column("fixed"), ["1", "1," + SECRET], "row 2, column 'v': the value is not a number"),
    ("two for bool", column("bool"), [1, 31337007], "row 2, column 'v': the value is neither true nor false"),
    ("yes", column("bool"), ["true", SECRET], "row 2, column 'v': the value is neither true nor false"),
    (
        "label",
        column("category", labels=("a", "b")),
        ["a", SECRET],
        "row 2, column 'v': the value is none of the labels",
    ),
    ("label's case", column("category", labels=("a", "b")), ["a", "B"], "row 2, column 'v': the value is none of the"),
    ("empty key", column("key"), ["a", " "], "row 2, column 'v': the key is missing"),
    ("no key left", column("key", steps=("digits",)), ["1", "-"], "row 2, column 'v': the key is missing"),
    ("real key", column("key"), [31337007.5], "column 'v': the values are of type double; text or a whole number is"),
    ("day", column("date"), ["2024-05-31", f"{SECRET}-05-31"], "row 2, column 'v': the value is not a day"),
    ("no such day", column("date"), ["2024-05-31", "2024-02-30"], "row 2, column 'v': the value is not a day"),
    ("short list", column("int", 2), [[1, 2], [31337007]], "row 2, column 'v': the list has 1 entries; 2 are expected"),
    ("wide entry", column("int", 2, bits=8), [[1, 2], [3, 31337007]], "row 2, column 'v': the value is outside"),
    ("no list", column("int", 2), [1, 31337007], "column 'v': int[rows(t), 2] is expected"),
    ("list", column("int"), [[1], [31337007]], "column 'v': int[rows(t)] is expected"),
    ("object", column("key"), [{"a": SECRET}], "column 'v': the values are of type struct"),
]


def as_parquet(values: pa.Table, folder: Path) -> Path:
    parquet.write_table(values, folder / "t.parquet")
    return folder / "t.parquet"


def as_arrow(values: pa.Table, folder: Path) -> Path:
    feather.write_feather(values, folder / "t.arrow")
    return folder / "t.arrow"


def as_query(values: pa.Table, folder: Path) -> str:
    return f"select * from '{as_parquet(values, folder)}'@:memory:"


@pytest.mark.parametrize("write", [as_parquet, as_arrow, as_query])
@pytest.mark.parametrize(("declared", "values", "message"), [case[1:] for case in BAD], ids=[case[0] for case in BAD])
def test_bad_values(
    tmp_path: Path,
    write: Callable[[pa.Table, Path], object],
    declared: Declaration,
    values: list[Any],
    message: str,
) -> None:
    found = refusal(table(v=declared), write(pa.table({"v": values, "w": [0] * len(values)}), tmp_path))
    assert message in found
    assert SECRET not in found
    assert found.startswith("input 't' (")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "the file is empty"),
        ("\n\n", "the file is empty"),
        ("w\n1\n", "there is no column 'v'"),
        ("v,v\n1,2\n", "2 columns are named 'v'"),
        ("v,w\n1,2,3\n", "row 1 (line 2): the row has 3 fields, but the first line of the file has 2"),
        ("v,w\n1,2\n3\n", "row 2 (line 3): the row has 1 fields, but the first line of the file has 2"),
        ('v,w\r\n1,"a\r\nb"\r\nx,c\r\n', "row 2 (line 4), column 'v': the value is not a whole number"),
        ("\ufeffv,w\nx,1\n", "row 1 (line 2), column 'v': the value is not a whole number"),
        ("v,w\n1,2\n,3\n", "row 2 (line 3), column 'v': the value is missing"),
        ('v,w\n1,a\n2,"b\n3,c\n4,d\n', "row 2 (line 3): the quote that a field begins with is never closed"),
    ],
)
def test_bad_csv_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: str, message: str) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "t.csv").write_bytes(content.encode())
    assert message in refusal(table(v=column("int"), w=column("key")), "t.csv")
