"""The first words on a new connection: who speaks, proof of that, and whether both sides run the same thing. No I/O.

Each side sends a hello with a fresh nonce and the facts that must agree (version, digest of the deployment, ...), then
a proof over both hellos. Nothing of the protocol leaves a party before its peer's proof and facts are checked.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from struct import Struct
from typing import Protocol

from ..randomness.fresh import fresh_bytes

_MAGIC = 0x31484354  # "TCH1"
_PREFIX = Struct("<IHH")
_NONCE_BYTES = 32
_MOST_BYTES = 8192

_SHOWN = 40
"""So many characters of a fact are told."""

PARAM = "param "
"""With these letters begin the names of the facts that are params of the program: public numbers, which are shown."""

PREFIX_BYTES = _PREFIX.size


class StrangerError(Exception):
    """A hello is malformed or without proof. As far as this party can tell, its sender is none of the parties."""


class DifferenceError(Exception):
    """A party that proved who it is runs something else. The text completes "party X ..."."""

    def __init__(self, party: int, fact: str, mine: str | None = None, theirs: str | None = None) -> None:
        """`mine` and `theirs` are the two texts of a fact that is shown."""
        shown = "" if mine is None or theirs is None else f": {theirs[:_SHOWN]!r} there, {mine[:_SHOWN]!r} here"
        super().__init__(f"has another {fact} than this party{shown}")
        self.party = party


@dataclass(frozen=True, slots=True)
class Hello:
    """What a party says first. `facts` are short texts by name. The first fact that differs is the one that is told."""

    party: int
    nonce: bytes
    facts: tuple[tuple[str, str], ...]


class Authority(Protocol):
    """How parties prove who they are. A transcript holds both hellos and the number of the party that proves."""

    proof_bytes: int

    def prove(self, transcript: bytes) -> bytes:
        """This party's proof, of exactly `proof_bytes` bytes."""

    def is_proof(self, party: int, transcript: bytes, proof: bytes) -> bool:
        """Whether `party` made this proof."""


class SharedToken:
    """Parties of one local run prove that they were given the run's token. The token itself is never sent."""

    proof_bytes = 32

    def __init__(self, token: bytes) -> None:
        self._token = token

    def prove(self, transcript: bytes) -> bytes:
        """A message authentication code under the token."""
        return hmac.digest(self._token, transcript, "sha256")

    def is_proof(self, party: int, transcript: bytes, proof: bytes) -> bool:
        """Whether the maker of the proof knows the token."""
        return hmac.compare_digest(self.prove(transcript), proof)


def new_hello(party: int, facts: Mapping[str, str]) -> Hello:
    """A hello with a fresh nonce."""
    return Hello(party, fresh_bytes(_NONCE_BYTES), tuple(facts.items()))


def pack(hello: Hello) -> bytes:
    """The bytes of a hello: prefix (magic, length, party), nonce, facts as JSON."""
    facts = json.dumps(hello.facts).encode()
    return _PREFIX.pack(_MAGIC, _NONCE_BYTES + len(facts), hello.party) + hello.nonce + facts


def rest_length(prefix: bytes) -> int:
    """How many bytes follow the first PREFIX_BYTES of a hello. Raises `StrangerError` for what begins no hello."""
    magic, length, _ = _PREFIX.unpack(prefix)
    if magic != _MAGIC or not _NONCE_BYTES <= length <= _MOST_BYTES:
        raise StrangerError
    return int(length)


def unpack(packed: bytes) -> Hello:
    """The hello in these bytes, prefix and rest. Raises `StrangerError` if they hold none."""
    _, _, party = _PREFIX.unpack(packed[:PREFIX_BYTES])
    rest = packed[PREFIX_BYTES:]
    try:
        facts = json.loads(rest[_NONCE_BYTES:])
        return Hello(party, rest[:_NONCE_BYTES], tuple((str(name), str(value)) for name, value in facts))
    except (TypeError, ValueError, RecursionError):
        raise StrangerError from None


def transcript(speaker: int, caller: bytes, answerer: bytes) -> bytes:
    """What `speaker` proves: its own number and both packed hellos, the caller's first."""
    return b"tacit hello" + speaker.to_bytes(2, "little") + len(caller).to_bytes(4, "little") + caller + answerer


def check_facts(mine: Hello, theirs: Hello) -> None:
    """Raises `DifferenceError` naming the first fact in which the parties differ."""
    others = dict(theirs.facts)
    for name, value in mine.facts:
        other = others.pop(name, None)
        if other != value:
            shown = (value, other) if name.startswith(PARAM) else (None, None)
            raise DifferenceError(theirs.party, name, *shown)
    for name in others:
        raise DifferenceError(theirs.party, name)
