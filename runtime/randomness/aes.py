"""AES-128 in counter mode: streams of uint64 from a key and a draw number. Every other source builds on this PRG.

Block c of draw d is AES(key, d || c), both as 64-bit big-endian numbers: NIST SP 800-38A's counter mode with the
initial counter block d || 0. The stream's bytes are taken as little-endian words. No block is ever encrypted twice
under a key. A key belongs to one set of parties and one session, a draw number belongs to one execution of one random
node, and a draw ends long before its 2**64 blocks.

Two implementations give the same bytes. Where the CPU has VAES and AVX-512, a Numba kernel (`aes_vector`) keeps 16
blocks in flight. Elsewhere, or with TACIT_PORTABLE=1, OpenSSL makes the streams.
"""

import os
from collections.abc import Mapping
from functools import cache
from typing import Any, Protocol

import numpy as np
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from ..kernels.features import host_features, may_use
from .aes_vector import STEP, Combination, fill_combined, fill_stream, vector_keys

Array = np.ndarray[Any, Any]

KEY_BYTES = 16


class Stream(Protocol):
    """All streams of one key."""

    def __init__(self, key: bytes) -> None: ...

    def fill(self, out: Array, draw: int, block: int = 0) -> None:
        """Fills `out`, a contiguous vector of any integer type, with the stream of `draw` from `block` on."""
        ...

    def combine(self, minus: Any, how: Combination, out: Array, draw: int) -> None:
        """Fills `out` with this key's stream of `draw` minus (or XOR) the same draw of `minus`, another key."""
        ...


class VectorStream:
    """The streams of one key, made by `aes_vector`."""

    def __init__(self, key: bytes) -> None:
        self._keys = vector_keys(expand_key(key))

    @property
    def address(self) -> int:
        """The address of the round keys, for `fill_batch`. It is valid as long as this object lives."""
        return int(self._keys.ctypes.data)

    def fill(self, out: Array, draw: int, block: int = 0) -> None:
        """See `Stream`."""
        if out.nbytes % 8 == 0:
            fill_stream.run(out.view(np.uint64), self._keys, draw, block)
            return
        whole, rest = _split(out)
        fill_stream.run(whole, self._keys, draw, block)
        last = np.empty(STEP, np.uint64)
        fill_stream.run(last, self._keys, draw, block + whole.size // 2)
        rest[:] = last.view(out.dtype)[: rest.size]

    def combine(self, minus: "VectorStream", how: Combination, out: Array, draw: int) -> None:
        """See `Stream`."""
        run = fill_combined[how].run
        if out.nbytes % 8 == 0:
            run(out.view(np.uint64), self._keys, minus._keys, draw, 0)
            return
        whole, rest = _split(out)
        run(whole, self._keys, minus._keys, draw, 0)
        last = np.empty(STEP, np.uint64)
        run(last, self._keys, minus._keys, draw, whole.size // 2)
        rest[:] = last.view(out.dtype)[: rest.size]


class PortableStream:
    """The streams of one key, made by OpenSSL."""

    def __init__(self, key: bytes) -> None:
        self._cipher = algorithms.AES(key)

    def fill(self, out: Array, draw: int, block: int = 0) -> None:
        """See `Stream`."""
        encryptor = self._encryptor(draw, block)
        octets = out.view(np.uint8)
        for start in range(0, octets.size, _CHUNK):
            part = octets[start : start + _CHUNK]
            encryptor.update_into(_ZEROS[: part.size], part)

    def combine(self, minus: "PortableStream", how: Combination, out: Array, draw: int) -> None:
        """See `Stream`."""
        self.fill(out, draw)
        encryptor = minus._encryptor(draw)
        subtract = np.bitwise_xor if how is Combination.XOR else np.subtract
        step = _CHUNK // out.itemsize
        for start in range(0, out.size, step):
            part = out[start : start + step]
            other = np.frombuffer(encryptor.update(_ZEROS[: part.nbytes]), out.dtype)
            subtract(part, other, out=part)

    def _encryptor(self, draw: int, block: int = 0) -> Any:
        return Cipher(self._cipher, modes.CTR(draw.to_bytes(8, "big") + block.to_bytes(8, "big"))).encryptor()


_CHUNK = 1 << 16
_ZEROS = memoryview(bytes(_CHUNK))


def is_vectorised(environment: Mapping[str, str], features: Mapping[str, bool]) -> bool:
    """Whether `VectorStream` may run on a machine with this environment and these features."""
    return may_use(environment, features, ("vaes", "avx512f", "avx512bw"))


STREAM: type[Stream] = VectorStream if is_vectorised(os.environ, host_features()) else PortableStream
"""The implementation for this machine."""


def expand_key(key: bytes) -> Array:
    """The eleven round keys of FIPS 197, section 5.2, as uint64[11, 2], with bytes in the order of memory."""
    words = [key[at : at + 4] for at in range(0, KEY_BYTES, 4)]
    constant = 1
    for number in range(4, 44):
        word = words[-1]
        if number % 4 == 0:
            turned = bytes(_substitutions()[octet] for octet in word[1:] + word[:1])
            word = bytes([turned[0] ^ constant]) + turned[1:]
            constant = _double(constant)
        words.append(bytes(a ^ b for a, b in zip(words[-4], word, strict=True)))
    return np.frombuffer(b"".join(words), np.uint64).reshape(11, 2)


@cache
def _substitutions() -> bytes:
    """The S-box: inversion in GF(2^8), then the affine map. The walk multiplies by the generator 3 and its inverse."""
    table = bytearray(256)
    power = inverse = 1
    for _ in range(255):
        power ^= _double(power)
        for shift in (1, 2, 4):
            inverse ^= inverse << shift & 0xFF
        inverse ^= 0x09 if inverse & 0x80 else 0
        turns = [(inverse << turn | inverse >> (8 - turn)) & 0xFF for turn in (0, 1, 2, 3, 4)]
        table[power] = turns[0] ^ turns[1] ^ turns[2] ^ turns[3] ^ turns[4] ^ 0x63
    table[0] = 0x63
    return bytes(table)


def _double(value: int) -> int:
    return value << 1 & 0xFF ^ (0x1B if value & 0x80 else 0)


def _split(out: Array) -> tuple[Array, Array]:
    """The part of `out` that whole passes of the inner loop fill, as uint64, and the rest."""
    whole = out.nbytes // (8 * STEP) * (8 * STEP) // out.itemsize
    return out[:whole].view(np.uint64), out[whole:]
