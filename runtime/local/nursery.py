"""Where the parties of a local run come from: a process that loads kernels, so that those that it forks have them.

This may be the process that watches over the run (`here`), or one of its own (`nursery_process`), for which it is told
here what they say to each other.
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
        """Has these kernels compiled and on disk, and loaded where the next party starts, besides those that every
        run needs, or every run that `aligns`. `progress` hears how many are done, of how many, and may raise.
        """

    def start(self, task: Task) -> Connection:
        """Starts a party; the pipe to it, which reads as closed when its process has ended, however it ended."""

    def status(self, number: int, seconds: float) -> int:
        """How the party that was started as this one ended, if need be after some seconds and by force: its exit
        status, or minus the number of the signal that ended it."""

    def end(self) -> None:
        """Ends every process."""


@dataclass(frozen=True, slots=True)
class Prepare:
    """Asks for kernels. The answer is `Prepared` any number of times, all of them done at last."""

    kernels: tuple[str, ...]
    aligns: bool


@dataclass(frozen=True, slots=True)
class Prepared:
    """So many kernels are loaded, of so many."""

    done: int
    total: int


@dataclass(frozen=True, slots=True)
class Started:
    """A party's process, the pipe to which follows."""

    pid: int


@dataclass(frozen=True, slots=True)
class Ended:
    """Asks how a party has ended, or tells it."""

    number: int
    seconds: float = 0.0
    status: int = 0


def how_it_ended(status: int) -> str:
    """A process's end in words."""
    return f"was killed by {signal.Signals(-status).name}" if status < 0 else f"ended unexpectedly with status {status}"
