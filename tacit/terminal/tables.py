"""Tables on a terminal, or as plain text where there is none. In: rows of text. Out: text."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TextIO

from ..runtime.graph.later import later

_box, _console, _table, _text = later("rich.box"), later("rich.console"), later("rich.table"), later("rich.text")


@dataclass(frozen=True, slots=True)
class Column:
    """A heading. Columns of numbers are aligned on the right."""

    name: str
    is_number: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A title, rows below headings (without headings if their names are empty), and notes below the rows.

    The last `totals` rows are sums of the others.
    """

    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    totals: int = 0
    notes: tuple[str, ...] = ()


def print_tables(out: TextIO, tables: Sequence[Table]) -> None:
    """Prints one table after the other, in colour on a terminal."""
    if not out.isatty():
        print(plain_text(tables), end="", file=out)
        return
    for number, table in enumerate(tables):
        if number:
            print(file=out)
        _print_rich(out, table)


def plain_text(tables: Sequence[Table]) -> str:
    """The tables without colours and lines."""
    return "\n".join("\n".join(_plain(table)) + "\n" for table in tables)


def _print_rich(out: TextIO, table: Table) -> None:
    console = _console.Console(file=out, highlight=False)
    console.print(_text.Text(table.title, style="bold"))
    if table.rows:
        shown = _table.Table(box=_box.SIMPLE_HEAD, show_header=_has_header(table), pad_edge=False)
        for column in table.columns:
            shown.add_column(column.name, justify="right" if column.is_number else "left", overflow="fold")
        for number, row in enumerate(table.rows):
            is_total = number >= len(table.rows) - table.totals
            shown.add_row(*map(_text.Text, row), style="bold" if is_total else None)
        console.print(shown)
    for note in table.notes:
        console.print(_text.Text(note, style="dim"))


def _plain(table: Table) -> list[str]:
    rows = [tuple(column.name for column in table.columns), *table.rows] if _has_header(table) else [*table.rows]
    widths = [max(map(len, cells), default=0) for cells in zip(*rows, strict=True)]
    lines = [table.title]
    for row in rows:
        cells = (
            cell.rjust(width) if column.is_number else cell.ljust(width)
            for cell, width, column in zip(row, widths, table.columns, strict=True)
        )
        lines.append(f"  {'  '.join(cells)}".rstrip())
    return lines + [f"  {note}" for note in table.notes]


def _has_header(table: Table) -> bool:
    return any(column.name for column in table.columns)
