"""Programs whose joins are aligned, with all parties in this process: what they learn, and every message that they get.

A session is compiled once for its sizes and numbers of matches and may be run with many inputs that have these.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from threading import Thread
from typing import Any

import numpy as np
from tacit.compiler.ir.evaluate import evaluate
from tacit.compiler.ir.program import Program
from tacit.compiler.passes.lowering.list_matchings import list_matchings
from tacit.compiler.pipeline import elaborate, lower
from tacit.compiler.protocols.table import PROTOCOLS
from tacit.compiler.source import Source
from tacit.compiler.syntax.parser import parse
from tacit.compiler.target import Target
from tacit.runtime.alignment.align import Aligned, align, align_in_clear
from tacit.runtime.alignment.base import SIDES
from tacit.runtime.clear.keys import hash_key
from tacit.runtime.data.inputs import Inputs
from tacit.runtime.errors import PeerError
from tacit.runtime.graph.alignments import Matching, order_input
from tacit.runtime.graph.file import from_bytes, to_bytes
from tacit.runtime.graph.nodes import Graph
from tacit.runtime.run.party import PartyResult, prepare
from tacit.runtime.run.session import Keys
from tacit.runtime.transport.base import Indirect, Receives, Sends, Transport
from tacit.runtime.transport.memory import connect

from tests.programs.running import SETTINGS

Array = np.ndarray[Any, Any]
Given = Mapping[str, Array]
Outputs = dict[str, dict[str, Array]]


class Recorded(Indirect):
    """A transport that notes what arrives: (round, sender, content)."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self.arrived: list[tuple[int, int, bytes]] = []

    @property
    def me(self) -> int:
        return self._transport.me

    @property
    def peers(self) -> tuple[int, ...]:
        return self._transport.peers

    def exchange(self, sends: Sends, receives: Receives, round: int) -> None:
        self._transport.exchange(sends, receives, round)
        for peer, pieces in receives:
            self.arrived.append((round, peer, b"".join(pieces)))

    def finish(self) -> None:
        self._transport.finish()

    def close(self) -> None:
        self._transport.close()


@dataclass(frozen=True)
class Ran:
    """What the roles learnt, what each party received (aligning apart), and its own report."""

    outputs: Outputs
    aligned: list[Aligned]
    results: list[PartyResult]
    aligning: list[list[tuple[int, int, bytes]]]
    running: list[list[tuple[int, int, bytes]]]


@dataclass
class Session:
    """A program under a protocol, for sizes that do not include the numbers of matches."""

    text: str
    sizes: Mapping[str, int]
    protocol: str = "rep3"
    optimize: int = 2
    graphs: dict[tuple[tuple[str, int], ...], Graph] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.module = parse(Source("test.mpc", "test.mpc", self.text))
        first = elaborate(self.module, self.sizes)
        self.target = _target(first, self.protocol, self.optimize)
        self.roles = dict(_roles(first))
        self.matchings: tuple[Matching, ...] = list_matchings(first, self.target)

    def program(self, matched: Mapping[str, int]) -> Program:
        """The IR for these numbers of matches."""
        return elaborate(self.module, {**self.sizes, **matched})

    def graph(self, matched: Mapping[str, int]) -> Graph:
        """The checked graph, as it comes out of its file."""
        key = tuple(sorted(matched.items()))
        if key not in self.graphs:
            graph = lower(self.program(matched), self.target).graph
            self.graphs[key] = from_bytes(to_bytes(graph))
        return self.graphs[key]

    def clear(self, inputs: Given) -> Outputs:
        """What the reference interpreter says."""
        aligned = align_in_clear(self.matchings, inputs)
        names = [(one.name, side) for one in self.matchings for side in SIDES]
        joined = {(name, side): aligned.inputs[order_input(name, side)] for name, side in names}
        return evaluate(self.program(aligned.matched), inputs, joined=joined).by_role

    def run(self, inputs: Given, stream_keys: Keys | None = None) -> Ran:
        """All parties in threads, with fresh keys if none are given. Raises what the first failing party raised."""
        names = self.target.parties
        transports = [Recorded(transport) for transport in connect(names)]
        aligned: dict[int, Aligned] = {}
        results: dict[int, PartyResult] = {}
        marks: dict[int, int] = {}
        failures: list[BaseException] = []

        def play(me: int) -> None:
            transport = transports[me]
            try:
                mine = {name: value for name, value in inputs.items() if self._holder(name) in (me, None)}
                aligned[me] = align(self.matchings, names, transport, mine)
                marks[me] = len(transport.arrived)
                graph = self.graph(aligned[me].matched)
                results[me] = prepare(graph, transport, Inputs({**mine, **aligned[me].inputs}), stream_keys).run()
                transport.finish()
            except BaseException as failure:  # noqa: BLE001 (handed over to the caller's thread)
                failures.append(failure)
            finally:
                transport.close()

        threads = [Thread(target=play, args=(me,), name=names[me]) for me in range(len(names))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if failures:
            raise min(failures, key=lambda failure: isinstance(failure, PeerError))
        outputs: Outputs = defaultdict(dict)
        for role, party in self.target.roles.items():
            outputs[role] = {**results[party].outputs.get("", {}), **results[party].outputs.get(role, {})}
        parties = range(len(names))
        return Ran(
            dict(outputs),
            [aligned[party] for party in parties],
            [results[party] for party in parties],
            [transports[party].arrived[: marks[party]] for party in parties],
            [transports[party].arrived[marks[party] :] for party in parties],
        )

    def _holder(self, name: str) -> int | None:
        """The party that an input belongs to; None for a public one."""
        return self.target.roles.get(self.roles[name])


def _roles(program: Program) -> list[tuple[str, str]]:
    return [
        (operation.attributes["name"], operation.attributes["role"] or "")
        for operation in program.body.operations
        if operation.name == "input"
    ]


def _target(program: Program, protocol: str, optimize: int) -> Target:
    name, nodes = SETTINGS[protocol]
    return Target.of(PROTOCOLS[name], program.roles, nodes=nodes, optimize=optimize)


def keys(texts: list[str | None]) -> Array:
    """Keys as their owner reads them; None stands for a key that is not set."""
    return np.array([0 if text is None else hash_key(text) for text in texts], np.int64)
