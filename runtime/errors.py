"""What can go wrong while a protocol is prepared or run. Each error knows the exit status that it ends a command with.

Messages name inputs, files, rows, parties and rounds. They never hold a private value: whoever raises one writes the
text from public facts only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .graph.errors import TacitError

if TYPE_CHECKING:
    from .graph.nodes import Place

__all__ = [
    "CheckFailed",
    "InputError",
    "InternalError",
    "MemoryShortage",
    "PeerError",
    "PlacedError",
    "TacitError",
    "UsageError",
]


class PlacedError(TacitError):
    """What goes wrong at a place of the program, which may be unknown."""

    status = 1

    def __init__(self, message: str, place: Place | None = None) -> None:
        super().__init__(message, place)
        self.message = message
        self.place = place

    def __str__(self) -> str:
        if self.place is None:
            return f"error: {self.message}"
        return f"{self.place.source}:{self.place.line}:{self.place.column}: error: {self.message}"


class CheckFailed(PlacedError):  # noqa: N818
    """A public check of the program did not hold: an `assert`, or an index outside its array.

    Kernels raise it without a place; the executor knows the node and adds it with `at`.
    """

    def at(self, place: Place | None) -> CheckFailed:
        """The same failure with the place in the program, unless it has one already."""
        return self if self.place is not None else CheckFailed(self.message, place)


class MemoryShortage(PlacedError):  # noqa: N818
    """This machine lacks the memory that the program needs for so much data, most of it at `place`."""


class UsageError(TacitError):
    """The command line or a configuration file is wrong."""

    status = 2


class InputError(TacitError):
    """An input is missing, unreadable, out of range or of the wrong shape. Only the input's owner is told."""

    status = 3


class PeerError(TacitError):
    """Another party failed, left, timed out, disagreed, did not prove who it is, or cheated.

    `party` is empty where it is not known which party it was. `round` counts the protocol's rounds from 1, and is None
    before the first one. The kernel `verify` raises the error without a round; the executor adds it with `during`.
    """

    status = 4

    def __init__(self, party: str, why: str, round: int | None = None) -> None:
        super().__init__(party, why, round)
        self.party = party
        self.why = why
        self.round = round

    def __str__(self) -> str:
        moment = "" if self.round is None else f" in round {self.round}"
        return f"{f'party {self.party}' if self.party else 'a party'} {self.why}{moment}"

    def during(self, round: int) -> PeerError:
        """The same failure with the round, unless it has one already. A `round` of 0, before the first, adds none."""
        return self if self.round is not None or round == 0 else PeerError(self.party, self.why, round)


class InternalError(TacitError):
    """The compiler or the runtime is wrong."""

    status = 5
