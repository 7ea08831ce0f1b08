"""Runs one party of a protocol graph, or, for tests, all of them in one process.

In: a checked graph, a transport, and the party's inputs. Out: `PartyResult`. `take_part` has the phases before these.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from threading import Thread
from time import perf_counter
from typing import Any

import numpy as np

from ..data.inputs import Inputs
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


@dataclass(frozen=True, slots=True)
class Prepared:
    """A party that has done everything before the first round.

    `setup_bytes` and `setup_seconds` are what the preparations took; `dealt_bytes` is the memory of dealt randomness.
    """

    machine: Machine
    setup_bytes: int
    setup_seconds: float
    dealt_bytes: int
    recorder: Recorder | None

    def run(self) -> PartyResult:
        """Runs the rounds to their end."""
        machine, recorder = self.machine, self.recorder
        begin = perf_counter()
        machine.run()
        return PartyResult(
            outputs=machine.outputs,
            kept=machine.kept,
            rounds=machine.rounds,
            bytes_sent=machine.bytes_sent,
            setup_bytes=self.setup_bytes,
            peak_bytes=machine.peak_bytes + self.dealt_bytes,
            setup_seconds=self.setup_seconds,
            began=begin,
            seconds=perf_counter() - begin,
            profile=None if recorder is None else recorder.profile,
        )


def prepare(
    graph: Graph,
    transport: Transport,
    inputs: Inputs,
    keys: Keys | None = None,
    progress: Progress | None = None,
    record: Record | None = None,
    recorder: Recorder | None = None,
) -> Prepared:
    """A party of a checked graph, ready for the first round: keys, dealt randomness, memory and the first tape.

    `inputs` are this party's, laid out as the graph's types say; the run empties them. `keys` are found by the
    ascending tuple of the parties that share them; without `keys` the parties agree on fresh ones. `progress` hears
    rounds done and rounds in all, at most 20 times a second. `record` sees every message that leaves: round, sender,
    receiver, content. A `recorder` measures what each instruction takes, for the result's `profile`.

    Raises `InputError` if an input of this party is missing or has another shape or type. If an input is larger than
    the program tolerates, raises `InputError` before the first message.
    """
    begin = perf_counter()
    check_limits(graph.inputs, inputs)
    setup = set_up(graph, transport, inputs, keys)
    dealt = deal(graph, transport, setup.keys)
    machine = Machine(graph, transport, inputs, setup.keys, progress, record, dealt.prepared, recorder)
    return Prepared(machine, setup.bytes_sent + dealt.bytes_sent, perf_counter() - begin, dealt.bytes_held, recorder)


def run_in_memory(
    graph: Graph,
    inputs_by_party: Sequence[Mapping[str, Array]],
    keys: Keys | None = None,
    record: Record | None = None,
    profiled: bool = False,
) -> list[PartyResult]:
    """Runs all parties of a graph as threads of this process, for tests. Gives their results in the parties' order.

    If parties fail, raises the exception of one of them: one that is no `PeerError` if there is any.
    """
    transports = connect(graph.parties)
    results: list[PartyResult | None] = [None] * len(transports)
    failures: list[BaseException] = []

    def run(me: int) -> None:
        try:
            recorder = Recorder() if profiled else None
            inputs = Inputs(inputs_by_party[me])
            results[me] = prepare(graph, transports[me], inputs, keys, record=record, recorder=recorder).run()
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
