"""Slices and planes that are part of their input's memory."""

from itertools import product
from typing import Any

import numpy as np
import pytest
from tacit.runtime.graph.views import offset_of
from tacit.runtime.instructions import Alias, Call, Loop
from tacit.runtime.plan.schedule import schedule
from tacit.runtime.run.party import run_in_memory

from tests.run.graphs import ALL, Builder, bits, ring
from tests.run.test_party import KEYS

_BOUNDS = [(0, None, 1), (1, None, 1), (0, -1, 1), (1, 2, 1), (-1, None, 1), (0, None, 2), (None, None, -1)]


@pytest.mark.parametrize("bounds", list(product(_BOUNDS, repeat=3)))
def test_a_slice_is_a_view_just_where_its_elements_follow_each_other(bounds: Any) -> None:
    whole = np.arange(2 * 3 * 4).reshape(2, 3, 4)
    part = whole[tuple(slice(*each) for each in bounds)]
    starts, stops, steps = zip(*bounds, strict=True)
    attributes = {"starts": starts, "stops": stops, "steps": steps}
    offset = offset_of("slice", attributes, ring(2, 3, 4), ring(*part.shape))
    follow = part.size > 0 and bool((np.diff(part.reshape(-1)) == 1).all())
    assert offset == (8 * int(part.reshape(-1)[0]) if follow else None)


@pytest.mark.parametrize(
    ("planes", "offset"),
    [((0,), 0), ((3,), 48), ((1, 2), 16), ((2, 1), None), ((1, 3), None), ((-1,), None), ((), None)],
)
def test_planes_that_follow_each_other_are_a_view(planes: tuple[int, ...], offset: int | None) -> None:
    assert offset_of("bits.planes", {"planes": planes}, bits(70, 4), bits(70, len(planes))) == offset


@pytest.mark.parametrize(("start", "stop", "offset"), [(0, 5, 0), (64, 200, 8), (1, 64, None), (64, 64, None)])
def test_bits_are_a_view_from_whole_words_on(start: int, stop: int, offset: int | None) -> None:
    attributes = {"starts": (start,), "stops": (stop,), "steps": (1,), "shapes": ((200,),), "shape": (stop - start,)}
    assert offset_of("bits.slice", attributes, bits(200, 1), bits(stop - start, 1)) == offset
    assert offset_of("bits.slice", attributes, bits(200, 2), bits(stop - start, 2)) is None


def test_views_hold_what_the_kernels_would_have_written() -> None:
    build = Builder()
    x, b = build.random("stream", ring(4, 5), ALL), build.random("stream", bits(130, 3), ALL)
    rows = build.local("slice", (x,), ring(2, 5), starts=(1, 0), stops=(3, 5), steps=(1, 1))
    other = build.local("slice", (x,), ring(2, 5), starts=(1, 0), stops=(None, 5), steps=(2, 1))
    planes = build.local("bits.planes", (b,), bits(130, 2), planes=(1, 2))
    added = build.local("ring.add", (rows, other), ring(2, 5))
    for name, value in (("x", x), ("b", b), ("rows", rows), ("added", added), ("planes", planes)):
        build.keep(value, name)
    graph = build.graph()
    assert schedule(graph, 0).aliases == ((rows, x, 40), (planes, b, 24))
    kept = run_in_memory(graph, [{}, {}, {}], KEYS)[0].kept
    assert np.array_equal(kept["rows/0"], kept["x/0"][1:3])
    assert np.array_equal(kept["added/0"], kept["x/0"][1:3] + kept["x/0"][1::2])
    assert np.array_equal(kept["planes/0"], kept["b/0"][1:3])


def test_a_view_of_what_a_loop_carries_follows_its_memory() -> None:
    build = Builder()
    x = build.random("stream", ring(2, 3), ALL)
    body = build.inside()
    p = build.value(ring(2, 3))
    row = body.local("slice", (p,), ring(1, 3), starts=(1, 0), stops=(2, 3), steps=(1, 1))
    new = body.local("ring.add", (p, body.local("broadcast", (row,), ring(2, 3), shape=(2, 3))), ring(2, 3))
    (result,) = build.repeat(body, [(x, p, new)], count=3)
    build.keep(x, "x")
    build.keep(result, "result")
    graph = build.graph()
    loop = next(each for each in schedule(graph, 0).body if isinstance(each, Loop))
    assert [type(each) for each in loop.body] == [Alias, Call, Call]
    kept = run_in_memory(graph, [{}, {}, {}], KEYS)[0].kept
    x_value, result_value = kept["x/0"], kept["result/0"]
    assert np.array_equal(result_value[1], x_value[1] * np.uint64(8))
    assert np.array_equal(result_value[0], x_value[0] + x_value[1] * np.uint64(7))
