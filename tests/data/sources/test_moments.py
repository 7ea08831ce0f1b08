"""Days and instants in every kind of source, and as people read them."""

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas
import polars
import pyarrow as pa
import pytest
import tacit
from pyarrow import parquet
from tacit.runtime.data.read import read_input
from tacit.runtime.data.results import decode, jsonable
from tacit.runtime.graph.nodes import Declaration

from tests.data.tables import column, read, refusal, table

INSTANTS = table(at=column("datetime"))
MOMENTS = [datetime(2024, 1, 31, 12, 0, 0, 250_000), datetime(1969, 12, 31, 23, 59, 59), datetime(1, 1, 1)]
EXPECTED = {"at": [(moment - datetime(1970, 1, 1)) // timedelta(microseconds=1) for moment in MOMENTS]}
LATER = MOMENTS[:2]
BERLIN = timezone(timedelta(hours=2))


def file(text: str) -> Callable[[Path], object]:
    def source(folder: Path) -> Path:
        (folder / "t.csv").write_text(text)
        return folder / "t.csv"

    return source


def as_parquet(folder: Path) -> Path:
    parquet.write_table(pa.table({"at": pa.array(MOMENTS, pa.timestamp("us", "Europe/Berlin"))}), folder / "t.parquet")
    return folder / "t.parquet"


def as_query(type_: str, *texts: str) -> str:
    return "select * from (values " + ", ".join(f"('{text}'::{type_})" for text in texts) + ') t("at")@:memory:'


SOURCES: dict[str, Callable[[Path], object]] = {
    "naive csv": file("at\n2024-01-31T12:00:00.25\n1969-12-31 23:59:59\n0001-01-01\n"),
    "csv in UTC": file("at\n2024-01-31T12:00:00.250000Z\n1969-12-31T23:59:59Z\n0001-01-01T00:00:00Z\n"),
    "csv in zones": file("at\n2024-01-31T14:00:00.25+02:00\n1969-12-31T23:59:59\n0001-01-01 00:00:00-00:00\n"),
    "parquet": as_parquet,
    "arrow": lambda folder: pa.table({"at": pa.array(MOMENTS, pa.timestamp("us"))}),
    "polars": lambda folder: polars.DataFrame({"at": MOMENTS}).with_columns(
        polars.col("at").dt.replace_time_zone("UTC")
    ),
    "pandas": lambda folder: pandas.DataFrame({"at": np.array(MOMENTS, "datetime64[us]")}),
    "python": lambda folder: {"at": MOMENTS},
    "python in a zone": lambda folder: {"at": [m.replace(tzinfo=UTC).astimezone(BERLIN) for m in LATER] + MOMENTS[2:]},
    "numpy": lambda folder: {"at": np.array(MOMENTS, "datetime64[us]")},
    "texts": lambda folder: [{"at": moment.isoformat()} for moment in MOMENTS],
    "query": lambda folder: as_query("timestamp", "2024-01-31 12:00:00.25", "1969-12-31 23:59:59", "0001-01-01"),
    "query in zones": lambda folder: as_query(
        "timestamptz", "2024-01-31 14:00:00.25+02", "1969-12-31 23:59:59+00", "0001-01-01 00:00:00+00"
    ),
}


@pytest.mark.parametrize("source", SOURCES.values(), ids=list(SOURCES))
def test_instants(source: Callable[[Path], object], tmp_path: Path) -> None:
    assert read(INSTANTS, source(tmp_path)) == EXPECTED


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
@pytest.mark.parametrize("zone", [None, "UTC", "Asia/Tokyo"])
def test_instants_of_every_unit(unit: str, zone: str | None) -> None:
    values = pa.array([datetime(2024, 1, 31, 12), datetime(1969, 12, 31, 23, 59, 59)], pa.timestamp(unit, zone))
    assert read(INSTANTS, pa.table({"at": values})) == {"at": [1_706_702_400_000_000, -1_000_000]}


@pytest.mark.parametrize("unit", ["D", "h", "m", "s", "ms", "us", "ns"])
def test_instants_of_every_unit_of_numpy(unit: str) -> None:
    assert read(INSTANTS, {"at": np.array(["2024-01-31"], f"datetime64[{unit}]")}) == {"at": [1_706_659_200_000_000]}


def test_days_are_instants_at_midnight() -> None:
    assert read(INSTANTS, {"at": [date(1970, 1, 2)]}) == {"at": [86_400_000_000]}
    assert read(INSTANTS, pa.table({"at": pa.array([86_400_000], pa.date64())})) == {"at": [86_400_000_000]}


@pytest.mark.parametrize(
    ("kind", "values", "problem"),
    [
        (
            "datetime",
            pa.array([0, 1_001], pa.timestamp("ns")),
            "row 2, column 'at': the value is finer than a microsecond",
        ),
        (
            "datetime",
            pa.array([1 << 62], pa.timestamp("us")),
            "row 1, column 'at': the value is outside the years 1 to 9999",
        ),
        (
            "datetime",
            pa.array([1 << 60], pa.timestamp("s")),
            "row 1, column 'at': the value is outside the years 1 to 9999",
        ),
        ("datetime", ["2024-01-31", "31.01.2024"], "row 2, column 'at': the value is not an instant"),
        ("datetime", ["2024-01-31T25:00:00Z"], "row 1, column 'at': the value is not an instant"),
        ("datetime", ["2024-01-31T12:00:00.0000001Z"], "row 1, column 'at': the value is finer than a microsecond"),
        ("datetime", ["9999-12-31T23:59:59-01:00"], "row 1, column 'at': the value is outside the years 1 to 9999"),
        ("datetime", [1, 2], "an instant such as 2024-05-31T12:00:00Z is expected"),
        ("datetime", [datetime(2024, 1, 1), None], "row 2, column 'at': the value is missing"),
        ("date", pa.array([2_932_897], pa.date32()), "row 1, column 'at': the value is outside the years 1 to 9999"),
        ("date", pa.array([-719_163], pa.date32()), "row 1, column 'at': the value is outside the years 1 to 9999"),
    ],
)
def test_what_is_no_instant_is_refused(kind: str, values: Any, problem: str) -> None:
    assert problem in refusal(
        table(at=column(kind)), {"at": values} if isinstance(values, list) else pa.table({"at": values})
    )


def test_missing_instants() -> None:
    (declared,) = INSTANTS
    optional = [Declaration("t.at", "datetime", declared.dimensions, table="t", present="t.at.(present)")]
    arrays = read_input("t", optional, pandas.DataFrame({"at": [pandas.Timestamp(0), pandas.NaT]}))
    assert arrays["t.at.(present)"].tolist() == [True, False]
    assert read(table(at=column("datetime", default=5)), {"at": ["", "1970-01-01T00:00:01Z"]}) == {"at": [5, 1_000_000]}


def test_instants_as_people_read_them() -> None:
    declared = Declaration("x", "datetime", (3,))
    shown = decode(declared, np.array([0, -1, 250_000]), None, np.array([True, True, False]))
    assert shown is not None and shown.dtype == np.dtype("datetime64[us]")
    assert jsonable(shown) == ["1970-01-01T00:00:00Z", "1969-12-31T23:59:59.999999Z", None]
    single = decode(Declaration("x", "datetime", ()), np.array(1_706_702_400_250_000))
    assert json.dumps(jsonable(single)) == '"2024-01-31T12:00:00.25Z"'


PROGRAM = """
party alice
party bob
input t: table[day: date, at: datetime?] from alice
input days: int32 from bob
moved = t.day + days
reveal moved as moved
reveal moved.year * 10000 + moved.month * 100 + moved.day as parts
reveal moved.weekday as weekday
later = t.at + days
reveal later as later
reveal later.hour * 10000 + later.minute * 100 + later.second as time
reveal later.date as date
reveal later - "2000-01-01" as since
reveal max(t.at, where=moved >= "2000-01-01") as last
"""


@pytest.mark.parametrize("protocol", ["rep3", "semi2k"])
def test_a_run_on_days_and_instants(protocol: str) -> None:
    """Secret ones, because bob alone knows how many days are added."""
    days = [date(1, 1, 1), date(1900, 2, 27), date(2000, 2, 27), date(2023, 12, 30), date(9999, 12, 29)]
    instants = [datetime(1, 1, 1), None, datetime(1999, 12, 31, 23, 59, 58, 1), datetime(2024, 2, 29, 12), MOMENTS[0]]
    frame = polars.DataFrame({"day": days, "at": instants})
    found = tacit.compile(PROGRAM, protocol=protocol).run(t=frame, days=2)
    moved = [day + timedelta(days=2) for day in days]
    later = [None if moment is None else moment + timedelta(seconds=2) for moment in instants]
    assert found["moved"].tolist() == moved
    assert found["parts"].tolist() == [day.year * 10000 + day.month * 100 + day.day for day in moved]
    assert found["weekday"].tolist() == [day.weekday() for day in moved]
    assert found["later"].tolist() == later
    times = [None if m is None else m.hour * 10000 + m.minute * 100 + m.second for m in later]
    assert found["time"].tolist() == times
    assert found["date"].tolist() == [None if m is None else m.date() for m in later]
    since = [None if m is None else (m - datetime(2000, 1, 1)).total_seconds() for m in later]
    assert found["since"].tolist() == [None if each is None else pytest.approx(each, abs=2**-14) for each in since]
    assert found["last"] == np.datetime64(datetime(2024, 2, 29, 12))


def test_saved_days_are_read_again_though_they_lie_beyond_the_years_of_data(tmp_path: Path) -> None:
    head = "party alice\nparty bob\n"
    first = tacit.compile(
        head + "input d: date from alice\ninput k: int32 from bob\nsave d + k as e\n", shares=tmp_path
    )
    first.run(d="9999-12-31", k=1)
    second = tacit.compile(head + "input e: date from shares\nreveal e as e\nreveal e.month as m\n", shares=tmp_path)
    found = second.run()
    assert (str(found["e"]), found["m"]) == ("10000-01-01", 1)


def test_a_duckdb_relation_of_instants() -> None:
    relation = duckdb.connect().from_arrow(pa.table({"at": pa.array(MOMENTS, pa.timestamp("us"))}))
    assert read(INSTANTS, relation) == EXPECTED
