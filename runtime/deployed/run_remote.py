"""One party of a deployment: it meets the others over TLS, compiles what they compile, and runs its part.

Every party tells the others what the compiler needs of its inputs (shapes, never values). Then each party compiles the
program by itself. Before any share leaves a party, the parties compare the digests of their graphs.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from importlib.metadata import version
from time import perf_counter
from typing import Generic

from ..alignment.align import NATIVES as ALIGNMENT_NATIVES
from ..alignment.unique import Check, check_column
from ..errors import UsageError
from ..graph.nodes import Graph
from ..kernels import warm
from ..plan.binding import NATIVES
from ..run.result import PartyResult, phase_seconds
from ..run.seat import AnySettled, Read, Seat, Settle
from ..run.session import compare_matchings, exchange_facts
from ..run.take_part import take_part
from ..run.watcher import UNWATCHED, Watcher, told_if_slow
from ..transport.base import Transport
from ..transport.connect import Meeting, connect, listen_at
from ..transport.secure import Identity, PinnedCertificates
from .deployment import MEETING_SECONDS, Deployment

_PATIENCE_SECONDS = 3600.0
"""How long a peer may be silent: long enough to compute, yet a peer that is stuck must not hold the others forever."""


@dataclass(frozen=True, slots=True)
class RemoteRun(Generic[AnySettled]):
    """A run that succeeded, as one party saw it. `settled` is the program for the facts of all parties.

    `seconds` are as in a local run.
    """

    graph: Graph
    result: PartyResult
    seconds: dict[str, float]
    settled: AnySettled


def run_remote(
    deployment: Deployment,
    name: str,
    identity: Identity,
    agreement: Mapping[str, str],
    read: Read,
    settle: Settle[AnySettled],
    check: Check = check_column,
    watcher: Watcher = UNWATCHED,
    meeting_seconds: float = MEETING_SECONDS,
) -> RemoteRun[AnySettled]:
    """Runs node `name` of a deployment.

    `agreement` has short texts by name that must be the same at all parties (the program's digest, options). An error
    names the text that differs. The facts that `read` returns must be JSON; `settle` gets the facts of all parties. The
    others have `meeting_seconds` to appear.

    Raises `UsageError` where this party cannot listen, `InputError` for its inputs, and `PeerError` when another party
    fails or disagrees.
    """
    begin = perf_counter()
    peers = _Peers(deployment.names, deployment, identity, agreement, settle, watcher, meeting_seconds)
    part = take_part(Seat(deployment.number(name)), peers, read, check, watcher.progress)
    seconds = phase_seconds(
        [part.result], part.compile_seconds, perf_counter() - begin, aligns=bool(part.settled.matchings)
    )
    return RemoteRun(part.graph, part.result, seconds, part.settled)


@dataclass(frozen=True, slots=True)
class _Peers(Generic[AnySettled]):
    """The company of a deployed party, which finds the others at their addresses and compiles by itself."""

    names: tuple[str, ...]
    deployment: Deployment
    identity: Identity
    agreement: Mapping[str, str]
    settle_for: Settle[AnySettled]
    watcher: Watcher
    meeting_seconds: float

    def meet(self, seat: Seat, facts: object) -> Transport:
        """See `Company`. Raises `UsageError` where this party cannot listen."""
        deployment, me = self.deployment, seat.party
        pinned = PinnedCertificates(self.identity, dict(enumerate(deployment.fingerprints)))
        meeting = Meeting(
            me=me,
            names=self.names,
            addresses=dict(enumerate(deployment.addresses)),
            facts={"version": version("tacit"), "deployment": _digest(deployment), **self.agreement},
            authority=pinned,
            tunnel=pinned,
            seconds=self.meeting_seconds,
            patience=_PATIENCE_SECONDS,
        )
        name = self.names[me]
        at = deployment.listens[me]
        try:
            listener = listen_at(deployment.addresses[me], at)
        except OSError as error:
            where = _shown(*(at or deployment.addresses[me]))
            raise UsageError(f"{name} cannot listen on {where}: {error.strerror}") from None
        others = ", ".join(other for other in self.names if other != name)
        self.watcher.notice(f"waiting for {others}")
        transport = connect(meeting, listener)
        self.watcher.notice(f"connected with {others}")
        return transport

    def settle(self, transport: Transport, facts: object) -> AnySettled:
        """See `Company`. Every party tells its facts to all others; then each settles the same program by itself."""
        settled = self.settle_for(exchange_facts(transport, self.names, facts))
        compare_matchings(transport, self.names, settled.matchings)
        if settled.matchings:
            warm((), ALIGNMENT_NATIVES, told_if_slow(self.watcher))
        return settled

    def warm(self, kernels: Iterable[str]) -> None:
        """See `Company`."""
        warm(kernels, NATIVES, told_if_slow(self.watcher))


def _shown(host: str, port: int) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _digest(deployment: Deployment) -> str:
    """The digest of what must be the same at all parties. Addresses may differ: a network's inside may use another."""
    told = (deployment.protocol, deployment.names, deployment.fingerprints, sorted(deployment.roles.items()))
    return sha256(repr(told).encode()).hexdigest()
