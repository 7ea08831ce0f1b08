"""One party of a local run, as the child process that does it: reads its inputs, meets the others, runs, reports."""

from __future__ import annotations

import traceback
from contextlib import suppress
from dataclasses import replace
from multiprocessing.connection import Connection

from ..alignment.align import Aligned, align
from ..errors import InternalError, PeerError, TacitError
from ..graph.errors import GraphError
from ..graph.file import from_bytes
from ..graph.kernels import kernel_names
from ..graph.nodes import Graph
from ..kernels import warm
from ..plan.binding import NATIVES
from ..run.party import run_party
from ..run.profile import Recorder
from ..run.rehearsal import rehearse
from ..run.result import PartyResult
from ..run.session import compare_graphs
from ..transport.base import Transport
from ..transport.connect import Meeting, connect, listen
from ..transport.hello import SharedToken
from ..transport.shaped import ShapedTransport
from .conversation import Advance, Failed, Meet, Met, Ready, Start, Task
from .parcel import send_result


def work(task: Task, pipe: Connection) -> None:
    """The whole life of the child."""
    try:
        _work(task, pipe)
    except (EOFError, BrokenPipeError, ConnectionResetError):
        return  # the parent is gone, and with it whoever would listen
    except TacitError as error:
        _fail(pipe, error, error)
    except MemoryError as error:
        _fail(pipe, PeerError(task.names[task.number], "ran out of memory"), error)
    except Exception as error:  # noqa: BLE001 (the last resort of a process: the parent tells the user)
        _fail(pipe, InternalError(f"party {task.names[task.number]} raised {type(error).__name__}"), error)


def _fail(pipe: Connection, error: TacitError, cause: Exception) -> None:
    error.add_note("".join(traceback.format_exception(cause)))
    with suppress(BrokenPipeError, ConnectionResetError):  # the parent may have ended meanwhile
        pipe.send(Failed(error))


def _work(task: Task, pipe: Connection) -> None:
    me, names = task.number, task.names
    inputs, facts = task.read()
    transport, meet = _meet(me, names, facts, pipe)
    try:
        aligned = align(meet.matchings, names, transport, inputs, task.check)
        pipe.send(Met(aligned.matched))
        start: Start = pipe.recv()
        graph = _graph(start.graph)
        compare_graphs(transport, names, start.graph)
        pipe.recv()
        warm(kernel_names(graph), NATIVES)
        rehearse(graph, me)
        progress = (lambda done, total: pipe.send(Advance(done, total))) if task.reports_progress else None
        recorder = Recorder() if start.profiled else None
        inputs |= aligned.inputs
        result = run_party(graph, me, transport, inputs, progress=progress, recorder=recorder)
        transport.finish()
    finally:
        transport.close()
    send_result(pipe, with_alignment(result, aligned))


def _meet(me: int, names: tuple[str, ...], facts: object, pipe: Connection) -> tuple[Transport, Meet]:
    """Listens, says so, and connects to the others once their addresses are known."""
    with listen() as listener:
        pipe.send(Ready(facts, listener.getsockname()[1]))
        meet: Meet = pipe.recv()
        agreement = {"version": meet.version}
        meeting = Meeting(me, names, dict(enumerate(meet.addresses)), agreement, SharedToken(meet.token))
        transport: Transport = connect(meeting, listener)
    return (transport if meet.shape is None else ShapedTransport(transport, meet.shape)), meet


def with_alignment(result: PartyResult, aligned: Aligned) -> PartyResult:
    """The result of a party whose preparations included alignments."""
    return replace(
        result,
        setup_bytes=result.setup_bytes + aligned.bytes_sent,
        aligned_bytes=aligned.bytes_sent,
        aligned_seconds=aligned.seconds,
    )


def _graph(content: bytes) -> Graph:
    try:
        return from_bytes(content)
    except GraphError as error:
        raise InternalError(f"the compiler made a graph that a party refuses: {error}") from None
