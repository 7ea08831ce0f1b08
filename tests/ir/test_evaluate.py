"""What programs mean: small IR texts with their answers beside them."""

import numpy as np
import pytest
from tacit.compiler.ir.evaluate import EvaluationError, evaluate
from tacit.compiler.ir.parse import parse_program
from tacit.compiler.ir.verify import verify

HEAD = 'program "t"\nroles ["alice", "bob"]\nsizes {}\nfraction_bits 16\n'


def run(body: str, **inputs: object) -> dict[str, dict[str, list[int]]]:
    program = parse_program(HEAD + "{" + body + "}")
    verify(program)
    outputs = evaluate(program, {name: np.asarray(value) for name, value in inputs.items()})
    found = {role: {name: array.tolist() for name, array in given.items()} for role, given in outputs.by_role.items()}
    return found | {"saved": {name: array.tolist() for name, array in outputs.saved.items()}}


def test_outputs_go_to_their_roles() -> None:
    body = """
      %0 : int[2] owned(alice) = input name="x" role="alice"
      %1 : int[2] revealed = reveal(%0) name="all"
      reveal(%1) name="one" roles=["bob"]
      save(%0) name="kept"
    """
    assert run(body, x=[1, 2]) == {
        "alice": {"all": [1, 2]},
        "bob": {"all": [1, 2], "one": [1, 2]},
        "saved": {"kept": [1, 2]},
    }


def test_loops_count_from_zero() -> None:
    body = """
      %0 : int revealed = input name="x"
      %5 : int revealed = loop(%0) count=4 (%1 : int3 static, %2 : int revealed) {
        %3 : int static = cast(%1) element=int
        %4 : int revealed = add(%2, %3)
        yield %4
      }
      reveal(%5) name="y" roles=["bob"]
    """
    assert run(body, x=10)["bob"] == {"y": 16}


def test_while_asks_before_each_turn() -> None:
    body = """
      %0 : int revealed = input name="x"
      %1 : int static = constant value=100
      %2 : bool revealed = less(%0, %1)
      %6 : int revealed = while(%2, %0) (%3 : int revealed) {
        %4 : int revealed = add(%3, %3)
        %5 : bool revealed = less(%4, %1)
        yield %5, %4
      }
      reveal(%6) name="y" roles=["bob"]
    """
    assert run(body, x=7)["bob"] == {"y": 112}
    assert run(body, x=500)["bob"] == {"y": 500}


def test_one_branch_runs() -> None:
    body = """
      %0 : bool revealed = input name="c"
      %1 : int static = constant value=1
      %2 : int static = constant value=2
      %3 : int revealed = branch(%0) () {
        reveal(%1) name="then" roles=["bob"]
        yield %1
      } () {
        yield %2
      }
      reveal(%3) name="y" roles=["alice"]
    """
    assert run(body, c=True) == {"alice": {"y": 1}, "bob": {"then": 1}, "saved": {}}
    assert run(body, c=False) == {"alice": {"y": 2}, "bob": {}, "saved": {}}


def test_calls_bind_their_operands() -> None:
    body = """
      %0 : fixed.4 owned(bob) = input name="x" role="bob"
      %3 : fixed.8 owned(bob) = call(%0) function="square" (%1 "v" : fixed.4 owned(bob)) {
        %2 : fixed.8 owned(bob) = multiply(%1, %1)
        yield %2
      }
      %4 : fixed.4 owned(bob) = truncate(%3) bits=4
      reveal(%4) name="y" roles=["bob"]
    """
    assert run(body, x=24)["bob"] == {"y": 36}


def test_failures_carry_their_place() -> None:
    check = '%0 : bool revealed = input name="c"\nassert(%0) message="too few"  @ a.mpc:7:3-7:9\n'
    with pytest.raises(EvaluationError) as caught:
        run(check, c=False)
    assert (caught.value.span.line, caught.value.problem) == (7, "assertion failed: too few")
    look_up = """
      %0 : int revealed = input name="i"
      %1 : int3[3] static = iota n=3
      %2 : int3[1] revealed = slice_at(%1, %0) axes=[0] sizes=[1]  @ a.mpc:8:1-8:4
    """
    with pytest.raises(EvaluationError) as caught:
        run(look_up, i=3)
    assert (caught.value.span.line, caught.value.problem) == (8, "index 3 is outside an axis of 3 elements")


def test_inputs_must_be_of_their_type() -> None:
    body = '%0 : int[2] revealed = input name="x"\n'
    for wrong in ({}, {"x": [1, 2, 3]}, {"x": [True, False]}):
        with pytest.raises(ValueError, match="input x"):
            run(body, **wrong)
