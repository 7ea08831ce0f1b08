"""What is missing in data, in every type and format: the bits of a `T?` input, and refusals without."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from pyarrow import parquet
from tacit.runtime.clear.keys import hash_key
from tacit.runtime.data.read import read_input
from tacit.runtime.data.sources.convert import MISSING_WORDS
from tacit.runtime.errors import InputError
from tacit.runtime.graph.nodes import Declaration

KINDS = {
    "bool": ("true", 1, {}),
    "int": ("7", 7, {}),
    "fixed": ("0.5", 32768, {"scale": 16}),
    "key": ("ann", hash_key("ann"), {}),
    "category": ("b", 1, {"labels": ("a", "b")}),
    "date": ("1970-01-03", 2, {}),
}


def column(kind: str, **more: Any) -> Declaration:
    return Declaration("t.v", kind, ("rows(t)",), table="t", present="t.v.(present)", **KINDS[kind][2], **more)


def read(declared: Declaration, source: object) -> tuple[list[Any], list[bool]]:
    arrays = read_input("t", [declared], source)
    return arrays["t.v"].tolist(), arrays["t.v.(present)"].tolist()


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_texts_are_missing_in_every_type_and_format(kind: str, tmp_path: Path) -> None:
    text, number, _ = KINDS[kind]
    values = [text, *MISSING_WORDS, text]
    expected = [number, *(0 for _ in MISSING_WORDS), number], [True, *(False for _ in MISSING_WORDS), True]
    path = tmp_path / "t.csv"
    path.write_text("v,w\n" + "".join(f"{value},1\n" for value in values))
    assert read(column(kind), path) == expected
    parquet.write_table(pa.table({"v": values}), tmp_path / "t.parquet")
    assert read(column(kind), tmp_path / "t.parquet") == expected
    assert read(column(kind), {"v": values}) == expected
    assert read(column(kind), pd.DataFrame({"v": values})) == expected


@pytest.mark.parametrize("kind", KINDS)
def test_a_program_may_list_other_texts(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text(f"v,w\n{KINDS[kind][0]},1\nlost,1\n")
    assert read(column(kind, missing=("lost",)), path)[1] == [True, False]
    path.write_text("v,w\nNA,1\n")
    if kind == "key":
        assert read(column(kind, missing=("lost",)), path)[1] == [True]
    else:
        with pytest.raises(InputError, match="row 1"):
            read(column(kind, missing=("lost",)), path)


def test_a_label_is_no_missing_value() -> None:
    declared = Declaration("t.v", "category", ("n",), labels=("NA", "EU"), table="t", present="t.v.(present)")
    assert read(declared, {"v": ["NA", "EU", "N/A", None]}) == ([0, 1, 0, 0], [True, True, False, False])


def test_normalised_keys_are_missing_in_any_spelling() -> None:
    declared = column("key", steps=("casefold", "strip"))
    assert read(declared, {"v": [" n/a", "NULL ", "none", "x", "-"]})[1] == [False, False, False, True, False]
    assert read(column("key", steps=("digits",)), {"v": ["no number", "+1", "NA"]})[1] == [False, True, False]


@pytest.mark.parametrize(
    "values",
    [
        np.array([1.0, np.nan, 3.0]),
        np.ma.MaskedArray([1.0, 2.0, 3.0], [False, True, False]),
        np.ma.MaskedArray([1, 2, 3], [False, True, False]),
        np.ma.MaskedArray(np.array([1, "x", 3], dtype=object), [False, True, False]),
        [1, None, 3],
        [1.0, float("nan"), 3.0],
        pd.Series([1, pd.NA, 3], dtype="Int64"),
        pd.Series([1.0, None, 3.0]),
        pa.array([1, None, 3]),
        pa.chunked_array([pa.array([1.0, float("nan")]), pa.array([3.0])]),
    ],
    ids=["nan", "masked", "masked ints", "objects", "None", "nan in list", "NA", "None in series", "null", "chunks"],
)
def test_objects(values: Any) -> None:
    assert read(column("fixed"), {"v": values}) == ([65536, 0, 3 * 65536], [True, False, True])
    declared = Declaration("x", "int", ("n",), present="x.(present)")
    arrays = read_input("x", [declared], values)
    assert (arrays["x"].tolist(), arrays["x.(present)"].tolist()) == ([1, 0, 3], [True, False, True])
    with pytest.raises(
        InputError, match=r"row 2: the value is missing; .*: declare it as `int\?` if it may be missing"
    ):
        read_input("x", [Declaration("x", "int", ("n",))], values)


def test_axes_and_scalars_and_lists(tmp_path: Path) -> None:
    matrix = Declaration("x", "int", ("n", 2), present="x.(present)")
    masked = np.ma.MaskedArray([[1, 2], [3, 4]], [[False, True], [False, False]])
    assert read_input("x", [matrix], masked)["x.(present)"].tolist() == [[True, False], [True, True]]
    (tmp_path / "x.csv").write_text("a,b\n1,2\n,4\n")
    assert read_input("x", [matrix], tmp_path / "x.csv")["x.(present)"].tolist() == [[True, True], [False, True]]
    scalar = Declaration("x", "fixed", (), scale=16, present="x.(present)")
    for source in ("NA", None, float("nan"), np.ma.masked):
        assert read_input("x", [scalar], source)["x.(present)"].tolist() is False
    assert read_input("x", [scalar], "2.5")["x.(present)"].tolist() is True
    lists = Declaration("t.v", "int", ("rows(t)", 2), table="t", present="t.v.(present)")
    (tmp_path / "t.csv").write_text('v,w\n"[1, 2]",1\n"[3, null]",1\nNA,1\n')
    assert read(lists, tmp_path / "t.csv") == ([[1, 2], [3, 0], [0, 0]], [[True, True], [True, False], [False, False]])


def test_the_remedy_is_told() -> None:
    for kind, remedy in (("int", "`int = 0`"), ("category", '`category = "a"`'), ("bool", "`bool = False`")):
        declared = Declaration("t.v", kind, ("rows(t)",), table="t", **KINDS[kind][2])
        with pytest.raises(InputError) as raised:
            read_input("t", [declared], {"v": [KINDS[kind][0], None]})
        assert "row 2, column 'v': the value is missing" in str(raised.value)
        assert f"declare it as `{kind}?`, or as {remedy} if it may be missing" in str(raised.value)
