"""Refuses a run that will not get its memory, before it starts. In: a checked graph, parties. Out: maybe an error.

The plan of a party's memory is exact, and a run touches all of it before the first round. An input that has been read
already is counted once: it moves into the planned block.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from errno import ENOMEM
from math import prod

import numpy as np

from ..available import address_space, free_memory
from ..errors import MemoryShortage
from ..graph.cost import Peak, count_correlations
from ..graph.nodes import Graph, Input, Place, ValueType
from .memory import peak_of

REMEDY = "run it on less data, on one part of the data after the other, or with more memory"

_HERE = ", most of it here"

_PADDING = 64
"""A slot is padded by less than so many bytes."""


def require_memory(graph: Graph, parties: Sequence[int]) -> None:
    """Raises `MemoryShortage` if this machine lacks the memory for these parties' plans, all at one time."""
    free, most = free_memory(), address_space()
    limits = [each for each in (free, most) if each is not None]
    if not limits or len(parties) * _at_most(graph) <= min(limits):
        return
    planned = {party: peak_of(graph, party) for party in parties if party != graph.dealer}
    if not planned:
        return
    largest = max(planned, key=lambda party: planned[party].bytes)
    if most is not None and planned[largest].bytes > most:
        found = f"a process of this machine may have {size_text(most)}"
        raise MemoryShortage(_needs(graph, {largest: planned[largest]}, found), planned[largest].place)
    if free is not None and sum(peak.bytes - _given(graph, party) for party, peak in planned.items()) > free:
        found = f"this machine has {size_text(free)} free"
        raise MemoryShortage(_needs(graph, planned, found), planned[largest].place)


@contextmanager
def reported_shortage(party: str, size: int | None = None, place: Place | None = None) -> Iterator[None]:
    """The context of work that needs `size` bytes in all. Raises `MemoryShortage` if the system does not give them."""
    try:
        yield
    except (MemoryError, OSError) as error:
        if isinstance(error, OSError) and error.errno != ENOMEM:
            raise
        needs = "more memory" if size is None else f"{size_text(size)}{_HERE if place else ''}, more"
        raise MemoryShortage(f"party {party} needs {needs} than this machine gives it: {REMEDY}", place) from error


def _needs(graph: Graph, planned: dict[int, Peak], found: str) -> str:
    parts = [f"{graph.parties[party]} {size_text(peak.bytes)}" for party, peak in planned.items()]
    total = size_text(sum(peak.bytes for peak in planned.values()))
    needed = f"the parties need {total} together ({', '.join(parts)})"
    if len(parts) == 1:
        needed = f"party {graph.parties[next(iter(planned))]} needs {total}"
    has_place = max(planned.values(), key=lambda peak: peak.bytes).place is not None
    return f"{needed}{_HERE if has_place else ''}, and {found}: {REMEDY}"


def size_text(size: float) -> str:
    """A number of bytes in a unit that fits."""
    for unit in ("bytes", "kB", "MB"):
        if size < 1000:
            return f"{size:.0f} {unit}" if unit == "bytes" else f"{size:.1f} {unit}"
        size /= 1000
    return f"{size:,.1f} GB"


def _at_most(graph: Graph) -> int:
    """More than any party's plan takes, found in no time.

    All values at one time, each sent and received in compact form too, and a copy for each output.
    """
    known: dict[ValueType, int] = {}
    total = 0
    for kind in graph.types:
        if kind not in known:
            known[kind] = _nbytes(kind) + _PADDING
        total += known[kind]
    dealt = sum(amount.bytes for amount in count_correlations(graph).values()) if graph.dealer is not None else 0
    told = sum(prod(size for size in each.dimensions if isinstance(size, int)) for each in graph.outputs)
    return 3 * total + 8 * told + dealt


def _given(graph: Graph, party: int) -> int:
    inputs = [node for node in graph.body if isinstance(node, Input) and party in node.at]
    return sum(_nbytes(graph.types[node.output]) for node in inputs)


def _nbytes(kind: ValueType) -> int:
    return prod(kind.array_shape) * np.dtype(kind.dtype).itemsize
