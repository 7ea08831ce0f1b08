"""Memory plans: no two values that are needed at the same time overlap, and what is free is used again."""

from collections.abc import Iterable
from dataclasses import replace

import numpy as np
import pytest
from tacit.runtime.graph.nodes import Local, Random
from tacit.runtime.plan.arena import ALIGNMENT, _Allocator, plan
from tacit.runtime.plan.schedule import schedule

from tests.run.graphs import ALL, Builder, integers, ring

BLOCK = 1024


def chain(build: Builder, value: int, length: int) -> int:
    for _ in range(length):
        value = build.local("ring.negate", (value,), ring(BLOCK // 8))
    return value


def test_a_chain_needs_the_memory_of_two_links() -> None:
    build = Builder()
    build.keep(chain(build, build.random("stream", ring(BLOCK // 8), ALL), 50), "y")
    assert plan(schedule(build.graph(), 0)).size == 2 * BLOCK


def test_an_input_that_is_read_for_the_last_time_leaves_its_place() -> None:
    build = Builder()
    x = build.input("x", integers(BLOCK // 8), 0)
    first = build.local("ring.from_integer", (x,), ring(BLOCK // 8), (0,))
    second = build.local("ring.negate", (first,), ring(BLOCK // 8), (0,))
    placed = plan(schedule(build.graph(), 0))
    assert placed.size == 2 * BLOCK
    assert placed.offsets[x] == placed.offsets[second]


def test_what_is_delivered_stays_where_it_is() -> None:
    build = Builder()
    x = build.random("stream", ring(BLOCK // 8), ALL)
    y = chain(build, x, 1)
    build.keep(x, "x")
    build.keep(y, "y")
    z = chain(build, y, 5)
    build.keep(z, "z")
    placed = plan(schedule(build.graph(), 0))
    assert placed.stays == {x, y, z}
    assert placed.size == 4 * BLOCK
    assert len({placed.offsets[slot] for slot in (x, y, z)}) == 3


def test_what_is_delivered_from_a_constant_or_a_loop_is_copied() -> None:
    build = Builder()
    constant = build.constant(np.arange(BLOCK // 8, dtype=np.uint64), ring(BLOCK // 8))
    build.keep(constant, "c")
    body = build.inside()
    carried = body.value(ring(BLOCK // 8))
    inner = body.local("ring.negate", (carried,), ring(BLOCK // 8))
    body.keep(inner, "inner")
    build.repeat(body, [(constant, carried, inner)], count=2)
    assert plan(schedule(build.graph(), 0)).stays == set()


def test_the_plan_tells_where_the_last_memory_is_needed() -> None:
    build = Builder()
    small = chain(build, build.random("stream", ring(BLOCK // 8), ALL), 3)
    wide = build.local("broadcast", (small,), ring(4, BLOCK // 8), shape=(4, BLOCK // 8))
    build.keep(chain(build, build.local("ring.sum", (wide,), ring(BLOCK // 8), axis=0), 3), "y")
    graph = build.graph()
    spans = {node.output: number for number, node in enumerate(graph.body) if isinstance(node, Local | Random)}
    body = tuple(replace(node, span=spans.get(getattr(node, "output", -1), -1)) for node in graph.body)
    placed = plan(schedule(replace(graph, body=body), 0))
    assert placed.span == spans[wide]
    assert placed.size == 6 * BLOCK  # before it two links, of which it can take the place of none


def test_what_a_loop_reads_from_outside_stays_until_the_loop_ends() -> None:
    build = Builder()
    x = build.random("stream", ring(BLOCK // 8), ALL)
    start = build.random("stream", ring(BLOCK // 8), ALL)
    body = build.inside()
    carried = body.value(ring(BLOCK // 8))
    y = body.local("ring.add", (x, carried), ring(BLOCK // 8))
    z = chain(body, y, 3)
    (end,) = build.repeat(body, [(start, carried, z)], count=2)
    build.keep(end, "end")
    made = schedule(build.graph(), 0)
    placed = plan(made)
    inner = {slot: placed.offsets[slot] for slot in placed.offsets if slot not in (start,)}
    same = [slot for slot, offset in inner.items() if offset == placed.offsets[x]]
    assert same == [x]


def test_a_loop_keeps_two_places_for_a_carried_value_until_its_output_is_read() -> None:
    build = Builder()
    start = build.random("stream", ring(BLOCK // 8), ALL)
    body = build.inside()
    carried = body.value(ring(BLOCK // 8))
    result = body.local("ring.negate", (carried,), ring(BLOCK // 8))
    (end,) = build.repeat(body, [(start, carried, result)], count=3)
    later = chain(build, build.random("stream", ring(BLOCK // 8), ALL), 3)
    build.keep(build.local("ring.add", (end, later), ring(BLOCK // 8)), "sum")
    placed = plan(schedule(build.graph(), 0))
    others = [offset for slot, offset in placed.offsets.items() if slot > end]
    assert placed.offsets[carried] != placed.offsets[result]
    assert not {placed.offsets[carried], placed.offsets[result]} & set(others)


@pytest.mark.parametrize("seed", range(20))
def test_allocations_never_overlap(seed: int) -> None:
    random = np.random.default_rng(seed)
    allocator = _Allocator()
    live: list[tuple[int, int]] = []
    for _ in range(300):
        if live and random.random() < 0.45:
            allocator.give(*live.pop(int(random.integers(len(live)))))
        else:
            nbytes = int(random.integers(0, 1000))
            live.append((allocator.take(nbytes), nbytes))
        assert all(offset % ALIGNMENT == 0 and offset + nbytes <= allocator.size for offset, nbytes in live)
        assert not overlaps(live)
    for one in live:
        allocator.give(*one)
    assert allocator.take(allocator.size) == 0


def overlaps(live: Iterable[tuple[int, int]]) -> bool:
    ends = 0
    for offset, nbytes in sorted((offset, nbytes) for offset, nbytes in live if nbytes):
        if offset < ends:
            return True
        ends = offset + nbytes
    return False
