"""Roles that are no nodes share their inputs, wait, and get their outputs: they pass loops and conditions by."""

from functools import partial
from textwrap import dedent

import numpy as np
import pytest
from tacit.compiler.ir.evaluate import evaluate
from tacit.runtime.graph.file import to_bytes
from tacit.runtime.graph.nodes import Graph
from tacit.runtime.instructions import Deliver, Loop
from tacit.runtime.local.run_local import LocalParty, run_local
from tacit.runtime.plan.schedule import schedule

from tests.local.local_runs import Alone, given
from tests.programs.running import SETTINGS, BothWays, compiled, elaborated, run_both_ways

ROLES = "party a\nparty b\nparty c\nparty d\ninput x: int32[4] from a\ninput y: int32 from b\n"
INPUTS = {"x": np.array([5, -7, 40, 62]), "y": np.array(9)}

WAITING = {
    "a long loop": """
        s = sum(x)
        for i in range(500):
            s = s + y - i
        reveal s as s
    """,
    "a loop on a revealed value": """
        s = sum(x)
        n = 0
        reveal s as left
        while left > 10:
            s = s - y
            n = n + 1
            reveal s as left
        reveal n as turns
        reveal s + n as last to d
    """,
    "a loop that reveals more": """
        s = sum(x)
        reveal s as left
        while left > 50:
            s = s - y
            reveal 2 * s as double
            reveal s as left
        assert left < 60, "too much is left"
    """,
    "a loop that does not run": """
        s = sum(x) * y
        reveal s as left
        while left > 5000:
            reveal s + 1 as never
            reveal s - 1 as left
    """,
    "a condition in a loop": """
        s = sum(x)
        for i in range(4):
            reveal s + i as now
            if now % 2 == 0:
                s = s + y
                reveal s as even
            else:
                reveal s - 1 as odd
        reveal s
    """,
    "a loop before an input is shared": """
        reveal sum(x) as left
        while left > 50:
            left = left - 1
        reveal y + left as t
    """,
    "loops of each kind": """
        s = sum(x)
        reveal s as left
        while left > 50:
            for i in range(3):
                s = s - y + i
            reveal s as left
        for i in range(2):
            k = left
            while k > 40:
                k = k - 3
                reveal s + k as k
            s = s + k
        reveal s * 2 as s
    """,
}
"""Programs in whose loops no client has anything of its own to do."""

OWN = {
    "it computes": """
        t = y
        for i in range(5):
            t = t * 2 + i
        reveal t + sum(x) as t
    """,
    "it shares": """
        reveal sum(x) as left
        n = 0
        while left > 0:
            n = n + 1
            reveal sum(x * n) - 100 * y * n * n as left
            left = left - 30
        reveal n
    """,
    "it is told": """
        s = sum(x)
        for i in range(3):
            s = s + y
            reveal s as s_now to d
        reveal s
    """,
}
"""Programs in whose loops a client has something of its own to do."""


@pytest.fixture(params=SETTINGS)
def protocol(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def both_ways(text: str, protocol: str, optimize: int) -> BothWays:
    ran = run_both_ways(elaborated(ROLES + dedent(text)), INPUTS, protocol, optimize)
    assert len(ran.graph.clients) == 4
    assert {role: _plain(told) for role, told in ran.protected.items()} == {
        role: _plain(told) for role, told in ran.clear.items()
    }
    return ran


def _plain(told: dict[str, np.ndarray]) -> dict[str, list[int]]:
    return {name: array.tolist() for name, array in told.items()}


MAY_BE_TOLD = {
    "a loop that reveals more": {"double"},
    "a loop that does not run": {"never"},
    "a condition in a loop": {"even", "odd"},
    "loops of each kind": {"k"},
}
"""Names of which only the run shows whether they are told."""


def loops(graph: Graph, party: int) -> list[Loop]:
    return [each for each in schedule(graph, party).body if isinstance(each, Loop)]


@pytest.mark.parametrize("optimize", [0, 1, 2])
@pytest.mark.parametrize("name", WAITING)
def test_clients_wait_while_nodes_loop(name: str, protocol: str, optimize: int) -> None:
    ran = both_ways(WAITING[name], protocol, optimize)
    for client in ran.graph.clients:
        assert all(loop.count is None for loop in loops(ran.graph, client))
        told = [each for loop in loops(ran.graph, client) for each in loop.body]
        assert all(isinstance(each, Deliver) for each in told)
        assert {each.name for each in told if isinstance(each, Deliver)} == MAY_BE_TOLD.get(name, set())
    assert loops(ran.graph, 0) or optimize == 2


@pytest.mark.parametrize("name", ["a long loop", "a loop on a revealed value"])
def test_clients_wait_in_processes_of_their_own(name: str, protocol: str) -> None:
    program = elaborated(ROLES + dedent(WAITING[name]))
    graph = compiled(program, protocol)
    own = {graph.roles["a"]: {"x": INPUTS["x"]}, graph.roles["b"]: {"y": INPUTS["y"]}}
    parties = [LocalParty(name, partial(given, own.get(party, {}))) for party, name in enumerate(graph.parties)]
    results = run_local(parties, partial(Alone, lambda *_: to_bytes(graph))).results
    for role, told in evaluate(program, INPUTS).by_role.items():
        outputs = results[graph.roles[role]].outputs
        assert _plain({**outputs.get("", {}), **outputs.get(role, {})}) == _plain(told)


@pytest.mark.parametrize("optimize", [0, 2])
@pytest.mark.parametrize("name", OWN)
def test_clients_go_through_loops_in_which_they_have_work(name: str, protocol: str, optimize: int) -> None:
    both_ways(OWN[name], protocol, optimize)
