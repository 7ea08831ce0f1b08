"""What a party's process and the parent, which watches over the local run, tell each other.

They talk over a pipe, in this order: `Ready`, `Meet`, `Match`, `Met`, `Start`, `Go`, any number of `Advance`, then the
result (see `parcel`). A party may send `Failed` at any time.
"""

from __future__ import annotations

from dataclasses import dataclass

from ..alignment.unique import Check
from ..errors import TacitError
from ..graph.alignments import Matching
from ..run.seat import Read, Seat
from ..transport.base import Address
from ..transport.shaped import Shape


@dataclass(frozen=True, slots=True)
class Ready:
    """The party has read its inputs. `facts` are what the compiler needs of them; `port` is where the party listens."""

    facts: object
    port: int


@dataclass(frozen=True, slots=True)
class Meet:
    """With whom to run. Only a process that has the `token` takes part.

    A `shape` makes messages as slow as those over a network of that shape.
    """

    addresses: tuple[Address, ...]
    token: bytes
    version: str
    shape: Shape | None = None


@dataclass(frozen=True, slots=True)
class Match:
    """Which keys to match with the parties that have been met."""

    matchings: tuple[Matching, ...]


@dataclass(frozen=True, slots=True)
class Met:
    """The parties are connected, and know how many keys match in each matching."""

    matched: dict[str, int]


@dataclass(frozen=True, slots=True)
class Start:
    """The graph to run, as the bytes of its file."""

    graph: bytes


@dataclass(frozen=True, slots=True)
class Go:
    """All kernels are compiled and on disk."""


@dataclass(frozen=True, slots=True)
class Advance:
    """Rounds done, and rounds in all."""

    done: int
    total: int


@dataclass(frozen=True, slots=True)
class Failed:
    """The party has stopped. The error's notes hold the traceback."""

    error: TacitError


@dataclass(frozen=True, slots=True)
class Task:
    """What a party is to do: which party it is, how it reads its inputs, and how it checks keys to join on.

    A `profiled` run measures what each instruction takes.
    """

    seat: Seat
    names: tuple[str, ...]
    read: Read
    check: Check
    reports_progress: bool
    profiled: bool = False

    @property
    def name(self) -> str:
        """The party's name."""
        return self.names[self.seat.party]
