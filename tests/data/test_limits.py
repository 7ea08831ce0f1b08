"""Inputs larger than what a program tolerates: refused by their owner before the first round, protected or not."""

from threading import Thread

import numpy as np
import pytest
import tacit
from tacit.runtime.data.inputs import Inputs
from tacit.runtime.data.limits import check_limits
from tacit.runtime.errors import InputError, PeerError
from tacit.runtime.graph.nodes import Declaration
from tacit.runtime.run.party import prepare
from tacit.runtime.transport.memory import connect

BEYOND = "beyond 9 in magnitude"


def limited(name: str, *dimensions: int, table: str = "", each: bool = False) -> Declaration:
    return Declaration(name, "int", dimensions, table=table, each=each, limits=(-9, 9), beyond=BEYOND)


REFUSED = [
    (limited("x"), "x", np.array(10), "input 'x': the value is"),
    (limited("x", 3), "x", np.array([1, -9, -10]), "input 'x': row 3: the value is"),
    (limited("m", 2, 2), "m", np.array([[1, 2], [3, 99]]), "input 'm': row 2, column 2: the value is"),
    (limited("t.k", 2, table="t"), "t.k", np.array([99, 1]), "input 't': row 1, column 'k': the value is"),
    (limited("bids", 2, each=True), "bids", np.array([[1, 2], [1, 99]]), "input 'bids[1]': row 2: the value is"),
]


@pytest.mark.parametrize(("declared", "name", "array", "said"), REFUSED)
def test_the_place_is_told_and_the_value_is_not(declared: Declaration, name: str, array: np.ndarray, said: str) -> None:
    with pytest.raises(InputError) as caught:
        check_limits([declared], {name: array})
    assert str(caught.value) == f"{said} {BEYOND}"


def test_what_lies_within_limits_passes() -> None:
    check_limits([limited("x", 2)], {"x": np.array([-9, 9]), "y": np.array([10**6])})


COMPARE = "party a\nparty b\ninput k: int[2] from a\ninput l: int[2] from b\nreveal sum(int(k > l)) as r\n"


def test_others_see_that_the_owner_stopped_before_any_message() -> None:
    graph = tacit.compile(COMPARE).graph_for({})
    transports = connect(graph.parties)
    inputs = [{"k": np.array([1, 2**63 - 1])}, {"l": np.array([5, 6])}, {}]
    failures: dict[int, Exception] = {}
    messages: list[int] = []

    def run(me: int) -> None:
        try:
            own = Inputs(inputs[me])
            prepare(graph, transports[me], own, record=lambda round, *_: messages.append(round)).run()
        except (InputError, PeerError) as failure:
            failures[me] = failure
        finally:
            transports[me].close()

    threads = [Thread(target=run, args=(me,)) for me in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert str(failures[0]).startswith("input 'k': row 2: the value is beyond")
    assert [failure.status for _, failure in sorted(failures.items())] == [3, 4, 4]
    assert "9223372036854775807" not in "".join(map(str, failures.values()))
    assert not messages


@pytest.mark.parametrize("way", ["run_local", "evaluate"])
def test_protected_and_in_the_clear_alike(way: str) -> None:
    program = tacit.compile(COMPARE)
    with pytest.raises(InputError, match=r"^input 'k': row 2: the value is beyond .*, with which line 5 could"):
        getattr(program, way)({"k": [1, 2**63 - 1], "l": [5, 6]})


def test_who_may_stop_is_told_beforehand() -> None:
    knowledge = tacit.compile(COMPARE).explain().explanation.knowledge
    assert [(stop.role, stop.input) for stop in knowledge.stops] == [("a", "k"), ("b", "l")]
    assert "a      k has a value beyond" in str(tacit.compile(COMPARE).explain())


def test_members_of_a_role_have_the_closest_of_their_limits() -> None:
    source = (
        "parties p\ninput k: int from each p\nreveal sum(k) > 0 as r\nreveal k[0] * 1000 > 0 as s\n"
        "reveal k[1] * 1000 > 0 as t\n"
    )
    (declared,) = tacit.compile(source, sizes={"len(p)": 3}).graph_for({"len(p)": 3}).inputs
    assert declared.name == "k"
    assert declared.limits[1] < 2**63 // 1000
