"""One party of a local run, as the child process that does it: reads its inputs, meets the others, runs, reports.

Child and parent talk over a pipe, in this order: `Ready`, `Meet`, `Met`, `Start`, `Go`, any number of `Advance`, then
the result (see `parcel`), or `Failed` at any time.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection
from typing import Any

import numpy as np

from .alignment.align import Aligned, Check, align
from .binding import NATIVES
from .errors import InternalError, PeerError, TacitError
from .graph.alignments import Matching
from .graph.correlations import DERIVED
from .graph.errors import GraphError
from .graph.file import from_bytes
from .graph.nodes import Graph, Local, Node, Random, Repeat
from .kernels import warm
from .parcel import send_result
from .party import PartyResult, run_party
from .profile import Recorder
from .rehearsal import rehearse
from .session import compare_graphs
from .transport.base import Transport
from .transport.connect import Address, Meeting, connect, listen
from .transport.hello import SharedToken
from .transport.shaped import Shape, ShapedTransport

Array = np.ndarray[Any, Any]
Read = Callable[[], tuple[dict[str, Array], object]]
"""Reads and checks one party's inputs where they belong, in its own process. Gives them by name, as the graph will lay
them out, and what the compiler must know of them (shapes), which goes to the parent. Raises `InputError`."""


@dataclass(frozen=True, slots=True)
class Ready:
    """The inputs are read: what the compiler must know of them, and the port at which this party answers."""

    facts: object
    port: int


@dataclass(frozen=True, slots=True)
class Meet:
    """With whom to run, and what to align with them. Only who has the `token` takes part.

    A `shape` makes messages as slow as a network's would be.
    """

    addresses: tuple[Address, ...]
    token: bytes
    version: str
    matchings: tuple[Matching, ...] = ()
    shape: Shape | None = None


@dataclass(frozen=True, slots=True)
class Met:
    """The parties are connected, and know how many keys match in each alignment."""

    matched: dict[str, int]


@dataclass(frozen=True, slots=True)
class Start:
    """What to run; `profiled` measures what each instruction takes."""

    graph: bytes
    profiled: bool = False


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


def work(me: int, names: tuple[str, ...], read: Read, check: Check, reports_progress: bool, pipe: Connection) -> None:
    """The whole life of the child."""
    try:
        _work(me, names, read, check, reports_progress, pipe)
    except (EOFError, BrokenPipeError, ConnectionResetError):
        return  # the parent is gone, and with it whoever would listen
    except TacitError as error:
        _fail(pipe, error, error)
    except MemoryError as error:
        _fail(pipe, PeerError(names[me], "ran out of memory"), error)
    except Exception as error:  # noqa: BLE001 (the last resort of a process: the parent tells the user)
        _fail(pipe, InternalError(f"party {names[me]} raised {type(error).__name__}"), error)


def kernel_names(graph: Graph) -> frozenset[str]:
    """The kernels that any party of a graph calls, a dealer among them."""
    return frozenset(_kernels(graph.body))


def _kernels(nodes: tuple[Node, ...]) -> set[str]:
    found: set[str] = {"identity"}
    for node in nodes:
        if isinstance(node, Local):
            found.update(step.kernel for step in node.steps)
        elif isinstance(node, Random) and node.source in DERIVED:
            found.add(DERIVED[node.source])
        elif isinstance(node, Repeat):
            found |= _kernels(node.body)
    return found


def _fail(pipe: Connection, error: TacitError, cause: Exception) -> None:
    error.add_note("".join(traceback.format_exception(cause)))
    pipe.send(Failed(error))


def _work(me: int, names: tuple[str, ...], read: Read, check: Check, reports_progress: bool, pipe: Connection) -> None:
    inputs, facts = read()
    transport, meet = _meet(me, names, facts, pipe)
    try:
        aligned = align(meet.matchings, names, transport, inputs, check)
        pipe.send(Met(aligned.matched))
        start: Start = pipe.recv()
        graph = _graph(start.graph)
        compare_graphs(transport, names, start.graph)
        pipe.recv()
        warm(kernel_names(graph), NATIVES)
        rehearse(graph, me)
        progress = (lambda done, total: pipe.send(Advance(done, total))) if reports_progress else None
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
