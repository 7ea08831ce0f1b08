"""The commands that report, from the command line to their text."""

import json
from pathlib import Path

import pytest
import tacit
from tacit.commands.cli import main
from tacit.compiler.protocols.table import PROTOCOLS
from tacit.terminal.tables import Column, Table, plain_text

RICHER = str(Path(__file__).parents[2] / "examples" / "millionaires" / "millionaires.mpc")
WEALTH = ["--input", "alice_wealth=7", "--input", "bob_wealth=5"]


def test_explain_prints_who_learns_what_and_costs(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", RICHER]) == 0
    text = capsys.readouterr().out
    assert text.startswith("millionaires.mpc with rep3: nodes alice, bob, helper\n\nWho learns what\n")
    assert "alice_wealth > bob_wealth" in text
    assert text == f"{tacit.compile(Path(RICHER)).explain()}"


def test_explain_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", RICHER, "--json", "--network", "20:50"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["network"] == {"round_trip_ms": 20.0, "mbps": 50.0}
    assert told["knowledge"]["revealed"][0]["roles"] == ["alice", "bob"]


MIXED = """\
party alice
party bob
input x: int16[n] from alice
input y: int16[n] from bob
c = x < y
m = max(x ^ y)
reveal count(c) as hits
reveal m
"""


def test_why_tells_what_the_other_kind_would_cost(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "mixed.mpc"
    path.write_text(MIXED)
    command = ["explain", str(path), "--size", "n=1000", "--why"]
    assert main([*command, "6"]) == 0
    text = capsys.readouterr().out
    assert text.startswith("Why values of line 6 are held as they are: m = max(x ^ y)\n")
    exclusive, largest = [line.split() for line in text.splitlines()[2:4]]
    assert exclusive[1] == "xor" and text.splitlines()[2].endswith("no other way")
    assert largest[:2] == ["m", "max"]
    assert largest[3] == largest[4] in ("arithmetic", "boolean")
    assert main([*command, "5", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    (less,) = told.pop("values")
    assert told == {"source": "mixed.mpc", "line": 5, "text": "c = x < y"}
    assert (less["operation"], less["kind"]) == ("less", "boolean")
    assert 0 < less["seconds_alone"] < less["seconds_program"] < less["seconds_program_otherwise"]


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("1", "line 1 makes no secret value that is still there after optimisation; these do: 3, 4, 5, 6, 7"),
        ("ml:3", "line ml:3 makes no secret value, and neither does any other of ml"),
        ("x", "--why wants a line, as in --why 12, or --why module:12 of a module, not 'x'"),
    ],
)
def test_why_wants_a_line_with_secret_values(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], line: str, told: str
) -> None:
    path = tmp_path / "mixed.mpc"
    path.write_text(MIXED)
    assert main(["explain", str(path), "--size", "n=1000", "--why", line]) == 2
    assert capsys.readouterr().err == f"error: {told}\n"


def test_compare_has_every_protocol(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["compare", RICHER]) == 0
    text = capsys.readouterr().out
    assert all(name in text and protocol.trust in text for name, protocol in PROTOCOLS.items())
    assert main(["compare", RICHER, "--json"]) == 0
    assert json.loads(capsys.readouterr().out).keys() == PROTOCOLS.keys()


def test_a_profile_stands_between_results_and_the_closing_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", RICHER, *WEALTH, "--profile", "--network", "1:1000"]) == 0
    text = capsys.readouterr().out
    assert text.index("alice_is_richer = true") < text.index("Predicted and measured, 1 ms, 1000 Mbit/s")
    assert text.index("Predicted and measured") < text.index("rep3 with alice, bob, helper:")


def test_a_trace_is_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "trace.json"
    assert main(["run", RICHER, *WEALTH, "--json", "--trace", str(path)]) == 0
    rounds = json.loads(capsys.readouterr().out)["rounds"]
    events = json.loads(path.read_text())["traceEvents"]
    assert max(event["args"].get("round", 0) for event in events) == rounds


def test_a_trace_of_a_run_in_the_clear_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", RICHER, *WEALTH, "--clear", "--trace", str(tmp_path / "trace.json")]) == 2
    assert "leave --clear out" in capsys.readouterr().err


def test_plain_tables_are_aligned() -> None:
    table = Table("T", (Column("name"), Column("n", is_number=True)), (("a", "1"), ("long", "10")), notes=("note",))
    assert plain_text([table]) == "T\n  name   n\n  a      1\n  long  10\n  note\n"
