"""Where the parties of a local run come from: a process that loads kernels, so that forked parties inherit them.

The nursery may be the process that watches over the run (`here`) or a process of its own (`nursery_process`). The
messages of this file are what those two processes tell each other.
"""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Protocol

from .conversation import Task

Progress = Callable[[int, int], None]


class Nursery(Protocol):
    """Loads kernels, and starts parties that inherit them."""

    def prepare(self, kernels: Iterable[str], aligns: bool, progress: Progress) -> None:
        """Has these kernels compiled, kept on disk, and loaded where the next party starts.

        The functions that every run needs come with them; where the run `aligns`, so do those of alignments.
        `progress` hears how many are done, of how many, and may raise.
        """

    def start(self, task: Task) -> Connection:
        """Starts a party. Gives the pipe to it, which reads as closed when the process has ended, however it did."""

    def status(self, number: int, seconds: float) -> int:
        """How the party that was started as `number` has ended: its exit status, or minus the number of the signal.

        Waits so many seconds for the party's end, then kills it.
        """

    def end(self) -> None:
        """Ends every process."""


@dataclass(frozen=True, slots=True)
class Prepare:
    """Asks for kernels. The answers are `Prepared` messages; in the last one all kernels are done."""

    kernels: tuple[str, ...]
    aligns: bool


@dataclass(frozen=True, slots=True)
class Prepared:
    """`done` of `total` kernels are loaded."""

    done: int
    total: int


@dataclass(frozen=True, slots=True)
class Started:
    """A party's process. The pipe to it follows this message."""

    pid: int


@dataclass(frozen=True, slots=True)
class Ended:
    """Asks how the party `number` has ended, after at most so many `seconds`; or answers with its `status`."""

    number: int
    seconds: float = 0.0
    status: int = 0


def how_it_ended(status: int) -> str:
    """A process's end in words."""
    return f"was killed by {signal.Signals(-status).name}" if status < 0 else f"ended unexpectedly with status {status}"
