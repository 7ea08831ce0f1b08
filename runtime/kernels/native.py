"""One thin layer over Numba: typed kernels that compile on first use, are cached on disk, and release the GIL.

Numba has no types that a checker could read, so it is named here only (and in `randomness.aes`, which emits LLVM).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from threading import RLock
from types import FunctionType
from typing import Any

import numba
from numba import types

WORDS = types.Array(types.uint64, 1, "C", readonly=True)
"""A contiguous vector of uint64 to read; read-only arrays and writable ones both pass."""
OUT = types.Array(types.uint64, 1, "C")
"""A contiguous vector of uint64 to write."""
WORDS32 = types.Array(types.uint32, 1, "C", readonly=True)
OUT32 = types.Array(types.uint32, 1, "C")
WORDS16 = types.Array(types.uint16, 1, "C", readonly=True)
OUT16 = types.Array(types.uint16, 1, "C")
BYTES = types.Array(types.uint8, 1, "C", readonly=True)
OUT_BYTES = types.Array(types.uint8, 1, "C")
BOOLEANS = types.Array(types.boolean, 1, "C", readonly=True)
OUT_BOOLEANS = types.Array(types.boolean, 1, "C")
PLANES = types.Array(types.uint64, 2, "C", readonly=True)
"""uint64[planes, words] to read, or any matrix of uint64."""
OUT_PLANES = types.Array(types.uint64, 2, "C")
INDICES = types.Array(types.int64, 1, "C", readonly=True)
OUT_INDICES = types.Array(types.int64, 1, "C")
INT = types.int64
COUNT = types.Array(types.int64, 1, "C")
"""Numbers that a kernel changes."""

_LOADING = RLock()
"""Kernels are loaded one at a time: parties may be threads of one process."""


class Native:
    """A compiled function: call `run`, with arrays exactly of the declared types (others are a `TypeError`)."""

    __slots__ = ("_dispatcher", "_signature", "run")

    def __init__(self, function: Callable[..., None], signature: Sequence[Any]) -> None:
        self._signature = types.void(*signature)
        self._dispatcher = numba.njit(nogil=True, cache=True)(_named_apart(function, self._signature))
        self.run: Callable[..., None] = self._load_and_run

    @property
    def name(self) -> str:
        """The function's name."""
        return str(self._dispatcher.__name__)

    def load(self) -> bool:
        """Makes `run` ready; whether that took a compilation, the cache on disk having none."""
        with _LOADING:
            return self._load()

    def _load(self) -> bool:
        if self.run is self._dispatcher:
            return False
        self._dispatcher.compile(self._signature)
        self._dispatcher.disable_compile()
        self.run = self._dispatcher
        return bool(self._dispatcher.stats.cache_misses)

    def _load_and_run(self, *arguments: object) -> None:
        self.load()
        self.run(*arguments)


def _named_apart(function: Callable[..., None], signature: object) -> FunctionType:
    """The function under a name that no other version of it has, be it of other types or over other numbers.

    Numba's cache on disk has an index for each name, in which versions are counted. Of two processes that add versions
    at the same time, both may count theirs as the first: from then on one would be run for the other.
    """
    assert isinstance(function, FunctionType)
    over = [cell.cell_contents for cell in function.__closure__ or ()]
    version = sha256(repr((signature, over)).encode()).hexdigest()[:8]
    code, known = function.__code__, function.__globals__
    apart = FunctionType(code, known, function.__name__, function.__defaults__, function.__closure__)
    apart.__qualname__ = f"{function.__qualname__}.{version}"
    return apart


def native(*signature: Any) -> Callable[[Callable[..., None]], Native]:
    """Declares a kernel with the types of its arguments, from the names above."""

    def declare(function: Callable[..., None]) -> Native:
        return Native(function, signature)

    return declare


def inline(function: Callable[..., Any]) -> Callable[..., Any]:
    """A function for kernels to call; LLVM inlines it."""
    compiled: Callable[..., Any] = numba.njit(nogil=True)(function)
    return compiled


@dataclass(frozen=True, slots=True)
class Kernel:
    """A kernel of the table: `run(out, *inputs, **attributes)`, and the compiled functions that it calls."""

    run: Callable[..., None]
    needs: tuple[Native, ...] = ()
