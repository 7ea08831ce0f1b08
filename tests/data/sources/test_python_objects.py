"""Python objects that an input cannot be: each is refused by input, row and column, and no value is shown."""

from array import array
from collections import deque
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas
import polars
import pyarrow as pa
import pytest
import tacit
from tacit.runtime.data.assign import assign_sources
from tacit.runtime.errors import InputError

from tests.data.tables import column, read, table

SECRET = 31337007
"""Is in every value that is refused, and never in a message."""

TEXT = f"salary: {SECRET}"
MIXED = "row 2, column 'v': the value is a Python str, but row 1 has a float: give all of them one type"
DATES = [date(2024, 1, 1), datetime(2024, 1, 2, 12)]

COLUMNS: dict[str, tuple[str, Any, str]] = {
    "text among fractions": ("fixed", [1.5, TEXT], MIXED),
    "text among whole numbers": ("fixed", [1, TEXT], "row 2, column 'v': the value is not a number"),
    "text": ("int", ["1", TEXT], "row 2, column 'v': the value is not a whole number"),
    "a missing number": ("fixed", [1.5, None], "row 2, column 'v': the value is missing"),
    "a missing whole number": ("int", pandas.array([SECRET, pandas.NA], "Int64"), "row 2, column 'v': the value is"),
    "a missing decimal": ("fixed", [Decimal(SECRET) / 1000, Decimal("NaN")], "row 2, column 'v': the value is missing"),
    "an infinite decimal": ("fixed", [1, Decimal("-Infinity")], "row 2, column 'v': the value is not finite"),
    "a decimal that is not whole": ("int", [Decimal(1), Decimal(f"{SECRET}.5")], "row 2, column 'v': the value is not"),
    "a fraction": ("fixed", [Fraction(1, SECRET), 1], "row 1, column 'v': the value is a Python Fraction; a number"),
    "a path": ("key", ["a", Path(TEXT)], "row 2, column 'v': the value is a Python "),
    "a set": ("fixed", [{SECRET}, {1}], "row 1, column 'v': the value is a Python set; a number"),
    "sets for lists": ("list", [{SECRET, 1}, {1, 2}], "row 1, column 'v': the value is a Python set; a number"),
    "bytes": ("key", [b"a", TEXT.encode()], "row 1, column 'v': the value is a Python bytes; a number"),
    "bytes among text": ("key", ["a", TEXT.encode()], "row 2, column 'v': the value is a Python bytes; a number"),
    "an object": ("fixed", [1.5, SimpleNamespace(a=SECRET)], "row 2, column 'v': the value is a Python Simple"),
    "complex": ("fixed", [1, complex(SECRET)], "row 2, column 'v': the value is a Python complex; a number"),
    "wide text": ("int", [1, 2**64 * SECRET], "row 2, column 'v': the value is outside the range of int"),
    "wide among fractions": ("int", [1.0, 2**53 + SECRET], "row 2, column 'v': the value is a whole number beyond"),
    "half of a pair": ("key", ["a", f"{SECRET}\ud800"], "row 2, column 'v': the text is no valid Unicode"),
    "lists of two lengths": ("list", [[1, 2], [SECRET]], "row 2, column 'v': the "),
    "lists": ("fixed", [[1], [SECRET]], "column 'v': fixed[rows(t)] is expected; this is an array of shape [2, 1]"),
    "a list among numbers": ("fixed", [1, [SECRET]], "row 2"),
    "times of day": ("date", DATES, "row 2, column 'v': the value has a time of day"),
    "dates": ("fixed", DATES[:1] * 2, "column 'v': the values are of type date32[day]; a number is expected"),
    "spans of time": ("fixed", [DATES[1] - datetime(2024, 1, 1)] * 2, "column 'v': the values are of type duration"),
    "objects of JSON": ("key", [{"a": SECRET}] * 2, "column 'v': the "),
    "fractions as keys": ("key", [1.5, SECRET / 2], "column 'v': the values are of type double; text"),
    "a truth value": ("bool", [True, SECRET], "row 2, column 'v': the value is neither true nor false"),
}  # fmt: skip


def as_frame(values: Any) -> object:
    return pandas.DataFrame({"id": ["a", "b"], "v": pandas.Series(values, dtype=getattr(values, "dtype", object))})


def as_objects(values: Any) -> object:
    objects = np.empty(2, object)
    objects[:] = list(values)
    return {"id": ["a", "b"], "v": objects}


SHAPES: dict[str, Callable[[Any], object]] = {
    "frame": as_frame,
    "series": lambda values: dict(as_frame(values)),  # type: ignore[call-overload]
    "lists": lambda values: {"id": ["a", "b"], "v": list(values)},
    "rows": lambda values: [{"id": "a", "v": value} for value in values],
    "objects": as_objects,
}


def refusal(declared: list[Any], source: object) -> str:
    """The refusal of a source, where it is given or where it is read."""
    with pytest.raises(InputError) as caught:
        (one,) = assign_sources(declared, {"t": source})
        read(declared, one.source)
    assert caught.value.__cause__ is None
    return str(caught.value)


@pytest.mark.parametrize("shape", SHAPES.values(), ids=list(SHAPES))
@pytest.mark.parametrize(("kind", "values", "message"), COLUMNS.values(), ids=list(COLUMNS))
def test_columns(shape: Callable[[Any], object], kind: str, values: Any, message: str) -> None:
    declared = table(v=column("int", 2) if kind == "list" else column(kind))
    found = refusal(declared, shape(values))
    assert found.startswith("input 't': ")
    assert message in found
    assert str(SECRET) not in found


ONE = table(v=column("fixed"))
ARRAY = [column("fixed")]


@pytest.mark.parametrize(
    ("source", "message"),
    [
        (lambda: {SECRET}, "this is a Python set, which has no order: make a sorted list of it"),
        (lambda: (each for each in [SECRET]), "this is a Python generator, which can be read only once: make a list"),
        (lambda: zip([SECRET], [1], strict=True), "this is a Python zip, which can be read only once"),
        (lambda: polars.DataFrame({"v": [SECRET]}).lazy(), "this is a Python LazyFrame, which holds no values: give"),
        (lambda: object(), "the value is a Python object; a number, a truth value, text or a date is expected"),
        (lambda: b"31337007", "the value is a Python bytes; "),
        (lambda: {"v": {SECRET}}, "column 'v': this is a Python set, which has no order"),
        (lambda: {"v": iter([SECRET])}, "column 'v': this is a Python list_iterator, which can be read only once"),
        (lambda: {"v": [1], "w": [SECRET, 2]}, "the columns have different numbers of rows: v 1, w 2"),
        (lambda: {"v": SECRET}, "column 'v': a column must be a list or an array"),
        (lambda: pandas.DataFrame([[1.0, SECRET]], columns=["v", "v"]), "2 columns are named 'v'"),
        (lambda: pandas.DataFrame({("v", "v"): [SECRET]}), "there is no column 'v'"),
        (lambda: pandas.DataFrame({"v": pandas.period_range("2024", periods=2)}), "are of type extension<pandas"),
        (lambda: polars.DataFrame({"v": [[1.0], [1.0, SECRET]]}), "row 2, column 'v': the list has another length"),
        (lambda: polars.DataFrame({"v": [{"a": SECRET}]}), "column 'v': the values are of type struct<a: int64>"),
        (lambda: polars.DataFrame({"v": pa.array([1, None])}), "row 2, column 'v': the value is missing"),
        (lambda: pa.table({"v": [b"31337007"]}), "column 'v': the values are of type binary"),
        (lambda: None, "a table is expected, whose columns have names"),
        (lambda: [{"v": 1}, SECRET], "row 1: the entry [0] is not a single value"),
    ],
)  # fmt: skip
def test_whole_objects(source: Callable[[], object], message: str) -> None:
    declared = table(v=column("fixed"), w=column("fixed")) if "different" in message else ONE
    found = refusal(declared, source())
    assert found.startswith("input 't': ")
    assert message in found
    assert str(SECRET) not in found


@pytest.mark.parametrize(
    "values",
    [
        deque([1.0, 2.5]),
        array("d", [1.0, 2.5]),
        memoryview(np.array([1.0, 2.5])),
        {"a": 1.0, "b": 2.5}.values(),
        [Decimal("1"), 2.5],
        [np.float64(1), np.float32(2.5)],
        np.array([1, 2.5], object),
        pandas.Series([1, Decimal("2.5")], dtype=object),
        pandas.arrays.SparseArray([1.0, 2.5]),
    ],
    ids=lambda values: type(values).__name__,
)
def test_other_collections_are_taken(values: Any) -> None:
    assert read(ONE, {"v": values}) == {"v": [65536, 163840]}
    assert read(ONE, pandas.DataFrame({"v": list(values)})) == {"v": [65536, 163840]}


def test_keys_of_any_size_are_text() -> None:
    keys = table(v=column("key"))
    assert read(keys, pandas.DataFrame({"v": [2**70, 5]})) == read(keys, {"v": [str(2**70), "5"]})
    assert read(keys, {"v": [2**70, 5]}) == read(keys, {"v": [str(2**70), "5"]})


def test_lists_end() -> None:
    endless: list[Any] = []
    endless.append(endless)
    assert "lists are nested deeper than 32 levels" in refusal(ONE, endless)


def test_the_owner_is_told_before_a_run() -> None:
    program = tacit.compile(
        "party p\nparty q\ninput t: table[id: key, v: fixed] from p\ninput k: int8 from q\nreveal sum(t.v) as s\n"
    )
    with pytest.raises(InputError, match=r"input 't': row 2, column 'v'"):
        program.run(t=pandas.DataFrame({"id": ["a", "b"], "v": [1.0, TEXT]}), k=1)
