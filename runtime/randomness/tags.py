"""Tags: a pseudo-random function of keys under a secret that some parties share. In: int64 keys. Out: uint64 tags.

A tag is the first 8 bytes of AES-128 of the block (domain, key). A secret is drawn for one alignment and used for
nothing else, so no block of it is encrypted elsewhere.
"""

from typing import Any

import numpy as np
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from .fresh import fresh_bytes

Array = np.ndarray[Any, Any]

SECRET_BYTES = 16
_CHUNK = 1 << 15
"""How many keys are encrypted at a time: few enough for their blocks to stay in cache."""


def tags(secret: bytes, domain: int, keys: Array) -> Array:
    """The tags of `keys`. Equal keys of a domain have equal tags. Without the secret, all else looks random."""
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
    """So many fresh random tags, which belong to no key and match nothing but by a chance of 2**-64 for each pair."""
    return np.frombuffer(fresh_bytes(8 * count), np.uint64)
