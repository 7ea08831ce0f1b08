"""What a protocol is: facts about it, and rules that expand secure operations into nodes of a protocol graph.

A protocol is a class that inherits from the capabilities that it offers, a file each: `linear`, `products`,
`conversions`, `opening`, `order`, `joins`. `circuits`, `numeric` and `operations` are written in their primitives, and
say which capability they need. `capabilities` says in words what each is.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TypeVar

from ....runtime.graph.nodes import Declaration, ValueType
from .expansion import Expansion, ring


class Protocol(ABC):
    """The facts about a protocol. An instance is the protocol at work on one graph."""

    name: str
    parts: int
    """The number of parts of a share."""
    needs_preprocessing: bool = False
    """Whether its rules name correlated randomness, which somebody must prepare."""
    trust: str
    """Whom one has to trust, and what happens if one should not have: a sentence for users."""

    def __init__(self, expansion: Expansion) -> None:
        self.g = expansion

    @classmethod
    @abstractmethod
    def nodes_for(cls, roles: int) -> int:
        """How many nodes a program of so many roles runs on."""

    def number(self, shape: tuple[int, ...]) -> ValueType:
        """The type of one part of a share of numbers in this shape: Z_2^64, unless a protocol says otherwise."""
        return ring(shape)

    def arithmetic(self, operation: str) -> str:
        """The kernel that does an operation (`add`, `sum`, ...) on parts of shares of numbers."""
        return f"{self.number(()).storage.value}.{operation}"

    def declarations(self) -> tuple[Declaration, ...]:
        """The inputs of the graph that no program declares: rules brought them in."""
        return ()


Capability = TypeVar("Capability", bound=Protocol)


def offered(p: Protocol, capability: type[Capability]) -> Capability:
    """The protocol as one that offers the capability.

    Raises TypeError if it does not: `require_capabilities` refuses the program before a rule asks.
    """
    if not isinstance(p, capability):
        raise TypeError(f"{p.name} does not offer {capability.__name__}")
    return p
