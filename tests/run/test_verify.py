"""`verify`: a peer that cheats is told of, apart from a program's own checks, before anything is opened."""

import numpy as np
import pytest
from tacit.runtime.errors import CheckFailed, PeerError
from tacit.runtime.graph.check import check
from tacit.runtime.graph.errors import GraphError
from tacit.runtime.kernels import KERNELS
from tacit.runtime.run.party import run_in_memory

from tests.run.graphs import ALL, CHEATED, SCALAR, TRUTH, Builder, verifying_graph

ANSWER, OTHER = np.array(4242), np.array(77)


def inputs(second: int) -> list[dict[str, np.ndarray]]:  # type: ignore[type-arg]
    return [{"first": np.array(5)}, {"second": np.array(second)}, {"answer": ANSWER, "other": OTHER}]


def test_an_honest_run_opens() -> None:
    alice, bob, _ = run_in_memory(verifying_graph(), inputs(5))
    assert alice.outputs["alice"]["answer"] == ANSWER
    assert bob.outputs["bob"]["other"] == OTHER


def test_a_cheat_is_told_with_its_round_and_opens_nothing() -> None:
    told: list[bytes] = []
    with pytest.raises(PeerError) as caught:
        run_in_memory(verifying_graph(), inputs(6), record=lambda *message: told.append(message[-1]))
    assert str(caught.value) == CHEATED
    assert (caught.value.status, caught.value.party, caught.value.round) == (4, "", 1)
    assert not isinstance(caught.value, CheckFailed)
    assert any(OTHER.tobytes() in content for content in told)
    assert not any(ANSWER.tobytes() in content for content in told)


def test_in_a_loop_the_round_is_that_of_the_turn() -> None:
    build = Builder()
    limit = build.public("limit", SCALAR)
    body = build.inside()
    turn = body.value(SCALAR)
    arrived = body.exchange(body.local("identity", (turn,), SCALAR, (0,)), (0, 1))
    small = body.local("clear.less", (arrived, limit), TRUTH, (1,))
    body.local("verify", (small,), TRUTH, (1,), claim="what was told")
    build.repeat(body, [], count=5, index=turn)
    graph = build.graph()
    run_in_memory(graph, [{"limit": np.array(5)}] * 3)
    with pytest.raises(PeerError, match=r"^a party deviated from the protocol: what was told did not hold in round 4$"):
        run_in_memory(graph, [{"limit": np.array(3)}] * 3)


def test_before_the_first_round_there_is_none_to_tell() -> None:
    build = Builder()
    build.local("verify", (build.public("bit", TRUTH),), TRUTH, ALL, claim="this")
    with pytest.raises(PeerError, match=r"^a party deviated from the protocol: this did not hold$"):
        run_in_memory(build.graph(), [{"bit": np.array(False)}] * 3)


def test_all_of_several_bits_must_hold() -> None:
    out, claim = np.zeros(3, np.bool_), "each"
    KERNELS["verify"](out, np.ones(3, np.bool_), claim=claim)
    assert out.all()
    with pytest.raises(PeerError, match="each did not hold"):
        KERNELS["verify"](out, np.array([True, False, True]), claim=claim)


def test_what_is_verified_is_named() -> None:
    build = Builder()
    build.local("verify", (build.public("bit", TRUTH),), TRUTH, ALL)
    with pytest.raises(GraphError, match="attribute 'claim' is missing"):
        check(build.graph())
