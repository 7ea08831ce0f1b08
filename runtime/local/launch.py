"""Processes for the parties of one machine, each with a pipe to its parent. Children never outlive their parent.

A child is forked where that is safe: on Linux, from a parent without other threads. A forked child starts in a few
milliseconds, with everything imported. Elsewhere a child is a fresh interpreter, which does not run the parent's main
module again.
"""

from __future__ import annotations

import ctypes
import multiprocessing
import os
import select
import signal
import subprocess
import sys
import threading
import traceback
from collections.abc import Callable, Sequence
from contextlib import suppress
from multiprocessing.connection import Connection
from typing import NoReturn, Protocol

Work = Callable[[Connection], None]
"""What a child does with its end of the pipe. A fresh interpreter receives its work pickled."""

_PR_SET_PDEATHSIG = 1
_FRESH = f"import sys; from {__name__} import begin_fresh; begin_fresh(*map(int, sys.argv[1:]))"


class Child(Protocol):
    """A process, and this end of the pipe to it. The pipe reads as closed once the process has ended in any way."""

    pipe: Connection
    pid: int

    def is_ended(self, seconds: float) -> bool:
        """Whether the process has ended, or ends within so many seconds."""

    def end(self) -> int:
        """Kills the process unless it has ended. Gives its exit status, or minus the number of the signal."""


def launch(work: Work, others: Sequence[Connection]) -> Child:
    """Starts a process that does `work`. `others` are pipes of this process, which the child must not hold."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})  # until the child ignores SIGINT by itself
    try:
        if sys.platform == "linux" and threading.active_count() == 1:
            return _Forked(work, others)
        return _Fresh(work)
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


class _Forked:
    """A copy of the parent at the time of the launch."""

    def __init__(self, work: Work, others: Sequence[Connection]) -> None:
        self.pipe, theirs = multiprocessing.Pipe()
        self._status: int | None = None
        _flush()  # or the child would write the buffered text once more
        parent = os.getpid()
        self.pid = os.fork()
        if self.pid == 0:
            _live(work, theirs, [self.pipe, *others], parent)
        theirs.close()

    def is_ended(self, seconds: float) -> bool:
        """See `Child`."""
        if self._status is None:
            process = os.pidfd_open(self.pid)
            try:
                is_over = select.select([process], [], [], seconds)[0]
            finally:
                os.close(process)
            if is_over:
                self._wait()
        return self._status is not None

    def end(self) -> int:
        """See `Child`."""
        if self._status is None:
            os.kill(self.pid, signal.SIGKILL)
        self.pipe.close()
        return self._wait()

    def _wait(self) -> int:
        if self._status is None:
            self._status = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        return self._status


class _Fresh:
    """A new interpreter."""

    def __init__(self, work: Work) -> None:
        self.pipe, theirs = multiprocessing.Pipe()
        descriptor = theirs.fileno()
        command = [sys.executable, "-P", "-c", _FRESH, str(descriptor), str(os.getpid())]
        environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
        self._process = subprocess.Popen(command, pass_fds=[descriptor], env=environment, stdin=subprocess.DEVNULL)
        theirs.close()
        self.pid = self._process.pid
        with suppress(BrokenPipeError):  # the child has died already: whoever reads the pipe finds out
            self.pipe.send(work)

    def is_ended(self, seconds: float) -> bool:
        """See `Child`."""
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(seconds)
        return self._process.returncode is not None

    def end(self) -> int:
        """See `Child`."""
        self._process.kill()
        self.pipe.close()
        return self._process.wait()


def _live(work: Work, pipe: Connection, inherited: Sequence[Connection], parent: int) -> NoReturn:
    """The whole life of a forked child. It never returns to what its parent was doing."""
    status = 1
    try:
        for other in inherited:
            other.close()
        _tie_to(parent)
        work(pipe)
        status = 0
    except BaseException:  # noqa: BLE001 (nobody above could do more)
        traceback.print_exc()
    finally:
        _flush()
        os._exit(status)


def _flush() -> None:
    """Writes out what this process has printed so far, if its streams are still open."""
    for stream in (sys.stdout, sys.stderr):
        with suppress(AttributeError, OSError, ValueError):
            stream.flush()


def begin_fresh(descriptor: int, parent: int) -> None:
    """The main function of a fresh interpreter: receives its work through the pipe and does it."""
    _tie_to(parent)
    with Connection(descriptor) as pipe:
        work: Work = pipe.recv()
        work(pipe)


def _tie_to(parent: int) -> None:
    """Ends this process when its parent ends. Ignores Ctrl-C, whose meaning the parent decides."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)
    else:
        threading.Thread(target=_watch, args=(parent,), daemon=True).start()


def _watch(parent: int) -> None:
    """Looks every second whether the parent has ended, where the system does not tell a child."""
    pause = threading.Event()
    while os.getppid() == parent:
        pause.wait(1.0)
    os._exit(1)
