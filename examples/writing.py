"""How the examples' generators write their files, and ask DuckDB for the answers that Tacit must give.

The files are committed. Only whoever wants to make them again runs `python -m examples.NAME.make_data`.
"""

import csv
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb

CENT = 100


def write_csv(path: Path, columns: Mapping[str, Iterable[object]]) -> None:
    """Writes a file with a header. Lists become JSON lists, bools become `true` and `false`."""
    path.parent.mkdir(exist_ok=True)
    with path.open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows([_field(value) for value in row] for row in zip(*columns.values(), strict=True))


def _field(value: object) -> object:
    return json.dumps(value) if isinstance(value, list | bool) else value


def write_json(path: Path, value: object) -> None:
    """Writes a JSON file in which each list stands on one line."""
    path.parent.mkdir(exist_ok=True)
    path.write_text(_laid_out(value) + "\n")


def _laid_out(value: object, indent: str = "") -> str:
    if not isinstance(value, dict):
        return json.dumps(value)
    deeper = indent + "  "
    entries = ",\n".join(f"{deeper}{json.dumps(name)}: {_laid_out(each, deeper)}" for name, each in value.items())
    return f"{{\n{entries}\n{indent}}}"


def query(text: str, folder: Path) -> dict[str, list[Any]]:
    """The columns of a query whose tables are the CSV files of a folder, by their names."""
    database = duckdb.connect()
    for path in sorted(folder.glob("*.csv")):
        database.execute(f"create table {path.stem} as from read_csv('{path}')")
    result = database.execute(text)
    names = [column[0] for column in result.description]
    return dict(zip(names, map(list, zip(*result.fetchall(), strict=True)), strict=True))


def one_row(text: str, folder: Path) -> dict[str, Any]:
    """The only row of a query."""
    return {name: values[0] for name, values in query(text, folder).items()}


def to_all(roles: Sequence[str], outputs: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """An answer that every role learns."""
    return {role: dict(outputs) for role in roles}
