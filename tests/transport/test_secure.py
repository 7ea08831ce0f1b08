"""Pinned certificates: who is let in, and that nobody can take another's place."""

import stat
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from tacit.runtime.errors import PeerError, UsageError
from tacit.runtime.transport.connect import Meeting, connect, listen
from tacit.runtime.transport.hello import transcript
from tacit.runtime.transport.secure import Identity, PinnedCertificates, create_identity

NAMES = ("alice", "bob")


@pytest.fixture(scope="module")
def identities(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Identity]:
    folder = tmp_path_factory.mktemp("identities")
    return {name: create_identity(folder, name) for name in ("alice", "bob", "mallory")}


def outcomes(alice: PinnedCertificates, bob: PinnedCertificates) -> list[str]:
    listeners = [listen(), listen()]
    addresses = {party: listener.getsockname() for party, listener in enumerate(listeners)}

    def meet(me: int) -> str:
        pinned = (alice, bob)[me]
        try:
            connect(Meeting(me, NAMES, addresses, {}, pinned, pinned, seconds=1.0), listeners[me]).close()
        except PeerError as error:
            return str(error)
        return "connected"

    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(meet, range(2)))


def pins(identities: Mapping[str, Identity], *names: str) -> dict[int, str]:
    return {party: identities[name].fingerprint for party, name in enumerate(names)}


def test_those_with_pinned_certificates_meet(identities: dict[str, Identity]) -> None:
    both = pins(identities, "alice", "bob")
    alice, bob = (PinnedCertificates(identities[name], both) for name in NAMES)
    assert outcomes(alice, bob) == ["connected", "connected"]


def test_a_caller_with_another_certificate_is_not_let_in(identities: dict[str, Identity]) -> None:
    both = pins(identities, "alice", "bob")
    alice, mallory = PinnedCertificates(identities["alice"], both), PinnedCertificates(identities["mallory"], both)
    assert outcomes(alice, mallory)[0] == "party bob did not connect in time"


def test_an_answerer_with_another_certificate_is_hung_up_on(identities: dict[str, Identity]) -> None:
    both = pins(identities, "alice", "bob")
    mallory, bob = PinnedCertificates(identities["mallory"], both), PinnedCertificates(identities["bob"], both)
    assert outcomes(mallory, bob)[1] == "party alice did not prove who it is"


def test_a_proof_needs_the_key_of_the_certificate(identities: dict[str, Identity]) -> None:
    """Somebody who shows bob's certificate (it is public) cannot sign with it, nor reuse what bob signed elsewhere."""
    both = pins(identities, "alice", "bob")
    alice, bob = (PinnedCertificates(identities[name], both) for name in NAMES)
    words = transcript(1, b"hello of bob", b"hello of alice")
    proof = bob.prove(words)
    assert len(proof) == bob.proof_bytes
    assert alice.is_proof(1, words, proof)
    assert not alice.is_proof(0, words, proof)
    assert not alice.is_proof(1, transcript(1, b"hello of bob", b"another hello"), proof)
    assert not alice.is_proof(1, words, alice.prove(words))
    assert not alice.is_proof(1, words, bytes(bob.proof_bytes))


def test_a_key_is_for_its_owner_only(identities: dict[str, Identity]) -> None:
    assert stat.S_IMODE(identities["alice"].key.stat().st_mode) == 0o600
    assert identities["alice"].fingerprint.startswith("sha256:")


def test_a_key_is_never_overwritten(tmp_path: Path) -> None:
    create_identity(tmp_path, "alice")
    with pytest.raises(FileExistsError):
        create_identity(tmp_path, "alice")


def test_an_unreadable_certificate_is_named(tmp_path: Path) -> None:
    (tmp_path / "alice.crt").write_text("nonsense")
    with pytest.raises(UsageError, match=r"certificate .*alice.crt cannot be read: it is not a PEM file"):
        print(Identity(tmp_path / "alice.crt", tmp_path / "alice.key").fingerprint)
