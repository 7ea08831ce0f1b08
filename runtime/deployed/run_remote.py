"""One party of a deployment: meets the others over TLS, compiles what they compile, and runs its part.

Every party tells the others what the compiler must know of its inputs (shapes, never values); then each compiles the
program by itself. Before any share leaves, the parties compare what they made.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from importlib.metadata import version
from time import perf_counter

from ..alignment.align import NATIVES as ALIGNMENT_NATIVES
from ..alignment.align import align
from ..data.unique import Check, check_column
from ..errors import UsageError
from ..graph.file import from_bytes
from ..graph.kernels import kernel_names
from ..graph.nodes import Graph
from ..kernels import warm
from ..local.conversation import Read
from ..local.run_local import Compile, Plan, Watcher, nothing_to_align, told_if_slow
from ..local.worker import with_alignment
from ..plan.binding import NATIVES
from ..run.party import run_party
from ..run.rehearsal import rehearse
from ..run.result import PartyResult
from ..run.session import compare_graphs, compare_matchings, exchange_facts
from ..transport.connect import Meeting, connect, listen
from ..transport.secure import Identity, PinnedCertificates
from .deployment import MEETING_SECONDS, Deployment

_QUIET = Watcher()

_PATIENCE_SECONDS = 3600.0
"""A peer that computes may be silent for long; one that is stuck may not hold the others forever."""


@dataclass(frozen=True, slots=True)
class RemoteRun:
    """A run that succeeded, as one party saw it: `facts` are what all told, `seconds` as in a local run."""

    graph: Graph
    result: PartyResult
    seconds: dict[str, float]
    facts: list[object]


def run_remote(
    deployment: Deployment,
    name: str,
    identity: Identity,
    agreement: Mapping[str, str],
    read: Read,
    compile: Compile,
    plan: Plan = nothing_to_align,
    check: Check = check_column,
    watcher: Watcher = _QUIET,
    meeting_seconds: float = MEETING_SECONDS,
) -> RemoteRun:
    """Runs node `name` of a deployment.

    `agreement` are short texts by name that must be the same at all parties (the program's digest, options): a
    difference is told by name. What `read` tells of the inputs must be JSON; `plan` and `compile` get that of all. The
    others have `meeting_seconds` to appear.
    """
    begin = perf_counter()
    me = deployment.number(name)
    inputs, facts = read()
    pinned = PinnedCertificates(identity, dict(enumerate(deployment.fingerprints)))
    meeting = Meeting(
        me=me,
        names=deployment.names,
        addresses=dict(enumerate(deployment.addresses)),
        facts={"version": version("tacit"), "deployment": _digest(deployment), **agreement},
        authority=pinned,
        tunnel=pinned,
        seconds=meeting_seconds,
        patience=_PATIENCE_SECONDS,
    )
    port = deployment.addresses[me][1]
    try:
        listener = listen(("", port))
    except OSError as error:
        raise UsageError(f"{name} cannot listen on port {port}: {error.strerror}") from None
    others = ", ".join(other for other in deployment.names if other != name)
    watcher.notice(f"waiting for {others}")
    transport = connect(meeting, listener)
    watcher.notice(f"connected with {others}")
    try:
        known = exchange_facts(transport, deployment.names, facts)
        matchings = tuple(plan(known))
        compare_matchings(transport, deployment.names, matchings)
        warm((), ALIGNMENT_NATIVES if matchings else (), told_if_slow(watcher))
        aligned = align(matchings, deployment.names, transport, inputs, check)
        compiling = perf_counter()
        content = compile(known, aligned.matched)
        compiled = perf_counter()
        compare_graphs(transport, deployment.names, content)
        graph = from_bytes(content)
        warm(kernel_names(graph), NATIVES, told_if_slow(watcher))
        rehearse(graph, me)
        inputs |= aligned.inputs
        result = run_party(graph, me, transport, inputs, progress=watcher.progress)
        result = with_alignment(result, aligned)
        transport.finish()
    finally:
        transport.close()
    seconds = {
        "compile": compiled - compiling,
        "offline": result.setup_seconds,
        "online": result.seconds,
        "total": perf_counter() - begin,
    }
    if matchings:
        seconds["align"] = aligned.seconds
    return RemoteRun(graph, result, seconds, known)


def _digest(deployment: Deployment) -> str:
    """Of what must be the same at all parties: addresses may differ, where one is reached from inside and outside."""
    told = (deployment.protocol, deployment.names, deployment.fingerprints, sorted(deployment.roles.items()))
    return sha256(repr(told).encode()).hexdigest()
