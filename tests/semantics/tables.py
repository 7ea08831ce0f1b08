"""Random tables, and what `group`, `join` and the functions of order make of them, in plain Python.

In: rows as dictionaries. Out: programs' inputs, and rows to compare with.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from hypothesis import strategies

Row = dict[str, Any]
LABELS = ("red", "green", "blue")
COLUMNS = 'k: key, i: int8, c: category["red", "green", "blue"], p: bool, d: date, a: int32, b: fixed, keep: bool'
"""Columns of the random tables; `keep` says which rows stay."""

ROW = strategies.fixed_dictionaries(
    {
        "k": strategies.sampled_from([-(2**62), 5, 6, 2**61 + 1]),
        "i": strategies.integers(-2, 2),
        "c": strategies.sampled_from(LABELS),
        "p": strategies.booleans(),
        "d": strategies.sampled_from(["1969-12-31", "2024-02-29", "2024-03-01"]),
        "a": strategies.integers(-1000, 1000),
        "b": strategies.integers(-40, 40).map(lambda number: number / 8),
        "keep": strategies.booleans(),
    }
)
"""Few keys, so that rows meet."""

ROWS = strategies.lists(ROW, max_size=7)


def columns(name: str, rows: Sequence[Row], names: Sequence[str]) -> dict[str, Any]:
    """The rows as inputs of a program."""
    return {f"{name}.{column}": [row[column] for row in rows] for column in names}


NAMES = ("k", "i", "c", "p", "d", "a", "b", "keep")


def kept(rows: Sequence[Row]) -> list[Row]:
    """The rows that a filter by `keep` leaves."""
    return [row for row in rows if row["keep"]]


def shown(outputs: Mapping[str, Any], name: str) -> list[Row]:
    """The valid rows of a table that was revealed."""
    found = {key.removeprefix(f"{name}."): value for key, value in outputs.items() if key.startswith(f"{name}.")}
    valid = found.pop("(valid)", None)
    names = sorted(found)
    rows = [dict(zip(names, values, strict=True)) for values in zip(*(found[each] for each in names), strict=True)]
    return rows if valid is None else [row for row, present in zip(rows, valid, strict=True) if present]


def in_order(rows: Sequence[Row]) -> list[Row]:
    """The rows, sorted by all their columns."""
    return sorted(rows, key=lambda row: [(name, _comparable(value)) for name, value in row.items()])


def _comparable(value: Any) -> Any:
    if isinstance(value, list):
        return [_comparable(each) for each in value]
    return -np.inf if value is None else value


def raw(name: str, value: Any) -> Any:
    """A value as outputs show it: labels by their place, dates as days."""
    if name == "c":
        return LABELS.index(value)
    return int(np.datetime64(value, "D").astype(int)) if name == "d" else value


# --- group ------------------------------------------------------------------------------------------------------

AGGREGATES = """s=sum(a), n=count(), np=count(p), m=mean(b), lo=min(b), hi=max(b), first=min(d), last=max(a),
    v=var(b), sd=std(b), an=any(p), al=all(p), mb=min(p), xb=max(p), sw=sum(a, where=p), nw=count(where=p),
    mw=mean(b, where=p), vw=var(b, where=p), e=sum(a * 2 + i), one=sum(1)"""


def aggregates(rows: Sequence[Row]) -> Row:
    """What AGGREGATES give for one group, which has rows."""
    a, b, p = ([row[name] for row in rows] for name in "abp")
    chosen = [row for row in rows if row["p"]]
    return {
        "s": sum(a), "n": len(rows), "np": sum(p), "m": np.mean(b), "lo": min(b), "hi": max(b),
        "first": min(raw("d", row["d"]) for row in rows), "last": max(a), "v": np.var(b), "sd": np.std(b),
        "an": any(p), "al": all(p), "mb": min(p), "xb": max(p), "sw": sum(row["a"] for row in chosen),
        "nw": len(chosen), "mw": np.mean([row["b"] for row in chosen]) if chosen else None,
        "vw": np.var([row["b"] for row in chosen]) if chosen else None,
        "e": sum(row["a"] * 2 + row["i"] for row in rows), "one": len(rows),
    }  # fmt: skip


def grouped(rows: Sequence[Row], by: Sequence[str]) -> list[Row]:
    """A row for each group, in order of the columns of `by`."""
    groups: dict[tuple[Any, ...], list[Row]] = {}
    for row in rows:
        groups.setdefault(tuple(raw(name, row[name]) for name in by), []).append(row)
    return [{**dict(zip(by, key, strict=True)), **aggregates(groups[key])} for key in sorted(groups)]


# --- join -------------------------------------------------------------------------------------------------------


LEFT: Row = {"a": None, "l": [None, None]}
RIGHT: Row = {"b": None, "c": None}
"""What a missing partner has."""


def joined(a: Sequence[Row], b: Sequence[Row], on: Sequence[str], how: str) -> list[Row]:
    """The rows of a join; keys are tried in order, 0 is no key."""
    partners: dict[int, int] = {}
    for key in on:
        free = {row[key]: place for place, row in enumerate(b) if row[key] and place not in partners.values()}
        partners |= {place: free[row[key]] for place, row in enumerate(a) if place not in partners and row[key] in free}
    rows = []
    for place, row in enumerate(a):
        partner = b[partners[place]] if place in partners else RIGHT
        if place in partners or how != "inner":
            rows.append({**partner, **row, "in_x": True, "in_y": place in partners})
    if how == "outer":
        alone = [row for place, row in enumerate(b) if place not in partners.values()]
        rows += [{**LEFT, **row, "in_x": False, "in_y": True} for row in alone]
    return [dict(sorted(row.items())) for row in rows]
