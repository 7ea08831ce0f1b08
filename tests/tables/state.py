"""Tables of a random program, each as `.mpc` and as DuckDB have it. In: dice. Out: the program's text so far."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import duckdb
import pyarrow as pa

MATCHED = ("key", "int", "cat", "date", "bool")
"""Kinds that a join may go by."""
SQL_TYPES = {
    "key": "varchar",
    "int": "bigint",
    "fixed": "double",
    "real": "double",
    "bool": "boolean",
    "cat": "varchar",
    "date": "date",
}
ARROW_TYPES = {
    "key": pa.string(),
    "int": pa.int64(),
    "fixed": pa.float64(),
    "bool": pa.bool_(),
    "cat": pa.string(),
    "date": pa.date32(),
}
LABELS = ("u", "v", "w")
ORDERED = ("int", "fixed", "bool", "cat", "date")


@dataclass(frozen=True)
class Column:
    """What a column holds: its kind, whether values may be missing, and the largest magnitude of a number.

    A "real" is a `fixed` that was rounded, so that nothing exact can be asked of it.
    """

    kind: str
    optional: bool = False
    most: float = 100
    is_doubtful: bool = False
    """Whether only the number of matches says that values may be missing."""

    @property
    def is_number(self) -> bool:
        return self.kind in ("int", "fixed")


@dataclass(frozen=True)
class Table:
    """A table of both: its name in `.mpc` and in SQL, and its columns.

    In SQL it has one more column `i`, a number for each row. `ordered` says that `i` is the order of the rows.
    """

    name: str
    columns: dict[str, Column]
    ordered: bool = True
    filtered: bool = False

    def of(self, *kinds: str) -> list[str]:
        return [name for name, column in self.columns.items() if column.kind in kinds]


@dataclass
class Case:
    """A program in the making, its inputs, and the database that follows it step by step."""

    dice: random.Random
    lines: list[str] = field(default_factory=list)
    inputs: dict[str, pa.Table] = field(default_factory=dict)
    tables: list[Table] = field(default_factory=list)
    revealed: dict[str, tuple[Column, ...] | Column] = field(default_factory=dict)
    expected: dict[str, Any] = field(default_factory=dict)
    database: duckdb.DuckDBPyConnection = field(default_factory=duckdb.connect)
    number: int = 0
    ordered: dict[str, bool] = field(default_factory=dict)
    may_repeat: bool = False
    """Whether a row that a filter has cleared may be what makes a key of a right side repeat."""

    def fresh(self, letter: str) -> str:
        self.number += 1
        return f"{letter}{self.number}"

    @property
    def text(self) -> str:
        return "\n".join(self.lines) + "\n"

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        return self.database.execute(sql).fetchall()

    def add(self, table: Table, sql: str, order: str = "i") -> Table:
        """Keeps a table that this query gives, without `i`, its rows in this order."""
        names = [*table.columns, *(each for each in self._helpers(sql))]
        body = f"select {', '.join(names)}, row_number() over (order by {order}) as i from ({sql})"
        self.database.execute(f"create table {table.name} as {body}")
        self.tables.append(table)
        return table

    def _helpers(self, sql: str) -> list[str]:
        """The columns of a join that tell where its rows come from."""
        return [each for each in ("in_a_", "in_b_") if f" as {each}" in sql]

    def mark(self, table: Table, name: str, new: str, helper: str) -> Table:
        """The joined table under another name, with a helper column as a column of its own."""
        columns = {**table.columns, new: Column("bool")}
        return self.add(replace(table, name=name, columns=columns), f"select *, {helper} as {new} from {table.name}")

    def source(self, owner: str, columns: dict[str, Column], rows: Sequence[Sequence[Any]]) -> Table:
        """An input table of this owner."""
        name = self.fresh("t")
        types = ", ".join(f"{column}: {_type(each)}" for column, each in columns.items())
        self.lines.append(f"input {name}: table[{types}] from {owner}")
        values = {
            column: pa.array([row[place] for row in rows], ARROW_TYPES[each.kind])
            for place, (column, each) in enumerate(columns.items())
        }
        self.inputs[name] = pa.table(values)
        given = pa.table({**values, "i": pa.array(range(len(rows)), pa.int64())})
        self.database.register("given", given)
        declared = ", ".join(
            f"cast({column} as {SQL_TYPES[each.kind]}) as {column}" for column, each in columns.items()
        )
        self.database.execute(f"create table {name} as select {declared}, i from given")
        self.database.unregister("given")
        self.tables.append(Table(name, columns))
        return self.tables[-1]


def _type(column: Column) -> str:
    labels = ", ".join(f'"{label}"' for label in LABELS)
    name = {"cat": f"category[{labels}]", "int": "int16" if column.most > 127 else "int8"}.get(column.kind, column.kind)
    return name + "?" * column.optional
