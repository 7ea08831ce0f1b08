"""Sorting and shuffling. In: keys as bits. Out: arrangements of rows that nobody knows, and moved shares.

Rows are entries along the first axis. An arrangement is a `rows.Rows`.
"""

from __future__ import annotations

from abc import abstractmethod

from .conversions import Conversions
from .rows import Rows
from .shares import Arithmetic, Boolean, Clear, Shared


class Order(Conversions):
    """Secret arrangements of rows. Few rows are ordered by comparing all pairs; therefore `Order` needs conversions.

    A class that inherits from `Order` and from `Conversions` names `Order` first: Python wants the subclass first.
    """

    @abstractmethod
    def random_rows(self, rows: int) -> Rows:
        """A uniformly random arrangement of so many rows."""

    @abstractmethod
    def known_rows(self, value: Clear) -> Rows:
        """The arrangement that puts row value[i] at i. `value` is a permutation that one party holds."""

    @abstractmethod
    def sorted_rows(self, key: Boolean, digit: int) -> Rows:
        """The stable order of the unsigned numbers that the key's planes spell, one for each row.

        The sort goes by digits of `digit` bits.
        """

    @abstractmethod
    def placed_rows(self, places: Arithmetic) -> Rows:
        """The arrangement that moves row i to places[i]. `places` is a secret permutation."""

    @abstractmethod
    def any_rows(self, rows: int) -> Rows:
        """Rows with places from nowhere: only for counting what moving by an arrangement costs."""

    @abstractmethod
    def gather(self, x: Shared, rows: Rows) -> Shared:
        """x with its rows arranged."""
