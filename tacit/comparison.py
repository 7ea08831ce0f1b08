"""Predicted costs beside measured ones. In: predicted costs and the parties' profiles. Out: a `Comparison`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .compiler.cost.cost import Cost, CostReport
from .compiler.cost.places import Line, line_of
from .runtime.graph.nodes import Graph
from .runtime.run.profile import Profile


@dataclass(frozen=True, slots=True)
class Measured:
    """The predicted cost of a line, and the seconds that the nodes spent on the line, on average."""

    cost: Cost
    seconds: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """Rounds, bytes by party and seconds of one run: as predicted for the turns that its loops took, and as measured.

    A round's seconds, waiting included, belong to the line at which the round is counted. `in_rounds` are the measured
    seconds of all rounds, on average over the nodes.
    """

    lines: dict[Line, Measured]
    rounds: int
    measured_rounds: int
    bytes: tuple[int, ...]
    measured_bytes: tuple[int, ...]
    seconds: float
    measured_seconds: float
    in_rounds: float


def compare(
    graph: Graph,
    costs: CostReport[Line],
    profiles: Sequence[Profile],
    rounds: int,
    bytes: Sequence[int],
    seconds: float,
) -> Comparison:
    """Compares predicted `costs` with a run, which reports `rounds`, `bytes` by party and `seconds`."""
    turns = profiles[0].turns
    predicted = costs.lines(turns)
    nobody = Cost(0, 0, (0,) * len(costs.parties), 0.0, (0,) * len(costs.parties), 0.0)
    spent: dict[Line, int] = {}
    in_rounds = 0
    for profile in profiles[: graph.nodes]:
        for one in profile.sums:
            if one.kind == "loop":
                continue
            line = line_of(graph.places[one.span] if 0 <= one.span < len(graph.places) else None)
            spent[line] = spent.get(line, 0) + one.nanoseconds
            in_rounds += one.nanoseconds if one.kind == "round" else 0
    share = 1e-9 / graph.nodes
    return Comparison(
        lines={
            line: Measured(predicted.get(line, nobody), spent.get(line, 0) * share)
            for line in dict.fromkeys((*predicted, *spent))
        },
        rounds=costs.rounds(turns),
        measured_rounds=rounds,
        bytes=costs.bytes(turns),
        measured_bytes=tuple(bytes),
        seconds=costs.seconds(turns),
        measured_seconds=seconds,
        in_rounds=in_rounds * share,
    )
