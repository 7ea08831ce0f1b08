"""Fresh secrets from the operating system: keys, nonces, tokens. All other randomness grows out of keys."""

import secrets
from typing import Any

import numpy as np


def fresh_bytes(count: int) -> bytes:
    """So many unpredictable bytes."""
    return secrets.token_bytes(count)


def fresh_arrangement(rows: int) -> np.ndarray[Any, Any]:
    """An unpredictable order of so many rows, as int64, for programs that run without protection."""
    draws = np.random.default_rng(int.from_bytes(fresh_bytes(16), "little"))
    return draws.permutation(rows).astype(np.int64)
