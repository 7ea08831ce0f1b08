"""What a run gives at one party, and what a run took by phases."""

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

    - `outputs[role][name]`: values revealed to the roles that sit on this party (ROLE_EVERYONE: to all parties), and
      `kept[name]`: its shares of what was saved; both as the graph's types lay them out.
    - `rounds`: the rounds of the whole protocol, and `seconds`: what they took.
    - `bytes_sent`: what this party's messages held, without headers. Keys, correlated randomness and other
      preparations before the first round count apart, as `setup_bytes` and `setup_seconds`.
    - `peak_bytes`: the largest memory of its values, with inputs, outputs and dealt randomness (`plan/memory` predicts
      this number).
    - `began`: when the first round could begin, on the machine's clock.
    - `profile`: what each instruction took, if that was asked for.
    - `aligned_bytes`, `aligned_seconds`: what matching keys took; `setup_bytes` includes the bytes.
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

    `results` are of parties that share a clock. "online" begins when the last of these parties is ready, because until
    then no party gets beyond its first messages.
    """
    ready_at = max(one.began for one in results)
    seconds = {
        "compile": compile,
        "offline": ready_at - min(one.began - one.setup_seconds for one in results),
        "online": max(one.began + one.seconds for one in results) - ready_at,
        "total": total,
    }
    return seconds | ({"align": max(one.aligned_seconds for one in results)} if aligns else {})
