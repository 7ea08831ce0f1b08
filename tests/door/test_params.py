"""`param k: int = 5`: numbers known when a program is compiled, given on the command line and from Python."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest
import tacit
from tacit.commands.cli import main
from tacit.runtime.transport.hello import DifferenceError, check_facts, new_hello

TEXT = """\
party a
party b
param k: int[1..9] = 3
param bits: int = 16
param rate: fixed = 0.5
param both: bool = False
option fraction_bits = bits
input x: fixed[0..k][n, k] from a
input y: int8[k] from b
s = 0
for i in range(k):
    s = s + y[i] * x[0, i]
if both:
    s = s * 2
reveal s * rate as r
reveal sum(x, axis=k - k) as c to b
"""
DATA = {"x": [[1, 2, 3]], "y": [1, 2, 3]}


def test_the_default_holds_where_nothing_is_given() -> None:
    result = tacit.compile(TEXT).evaluate(DATA)
    assert (result["r"], result.outputs["b"]["c"].tolist()) == (7.0, [1, 2, 3])


def test_numbers_from_python() -> None:
    program = tacit.compile(TEXT, params={"k": 2, "rate": 0.25, "both": True, "bits": 10})
    assert program.fraction_bits == 10
    assert program.evaluate({"x": [[1, 2]], "y": [1, 2]})["r"] == 2.5
    assert program.run(x=[[1, 2]], y=[1, 2])["r"] == 2.5


def test_a_param_is_a_size_and_a_bound() -> None:
    with pytest.raises(tacit.InputError, match=r"fixed\[n, 2\] is expected"):
        tacit.compile(TEXT, params={"k": 2}).evaluate(DATA)
    with pytest.raises(tacit.InputError, match=r"outside 0\.\.3"):
        tacit.compile(TEXT).evaluate(DATA | {"x": [[1, 2, 4]]})


@pytest.mark.parametrize("number", [-(2**63), 2**63 - 1, 0])
def test_the_least_and_the_greatest_number(number: int) -> None:
    text = f"party a\nparam k: int = {number}\nparam m: int\ninput x: bool from a\nreveal k + 0 * x as k\nreveal m\n"
    result = tacit.compile(text, params={"m": number}).evaluate({"x": True})
    assert (result["k"], result["m"]) == (number, number)


REFUSED = [
    ({"z": 1}, "the program has no param 'z'; its params are: k, bits, rate, both"),
    ({"k": 1.5}, "param 'k' is a whole number: 1.5 is none"),
    ({"k": "two"}, "param 'k' is a whole number: 'two' is none"),
    ({"k": 10}, "param 'k' is between 1..9, and 10 was given"),
    ({"k": True}, "param 'k' is a whole number: True is none"),
    ({"both": 2}, "param 'both' is true or false: 2 is none"),
    ({"rate": [1]}, r"param 'rate' is a number: [1] is none"),
]


@pytest.mark.parametrize(("given", "said"), REFUSED)
def test_what_is_given_must_fit(given: dict[str, object], said: str) -> None:
    with pytest.raises(tacit.UsageError) as caught:
        tacit.compile(TEXT, params=given)
    assert str(caught.value) == said


def test_a_param_without_default_must_be_given() -> None:
    text = "party a\nparam k: int\nreveal sum(arange(k)) as r\n"
    with pytest.raises(tacit.UsageError, match="param 'k' has no default and is not given: give a whole number with"):
        tacit.compile(text)
    assert tacit.compile(text, params={"k": 4}).evaluate({})["r"] == 6


WRONG = {
    "param k: key": "a param is one number",
    "param k: int[3]": "a param is one number",
    "param k: int = 1.5": "the default of the param `k`",
    "param k: int8 = 200": "the default of the param `k`",
    "param k: bool = 3": "the default of the param `k`",
    "param k: int = 2\nparam k: int = 3": "there already",
    "party k\nparam k: int = 3": "there already",
    "param k: fixed = 1.5\ninput x: int[k] from a": "no size",
    "param k: int = 99\noption fraction_bits = k": "`fraction_bits` does not fit",
    "if 1 < 2:\n    param k: int = 3": "may not stand here",
    "param k = 5": "a param needs a type",
}


@pytest.mark.parametrize("text", WRONG)
def test_a_wrong_statement_is_told(text: str) -> None:
    with pytest.raises(tacit.CompileError) as caught:
        tacit.compile(f"party a\n{text}\n")
    assert WRONG[text] in str(caught.value)


def test_a_param_may_be_bound_anew_and_read_in_functions() -> None:
    text = "party a\nparam k: int = 5\ndef f(x):\n    return x + k\nreveal f(1) as r\nk = 2\nreveal f(1) as s\n"
    result = tacit.compile(text).evaluate({})
    assert (result["r"], result["s"]) == (6, 3)


def run(words: Sequence[str | Path]) -> int:
    return main([str(word) for word in words])


def test_on_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    program = tmp_path / "p.mpc"
    program.write_text(TEXT, encoding="utf-8")
    given = ["--param", "k=2", "--param", "both=true", "--input", "x=[[1,2]]", "--input", "y=[1,2]"]
    assert run(["run", program, "--clear", "--json", *given]) == 0
    assert json.loads(capsys.readouterr().out)["outputs"]["a"]["r"] == 5.0
    assert run(["check", program, "--param", "k=x"]) == 2
    assert "param 'k' is a whole number" in capsys.readouterr().err
    assert run(["explain", program, "--param", "k=2", "--size", "n=1"]) == 0
    assert "k = 2" in capsys.readouterr().out
    assert run(["explain", program, "--json", "--param", "rate=0.1", "--size", "n=1"]) == 0
    assert json.loads(capsys.readouterr().out)["knowledge"]["params"] == {
        "k": "3", "bits": "16", "rate": "0.1", "both": "false",
    }  # fmt: skip


def test_parties_that_differ_are_told_the_param_and_both_numbers() -> None:
    mine, theirs = (new_hello(party, {"program": "same", "param k": number}) for party, number in enumerate("57"))
    with pytest.raises(DifferenceError, match="has another param k than this party: '7' there, '5' here"):
        check_facts(mine, theirs)
