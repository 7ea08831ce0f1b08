"""One party of a local run, in its child process: it takes part in the run, and reports to the parent."""

from __future__ import annotations

import traceback
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection

from ..errors import InternalError, TacitError
from ..graph.alignments import Matching
from ..graph.errors import GraphError
from ..graph.file import GraphFile, opened
from ..kernels import warm
from ..plan.binding import NATIVES
from ..plan.fit_memory import reported_shortage
from ..run.profile import Recorder
from ..run.seat import Seat
from ..run.take_part import take_part
from ..transport.base import Transport
from ..transport.connect import Meeting, connect, listen
from ..transport.hello import SharedToken
from ..transport.shaped import ShapedTransport
from .conversation import Advance, Failed, Go, Match, Meet, Met, Ready, Start, Task
from .parcel import send_result


def work(task: Task, pipe: Connection) -> None:
    """The whole life of the child."""
    try:
        with reported_shortage(task.name):
            _work(task, pipe)
    except (EOFError, BrokenPipeError, ConnectionResetError):
        return  # the parent is gone, so nobody would hear a report
    except TacitError as error:
        _fail(pipe, error, error)
    except Exception as error:  # noqa: BLE001 (the last resort of a process: the parent tells the user)
        _fail(pipe, InternalError(f"party {task.name} raised {type(error).__name__}"), error)


def _fail(pipe: Connection, error: TacitError, cause: Exception) -> None:
    error.add_note("".join(traceback.format_exception(cause)))
    with suppress(BrokenPipeError, ConnectionResetError):  # the parent may have ended meanwhile
        pipe.send(Failed(error))


def _work(task: Task, pipe: Connection) -> None:
    progress = (lambda done, total: pipe.send(Advance(done, total))) if task.reports_progress else None
    recorder = Recorder() if task.profiled else None
    part = take_part(task.seat, _Siblings(task.names, pipe), task.read, task.check, progress, recorder)
    send_result(pipe, part.result)


@dataclass(frozen=True, slots=True)
class _Siblings:
    """The company of a party of a local run: the parent brings the parties together, and compiles for all."""

    names: tuple[str, ...]
    pipe: Connection

    def meet(self, seat: Seat, facts: object) -> Transport:
        """See `Company`. Listens, tells the parent the port, and connects to the others at the parent's addresses."""
        with listen() as listener:
            self.pipe.send(Ready(facts, listener.getsockname()[1]))
            meet: Meet = self.pipe.recv()
            agreement = {"version": meet.version}
            addresses = dict(enumerate(meet.addresses))
            transport: Transport = connect(
                Meeting(seat.party, self.names, addresses, agreement, SharedToken(meet.token)), listener
            )
        return transport if meet.shape is None else ShapedTransport(transport, meet.shape)

    def settle(self, transport: Transport, facts: object) -> _Told:
        """See `Company`. The parent has known the facts since `meet`, and tells which keys to match."""
        match: Match = self.pipe.recv()
        return _Told(match.matchings, self.pipe)

    def warm(self, kernels: Iterable[str]) -> None:
        """See `Company`. The parent says `Go` once all kernels are compiled; then this party loads them from disk."""
        go: Go = self.pipe.recv()
        assert isinstance(go, Go)
        warm(kernels, NATIVES)


@dataclass(frozen=True, slots=True)
class _Told:
    """The program that the parent settled and compiles."""

    matchings: tuple[Matching, ...]
    pipe: Connection

    def compile(self, matched: Mapping[str, int]) -> GraphFile:
        """See `Settled`."""
        self.pipe.send(Met(dict(matched)))
        start: Start = self.pipe.recv()
        try:
            return opened(start.graph)
        except GraphError as error:
            raise InternalError(f"the compiler made a graph that a party refuses: {error}") from None
