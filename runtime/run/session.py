"""What the parties settle before the first round: that all run the same graph, and the keys that they share.

Digests and keys travel over the transport as messages of round 0. They do not count among the protocol's rounds or
bytes.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import numpy as np

from ..errors import InputError, PeerError
from ..graph.alignments import Matching
from ..graph.nodes import Graph, Input, Parties, Random
from ..graph.walk import every_node
from ..randomness.dealer import seed_sets
from ..randomness.fresh import fresh_bytes
from ..randomness.sources import KEY_BYTES, SOURCES, Keys
from ..transport.base import Transport

Array = np.ndarray[Any, Any]

_LENGTH_BYTES = 8
_MOST_FACTS = 1 << 24
"""The most bytes of a peer's facts about its inputs. Shapes take far less."""

_DIGEST_BYTES = sha256().digest_size


@dataclass(frozen=True, slots=True)
class Setup:
    """What a party holds when the first round begins: `keys` by the ascending tuple of the parties that share them.

    `bytes_sent` is what this party sent for it.
    """

    keys: Keys
    bytes_sent: int


def set_up(graph: Graph, transport: Transport, inputs: Mapping[str, Array], keys: Keys | None = None) -> Setup:
    """Compares the public inputs with all peers, and agrees on fresh keys unless `keys` are given.

    Raises `InputError` when a public input is missing here, `PeerError` when a peer gives another value for one.
    """
    compared = _compare_public_inputs(graph, transport, inputs)
    if keys is not None:
        return Setup(keys, compared)
    agreed, sent = _agree_keys(graph, transport)
    return Setup(agreed, compared + sent)


def exchange_facts(transport: Transport, names: Sequence[str], mine: object) -> list[object]:
    """What every party tells of itself, in the order of the parties. Each tells one value that JSON can hold.

    Raises `PeerError` when a peer tells too much, or what is not JSON.
    """
    content = json.dumps(mine).encode()
    lengths = _tell_all(
        transport, len(content).to_bytes(_LENGTH_BYTES, "little"), dict.fromkeys(transport.peers, _LENGTH_BYTES)
    )
    needed = {peer: int.from_bytes(length, "little") for peer, length in lengths.items()}
    for peer, length in needed.items():
        if length > _MOST_FACTS:
            raise PeerError(names[peer], f"disagreed: it tells {length} bytes of its inputs")
    told = _tell_all(transport, content, needed) | {transport.me: content}
    return [_parsed(names[party], told[party]) for party in sorted(told)]


def compare_graphs(transport: Transport, names: Sequence[str], graph: bytes) -> None:
    """Raises `PeerError` when a peer has compiled another graph than these bytes."""
    _compare(transport, names, graph, "compiled another protocol graph: its program, sizes or options differ")


def compare_matchings(transport: Transport, names: Sequence[str], matchings: Sequence[Matching]) -> None:
    """Raises `PeerError` when a peer wants other matchings than these."""
    _compare(transport, names, repr(tuple(matchings)).encode(), "joins other tables: its program or sizes differ")


def _compare(transport: Transport, names: Sequence[str], content: bytes, otherwise: str) -> None:
    mine = sha256(content).digest()
    theirs = _tell_all(transport, mine, dict.fromkeys(transport.peers, len(mine)))
    for peer, digest in theirs.items():
        if digest != mine:
            raise PeerError(names[peer], otherwise)


def key_sets(graph: Graph) -> tuple[Parties, ...]:
    """The sets of parties that share a key in `graph`, in ascending order."""
    found: set[Parties] = set()
    for node in every_node(graph.body):
        if isinstance(node, Random) and node.source in SOURCES:
            found.update(SOURCES[node.source].key_sets(node.at))
    return tuple(sorted(found.union(seed_sets(graph))))


def _agree_keys(graph: Graph, transport: Transport) -> tuple[dict[Parties, bytes], int]:
    """A fresh key for each set of parties that shares one in `graph` and has this party in it; and the bytes sent.

    The dealer draws the seeds that nodes share with it. In every other set the lowest member draws the key. Whoever
    draws a key sends it to the other members, in one message for each peer.
    """
    me = transport.me
    mine = [parties for parties in key_sets(graph) if me in parties]
    source = {parties: parties[-1] if parties[-1] == graph.dealer else parties[0] for parties in mine}
    keys = {parties: fresh_bytes(KEY_BYTES) for parties in mine if source[parties] == me}
    arriving = {parties: bytearray(KEY_BYTES) for parties in mine if source[parties] != me}
    sends = {peer: [memoryview(key) for parties, key in keys.items() if peer in parties] for peer in transport.peers}
    receives = {
        peer: [memoryview(key) for parties, key in arriving.items() if peer == source[parties]]
        for peer in transport.peers
    }
    transport.exchange(
        [(peer, pieces) for peer, pieces in sends.items() if pieces],
        [(peer, pieces) for peer, pieces in receives.items() if pieces],
        round=0,
    )
    sent = KEY_BYTES * sum(map(len, sends.values()))
    return keys | {parties: bytes(key) for parties, key in arriving.items()}, sent


def _compare_public_inputs(graph: Graph, transport: Transport, inputs: Mapping[str, Array]) -> int:
    """The bytes sent. Raises `PeerError` when a peer gives another value for a public input than this party does."""
    me = transport.me
    public = [node for node in graph.body if isinstance(node, Input) and not node.shares and me in node.at]
    common = {peer: [node.name for node in public if peer in node.at] for peer in transport.peers}
    common = {peer: names for peer, names in common.items() if names}
    digests = {
        name: _digest(inputs, name) for name in dict.fromkeys(name for names in common.values() for name in names)
    }
    theirs = {peer: {name: bytearray(_DIGEST_BYTES) for name in names} for peer, names in common.items()}
    transport.exchange(
        [(peer, [memoryview(digests[name]) for name in names]) for peer, names in common.items()],
        [(peer, [memoryview(digest) for digest in digests_of.values()]) for peer, digests_of in theirs.items()],
        round=0,
    )
    for peer, digests_of in theirs.items():
        for name, digest in digests_of.items():
            if digest != digests[name]:
                raise PeerError(graph.parties[peer], f"gives another value for the public input {name}")
    return _DIGEST_BYTES * sum(map(len, common.values()))


def _digest(inputs: Mapping[str, Array], name: str) -> bytes:
    """The digest of a public input's value. Its shape needs no digest: the program was compiled for that shape."""
    if name not in inputs:
        raise InputError(f"input {name} is missing")
    return sha256(np.ascontiguousarray(inputs[name]).data).digest()


def _tell_all(transport: Transport, content: bytes, lengths: Mapping[int, int]) -> dict[int, bytes]:
    """Sends `content` to every peer. Returns what each peer sent, of the length that is expected of that peer."""
    arriving = {peer: bytearray(lengths[peer]) for peer in transport.peers}
    transport.exchange(
        [(peer, [memoryview(content)]) for peer in transport.peers],
        [(peer, [memoryview(place)]) for peer, place in arriving.items()],
        round=0,
    )
    return {peer: bytes(place) for peer, place in arriving.items()}


def _parsed(name: str, content: bytes) -> object:
    try:
        parsed: object = json.loads(content)
    except (ValueError, RecursionError):
        raise PeerError(name, "disagreed: what it tells of its inputs cannot be read") from None
    return parsed
