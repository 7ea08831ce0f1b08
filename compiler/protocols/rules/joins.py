"""Joins on keys that their owners hold. In: a column of one owner. Out: shares of the column's joined rows.

`runtime.alignment.base` says how keys are matched before the graph is compiled.
"""

from __future__ import annotations

from abc import abstractmethod

from ....runtime.graph.nodes import Declaration
from .expansion import Expansion
from .linear import Linear
from .shares import Arithmetic, Boolean, Clear
from .sides import Permutations, Side


class Joins(Linear):
    """Columns in the order of joined rows. No party knows where the rows of both sides come from."""

    matching: str
    """How two owners' keys are matched before the graph is compiled: one of `runtime.graph.alignments.METHODS`."""

    def __init__(self, expansion: Expansion) -> None:
        super().__init__(expansion)
        self.permutations = Permutations(expansion)

    def declarations(self) -> tuple[Declaration, ...]:
        """The owners' orders and the matchers' places, which the graph takes as inputs."""
        return (*super().declarations(), *self.permutations.declarations())

    @classmethod
    @abstractmethod
    def matchers_for(cls, owners: tuple[int, int]) -> tuple[int, int]:
        """For each side of a join of two parties' tables, the party that learns the places of the joined rows."""

    @abstractmethod
    def align(self, value: Clear, side: Side) -> Arithmetic:
        """The joined rows, as an arithmetic share, of a column that one party holds in the order that it has drawn.

        The result has `side.rows` rows.
        """

    @abstractmethod
    def align_bits(self, value: Clear, planes: int, side: Side) -> Boolean:
        """As `align`, for the low `planes` bits of a column and a boolean share."""
