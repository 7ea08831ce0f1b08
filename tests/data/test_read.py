"""What inputs become, and how wrong ones are refused: by input, file, row and column, never with the value."""

from datetime import date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet
from tacit.runtime.clear.keys import hash_key
from tacit.runtime.data.read import read_input
from tacit.runtime.errors import InputError
from tacit.runtime.graph.nodes import Declaration


def declare(kind: str, *dimensions: int | str, **more: Any) -> list[Declaration]:
    scale = 16 if kind == "fixed" else 0
    return [Declaration("x", kind, dimensions, **{"scale": scale, **more})]


def table(**columns: Declaration) -> list[Declaration]:
    return [
        Declaration(f"t.{name}", each.kind, each.dimensions, each.bits, each.scale, each.labels, table="t")
        for name, each in columns.items()
    ]


def column(kind: str, *more: int | str, bits: int = 64, labels: tuple[str, ...] = ()) -> Declaration:
    return Declaration("", kind, ("rows", *more), bits, 16 if kind == "fixed" else 0, labels)


def read(declarations: list[Declaration], source: object) -> Any:
    arrays = read_input(declarations[0].table or "x", declarations, source)
    values = {name: array.tolist() for name, array in arrays.items()}
    return values["x"] if list(values) == ["x"] else {name.removeprefix("t."): value for name, value in values.items()}


def refusal(declarations: list[Declaration], source: object) -> str:
    with pytest.raises(InputError) as caught:
        read(declarations, source)
    return str(caught.value)


@pytest.mark.parametrize(
    ("declared", "source", "expected"),
    [
        (declare("int"), "5", 5),
        (declare("int"), " -3 ", -3),
        (declare("int"), 5, 5),
        (declare("int"), True, 1),
        (declare("int"), "1e3", 1000),
        (declare("int", bits=8), np.int8(-128), -128),
        (declare("fixed"), "2.5", 163840),
        (declare("fixed"), "3", 196608),
        (declare("fixed"), 2**30 - 1, (2**30 - 1) << 16),
        (declare("fixed"), -(2.0**-17), 0),
        (declare("fixed"), 0.1, 6554),
        (declare("bool"), "true", True),
        (declare("bool"), "True", True),
        (declare("bool"), "0", False),
        (declare("bool"), 1, True),
        (declare("date"), "1970-01-02", 1),
        (declare("date"), date(1969, 12, 31), -1),
        (declare("date"), datetime(2000, 1, 1), 10957),
        (declare("date"), np.datetime64("2000-01-01"), 10957),
        (declare("category", labels=("no", "yes")), "yes", 1),
        (declare("category", labels=("no", "yes")), '"no"', 0),
        (declare("category", labels=("1", "2")), 2, 1),
        (declare("int", "n"), "[1, 2, 3]", [1, 2, 3]),
        (declare("int", 0), "[]", []),
        (declare("bool", "n"), "[True, False]", [True, False]),
        (declare("bool", "n"), "[1, 0]", [True, False]),
        (declare("int", "n"), np.array([1, 2], dtype=">i4"), [1, 2]),
        (declare("int", "n"), np.array([1.0, -2.0]), [1, -2]),
        (declare("int", "n"), (1, 2), [1, 2]),
        (declare("int", "n"), pa.array([1, 2], pa.uint8()), [1, 2]),
        (declare("int", "n"), pa.chunked_array([[1], [2, 3]]), [1, 2, 3]),
        (declare("int", "n"), [2**63 - 1, -(2**63)], [2**63 - 1, -(2**63)]),
        (declare("fixed", "n"), [1, 2.5], [65536, 163840]),
        (declare("fixed", "n"), np.array([1.5], dtype=np.float32), [98304]),
        (declare("fixed", 2, 2), [[1, 2], [3, 4]], [[65536, 131072], [196608, 262144]]),
        (declare("int", 1, 2, 2), [[[1, 2], [3, 4]]], [[[1, 2], [3, 4]]]),
        (declare("int", "n", "k"), np.asfortranarray([[1, 2], [3, 4]]), [[1, 2], [3, 4]]),
        (declare("category", "n", labels=("a", "b")), pa.array(["b", "a"]).dictionary_encode(), [1, 0]),
    ],
)
def test_literals_and_objects(declared: list[Declaration], source: object, expected: object) -> None:
    assert read(declared, source) == expected


def test_keys_are_hashed_alike_as_text_and_as_numbers() -> None:
    hashed = hash_key("42")
    for source in (["42", "é"], [42, "é"], np.array(["42", "é"])):
        assert read(declare("key", "n"), source) == [hashed, hash_key("é")]
    assert read(declare("key", "n"), np.array([42])) == [hashed]


@pytest.mark.parametrize(
    ("declared", "source", "message"),
    [
        (declare("int"), "12x", "input 'x': the value is not a whole number"),
        (declare("int"), "", "input 'x': the value is missing; a whole number is expected"),
        (
            declare("int"),
            "9" * 30,
            "the value is outside the range of int, -9223372036854775808 to 9223372036854775807",
        ),
        (declare("int", bits=8), "128", "the value is outside the range of int8, -128 to 127"),
        (declare("int", "n"), [1, 2.5], "row 2: the value is not a whole number"),
        (declare("int", "n"), [1, None], "row 2: the value is missing"),
        (declare("int", "n"), [1, 2**64], "row 2: the value is outside the range of int"),
        (declare("int", "n"), np.array([1, 2**63], dtype=np.uint64), "row 2: the value is outside the range of int"),
        (
            declare("int", "n"),
            "5",
            "this is neither a literal such as [1, 2, 3] nor a file (.csv, .parquet, .arrow, .feather, ",
        ),
        (declare("int", "n"), "5." + "5" * 300, "this is neither a literal such as [1, 2, 3] nor a file"),
        (declare("int", "n"), "[1, 2", "this is no literal: write lists as [1, 2, 3]"),
        (declare("int", 2), "[1, 2, 3]", "int[2] is expected; this is an array of shape [3]"),
        (declare("int"), "[1]", "int is expected; this is an array of shape [1]"),
        (declare("int", "n"), 5, "int[n] is expected; this is a single value"),
        (declare("int", "n", "k"), [[1, 2], [3]], "row 2: the entry [1] is not a list of 2 like the first one"),
        (declare("int", "n", "k"), [[1, 2], [3, "a"]], "row 2, column 2: the value is not a whole number"),
        (declare("fixed", "n"), [1, float("nan")], "row 2: the value is missing"),
        (declare("fixed", "n"), np.array([1, np.nan]), "row 2: the value is missing"),
        (declare("fixed", "n"), np.array([1, np.inf]), "row 2: the value is not finite"),
        (declare("fixed"), 2**30, "with 16 fraction bits, whose absolute values stay below 2^30"),
        (declare("fixed"), 2.0**30 - 2.0**-18, "whose absolute values stay below 2^30"),
        (declare("fixed", "n"), [-(2**30)], "whose absolute values stay below 2^30"),
        (declare("bool"), "yes", "the value is neither true nor false (nor 1 nor 0)"),
        (declare("bool", "n"), [0, 2], "row 2: the value is neither true nor false"),
        (declare("date"), "2024-02-30", "the value is not a day written as year-month-day"),
        (declare("date", "n"), [datetime(2024, 1, 1, 12)], "row 1: the value has a time of day"),
        (declare("category", labels=("no", "yes")), "maybe", "the value is none of the labels 'no', 'yes'"),
        (declare("key", "n"), ["a", ""], "row 2: the key is missing"),
        (declare("key", "n"), [1.5], "text or a whole number is expected"),
        (declare("int", "n"), np.array([1j]), "values of type complex128 are none that a program can take"),
        (declare("int"), object(), "the value is a Python object; a number, a truth value"),
    ],
)
def test_wrong_values_are_refused(declared: list[Declaration], source: object, message: str) -> None:
    assert message in refusal(declared, source)


def write(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


TABLE = table(user=column("key"), amount=column("fixed"), marks=column("int", 2, bits=8))


@pytest.mark.parametrize(
    ("declared", "content", "expected"),
    [
        (declare("int", "n"), "1\n2\n3\n", [1, 2, 3]),
        (declare("int", "n"), "age\n1\n2", [1, 2]),
        (declare("int", "n"), "age\r\n1\r\n2\r\n\r\n", [1, 2]),
        (declare("int", "n"), "\ufeffage\n1\n", [1]),
        (declare("int", "n"), "1,2,3\n", [1, 2, 3]),
        (declare("int", "n"), "a,x\n1,5\n2,6\n", [5, 6]),
        (declare("int", "n"), "age\n", []),
        (declare("int", "n"), "age\n 5\n3.0\n+7\n", [5, 3, 7]),
        (declare("int"), "7\n", 7),
        (declare("int", "n", 2), "a,b\n1,2\n3,4\n", [[1, 2], [3, 4]]),
        (declare("int", "n", 2), "1,2\n\n3,4\n", [[1, 2], [3, 4]]),
        (declare("int", "n", 2), "a,a\n1,2\n", [[1, 2]]),
        (declare("int", "n", 2), '"a\nb",c\n1,2\n', [[1, 2]]),
        (declare("bool", "n"), "flag\nTrue\nfalse\n1\n0\n", [True, False, True, False]),
        (declare("date", "n"), "day\n1970-01-01\n 1970-01-03\n", [0, 2]),
        (declare("category", "n", labels=("a", "b")), "b\na\n", [1, 0]),
        (declare("category", "n", labels=("a", "b")), "kind\na\n", [0]),
    ],
)
def test_csv_arrays(tmp_path: Path, declared: list[Declaration], content: str, expected: object) -> None:
    assert read(declared, write(tmp_path, "x.csv", content)) == expected
    assert read(declared, str(tmp_path / "x.csv")) == expected


def test_csv_tables_by_name(tmp_path: Path) -> None:
    content = '\ufeffmarks,note,user,amount\n"[1, 2]",é,a,1.5\n"[3,4]","b\nc","a,b",-2\n'
    key = read(declare("key", "n"), ["a", "a,b"])
    expected = {"user": key, "amount": [98304, -131072], "marks": [[1, 2], [3, 4]]}
    assert read(TABLE, write(tmp_path, "t.csv", content)) == expected
    assert read(TABLE, write(tmp_path, "u.csv", "user,amount,marks\n")) == {"user": [], "amount": [], "marks": []}


@pytest.mark.parametrize(
    ("declared", "content", "message"),
    [
        (declare("int", "n"), "", "(x.csv): the file is empty"),
        (declare("int", "n"), "\n\n", "(x.csv): the file is empty"),
        (declare("int", "n"), "age\n1\n\n3\n", "(x.csv): row 2 (line 3), column 'age': the value is missing"),
        (declare("int", "n"), "a,b\n1,2\n", "one column is expected, or one named 'x'; the columns are: a, b"),
        (declare("int", "n", 3), "1,2\n", "int[n, 3] is expected; this is an array of shape [1, 2]"),
        (declare("int", "n", 2), "1,2\n3,4b\n", "row 2 (line 2), column 2: the value is not a whole number"),
        (declare("int", "n", 2), "a,b\n1,2\n\n3\n", "row 2 (line 4): the row has 1 fields, but the first line"),
        (declare("int", "n", 2), "a,b\n1,2,7\n", "row 1 (line 2): the row has 3 fields, but the first line"),
        (declare("int", "n"), b"age\n1\n\xff\n", "row 2 (line 3): the row is not text in UTF-8"),
        (declare("int", "n"), "age\n1\n2\n".encode("utf-16"), "the file is not text in UTF-8"),
        (declare("int", 1, 2, 2), "1,2\n", "int[1, 2, 2] has 3 axes, but columns make 2"),
        (declare("int", "n", bits=16), "age\n40000\n", "row 1 (line 2), column 'age': the value is outside"),
        (TABLE, "user,amount\na,1\n", "there is no column 'marks'; the columns are: user, amount"),
        (TABLE, "user,user,amount,marks\n", "2 columns are named 'user'"),
        (table(v=column("int"), w=column("key")), 'w,v\n"a\nb",1\nc,?\n', "row 2 (line 4), column 'v': the value"),
        (table(v=column("fixed")), "v\nnan\n", "row 1 (line 2), column 'v': the value is missing"),
        (table(v=column("int", 2, bits=8)), 'v\n"[1,200]"\n', "row 1 (line 2), column 'v': the value is outside"),
        (table(v=column("int", 2)), 'v\n"[1,2]"\n"[1]"\n', "row 2 (line 3), column 'v': the list has 1 entries"),
        (table(v=column("int", 2)), "v\n7\n", "row 1 (line 2), column 'v': the value is not a list"),
        (table(v=column("key"), w=column("int")), "v,w\n,1\n", "row 1 (line 2), column 'v': the key is missing"),
    ],
)  # fmt: skip
def test_wrong_csv_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, declared: list[Declaration], content: str | bytes, message: str
) -> None:
    write(tmp_path, "x.csv", content)
    monkeypatch.chdir(tmp_path)
    assert message in refusal(declared, "x.csv")


def test_a_first_line_that_may_be_data_is_not_shown(tmp_path: Path) -> None:
    """Who forgets the header must not find a row of private data in the message instead."""
    path = write(tmp_path, "t.csv", "31337,2,3\n4,5,6\n")
    assert "there is no column 'user'; no column of the table is named" in refusal(TABLE, path)
    assert "31337" not in refusal(TABLE, path)
    assert "one column is expected, or one named 'x'; there are 3" in refusal(declare("key", "n"), path)
    assert "31337" not in refusal(declare("key", "n"), path)


def test_refusals_never_show_values(tmp_path: Path) -> None:
    secret = "31337007"
    cells = [secret + "z", secret * 9, f"{secret}-01-01", f"'{secret}"]
    for kind in ("int", "fixed", "bool", "date", "category"):
        for cell in cells:
            path = write(tmp_path, "t.csv", f"v\n1\n{cell}\n")
            for source in (cell, [cell], path, {"v": [cell]}):
                for declared in (declare(kind), declare(kind, "n"), declare(kind, "n", 2), table(v=column(kind))):
                    with pytest.raises(InputError) as caught:
                        read(declared, source)
                    assert secret not in str(caught.value)
                    assert caught.value.__cause__ is None


def test_parquet_npy_json(tmp_path: Path) -> None:
    data = {"user": ["a", "b"], "amount": [1.5, 2.0], "marks": [[1, 2], [3, 4]]}
    expected = read(TABLE, data)
    parquet.write_table(pa.table({"other": [0, 0], **data}), tmp_path / "t.parquet")
    assert read(TABLE, tmp_path / "t.parquet") == expected
    write(tmp_path, "t.json", '{"user": ["a", "b"], "amount": [1.5, 2], "marks": [[1, 2], [3, 4]]}')
    assert read(TABLE, tmp_path / "t.json") == expected
    rows = '[{"user": "a", "amount": 1.5, "marks": [1, 2]}, {"user": "b", "amount": 2, "marks": [3, 4]}]'
    assert read(TABLE, write(tmp_path, "rows.json", rows)) == expected
    np.save(tmp_path / "x.npy", np.arange(6).reshape(2, 3))
    assert read(declare("int", "n", 3), tmp_path / "x.npy") == [[0, 1, 2], [3, 4, 5]]
    structured = np.array(
        [("a", 1.5, [1, 2]), ("b", 2, [3, 4])], dtype=[("user", "U3"), ("amount", "f8"), ("marks", "i1", 2)]
    )
    np.save(tmp_path / "t.npy", structured)
    assert read(TABLE, tmp_path / "t.npy") == expected
    assert read(declare("fixed", "n"), write(tmp_path, "x.json", "[0.5, 1]")) == [32768, 65536]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("x.parquet", "PAR1 no", "the file is not readable as Parquet"),
        ("x.npy", "no", "the file is not readable as NPY"),
        ("x.json", "[1, 2", "the file is not JSON: line 1, column 6"),
        ("x.json", b"\xff\xfe", "the file is not JSON in UTF-8"),
        ("x.json", "[1, [2]]", "the entry [1] is not a single value like the first one"),
        ("x.npy", "", "the file is empty"),
        ("x.xls", "PK", "the file type '.xls' is unknown; it must be one of .csv, .parquet, .arrow, .feather,"),
    ],
)  # fmt: skip
def test_unreadable_files_are_refused(tmp_path: Path, name: str, content: str | bytes, message: str) -> None:
    path = write(tmp_path, name, content)
    assert message in refusal(declare("int", "n"), str(path))


def test_objects_are_never_unpickled(tmp_path: Path) -> None:
    np.save(tmp_path / "x.npy", np.array([object()]), allow_pickle=True)
    assert "Python objects" in refusal(declare("int", "n"), tmp_path / "x.npy")


def test_missing_files_and_folders_are_refused(tmp_path: Path) -> None:
    assert "there is no such file" in refusal(TABLE, str(tmp_path / "no.csv"))
    (tmp_path / "folder.csv").mkdir()
    assert "cannot be read" in refusal(TABLE, tmp_path / "folder.csv")


def test_tables_need_names() -> None:
    assert "a table is expected, whose columns have names" in refusal(TABLE, [[1, 2]])
    assert "numbers of rows: user 1, amount 2" in refusal(TABLE, {"user": ["a"], "amount": [1, 2], "marks": [[1, 2]]})
    missing = [{"user": "a", "amount": 1, "marks": [1, 2]}, {"user": "b", "marks": [1, 2]}]
    assert "row 2, column 'amount': the value is missing" in refusal(TABLE, missing)


def test_results_can_be_written() -> None:
    source = np.arange(3)
    source.flags.writeable = False
    (array,) = read_input("x", declare("int", "n"), source).values()
    array[0] = 7
    assert source[0] == 0
