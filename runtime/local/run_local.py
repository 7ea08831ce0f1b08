"""A whole run on one machine: every party is a process of its own and talks over real sockets, without set-up.

The parent starts the parties, learns from each party what the compiler needs of its inputs (shapes, never values), has
the program compiled, and hands the same graph to all. The parent holds no input and takes no part in the protocol.
Whatever goes wrong, the parent ends every process before it raises the error.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import version
from multiprocessing.connection import Connection, wait
from time import monotonic, perf_counter
from typing import TypeVar

from ..alignment.unique import Check, check_column
from ..errors import InternalError, PeerError, TacitError
from ..graph.kernels import kernel_names
from ..graph.later import later
from ..graph.nodes import Graph
from ..plan.fit_memory import require_memory
from ..randomness.fresh import fresh_bytes
from ..run.result import PartyResult, phase_seconds
from ..run.seat import AnySettled, Read, Seat, Settle
from ..run.watcher import UNWATCHED, Watcher, told_if_slow
from ..transport.shaped import Shape
from .conversation import Advance, Failed, Go, Match, Meet, Met, Ready, Start, Task
from .nursery import Nursery, how_it_ended
from .parcel import Parcel, receive_result

_here = later("tacit.runtime.local.here")

_LOOPBACK = "127.0.0.1"
_TOKEN_BYTES = 32

_TELLING_SECONDS = 2.0
"""How long the parent waits, once one party blames another, for the blamed party's own word."""

Message = TypeVar("Message")


@dataclass(frozen=True, slots=True)
class LocalParty:
    """A party's name, how it reads its inputs, and how it checks keys to join on. Both run in the party's process."""

    name: str
    read: Read
    check: Check = check_column


@dataclass(frozen=True, slots=True)
class LocalRun:
    """A run that succeeded: `results` in the order of the parties, `seconds` as `phase_seconds` gives them."""

    graph: Graph
    results: tuple[PartyResult, ...]
    seconds: dict[str, float]

    @property
    def rounds(self) -> int:
        """The rounds of the protocol."""
        return max(result.rounds for result in self.results)


def run_local(
    parties: Sequence[LocalParty],
    settle: Settle[AnySettled],
    watcher: Watcher = UNWATCHED,
    shape: Shape | None = None,
    profiled: bool = False,
    nursery: Nursery | None = None,
) -> LocalRun:
    """Runs a program among `parties`, in the order of the graph's.

    The parties read their inputs, match the keys that the settled program names, and run the graph that it compiles to.
    With a `shape` messages take as long as over such a network; `profiled` measures what each instruction takes.
    Without a `nursery` this process loads the kernels itself.

    Raises `MemoryShortage` if this machine cannot hold all parties; the error of the party that failed, with the type
    that it had there; `PeerError` naming a party that died; and what settling and compiling raise. In any case no
    process is left, and a given `nursery` is ended too.
    """
    begin = perf_counter()
    group = _Group([party.name for party in parties], watcher, nursery or _here.Here())
    try:
        group.prepare()  # Forked parties inherit what is loaded before they start.
        for number, party in enumerate(parties):
            group.start(Task(Seat(number), group.names, party.read, party.check, number == 0, profiled))
        ready = group.gather(Ready)
        facts = [one.facts for one in ready]
        settled = settle(facts)
        addresses = tuple((_LOOPBACK, one.port) for one in ready)
        if settled.matchings:
            group.prepare(aligns=True)
        group.tell(Meet(addresses, fresh_bytes(_TOKEN_BYTES), version("tacit"), shape))
        group.tell(Match(tuple(settled.matchings)))
        met = group.gather(Met)
        compiling = perf_counter()
        file = settled.compile(met[0].matched)
        compile_seconds = perf_counter() - compiling
        graph = file.graph
        if graph.parties != group.names:
            raise InternalError(f"a graph for {graph.parties} was compiled for {group.names}")
        require_memory(graph, range(len(graph.parties)))
        group.tell(Start(file.content))
        group.prepare(kernel_names(graph))
        group.tell(Go())
        results = tuple(group.gather(PartyResult))
    finally:
        group.end()
    seconds = phase_seconds(results, compile_seconds, perf_counter() - begin, bool(settled.matchings))
    return LocalRun(graph, results, seconds)


class _Group:
    """The parties' processes, as their parent sees them."""

    def __init__(self, names: Sequence[str], watcher: Watcher, nursery: Nursery) -> None:
        self.names = tuple(names)
        self._watcher = watcher
        self._nursery = nursery
        self._pipes: list[Connection] = []

    def prepare(self, kernels: Iterable[str] = (), aligns: bool = False) -> None:
        """Has kernels compiled once, so that parties find them on disk. Raises why when a party fails meanwhile."""
        told = told_if_slow(self._watcher)

        def progress(done: int, total: int) -> None:
            self._check()
            told(done, total)

        self._nursery.prepare(kernels, aligns, progress)

    def start(self, task: Task) -> None:
        """Starts the next party."""
        self._pipes.append(self._nursery.start(task))

    def tell(self, message: object) -> None:
        """Sends a message to every party. A party that is gone is passed over; `gather` finds out."""
        for pipe in self._pipes:
            with suppress(OSError):
                pipe.send(message)

    def gather(self, kind: type[Message]) -> list[Message]:
        """A message of this kind from every party, in their order. Raises why when a party fails instead."""
        heard: dict[int, Message] = {}
        while len(heard) < len(self._pipes):
            for party in self._speaking(set(range(len(self._pipes))) - heard.keys(), None):
                message = self._hear(party)
                if isinstance(message, kind):
                    heard[party] = message
                elif isinstance(message, Advance):
                    self._watcher.progress(message.done, message.total)
        return [heard[party] for party in sorted(heard)]

    def _check(self) -> None:
        """Raises why when a party has failed. To be called while no party should have anything to say."""
        for party in self._speaking(set(range(len(self._pipes))), 0.0):
            self._hear(party)

    def end(self) -> None:
        """Ends every process."""
        self._nursery.end()

    def _speaking(self, parties: set[int], seconds: float | None) -> list[int]:
        """The parties that have said something or are gone. Waits until one has, or at most so many seconds."""
        ready = wait([self._pipes[party] for party in sorted(parties)], seconds)
        return [party for party in sorted(parties) if self._pipes[party] in ready]

    def _hear(self, party: int) -> object:
        """What a party says next. Raises why when the party has failed."""
        message = self._message(party)
        if isinstance(message, TacitError):
            raise self._reason(party, message)
        return message

    def _message(self, party: int) -> object:
        """What a party says next; its error if the party has failed."""
        try:
            pipe = self._pipes[party]
            message = pipe.recv()
            if isinstance(message, Parcel):
                return receive_result(pipe, message)
        except (EOFError, OSError):
            return PeerError(self.names[party], how_it_ended(self._nursery.status(party, _TELLING_SECONDS)))
        return message.error if isinstance(message, Failed) else message

    def _reason(self, party: int, error: TacitError) -> TacitError:
        """Why the run failed. A party that blames another is believed unless some party soon names a cause at home."""
        errors = {party: error}
        deadline = monotonic() + _TELLING_SECONDS
        while self._blames_another(party, error) and (left := deadline - monotonic()) > 0:
            silent = set(range(len(self._pipes))) - errors.keys()
            if not silent:
                break
            for other in self._speaking(silent, left):
                message = self._message(other)
                if isinstance(message, TacitError):
                    errors[other] = message
                    if not self._blames_another(other, message):
                        return message
        return error

    def _blames_another(self, party: int, error: TacitError) -> bool:
        return isinstance(error, PeerError) and error.party not in ("", self.names[party])
