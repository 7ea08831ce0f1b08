"""What an operation sees of a loop whose turns have become lanes, side by side along a new first axis.

A value is *wide* when it differs from lane to lane. `passes/loops/widen` implements `Lanes`; each operation's row says
how the operation becomes wide.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any

from ..program import Operation, Value


class CannotWidenError(Exception):
    """The operation has no wide form here: the loop stays as it is."""


class Lanes(ABC):
    """Values of a loop's body as they are for all lanes at once. `count` is the number of lanes."""

    count: int

    @abstractmethod
    def emit(self, name: str, /, *operands: Value, **attributes: Any) -> Value:
        """The result of an operation that is written here."""

    @abstractmethod
    def is_wide(self, *old: Value) -> bool:
        """Whether any of the values differs from lane to lane."""

    @abstractmethod
    def narrow(self, old: Value) -> Value:
        """What a value has become: with lanes if it is wide."""

    @abstractmethod
    def widened(self, old: Value) -> Value:
        """The value with lanes, repeated if it is alike in all of them."""

    @abstractmethod
    def aligned(self, old: Value, rank: int) -> Value:
        """A value whose axes, but for the lanes, are the last of `rank` ones."""

    @abstractmethod
    def reshaped(self, new: Value, shape: tuple[int, ...]) -> Value:
        """The value in another shape."""

    @abstractmethod
    def moved(self, new: Value, permutation: Sequence[int]) -> Value:
        """The value with its axes in another order."""

    @abstractmethod
    def windows(self, operation: Operation) -> Value:
        """What `slice_at` reads at places that differ from lane to lane. Raises CannotWidenError."""


def widen_elements(lanes: Lanes, operation: Operation) -> Value:
    """An operation on elements: axes are aligned as broadcasting wants them."""
    rank = len(operation.results[0].type.shape)
    operands = [lanes.aligned(operand, rank) for operand in operation.operands]
    return lanes.emit(operation.name, *operands, **operation.attributes)


def widen_reduction(lanes: Lanes, operation: Operation) -> Value:
    """An operation along an axis: that axis comes one later."""
    return lanes.emit(operation.name, lanes.widened(operation.operands[0]), axis=operation.attributes["axis"] + 1)
