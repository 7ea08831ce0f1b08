"""Broken IR is found: one break for each invariant, and the words that name it."""

import pytest
from tacit.compiler.ir.parse import parse_program
from tacit.compiler.ir.verify import VerificationError, verify, verify_shared

HEAD = 'program "t"\nroles ["alice", "bob"]\nsizes {}\nfraction_bits 16\n'
START = """
  %0 : int owned(alice) = input name="x" role="alice"
  %1 : int owned(bob) = input name="y" role="bob"
  %2 : bool revealed = input name="c"
  %3 : int[4] static = constant value=[1, 2, 3, 4]
"""


def check(body: str) -> None:
    verify(parse_program(HEAD + "{" + START + body + "}"))


BROKEN = [
    ("%9 : int9 secret = add(%0, %1)", "the results should be int secret"),
    ("%9 : int owned(bob) = add(%0, %0)", "the results should be int owned(alice)"),
    ("%9 : int secret = add(%0)", "add takes 2 operands"),
    ("%9 : int secret = sum(%3)", "the attributes should be: axis"),
    ('%9 : int secret = sum(%3) axis="0"', "the attribute axis should be an int"),
    ("%9 : int[4] static = reshape(%3) shape=[4, true]", "the attribute shape should be ints"),
    ('%9 : int owned(alice) = input name="x" role="alice"', "an input is read twice"),
    ('%9 : int owned(carol) = input name="z" role="carol"', "there is no role carol"),
    ('reveal(%0) name="r" roles=["carol"]', "there is no role carol"),
    ("%9 : int secret = share(%0)\n %8 : int secret = share(%9)", "a secret value is shared already"),
    ("%9 : int owned(alice) = slice_at(%3, %0) axes=[0] sizes=[1]", "an index is public"),
    ("%9 : bool secret = less(%0, %1)\n assert(%9)", "an assertion is known to somebody"),
    ("%9 : int owned(alice)/boolean = add(%0, %0)", "has the share kind 'boolean'"),
    ('branch(%2) () {\n %9 : int static = sum(%3) axis=0\n } () { }\n reveal(%9) name="r"', "is not visible here"),
    ("branch(%2) () { }", "the number of regions is wrong"),
    ("branch(%2) () { yield %0\n } () { }", "both branches give the same values"),
    ("branch(%2) () { yield %0\n } () { yield %2\n }", "both branches give the same types"),
    ("%9 : bool owned(alice) = less(%0, %0)\n branch(%9) () { } () { }", "a condition is owned(alice), not public"),
    ("loop count=2 (%9 : int static) { }", "a loop's first argument is the turn"),
    ("loop(%0) count=2 (%9 : int2 static) { }", "as many values are carried in"),
    (
        "%8 : int owned(alice) = loop(%0) count=2 (%9 : int2 static, %7 : int owned(alice)) { yield %1\n }",
        "a value is owned(bob) where owned(alice) is expected",
    ),
    (
        "%8 : int owned(alice) = loop(%0) count=2 (%9 : int2 static, %7 : int owned(alice)) { yield %9\n }",
        "a value carried on keeps its type",
    ),
    (
        "%8 : int[4] static = while(%2, %3) (%9 : int[4] static) { yield %2, %9\n }",
        "a value is revealed where static is expected",
    ),
]


@pytest.mark.parametrize(("body", "problem"), BROKEN)
def test_each_break_is_named(body: str, problem: str) -> None:
    with pytest.raises(VerificationError) as caught:
        check(body)
    assert problem in str(caught.value)


def test_sound_programs_pass() -> None:
    check('%9 : int secret = add(%0, %1)\n reveal(%9) name="r" roles=["bob"]')


UNSHARED = [
    "%9 : int secret = add(%0, %1)",
    'save(%0) name="k"',
    "%9 : int secret = share(%0)\n %8 : int[1] secret = reshape(%9) shape=[1]\n"
    "%7 : int[5] secret = concat(%3, %8) axis=0",
    "%9 : int secret = share(%0)\n %8 : int secret = branch(%2) () { yield %9\n } () { yield %1\n }",
]


@pytest.mark.parametrize("body", UNSHARED)
def test_sharing_is_a_stage_of_its_own(body: str) -> None:
    program = parse_program(HEAD + "{" + START + body + "}")
    verify(program)
    with pytest.raises(VerificationError, match="should have been shared"):
        verify_shared(program)
