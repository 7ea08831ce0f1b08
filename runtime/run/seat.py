"""Who takes part in a run, and what a party asks of the world around it. In: nothing. Out: types.

`take_part` has the phases of a run. A local and a deployed party each hand `take_part` a `Company` of their own;
nothing else differs between them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

from ..data.inputs import Inputs
from ..graph.alignments import Matching
from ..graph.file import GraphFile
from ..transport.base import Transport

Read = Callable[[], tuple[Inputs, object]]
"""Reads and checks one party's inputs, in that party's own process. Returns the inputs by name, as the graph will lay
them out, and the facts that the compiler needs (shapes), which all parties learn. Raises `InputError`."""


@dataclass(frozen=True, slots=True)
class Seat:
    """A place in a run: the number of the party, and which one of the party's machines sits here."""

    party: int
    shard: int = 0


class Settled(Protocol):
    """A program for the sizes that the parties have told."""

    @property
    def matchings(self) -> Sequence[Matching]:
        """Which keys the parties match before the graph can be compiled."""

    def compile(self, matched: Mapping[str, int]) -> GraphFile:
        """The checked graph. `matched` says how many keys match in each of the matchings."""


AnySettled = TypeVar("AnySettled", bound=Settled)
SettledHere = TypeVar("SettledHere", bound=Settled, covariant=True)

Settle = Callable[[list[object]], AnySettled]
"""The program for the facts that the parties' `read` returned, in the order of the parties."""


class Company(Protocol[SettledHere]):
    """The other parties, as one party deals with them outside the protocol: how it connects and what it is to run."""

    @property
    def names(self) -> tuple[str, ...]:
        """All parties, this one among them, by number."""

    def meet(self, seat: Seat, facts: object) -> Transport:
        """Connects to the others. `facts` are what this party's `read` returned."""

    def settle(self, transport: Transport, facts: object) -> SettledHere:
        """The program for the facts that all parties tell. The compiled functions that its matchings call are ready."""

    def warm(self, kernels: Iterable[str]) -> None:
        """Returns when these kernels, and the other compiled functions that a run calls, are ready."""
