"""Connected groups of parties in one process, over each transport, and a way to run code at all of them at once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

from tacit.runtime.tape.interpreter import IS_POSSIBLE
from tacit.runtime.transport import memory
from tacit.runtime.transport.base import Transport
from tacit.runtime.transport.connect import Meeting, connect, listen
from tacit.runtime.transport.hello import SharedToken
from tacit.runtime.transport.secure import PinnedCertificates, create_identity
from tacit.runtime.transport.shaped import STAMP_BYTES, Shape, ShapedTransport
from tacit.runtime.transport.tcp import TcpTransport

from tests.transport.directly import DirectTransport

NAMES = ("alice", "bob", "carol", "dave", "erin")
TOKEN = bytes(32)
Result = TypeVar("Result")


def at_all(parties: int, run: Callable[[int], Result]) -> list[Result]:
    """What `run(party)` returns at each party, all running at the same time; raises the first party's exception."""
    with ThreadPoolExecutor(parties) as pool:
        return [future.result() for future in [pool.submit(run, party) for party in range(parties)]]


def over_memory(parties: int) -> list[Transport]:
    return list(memory.connect(NAMES[:parties]))


def over_tcp(parties: int) -> list[Transport]:
    listeners = [listen() for _ in range(parties)]
    addresses = {party: listener.getsockname() for party, listener in enumerate(listeners)}

    def join(party: int) -> Transport:
        return connect(Meeting(party, NAMES[:parties], addresses, {}, SharedToken(TOKEN)), listeners[party])

    return at_all(parties, join)


def over_tls(parties: int) -> list[Transport]:
    with TemporaryDirectory() as folder:
        identities = [create_identity(Path(folder), name) for name in NAMES[:parties]]
        fingerprints = {party: identity.fingerprint for party, identity in enumerate(identities)}
        pinned = [PinnedCertificates(identity, fingerprints) for identity in identities]
    listeners = [listen() for _ in range(parties)]
    addresses = {party: listener.getsockname() for party, listener in enumerate(listeners)}

    def join(party: int) -> Transport:
        meeting = Meeting(party, NAMES[:parties], addresses, {}, pinned[party], pinned[party])
        return connect(meeting, listeners[party])

    return at_all(parties, join)


def over_shaped(parties: int) -> list[Transport]:
    """A network that is fast, for the suite's sake, but delays and queues all the same."""
    return [ShapedTransport(transport, Shape(1e-4, 1e9)) for transport in over_tcp(parties)]


def over_direct(parties: int) -> list[Transport]:
    return [DirectTransport(transport) for transport in over_tcp(parties) if isinstance(transport, TcpTransport)]


GROUPS: dict[str, Callable[[int], list[Transport]]] = {
    "memory": over_memory,
    "tcp": over_tcp,
    "tls": over_tls,
    "shaped": over_shaped,
    **({"direct": over_direct} if IS_POSSIBLE else {}),
}

STAMPS = {"shaped": STAMP_BYTES}
"""Messages of these transports are longer by so much, also where a disagreement tells their length."""
