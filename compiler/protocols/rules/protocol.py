"""What a protocol is: facts about it, and rules that expand secure operations into nodes of a protocol graph.

A protocol is a class that inherits from the capabilities that it offers. Each capability is a file: `linear`,
`products`, `conversions`, `opening`, `order`, `joins`. The rules in `circuits`, `numeric` and `operations` call the
primitives of the capabilities and state which capability they need. `capabilities` describes each in words.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar, TypeVar

from ....runtime.graph.nodes import Declaration, ValueType
from .expansion import Expansion, ring


class Protocol(ABC):
    """The facts about a protocol. An instance builds one graph by the protocol's rules."""

    name: ClassVar[str]
    parts: ClassVar[int]
    """The number of parts of a share."""
    needs_preprocessing: ClassVar[bool] = False
    """Whether its rules ask for correlated randomness, which must be prepared."""
    trust: ClassVar[str]
    """A sentence for users: whom one has to trust, and what happens if that trust is misplaced."""

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
        """The graph's inputs that no program declares, because rules added them."""
        return ()


Capability = TypeVar("Capability", bound=Protocol)


def offered(p: Protocol, capability: type[Capability]) -> Capability:
    """The same protocol, typed as one that offers the capability.

    Raises TypeError if the protocol lacks it. `require_capabilities` has refused such programs before any rule runs.
    """
    if not isinstance(p, capability):
        raise TypeError(f"{p.name} does not offer {capability.__name__}")
    return p
