"""What a lock holds, and what a change makes dearer, or tells more or less."""

import json
from pathlib import Path

import pytest
import tacit
from tacit.commands.cli import main
from tacit.compiler.report.explain import Explanation
from tacit.compiler.report.lock import LockError, dearer, disclosed, to_lock

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


@pytest.mark.parametrize("lock", ["", "{}", "[]", '{"tacit_lock": 0}', '{"tacit_lock": 2}'])
def test_what_is_no_lock_is_refused(lock: str) -> None:
    with pytest.raises(LockError, match="not what `tacit explain --lock`"):
        dearer(tacit.compile(BEFORE, sizes=SIZES).explain().explanation, SIZES, lock)


@pytest.mark.parametrize("part", ["protocol", "parties", "sizes", "disclosures", "total", "functions"])
@pytest.mark.parametrize("value", [None, [3], {"f": {}}])
def test_a_lock_that_hands_have_broken_is_refused(part: str, value: object) -> None:
    broken = json.dumps({**json.loads(locked(BEFORE)), part: value})
    if part == "sizes" and isinstance(value, dict):
        broken = broken.replace('"f"', '"n"')
    with pytest.raises(LockError):
        dearer(tacit.compile(BEFORE, sizes=SIZES).explain().explanation, SIZES, broken)


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
    told = capsys.readouterr().err
    assert "function score costs more: " in told
    assert "p.mpc:13 tells more: everyone learns something else as `sum(score(x, y))` as total, int" in told
    assert main(["explain", str(program), "--size", "n=7", "--check", str(lock)]) == 2


# --- what is disclosed ------------------------------------------------------------------------------------------

HEAD = """\
party alice
party bob
input x: fixed[n] from alice
input y: fixed[n] from bob
input t: table[id: key, a: int32] from alice
input u: table[id: key, b: int32] from bob
"""
TABLES = {"n": 5, "rows(t)": 3, "rows(u)": 3, "matches(t.id, u.id)": 2, "repeats(t.id)": 0}
AGREED = """\
s = sum(x * y)
j = join(t, u, on=id)
z = ensure(sum(x), 0, 1000)
reveal s as total
reveal z * 2 as twice to alice
reveal s > 3 as large
if large:
    reveal x[0] as first to bob
w = sum(j.a)
for i in range(3):
    w = w + i
    reveal w as step
save y as kept
"""


def changed(before: str, after: str) -> tuple[list[str], list[str]]:
    """What a change of the agreed program tells more, and less."""
    assert before in AGREED
    lock = to_lock(explained(AGREED), TABLES)
    more, less = disclosed(explained(AGREED.replace(before, after)), TABLES, lock)
    assert all(change.line is not None for change in more)
    return [change.text for change in more], [change.text for change in less]


def explained(body: str) -> Explanation:
    return tacit.compile(HEAD + body, sizes=TABLES).explain().explanation


MORE: dict[tuple[str, str], list[str]] = {
    ("save y", "reveal y[0] as y0 to alice\nsave y"): ["alice learns `y[0]` as y0, fixed"],
    ("as twice to alice", "as twice to alice, bob"): ["bob learns `z * 2` as twice, fixed"],
    ("as twice to alice", "as twice"): ["everyone learns `z * 2` as twice, fixed"],
    ("s = sum(x * y)", "s = sum(x)"): [
        "everyone learns something else as `s` as total, fixed",
        "everyone learns something else as `s > 3` as large, bool",
        "bob learns something else as `x[0]` as first, fixed, if the `if` takes this branch",
        "everyone learns something else as which way `if large:` goes",
    ],
    ("0, 1000", "0, 500"): [
        "alice learns something else as `z * 2` as twice, fixed",
        "everyone learns whether the run stops: a value of `ensure` lies outside 0..500",
    ],
    ("save y", "if large:\n    s = 2\nreveal s as t1\nsave y"): [
        "everyone learns `s` as t1, fixed",
        "everyone learns more often (2, not 1) which way `if large:` goes",
    ],
    ("save y", "save x as also\nsave y"): ["a later program learns `x` as also, fixed[5]"],
    ("on=id)", "on=id, at_most=2)"): [
        "everyone learns something else as `w` as step, int",
        "everyone learns whether bob stops: u.id has a value that stands 3 times",
    ],
    ("range(3)", "range(4)"): ["everyone learns something else as `w` as step, int"],
}


@pytest.mark.parametrize(("before", "after"), MORE)
def test_what_is_told_more_is_found(before: str, after: str) -> None:
    assert changed(before, after)[0] == MORE[before, after]


LESS: dict[tuple[str, str], list[str]] = {
    ("reveal s as total\n", ""): ["everyone no longer learns `s` as total, fixed"],
    ("    reveal x[0] as first to bob", "    x = x + 1"): [
        "bob no longer learns `x[0]` as first, fixed, if the `if` takes this branch"
    ],
    ("save y as kept\n", ""): ["a later program no longer learns `y` as kept, fixed[5]"],
    ("reveal s as total", "reveal s as total to alice, bob"): ["everyone no longer learns `s` as total, fixed"],
    ("s = sum(x * y)", "# moved\n\nproducts = x * y\ns = sum(products)"): [],
    ("reveal s as total", "free = 3\nreveal s as total"): [],
}


@pytest.mark.parametrize(("before", "after"), LESS)
def test_what_is_told_less_or_alike_passes(before: str, after: str) -> None:
    more, less = changed(before, after)
    assert more == []
    assert [text for text in less if "stops" not in text] == LESS[before, after]


def test_a_lock_says_everything_that_is_told() -> None:
    told = json.loads(to_lock(explained(AGREED), TABLES))["disclosures"]
    assert {one["to"] for one in told} == {"everyone", "alice", "bob", "a later program"}
    words = " ".join(one["what"] for one in told)
    for part in (
        "`s` as total",
        "`if large:`",
        "the size `n`",
        "how many keys match",
        "`ensure`",
        "stands twice in t.id",
    ):
        assert part in words
    assert next(one["times"] for one in told if "as step" in one["what"]) == 3


def test_a_lock_without_disclosures_is_refused() -> None:
    old = json.dumps({**json.loads(locked(BEFORE)), "tacit_lock": 1})
    with pytest.raises(LockError, match="write the lock anew"):
        disclosed(tacit.compile(BEFORE, sizes=SIZES).explain().explanation, SIZES, old)


def test_the_command_checks_what_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    program, lock = tmp_path / "p.mpc", tmp_path / "lock.json"
    program.write_text(BEFORE)
    common = ["explain", str(program), "--size", "n=5"]
    assert main([*common, "--lock", str(lock)]) == 0
    program.write_text(BEFORE.replace("reveal sum(score(x, y)) as total\n", ""))
    assert main([*common, "--check", str(lock)]) == 0
    told = capsys.readouterr().err
    assert "p.mpc tells less: everyone no longer learns `sum(score(x, y))` as total, int" in told
    assert "write it anew with --lock" in told
    program.write_text(BEFORE + "reveal x[0] as first to bob\n")
    assert main([*common, "--check", str(lock)]) == 1
    assert "p.mpc:14 tells more: bob learns `x[0]` as first, int\n  reveal x[0]" in capsys.readouterr().err
    lock.write_text(lock.read_text().replace('"tacit_lock": 2', '"tacit_lock": 1'))
    assert main([*common, "--check", str(lock)]) == 2
    assert "did not say what a program discloses" in capsys.readouterr().err
