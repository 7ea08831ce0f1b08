"""One party's run in a deployment. In: a program, a deployment, the party's name and inputs. Out: what it learnt."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from .compilation import Compilation
from .compiler.protocols.table import PROTOCOLS
from .compiler.syntax.reading import identity
from .compiler.target import Placement
from .results import Report, Result, result_of
from .runtime.alignment.unique import check_keys
from .runtime.data.assign import Assigned, assign_sources
from .runtime.data.inputs import Inputs
from .runtime.data.owner import Kept, Own, count_members, read_own
from .runtime.data.told import Told, UntoldError, from_json, to_json
from .runtime.deployed.deployment import Deployment
from .runtime.errors import PeerError, UsageError
from .runtime.graph.alignments import Matching
from .runtime.graph.file import GraphFile, unnamed
from .runtime.graph.later import later
from .runtime.graph.nodes import DEALER, ROLE_EVERYONE, Declaration, audience
from .runtime.plan.fit_memory import require_memory
from .runtime.randomness.fresh import fresh_bytes
from .runtime.run.watcher import Watcher
from .runtime.transport.hello import PARAM
from .session import Session, Settled, keep, kept_tasks, own

if TYPE_CHECKING:
    from .runtime.deployed.run_remote import RemoteRun
    from .runtime.transport.secure import Identity

_remote = later("tacit.runtime.deployed.run_remote")

_NONCE_BYTES = 16


def placed(deployment: Deployment) -> tuple[Deployment, Placement]:
    """The deployment in the order of the protocol's parties, and the same as a `Placement` for the compiler.

    If a protocol needs a dealer, that is the node of this name. Of the other nodes, as many as the protocol needs are
    compute nodes, from the first on. The rest are clients, which give inputs and get outputs.

    Raises `UsageError` for an unknown protocol, too few nodes, a missing dealer, or a role that sits with the dealer.
    """
    protocol = PROTOCOLS.get(deployment.protocol)
    if protocol is None:
        raise UsageError(f"there is no protocol {deployment.protocol!r}; there are {', '.join(sorted(PROTOCOLS))}")
    dealer = DEALER if protocol.needs_preprocessing else ""
    if dealer and dealer not in deployment.names:
        raise UsageError(
            f"{deployment.protocol} needs a node [nodes.{dealer}], which prepares randomness and sees no data"
        )
    if dealer in deployment.roles.values():
        raise UsageError(f"no role may sit with the {dealer}")
    ordered = deployment.with_last(dealer) if dealer else deployment
    parties = tuple(name for name in ordered.names if name != dealer)
    needed = protocol.nodes_for(len(parties))
    if len(parties) < needed:
        raise UsageError(
            f"{deployment.protocol} needs {needed} nodes, and here are {len(parties)}: {', '.join(parties)}"
        )
    return ordered, Placement(parties, deployment.roles, dealer)


@dataclass(frozen=True, slots=True)
class Party:
    """One party of a deployment, with a program that is compiled for this deployment (`Options.placement`)."""

    compilation: Compilation
    deployment: Deployment
    placement: Placement
    name: str

    def check(self) -> None:
        """Raises `UsageError` if the deployment has no such party, or no place for a role of the program."""
        self.deployment.number(self.name)
        for role in self.compilation.declared.parties:
            party = self.placement.party_of(role)
            if party not in self.placement.parties:
                wanted = f"describe a node [nodes.{role}], or say under [roles] with whom it sits"
                raise UsageError(f"role {role!r} of the program sits nowhere: {wanted}")

    def inputs_of(self, party: str) -> list[Declaration]:
        """The inputs that a party reads."""
        if party == self.placement.dealer:
            return []
        is_node = self.deployment.number(party) < self.compilation.target(()).nodes
        return [
            each
            for each in self.compilation.inputs
            if (is_node if each.shares else each.role == ROLE_EVERYONE or self.placement.party_of(each.role) == party)
        ]

    def sources(self, given: Mapping[str, object], folder: Path | None) -> list[Assigned]:
        """Sources for this party's inputs. Raises `UsageError` for an input that is given here and belongs elsewhere,
        and as `assign_sources` does."""
        mine = self.inputs_of(self.name)
        here = {each.table or each.name for each in mine}
        for each in self.compilation.inputs:
            name = each.table or each.name
            if name not in here and any(one.partition("[")[0] == name for one in given):
                raise UsageError(f"input {name!r} is read at {self.placement.party_of(each.role)}, not at {self.name}")
        return assign_sources(mine, given, folder)

    def agree(self, sources: Sequence[Assigned], known: Sequence[object]) -> Agreed:
        """What follows from what all parties told, in the order of the parties. Raises `PeerError` for what a party may
        not tell."""
        told = [self._told(name, words) for name, words in zip(self.deployment.names, known, strict=True)]
        counts = {role: count for one in told for role, count in one.counts.items()}
        target = self.compilation.target(self.compilation.roles(counts))
        run = sha256(repr([one.nonce for one in told]).encode()).hexdigest()[: 2 * _NONCE_BYTES]
        session = Session(self.compilation, sources, counts, target)
        return Agreed(session.settle([one.facts for one in told]), run, self.deployment.number(self.name))

    def _told(self, name: str, words: object) -> Told:
        inputs = self.inputs_of(name)
        try:
            return from_json(words, inputs, {each.role for each in inputs if each.each})
        except UntoldError:
            raise PeerError(name, "disagreed: it tells of inputs that it does not have") from None


@dataclass(frozen=True, slots=True)
class Agreed:
    """The program that all parties run, a name for the run that no other run has, and the number of this party."""

    settled: Settled
    run: str
    me: int

    @property
    def matchings(self) -> tuple[Matching, ...]:
        """See `Settled`."""
        return self.settled.matchings

    def compile(self, matched: Mapping[str, int]) -> GraphFile:
        """See `Settled`. The name of the program's file is no part of what parties compare.

        Raises `MemoryShortage` if this machine lacks the memory for this party's part.
        """
        file = self.settled.compile(matched)
        require_memory(file.graph, [self.me])
        return unnamed(file)


def run_deployed(
    party: Party,
    identity: Identity,
    given: Mapping[str, object],
    folder: Path | None,
    watcher: Watcher,
    meeting_seconds: float,
) -> Result:
    """Runs this party's part, and keeps its shares of saved values. Returns what it learnt and what the run cost it.

    Raises `UsageError`, `InputError`, `CompileError` and `PeerError`.
    """
    party.check()
    compilation = party.compilation
    sources = party.sources(given, folder)
    counts = count_members(sources)
    me = party.deployment.number(party.name)
    tasks: list[Own | Kept] = [own(source) for source in sources]
    tasks += kept_tasks(compilation, compilation.target(()), me)

    def read() -> tuple[Inputs, object]:
        arrays, facts = read_own(tasks)
        return arrays, to_json(Told(facts, counts, fresh_bytes(_NONCE_BYTES).hex()))

    check = partial(check_keys, sources)
    settle = partial(party.agree, sources)
    ran: RemoteRun[Agreed] = _remote.run_remote(
        party.deployment,
        party.name,
        identity,
        _agreement(compilation),
        read,
        settle,
        check,
        watcher,
        meeting_seconds,
    )
    if me < ran.graph.nodes:
        keep(compilation.options.shares, ran.graph, {me: ran.result.kept}, ran.settled.run)
    return _result(ran, party.name, me)


def _agreement(compilation: Compilation) -> dict[str, str]:
    """What must be the same at all parties, under the names that an error uses: "has another program than this
    party"."""
    options = compilation.options
    return {
        "program": identity(compilation.source),
        **{f"{PARAM}{each.name}": each.text for each in compilation.declared.params.values()},
        "--optimize": str(options.optimize),
        "--network": f"{options.network.round_trip}:{options.network.bandwidth}",
        "--size": " ".join(f"{name}={size}" for name, size in sorted(options.sizes.items())),
    }


def _result(ran: RemoteRun[Agreed], name: str, me: int) -> Result:
    result, graph, target = ran.result, ran.graph, ran.settled.settled.session.target
    public = result.outputs.get(ROLE_EVERYONE, {})
    here = [role for role, place in target.roles.items() if place == me]
    outputs = {role: {**public, **result.outputs.get(audience(role), {})} for role in here}
    cost = ({name: each} for each in (result.bytes_sent, result.setup_bytes, result.aligned_bytes))
    sent, prepared, aligned = cost
    report = Report(graph.protocol, graph.parties[: graph.nodes], result.rounds, sent, ran.seconds, prepared, aligned)
    return result_of(graph.outputs, outputs, public, report)
