"""Sorting and shuffling. In: keys as bits. Out: arrangements of rows that nobody knows, and moved shares.

Rows are those of the first axis; see `rows.Rows`.
"""

from __future__ import annotations

from abc import abstractmethod

from .conversions import Conversions
from .rows import Rows
from .shares import Arithmetic, Boolean, Clear, Shared


class Order(Conversions):
    """Secret arrangements of rows. A few rows are ordered by comparing all pairs, so an order needs conversions.

    A class that offers both names `Order` before `Conversions`, as Python wants subclasses first.
    """

    @abstractmethod
    def random_rows(self, rows: int) -> Rows:
        """A uniform arrangement."""

    @abstractmethod
    def known_rows(self, value: Clear) -> Rows:
        """Row i of the result is row value[i], a permutation that one party holds."""

    @abstractmethod
    def sorted_rows(self, key: Boolean, digit: int) -> Rows:
        """The stable order of the unsigned numbers that a vector's planes spell, by digits of `digit` bits."""

    @abstractmethod
    def placed_rows(self, places: Arithmetic) -> Rows:
        """Row i goes to places[i], a secret permutation."""

    @abstractmethod
    def any_rows(self, rows: int) -> Rows:
        """Rows that come from nowhere, to find out what moving by them costs."""

    @abstractmethod
    def gather(self, x: Shared, rows: Rows) -> Shared:
        """The rows of x, arranged."""
