"""Joins on keys that their owners hold: what the parties match before they compile, and how a graph names the outcome.

The runtime does the matching (`runtime.alignment`). A graph that needs a matching has inputs of the kind "rows". These
are permutations that no role gives: an owner's order and a matcher's places.
"""

from __future__ import annotations

from dataclasses import dataclass

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

    `keys` names for each side the inputs that hold the key columns, in order of priority. `kinds` are the columns'
    kinds (`Declaration.kind`). `rows`, `owners` and `matchers` are the row counts and parties of the two sides. The
    number of matches is a size of the program, called `name`.
    """

    name: str
    method: str
    keys: tuple[tuple[str, ...], tuple[str, ...]]
    kinds: tuple[str, ...]
    rows: tuple[int, int]
    owners: tuple[int, int]
    matchers: tuple[int, int]


def aligned_bytes(matching: Matching, parties: int) -> tuple[int, ...]:
    """The bytes that each of so many parties sends for an alignment."""
    sent = [0] * parties
    columns, (first, second) = len(matching.kinds), matching.owners
    if matching.method == DELEGATED:
        sent[first] += SECRET_BYTES
        for owner, rows in zip(matching.owners, matching.rows, strict=True):
            sent[owner] += TAG_BYTES * columns * rows
    elif matching.method == PRIVATE_ID:
        for owner, (own, other) in ((first, matching.rows), (second, matching.rows[::-1])):
            sent[owner] += columns * (POINT_BYTES * own + DIGEST_BYTES * other)
    sent[matching.matchers[0]] += COUNT_BYTES * (parties - 1)
    return tuple(sent)


def order_input(name: str, side: int) -> str:
    """The name in graphs of the secret order that the owner of a side has drawn."""
    return f"{name} order of {side}"


def places_input(name: str, side: int) -> str:
    """The name in graphs of the places of the joined rows in that order."""
    return f"{name} places of {side}"
