"""A nursery in a process of its own, which loads Numba and kernels while this process reads and compiles the program.

Loading takes half of a trivial run's time. Nothing in this file needs Numba to be imported.
"""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Iterable
from contextlib import suppress
from multiprocessing.connection import Connection
from multiprocessing.reduction import recv_handle
from time import monotonic, sleep

from ..errors import InternalError
from ..graph.later import later
from .conversation import Failed, Task
from .launch import Child, launch
from .nursery import Ended, Prepare, Prepared, Progress, Started, how_it_ended

_here = later("tacit.runtime.local.here")

_PR_SET_CHILD_SUBREAPER = 36

_ENDING_SECONDS = 5.0
_GLANCE_SECONDS = 0.005


class OwnProcess:
    """A nursery that is a child of this process. It begins at once with the kernels that every run needs."""

    def __init__(self) -> None:
        _adopt_orphans()
        self._child: Child = launch(_serve, ())
        self._pids: list[int] = []
        self._pipes: list[Connection] = []
        self._asked = 0
        self._ask((), False)

    @property
    def pid(self) -> int:
        """The id of the nursery's process."""
        return self._child.pid

    def prepare(self, kernels: Iterable[str], aligns: bool, progress: Progress) -> None:
        """See `Nursery`."""
        wanted = tuple(kernels)
        if wanted or aligns or not self._asked:
            self._ask(wanted, aligns)
        while self._asked:
            told = self._hear()
            if isinstance(told, Prepared):
                self._asked -= told.done == told.total
                progress(told.done, told.total)

    def _ask(self, kernels: tuple[str, ...], aligns: bool) -> None:
        self._asked += 1
        self._tell(Prepare(kernels, aligns))

    def start(self, task: Task) -> Connection:
        """See `Nursery`."""
        self._tell(task)
        told = self._hear()
        assert isinstance(told, Started)
        self._pids.append(told.pid)
        self._pipes.append(Connection(recv_handle(self._child.pipe)))
        return self._pipes[-1]

    def status(self, number: int, seconds: float) -> int:
        """See `Nursery`."""
        self._tell(Ended(number, seconds))
        while True:  # messages that the nursery sent before it heard the question may come first
            told = self._hear()
            if isinstance(told, Ended):
                return told.status

    def end(self) -> None:
        """See `Nursery`. The parties end with the nursery; then this process waits for them."""
        self._child.end()
        for pid in self._pids:
            with suppress(ChildProcessError):
                os.waitpid(pid, 0)
        _wait_for_orphans()
        for pipe in self._pipes:
            pipe.close()

    def _tell(self, message: object) -> None:
        with suppress(BrokenPipeError):  # `_hear` finds out
            self._child.pipe.send(message)

    def _hear(self) -> object:
        try:
            message = self._child.pipe.recv()
        except (EOFError, OSError):
            raise InternalError(f"the process that loads kernels {how_it_ended(self._child.end())}") from None
        if isinstance(message, Failed):
            raise message.error
        return message


def _serve(pipe: Connection) -> None:
    _here.serve(pipe)


def _wait_for_orphans() -> None:
    """Waits at most `_ENDING_SECONDS` for parties of which an interrupted `start` did not hear."""
    deadline = monotonic() + _ENDING_SECONDS
    with suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0] or monotonic() < deadline:
            sleep(_GLANCE_SECONDS)


def _adopt_orphans() -> None:
    """Lets this process wait for its children's children: when a child ends, its children become this process's own."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
