"""The text form: random programs come back exactly, and what is no IR is refused with its line."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tacit.compiler.ir.parse import ParseError, parse_program
from tacit.compiler.ir.print import print_program
from tacit.compiler.ir.verify import verify

from tests.ir.generate import random_program

EXAMPLE = """\
program "salary ü.mpc"
roles ["alice", "farmers[0]"]
sizes {"n": 2}
fraction_bits 16
{
  %0 "pay" : fixed.16[2] owned(alice) = input name="t.pay" role="alice" dimensions=["n"] table="t"  @ a b.mpc:3:1-3:9
  %1 : category["x", "y \\"z\\""][2] owned(farmers[0]) = input name="c" role="farmers[0]"  @ a b.mpc:4:1-4:9
  %2 : fixed.16[2] static = constant value=[65536, -1]  @ a b.mpc:5:1-5:9
  %3 : bool static = constant value=true  @ a b.mpc:5:1-5:9
  %4 : fixed.16[2] secret/arithmetic = share(%0)  @ a b.mpc:6:1-6:9
  %5 : fixed.16[2] secret/boolean = convert(%4) to="boolean"  @ a b.mpc:6:1-6:9
  %8 : fixed.16[2] secret = loop(%5) count=3 (%6 "i" : int3 static, %7 : fixed.16[2] secret) {
    yield %5
  }  @ a b.mpc:7:1-9:9
  branch(%3) () {
    assert(%3)  @ a b.mpc:7:1-9:9
  } () {
    assert(%3) message="why: \\"}\\" {"  @ a b.mpc:7:1-9:9
  }  @ a b.mpc:7:1-9:9
  %9 : fixed.16[1] secret = slice(%8) starts=[1] stops=[null] steps=[-1]  @ a b.mpc:7:1-9:9
  %10 : fixed.16[2] static = cast(%2) element=fixed.16  @ a b.mpc:7:1-9:9
  reveal(%9) name="x" roles=["alice"]  @ a b.mpc:7:1-9:9
}
"""


def test_a_text_with_everything_comes_back() -> None:
    assert print_program(parse_program(EXAMPLE)) == EXAMPLE


def test_spans_are_optional() -> None:
    bare = print_program(parse_program(EXAMPLE), spans=False)
    assert "@" not in bare
    parsed = parse_program(bare)
    assert print_program(parsed, spans=False) == bare
    assert parsed.body.operations[2].span.line == 8


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**32), size=st.integers(0, 40))
def test_random_programs_come_back(seed: int, size: int) -> None:
    program, _ = random_program(seed, size)
    verify(program)
    text = print_program(program)
    parsed = parse_program(text)
    verify(parsed)
    assert print_program(parsed) == text
    assert (parsed.name, parsed.roles, parsed.sizes) == (program.name, program.roles, program.sizes)
    spans = [operation.span for operation in program.body.operations]
    assert [operation.span for operation in parsed.body.operations] == spans


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("share(%0)", "shear(%0)", "<ir>:10: expected an operation"),
        ("share(%0)", "share(%99)", "<ir>:10: expected a value that is known here, not %99"),
        ("[65536, -1]", "[65536]", "<ir>:8: expected a constant that fills fixed.16[2]"),
        ("[65536, -1]", "[65536, ", "<ir>:8: expected a JSON value"),
        ("owned(alice) =", "owned alice =", "<ir>:6: expected '('"),
        ("yield %5\n  }", "yield %5\n", "<ir>:14: expected an operation"),
        ("fixed.16[2] static", "float[2] static", "<ir>:8: expected an element type"),
    ],
)
def test_what_is_not_ir_is_refused_with_its_line(old: str, new: str, message: str) -> None:
    with pytest.raises(ParseError) as caught:
        parse_program(EXAMPLE.replace(old, new, 1))
    assert str(caught.value).startswith(message), caught.value
