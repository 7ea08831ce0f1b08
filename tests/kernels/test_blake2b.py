"""BLAKE2b of rows against the standard library's."""

from hashlib import blake2b

import numpy as np
import pytest
from tacit.runtime.kernels.blake2b import hash_rows

PERSON = b"sixteen letters."


@pytest.mark.parametrize("length", [1, 2, 4, 15, 16])
@pytest.mark.parametrize("digest", [1, 2, 4, 8])
def test_rows(length: int, digest: int) -> None:
    rows = np.random.default_rng(length).integers(0, 2**64, (5, length), np.uint64)
    out = np.empty((5, digest), np.uint64)
    hash_rows.run(rows.reshape(-1), length, np.frombuffer(PERSON, np.uint64), out.reshape(-1), digest)
    for row, found in zip(rows, out, strict=True):
        assert found.tobytes() == blake2b(row.tobytes(), digest_size=8 * digest, person=PERSON).digest()
