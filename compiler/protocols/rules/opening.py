"""Out of shares. In: shares. Out: values in the clear, at the parties that may know them."""

from __future__ import annotations

from abc import abstractmethod

from ....runtime.graph.nodes import Parties
from .linear import Linear
from .shares import Arithmetic, Boolean, Clear


class Opening(Linear):
    """Values in the clear: what a program reveals."""

    @abstractmethod
    def open(self, x: Arithmetic, to: Parties) -> Clear:
        """The signed number in the clear, at the parties `to`."""

    @abstractmethod
    def open_bits(self, x: Boolean, to: Parties) -> Clear:
        """A bit (one plane) in the clear, at the parties `to`."""
