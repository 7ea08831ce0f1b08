"""What the process of a party and the one that watches over a local run tell each other.

They talk over a pipe, in this order: `Ready`, `Meet`, `Met`, `Start`, `Go`, any number of `Advance`, then the
result (see `parcel`), or `Failed` at any time.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..data.unique import Check
from ..errors import TacitError
from ..graph.alignments import Matching
from ..transport.base import Address
from ..transport.shaped import Shape

Array = np.ndarray[Any, Any]
Read = Callable[[], tuple[dict[str, Array], object]]
"""Reads and checks one party's inputs where they belong, in its own process. Gives them by name, as the graph will lay
them out, and what the compiler must know of them (shapes), which goes to the parent. Raises `InputError`."""


@dataclass(frozen=True, slots=True)
class Ready:
    """The inputs are read: what the compiler must know of them, and the port at which this party answers."""

    facts: object
    port: int


@dataclass(frozen=True, slots=True)
class Meet:
    """With whom to run, and what to align with them. Only who has the `token` takes part.

    A `shape` makes messages as slow as a network's would be.
    """

    addresses: tuple[Address, ...]
    token: bytes
    version: str
    matchings: tuple[Matching, ...] = ()
    shape: Shape | None = None


@dataclass(frozen=True, slots=True)
class Met:
    """The parties are connected, and know how many keys match in each alignment."""

    matched: dict[str, int]


@dataclass(frozen=True, slots=True)
class Start:
    """What to run; `profiled` measures what each instruction takes."""

    graph: bytes
    profiled: bool = False


@dataclass(frozen=True, slots=True)
class Go:
    """All kernels are compiled and on disk."""


@dataclass(frozen=True, slots=True)
class Advance:
    """Rounds done, and rounds in all."""

    done: int
    total: int


@dataclass(frozen=True, slots=True)
class Failed:
    """The party has stopped. The error's notes hold the traceback."""

    error: TacitError


@dataclass(frozen=True, slots=True)
class Task:
    """What a party is to do: who it is, how it reads its inputs, and how it checks keys to join on."""

    number: int
    names: tuple[str, ...]
    read: Read
    check: Check
    reports_progress: bool
