"""What an operation sees of a loop whose turns have become lanes, which lie side by side along a new first axis.

A value is *wide* if it differs from lane to lane. `passes/loops/widen` implements `Lanes`. Each operation's row says
how the operation becomes wide.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any

from ..program import Operation, Value


class CannotWidenError(Exception):
    """The operation has no wide form here, so the loop stays as it is."""


class Lanes(ABC):
    """The values of a loop's body for all lanes at once. `count` is the number of lanes."""

    count: int

    @abstractmethod
    def emit(self, name: str, /, *operands: Value, **attributes: Any) -> Value:
        """Writes an operation here and returns its result."""

    @abstractmethod
    def is_wide(self, *old: Value) -> bool:
        """Whether any of the values differs from lane to lane."""

    @abstractmethod
    def narrow(self, old: Value) -> Value:
        """What a value has become. It has lanes only if it is wide."""

    @abstractmethod
    def widened(self, old: Value) -> Value:
        """What a value has become, with lanes; a value that is alike in all lanes is repeated."""

    @abstractmethod
    def aligned(self, old: Value, rank: int) -> Value:
        """What a value has become, with its axes aligned for broadcasting: lanes first, its own last, of `rank`."""

    @abstractmethod
    def reshaped(self, new: Value, shape: tuple[int, ...]) -> Value:
        """The new value in another shape, which includes the lanes."""

    @abstractmethod
    def moved(self, new: Value, permutation: Sequence[int]) -> Value:
        """The new value with its axes in another order."""

    @abstractmethod
    def windows(self, operation: Operation) -> Value:
        """What `slice_at` reads if the places differ from lane to lane. Raises CannotWidenError."""


def widen_elements(lanes: Lanes, operation: Operation) -> Value:
    """Widens an elementwise operation: aligns the operands' axes as broadcasting wants them."""
    rank = len(operation.results[0].type.shape)
    operands = [lanes.aligned(operand, rank) for operand in operation.operands]
    return lanes.emit(operation.name, *operands, **operation.attributes)


def widen_reduction(lanes: Lanes, operation: Operation) -> Value:
    """Widens an operation along an axis: the axis is one further back, behind the lanes."""
    return lanes.emit(operation.name, lanes.widened(operation.operands[0]), axis=operation.attributes["axis"] + 1)
