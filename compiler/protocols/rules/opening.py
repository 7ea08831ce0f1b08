"""Opening shares. In: shares. Out: values in the clear, at the parties that may know them."""

from __future__ import annotations

from abc import abstractmethod

from ....runtime.graph.nodes import Parties
from .linear import Linear
from .shares import Arithmetic, Boolean, Clear


class Opening(Linear):
    """Opening: what a program reveals, and gives out."""

    @abstractmethod
    def open(self, x: Arithmetic, to: Parties) -> Clear:
        """The signed number in the clear at the parties `to`, in x's shape."""

    @abstractmethod
    def open_bits(self, x: Boolean, to: Parties) -> Clear:
        """The bits in the clear at the parties `to`: a truth value for one plane, else the signed number they spell."""
