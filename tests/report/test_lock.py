"""What a lock holds, and what a change makes dearer."""

from pathlib import Path

import pytest
import tacit
from tacit.commands.cli import main
from tacit.compiler.report.lock import LockError, dearer, to_lock

BEFORE = """\
party alice
party bob
input x: int16[n] from alice
input y: int16[n] from bob

def score(a, b):
    return a * b

def best(a, b):
    return max(a - b)

reveal sum(score(x, y)) as total
reveal best(x, y) as most
"""
AFTER = BEFORE.replace("return a * b", "c = a * b\n    return c * b")
SIZES = {"n": 5}


def locked(source: str) -> str:
    return to_lock(tacit.compile(source, sizes=SIZES).explain().explanation, SIZES)


def test_nothing_is_dearer_than_itself() -> None:
    assert dearer(tacit.compile(BEFORE, sizes=SIZES).explain().explanation, SIZES, locked(BEFORE)) == []


def test_the_function_that_became_dearer_is_named() -> None:
    found = dearer(tacit.compile(AFTER, sizes=SIZES).explain().explanation, SIZES, locked(BEFORE))
    assert "function score" in [one.what for one in found]
    assert "function best" not in [one.what for one in found]
    score = next(one for one in found if one.what == "function score")
    assert any("rounds" in amount for amount in score.amounts)
    assert "c = a * b" in score.lines or "return c * b" in score.lines


def test_what_moves_or_becomes_cheaper_passes() -> None:
    moved = BEFORE.replace("def score", "# A comment above.\n\n\ndef score")
    assert dearer(tacit.compile(moved, sizes=SIZES).explain().explanation, SIZES, locked(BEFORE)) == []
    assert dearer(tacit.compile(BEFORE, sizes=SIZES).explain().explanation, SIZES, locked(AFTER)) == []


@pytest.mark.parametrize("lock", ["", "{}", "[]", '{"tacit_lock": 0}'])
def test_what_is_no_lock_is_refused(lock: str) -> None:
    with pytest.raises(LockError, match="not what `tacit explain --lock`"):
        dearer(tacit.compile(BEFORE, sizes=SIZES).explain().explanation, SIZES, lock)


def test_a_lock_is_of_its_sizes() -> None:
    with pytest.raises(LockError, match="sizes n=5, and this is n=6"):
        dearer(tacit.compile(BEFORE, sizes={"n": 6}).explain().explanation, {"n": 6}, locked(BEFORE))


def test_the_command_writes_and_checks(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    program, lock = tmp_path / "p.mpc", tmp_path / "costs.json"
    program.write_text(BEFORE)
    common = ["explain", str(program), "--size", "n=5"]
    assert main([*common, "--lock", str(lock)]) == 0
    assert main([*common, "--check", str(lock)]) == 0
    program.write_text(AFTER)
    assert main([*common, "--check", str(lock)]) == 1
    assert "function score costs more: " in capsys.readouterr().err
    assert main(["explain", str(program), "--size", "n=7", "--check", str(lock)]) == 2
