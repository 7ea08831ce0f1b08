"""Memory for a run: zeros, all of its pages there before the first round.

For a big array a page's first touch costs more than a kernel's whole work on it (1,000,000 comparisons: 0.27 s on
fresh pages, 0.1 s on these). Where the system has huge pages they are asked for: kernels walk over many planes side by
side, each on a page of its own, and small pages are more than the CPU remembers (the same comparisons: 15 % less).
"""

import mmap
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]

_ALIGNMENT = 64
_LARGE = 1 << 20
_HUGE = 1 << 21
_POPULATE_WRITE = 23
"""Linux's MADV_POPULATE_WRITE, which `mmap` does not name."""


def zeros(size: int) -> Array:
    """So many bytes, from the start of a cache line on."""
    if size < _LARGE:
        memory, alignment = np.zeros(size + _ALIGNMENT, np.uint8), _ALIGNMENT
    else:
        memory, alignment = np.frombuffer(_mapped(size + _HUGE), np.uint8), _HUGE
    start = -memory.ctypes.data % alignment
    return memory[start : start + size]


def _mapped(size: int) -> mmap.mmap:
    """Pages of zeros; those of a system without huge ones, or without a way to ask for all at once, are touched."""
    pages = mmap.mmap(-1, size, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    is_linux = hasattr(mmap, "MADV_HUGEPAGE")
    if is_linux:
        _advise(pages, mmap.MADV_HUGEPAGE)
    if not is_linux or not _advise(pages, _POPULATE_WRITE):
        np.frombuffer(pages, np.uint8)[:: mmap.PAGESIZE] = 0
    return pages


def _advise(pages: mmap.mmap, advice: int) -> bool:
    """Whether the system took it."""
    try:
        pages.madvise(advice)
    except OSError:
        return False
    return True
