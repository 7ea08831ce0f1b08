"""Parties in memory: what comes out, what is sent, what is counted, and how a failure is told."""

import numpy as np
import pytest
from tacit.runtime.data.inputs import Inputs
from tacit.runtime.errors import CheckFailed, InputError, InternalError, PeerError
from tacit.runtime.graph.nodes import Graph
from tacit.runtime.kernels import TABLE
from tacit.runtime.kernels.native import Kernel
from tacit.runtime.run.party import PartyResult, prepare, run_in_memory
from tacit.runtime.transport import memory

from tests.run.graphs import ALL, NAMES, SCALAR, TRUTH, Builder, bits, integers, ring

KEYS = {ALL: bytes(16), (0, 1): bytes(range(16)), (0, 2): bytes(range(1, 17)), (1, 2): bytes(range(2, 18))}


def run_alice(build: Builder, **inputs: object) -> PartyResult:
    """Alice's result where only alice has inputs."""
    arrays = {name: np.asarray(value) for name, value in inputs.items()}
    return run_in_memory(build.graph(), [arrays, {}, {}], KEYS)[0]


def test_values_cross_and_come_out() -> None:
    build = Builder()
    x = build.input("x", integers(3), 0)
    y = build.exchange(x, (0, 1), (0, 2))
    doubled = build.local("clear.add", (y, y), integers(3), (1, 2))
    back = build.exchange(doubled, (1, 0))
    build.output(back, "twice", 0)
    build.output(doubled, "twice", 2)
    results = run_in_memory(build.graph(), [{"x": np.array([1, -2, 3])}, {}, {}])
    assert results[0].outputs["alice"]["twice"].tolist() == [2, -4, 6]
    assert results[1].outputs == {}
    assert results[2].outputs["carol"]["twice"].tolist() == [2, -4, 6]
    assert [result.rounds for result in results] == [2, 2, 2]
    assert [result.bytes_sent for result in results] == [48, 24, 0]


def test_a_stream_is_common_and_a_zero_sharing_sums_to_zero() -> None:
    build = Builder()
    build.keep(build.random("stream", ring(5), ALL), "common")
    build.keep(build.random("zero", ring(5), ALL), "zero")
    build.keep(build.random("zero", bits(70, 2), ALL), "bits")
    build.random("stream", ring(5), (0, 1))
    build.keep(build.random("stream", ring(5), ALL), "later")
    results = run_in_memory(build.graph(), [{}, {}, {}])
    assert all(np.array_equal(result.kept["common/0"], results[0].kept["common/0"]) for result in results)
    assert all(np.array_equal(result.kept["later/0"], results[0].kept["later/0"]) for result in results)
    assert not np.array_equal(results[0].kept["common/0"], results[0].kept["later/0"])
    assert sum(result.kept["zero/0"] for result in results).tolist() == [0] * 5
    assert not np.bitwise_xor.reduce([result.kept["bits/0"] for result in results]).any()


def test_padding_bits_never_leave() -> None:
    build = Builder()
    x = build.random("stream", bits(70, 2), ALL)
    build.keep(build.exchange(x, (0, 1), (1, 2), (2, 0)), "arrived")
    build.keep(x, "sent")
    messages: list[tuple[int, int, int, bytes]] = []
    results = run_in_memory(
        build.graph(),
        [{}, {}, {}],
        KEYS,
        record=lambda *message: messages.append(message),  # type: ignore[arg-type]
    )
    assert sorted(message[:3] for message in messages) == [(1, 0, 1), (1, 1, 2), (1, 2, 0)]
    for _, _, _, content in messages:
        assert len(content) == 18
        assert content[8] < 1 << 6
        assert content[17] < 1 << 6
    mask = np.array([~np.uint64(0), np.uint64((1 << 6) - 1)])
    assert np.array_equal(results[1].kept["arrived/0"] & mask, results[0].kept["sent/0"] & mask)
    assert results[0].bytes_sent == 18


def test_a_loop_carries_values_and_knows_its_turn() -> None:
    build = Builder()
    x = build.input("x", SCALAR, 0)
    y = build.exchange(x, (0, 1), (0, 2))
    body = build.inside()
    total, turn = body.value(SCALAR), body.value(SCALAR)
    new = body.local("clear.add", (total, turn), SCALAR, (1, 2))
    (end,) = build.repeat(body, [(y, total, new)], count=5, index=turn)
    build.output(end, "sum", 1)
    results = run_in_memory(build.graph(), [{"x": np.array(100)}, {}, {}])
    assert results[1].outputs["bob"]["sum"] == 110


def test_carried_values_may_shift_swap_and_repeat() -> None:
    build = Builder()
    a, b = build.input("a", integers(2), 0), build.input("b", integers(2), 0)
    c, d = build.input("c", integers(2), 0), build.input("d", integers(2), 0)
    body = build.inside()
    older, newer, left, right, copy, still = (body.value(integers(2)) for _ in range(6))
    added = body.local("clear.add", (older, newer), integers(2), (0,))
    shifted = [(a, older, newer), (b, newer, added)]
    swapped = [(c, left, right), (d, right, left)]
    ends = build.repeat(body, [*shifted, *swapped, (a, copy, added), (d, still, still)], count=7)
    for name, value in zip(("older", "newer", "left", "right", "copy", "still"), ends, strict=True):
        build.output(value, name, 0)
    outputs = run_alice(build, a=[0, 1], b=[1, 2], c=[5, 6], d=[7, 8]).outputs["alice"]
    assert {name: value.tolist() for name, value in outputs.items()} == {
        "older": [13, 34],
        "newer": [21, 55],
        "left": [7, 8],
        "right": [5, 6],
        "copy": [21, 55],
        "still": [7, 8],
    }


def test_nested_loops_carry_through_each_other() -> None:
    build = Builder()
    x = build.input("x", integers(3), 0)
    outer = build.inside()
    p = outer.value(integers(3))
    inner = outer.inside()
    q = inner.value(integers(3))
    new = inner.local("clear.add", (q, p), integers(3), (0,))
    (inner_end,) = outer.repeat(inner, [(p, q, new)], count=2)
    (outer_end,) = build.repeat(outer, [(x, p, inner_end)], count=3)
    build.output(outer_end, "y", 0)
    assert run_alice(build, x=[1, 2, 3]).outputs["alice"]["y"].tolist() == [27, 54, 81]


def test_reshaped_results_are_carried() -> None:
    build = Builder()
    x = build.input("x", integers(2, 2), 0)
    body = build.inside()
    p = body.value(integers(2, 2))
    flat = body.local("reshape", (p,), integers(4), (0,), shape=(4,))
    doubled = body.local("clear.add", (flat, flat), integers(4), (0,))
    square = body.local("reshape", (doubled,), integers(2, 2), (0,), shape=(2, 2))
    (end,) = build.repeat(body, [(x, p, square)], count=3)
    build.output(build.local("reshape", (end,), integers(4), (0,), shape=(4,)), "y", 0)
    assert run_alice(build, x=[[1, 2], [3, 4]]).outputs["alice"]["y"].tolist() == [8, 16, 24, 32]


@pytest.mark.parametrize("turns", [0, 1, 2, 3])
def test_a_conditional_loop_stops_and_keeps_parties_in_step(turns: int) -> None:
    """Each turn draws, exchanges and counts down; afterwards all parties still agree on draws and rounds."""
    build = Builder()
    count = build.public("count", SCALAR)
    zero = build.constant(np.zeros((), np.int64), SCALAR)
    minus = build.constant(np.array(-1), SCALAR)
    holds = build.local("clear.less", (zero, count), TRUTH)
    body = build.inside()
    left = body.value(SCALAR)
    drawn = body.random("stream", ring(2), (0, 1))
    body.exchange(drawn, (0, 1))
    fewer = body.local("clear.add", (left, minus), SCALAR)
    again = body.local("clear.less", (zero, fewer), TRUTH)
    (end,) = build.repeat(body, [(count, left, fewer)], condition=holds, next_condition=again)
    build.output(end, "left", 2)
    build.keep(build.random("stream", ring(2), ALL), "after")
    results = run_in_memory(build.graph(), [{"count": np.array(turns)}] * 3, KEYS)
    assert results[2].outputs["carol"]["left"] == 0
    assert [result.rounds for result in results] == [turns] * 3
    assert all(np.array_equal(result.kept["after/0"], results[0].kept["after/0"]) for result in results)


def test_a_large_constant_is_filled_in() -> None:
    build = Builder()
    x = build.constant(np.array([3]), integers(100_000))
    build.output(build.local("clear.sum", (x,), SCALAR, axis=0), "sum", 1)
    assert run_in_memory(build.graph(), [{}, {}, {}])[1].outputs["bob"]["sum"] == 300_000


def test_an_empty_value_travels() -> None:
    build = Builder()
    x = build.input("x", integers(0), 0)
    build.output(build.exchange(x, (0, 1)), "y", 1)
    results = run_in_memory(build.graph(), [{"x": np.zeros(0, np.int64)}, {}, {}])
    assert results[1].outputs["bob"]["y"].shape == (0,)
    assert results[1].rounds == 1


def failing_graph() -> Graph:
    build = Builder()
    index = build.public("index", integers(1))
    table = build.constant(np.arange(4), integers(4))
    build.output(build.local("take", (table, index), integers(1), axis=0), "y", 0)
    return build.graph()


def test_a_failed_check_carries_its_place() -> None:
    with pytest.raises(CheckFailed) as caught:
        run_in_memory(failing_graph(), [{"index": np.array([9])}] * 3)
    assert str(caught.value) == "test.mpc:7:3: error: index 9 is outside an axis of 4 elements"


def test_a_missing_input_is_named() -> None:
    with pytest.raises(InputError, match="input index is missing"):
        run_in_memory(failing_graph(), [{}, {}, {}])


def test_an_input_of_another_shape_is_named() -> None:
    with pytest.raises(InputError, match=r"input index has shape \(2,\)"):
        run_in_memory(failing_graph(), [{"index": np.array([1, 2])}] * 3)


def test_public_inputs_must_agree() -> None:
    with pytest.raises(PeerError, match="gives another value for the public input index"):
        run_in_memory(failing_graph(), [{"index": np.array([number])} for number in range(3)])


def test_what_breaks_a_kernel_does_not_show_data(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ValueError("the secret is 42")

    monkeypatch.setitem(TABLE, "take", Kernel(broken))
    with pytest.raises(InternalError) as caught:
        run_in_memory(failing_graph(), [{"index": np.array([1])}] * 3)
    assert str(caught.value) == "instruction 'take' for test.mpc:7:3 raised ValueError"


def test_a_party_that_fails_is_the_one_that_is_told() -> None:
    build = Builder()
    x = build.input("x", integers(3), 0)
    build.output(build.exchange(x, (0, 1)), "y", 1)
    with pytest.raises(InputError, match="input x is missing"):
        run_in_memory(build.graph(), [{}, {}, {}])


def test_progress_ends_at_all_rounds() -> None:
    build = Builder()
    body = build.inside()
    x = build.constant(np.ones(1, np.uint64), ring(1))
    body.exchange(x, (0, 1))
    build.repeat(body, [], count=3)
    graph = build.graph()
    heard: list[tuple[int, int]] = []
    transports = memory.connect(NAMES)
    for party in (0, 1):
        progress = (lambda *numbers: heard.append(numbers)) if party == 1 else None  # type: ignore[arg-type]
        prepare(graph, transports[party], Inputs(), KEYS, progress).run()
    assert heard[-1] == (3, 3)
    assert all(total == 3 and 0 < done <= 3 for done, total in heard)


def test_a_condition_that_is_carried_too_ends_the_loop_in_its_own_turn() -> None:
    build = Builder()
    limit, zero, one = build.public("limit", SCALAR), *(build.constant(np.array(n), SCALAR) for n in (0, 1))
    begins = build.local("clear.less", (zero, limit), TRUTH)
    body = build.inside()
    count, before = body.value(SCALAR), body.value(TRUTH)
    more = body.local("clear.add", (count, one), SCALAR)
    goes_on = body.local("clear.less", (more, limit), TRUTH)
    carried = [(zero, count, more), (begins, before, goes_on)]
    turns, last = build.repeat(body, carried, condition=begins, next_condition=goes_on)
    build.output(turns, "turns", 0)
    build.output(last, "last", 0)
    for wanted in (0, 1, 2, 5):
        outputs = run_in_memory(build.graph(), [{"limit": np.array(wanted)}] * 3)[0].outputs["alice"]
        assert (outputs["turns"], outputs["last"]) == (wanted, False)
