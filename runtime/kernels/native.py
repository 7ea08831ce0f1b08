"""One thin layer over Numba: typed kernels that compile on first use, are cached on disk, and release the GIL.

Numba has no types that a checker could read, so kernels take what they need of Numba from this file. Only code that
emits LLVM, works with addresses or asks for the CPU's features imports Numba itself.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from inspect import getsource
from math import prod
from threading import RLock, local
from types import FunctionType, ModuleType
from typing import Any

import numba
import numpy as np
from numba import types
from numba.np import numpy_support

Array = np.ndarray[Any, Any]

WORDS = types.Array(types.uint64, 1, "C", readonly=True)
"""A contiguous vector of uint64 to read. Read-only and writable arrays both pass."""
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
"""A vector of int64 that a kernel reads and changes."""

_LOADING = RLock()
"""Kernels are loaded one at a time, because parties may be threads of one process."""


class Recording:
    """The calls of compiled functions that a step would make, in order. `held` keeps alive further arrays whose
    addresses the calls have."""

    def __init__(self, scratch: Scratch) -> None:
        self.calls: list[tuple[Native, tuple[Any, ...]]] = []
        self.held: list[object] = []
        self.scratch = scratch


class Scratch:
    """Memory that a step works with and that nobody reads after the step. All steps of a tape share it, because they
    follow each other."""

    def __init__(self) -> None:
        self._block = np.empty(0, np.uint8)
        self._taken = 0

    def rewind(self) -> None:
        """Frees everything for the next step."""
        self._taken = 0

    def take(self, shape: tuple[int, ...], dtype: Any) -> Array:
        """An array with arbitrary content, which overlaps no array that this step has taken before."""
        needed = prod(shape) * np.dtype(dtype).itemsize
        end = self._taken + -(-needed // _LINE) * _LINE
        if end > self._block.size:
            self._block, end = _lines(max(needed, 2 * self._block.size)), end - self._taken
            self._taken = 0
        begin, self._taken = self._taken, end
        taken: Array = self._block[begin : begin + needed].view(dtype).reshape(shape)
        return taken


_LINE = 64
"""Bytes of a cache line, at which every array of a scratch begins."""


def _lines(size: int) -> Array:
    memory = np.empty(size + 2 * _LINE, np.uint8)
    start = -int(memory.__array_interface__["data"][0]) % _LINE
    return memory[start : start + -(-size // _LINE) * _LINE]


def scratch(shape: tuple[int, ...], dtype: Any) -> Array:
    """An array with arbitrary content, for the present step alone."""
    present = _PRESENT.recording
    return np.empty(shape, dtype) if present is None else present.scratch.take(shape, dtype)


class UnrecordedError(Exception):
    """A step does more than call compiled functions."""


class _Present(local):
    recording: Recording | None = None


_PRESENT = _Present()


def record(step: Callable[[], None], scratch: Scratch | None = None) -> Recording | None:
    """The calls that `step` would make; nothing is run. None if `step` does more than call compiled functions.

    A step that is to be recorded must leave all work on arrays to compiled functions, and must make the same calls
    whatever the arrays hold: see `Kernel.replays`. The step may use all of `scratch`.
    """
    memory = Scratch() if scratch is None else scratch
    memory.rewind()
    _PRESENT.recording = recording = Recording(memory)
    try:
        step()
    except UnrecordedError:
        return None
    finally:
        _PRESENT.recording = None
    return recording


def recording() -> Recording | None:
    """The recording that this thread is making; None if it makes none."""
    return _PRESENT.recording


def unrecorded() -> None:
    """To be called before anything that a recording would miss. Raises `UnrecordedError` in a recording."""
    if _PRESENT.recording is not None:
        raise UnrecordedError


@dataclass(frozen=True, slots=True)
class Parameter:
    """A contiguous array that a compiled function takes."""

    dtype: np.dtype[Any]
    axes: int
    is_written: bool

    def takes(self, argument: object) -> bool:
        """Whether the argument may be given for this parameter."""
        if not isinstance(argument, np.ndarray) or argument.dtype != self.dtype or argument.ndim != self.axes:
            return False
        flags = argument.flags
        return flags.c_contiguous and flags.aligned and (flags.writeable or not self.is_written)

    def __str__(self) -> str:
        return f"{'an' if self.is_written else 'a readable'} array of {self.dtype} with {self.axes} axes"


def _parameter(kind: Any) -> Parameter | None:
    if not isinstance(kind, types.Array):
        return None
    return Parameter(numpy_support.as_dtype(kind.dtype), kind.ndim, bool(kind.mutable))


class Native:
    """A compiled function. `run` calls it, with arrays of exactly the declared types; others raise `TypeError`."""

    __slots__ = ("_address", "_dispatcher", "_entry", "_parameters", "_signature")

    def __init__(
        self, function: Callable[..., None], signature: Sequence[Any], modules: Sequence[ModuleType] = ()
    ) -> None:
        self._signature = types.void(*signature)
        apart = _named_apart(function, self._signature, modules)
        self._dispatcher = numba.njit(nogil=True, cache=True)(apart)
        self._entry: Callable[..., None] | None = None
        self._address: int | None = None
        self._parameters: tuple[Parameter | None, ...] | None = None

    @property
    def name(self) -> str:
        """The function's name."""
        return str(self._dispatcher.__name__)

    @property
    def parameters(self) -> tuple[Parameter | None, ...]:
        """The function's parameters: arrays, and None for whole numbers."""
        if self._parameters is None:
            self._parameters = tuple(map(_parameter, self._signature.args))
        return self._parameters

    def run(self, *arguments: Any) -> None:
        """Calls the function, or notes the call in the present recording."""
        recording = _PRESENT.recording
        if recording is None:
            self._call(arguments)
        else:
            recording.calls.append((self, arguments))

    def load(self) -> bool:
        """Makes `run` ready. Returns whether the function had to be compiled, because the disk cache lacked it."""
        with _LOADING:
            return self._load()

    def address(self) -> int:
        """The address of the machine code, which stays there."""
        if self._address is None:
            compiled = self._compiled()
            self._address = int(compiled.library.get_pointer_to_function(compiled.fndesc.llvm_func_name))
        return self._address

    def unchecked(self) -> Callable[..., None]:
        """The function without checks, for arguments that are known to be right."""
        call: Callable[..., None] = self._compiled().entry_point
        return call

    def check(self, arguments: Sequence[Any]) -> None:
        """Raises `TypeError` for arguments that the function does not take."""
        if len(arguments) != len(self.parameters):
            raise TypeError(f"{self.name} takes {len(self.parameters)} arguments, not {len(arguments)}")
        for parameter, argument in zip(self.parameters, arguments, strict=True):
            if parameter is None:
                if not isinstance(argument, int | np.integer):
                    raise TypeError(f"{self.name} is given {type(argument).__name__} for a whole number")
            elif not parameter.takes(argument):
                raise TypeError(f"{self.name} is not given {parameter}")

    def _compiled(self) -> Any:
        self.load()
        (compiled,) = self._dispatcher.overloads.values()
        return compiled

    def _load(self) -> bool:
        if self._entry is not None:
            return False
        self._dispatcher.compile(self._signature)
        self._dispatcher.disable_compile()
        (compiled,) = self._dispatcher.overloads.values()
        self._entry = compiled.entry_point
        return bool(self._dispatcher.stats.cache_misses)

    def _call(self, arguments: Sequence[Any]) -> None:
        """Calls the function past Numba's own check of arguments. Numba's check imports `numpy.ma` when it meets the
        first array, which takes 20 milliseconds in the midst of a run.
        """
        self.check(arguments)
        if self._entry is None:
            self.load()
        assert self._entry is not None
        self._entry(*arguments)


def _named_apart(function: Callable[..., None], signature: object, modules: Sequence[ModuleType] = ()) -> FunctionType:
    """The function under a name of its own for each version: for other types, other closure values, or other texts of
    the modules.

    Numba's cache on disk has an index for each name, which numbers the versions. Two processes that add versions at the
    same time may both call theirs the first; from then on one version would run in place of the other.
    """
    assert isinstance(function, FunctionType)
    over = [cell.cell_contents for cell in function.__closure__ or ()]
    over += [sha256(getsource(module).encode()).hexdigest() for module in modules]
    version = sha256(repr((signature, over)).encode()).hexdigest()[:8]
    code, known = function.__code__, function.__globals__
    apart = FunctionType(code, known, function.__name__, function.__defaults__, function.__closure__)
    apart.__qualname__ = f"{function.__qualname__}.{version}"
    return apart


def native(*signature: Any, modules: Sequence[ModuleType] = ()) -> Callable[[Callable[..., None]], Native]:
    """Declares a kernel with the types of its arguments, from the names above.

    `modules` are the modules whose functions and constants become part of the kernel. Numba's cache on disk looks only
    at the kernel's own file.
    """

    def declare(function: Callable[..., None]) -> Native:
        return Native(function, signature, modules)

    return declare


def inline(function: Callable[..., Any]) -> Callable[..., Any]:
    """A function for kernels to call; LLVM inlines it."""
    compiled: Callable[..., Any] = numba.njit(nogil=True)(function)
    return compiled


@dataclass(frozen=True, slots=True)
class Kernel:
    """A kernel of the table: `run(out, *inputs, **attributes)`, and the compiled functions that it calls.

    A kernel `replays` if `run` makes the same calls of these functions on the arrays and parts of them, whatever the
    arrays hold, and calls `unrecorded` before it does anything else. Then its calls may be recorded once and repeated
    without `run`.
    """

    run: Callable[..., None]
    needs: tuple[Native, ...] = ()
    replays: bool = False
