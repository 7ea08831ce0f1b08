"""A nursery in this process, and the loop that serves such a nursery to another process."""

from __future__ import annotations

import gc
import os
import traceback
from collections.abc import Iterable, Sequence
from contextlib import suppress
from functools import partial
from multiprocessing.connection import Connection
from multiprocessing.reduction import send_handle

from ..alignment.align import NATIVES as ALIGNMENT_NATIVES
from ..errors import InternalError
from ..kernels import warm
from ..plan.binding import NATIVES
from . import worker
from .conversation import Failed, Task
from .launch import Child, launch
from .nursery import Ended, Prepare, Prepared, Progress, Started


class Here:
    """See `Nursery`. Forked parties close the `inherited` pipes."""

    def __init__(self, inherited: Sequence[Connection] = ()) -> None:
        self.children: list[Child] = []
        self._inherited = tuple(inherited)

    def prepare(self, kernels: Iterable[str], aligns: bool, progress: Progress) -> None:
        """See `Nursery`."""
        warm(kernels, (*NATIVES, *(ALIGNMENT_NATIVES if aligns else ())), progress)

    def start(self, task: Task) -> Connection:
        """See `Nursery`."""
        pipes = [child.pipe for child in self.children]
        self.children.append(launch(partial(worker.work, task), [*self._inherited, *pipes]))
        return self.children[-1].pipe

    def status(self, number: int, seconds: float) -> int:
        """See `Nursery`."""
        self.children[number].is_ended(seconds)
        return self.children[number].end()

    def end(self) -> None:
        """See `Nursery`."""
        for child in self.children:
            child.end()


def serve(pipe: Connection) -> None:
    """The whole life of a nursery's process: it does what it is told until it is killed or its parent is gone."""
    try:
        _serve(pipe)
    except (EOFError, BrokenPipeError, ConnectionResetError):
        return
    except Exception as error:  # noqa: BLE001 (the last resort of a process: the parent tells the user)
        failure = InternalError(f"the process that loads kernels raised {type(error).__name__}")
        failure.add_note("".join(traceback.format_exception(error)))
        with suppress(BrokenPipeError, ConnectionResetError):
            pipe.send(Failed(failure))


def _serve(pipe: Connection) -> None:
    here = Here([pipe])
    while True:
        match pipe.recv():
            case Prepare(kernels, aligns):
                here.prepare(kernels, aligns, lambda done, total: pipe.send(Prepared(done, total)))
            case Task() as task:
                gc.freeze()  # what is loaded stays: a party's collector need not walk it, which would copy its pages
                mine = here.start(task)
                pipe.send(Started(here.children[-1].pid))
                send_handle(pipe, mine.fileno(), os.getppid())
                mine.close()
            case Ended(number, seconds):
                pipe.send(Ended(number, status=here.status(number, seconds)))
