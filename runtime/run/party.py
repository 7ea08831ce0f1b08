"""Runs one party of a protocol graph, or, for tests, all of them in one process."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from threading import Thread
from time import perf_counter
from typing import Any

import numpy as np

from ..data.limits import check_limits
from ..errors import PeerError
from ..graph.nodes import Graph
from ..plan.binding import Record
from ..randomness.dealer import deal
from ..randomness.sources import Keys
from ..transport.base import Transport
from ..transport.memory import connect
from .machine import Machine, Progress
from .profile import Recorder
from .result import PartyResult
from .session import set_up

Array = np.ndarray[Any, Any]


def run_party(
    graph: Graph,
    me: int,
    transport: Transport,
    inputs: dict[str, Array],
    keys: Keys | None = None,
    progress: Progress | None = None,
    record: Record | None = None,
    recorder: Recorder | None = None,
) -> PartyResult:
    """Runs party `me` of a checked graph to its end. Raises `InputError` before the first message if an input of this
    party is larger than the program tolerates.

    `inputs` are this party's, by name, laid out as the graph's types say; they are taken out of there, for they move to
    the run's own memory. Without `keys` (by ascending tuple of the parties that share them), fresh ones are agreed on.
    `progress` hears rounds done and rounds in all, at most some times a second. `record` sees every message that
    leaves: round, sender, receiver, content. A `recorder` measures what each instruction takes, for the result's
    `profile`.
    """
    begin = perf_counter()
    check_limits(graph.inputs, inputs)
    setup = set_up(graph, transport, inputs, keys)
    dealt = deal(graph, transport, setup.keys)
    machine = Machine(graph, transport, inputs, setup.keys, progress, record, dealt.prepared, recorder)
    start = perf_counter()
    machine.run()
    return PartyResult(
        outputs=machine.outputs,
        kept=machine.kept,
        rounds=machine.rounds,
        bytes_sent=machine.bytes_sent,
        setup_bytes=setup.bytes_sent + dealt.bytes_sent,
        peak_bytes=machine.peak_bytes + dealt.bytes_held,
        setup_seconds=start - begin,
        began=start,
        seconds=perf_counter() - start,
        profile=None if recorder is None else recorder.profile,
    )


def run_in_memory(
    graph: Graph,
    inputs_by_party: Sequence[Mapping[str, Array]],
    keys: Keys | None = None,
    record: Record | None = None,
    profiled: bool = False,
) -> list[PartyResult]:
    """Runs all parties of a graph as threads of this process, for tests. Raises what the first failing party raised."""
    transports = connect(graph.parties)
    results: list[PartyResult | None] = [None] * len(transports)
    failures: list[BaseException] = []

    def run(me: int) -> None:
        try:
            results[me] = run_party(
                graph,
                me,
                transports[me],
                dict(inputs_by_party[me]),
                keys,
                record=record,
                recorder=Recorder() if profiled else None,
            )
            transports[me].finish()
        except BaseException as failure:  # noqa: BLE001 (handed over to the caller's thread)
            failures.append(failure)
        finally:
            transports[me].close()

    threads = [Thread(target=run, args=(me,)) for me in range(len(transports))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise min(failures, key=lambda failure: isinstance(failure, PeerError))
    return [result for result in results if result is not None]
