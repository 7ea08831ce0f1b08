"""Random table programs: their texts, their inputs, and what DuckDB says that they reveal. In: dice. Out: cases."""

import datetime
import random
from collections.abc import Sequence
from typing import Any

from tests.tables.groups import aggregate, grouped
from tests.tables.joins import by_priority, joined, three
from tests.tables.state import LABELS, Case, Column, Table
from tests.tables.steps import extended, filtered, ordered, renamed, united, windowed

OWNERS = ("ann", "bob", "cat")
STEPS = (
    filtered,
    extended,
    renamed,
    ordered,
    united,
    windowed,
    grouped,
    grouped,
    joined,
    joined,
    joined,
    by_priority,
    three,
)
KINDS = ("int", "int", "fixed", "bool", "cat", "date")
Row = tuple[Any, ...]


def case(dice: random.Random, steps: int = 4) -> Case:
    """A case for these dice, with so many steps at most."""
    made = Case(dice)
    made.lines += [f"party {owner}" for owner in OWNERS]
    for owner in dice.choices(OWNERS, k=dice.randint(1, 3)):
        _source(made, owner)
    for _ in range(dice.randint(1, steps)):
        table = dice.choice(made.tables[-3:])
        dice.choice(STEPS)(made, table)
    for table in dice.sample(made.tables[-4:], min(len(made.tables), dice.randint(1, 2))):
        _reveal(made, table)
    return made


def _source(case: Case, owner: str) -> Table:
    dice = case.dice
    columns: dict[str, Column] = {}
    if dice.random() < 0.9:
        columns[case.fresh("k")] = Column("key", dice.random() < 0.3)
    for kind in dice.choices(KINDS, k=dice.randint(1, 4)):
        columns[case.fresh("c")] = Column(kind, dice.random() < 0.4)
    count, few = dice.choice([0, 1, 2, 3, 5, 8]), dice.random() < 0.5
    rows = [tuple(_value(dice, column, few, place) for column in columns.values()) for place in range(count)]
    return case.source(owner, columns, rows)


def _value(dice: random.Random, column: Column, few: bool, place: int) -> Any:
    """A value of a column; of `few` ones, most stand more than once."""
    if column.optional and dice.random() < 0.3:
        return None
    number = dice.randint(0, 3) if few else dice.randint(0, 3) * 10 + place
    return {
        "key": f"k{number}",
        "int": number - 2 if few else dice.choice([-1, 1]) * number,
        "fixed": dice.randint(-12, 12) / 4,
        "bool": dice.random() < 0.5,
        "cat": dice.choice(LABELS),
        "date": datetime.date(2024, 1, 1 + number % 28),
    }[column.kind]


def _reveal(case: Case, table: Table) -> None:
    """Reveals the table, and a number about it."""
    dice, name = case.dice, case.fresh("o")
    shown = [each for each, column in table.columns.items() if column.kind != "key"]
    if shown:
        case.lines.append(
            f"reveal table({', '.join(f'{each}={table.name}.{each}' for each in shown)}) as {name} to ann"
        )
        case.revealed[name] = tuple(table.columns[each] for each in shown)
        case.expected[name] = case.query(f"select {', '.join(shown)} from {table.name} order by i")
        case.ordered[name] = table.ordered
    if dice.random() < 0.6:
        _, (text, sql, column, _) = aggregate(case, table, f"{table.name}.")
        name = case.fresh("o")
        case.lines.append(f"reveal {text} as {name} to ann")
        case.revealed[name] = column
        case.expected[name] = case.query(f"select {sql} from {table.name}")[0][0]


def differences(case: Case, outputs: dict[str, Any]) -> list[str]:
    """What was revealed and is not what DuckDB says."""
    found: list[str] = []
    for name, columns in case.revealed.items():
        if isinstance(columns, Column):
            if not _agree(outputs[name], case.expected[name], columns):
                found.append(f"{name}: {outputs[name]!r}, not {case.expected[name]!r}")
            continue
        rows = list(zip(*(column.tolist() for column in outputs[name].values()), strict=True))
        wanted = list(case.expected[name])
        if not case.ordered[name]:
            rows, wanted = (sorted(each, key=lambda row: _sorted_by(row, columns)) for each in (rows, wanted))
        same = len(rows) == len(wanted) and all(
            _agree(a, b, column)
            for row, other in zip(rows, wanted, strict=True)
            for a, b, column in zip(row, other, columns, strict=True)
        )
        if not same:
            found.append(f"{name}: {rows}\n  not {wanted}")
    return found


def _sorted_by(row: Sequence[Any], columns: Sequence[Column]) -> tuple[Any, ...]:
    """Exact values first: rounded ones decide only among rows that are equal in all others."""
    exact = [
        (value is None, str(value))
        for value, column in zip(row, columns, strict=True)
        if column.kind not in ("fixed", "real")
    ]
    rounded = [
        (value is None, value or 0)
        for value, column in zip(row, columns, strict=True)
        if column.kind in ("fixed", "real")
    ]
    return (*exact, *rounded)


def _agree(value: Any, wanted: Any, column: Column) -> bool:
    value = value.item() if hasattr(value, "item") else value
    if value is None or wanted is None:
        return value is wanted
    if column.kind == "real":
        return abs(value - wanted) <= 1e-3 * max(1.0, abs(wanted))
    return bool(value == wanted)
