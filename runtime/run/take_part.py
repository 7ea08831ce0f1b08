"""One party's part in a run, from reading its inputs to its results. In: a seat, and the party's company.

The phases of a run stand here, once and in order. The company decides how a party is started and connected.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from time import perf_counter
from typing import Generic

from ..alignment.align import Aligned, align
from ..alignment.unique import Check, check_column
from ..graph.kernels import kernel_names
from ..graph.nodes import Graph
from .machine import Progress
from .party import prepare
from .profile import Recorder
from .rehearsal import rehearse
from .result import PartyResult
from .seat import AnySettled, Company, Read, Seat
from .session import compare_graphs


@dataclass(frozen=True, slots=True)
class Part(Generic[AnySettled]):
    """What a party has after a run: the program and the graph that it ran, and its result.

    `compile_seconds` is the time that the graph took, where it was compiled or until it arrived.
    """

    settled: AnySettled
    graph: Graph
    result: PartyResult
    compile_seconds: float


def take_part(
    seat: Seat,
    company: Company[AnySettled],
    read: Read,
    check: Check = check_column,
    progress: Progress | None = None,
    recorder: Recorder | None = None,
) -> Part[AnySettled]:
    """Runs the party that sits at `seat`. `check` refuses keys to join on, for instance a key that stands twice.

    `progress` and `recorder` are as in `prepare`. Raises `InputError` for this party's inputs, and `PeerError` when
    another party fails or disagrees.
    """
    inputs, facts = read()
    transport = company.meet(seat, facts)
    try:
        settled = company.settle(transport, facts)
        aligned = align(settled.matchings, company.names, transport, inputs, check)
        compiling = perf_counter()
        file = settled.compile(aligned.matched)
        compile_seconds = perf_counter() - compiling
        compare_graphs(transport, company.names, file.compared)
        graph = file.graph
        company.warm(kernel_names(graph))  # before `prepare`, in which a dealer already runs kernels
        rehearse(graph, seat.party)
        inputs.add(aligned.inputs)
        prepared = prepare(graph, transport, inputs, progress=progress, recorder=recorder)
        result = prepared.run()
        transport.finish()
    finally:
        transport.close()
    return Part(settled, graph, _with_alignment(result, aligned), compile_seconds)


def _with_alignment(result: PartyResult, aligned: Aligned) -> PartyResult:
    """The result of a party whose preparations included alignments."""
    return replace(
        result,
        setup_bytes=result.setup_bytes + aligned.bytes_sent,
        aligned_bytes=aligned.bytes_sent,
        aligned_seconds=aligned.seconds,
    )
