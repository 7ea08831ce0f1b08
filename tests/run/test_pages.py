"""Memory for a run."""

import pytest
from tacit.runtime.pages import bring_in, reserve


@pytest.mark.parametrize("size", [1, 100, 1 << 20, (1 << 22) + 7])
def test_bytes_are_zero_writable_and_start_a_cache_line(size: int) -> None:
    memory = reserve(size)
    assert memory.nbytes == size
    assert size == 0 or memory.ctypes.data % 64 == 0
    assert not memory.any()
    memory[:] = 255
    bring_in(memory)
    assert (memory == 255).all()
