"""Graphs and readers for local runs. Readers are functions of a module, so that a fresh process can be given them.

Run as a program, it starts an endless run, in which parties come from what its argument says: for tests that end its
parent.
"""

import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, NoReturn

import numpy as np
from tacit.runtime.data.inputs import Inputs
from tacit.runtime.errors import InputError
from tacit.runtime.graph.alignments import Matching
from tacit.runtime.graph.file import GraphFile, opened, to_bytes
from tacit.runtime.local.nursery import Nursery
from tacit.runtime.local.nursery_process import OwnProcess
from tacit.runtime.local.run_local import LocalParty, LocalRun, run_local
from tacit.runtime.run.seat import Read
from tacit.runtime.run.watcher import UNWATCHED, Watcher

from tests.run.graphs import NAMES, Builder, integers, ring

Array = np.ndarray[Any, Any]
Compile = Callable[[list[object], Mapping[str, int]], bytes]
ENDLESS = 1 << 40
NURSERIES: dict[str, Callable[[], Nursery | None]] = {"the parent": lambda: None, "a process": OwnProcess}


@dataclass(frozen=True)
class Alone:
    """A program of which the graph follows from what the parties tell, by a function."""

    graph: Compile
    told: list[object]
    matchings: tuple[Matching, ...] = ()

    def compile(self, matched: Mapping[str, int]) -> GraphFile:
        return opened(self.graph(self.told, matched))


def given(inputs: Mapping[str, Array]) -> tuple[Inputs, object]:
    """Inputs as they are; the facts are this process's number."""
    return Inputs(inputs), os.getpid()


def refused() -> NoReturn:
    raise InputError("input x: row 3 of people.csv is not a number")


def broken() -> NoReturn:
    raise ValueError("the secret is 42")


def starved() -> NoReturn:
    raise MemoryError


def killed() -> NoReturn:
    os.kill(os.getpid(), 9)
    raise AssertionError("still alive")


def adding_graph() -> bytes:
    """Alice and bob's inputs reach carol, who gets the sum."""
    build = Builder()
    x, y = build.input("x", integers(3), 0), build.input("y", integers(3), 1)
    build.random("zero", ring(3), (0, 1, 2))
    x, y = build.exchange(x, (0, 2)), build.exchange(y, (1, 2))
    build.output(build.local("clear.add", (x, y), integers(3), (2,)), "sum", 2)
    return to_bytes(build.graph())


def endless_graph() -> bytes:
    """Rounds without end, in which each party waits for its successor only."""
    build = Builder()
    x = build.random("stream", ring(1000), (0, 1, 2))
    body = build.inside()
    body.exchange(x, (1, 0), (2, 1), (0, 2))
    build.repeat(body, [], count=ENDLESS)
    return to_bytes(build.graph())


def run(
    graph: Compile,
    *readers: Read,
    watcher: Watcher = UNWATCHED,
    nursery: Nursery | None = None,
) -> LocalRun:
    parties = [LocalParty(name, reader) for name, reader in zip(NAMES, readers, strict=True)]
    return run_local(parties, partial(Alone, graph), watcher, nursery=nursery)


def _show_and_go_on(facts: list[object], matched: Mapping[str, int]) -> bytes:
    sys.stdout.write("parties " + " ".join(map(str, facts)) + "\n")
    sys.stdout.flush()
    return endless_graph()


def is_round(done: int, total: int) -> bool:
    """Whether progress is that of the endless graph, not of kernels being compiled."""
    return done > 0 and total >= ENDLESS


def _tell(done: int, total: int) -> None:
    sys.stdout.write("running\n" if is_round(done, total) else "preparing\n")
    sys.stdout.flush()


if __name__ == "__main__":
    begun = NURSERIES[sys.argv[1]]()
    run(_show_and_go_on, *[partial(given, {})] * 3, watcher=Watcher(progress=_tell), nursery=begun)
