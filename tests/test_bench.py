"""The benchmark suite: its programs compile, its cases are right on small inputs, its table and its errors."""

import json
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import tacit
from tacit.bench import cases
from tacit.bench.cases import CASES
from tacit.bench.measure import measure
from tacit.commands.cli import main


@pytest.mark.parametrize("program", sorted({case.program for case in CASES}))
def test_programs_are_right(program: str) -> None:
    assert main(["check", str(Path("examples/bench") / f"{program}.mpc")]) == 0


def test_a_case_is_measured_and_held_against_what_should_come_out() -> None:
    [whole] = [case for case in CASES if case.program == "compare_int32"]
    case = replace(whole, elements=100, make=partial(cases._integers, 100, 32))
    found = measure(case, "rep3", 1)
    assert found.error == 0
    assert found.rounds == 6
    assert found.seconds > 0 and found.rate == found.elements / found.seconds
    wrong = measure(replace(case, expect=lambda inputs: inputs["x"] >= inputs["y"]), "rep3", 1)
    assert wrong.error == 100


@pytest.mark.parametrize(("protocol", "rounds", "sent"), [("rep3", 3, 6448), ("semi2k", 2, 13232)])
def test_matching_counts_among_what_is_sent(protocol: str, rounds: int, sent: int) -> None:
    [whole] = [case for case in CASES if case.program == "join" and case.protocols == (protocol,)]
    found = measure(replace(whole, elements=100, make=partial(cases._records, 100)), protocol, 1)
    assert (found.error, found.rounds, found.bytes_sent) == (0, rounds, sent)


def test_aes_is_that_of_the_standard(tmp_path: Path) -> None:
    """FIPS 197, appendix B, and the block of zeros under the same key."""
    program = tmp_path / "cipher.mpc"
    program.write_text(
        "from aes import bits, bytes, encrypt\nparty alice\nparty bob\ninput blocks: int16[n, 16] from alice\n"
        "input key: int16[1, 16] from bob\nreveal bytes(encrypt(bits(blocks), bits(key))) as result\n"
    )
    key = np.frombuffer(bytes.fromhex("2b7e151628aed2a6abf7158809cf4f3c"), np.uint8)
    block = np.frombuffer(bytes.fromhex("3243f6a8885a308d313198a2e0370734"), np.uint8)
    np.save(tmp_path / "key.npy", key[None].astype(np.int64))
    np.save(tmp_path / "blocks.npy", np.stack([block, 0 * block]).astype(np.int64))
    loaded = tacit.compile(str(program))
    found = loaded.run(key=tmp_path / "key.npy", blocks=tmp_path / "blocks.npy")["result"]
    expected = ["3925841d02dc09fbdc118597196a0b32", "7df76b0c1ab899b33e42f047b91b546f"]
    assert [bytes(row).hex() for row in np.asarray(found, np.uint8)] == expected


def test_names_are_listed_and_unknown_ones_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", "--list", "sort"]) == 0
    assert capsys.readouterr().out.splitlines() == ["sort 100,000 int32", "sort 1,000,000 int32"]
    assert main(["bench", "nothing-like-it"]) == 2
    assert main(["bench", "--runs", "0", "sort"]) == 2
    assert main(["bench", "--against", "spu", "exp"]) == 2
    assert main(["bench", "--against", "spu", "--python", "missing/python", "exp"]) == 2


def test_the_command_prints_a_table_and_json(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    [whole] = [case for case in CASES if case.program == "multiply_int"]
    small = replace(whole, name="small", elements=10, make=partial(cases._integers, 10, 64))
    monkeypatch.setattr("tacit.bench.command.CASES", (small,))
    assert main(["bench", "--runs", "1", "--protocol", "rep3"]) == 0
    assert "small" in capsys.readouterr().out
    assert main(["bench", "--runs", "1", "--protocol", "rep3", "--json"]) == 0
    [measured] = json.loads(capsys.readouterr().out)["measurements"]
    assert (measured["name"], measured["rounds"], measured["bytes_sent"], measured["error"]) == ("small", 1, 240, 0.0)
