"""Days and instants: their parts against Python's `datetime`, sums and differences, texts beside them."""

import random
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import pytest
from tacit.compiler.ir.types import DATE, DATETIME, Element, Kind
from tacit.compiler.semantics.declarations import declarations
from tacit.compiler.syntax.parser import parse

from tests.semantics.running import constant_element, mistakes, run, source

FIRST = datetime(1970, 1, 1, tzinfo=UTC)
EDGES = [date.min, date.max, *(date(y, m, d) for y in (1600, 1900, 2000, 2023, 2024) for m, d in ((2, 28), (3, 1)))]
MICROSECONDS = 315_537_897_600_000_000
"""The microseconds of the years 1 to 9999."""


def some_days(count: int) -> list[date]:
    rng = random.Random(5)
    return [*EDGES, date(2000, 2, 29), *(date.fromordinal(rng.randint(1, date.max.toordinal())) for _ in range(count))]


def some_instants(count: int) -> list[datetime]:
    rng = random.Random(6)
    passed = [0, MICROSECONDS - 1, *(rng.randrange(MICROSECONDS) for _ in range(count))]
    return [datetime(1, 1, 1, tzinfo=UTC) + timedelta(microseconds=each) for each in passed]


def micros(moments: Sequence[datetime]) -> list[int]:
    return [(moment - FIRST) // timedelta(microseconds=1) for moment in moments]


def day_number(text: str) -> int:
    return (date.fromisoformat(text) - date(1970, 1, 1)).days


def of(kind: str, text: str, values: Sequence[Any]) -> dict[str, Any]:
    """What alice gets to see of a program over `x: kind[n]`."""
    return run(
        f"input x: {kind}[n] from alice\ninput k: int from bob\n{text}", {"x": values, "k": 0}, {"n": len(values)}
    )


def test_parts_of_days() -> None:
    days = some_days(5000)
    told = of(
        "date", "\n".join(f"reveal x.{part}" + f" as {part}" for part in ("year", "month", "day", "weekday")), days
    )
    assert told["year"] == [day.year for day in days]
    assert told["month"] == [day.month for day in days]
    assert told["day"] == [day.day for day in days]
    assert told["weekday"] == [day.weekday() for day in days]


def test_parts_of_every_day_of_400_years() -> None:
    days = [date(1970, 1, 1) + timedelta(days=place) for place in range(-400 * 366, 31)]
    told = of("date", "reveal x.year * 10000 + x.month * 100 + x.day as parts", days)
    assert told["parts"] == [day.year * 10000 + day.month * 100 + day.day for day in days]


def test_parts_of_instants() -> None:
    moments = some_instants(5000)
    parts = ("year", "month", "day", "weekday", "hour", "minute", "second", "microsecond")
    told = of("datetime", "\n".join(f"reveal x.{part} as {part}" for part in (*parts, "date")), micros(moments))
    for part in parts:
        found = [getattr(moment, part) for moment in moments]
        assert told[part] == ([each() for each in found] if part == "weekday" else found), part
    assert told["date"] == [(moment.date() - date(1970, 1, 1)).days for moment in moments]


def test_days_beyond_the_years_of_data_are_those_of_numpy() -> None:
    told = run("""
before = date("0001-01-01") - 400000
after = date("9999-12-31") + 1
reveal before.year * 10000 + before.month * 100 + before.day as before
reveal after.year * 10000 + after.month * 100 + after.day as after
""")
    year, month, day = str(np.datetime64("0001-01-01") - 400000)[1:].split("-")
    assert told == {"before": -int(year) * 10000 + int(month) * 100 + int(day), "after": 100000101}


def test_sums_and_differences_of_days() -> None:
    text = """
reveal x + 30 as later
reveal 1 + x as next
reveal x - 7 as before
reveal x - "2024-02-29" as since
reveal x - x[0] as passed
"""
    told = of("date", text, ["2024-03-01", "2023-12-31"])
    first, last = day_number("2024-03-01"), day_number("2023-12-31")
    assert told == {
        "later": [first + 30, last + 30], "next": [first + 1, last + 1], "before": [first - 7, last - 7],
        "since": [1, -60], "passed": [0, -61],
    }  # fmt: skip


def test_sums_and_differences_of_instants_count_seconds() -> None:
    text = """
reveal x + 30 as later
reveal x - 86400 as before
reveal x - "2024-01-31T12:00:00Z" as since
reveal int(x) - int(x[0]) as exact
reveal x > "2024-01-31 13:00" as late
"""
    noon = micros([datetime(2024, 1, 31, 12, tzinfo=UTC)])[0]
    told = of("datetime", text, [noon, noon + 3_600_000_001, noon - 250_000])
    assert told["later"] == [noon + 30_000_000, noon + 3_630_000_001, noon + 29_750_000]
    assert told["before"] == [each - 86_400_000_000 for each in (noon, noon + 3_600_000_001, noon - 250_000)]
    assert told["since"] == [0, pytest.approx(3600.000001, abs=2**-15), -0.25]
    assert told["exact"] == [0, 3_600_000_001, -250_000]
    assert told["late"] == [False, True, False]


def test_days_and_instants_in_each_other() -> None:
    told = run('reveal datetime(date("2024-01-31")) as a\nreveal date(datetime("2024-01-31T23:59:59.9Z")) as b')
    assert told == {"a": micros([datetime(2024, 1, 31, tzinfo=UTC)])[0], "b": day_number("2024-01-31")}


def test_what_is_public_is_computed_at_once() -> None:
    text = 'd = date("2024-02-29") + 366\nfor i in range(d.day):\n    z = i\nreveal z as z\nreveal d.month as m'
    assert run(text) == {"z": 0, "m": 3}


@pytest.mark.parametrize(
    ("expression", "found"),
    [
        ('x >= "2024-01-31"', [True, False]),
        ('"2024-01-31" == x', [True, False]),
        ('fill(x, "2024-01-01") < "2024-01-02"', [False, True]),
        ('select(x > "2000-01-01", x, "2000-01-01")', ["2024-01-31", "2000-01-01"]),
        ('min(x, "2000-01-01")', ["2000-01-01", "1999-12-31"]),
        ('max("2000-01-01", x)', ["2024-01-31", "2000-01-01"]),
        ('clip(x, "2000-01-01", "2001-01-01")', ["2001-01-01", "2000-01-01"]),
        ('ensure(x, "1990-01-01", "2030-01-01")', ["2024-01-31", "1999-12-31"]),
        ('[x[0], "2000-01-01"]', ["2024-01-31", "2000-01-01"]),
        ('stack("2000-01-01", x[1])', ["2000-01-01", "1999-12-31"]),
        ('x[0] if k > 0 else "2000-01-01"', "2000-01-01"),
        ("latest(x)", [True, False]),
        ("sort(x)", ["1999-12-31", "2024-01-31"]),
        ("max(x)", "2024-01-31"),
    ],
)
def test_a_text_stands_for_a_day(expression: str, found: Any) -> None:
    text = f'def latest(x: date, y: date = "2000-01-01"):\n    return x > y\nreveal {expression} as y'
    told = of("date", text, ["2024-01-31", "1999-12-31"])["y"]
    days = [
        day_number(each) if isinstance(each, str) else each for each in ([found] if isinstance(found, str) else found)
    ]
    assert told == (days[0] if isinstance(found, str) else days)


def test_a_text_is_assigned_as_a_day() -> None:
    assert of("date", 'x[1] = "2000-01-01"\nreveal x as y', ["2024-01-31", "1999-12-31"])["y"] == [
        day_number("2024-01-31"), day_number("2000-01-01"),
    ]  # fmt: skip


def test_missing_days_have_missing_parts() -> None:
    told = of(
        "date?",
        'reveal x.year as y\nreveal x + 1 as z\nreveal x > "2000-01-01" as a\nreveal max(x) as m',
        ["2024-01-31", None],
    )
    assert told == {
        "y": [2024, None],
        "z": [day_number("2024-02-01"), None],
        "a": [True, False],
        "m": day_number("2024-01-31"),
    }
    told = of("datetime?", "reveal x.hour as y\nreveal x - x[0] as z", [3_600_000_000, None])
    assert told == {"y": [1, None], "z": [0, None]}


def test_bounds_of_days() -> None:
    text = """
party p
input x: date["2020-01-01".."2030-12-31"][n] from p
input y: datetime["2020-01-01".."2030-12-31T23:59:59Z"] from p
"""
    first, second = (found.columns[0] for found in declarations(parse(source(text))).inputs)
    assert first.bounds == (day_number("2020-01-01"), day_number("2030-12-31"))
    assert (first.element.kind, first.element.bits) == (Kind.DATE, 16)
    assert first.beyond == 'outside "2020-01-01".."2030-12-31", the bounds of its type in line 3'
    assert second.bounds == tuple(
        micros([datetime(2020, 1, 1, tzinfo=UTC), datetime(2030, 12, 31, 23, 59, 59, tzinfo=UTC)])
    )


def test_widths_follow_from_sums() -> None:
    head = "input x: date from alice\ninput k: int8 from bob\n"
    assert constant_element("y", f"{head}reveal x + k as y") == Element(Kind.DATE, bits=24)
    assert constant_element("y", f"{head}reveal max(x + k, x) as y") == Element(Kind.DATE, bits=24)
    assert (DATE.bits, DATETIME.bits) == (23, 59)


def test_days_in_a_loop() -> None:
    assert run(
        'input n: int from alice\nd = date("2024-01-31")\nfor i in range(3):\n    d = d + n\nreveal d as d', {"n": 2}
    ) == {"d": day_number("2024-02-06")}


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ('reveal x > "31.01.2024" as y', "this text is not a date"),
        ('reveal date("2024-02-30") as y', "this text is not a date"),
        ('reveal datetime("2024-02-30T12:00:00.1234567Z") as y', "this text is not a datetime"),
        ("reveal date(3) as y", "the argument `x` of `date` does not fit"),
        ("reveal x.hour as y", "there is no `.hour` here"),
        ("reveal x + x as y", "`+` does not apply here"),
        ("reveal x + 0.5 as y", "`+` does not apply here"),
        ("reveal 3 - x as y", "`-` does not apply here"),
        ("reveal x * 2 as y", "`*` does not apply here"),
        ("reveal x < z as y", "`<` does not apply here"),
        ("reveal x == z as y", "`==` does not apply here"),
        ("input b: date[1..5] from alice", "a bound of a `date` is a text"),
        ('input b: date["2024-01-01".."2023-01-01"] from alice', "these bounds leave no number"),
        ('input b: table[d: date = "x"] from alice', "the default of `d` does not fit its type"),
    ],
)
def test_what_makes_no_sense_is_refused(line: str, problem: str) -> None:
    assert mistakes(f"input x: date from alice\ninput z: datetime from alice\n{line}") == [f"3: {problem}"]
