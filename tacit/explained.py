"""The result of `Program.explain`: a report to read, or data to compute on. In: an explanation. Out: text and data."""

from dataclasses import dataclass
from typing import Any

from .compiler.report.explain import Explanation
from .terminal.show_costs import explanation_tables, heading
from .terminal.tables import plain_text


@dataclass(frozen=True, slots=True)
class Explained:
    """An explanation. `str` gives the report as text; `explanation` has the numbers."""

    explanation: Explanation

    def __str__(self) -> str:
        return f"{heading(self.explanation)}\n\n{plain_text(explanation_tables(self.explanation))}"

    def to_json(self) -> dict[str, Any]:
        """The data that `tacit explain --json` prints."""
        return self.explanation.to_json()
