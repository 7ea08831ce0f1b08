"""AES against published vectors, and the two implementations against each other."""

from typing import Any

import numpy as np
import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from tacit.runtime.randomness.aes import STREAM, PortableStream, Stream, VectorStream, expand_key, is_vectorised
from tacit.runtime.randomness.aes_vector import Combination, fill_stream, vector_keys

KEY = bytes.fromhex("2b7e151628aed2a6abf7158809cf4f3c")
"""The key of FIPS 197, appendix A.1, and of SP 800-38A, appendix F.5."""

OTHER = bytes(range(16))

STREAMS = [PortableStream, *([VectorStream] if STREAM is VectorStream else [])]
"""Those that this machine runs."""


def test_round_keys_of_fips_197() -> None:
    keys = expand_key(KEY).tobytes()
    assert keys[:16] == KEY
    assert keys[16:32].hex() == "a0fafe1788542cb123a339392a6c7605"
    assert keys[160:].hex() == "d014f9a8c9ee2589e13f0cc8b6630ca6"


def test_counter_mode_of_sp_800_38a() -> None:
    """F.5.1's first block is block 0xf8f9... of draw 0xf0f1...: reached by starting the kernel there."""
    cipher_text = bytes.fromhex("874d6191b620e3261bef6864990db6ce")
    plain_text = bytes.fromhex("6bc1bee22e409f96e93d7e117393172a")
    key_stream = bytes(a ^ b for a, b in zip(cipher_text, plain_text, strict=True))
    draw, block = (np.array(half, np.uint64).view(np.int64) for half in (0xF0F1F2F3F4F5F6F7, 0xF8F9FAFBFCFDFEFF))
    out = np.empty(2, np.uint64)
    if STREAM is VectorStream:
        fill_stream.run(out, vector_keys(expand_key(KEY)), int(draw), int(block))
        assert out.tobytes() == key_stream


@pytest.mark.parametrize("make", STREAMS)
@pytest.mark.parametrize("draw", [0, 1, 0x0102030405060708, 2**63 - 1])
def test_a_block_is_the_encrypted_draw_and_counter(make: type[Stream], draw: int) -> None:
    out = np.empty(200, np.uint64)
    make(KEY).fill(out, draw)
    encryptor = Cipher(algorithms.AES(KEY), modes.ECB()).encryptor()
    blocks = b"".join(draw.to_bytes(8, "big") + block.to_bytes(8, "big") for block in range(100))
    assert out.tobytes() == encryptor.update(blocks)


@pytest.mark.parametrize("dtype", [np.uint64, np.uint32, np.uint16])
@pytest.mark.parametrize("size", [0, 1, 2, 3, 5, 31, 32, 33, 64, 127, 129, 1000, 70001])
def test_both_implementations_agree(dtype: Any, size: int) -> None:
    found: list[list[bytes]] = []
    how = {np.uint64: Combination.SUBTRACT64, np.uint32: Combination.SUBTRACT32, np.uint16: Combination.SUBTRACT16}
    for make in STREAMS:
        one, other = make(KEY), make(OTHER)
        out = np.empty(size, dtype)
        one.fill(out, 7)
        plus = out.copy()
        other.fill(out, 7)
        minus = out.copy()
        one.combine(other, how[dtype], out, 7)
        assert np.array_equal(out, plus - minus)
        difference = out.tobytes()
        results = [plus.tobytes(), minus.tobytes(), difference]
        if dtype is np.uint64:
            one.combine(other, Combination.XOR, out, 7)
            assert np.array_equal(out, plus ^ minus)
        found.append(results)
    assert all(results == found[0] for results in found)


def test_a_shorter_draw_is_the_start_of_a_longer_one() -> None:
    long, short = np.empty(100, np.uint16), np.empty(37, np.uint16)
    STREAM(KEY).fill(long, 3)
    STREAM(KEY).fill(short, 3)
    assert np.array_equal(long[:37], short)


def test_the_portable_implementation_is_chosen_where_it_must_be() -> None:
    able = {"vaes": True, "avx512f": True, "avx512bw": True}
    assert is_vectorised({}, able)
    assert is_vectorised({"TACIT_PORTABLE": "0"}, able)
    assert not is_vectorised({"TACIT_PORTABLE": "1"}, able)
    assert not is_vectorised({}, {})
    for feature in able:
        assert not is_vectorised({}, able | {feature: False})
