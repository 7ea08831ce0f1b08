"""What a run gives at one party: for the process that did it, and for whoever reads it there or elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from .profile import Profile

Array = np.ndarray[Any, Any]


@dataclass(frozen=True, slots=True)
class PartyResult:
    """What one party has after a run.

    `outputs[role][name]` are the values revealed to the roles that sit on this party (ROLE_EVERYONE: to all),
    `kept[name]` its shares of what was saved, all as the graph's types lay them out. `rounds` are those of the whole
    protocol; `bytes_sent` is what this party's messages held, without headers. Keys, correlated randomness and other
    preparations before the first round count apart, as `setup_bytes` and `setup_seconds`. `peak_bytes` is the memory
    of its values at their most, with inputs, outputs and what was prepared (`memory` predicts it); `began` is when the
    first round could begin, on the machine's clock; `profile` is there if it was asked for.
    """

    outputs: dict[str, dict[str, Array]]
    kept: dict[str, Array]
    rounds: int
    bytes_sent: int
    setup_bytes: int
    peak_bytes: int
    setup_seconds: float
    began: float
    seconds: float
    profile: Profile | None = None
    aligned_bytes: int = 0
    aligned_seconds: float = 0.0


def phase_seconds(results: Sequence[PartyResult], compile: float, total: float, aligns: bool) -> dict[str, float]:
    """What a run took by phases: "compile", "offline", "online" and "total", and "align" if keys were matched.

    `results` are of parties that share a clock. Online begins when the last of them is ready: before that, none gets
    beyond its first messages.
    """
    ready_at = max(one.began for one in results)
    seconds = {
        "compile": compile,
        "offline": ready_at - min(one.began - one.setup_seconds for one in results),
        "online": max(one.began + one.seconds for one in results) - ready_at,
        "total": total,
    }
    return seconds | ({"align": max(one.aligned_seconds for one in results)} if aligns else {})
