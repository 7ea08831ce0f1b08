"""Joins on keys that their owners hold. In: a column of one owner. Out: shares of its joined rows.

See `runtime.alignment.base` for how keys are matched before the graph is compiled.
"""

from __future__ import annotations

from abc import abstractmethod

from ....runtime.graph.nodes import Declaration
from .expansion import Expansion
from .linear import Linear
from .shares import Arithmetic, Boolean, Clear
from .sides import Permutations, Side


class Joins(Linear):
    """Columns in the order of joined rows, which no party knows for both sides."""

    matching: str
    """How two owners' keys are matched before the graph is compiled: one of `runtime.graph.alignments.METHODS`."""

    def __init__(self, expansion: Expansion) -> None:
        super().__init__(expansion)
        self.permutations = Permutations(expansion)

    def declarations(self) -> tuple[Declaration, ...]:
        """The owners' orders and the matchers' places."""
        return (*super().declarations(), *self.permutations.declarations())

    @classmethod
    @abstractmethod
    def matchers_for(cls, owners: tuple[int, int]) -> tuple[int, int]:
        """For either side of a join of two parties' tables, who knows the places of the joined rows."""

    @abstractmethod
    def align(self, value: Clear, side: Side) -> Arithmetic:
        """The joined rows of a column that one party holds in the order it has drawn."""

    @abstractmethod
    def align_bits(self, value: Clear, planes: int, side: Side) -> Boolean:
        """As `align`, the low `planes` bits."""
