"""Parties of a deployment: they meet, compile alike, and say what differs when they do not."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from pathlib import Path
from textwrap import dedent

import numpy as np
import pytest
from tacit.runtime.data.inputs import Inputs
from tacit.runtime.deployed.deployment import Deployment, read_deployment
from tacit.runtime.deployed.run_remote import RemoteRun, run_remote
from tacit.runtime.errors import PeerError, UsageError
from tacit.runtime.graph.file import to_bytes
from tacit.runtime.transport.connect import listen
from tacit.runtime.transport.secure import Identity, create_identity

from tests.local.local_runs import Alone, adding_graph
from tests.run.graphs import NAMES, Builder, integers

READERS = (
    lambda: (Inputs({"x": np.array([1, 2, 3])}), {"x": [3]}),
    lambda: (Inputs({"y": np.array([10, 20, 30])}), {"y": [3]}),
    lambda: (Inputs(), {}),
)


def free_ports() -> list[int]:
    listeners = [listen() for _ in NAMES]
    ports = [listener.getsockname()[1] for listener in listeners]
    for listener in listeners:
        listener.close()
    return ports


@pytest.fixture
def identities(tmp_path: Path) -> list[Identity]:
    return [create_identity(tmp_path, name) for name in NAMES]


@pytest.fixture
def deployment(identities: list[Identity]) -> Deployment:
    addresses = tuple(("127.0.0.1", port) for port in free_ports())
    return Deployment("test", NAMES, addresses, tuple(identity.fingerprint for identity in identities), {})


def test_a_deployment_runs(deployment: Deployment, identities: list[Identity]) -> None:
    def compile(told: list[object], matched: Mapping[str, int]) -> bytes:
        assert told == [{"x": [3]}, {"y": [3]}, {}]
        return adding_graph()

    def run(me: int) -> RemoteRun[Alone]:
        return run_remote(deployment, NAMES[me], identities[me], {"program": "a"}, READERS[me], partial(Alone, compile))

    with ThreadPoolExecutor(3) as pool:
        alice, bob, carol = (one.result for one in pool.map(run, range(3)))
    assert carol.outputs["carol"]["sum"].tolist() == [11, 22, 33]
    assert (alice.outputs, bob.outputs) == ({}, {})


@pytest.mark.skipif(not Path("/proc/net/if_inet6").exists(), reason="this machine has no IPv6")
def test_parties_meet_at_addresses_of_ipv6(deployment: Deployment, identities: list[Identity]) -> None:
    at = replace(deployment, addresses=tuple(("::1", port) for _, port in deployment.addresses))

    def run(me: int) -> RemoteRun[Alone]:
        return run_remote(at, NAMES[me], identities[me], {}, READERS[me], partial(Alone, lambda *_: adding_graph()))

    with ThreadPoolExecutor(3) as pool:
        results = [one.result for one in pool.map(run, range(3))]
    assert results[2].outputs["carol"]["sum"].tolist() == [11, 22, 33]


def test_a_node_listens_where_its_entry_says(deployment: Deployment, identities: list[Identity]) -> None:
    """Its address is then that of a gateway; another machine's address as the place to listen is an error."""
    elsewhere = ("203.0.113.7", deployment.addresses[2][1])
    at = replace(deployment, addresses=(*deployment.addresses[:2], elsewhere), listens=(None, None, ("127.0.0.1", 0)))

    def run(me: int) -> RemoteRun[Alone]:
        return run_remote(at, NAMES[me], identities[me], {}, READERS[me], partial(Alone, lambda *_: adding_graph()))

    with ThreadPoolExecutor(3) as pool:  # Nobody calls the last node.
        results = [one.result for one in pool.map(run, range(3))]
    assert results[2].outputs["carol"]["sum"].tolist() == [11, 22, 33]
    wrong = replace(deployment, listens=(elsewhere, None, None))
    with pytest.raises(UsageError, match=r"alice cannot listen on 203\.0\.113\.7:"):
        run_remote(wrong, "alice", identities[0], {}, READERS[0], partial(Alone, lambda *_: adding_graph()))


def test_an_address_of_another_machine_is_waited_at_on_every_interface(
    deployment: Deployment, identities: list[Identity]
) -> None:
    """As behind a gateway: the others reach this machine there, and it does not have the address itself."""
    ports = [port for _, port in deployment.addresses]
    outside = replace(deployment, addresses=(("203.0.113.7", ports[0]), *deployment.addresses[1:]))

    def run(me: int) -> RemoteRun[Alone]:
        seen = deployment if me else outside
        return run_remote(seen, NAMES[me], identities[me], {}, READERS[me], partial(Alone, lambda *_: adding_graph()))

    with ThreadPoolExecutor(3) as pool:
        assert [one.result.outputs for one in pool.map(run, range(3))][2]


def test_a_key_of_another_certificate_is_told(deployment: Deployment, identities: list[Identity]) -> None:
    mixed = Identity(identities[1].certificate, identities[0].key)
    with pytest.raises(UsageError, match=r"alice\.key does not belong to certificate .*bob\.crt"):
        run_remote(deployment, "bob", mixed, {}, READERS[1], partial(Alone, lambda *_: adding_graph()))


def test_another_graph_is_told(deployment: Deployment, identities: list[Identity]) -> None:
    def run(me: int) -> str:
        build = Builder()
        build.input("x" if me == 0 else "z", integers(1), 0)
        content = to_bytes(build.graph())
        try:
            run_remote(deployment, NAMES[me], identities[me], {}, READERS[2], partial(Alone, lambda *_: content))
        except PeerError as error:
            return error.why
        return "no error"

    with ThreadPoolExecutor(3) as pool:
        assert "compiled another protocol graph: its program, sizes or options differ" in pool.map(run, range(3))


def test_parties_that_pin_another_certificate_for_a_third_are_told(
    deployment: Deployment, identities: list[Identity]
) -> None:
    """Two of them would run with one carol each, neither of which is the other's."""
    other = replace(deployment, fingerprints=(*deployment.fingerprints[:2], "sha256:" + "0" * 64))

    def run(me: int) -> str:
        mine = deployment if me == 0 else other
        try:
            run_remote(mine, NAMES[me], identities[me], {}, READERS[me], partial(Alone, lambda *_: adding_graph()))
        except PeerError as error:
            return error.why
        return "no error"

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(run, range(2))) == ["has another deployment than this party"] * 2


FILE = """
    protocol = "rep3"
    [nodes.clinic]
    address = "10.0.0.1:7300"
    fingerprint = "sha256:{digits}"
    [nodes.helper]
    address = "[::1]:7301"
    fingerprint = "sha256:{digits}"
    [roles]
    patients = "clinic"
"""
DIGITS = "0123456789abcdef" * 4


def parse(folder: Path, text: str) -> Deployment:
    path = folder / "parties.toml"
    path.write_text(dedent(text.replace("{digits}", DIGITS)))
    return read_deployment(path)


def test_a_file_is_read(tmp_path: Path) -> None:
    found = parse(tmp_path, FILE)
    assert found == Deployment(
        protocol="rep3",
        names=("clinic", "helper"),
        addresses=(("10.0.0.1", 7300), ("::1", 7301)),
        fingerprints=(f"sha256:{DIGITS}",) * 2,
        roles={"patients": "clinic"},
    )
    assert found.number("helper") == 1
    with pytest.raises(UsageError, match="there is no node 'nurse'; the nodes are clinic, helper"):
        found.number("nurse")


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ('protocol = "rep3"', "", "the file has no protocol"),
        ('protocol = "rep3"', "protocol = 3", "protocol of the file is not a text"),
        ('protocol = "rep3"', "protocol =", "is not TOML"),
        ("10.0.0.1:7300", "10.0.0.1", "expected HOST:PORT"),
        ("7300", "70000", "expected HOST:PORT"),
        ("sha256:{digits}", "sha256:12", "64 hexadecimal digits"),
        ('patients = "clinic"', 'patients = "nurse"', "sits on 'nurse', which is no node"),
        ("address", "adress", r"\[nodes.clinic\] has 'adress', which means nothing"),
        ("[roles]", "[nodes.third]", "has 'patients', which means nothing"),
    ],
)
def test_what_is_wrong_with_a_file_is_said(tmp_path: Path, old: str, new: str, problem: str) -> None:
    with pytest.raises(UsageError, match=problem):
        parse(tmp_path, FILE.replace(old, new))
