"""Local runs: every party a process. What they return, and that any failure ends all of them and names its cause."""

import os
import select
import signal
import subprocess
import sys
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from multiprocessing import Pipe
from pathlib import Path

import numpy as np
import pytest
from tacit.runtime.alignment.unique import check_column
from tacit.runtime.errors import InputError, InternalError, MemoryShortage, PeerError
from tacit.runtime.graph.file import to_bytes
from tacit.runtime.local.conversation import Task
from tacit.runtime.local.nursery import Nursery
from tacit.runtime.local.nursery_process import OwnProcess
from tacit.runtime.local.run_local import LocalRun
from tacit.runtime.local.worker import work
from tacit.runtime.run.seat import Read, Seat
from tacit.runtime.run.watcher import Watcher

from tests.local.local_runs import (
    NURSERIES,
    adding_graph,
    broken,
    endless_graph,
    given,
    is_round,
    killed,
    refused,
    run,
    starved,
)
from tests.run.graphs import CHEATED, NAMES, verifying_graph

NOTHING = partial(given, {})
ALICE = partial(given, {"x": np.array([1, 2, 3])})
BOB = partial(given, {"y": np.array([10, 20, 30])})


@pytest.fixture(params=NURSERIES)
def nursery(request: pytest.FixtureRequest) -> Nursery | None:
    """Where parties come from."""
    return NURSERIES[request.param]()


def adding_run(nursery: Nursery | None) -> tuple[LocalRun, list[object]]:
    facts: list[object] = []

    def compile(told: list[object], matched: Mapping[str, int]) -> bytes:
        facts.extend(told)
        return adding_graph()

    return run(compile, ALICE, BOB, NOTHING, nursery=nursery), facts


def check_adding(result: LocalRun, facts: list[object]) -> None:
    alice, bob, carol = result.results
    assert (alice.outputs, bob.outputs) == ({}, {})
    assert carol.outputs["carol"]["sum"].tolist() == [11, 22, 33]
    assert (result.rounds, alice.bytes_sent, bob.bytes_sent, carol.bytes_sent) == (1, 24, 24, 0)
    assert sorted(result.seconds) == ["compile", "offline", "online", "total"]
    assert len({os.getpid(), *facts}) == 4
    assert not any(is_running(pid) for pid in facts)


def is_running(pid: object) -> bool:
    assert isinstance(pid, int)
    return Path(f"/proc/{pid}").exists()


def test_a_run_gives_each_party_its_outputs(nursery: Nursery | None) -> None:
    check_adding(*adding_run(nursery))


@pytest.mark.parametrize("source", NURSERIES)
def test_a_parent_with_threads_starts_fresh_interpreters(source: str) -> None:
    with ThreadPoolExecutor(1) as pool:
        check_adding(*pool.submit(lambda: adding_run(NURSERIES[source]())).result())


@pytest.mark.parametrize("number", [0, 1, 2])
def test_a_killed_party_is_named_and_the_others_end(number: int, nursery: Nursery | None) -> None:
    pids: list[int] = []

    def compile(facts: list[object], matched: Mapping[str, int]) -> bytes:
        pids.extend(pid for pid in facts if isinstance(pid, int))
        return endless_graph()

    def kill(done: int, total: int) -> None:
        if is_round(done, total) and is_running(pids[number]):
            os.kill(pids[number], signal.SIGKILL)

    name = ("alice", "bob", "carol")[number]
    with pytest.raises(PeerError, match=f"^party {name} was killed by SIGKILL$") as caught:
        run(compile, NOTHING, NOTHING, NOTHING, watcher=Watcher(progress=kill), nursery=nursery)
    assert caught.value.status == 4
    assert not any(map(is_running, pids))


def test_a_party_killed_while_it_reads_is_named(nursery: Nursery | None) -> None:
    with pytest.raises(PeerError, match="party bob was killed by SIGKILL"):
        run(lambda *_: adding_graph(), ALICE, killed, NOTHING, nursery=nursery)


def test_a_refused_input_is_told_as_its_owner_told_it(nursery: Nursery | None) -> None:
    with pytest.raises(InputError, match=r"input x: row 3 of people.csv is not a number") as caught:
        run(lambda *_: adding_graph(), refused, BOB, NOTHING, nursery=nursery)
    assert caught.value.status == 3


def test_memory_that_a_party_does_not_get_is_told(nursery: Nursery | None) -> None:
    with pytest.raises(MemoryShortage, match=r"^error: party alice needs more memory than this machine gives it: run"):
        run(lambda *_: adding_graph(), starved, BOB, NOTHING, nursery=nursery)


def test_a_missing_input_is_told_and_not_the_peers_that_noticed(nursery: Nursery | None) -> None:
    with pytest.raises(InputError, match="input y is missing"):
        run(lambda *_: adding_graph(), ALICE, NOTHING, NOTHING, nursery=nursery)


def test_an_unexpected_exception_does_not_show_data(nursery: Nursery | None) -> None:
    with pytest.raises(InternalError) as caught:
        run(lambda *_: adding_graph(), ALICE, broken, NOTHING, nursery=nursery)
    assert str(caught.value) == "party bob raised ValueError"


def test_what_the_compiler_raises_ends_the_parties(nursery: Nursery | None) -> None:
    pids: list[object] = []

    def compile(facts: list[object], matched: Mapping[str, int]) -> bytes:
        pids.extend(facts)
        raise KeyError("no such size")

    with pytest.raises(KeyError, match="no such size"):
        run(compile, ALICE, BOB, NOTHING, nursery=nursery)
    assert len(pids) == 3
    assert not any(map(is_running, pids))


def test_a_graph_for_other_parties_is_refused(nursery: Nursery | None) -> None:
    with pytest.raises(InternalError, match="was compiled for"):
        run(lambda *_: adding_graph().replace(b'"carol"', b'"dave_"'), ALICE, BOB, NOTHING, nursery=nursery)


@pytest.mark.parametrize("signal_number", [signal.SIGINT, signal.SIGKILL])
@pytest.mark.parametrize("source", NURSERIES)
def test_nothing_is_left_when_the_parent_ends(source: str, signal_number: signal.Signals) -> None:
    """SIGINT goes to the whole process group, as Ctrl-C does; SIGKILL to the parent alone."""
    with subprocess.Popen(
        [sys.executable, "-P", "-m", f"{__package__}.local_runs", source],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        start_new_session=True,
    ) as parent:
        assert parent.stdout is not None
        assert parent.stderr is not None
        started = next(line for line in parent.stdout if line.startswith("parties"))
        children = [os.pidfd_open(int(pid)) for pid in started.split()[1:]]
        assert "running\n" in parent.stdout
        if signal_number == signal.SIGINT:
            os.killpg(parent.pid, signal_number)
        else:
            parent.kill()
        assert all(ends_soon(child) for child in children)
        assert parent.stderr.read().count("Traceback") == (signal_number == signal.SIGINT)
    assert len(children) == 3
    assert parent.returncode == -signal_number


@pytest.mark.parametrize("read", [NOTHING, refused, broken])
def test_a_party_without_a_parent_ends_quietly(read: Read) -> None:
    """Whatever happens to it then, there is nobody to tell."""
    theirs, mine = Pipe()
    theirs.close()
    work(Task(Seat(0), NAMES, read, check_column, False), mine)


def test_a_nursery_that_dies_is_told() -> None:
    nursery = OwnProcess()

    def compile(facts: list[object], matched: Mapping[str, int]) -> bytes:
        os.kill(nursery.pid, signal.SIGKILL)
        return endless_graph()

    with pytest.raises(InternalError, match=r"^the process that loads kernels was killed by SIGKILL$"):
        run(compile, NOTHING, NOTHING, NOTHING, nursery=nursery)


def test_a_nursery_that_is_not_used_ends() -> None:
    nursery = OwnProcess()
    assert is_running(nursery.pid)
    nursery.end()
    assert not is_running(nursery.pid)


def ends_soon(process: int) -> bool:
    """Whether the process behind the descriptor ends at all: it takes milliseconds, on a busy machine longer."""
    try:
        return bool(select.select([process], [], [], 60.0)[0])
    finally:
        os.close(process)


def test_a_cheat_is_told_by_whoever_finds_it_and_not_by_the_peers_that_noticed(nursery: Nursery | None) -> None:
    numbers = [partial(given, {name: np.array(number)}) for name, number in (("first", 5), ("second", 6))]
    third = partial(given, {"answer": np.array(1), "other": np.array(2)})
    with pytest.raises(PeerError) as caught:
        run(lambda *_: to_bytes(verifying_graph()), *numbers, third, nursery=nursery)
    assert (str(caught.value), caught.value.status) == (CHEATED, 4)
