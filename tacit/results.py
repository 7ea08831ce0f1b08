"""The result of a run: values by role and name, and what they cost. In: arrays as parties give them. Out: `Result`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .compiler.report.explain import Explanation
from .runtime.data.results import Revealed, decode_outputs
from .runtime.data.sources.readers import Array
from .runtime.graph.nodes import ROLE_EVERYONE, Declaration, Graph, audience
from .runtime.run.profile import Profile


@dataclass(frozen=True, slots=True)
class Report:
    """What a run cost: rounds, bytes sent by each party, seconds by phase (see `phase_seconds`)."""

    protocol: str
    nodes: tuple[str, ...]
    rounds: int
    bytes_sent: dict[str, int]
    seconds: dict[str, float]
    offline_bytes: dict[str, int] = field(default_factory=dict)
    """What each party sent before the first round: keys, comparisons, correlated randomness, and `aligned_bytes`."""
    aligned_bytes: dict[str, int] = field(default_factory=dict)
    """What each party sent to match the keys of joins."""


@dataclass(frozen=True, slots=True)
class Measured:
    """The graph that ran, its predicted costs, and what each party measured."""

    graph: Graph
    explanation: Explanation
    profiles: tuple[Profile, ...]
    memory: tuple[int, ...]
    """The most bytes that each party's values took at one time."""


@dataclass(frozen=True, slots=True)
class Result:
    """What a run revealed: `outputs` by role and name. `result["name"]` is a value that all parties learnt.

    `measured` is there after a profiled run.
    """

    outputs: dict[str, dict[str, Revealed]]
    public: dict[str, Revealed]
    report: Report
    measured: Measured | None = None

    def __getitem__(self, name: str) -> Any:
        if name in self.public:
            return self.public[name]
        roles = [role for role, values in self.outputs.items() if name in values]
        if roles:
            raise KeyError(f"{name!r} is revealed to {', '.join(roles)} only: read result.outputs[{roles[0]!r}]")
        raise KeyError(f"nothing is revealed as {name!r}; revealed to all: {', '.join(self.public) or 'nothing'}")


def result_of(
    declared: Sequence[Declaration],
    outputs: Mapping[str, Mapping[str, Array]],
    public: Mapping[str, Array],
    report: Report,
) -> Result:
    """The result with outputs in the types of the program, by role. `declared` are the program's outputs.

    The members of a role are told the same, which is decoded once.
    """
    decoded: dict[str, dict[str, Revealed]] = {}
    for role, arrays in outputs.items():
        name = audience(role)
        if name not in decoded:
            mine = [each for each in declared if each.role in (name, ROLE_EVERYONE)]
            decoded[name] = decode_outputs(mine, arrays)
    for_all = [each for each in declared if each.role == ROLE_EVERYONE]
    by_role = {role: dict(decoded[audience(role)]) for role in outputs}
    return Result(by_role, decode_outputs(for_all, public), report)
