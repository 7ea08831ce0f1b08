"""The command: what it prints, and how it ends."""

import json
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from tacit.commands import arguments, cli
from tacit.runtime.errors import PeerError

MILLIONAIRES = """\
party alice
party bob
input a: int from alice
input b: int from bob
reveal a > b as richer
reveal a - a + 5 as five to alice
"""

TABLES = """\
party shop
input sales: table[day: date, kind: category["web", "store"], amount: fixed] from shop
input rate: fixed
reveal sum(clip(sales.amount, 0, 1000) * clip(rate, 0, 10)) as total
reveal filter(sales, sales.amount > 1) as large to shop
"""

SALES = "amount,kind,day\n1.5,web,2024-01-02\n0.25,store,2024-01-03\n2,store,2024-02-29\n"


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("rich.mpc").write_text(MILLIONAIRES)
    Path("tables.mpc").write_text(TABLES)
    Path("data").mkdir()
    Path("data/sales.csv").write_text(SALES)
    Path("data/rate.json").write_text("2")


def told(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    status = cli.main(arguments)
    captured = capsys.readouterr()
    return status, captured.out, captured.err


def test_run_protects_and_reports(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, err = told(capsys, "run", "rich.mpc", "--input", "a=7", "--input", "b=-3", "--json")
    assert (status, err) == (0, "")
    report = json.loads(out)
    assert report["outputs"] == {"alice": {"richer": True, "five": 5}, "bob": {"richer": True}}
    assert (report["protocol"], report["nodes"]) == ("rep3", ["alice", "bob", "helper"])
    assert report["rounds"] > 0
    assert set(report["bytes_sent"]) == {"alice", "bob", "helper"}
    assert set(report["seconds"]) == {"compile", "online", "offline", "total"}


def test_run_without_a_terminal_prints_plain_text(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, err = told(capsys, "run", "tables.mpc", "--data", "data")
    assert (status, err) == (0, "")
    lines = out.splitlines()
    assert lines[:-1] == [
        "shop",
        "  total = 7.5",
        "  large = table of 2 rows",
        "    day: [2024-01-02, 2024-02-29]",
        "    kind: [web, store]",
        "    amount: [1.5, 2.0]",
    ]
    assert lines[-1].startswith("rep3 with shop, helper, helper2: ")


def test_clear_warns_loudly_and_gives_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, err = told(capsys, "run", "tables.mpc", "--data", "data", "--clear", "--json")
    assert status == 0
    assert err.startswith("WARNING: --clear runs the program without any protection")
    large = {"day": ["2024-01-02", "2024-02-29"], "kind": ["web", "store"], "amount": [1.5, 2.0]}
    assert json.loads(out)["outputs"] == {"shop": {"total": 7.5, "large": large}}


@pytest.mark.parametrize(
    ("arguments", "status", "message"),
    [
        (["run", "rich.mpc", "--input", "a=1"], 3, "error: missing: input 'b'; give it with --input b=SOURCE; "),
        (["run", "rich.mpc", "--input", "a=1", "--input", "b=x"], 3, "error: input 'b': the value is not a"),
        (["run", "rich.mpc", "--input", "c=1"], 2, "error: the program has no input 'c'; the program declares"),
        (["run", "rich.mpc", "--input", "a=1", "--input", "a=2"], 2, "error: --input gives 'a' twice"),
        (["run", "rich.mpc", "--input", "a"], 2, "error: --input wants NAME=VALUE"),
        (["run", "rich.mpc", "--data", "none"], 3, "error: there is no folder none"),
        (["run", "rich.mpc", "--size", "n=3"], 2, "error: the program has no size 'n'; its sizes are: none"),
        (["run", "none.mpc"], 2, "error: none.mpc cannot be read: No such file or directory"),
        (["compile", "tables.mpc", "-o", "x"], 2, "error: no data tells the size 'rows(sales)'"),
        (["compile", "rich.mpc", "-o", "none/x"], 2, "error: none/x cannot be written: No such file or directory"),
    ],
)  # fmt: skip
def test_mistakes_are_one_message_and_a_status(
    capsys: pytest.CaptureFixture[str], arguments: list[str], status: int, message: str
) -> None:
    ended, out, err = told(capsys, *arguments)
    assert (ended, out) == (status, "")
    assert err.startswith(message)
    assert err.count("\n") == 1


@pytest.mark.parametrize("arguments", [[], ["dance"], ["run"], ["run", "rich.mpc", "--network", "slow"]])
def test_wrong_command_lines_end_with_2(capsys: pytest.CaptureFixture[str], arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        cli.main(arguments)
    assert caught.value.code == 2
    assert "usage: tacit" in capsys.readouterr().err


def test_check_prints_errors_with_places_or_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    assert told(capsys, "check", "tables.mpc") == (0, "", "")
    Path("bad.mpc").write_text("party alice\ninput x: int from alice\nreveal x + z as y\nreveal w as v\n")
    status, out, err = told(capsys, "check", "bad.mpc")
    assert (status, out) == (1, "")
    assert "bad.mpc:3:12: error: " in err
    assert "bad.mpc:4:8: error: " in err


def test_compile_writes_the_same_bytes_again(capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("one.graph", "two.graph"):
        status, out, _ = told(capsys, "compile", "tables.mpc", "-o", name, "--size", "rows(sales)=3")
        assert status == 0
        assert out.startswith(f"{name}: ")
    assert Path("one.graph").read_bytes() == Path("two.graph").read_bytes()
    assert told(capsys, "compile", "tables.mpc", "-o", "three.graph", "--data", "data")[0] == 0
    assert Path("one.graph").read_bytes() == Path("three.graph").read_bytes()
    assert sorted(path.name for path in Path().glob("*graph*")) == ["one.graph", "three.graph", "two.graph"]


@pytest.mark.parametrize(
    ("command", "last"),
    [
        (["check"], "report_ranges"),
        (["compile", "-o", "rich.graph"], "check"),
        (["graph", "-o", "rich.dot"], "check"),
        (["explain", "--json"], "check"),
        (["run", "--json", "--input", "a=7", "--input", "b=3"], "check"),
    ],
)
def test_verbose_tells_passes_times_and_sizes(
    capsys: pytest.CaptureFixture[str], command: list[str], last: str
) -> None:
    status, quiet, _ = told(capsys, *command, "rich.mpc")
    status, out, err = told(capsys, *command, "rich.mpc", "--verbose")
    assert status == 0 and (out == quiet or command[0] == "run")
    lines = [re.sub(r" +\d+\.\d{3} s", "", line) for line in err.splitlines()]
    assert lines[0] == "parse  6 lines"
    assert lines[1] == "elaborate  8 operations"
    assert lines[2].startswith("report_ranges  0 warnings, ")
    assert lines[-1].startswith(last)
    assert sum(line.startswith("parse") for line in lines) == 1
    if last == "check":
        assert "choose_shares" in err
        assert re.fullmatch(r"batch_rounds  \d+ nodes, \d+ of them exchanges", lines[-2])


def test_format_rewrites_or_only_checks(capsys: pytest.CaptureFixture[str]) -> None:
    Path("untidy.mpc").write_text("x=1+2\nreveal   x\n")
    status, out, err = told(capsys, "fmt", "--check", "rich.mpc", "untidy.mpc")
    assert (status, out) == (1, "")
    assert err.startswith("untidy.mpc: ")
    assert told(capsys, "fmt", "untidy.mpc") == (0, "", "")
    assert Path("untidy.mpc").read_text() == "x = 1 + 2\nreveal x\n"
    assert told(capsys, "fmt", "--check", "untidy.mpc")[0] == 0


def test_saved_shares_serve_the_next_program(capsys: pytest.CaptureFixture[str]) -> None:
    Path("first.mpc").write_text(
        "party alice\ninput x: fixed[n] from alice\nsave x * 2 as doubled\nsave x > 1 as large\n"
    )
    Path("second.mpc").write_text(
        "party bob\ninput doubled: fixed[n] from shares\ninput large: bool[n] from shares\n"
        "reveal sum(doubled) as total\nreveal large\n"
    )
    err = told(capsys, "run", "second.mpc", "--shares", "kept")[2]
    nodes = [f"no shares are kept at kept/doubled/node{node}.arrow" for node in range(3)]
    assert sum(node in err for node in nodes) == 1  # all three lack theirs, and the first to say so is told
    assert told(capsys, "run", "first.mpc", "--input", "x=[1, 2.5]", "--shares", "kept")[0] == 0
    status, out, err = told(capsys, "run", "second.mpc", "--shares", "kept", "--json")
    assert (status, err) == (0, "")
    assert json.loads(out)["outputs"] == {"bob": {"total": 7.0, "large": [False, True]}}
    assert "comes from shares, which nobody can read in the clear" in told(capsys, "run", "second.mpc", "--clear")[2]


def test_members_of_a_role_are_clients_of_three_nodes(capsys: pytest.CaptureFixture[str]) -> None:
    Path("bids.mpc").write_text(
        "parties bidders\ninput bids: int[2] from each bidders\nreveal max(bids, axis=0) as best\n"
        "reveal len(bidders) as bidders_count\n"
    )
    status, out, err = told(capsys, "run", "bids.mpc", "--input", "bids=[[1, 9], [5, 2], [3, 3], [4, 4]]", "--json")
    assert (status, err) == (0, "")
    report = json.loads(out)
    assert report["nodes"] == ["node0", "node1", "node2"]
    assert report["outputs"] == {f"bidders[{member}]": {"best": [5, 9], "bidders_count": 4} for member in range(4)}


@pytest.mark.parametrize("clear", [[], ["--clear"]])
def test_a_failed_check_shows_its_line(capsys: pytest.CaptureFixture[str], clear: list[str]) -> None:
    Path("checked.mpc").write_text('party alice\ninput x: int from alice\nreveal x\nassert x > 3, "too small"\n')
    status, out, err = told(capsys, "run", "checked.mpc", "--input", "x=2", *clear)
    assert (status, out) == (1, "")
    assert err.endswith(
        "checked.mpc:4:1: error: assertion failed: too small\n"
        '    4 | assert x > 3, "too small"\n'
        "      | ^^^^^^^^^^^^^^^^^^^^^^^^^\n"
    )


class Breaking:
    """Stands for `Program` and fails."""

    error: BaseException = ValueError("31337")

    def __init__(self, *_: object) -> None:
        raise self.error


@pytest.mark.parametrize(
    ("error", "status", "expected"),
    [
        (PeerError("bob", "left", 3), 4, "error: party bob left in round 3\n"),
        (KeyboardInterrupt(), 130, ""),
        (ValueError("31337"), 5, None),
    ],
)
def test_failures_of_others_and_of_us(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    error: BaseException,
    status: int,
    expected: str | None,
) -> None:
    monkeypatch.setattr(Breaking, "error", error)
    monkeypatch.setattr(arguments, "Program", Breaking)
    ended, out, err = told(capsys, "check", "rich.mpc")
    assert (ended, out) == (status, "")
    assert err == expected or (expected is None and err.startswith("internal error: ValueError. "))
    assert "31337" not in err
    assert "Traceback" not in err
    monkeypatch.setenv("TACIT_DEBUG", "1")
    if not isinstance(error, KeyboardInterrupt):
        assert "Traceback" in told(capsys, "check", "rich.mpc")[2]


def _descendants(process: int) -> list[str]:
    """The processes that this one started, and those that these started."""
    try:
        children = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    except (FileNotFoundError, ProcessLookupError):
        return []
    return [*children, *(each for child in children for each in _descendants(int(child)))]


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="looks at Linux's processes")
def test_interrupted_it_leaves_quietly_and_with_all_its_children() -> None:
    Path("long.mpc").write_text(
        "party alice\ninput a: int from alice\nx = a\nfor i in range(10000000):\n    x = (x ^ a) & 255\nreveal x\n"
    )
    command = [sys.executable, "-m", "tacit", "run", "long.mpc", "--input", "a=3"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        children: list[str] = []
        while len(children) < 4 and process.poll() is None:  # three parties, and the process that they come from
            children = _descendants(process.pid)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    assert len(children) == 4
    assert (process.returncode, out, err) == (130, b"", b"")
    assert not [child for child in children if Path(f"/proc/{child}").exists()]


RISKY = """party alice
party bob
input x: int from alice
input y: int from bob
reveal x * 6364136223846793005 + y as product
"""


def test_a_warning_is_told_on_standard_error_and_changes_nothing_else(capsys: pytest.CaptureFixture[str]) -> None:
    Path("risky.mpc").write_text(RISKY)
    status, out, err = told(capsys, "check", "risky.mpc")
    assert (status, out) == (0, "")
    assert err.startswith("risky.mpc:5:8: warning: this product may wrap modulo 2^64\n")
    status, out, err = told(capsys, "run", "risky.mpc", "--json", "--input", "x=3", "--input", "y=2")
    assert status == 0
    assert json.loads(out)["outputs"]["alice"]["product"] == 3 * 6364136223846793005 + 2 - 2**64
    assert err.count("warning: ") == 1


def test_a_warning_is_told_once_however_often_a_command_compiles(capsys: pytest.CaptureFixture[str]) -> None:
    Path("risky.mpc").write_text(RISKY)
    for command in (["compare", "risky.mpc"], ["explain", "risky.mpc"], ["compile", "risky.mpc", "-o", "risky.graph"]):
        status, _, err = told(capsys, *command)
        assert (status, err.count("warning: ")) == (0, 1)


def test_strict_check_makes_warnings_errors(capsys: pytest.CaptureFixture[str]) -> None:
    Path("risky.mpc").write_text(RISKY)
    status, out, err = told(capsys, "check", "--strict", "risky.mpc")
    assert (status, out) == (1, "")
    assert err.startswith("risky.mpc:5:8: error: this product may wrap modulo 2^64\n")
