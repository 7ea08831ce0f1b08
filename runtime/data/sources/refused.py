"""The one error that reading data raises. It says where and why, never what the value was."""

from typing import Any

import numpy as np


class RefusedError(Exception):
    """The value or row number `index` cannot be taken; None means the whole source. The error never holds the value.

    `column` and `line` (of a text file) are for people, and are empty or None where unknown.
    """

    def __init__(self, index: int | None, problem: str, column: str = "", line: int | None = None) -> None:
        super().__init__(problem)
        self.index = index
        self.problem = problem
        self.column = column
        self.line = line

    def moved(self, rows: int) -> "RefusedError":
        """The same refusal where `rows` more rows come first."""
        return RefusedError(None if self.index is None else self.index + rows, self.problem, self.column, self.line)

    def on(self, line: int | None) -> "RefusedError":
        """The same refusal on a line of a file."""
        return RefusedError(self.index, self.problem, self.column, line)

    @property
    def place(self) -> str:
        """The row, counted from 1, with a text file's line, and the column. Empty if the whole source is refused."""
        row = (
            ""
            if self.index is None
            else f"row {self.index + 1}" + ("" if self.line is None else f" (line {self.line})")
        )
        parts = [part for part in (row, f"column {self.column}" if self.column else "") if part]
        return ", ".join(parts) + ": " if parts else ""


def refuse_where(wrong: np.ndarray[Any, Any], problem: str) -> None:
    """Raises `RefusedError` for the first value that is wrong."""
    if wrong.any():
        raise RefusedError(int(np.argmax(wrong)), problem)
