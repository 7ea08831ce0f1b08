"""One party's instructions: rounds are merged, what is others' is counted only, loops keep what changes."""

import numpy as np
from tacit.runtime.instructions import Call, Deliver, Loop, Piece, Round, Skip
from tacit.runtime.plan.schedule import schedule

from tests.run.graphs import ALL, Builder, bits, integers, ring


def test_exchanges_that_stand_together_are_one_message_for_each_peer() -> None:
    build = Builder()
    x, y = build.random("stream", ring(4), ALL), build.random("stream", ring(2), ALL)
    a = build.exchange(x, (0, 1), (1, 2))
    b = build.exchange(y, (0, 1), (2, 0))
    made = schedule(build.graph(), 0)
    rounds = [each for each in made.body if isinstance(each, Round)]
    assert [(each.sends, each.receives) for each in rounds] == [
        (((1, (Piece(x), Piece(y))),), ((2, (Piece(b),)),)),
    ]
    assert made.rounds == 1
    assert schedule(build.graph(), 1).body[-1] == Round(((2, (Piece(x),)),), ((0, (Piece(a), Piece(b))),), span=-1)


def test_a_party_counts_the_draws_and_rounds_of_others() -> None:
    build = Builder()
    x = build.random("stream", ring(4), (0, 1))
    y = build.exchange(x, (0, 1))
    z = build.local("ring.add", (y, x), ring(4), (1,))
    build.exchange(z, (1, 0))
    build.random("stream", ring(1), ALL)
    build.random("stream", ring(1), (0, 1))
    graph = build.graph()
    assert [type(each).__name__ for each in schedule(graph, 2).body] == ["Skip", "Draw", "Skip"]
    assert schedule(graph, 2).body[0] == Skip(draws=1, rounds=2)
    assert [schedule(graph, party).rounds for party in ALL] == [2, 2, 2]


def test_planes_with_padding_travel_through_a_staging_slot() -> None:
    build = Builder()
    whole, ragged = build.random("stream", bits(128, 3), ALL), build.random("stream", bits(70, 3), ALL)
    build.exchange(whole, (0, 1))
    build.exchange(ragged, (0, 1), (2, 0))
    made = schedule(build.graph(), 0)
    assert isinstance(made.body[-1], Round)
    ((_, (first, second)),) = made.body[-1].sends
    assert first == Piece(whole)
    assert second.staging is not None
    assert (second.value, second.mask, made.layouts[second.staging].shape) == (ragged, 0b00111111, (3, 9))


def test_reshapes_of_what_stays_put_cost_nothing_in_the_run() -> None:
    build = Builder()
    x = build.random("stream", ring(6), ALL)
    y = build.local("reshape", (x,), ring(2, 3), shape=(2, 3))
    z = build.local("ring.add", (y, y), ring(2, 3))
    build.keep(z, "z")
    made = schedule(build.graph(), 0)
    assert [type(each).__name__ for each in made.body] == ["Draw", "Call", "Deliver"]
    assert made.aliases == ((y, x, 0),)


def test_a_loop_trades_memory_with_results_of_its_own_and_copies_others() -> None:
    build = Builder()
    x, y, z = (build.random("stream", ring(4), ALL) for _ in range(3))
    body = build.inside()
    p, q, still = (build.value(ring(4)) for _ in range(3))
    new = body.local("ring.add", (p, q), ring(4))
    build.repeat(body, [(x, p, q), (y, q, new), (z, still, still)], count=3)
    loop = schedule(build.graph(), 0).body[-1]
    assert isinstance(loop, Loop)
    copied, traded = loop.carried
    assert traded.result == new
    assert loop.body[-1] == Call(copied.result, "identity", (q,), {}, -1)
    assert copied.result >= len(build.types)
    assert len(loop.carried) == 2


def test_rounds_of_loops_count_every_turn() -> None:
    build = Builder()
    x = build.random("stream", ring(4), ALL)
    outer, inner = build.inside(), build.inside()
    inner.exchange(x, (0, 1))
    outer.repeat(inner, [], count=5)
    between = outer.local("ring.add", (x, x), ring(4))
    outer.exchange(between, (1, 0))
    build.repeat(outer, [], count=7)
    assert schedule(build.graph(), 2).rounds == 42


def test_an_output_of_another_party_is_not_delivered() -> None:
    build = Builder()
    x = build.input("x", integers(2), 0)
    build.output(x, "y", 0)
    assert [type(each) for each in schedule(build.graph(), 0).body] == [Deliver]
    assert schedule(build.graph(), 1).body == ()


def test_small_constants_are_spread_out_and_large_ones_filled_in_place() -> None:
    build = Builder()
    one = np.ones(1, np.uint64)
    small, large = build.constant(one, ring(10)), build.constant(one, ring(100_000))
    made = schedule(build.graph(), 0)
    ((slot, data),) = made.constants
    assert (slot, data.tolist()) == (small, [1] * 10)
    assert [(type(each).__name__, each.output) for each in made.body] == [("Fill", large)]  # type: ignore[union-attr]
