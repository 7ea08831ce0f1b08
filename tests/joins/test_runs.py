"""Joins through processes and sockets: what is reported, what owners are told, and what happens when a party fails."""

import json
import os
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tacit
from tacit.commands.cli import main
from tacit.runtime.data.inputs import Inputs
from tacit.runtime.deployed.deployment import Deployment
from tacit.runtime.deployed.run_remote import run_remote
from tacit.runtime.errors import InputError, PeerError, UsageError
from tacit.runtime.graph.alignments import DELEGATED, Matching
from tacit.runtime.local.run_local import LocalParty, run_local
from tacit.runtime.transport.secure import create_identity

from tests.deployed.test_remote import free_ports
from tests.local.local_runs import Alone, adding_graph
from tests.run.graphs import NAMES

LIFT = """
party publisher
party advertiser
input exposures: table[user: key, exposed: bool] from publisher
input purchases: table[user: key, amount: fixed] from advertiser
users = join(exposures, purchases, on=user, how="left")
reveal mean(fill(users.amount, 0), where=users.exposed) as treated
reveal count(users.in_purchases) as buyers to advertiser
"""
EXPOSURES = {"user": ["ann", "bob", "Cid", "dot"], "exposed": [True, True, False, False]}
PURCHASES = {"user": ["bob", "cid", "dot"], "amount": [3, 5.5, 8]}


def folder_of(path: Path, purchases: str = "user,amount\nbob,3\ncid,5.5\ndot,8\n") -> Path:
    (path / "exposures.csv").write_text("user,exposed\nann,1\nbob,1\nCid,0\ndot,0\n")
    (path / "purchases.csv").write_text(purchases)
    (path / "lift.mpc").write_text(LIFT)
    return path


@pytest.mark.parametrize("protocol", ["rep3", "semi2k"])
def test_the_report_counts_the_alignment(protocol: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = folder_of(tmp_path)
    assert main(["run", str(folder / "lift.mpc"), "--data", str(folder), "--protocol", protocol, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["outputs"]["advertiser"]["buyers"] == 2
    assert told["outputs"]["publisher"]["treated"] == pytest.approx(1.5, abs=1e-4)
    assert 0 < told["seconds"]["align"] < told["seconds"]["total"]


def test_in_the_clear_it_is_the_same() -> None:
    result = tacit.compile(LIFT).evaluate({"exposures": EXPOSURES, "purchases": PURCHASES})
    assert result.outputs["advertiser"] == {"treated": 1.5, "buyers": 2}


def test_a_key_that_stands_twice_is_told_to_its_owner_by_file_and_row(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, "user,amount\nbob,3\n\ncid,5.5\nbob,8\n")
    for run in (tacit.compile(LIFT).run_local, tacit.compile(LIFT).evaluate):
        with pytest.raises(InputError) as failure:
            run({}, folder)
        assert str(failure.value) == (
            f"input 'purchases' ({folder / 'purchases.csv'}): row 3 (line 5), column 'user': the key is that of "
            "row 1 (line 2) too; the join needs every key once on this side: leave rows out, sum them up first, or "
            "allow more of a key with `at_most=`"
        )


def test_explain_says_what_the_join_discloses_and_what_less_would_cost() -> None:
    explained = tacit.compile(LIFT).explain(exposures=EXPOSURES, purchases=PURCHASES)
    text = str(explained)
    assert "Joins: all parties learn how many keys match, and nobody which\n" in text
    assert "matches(exposures.user, purchases.user) = 2  of 4 and 3 rows  6" in text
    assert "helper matches tags of the keys, which tell it nothing else" in text
    assert "hide_size=True would hide the number, for +" in text
    (join,) = explained.to_json()["knowledge"]["joins"]
    assert (join["matched"], join["rows"], join["helper"]) == (2, (4, 3), "helper")
    assert explained.to_json()["hide_size"]["bytes"] > 0


def test_a_number_of_matches_that_nothing_tells_is_asked_for() -> None:
    known = {"rows(exposures)": 100, "rows(purchases)": 50}
    name = "matches(exposures.user, purchases.user)"
    with pytest.raises(UsageError, match=r"give it with --size 'matches\(exposures.user, purchases.user\)=N'"):
        tacit.compile(LIFT, sizes=known).graph  # noqa: B018 (a property that compiles)
    assert len(tacit.compile(LIFT, sizes={**known, name: 20}).graph) > 10
    with pytest.raises(tacit.CompileError, match="at most 50 matches, the rows of the smaller table"):
        tacit.compile(LIFT, sizes={**known, name: 51})


# --- failures ---------------------------------------------------------------------------------------------------

MATCHING = Matching("m", DELEGATED, (("x",), ("y",)), ("key",), (3, 3), (0, 1), (2, 2))
READERS = (
    lambda: (Inputs({"x": np.array([1, 2, 3])}), {"x": [3]}),
    lambda: (Inputs({"y": np.array([10, 2, 30])}), {"y": [3]}),
    lambda: (Inputs(), {}),
)


def compiled(facts: list[object], matched: Mapping[str, int]) -> bytes:
    assert matched == {"m": 1}
    return adding_graph()


def settled(matching: Matching) -> Callable[[list[object]], Alone]:
    return lambda facts: Alone(compiled, facts, (matching,))


def killed(name: str, keys: Any, most: int) -> None:
    os.kill(os.getpid(), 9)


def broken(name: str, keys: Any, most: int) -> None:
    raise InputError("input y: row 2 is wrong")


@pytest.mark.parametrize(
    ("check", "error", "text"),
    [(killed, PeerError, "bob"), (broken, InputError, "input y: row 2 is wrong")],
)
def test_a_party_that_fails_while_aligning_ends_the_run(check: Any, error: type[Exception], text: str) -> None:
    parties = [LocalParty(name, reader) for name, reader in zip(NAMES, READERS, strict=True)]
    parties[1] = LocalParty("bob", READERS[1], check)
    with pytest.raises(error, match=text):
        run_local(parties, settled(MATCHING))


def test_parties_of_a_deployment_align_and_compare_what_they_align(tmp_path: Path) -> None:
    identities = [create_identity(tmp_path, name) for name in NAMES]
    fingerprints = tuple(identity.fingerprint for identity in identities)

    def run(other: Matching, me: int) -> str:
        settle = settled(MATCHING if me < 2 else other)
        try:
            ran = run_remote(deployment, NAMES[me], identities[me], {}, READERS[me], settle)
        except PeerError as error:
            return error.why
        assert ran.seconds["align"] > 0
        assert ran.result.aligned_bytes == (16 + 24, 24, 16)[me]
        return "aligned"

    for other, expected in ((MATCHING, {"aligned"}), (Matching("n", *_rest(MATCHING)), {"joins other tables"})):
        addresses = tuple(("127.0.0.1", port) for port in free_ports())
        deployment = Deployment("test", NAMES, addresses, fingerprints, {})
        with ThreadPoolExecutor(3) as pool:
            told = set(pool.map(partial(run, other), range(3)))
        assert {one.partition(":")[0] for one in told} >= expected


def _rest(one: Matching) -> tuple[Any, ...]:
    return (one.method, one.keys, one.kinds, one.rows, one.owners, one.matchers)
