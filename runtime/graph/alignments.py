"""Joins on keys that their owners hold: what the parties match before they compile, and how a graph names the outcome.

The runtime does the matching (`runtime.alignment`). A graph that needs a matching has inputs of the kind "rows". These
are permutations that no role gives: an owner's order and a matcher's places.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate

ROWS = "rows"
"""The kind of a declaration whose value comes from an alignment: a permutation of rows."""

OWN = "own"
"""One party owns both sides and matches them itself."""
DELEGATED = "delegated"
"""A third party matches tags of the keys."""
PRIVATE_ID = "private-id"
"""The two owners match keys that both have encrypted."""

METHODS = (OWN, DELEGATED, PRIVATE_ID)

SECRET_BYTES = 16
TAG_BYTES = 8
POINT_BYTES = 32
DIGEST_BYTES = 16
COUNT_BYTES = 8


@dataclass(frozen=True, slots=True)
class Matching:
    """One alignment, the same at all parties.

    `keys` names, for either side, the inputs that hold the key columns, and `kinds` says what these are
    (`Declaration.kind`). `together` has for each alternative, in order of priority, how many of the columns are a key
    together; empty, each column is one. `rows`, `owners` and `matchers` are the sides' row counts and parties; `most`
    says of how many rows of a side a key may be, any number where it is 0: then the first of these rows stands for all.
    Under `name` its number of matches is a size of the program, and so is, under `repeats` if there is such a name,
    whether a key of side 0 stands twice (0 or 1).
    """

    name: str
    method: str
    keys: tuple[tuple[str, ...], tuple[str, ...]]
    kinds: tuple[str, ...]
    rows: tuple[int, int]
    owners: tuple[int, int]
    matchers: tuple[int, int]
    together: tuple[int, ...] = ()
    most: tuple[int, int] = (1, 1)
    repeats: str = ""

    @property
    def alternatives(self) -> tuple[slice, ...]:
        """Which of the columns are a key together, in order of priority."""
        ends = list(accumulate(self.together or (1,) * len(self.kinds)))
        return tuple(slice(start, end) for start, end in zip([0, *ends[:-1]], ends, strict=True))


def aligned_bytes(matching: Matching, parties: int) -> tuple[int, ...]:
    """The bytes that each of so many parties sends for an alignment."""
    sent = [0] * parties
    columns, (first, second) = len(matching.alternatives), matching.owners
    if matching.method == DELEGATED:
        sent[first] += SECRET_BYTES
        for owner, rows in zip(matching.owners, matching.rows, strict=True):
            sent[owner] += TAG_BYTES * columns * rows
    elif matching.method == PRIVATE_ID:
        for owner, (own, other) in ((first, matching.rows), (second, matching.rows[::-1])):
            sent[owner] += columns * (POINT_BYTES * own + DIGEST_BYTES * other)
    sent[matching.matchers[0]] += COUNT_BYTES * (parties - 1)
    if matching.repeats:
        sent[first] += COUNT_BYTES * (parties - 1)
    return tuple(sent)


def order_input(name: str, side: int) -> str:
    """The name in graphs of the secret order that the owner of a side has drawn."""
    return f"{name} order of {side}"


def places_input(name: str, side: int) -> str:
    """The name in graphs of the places of the joined rows in that order."""
    return f"{name} places of {side}"
