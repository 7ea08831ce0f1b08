"""A run as people look at it: in the trace format of Chrome (chrome://tracing) and Perfetto (ui.perfetto.dev).

In: a graph and what each party measured. Out: JSON data. Each party has a track of its kernels, of its rounds with the
bytes sent, and of its loops around them. Every slice names its line of the program. A trace holds nothing of the
values.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from ..graph.nodes import Graph
from .profile import Event, Profile, Sum


def to_trace(graph: Graph, profiles: Sequence[Profile]) -> dict[str, Any]:
    """The trace of all parties, on one clock that starts with the earliest step of any party."""
    begin = min((event.begin for profile in profiles for event in profile.events), default=0)
    events: list[dict[str, Any]] = []
    for party, profile in enumerate(profiles):
        events.append({"name": "process_name", "ph": "M", "pid": party, "args": {"name": graph.parties[party]}})
        events.append({"name": "process_sort_index", "ph": "M", "pid": party, "args": {"sort_index": party}})
        events += _slices(graph, party, profile, begin)
    missed = {graph.parties[party]: profile.missed for party, profile in enumerate(profiles) if profile.missed}
    about = {"program": graph.program, "protocol": graph.protocol}
    return {
        "traceEvents": events,
        "displayTimeUnit": "ms",
        "otherData": about | ({"events not kept": missed} if missed else {}),
    }


def _slices(graph: Graph, party: int, profile: Profile, begin: int) -> Iterator[dict[str, Any]]:
    for event in sorted(profile.events, key=lambda event: (event.begin, -event.end)):
        what = profile.sums[event.number]
        yield {
            "name": f"round {event.round}" if what.kind == "round" else what.name,
            "cat": what.kind,
            "ph": "X",
            "pid": party,
            "tid": 0,
            "ts": (event.begin - begin) / 1000,
            "dur": (event.end - event.begin) / 1000,
            "args": _told(graph, what, event),
        }


def _told(graph: Graph, what: Sum, event: Event) -> dict[str, Any]:
    place = graph.places[what.span] if 0 <= what.span < len(graph.places) else None
    told: dict[str, Any] = {} if place is None else {"line": f"{place.source}:{place.line}"}
    if what.kind == "round":
        told |= {"round": event.round, "bytes sent": what.bytes}
    elif what.kind == "loop":
        told["turns of all runs"] = what.turns
    return told
