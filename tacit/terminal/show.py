"""Results and progress on a terminal, or as plain text where there is none. In: outputs and a report. Out: text."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from math import ceil, log10
from textwrap import indent
from typing import Any, TextIO

import numpy as np

from ..results import Report, Result
from ..runtime.data.results import Revealed, jsonable
from ..runtime.graph.later import later
from ..runtime.graph.nodes import audience
from .amounts import bytes_text, names_text, plural

_console, _progress, _grid, _text = map(later, ("rich.console", "rich.progress", "rich.table", "rich.text"))

_LONGEST = 8
"""How many entries of an axis are shown. `--json` has them all."""


def print_outputs(out: TextIO, outputs: Mapping[str, Mapping[str, Revealed]], fraction_bits: int) -> None:
    """Prints a table for each role that got something, and one for all members of a role."""
    decimals = ceil(fraction_bits * log10(2))
    told = {role: values for role, values in _together(outputs).items() if values}
    if not out.isatty():
        for role, values in told.items():
            print(role, file=out)
            for name, value in values.items():
                print(indent(f"{name} = {shown(value, decimals)}", "  "), file=out)
        return
    console = _console.Console(file=out, highlight=False)
    for role, values in told.items():
        table = _grid.Table.grid(padding=(0, 2))
        for name, value in values.items():
            table.add_row("", _text.Text(name, style="cyan"), _text.Text(shown(value, decimals)))
        console.print(_text.Text(role, style="bold"), table)


def _together(outputs: Mapping[str, Mapping[str, Revealed]]) -> dict[str, Mapping[str, Revealed]]:
    """The outputs by role, once for the members of a role, by all their names."""
    roles: dict[str, list[str]] = {}
    for role in outputs:
        roles.setdefault(audience(role), []).append(role)
    return {names_text(names): outputs[names[0]] for names in roles.values()}


def json_of(result: Result) -> dict[str, Any]:
    """The data that `--json` prints of a result."""
    outputs = {
        role: {name: jsonable(value) for name, value in values.items()} for role, values in result.outputs.items()
    }
    return {"outputs": outputs, **asdict(result.report)}


def closing_line(report: Report) -> str:
    """Protocol, parties, rounds, bytes and time in one line."""
    sent = sum(report.bytes_sent.values())
    seconds = report.seconds
    if not report.nodes:
        return f"without any protection: {seconds['total']:.2f} s"
    who = f"{report.protocol} with {', '.join(report.nodes)}"
    cost = f"{report.rounds:,} {plural('round', report.rounds)}, {bytes_text(sent)} sent"
    offline = ""
    if report.offline_bytes:
        cost += f", {bytes_text(sum(report.offline_bytes.values()))} offline"
        offline = f" offline {seconds['offline']:.2f},"
    time = f"{seconds['total']:.2f} s (compile {seconds['compile']:.2f},{offline} online {seconds['online']:.2f})"
    return f"{who}: {cost}, {time}"


def shown(value: Revealed, decimals: int) -> str:
    """A value in a line, or a table in a few; long ones are shortened in the middle."""
    if value is None:
        return _scalar(None, decimals)
    if isinstance(value, dict):
        return _table(value, decimals)
    text = _entry(value, decimals)
    return text if max(value.shape, default=0) <= _LONGEST else f"{text}  ({'×'.join(map(str, value.shape))})"


@contextmanager
def progress_bar(out: TextIO) -> "Iterator[ProgressBar]":
    """A bar that disappears when it is done. On anything but a terminal, nothing is drawn.

    The bar is drawn when something is told, not by a thread, because a process with threads cannot fork parties safely.
    """
    if not out.isatty():
        yield ProgressBar(None)
        return
    columns = (
        _progress.TextColumn("{task.description}"),
        _progress.BarColumn(),
        _progress.MofNCompleteColumn(),
        _progress.TimeElapsedColumn(),
    )
    with _progress.Progress(
        *columns, console=_console.Console(file=out), transient=True, auto_refresh=False
    ) as progress:
        yield ProgressBar(progress)


class ProgressBar:
    """Hears how many steps are done, of how many, and shows that."""

    def __init__(self, progress: Any) -> None:
        self._progress = progress
        self._task = None if progress is None else progress.add_task("running", total=None)

    def __call__(self, done: int, total: int | None) -> None:
        """Shows that so many steps are done. `total` is None while nobody knows it."""
        if self._progress is not None and self._task is not None:
            self._progress.update(self._task, completed=done, total=total, refresh=True)

    def notice(self, text: str) -> None:
        """Shows what is being done now."""
        if self._progress is not None and self._task is not None:
            self._progress.update(self._task, description=text, refresh=True)


def _table(columns: Mapping[str, np.ndarray], decimals: int) -> str:
    rows = len(next(iter(columns.values()), ()))
    lines = [f"table of {rows} {plural('row', rows)}"]
    lines += [f"  {name}: {_entry(column, decimals)}" for name, column in columns.items()]
    return "\n".join(lines)


def _entry(value: np.ndarray, decimals: int) -> str:
    if value.ndim == 0:
        return _scalar(jsonable(value), decimals)
    shortened = len(value) > _LONGEST
    ends = [value[: _LONGEST // 2], value[-(_LONGEST // 2) :]] if shortened else [value]
    parts = [", ".join(_entry(np.asanyarray(entry), decimals) for entry in end) for end in ends]
    return "[" + ", ..., ".join(parts) + "]"


def _scalar(value: object, decimals: int) -> str:
    if isinstance(value, float):
        text = f"{value:.{decimals}f}".rstrip("0")
        return text + "0" if text.endswith(".") else text
    if value is None:
        return "null"
    return str(value).lower() if isinstance(value, bool) else str(value)
