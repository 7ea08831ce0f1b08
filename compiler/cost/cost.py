"""What a graph costs, line by line. In: a protocol graph and a network. Out: a `CostReport`; its lines add up exactly.

Nothing is looked up by operation: the graph is what the parties run, so its exchanges are the rounds and the bytes.

- A *round* is a run of consecutive exchanges. Lines that talk in one round share it: it is counted at the line whose
  message stands first in the graph, and the other lines have it as `shared`. So rounds add up to the graph's.
- *Bytes* are what each party sends, without the headers of messages.
- *Seconds* are half a round trip for each round, the transmission over the busiest link of each round, and the work of
  the busiest party, by the table `runtime.graph.times`.
- Nobody knows beforehand how often a loop turns that ends on a revealed value, nor which branch of an `if` is taken.
  Such a loop or branch is a *part* of its own. Its costs are for one turn.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from ...runtime.graph.correlations import DERIVED, PERMUTATIONS, is_correlated, kernel_attributes
from ...runtime.graph.nodes import Constant, Exchange, Graph, Local, Node, Place, Random, Repeat, ValueType
from ...runtime.graph.times import Times
from ...runtime.graph.walk import by_round
from ..target import Network

Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Cost:
    """`rounds` are counted here, `shared` rounds elsewhere. Bytes are by party. Offline means in preprocessing."""

    rounds: int
    shared: int
    bytes: tuple[int, ...]
    seconds: float
    offline_bytes: tuple[int, ...]
    offline_seconds: float


@dataclass(frozen=True, slots=True)
class Part(Generic[Key]):
    """Lines that run equally often: the program (`kind` ""), a turn of a "while", a branch of an "if".

    `repeat` is the number of the part's repeat, in the order of the graph; None for the program. `place` is where the
    repeat is written.
    """

    kind: str
    repeat: int | None
    place: Place | None
    costs: dict[Key, Cost]
    total: Cost


@dataclass(frozen=True, slots=True)
class CostReport(Generic[Key]):
    """The parts of a graph, the program first. Parts that cost nothing online are left out."""

    parties: tuple[str, ...]
    parts: tuple[Part[Key], ...]

    @property
    def program(self) -> Part[Key]:
        """The part that runs once."""
        return self.parts[0]

    def rounds(self, turns: Sequence[int] = ()) -> int:
        """The rounds of a run. `turns` says how often each repeat of the graph turns, in order (0 if not given)."""
        return sum(part.total.rounds * _turns(part, turns) for part in self.parts)

    def bytes(self, turns: Sequence[int] = ()) -> tuple[int, ...]:
        """The bytes that each party sends in such a run."""
        sent = ([each * _turns(part, turns) for each in part.total.bytes] for part in self.parts)
        return tuple(map(sum, zip(*sent, strict=True)))

    def lines(self, turns: Sequence[int] = ()) -> dict[Key, Cost]:
        """What each key costs in such a run, over all parts."""
        found: dict[Key, list[Cost]] = {}
        for part in self.parts:
            for key, cost in part.costs.items():
                found.setdefault(key, []).append(_times(cost, _turns(part, turns)))
        return {key: total(costs, len(self.parties)) for key, costs in found.items()}

    def seconds(self, turns: Sequence[int] = ()) -> float:
        """The seconds of such a run, without what comes before its first round."""
        return sum(part.total.seconds * _turns(part, turns) for part in self.parts)


def cost_by(graph: Graph, key: Callable[[Place | None], Key], network: Network, times: Times) -> CostReport[Key]:
    """The costs of a graph, for each key of its places. `key` gets None for nodes without a place in a source."""
    counter = _Counter(graph, key, network, times)
    counter.block(graph.body, 1, counter.part("", None, None))
    parties = len(graph.parties)
    parts = [
        Part(tally.kind, tally.repeat, tally.place, costs, total(costs.values(), parties))
        for tally in counter.tallies
        for costs in [{key: one.cost() for key, one in tally.entries.items()}]
    ]
    kept = [part for part in parts[1:] if part.total.rounds]
    return CostReport(graph.parties, (parts[0], *kept))


def total(costs: Iterable[Cost], parties: int) -> Cost:
    """The sum of some costs."""
    every = list(costs)
    return Cost(
        rounds=sum(one.rounds for one in every),
        shared=sum(one.shared for one in every),
        bytes=tuple(sum(one.bytes[party] for one in every) for party in range(parties)),
        seconds=sum(one.seconds for one in every),
        offline_bytes=tuple(sum(one.offline_bytes[party] for one in every) for party in range(parties)),
        offline_seconds=sum(one.offline_seconds for one in every),
    )


@dataclass(slots=True)
class _Entry:
    """The sums of one line: `work` by party in seconds, `waiting` for the network in seconds."""

    work: list[float]
    bytes: list[int]
    offline_bytes: list[int]
    rounds: int = 0
    shared: int = 0
    waiting: float = 0.0
    offline_seconds: float = 0.0

    def cost(self) -> Cost:
        return Cost(
            self.rounds,
            self.shared,
            tuple(self.bytes),
            self.waiting + max(self.work),
            tuple(self.offline_bytes),
            self.offline_seconds,
        )


@dataclass(slots=True)
class _Tally(Generic[Key]):
    """A part that is being counted."""

    kind: str
    repeat: int | None
    place: Place | None
    entries: dict[Key, _Entry] = field(default_factory=dict)


class _Counter(Generic[Key]):
    """A walk over the graph."""

    def __init__(self, graph: Graph, key: Callable[[Place | None], Key], network: Network, times: Times) -> None:
        self.graph = graph
        self.key = key
        self.times = times
        self.delay = network.round_trip / 2000 + times.round
        self.byte = 8 / (network.bandwidth * 1e6)
        self.tallies: list[_Tally[Key]] = []
        self.never: set[int] = set()
        self.met: set[str] = set()
        self.started = False
        self.repeats = 0

    def part(self, kind: str, repeat: int | None, place: Place | None) -> _Tally[Key]:
        self.tallies.append(_Tally(kind, repeat, place))
        return self.tallies[-1]

    def block(self, nodes: Sequence[Node], times: int, tally: _Tally[Key]) -> None:
        for step in by_round(nodes):
            if isinstance(step, tuple):
                self._round(step, times, tally)
            else:
                self._node(step, times, tally)

    def _node(self, node: Node, times: int, tally: _Tally[Key]) -> None:
        match node:
            case Constant() if node.data.size == 1 and not node.data.any():
                self.never.add(node.output)
            case Local():
                output = self.graph.types[node.output]
                for step in node.steps:
                    seconds = self.times.seconds(step.kernel, self._types(step.inputs), output, step.attributes)
                    self._work(node.span, step.at, seconds * times, tally)
                    self._meet(step.kernel, node.span, step.at)
            case Random() if is_correlated(node):
                source = "permutation" if node.source == PERMUTATIONS else "stream"
                self._work(node.span, node.at, times * self._draw(source, node), tally)
                self._offline(node, times)
            case Random():
                self._work(node.span, node.at, times * self._draw(node.source, node), tally)
                self._meet(f"random.{node.source}", node.span, node.at)
            case Repeat():
                self._repeat(node, times, tally)

    def _repeat(self, node: Repeat, times: int, tally: _Tally[Key]) -> None:
        number = self.repeats
        self.repeats += 1
        if node.count is not None:
            self.block(node.body, times * node.count, tally)
            return
        kind = "if" if node.next_condition in self.never else "while"
        self.block(node.body, 1, self.part(kind, number, self._place(node.span)))

    def _round(self, nodes: Sequence[Exchange], times: int, tally: _Tally[Key]) -> None:
        self._start(nodes[0])
        links: dict[tuple[int, int], dict[Key, int]] = {}
        talking = list(dict.fromkeys(self.key(self._place(node.span)) for node in nodes))
        for number, key in enumerate(talking):
            entry = self._entry(key, tally)
            if number == 0:
                entry.rounds += times
                entry.waiting += times * self.delay
            else:
                entry.shared += times
        for node in nodes:
            key, size = self.key(self._place(node.span)), self.graph.types[node.value].wire_bytes
            for sender, receiver in node.routes:
                self._entry(key, tally).bytes[sender] += times * size
                link = links.setdefault((sender, receiver), {})
                link[key] = link.get(key, 0) + size
        busiest = max(links.values(), key=lambda link: sum(link.values()), default={})
        for key, size in busiest.items():
            self._entry(key, tally).waiting += times * size * self.byte

    def _offline(self, node: Random, times: int) -> None:
        """Adds the dealer's work and bytes for a draw. They count for the program, whichever part the draw is in."""
        dealer = self.graph.dealer
        if dealer is None:
            return
        entry = self._entry(self.key(self._place(node.span)), self.tallies[0])
        output = self.graph.types[node.output]
        entry.offline_seconds += times * (self.times.deal + self._draw("stream", node) * self.graph.nodes)
        if node.source in DERIVED:
            kernel = self.times.seconds(DERIVED[node.source], self._types(node.inputs), output, kernel_attributes(node))
            entry.offline_seconds += times * (kernel + output.wire_bytes * self.byte)
            entry.offline_bytes[dealer] += times * output.wire_bytes

    def _draw(self, source: str, node: Random) -> float:
        return self.times.seconds(f"random.{source}", (), self.graph.types[node.output])

    def _work(self, span: int, at: Sequence[int], seconds: float, tally: _Tally[Key]) -> None:
        entry = self._entry(self.key(self._place(span)), tally)
        for party in at:
            entry.work[party] += seconds

    def _start(self, node: Exchange) -> None:
        """Adds what the first round takes longer than others."""
        if not self.started:
            self.started = True
            self._entry(self.key(self._place(node.span)), self.tallies[0]).waiting += self.times.start

    def _meet(self, kernel: str, span: int, at: Sequence[int]) -> None:
        """Adds the time that the first call of a kernel takes beyond its later calls, if this is the first."""
        if kernel not in self.met:
            self.met.add(kernel)
            self._work(span, at, self.times.first, self.tallies[0])

    def _entry(self, key: Key, tally: _Tally[Key]) -> _Entry:
        if key not in tally.entries:
            parties = len(self.graph.parties)
            tally.entries[key] = _Entry([0.0] * parties, [0] * parties, [0] * parties)
        return tally.entries[key]

    def _types(self, values: Sequence[int]) -> list[ValueType]:
        return [self.graph.types[value] for value in values]

    def _place(self, span: int) -> Place | None:
        return self.graph.places[span] if 0 <= span < len(self.graph.places) else None


def _times(cost: Cost, times: int) -> Cost:
    return Cost(
        cost.rounds * times,
        cost.shared * times,
        tuple(each * times for each in cost.bytes),
        cost.seconds * times,
        cost.offline_bytes,
        cost.offline_seconds,
    )


def _turns(part: Part[Key], turns: Sequence[int]) -> int:
    if part.repeat is None:
        return 1
    return turns[part.repeat] if part.repeat < len(turns) else 0
