"""Everything a user wants to know before a run. In: a compiled program. Out: an `Explanation`, as data or JSON."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from ...runtime.graph.alignments import Matching
from ...runtime.graph.cost import Peak
from ...runtime.graph.nodes import Declaration, Graph, Place
from ...runtime.graph.times import load_times
from ..compiled import Compiled
from ..cost.cost import Cost, CostReport, Part, cost_by
from ..cost.places import Line, Places, line_of, places_of
from ..ir.program import Program
from ..ir.rewrite import walk
from ..semantics.type_names import type_name
from ..target import Network
from .knowledge import Knowledge, who_learns_what


@dataclass(frozen=True, slots=True)
class Held:
    """A named secret value, its type, and the kind of shares that hold the value: "arithmetic" or "boolean"."""

    name: str
    line: Line
    type: str
    kind: str


@dataclass(frozen=True, slots=True)
class Hiding:
    """How much more the program costs online if joins hide how many keys match: rounds, bytes of all, seconds."""

    rounds: int
    bytes: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Explanation:
    """What a program costs and discloses, for its sizes, protocol and network.

    `lines` and `functions` are the same costs, by line and by function. `memory` is what each party needs, in the order
    of the parties and without a dealer.
    """

    program: str
    protocol: str
    parties: tuple[str, ...]
    nodes: int
    roles: dict[str, int]
    network: Network
    knowledge: Knowledge
    lines: CostReport[Line]
    functions: CostReport[str]
    shares: tuple[Held, ...]
    memory: tuple[Peak, ...]
    places: Places
    hiding: Hiding | None = None
    params: tuple[tuple[str, str], ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The explanation in values that JSON knows."""
        return {
            "program": self.program,
            "protocol": self.protocol,
            "parties": list(self.parties),
            "roles": {role: self.parties[party] for role, party in self.roles.items()},
            "network": {"round_trip_ms": self.network.round_trip, "mbps": self.network.bandwidth},
            "knowledge": {
                "revealed": [asdict(told) for told in self.knowledge.revealed],
                "kept": [asdict(told) for told in self.knowledge.kept],
                "params": dict(self.params),
                "sizes": [asdict(size) for size in self.knowledge.sizes],
                "joins": [asdict(join) for join in self.knowledge.joins],
                "required": [asdict(bit) for bit in self.knowledge.required],
                "choices": [asdict(choice) for choice in self.knowledge.choices],
                "may_stop": [asdict(stop) for stop in self.knowledge.stops],
            },
            "hide_size": None if self.hiding is None else asdict(self.hiding),
            "cost": [self._part(part) for part in self.lines.parts],
            "memory": {
                party: {"bytes": peak.bytes, "source": line.source, "line": line.number}
                for party, peak in zip(self.parties, self.memory, strict=False)
                for line in [line_of(peak.place)]
            },
            "shares": [
                {
                    "name": held.name,
                    "source": held.line.source,
                    "line": held.line.number,
                    "type": held.type,
                    "kind": held.kind,
                }
                for held in self.shares
            ],
        }

    def _part(self, part: Part[Line]) -> dict[str, Any]:
        where = {} if part.place is None else {"source": part.place.source, "line": part.place.line}
        return {
            "of": part.kind or "program",
            **where,
            "total": self._cost(part.total),
            "lines": [
                {
                    "source": line.source,
                    "line": line.number,
                    "text": self.places.text(line),
                    **self._cost(part.costs[line]),
                }
                for line in self.places.in_order(part.costs)
            ],
        }

    def _cost(self, cost: Cost) -> dict[str, Any]:
        return {
            "rounds": cost.rounds,
            "shared_rounds": cost.shared,
            "bytes": dict(zip(self.parties, cost.bytes, strict=True)),
            "seconds": cost.seconds,
            "offline_bytes": dict(zip(self.parties, cost.offline_bytes, strict=True)),
            "offline_seconds": cost.offline_seconds,
        }


def explain(
    compiled: Compiled,
    inputs: Iterable[Declaration],
    network: Network,
    memory: Sequence[Peak],
    matchings: Sequence[Matching] = (),
    hiding: Graph | None = None,
) -> Explanation:
    """What a compiled program costs and discloses.

    `inputs` are its declarations with the names of sizes, `memory` is what the parties need, `matchings` are what they
    align, and `hiding` is the graph of the same program if its joins disclosed nothing.
    """
    graph, places = compiled.graph, places_of(compiled.inlined)
    times = load_times()

    def function(place: Place | None) -> str:
        return places.function(place)

    lines = cost_by(graph, line_of, network, times)
    return Explanation(
        program=graph.program,
        protocol=graph.protocol,
        parties=graph.parties,
        nodes=graph.nodes,
        roles=graph.roles,
        network=network,
        knowledge=who_learns_what(compiled.inlined, inputs, graph, matchings),
        lines=lines,
        functions=cost_by(graph, function, network, times),
        shares=tuple(dict.fromkeys(_held(compiled.kinds))),
        memory=tuple(memory),
        places=places,
        hiding=None if hiding is None else _hiding(lines, cost_by(hiding, line_of, network, times)),
        params=compiled.inlined.written.params,
    )


def _hiding(lines: CostReport[Line], hidden: CostReport[Line]) -> Hiding:
    now, then = lines.program.total, hidden.program.total
    return Hiding(then.rounds - now.rounds, sum(then.bytes) - sum(now.bytes), then.seconds - now.seconds)


def _held(program: Program) -> Iterator[Held]:
    for operation in walk(program.body):
        for value in operation.results:
            if value.name and value.share:
                line = Line(operation.span.source.name, operation.span.line)
                yield Held(value.name, line, type_name(value.type), value.share)
