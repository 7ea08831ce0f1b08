"""`python -m tacit.compiler.passes`: a text, the name of a pass, and what is printed."""

import io
import subprocess
import sys
from collections.abc import Callable

import pytest
from ir.generate import random_program
from tacit.compiler.ir.parse import parse_program
from tacit.compiler.ir.print import print_program
from tacit.compiler.ir.program import Program
from tacit.compiler.ir.verify import verify_shared
from tacit.compiler.passes import __main__ as command
from tacit.compiler.passes.__main__ import ENTRIES, Entry, main
from tacit.compiler.passes.simplify.fold_constants import fold_constants
from tacit.compiler.pipeline import PROTECT, SETTLE, SIMPLIFY, WIDEN

HEAD = 'program "t"\nroles ["alice", "bob"]\nsizes {}\nfraction_bits 16\n'
TEXT = f"""{HEAD}{{
%0 : int32[4] owned(alice) = input name="x" role="alice"
%1 : int32[4] owned(bob) = input name="y" role="bob"
%2 : int4 static = constant value=2
%3 : int4 static = constant value=3
%4 : int5 static = add(%2, %3)
%5 : int[4] secret = multiply(%0, %1)
%6 : bool[4] secret = less(%5, %4)
reveal(%6) name="small" roles=["bob"]
}}
"""

Told = Callable[..., tuple[int, str, str]]


@pytest.fixture
def told(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Told:
    """Runs the command on a text: status, standard output and standard error."""

    def run(text: str | bytes, *words: str) -> tuple[int, str, str]:
        content = text if isinstance(text, bytes) else text.encode()
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content)))
        try:
            status = main(words)
        except SystemExit as ended:
            status = int(ended.code or 0)
        out, err = capsys.readouterr()
        return status, out, err

    return run


@pytest.mark.parametrize("seed", range(5))
def test_a_pass_prints_what_it_makes(told: Told, seed: int) -> None:
    text = print_program(random_program(seed, 30)[0])
    status, inlined, err = told(text, "inline_calls")
    assert (status, err) == (0, "")
    expected = print_program(fold_constants(parse_program(inlined, "<stdin>")))
    assert told(inlined, "fold_constants") == (0, expected, "")


def test_passes_stand_behind_each_other_until_there_is_a_graph(told: Told) -> None:
    """Every pass on what those before it made, as a shell's pipes would do it."""
    text, graphs = TEXT, []
    for name in ENTRIES:
        status, out, err = told(text, name)
        assert (status, err) == (0, ""), name
        if out.startswith("protocol "):
            graphs.append((name, out))
        else:
            text = out
    verify_shared(parse_program(text))
    assert [name for name, _ in graphs] == ["expand_protocol", "overlap_turns", "batch_rounds"]
    assert "secret/boolean" in text
    for _, out in graphs:
        lines = out.splitlines()
        assert lines[:2] == ["protocol rep3", "nodes alice, bob, helper"]
        assert lines[2] == "%0 : integer [4] = input 'x'  at alice  @ <stdin>:6"
        assert any(line.startswith("output %") and "as 'small'  to bob  @ <stdin>:13" in line for line in lines)
    few, many = (out.count("-- a round") for out in (graphs[-1][1], graphs[0][1]))
    assert 0 < few <= many


LOOP = f"""{HEAD}{{
%0 : int32 owned(alice) = input name="x" role="alice"
%1 : int32 owned(bob) = input name="y" role="bob"
%2 : int32 secret = share(%0)
%3 : int32 secret = share(%1)
%4 : int32 secret = loop(%2) count=7 (%5 : int4 static, %6 : int32 secret) {{
  %7 : bool secret = less(%3, %6)
  %8 : int32 secret = select(%7, %3, %6)
  yield %8
}}
save(%4) name="least"
}}
"""


def test_a_listing_shows_loops_rounds_and_who_does_what(told: Told) -> None:
    text = told(LOOP, "choose_shares", "--protocol", "semi2k")[1]
    status, out, err = told(text, "batch_rounds", "--protocol", "semi2k")
    assert (status, err) == (0, "")
    lines = [line.strip() for line in out.splitlines()]
    assert lines[2] == "others dealer"
    assert sum(line.startswith("repeat 7 times, turn %") for line in lines) == 1
    assert sum(line.startswith("} next (%") for line in lines) == 1
    assert any(line.startswith("or ") and " at alice" in line for line in lines)
    assert any("  bob -> alice, alice -> bob" in line for line in lines)
    assert any(line.startswith("output %") and "'least/0'  kept as shares" in line for line in lines)


def test_without_a_name_the_passes_are_listed(told: Told) -> None:
    listed = told("")
    assert listed == told("", "--list") and listed[0] == 0
    names = [line.split()[0] for line in listed[1].splitlines()]
    tables = (SIMPLIFY, WIDEN, SETTLE, PROTECT)
    in_pipeline = {each.__name__ for table in tables for level in table.values() for each in level}
    assert in_pipeline <= set(names)
    assert "merge_common           Computes equal things once.\n" in listed[1]
    assert "In: " not in listed[1]


CALL = f"""{HEAD}{{
%0 : int32 owned(alice) = input name="x" role="alice"
%1 : int32 owned(alice) = call(%0) function="f" (%2 : int32 owned(alice)) {{
  yield %2
}}
reveal(%1) name="a" roles=["bob"]
}}
"""
WRONG = [
    (TEXT, "fold", 2, "invalid choice: 'fold'"),
    (TEXT.replace("roles", "rolls"), "drop_dead", 1, "error: <stdin>:2: expected 'roles': rolls"),
    (TEXT.replace('["alice", "bob"]', "3"), "drop_dead", 1, "error: <stdin>:3: expected a list of texts before: sizes"),
    (TEXT.replace("int5 static", "int7 static"), "drop_dead", 1, "error: the results should be int5 static\n"),
    (b"\xff", "drop_dead", 1, "error: the text is not UTF-8\n"),
    (CALL, "drop_dead", 1, "error: the program has calls: run inline_calls first\n"),
    (TEXT, "choose_shares", 1, "error: run compute_in_clear first: a value that is owned(alice) is used where"),
    (LOOP, "batch_rounds", 1, "error: run choose_shares first: secret values have no share kinds yet\n"),
]


@pytest.mark.parametrize(("text", "name", "status", "message"), WRONG)
def test_what_is_wrong_is_told(told: Told, text: str | bytes, name: str, status: int, message: str) -> None:
    found, out, err = told(text, name)
    assert (found, out) == (status, "")
    assert message in err


def test_a_pass_that_breaks_a_program_is_told_after_what_it_made(told: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    def backwards(program: Program, target: object) -> Program:
        body = program.body
        return type(program)(
            program.name,
            program.roles,
            program.sizes,
            program.fraction_bits,
            type(body)(body.arguments, body.operations[::-1], body.results),
        )

    monkeypatch.setitem(command.ENTRIES, "drop_dead", Entry("", backwards, lambda program: None))
    status, out, err = told(TEXT, "drop_dead")
    assert status == 5 and out.startswith('program "t"')
    assert err.startswith("error: drop_dead broke the program: an operand is not visible here\n")


def test_it_is_a_module_to_run() -> None:
    words = [sys.executable, "-m", "tacit.compiler.passes", "drop_dead"]
    ran = subprocess.run(words, input=TEXT, capture_output=True, text=True, check=True)
    assert ran.stdout.startswith('program "t"\nroles ["alice", "bob"]\n')
