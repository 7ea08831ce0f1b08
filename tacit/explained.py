"""What `Program.explain` gives: a report to read, or to compute on. In: an explanation. Out: text and data."""

from dataclasses import dataclass
from typing import Any

from .compiler.report.explain import Explanation
from .terminal.show_costs import explanation_tables, heading
from .terminal.tables import plain_text


@dataclass(frozen=True, slots=True)
class Explained:
    """`str` of it is the report; `explanation` has its numbers."""

    explanation: Explanation

    def __str__(self) -> str:
        return f"{heading(self.explanation)}\n\n{plain_text(explanation_tables(self.explanation))}"

    def to_json(self) -> dict[str, Any]:
        """What `tacit explain --json` prints."""
        return self.explanation.to_json()
