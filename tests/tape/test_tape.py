"""Tapes: what is run natively is what Python would do step by step, and calls are spelled for what they take only."""

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import combinations, pairwise
from typing import Any

import numpy as np
import pytest
from tacit.runtime.data.inputs import Inputs
from tacit.runtime.errors import CheckFailed, InternalError
from tacit.runtime.graph.nodes import Graph
from tacit.runtime.kernels.moves import address, copy
from tacit.runtime.kernels.native import INT, OUT, WORDS, Scratch, native, record, scratch, unrecorded
from tacit.runtime.plan import binding
from tacit.runtime.run import machine
from tacit.runtime.run.party import PartyResult, prepare, run_in_memory
from tacit.runtime.tape.code import Number, words_of
from tacit.runtime.tape.interpreter import IS_POSSIBLE
from tacit.runtime.tape.repeat import repeated
from tacit.runtime.transport.connect import Meeting, connect, listen
from tacit.runtime.transport.hello import SharedToken
from tacit.runtime.transport.memory import connect as together

from tests.run.graphs import ALL, NAMES, SCALAR, Builder, integers, ring

Array = np.ndarray[Any, Any]
KEYS = {pair: bytes(range(sum(pair), sum(pair) + 16)) for pair in ((0, 1), (1, 2), (0, 2))}


def looping(outer_turns: int, inner_turns: int, size: int) -> Graph:
    """A loop in a loop, whose carried values trade places in turns of their own; draws and rounds at both levels."""
    build = Builder()
    x, y = (build.constant(np.arange(size, dtype=np.uint64) + number, ring(size)) for number in (1, 7))
    outer = build.inside()
    p, older, turn = outer.value(ring(size)), outer.value(ring(size)), outer.value(SCALAR)
    inner = outer.inside()
    q, last = inner.value(ring(size)), inner.value(ring(size))
    zero = inner.random("zero", ring(size), ALL)
    there = inner.exchange(inner.local("ring.add", (q, zero), ring(size)), (0, 1), (1, 2), (2, 0))
    mixed = inner.local("ring.subtract", (there, last), ring(size))
    inner_ends = outer.repeat(inner, [(p, q, mixed), (older, last, q)], count=inner_turns)
    factor = outer.local("ring.from_integer", (turn,), ring())
    drawn = outer.random("stream", ring(size), (0, 1))
    arrived = outer.exchange(outer.local("ring.multiply", (inner_ends[0], factor), ring(size)), (2, 0), (0, 1), (1, 2))
    masked = outer.local("ring.add", (arrived, drawn), ring(size), (0, 1))
    outer.exchange(masked, (1, 0))
    new = outer.local("ring.add", (arrived, inner_ends[1]), ring(size))
    for place, value in enumerate(build.repeat(outer, [(x, p, new), (y, older, p)], count=outer_turns, index=turn)):
        build.keep(value, f"end{place}")
    return build.graph()


def run_over_tcp(graph: Graph) -> list[PartyResult]:
    listeners = [listen() for _ in NAMES]
    addresses = {party: listener.getsockname() for party, listener in enumerate(listeners)}

    def run(me: int) -> PartyResult:
        transport = connect(Meeting(me, NAMES, addresses, {}, SharedToken(bytes(32))), listeners[me])
        try:
            result = prepare(graph, transport, Inputs(), KEYS).run()
            transport.finish()
        finally:
            transport.close()
        return result

    with ThreadPoolExecutor(len(NAMES)) as pool:
        return list(pool.map(run, range(len(NAMES))))


@pytest.mark.skipif(not IS_POSSIBLE, reason="nothing is native here")
@pytest.mark.parametrize("turns", [(0, 3), (1, 1), (3, 0), (2, 3), (3, 2), (5, 5), (4, 4)])
@pytest.mark.parametrize("size", [1, 9, 9_000])
def test_native_runs_are_those_of_python(turns: tuple[int, int], size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    graph = looping(*turns, size)
    direct, inside = run_over_tcp(graph), run_in_memory(graph, [{}] * 3, KEYS)
    monkeypatch.setattr(binding, "IS_POSSIBLE", False)
    plain = run_in_memory(graph, [{}] * 3, KEYS)
    rounds = turns[0] * (turns[1] + 2)
    for results in zip(direct, inside, plain, strict=True):
        assert [each.rounds for each in results] == [rounds] * 3
        assert len({each.bytes_sent for each in results}) == 1
        for one, other in pairwise(results):
            assert one.kept.keys() == other.kept.keys()
            assert all(np.array_equal(one.kept[name], other.kept[name]) for name in one.kept)


@native(OUT, WORDS, INT)
def add_number(out: Array, x: Array, number: int) -> None:
    for i in range(out.size):
        out[i] = x[i] + np.uint64(number)


WORD = np.zeros(4, np.uint64)


@pytest.mark.parametrize(
    "arguments",
    [
        (WORD, WORD),
        (WORD.astype(np.int64), WORD, 1),
        (WORD, WORD[::2], 1),
        (WORD.reshape(2, 2), WORD, 1),
        (np.frombuffer(bytes(32), np.uint64), WORD, 1),
        (WORD, 1, WORD),
        (WORD, WORD, 1.0),
    ],
)
def test_a_call_is_spelled_for_what_it_takes_only(arguments: tuple[Any, ...]) -> None:
    with pytest.raises(TypeError, match="add_number"):
        words_of(add_number, arguments)


def test_the_number_of_a_draw_has_its_place() -> None:
    words, place = words_of(add_number, (WORD, WORD, Number(5)))
    assert (len(words), place) == (15, 14)
    assert words_of(add_number, (WORD, WORD, 5)) == (words, None)


def test_what_a_recording_would_miss_is_not_recorded() -> None:
    out = np.zeros(4, np.uint64)

    def step() -> None:
        add_number.run(out, WORD, 3)
        unrecorded()
        out[0] = 7

    assert record(step) is None
    assert not out.any()
    step()
    assert out.tolist() == [7, 3, 3, 3]


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.uint32, np.uint64])
def test_a_recorded_copy_is_numpys(dtype: type[np.generic]) -> None:
    x = np.arange(2 * 3 * 4 * 5).reshape(2, 3, 4, 5).astype(dtype)
    views = (
        *(x, x.transpose(3, 1, 0, 2), x[:, ::-1, 1:3, ::2], x[1, 2], x[:0], x[0, 0, 0, 0]),
        *(np.broadcast_to(x[:, :1], x.shape), np.broadcast_to(x[0, 0, 0, 0], (7, 2)), x[..., 3]),
    )
    for view in views:
        out = np.zeros(view.shape, dtype)
        recording = record(lambda out=out, view=view: copy(out, view))  # type: ignore[misc]
        assert recording is not None
        assert not out.any()
        for function, arguments in recording.calls:
            function.run(*arguments)
        assert np.array_equal(out, view)


def windowed() -> Graph:
    build = Builder()
    x, start = build.input("x", integers(4, 3), 0), build.public("start", SCALAR)
    build.output(build.local("slice_at", (x, start), integers(2, 3), (0,), axes=(0,), sizes=(2,)), "window", 0)
    return build.graph()


@pytest.mark.parametrize("start", [0, 1, 2, -2, -4])
def test_a_window_begins_where_a_number_says(start: int) -> None:
    x = np.arange(12).reshape(4, 3)
    given = {"start": np.array(start)}
    results = run_in_memory(windowed(), [{"x": x, **given}, given, given], KEYS)
    first = start % 4
    assert np.array_equal(results[0].outputs["alice"]["window"], x[first : first + 2])


@pytest.mark.parametrize("start", [3, -5, 2**62, -(2**63)])
def test_a_window_outside_is_told_with_its_place(start: int) -> None:
    given = {"start": np.array(start)}
    with pytest.raises(CheckFailed, match=f"test.mpc:7:3: error: index {start} is outside an axis of 4 elements"):
        run_in_memory(windowed(), [{"x": np.zeros((4, 3), np.int64), **given}, given, given], KEYS)


@pytest.mark.skipif(not IS_POSSIBLE, reason="nothing is native here")
def test_a_step_in_a_row_is_done_so_many_times() -> None:
    out, one = np.zeros(3, np.uint64), np.ones(3, np.uint64)
    row = repeated(lambda: add_number.run(out, out, 2), 5)
    drawn = repeated(lambda: add_number.run(out, one, Number(0)), 4, is_draw=True)
    assert row is not None and drawn is not None
    row()
    row()
    assert out.tolist() == [20, 20, 20]
    drawn()
    assert out.tolist() == [4, 4, 4]
    assert repeated(unrecorded, 5) is None


def test_a_window_of_nothing_has_its_place_too() -> None:
    build = Builder()
    x, start = build.input("x", integers(4, 0), 0), build.public("start", SCALAR)
    build.output(build.local("slice_at", (x, start), integers(2, 0), (0,), axes=(0,), sizes=(2,)), "window", 0)
    empty = np.zeros((4, 0), np.int64)
    within, outside = ({"start": np.array(start)} for start in (-2, 3))
    results = run_in_memory(build.graph(), [{"x": empty, **within}, within, within], KEYS)
    assert results[0].outputs["alice"]["window"].shape == (2, 0)
    with pytest.raises(CheckFailed, match="index 3 is outside an axis of 4 elements"):
        run_in_memory(build.graph(), [{"x": empty, **outside}, outside, outside], KEYS)


def test_a_draw_that_cannot_be_recorded_never_takes_the_number_of_another(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(binding, "is_one_call", lambda source, at, out: True)
    build = Builder()
    build.keep(build.random("zero", ring(3), (0, 1, 2)), "z")
    monkeypatch.setattr(binding, "IS_POSSIBLE", True)
    monkeypatch.setattr(binding, "is_small", lambda source, at, kind, out: False)
    monkeypatch.setattr(binding, "record", lambda *_: None)
    with pytest.raises(InternalError, match="a draw cannot be recorded"):
        run_in_memory(build.graph(), [{}] * 3, KEYS)


@pytest.mark.skipif(not IS_POSSIBLE, reason="nothing is native here")
def test_a_loop_without_rounds_lets_python_look_around() -> None:
    build = Builder()
    x = build.constant(np.arange(4, dtype=np.uint64), ring(4))
    body = build.inside()
    p = body.value(ring(4))
    build.repeat(body, [(x, p, body.local("ring.add", (p, x), ring(4)))], count=1 << 40)

    def stop(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        prepare(build.graph(), together(NAMES)[0], Inputs(), KEYS, progress=stop).run()


@pytest.mark.skipif(not IS_POSSIBLE, reason="nothing is native here")
def test_many_calls_without_a_round_let_python_look_around(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "_SLICE_NANOSECONDS", -1)
    monkeypatch.setattr(machine, "_PROGRESS_SECONDS", 0)
    build = Builder()
    x = build.constant(np.arange(4, dtype=np.uint64), ring(4))
    for _ in range(100):
        x = build.local("ring.add", (x, x), ring(4))
    build.keep(x, "end")
    heard: list[int] = []
    transport = together(NAMES)[0]
    result = prepare(build.graph(), transport, Inputs(), KEYS, progress=lambda done, _: heard.append(done)).run()
    assert np.array_equal(result.kept["end/0"], np.zeros(4, np.uint64))
    assert len(heard) > 10


def test_steps_share_their_scratch_and_one_step_does_not() -> None:
    taken: list[Array] = []

    def step(*sizes: int) -> None:
        taken.extend(scratch((size,), np.uint32) for size in sizes)

    memory = Scratch()
    for sizes in ((5, 7), (100,), (3,), (1000, 1000)):
        taken.clear()
        assert record(partial(step, *sizes), memory) is not None
        assert [each.size for each in taken] == list(sizes)
        assert all(address(each) % 64 == 0 for each in taken)
        assert not any(np.shares_memory(one, other) for one, other in combinations(taken, 2))
    assert record(partial(step, 8), memory) is not None
    assert np.shares_memory(taken[-1], taken[-2])
