"""Random programs that join tables, their inputs, and what DuckDB makes of the same. In: dice. Out: cases.

Keys are few, so that rows meet; they repeat on the left side, and on the right one where the join allows it.
"""

import random
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import duckdb
import numpy as np

HEAD = """
party ann
party bob
party cat
input p: table[k: int8, d: date, c: category["u", "v"], f: bool, x: int32, keep: bool] from ann
input q: table[k: int8, d: date, c: category["u", "v"], f: bool, y: int32, keep: bool] from bob
input zero: int8 from cat
"""
COLUMNS = ("k", "d", "c", "f")
KEYS = [("k",), ("k",), ("k", "d"), ("d", "k"), ("c", "k", "f"), ("c",), ("f", "d"), ("k", "f")]
HOWS = ("inner", "left", "right", "outer", "semi", "anti")
KINDS = ("plain", "plain", "filtered", "secret", "both")
Row = tuple[Any, ...]


@dataclass
class Case:
    """A program, its inputs in the clear representation, its sizes, and the rows that it must give."""

    text: str
    inputs: dict[str, np.ndarray[Any, Any]]
    sizes: dict[str, int]
    expected: Counter[Row] = field(default_factory=Counter)
    repeats: bool = False
    """Whether more rows of the right side have a key than the join allows."""


def case(dice: random.Random) -> Case:
    """A case for these dice."""
    on, how = dice.choice(KEYS), dice.choice(HOWS)
    most = dice.choice([1, 1, 1, 2, 3]) if how not in ("semi", "anti") else 1
    left, right = dice.choice(KINDS), dice.choice(KINDS)
    is_free = dice.random() < 0.1 or how in ("semi", "anti")
    sides = {"p": _rows(dice, on, 99), "q": _rows(dice, on, 99 if is_free else most)}
    flags = ", hide_size=True" * (dice.random() < 0.4) + f", at_most={most}" * (most > 1)
    names = on[0] if len(on) == 1 else dice.choice(["(%s)", "[%s]"]) % ", ".join(on)
    columns = ", ".join(f"{name}=j.{name}" for name in on)
    reveal = ("x=j.x, " if how in ("semi", "anti") else "x=j.x, y=j.y, ") + columns
    text = (
        HEAD
        + _side("a", "p", "x", on, left)
        + _side("b", "q", "y", on, right)
        + f'j = join(a, b, on={names}, how="{how}"{flags})\n'
        + f"reveal table({reveal}, in_a=j.in_a, in_b=j.in_b) as j to ann\n"
    )
    inputs: dict[str, np.ndarray[Any, Any]] = {"zero": np.asarray(0)}
    for name, rows in sides.items():
        for place, column in enumerate((*COLUMNS, "x" if name == "p" else "y", "keep")):
            kind = np.bool_ if column in ("f", "keep") else np.int64
            inputs[f"{name}.{column}"] = np.array([row[place] for row in rows], kind)
    given = Case(text, inputs, {"rows(p)": len(sides["p"]), "rows(q)": len(sides["q"])})
    is_secret = {"secret", "both"} & {left, right} and {"k", "f"} & set(on)
    is_aligned = "hide_size" not in text and not is_secret
    counted = [row for row in sides["q"] if row[5] or right in ("plain", "secret") or is_aligned]
    keys = Counter(tuple(row[COLUMNS.index(name)] for name in on) for row in counted)
    is_matched = is_aligned or bool(sides["p"])
    given.repeats = how not in ("semi", "anti") and is_matched and max(keys.values(), default=0) > most
    given.expected = _expected(sides, on, how, left, right)
    return given


def _rows(dice: random.Random, on: tuple[str, ...], most: int) -> list[Row]:
    rows: list[Row] = []
    seen: Counter[Row] = Counter()
    for number in range(dice.choice([0, 1, 2, 3, 4, 5, 6, 8])):
        key_columns = (dice.randint(-2, 2), dice.randint(0, 2), dice.randint(0, 1), dice.random() < 0.5)
        row = (*key_columns, number + 1, dice.random() < 0.7)
        key = tuple(row[COLUMNS.index(name)] for name in on)
        if seen[key] < most:
            seen[key] += 1
            rows.append(row)
    return rows


def _side(name: str, source: str, value: str, on: tuple[str, ...], kind: str) -> str:
    columns = ", ".join(f"{column}={source}.{column}" for column in on)
    if kind in ("secret", "both"):
        hidden = [
            {"k": "{0}.k + zero", "d": "{0}.d", "c": "{0}.c", "f": "{0}.f != (zero != 0)"}[column].format(source)
            for column in on
        ]
        columns = ", ".join(f"{column}={each}" for column, each in zip(on, hidden, strict=True))
    text = f"{name} = table({columns}, {value}={source}.{value})\n"
    return text + (f"{name} = filter({name}, {source}.keep)\n" if kind in ("filtered", "both") else "")


def _expected(sides: dict[str, list[Row]], on: tuple[str, ...], how: str, left: str, right: str) -> Counter[Row]:
    """What DuckDB says: the value of either side (0 where it is not there), the keys, and who is there."""
    connection = duckdb.connect()
    for table, value, name, kind in (("a", "x", "p", left), ("b", "y", "q", right)):
        connection.execute(f"create table {table} (k int, d int, c int, f boolean, {value} int, keep boolean)")
        rows = [row for row in sides[name] if row[5] or kind in ("plain", "secret")]
        if rows:
            connection.executemany(f"insert into {table} values (?, ?, ?, ?, ?, ?)", rows)
    where = " and ".join(f"a.{name} = b.{name}" for name in on)
    if how in ("semi", "anti"):
        keys = ", ".join(f"a.{name}" for name in on)
        sql = f"select x, {keys} from a where {'not ' * (how == 'anti')}exists (select 1 from b where {where})"
        return Counter((row[0], *map(int, row[1:])) for row in connection.execute(sql).fetchall())
    keys = ", ".join(f"coalesce(a.{name}, b.{name})" for name in on)
    kind = {"outer": "full outer"}.get(how, how)
    sql = f"select coalesce(x, 0), coalesce(y, 0), {keys}, x is not null, y is not null from a {kind} join b on {where}"
    return Counter(tuple(map(int, row)) for row in connection.execute(sql).fetchall())


def found(outputs: dict[str, Any], case: Case) -> Counter[Row]:
    """The valid rows of what was revealed, in the form of `expected`."""
    names = [name for name in ("x", "y", *COLUMNS) if f"j.{name}" in outputs]
    columns = {name: np.asarray(outputs[f"j.{name}"]).astype(np.int64) for name in (*names, "in_a", "in_b")}
    for name, mark in (("x", "in_a"), ("y", "in_b")):
        if name in columns:
            columns[name] = columns[name] * columns[mark]
    order = next(line for line in case.text.splitlines() if line.startswith("j = join"))
    on = [name.strip() for name in order.partition("on=")[2].partition(", how")[0].strip("()[]").split(",")]
    wanted = [name for name in ("x", "y") if name in columns] + on + (["in_a", "in_b"] if "y" in columns else [])
    valid = outputs.get("j.(valid)")
    table = np.column_stack([columns[name] for name in wanted])
    return Counter(tuple(map(int, row)) for row in (table if valid is None else table[np.asarray(valid)]))
