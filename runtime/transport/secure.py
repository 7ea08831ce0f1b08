"""Connections between machines: TLS 1.3, and certificates known by their fingerprints alone.

A caller checks the certificate that TLS shows. The answering side cannot, because TLS would want the issuer of the
caller's certificate, and there is none. So both sides also prove who they are in their first words: each signs both
hellos, with the certificate whose fingerprint the deployment names. The hellos hold fresh nonces. They travel inside
the TLS connection, which the caller has already tied to the answerer's certificate, so nobody in between can pass a
proof on.
"""

from __future__ import annotations

import os
import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from socket import socket
from struct import Struct

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from ..errors import UsageError
from .channel import Channel, tune
from .hello import StrangerError

_SIGNATURE = ec.ECDSA(hashes.SHA256())
_LENGTHS = Struct("<HH")
_PROOF_BYTES = 4096
_RECORD_BYTES = 1 << 14
"""The bytes that one TLS record holds. Smaller pieces are joined, so that a message does not become many records."""

_VALID = timedelta(days=3650)


@dataclass(frozen=True, slots=True)
class Identity:
    """A node's own certificate and private key, in PEM files."""

    certificate: Path
    key: Path

    @property
    def fingerprint(self) -> str:
        """The fingerprint by which other parties' configurations know this node."""
        return fingerprint(_load_certificate(self.certificate))


def create_identity(folder: Path, name: str) -> Identity:
    """Makes a certificate for a node as NAME.crt, and its key as NAME.key, which only the file's owner can read.

    Raises `FileExistsError` if the key is there already.
    """
    folder.mkdir(parents=True, exist_ok=True)
    identity = Identity(folder / f"{name}.crt", folder / f"{name}.key")
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name[:64])])
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
    certificate = (
        builder.not_valid_before(now - timedelta(days=1)).not_valid_after(now + _VALID).sign(key, hashes.SHA256())
    )
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    descriptor = os.open(identity.key, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(secret)
    identity.certificate.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    return identity


def fingerprint(certificate: x509.Certificate) -> str:
    """`sha256:` and the hexadecimal digest of a certificate."""
    return _fingerprint(certificate.public_bytes(serialization.Encoding.DER))


class PinnedCertificates:
    """Knows the parties by the fingerprints of their certificates: a `Tunnel` and an `Authority` in one."""

    proof_bytes = _PROOF_BYTES

    def __init__(self, identity: Identity, fingerprints: Mapping[int, str]) -> None:
        """Raises `UsageError` for files that cannot be read, or that do not belong together."""
        self._fingerprints = dict(fingerprints)
        self._certificate = _load_certificate(identity.certificate)
        self._key = _load_key(identity.key)
        if self._key.public_key() != self._certificate.public_key():
            raise UsageError(f"key {identity.key} does not belong to certificate {identity.certificate}")
        self._caller = _context(ssl.PROTOCOL_TLS_CLIENT)
        self._caller.check_hostname = False
        self._caller.verify_mode = ssl.CERT_NONE
        self._answerer = _context(ssl.PROTOCOL_TLS_SERVER)
        self._answerer.num_tickets = 0
        self._answerer.load_cert_chain(identity.certificate, identity.key)

    def enter(self, connection: socket, callee: int | None) -> socket:
        """The connection under TLS. Raises `StrangerError` if a callee shows another certificate than is pinned."""
        tune(connection)
        if callee is None:
            return self._answerer.wrap_socket(connection, server_side=True)
        wrapped = self._caller.wrap_socket(connection)
        shown = wrapped.getpeercert(binary_form=True)
        if shown is None or _fingerprint(shown) != self._fingerprints[callee]:
            wrapped.close()
            raise StrangerError
        return wrapped

    def channel(self, connection: socket) -> Channel:
        """See `Tunnel`."""
        assert isinstance(connection, ssl.SSLSocket)
        return TlsChannel(connection)

    def prove(self, transcript: bytes) -> bytes:
        """This node's certificate and its signature of the transcript, padded to a fixed length."""
        certificate = self._certificate.public_bytes(serialization.Encoding.DER)
        signature = self._key.sign(transcript, _SIGNATURE)
        proof = _LENGTHS.pack(len(certificate), len(signature)) + certificate + signature
        return proof.ljust(_PROOF_BYTES, b"\0")

    def is_proof(self, party: int, transcript: bytes, proof: bytes) -> bool:
        """Whether the certificate is the one pinned for `party`, and its key signed the transcript."""
        length, more = _LENGTHS.unpack_from(proof)
        certificate, signature = proof[_LENGTHS.size :][:length], proof[_LENGTHS.size + length :][:more]
        if _fingerprint(certificate) != self._fingerprints.get(party):
            return False
        public_key = x509.load_der_x509_certificate(certificate).public_key()
        if not isinstance(public_key, ec.EllipticCurvePublicKey):
            return False
        try:
            public_key.verify(signature, transcript, _SIGNATURE)
        except InvalidSignature:
            return False
        return True


class TlsChannel:
    """A `Channel` over TLS."""

    is_plain = False

    def __init__(self, connection: ssl.SSLSocket) -> None:
        connection.setblocking(False)
        self._connection = connection

    def fileno(self) -> int:
        """See `Channel`."""
        return self._connection.fileno()

    def send(self, pieces: Sequence[memoryview]) -> int | None:
        """See `Channel`."""
        try:
            return self._connection.send(_front(pieces))
        except (ssl.SSLWantReadError, ssl.SSLWantWriteError):
            return None

    def receive(self, pieces: Sequence[memoryview]) -> int | None:
        """See `Channel`."""
        received = 0
        try:
            for piece in pieces:
                count = self._connection.recv_into(piece) if piece else 0
                received += count
                if count < len(piece):
                    break
        except (ssl.SSLWantReadError, ssl.SSLWantWriteError):
            return received or None
        return received

    def close(self) -> None:
        """See `Channel`."""
        self._connection.close()


def _front(pieces: Sequence[memoryview]) -> memoryview | bytes:
    """The bytes for the next call: a long first piece as it is, or short pieces joined until they fill a record."""
    first = next(filter(None, pieces))
    if len(first) >= _RECORD_BYTES:
        return first
    joined = bytearray()
    for piece in pieces:
        joined += piece[: _RECORD_BYTES - len(joined)]
        if len(joined) == _RECORD_BYTES:
            break
    return bytes(joined)


def _context(side: int) -> ssl.SSLContext:
    context = ssl.SSLContext(side)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    return context


def _fingerprint(certificate: bytes) -> str:
    return f"sha256:{sha256(certificate).hexdigest()}"


def _load_certificate(path: Path) -> x509.Certificate:
    try:
        return x509.load_pem_x509_certificate(path.read_bytes())
    except (OSError, ValueError) as error:
        raise UsageError(f"certificate {path} cannot be read: {_reason(error)}") from None


def _load_key(path: Path) -> ec.EllipticCurvePrivateKey:
    try:
        key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    except (OSError, ValueError, TypeError) as error:
        raise UsageError(f"key {path} cannot be read: {_reason(error)}") from None
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise UsageError(f"key {path} is not an elliptic-curve key")
    return key


def _reason(error: Exception) -> str:
    return error.strerror or "input/output error" if isinstance(error, OSError) else "it is not a PEM file of that kind"
