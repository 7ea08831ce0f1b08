"""Deployments through the command line: every party a process of its own, over TLS on loopback."""

import json
import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from tacit.commands import cli
from tacit.runtime.transport.connect import listen

MILLIONAIRES = """\
party alice
party bob
input a: int32 from alice
input b: int32 from bob
reveal a > b as richer
reveal a - a + 5 as five to alice
"""

JOIN = """\
party alice
party bob
input orders: table[id: key, count: int16] from alice
input prices: table[id: key, cents: int16] from bob
input rate: int8
both = join(orders, prices, on=id)
save sum(both.count * both.cents) as revenue
reveal sum(both.count * both.cents) * rate as total to bob
"""

OPEN = """\
party alice
party bob
input revenue: int from shares
reveal revenue
"""

ENDLESS = """\
party alice
party bob
input a: int32 from alice
input b: int32 from bob
x = a
for turn in range(100000000):
    x = min(x * b, 1000)
reveal x
"""

REP3 = ("alice", "bob", "helper")
SEMI2K = ("dealer", "alice", "bob")


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name, text in {"rich": MILLIONAIRES, "join": JOIN, "open": OPEN, "endless": ENDLESS}.items():
        Path(f"{name}.mpc").write_text(text)
    Path("orders.csv").write_text("id,count\nx,1\ny,2\nz,3\n")
    Path("prices.csv").write_text("id,cents\nz,100\ny,10\nw,7\n")


def deploy(protocol: str, names: Sequence[str], capsys: pytest.CaptureFixture[str], file: str = "parties.toml") -> None:
    """Identities in `keys`, made by the command if they are not there, and the file that names them."""
    listeners = [listen() for _ in names]
    text = f'protocol = "{protocol}"\n'
    for name, listener in zip(names, listeners, strict=True):
        assert cli.main(["identity", name, "-o", "keys"]) == 0
        text += capsys.readouterr().out.replace("HOST:7300", f"127.0.0.1:{listener.getsockname()[1]}")
        listener.close()
    Path(file).write_text(text)


class Parties:
    """Processes that are ended with the test."""

    def __init__(self) -> None:
        self._running: list[subprocess.Popen[str]] = []

    def start(self, name: str, program: str, *arguments: str, **environment: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "tacit", "party", program, "--as", name, "--config", "parties.toml"]
        command += ["--identity", "keys", "--wait", "60", *arguments]
        running = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=os.environ | environment
        )
        self._running.append(running)
        return running

    def end(self) -> None:
        for each in self._running:
            each.kill()
            each.communicate()


@pytest.fixture
def parties() -> Iterator[Parties]:
    started = Parties()
    yield started
    started.end()


def ended(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    out, err = process.communicate(timeout=120)
    return process.returncode, out, err


def test_three_parties_over_tls(parties: Parties, capsys: pytest.CaptureFixture[str]) -> None:
    """One of them without accelerated kernels: machines differ."""
    deploy("rep3", REP3, capsys)
    helper = parties.start("helper", "rich.mpc", "--json", TACIT_PORTABLE="1")
    bob = parties.start("bob", "rich.mpc", "--input", "b=3")
    alice = parties.start("alice", "rich.mpc", "--input", "a=7", "--json")
    status, out, err = ended(alice)
    assert status == 0
    assert err.startswith("alice: waiting for bob, helper\nalice: connected with bob, helper\n")
    told = json.loads(out)
    assert told["outputs"] == {"alice": {"richer": True, "five": 5}}
    assert (told["protocol"], told["nodes"], list(told["bytes_sent"])) == ("rep3", list(REP3), ["alice"])
    status, out, _ = ended(bob)
    assert status == 0
    assert out.startswith("bob\n  richer = true\nrep3 with alice, bob, helper: ")
    status, out, _ = ended(helper)
    assert (status, json.loads(out)["outputs"]) == (0, {})


@pytest.mark.parametrize(("protocol", "names"), [("rep3", REP3), ("semi2k", SEMI2K)])
def test_joins_public_inputs_and_kept_shares(
    protocol: str, names: Sequence[str], parties: Parties, capsys: pytest.CaptureFixture[str]
) -> None:
    deploy(protocol, names, capsys)
    given = {"alice": ["--input", "orders=orders.csv"], "bob": ["--input", "prices=prices.csv"]}
    rate = {name: [] if name == "dealer" else ["--input", "rate=2"] for name in names}
    shares = {name: ["--shares", f"shares-{name}"] for name in names}
    running = {
        name: parties.start(name, "join.mpc", "--json", *given.get(name, []), *rate[name], *shares[name])
        for name in names
    }
    results = {name: ended(each) for name, each in running.items()}
    assert [status for status, _, _ in results.values()] == [0, 0, 0], results
    assert json.loads(results["bob"][1])["outputs"] == {"bob": {"total": 2 * (2 * 10 + 3 * 100)}}
    assert json.loads(results["alice"][1])["outputs"] == {"alice": {}}
    again = {name: parties.start(name, "open.mpc", "--json", *shares[name]) for name in names}
    results = {name: ended(each) for name, each in again.items()}
    assert [status for status, _, _ in results.values()] == [0, 0, 0], results
    assert json.loads(results["alice"][1])["outputs"] == {"alice": {"revenue": 320}}


def test_another_certificate_is_refused(parties: Parties, capsys: pytest.CaptureFixture[str]) -> None:
    """Somebody who answers at alice's address with a key of his own; the others pin her true one."""
    deploy("rep3", REP3, capsys)
    true = Path("parties.toml").read_text()
    assert cli.main(["identity", "alice", "-o", "other"]) == 0
    false = capsys.readouterr().out.splitlines()[-1]
    pinned = next(line for line in true.splitlines() if line.startswith("fingerprint"))
    Path("false.toml").write_text(true.replace(pinned, false))
    other = ["--config", "false.toml", "--identity", "other", "--wait", "20"]
    impostor = parties.start("alice", "rich.mpc", "--input", "a=7", *other)
    callers = [parties.start("bob", "rich.mpc", "--input", "b=3"), parties.start("helper", "rich.mpc")]
    for caller in callers:
        status, out, err = ended(caller)
        assert (status, out) == (4, "")
        assert "error: party alice did not prove who it is" in err
    status, out, err = ended(impostor)
    assert (status, out) == (4, "")
    assert "error: party bob did not connect in time" in err


def test_another_program_is_told(parties: Parties, capsys: pytest.CaptureFixture[str]) -> None:
    deploy("rep3", REP3, capsys)
    Path("poor.mpc").write_text(MILLIONAIRES.replace("a > b", "a < b"))
    alice = parties.start("alice", "rich.mpc", "--input", "a=7")
    bob = parties.start("bob", "poor.mpc", "--input", "b=3")
    helper = parties.start("helper", "rich.mpc", "--wait", "15")
    results = [ended(each) for each in (alice, bob, helper)]
    assert [status for status, _, _ in results] == [4, 4, 4]
    assert any("has another program than this party" in err for _, _, err in results)
    assert [out for _, out, _ in results] == ["", "", ""]


def test_a_party_that_dies_ends_the_others(parties: Parties, capsys: pytest.CaptureFixture[str]) -> None:
    deploy("rep3", REP3, capsys)
    helper = parties.start("helper", "endless.mpc")
    others = [parties.start(name, "endless.mpc", "--input", f"{name[0]}=7") for name in ("alice", "bob")]
    assert helper.stderr is not None
    while "connected" not in helper.stderr.readline():
        assert helper.poll() is None
    select.select([helper.stderr], [], [], 2.0)
    helper.send_signal(signal.SIGKILL)
    for other in others:
        status, out, err = ended(other)
        assert (status, out) == (4, "")
        assert "error: party " in err


def test_an_input_is_refused_at_its_owner(parties: Parties, capsys: pytest.CaptureFixture[str]) -> None:
    deploy("rep3", REP3, capsys)
    others = [parties.start("helper", "join.mpc", "--input", "rate=2", "--wait", "5")]
    others += [parties.start("bob", "join.mpc", "--input", "prices=prices.csv", "--input", "rate=2", "--wait", "5")]
    Path("orders.csv").write_text("id,count\nx,1\nx,secret\n")
    status, out, err = ended(parties.start("alice", "join.mpc", "--input", "orders=orders.csv", "--input", "rate=2"))
    assert (status, out) == (3, "")
    assert "orders" in err and "secret" not in err
    assert [ended(each)[0] for each in others] == [4, 4]


@pytest.mark.parametrize(
    ("change", "arguments", "problem"),
    [
        (("", ""), ("--as", "carol"), "there is no node 'carol'; the nodes are alice, bob, helper"),
        (("", ""), ("--input", "b=1"), "input 'b' is read at bob, not at alice"),
        (("", ""), ("--identity", "elsewhere"), "there is no elsewhere/alice.key: `tacit identity alice` makes it"),
        (('"rep3"', '"rep4"'), (), "parties.toml: there is no protocol 'rep4'; there are rep3, semi2k"),
        (('"rep3"', '"semi2k"'), (), "parties.toml: semi2k needs a node [nodes.dealer]"),
        (("[nodes.bob]", "[nodes.carol]"), (), "role 'bob' of the program sits nowhere"),
        (
            ("[nodes.alice]", "[roles]\nbob = 'carol'\n[nodes.alice]"),
            (),
            "[roles] bob sits on 'carol', which is no node",
        ),
    ],
)
def test_what_is_wrong_is_said(
    change: tuple[str, str], arguments: Sequence[str], problem: str, capsys: pytest.CaptureFixture[str]
) -> None:
    deploy("rep3", REP3, capsys)
    Path("parties.toml").write_text(Path("parties.toml").read_text().replace(*change))
    words = ["party", "rich.mpc", "--as", "alice", "--config", "parties.toml", "--identity", "keys", "--input", "a=1"]
    assert cli.main([*words, *arguments]) == 2
    assert problem in capsys.readouterr().err


def test_a_certificate_that_is_not_the_deployments(capsys: pytest.CaptureFixture[str]) -> None:
    deploy("rep3", REP3, capsys)
    assert cli.main(["identity", "alice", "-o", "other"]) == 0
    words = ["party", "rich.mpc", "--as", "alice", "--config", "parties.toml", "--identity", "other", "--input", "a=1"]
    assert cli.main(words) == 2
    assert "other/alice.crt is not the certificate that parties.toml names for alice" in capsys.readouterr().err


def test_a_key_is_not_overwritten(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["identity", "alice"]) == 0
    before = Path("alice.key").read_bytes()
    assert Path("alice.key").stat().st_mode & 0o777 == 0o600
    assert cli.main(["identity", "alice"]) == 2
    assert "alice.key exists" in capsys.readouterr().err
    assert Path("alice.key").read_bytes() == before
    assert cli.main(["identity", "../alice"]) == 2


def test_roles_of_one_node_and_many_members(parties: Parties, capsys: pytest.CaptureFixture[str]) -> None:
    """Two roles at one node, and all members of a role at another."""
    Path("bids.mpc").write_text(
        "party seller\nparty auditor\nparties bidders\ninput reserve: int32 from seller\n"
        "input bids: int32 from each bidders\nreveal max(bids) > reserve as sold to seller\n"
        "reveal max(bids) as price to auditor\n"
    )
    deploy("rep3", ("house", "club", "helper"), capsys)
    sits = '[roles]\nseller = "house"\nauditor = "house"\nbidders = "club"\n'
    Path("parties.toml").write_text(Path("parties.toml").read_text() + sits)
    house = parties.start("house", "bids.mpc", "--input", "reserve=5", "--json")
    club = parties.start("club", "bids.mpc", "--input", "bids=[3,9,4]", "--json")
    helper = parties.start("helper", "bids.mpc")
    status, out, err = ended(house)
    assert status == 0, err
    assert json.loads(out)["outputs"] == {"seller": {"sold": True}, "auditor": {"price": 9}}
    assert [ended(club)[0], ended(helper)[0]] == [0, 0]
