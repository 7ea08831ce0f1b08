"""What the parties settle before the first round: that they run the same thing, and the keys that they share.

Both travel over the transport as messages of round 0; neither counts among the protocol's rounds or bytes.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping
from hashlib import sha256
from typing import Any

import numpy as np

from .errors import PeerError
from .graph.nodes import Graph, Input, Node, Parties, Random, Repeat
from .randomness.sources import KEY_BYTES, SOURCES
from .transport.base import Transport

Array = np.ndarray[Any, Any]

_DIGEST_BYTES = sha256().digest_size


def agree_keys(graph: Graph, me: int, transport: Transport) -> dict[Parties, bytes]:
    """A fresh key for each set of parties that shares randomness in `graph` and that `me` belongs to.

    The lowest member of a set draws its key and sends it to the others. One message to and from each peer concerned.
    """
    mine = [parties for parties in key_sets(graph) if me in parties]
    keys = {parties: secrets.token_bytes(KEY_BYTES) for parties in mine if parties[0] == me}
    arriving = {parties: bytearray(KEY_BYTES) for parties in mine if parties[0] != me}
    sends = {
        peer: [memoryview(key) for parties, key in keys.items() if peer in parties] for peer in transport.peers
    }
    receives = {
        peer: [memoryview(key) for parties, key in arriving.items() if peer == parties[0]] for peer in transport.peers
    }
    transport.exchange(
        [(peer, pieces) for peer, pieces in sends.items() if pieces],
        [(peer, pieces) for peer, pieces in receives.items() if pieces],
        round=0,
    )
    return keys | {parties: bytes(key) for parties, key in arriving.items()}


def key_sets(graph: Graph) -> tuple[Parties, ...]:
    """The sets of parties that share a key in `graph`, in ascending order."""
    found: set[Parties] = set()
    for node in _randoms(graph.body):
        found.update(SOURCES[node.source].key_sets(node.at))
    return tuple(sorted(found))


def compare_public_inputs(graph: Graph, transport: Transport, inputs: Mapping[str, Array]) -> None:
    """Raises `PeerError` when a peer gives another value for a public input than this party does."""
    me = transport.me
    public = [node for node in graph.body if isinstance(node, Input) and not node.shares and me in node.at]
    common = {peer: [node.name for node in public if peer in node.at] for peer in transport.peers}
    common = {peer: names for peer, names in common.items() if names}
    digests = {node.name: sha256(np.ascontiguousarray(inputs[node.name])).digest() for node in public}
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


def _randoms(nodes: tuple[Node, ...]) -> Iterator[Random]:
    for node in nodes:
        if isinstance(node, Random):
            yield node
        elif isinstance(node, Repeat):
            yield from _randoms(node.body)
