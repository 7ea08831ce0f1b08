"""Tags: a pseudo-random function of keys under a secret that some parties share. In: int64 keys. Out: uint64 tags.

AES-128 of the block (domain, key), of which the first 8 bytes are the tag. A secret is drawn for one alignment and used
for nothing else, so that its blocks meet no other use of AES.
"""

from typing import Any

import numpy as np
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from .fresh import fresh_bytes

Array = np.ndarray[Any, Any]

SECRET_BYTES = 16
_CHUNK = 1 << 15
"""Keys at a time: their blocks stay in cache."""


def tags(secret: bytes, domain: int, keys: Array) -> Array:
    """The tags of `keys`. Equal keys of a domain have equal tags; without the secret, all else looks random."""
    encryptor = Cipher(algorithms.AES(secret), modes.ECB()).encryptor()  # each block stands for itself
    result: Array = np.empty(keys.size, np.uint64)
    blocks: Array = np.zeros((_CHUNK, 2), np.int64)
    blocks[:, 0] = domain
    for start in range(0, keys.size, _CHUNK):
        part = keys[start : start + _CHUNK]
        blocks[: part.size, 1] = part
        encrypted = np.frombuffer(encryptor.update(blocks[: part.size].reshape(-1).view(np.uint8).data), np.uint64)
        result[start : start + part.size] = encrypted[::2]
    return result


def strange_tags(count: int) -> Array:
    """Tags of no key: fresh random ones, which match nothing."""
    return np.frombuffer(fresh_bytes(8 * count), np.uint64)
