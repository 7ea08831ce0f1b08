"""One call of a kernel, and the questions that rules of all families ask of a call.

A rule says whether a call is sound: it raises `GraphError` if not. Before a rule, `signatures` has checked the storages
and the attributes' forms.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from .errors import require
from .nodes import ValueType


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a kernel: the types of its inputs and output, and its attributes."""

    inputs: tuple[ValueType, ...]
    output: ValueType
    attributes: Mapping[str, Any]


Rule = Callable[[Call], None]


def same(found: object, expected: object) -> None:
    """The shape `found` is the `expected` one."""
    require(found == expected, f"shape {found} where {expected} is due")


def same_size(call: Call) -> None:
    """Each input has as many elements as the output."""
    for value in call.inputs:
        require(value.size == call.output.size, f"an input of {value.shape} for an output of {call.output.shape}")


def same_halves(call: Call) -> None:
    """(x mine, x next, y mine, y next, zero): two parts of each factor, and a mask of the output's type."""
    x_mine, x_next, y_mine, y_next, zero = call.inputs
    require(x_mine == x_next and y_mine == y_next, "the two parts of a factor differ")
    require(zero == call.output, "the zero share is not like the output")
