"""One use of a kernel, as rules see it that say whether it is sound, and what rules of all families ask.

A rule raises `GraphError`. The storages and the attributes' forms are checked before, by `signatures`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from .errors import require
from .nodes import ValueType


@dataclass(frozen=True, slots=True)
class Call:
    """One use of a kernel."""

    inputs: tuple[ValueType, ...]
    output: ValueType
    attributes: Mapping[str, Any]


Rule = Callable[[Call], None]


def same(found: object, expected: object) -> None:
    """A shape is the one that is due."""
    require(found == expected, f"shape {found} where {expected} is due")


def same_size(call: Call) -> None:
    """Each input has as many elements as the output."""
    for value in call.inputs:
        require(value.size == call.output.size, f"an input of {value.shape} for an output of {call.output.shape}")


def same_halves(call: Call) -> None:
    """(x mine, x next, y mine, y next, zero): two parts of each factor, and a mask that is like the output."""
    x_mine, x_next, y_mine, y_next, zero = call.inputs
    require(x_mine == x_next and y_mine == y_next, "the two parts of a factor differ")
    require(zero == call.output, "the zero share is not like the output")
