"""Orders in the IR: rows are no numbers, drawn ones are never the same, and what passes make of both."""

import re

import numpy as np
import pytest
from tacit.compiler.ir.build import Builder
from tacit.compiler.ir.evaluate import evaluate
from tacit.compiler.ir.labels import SECRET
from tacit.compiler.ir.operations.typing import OperationTypeError
from tacit.compiler.ir.parse import parse_program
from tacit.compiler.ir.print import print_program
from tacit.compiler.ir.program import Program
from tacit.compiler.ir.types import INT, ROWS, ArrayType
from tacit.compiler.ir.verify import VerificationError, verify, verify_shared
from tacit.compiler.passes.loops.hoist_invariant import hoist_invariant
from tacit.compiler.passes.loops.vectorise_loops import vectorise_loops
from tacit.compiler.passes.ranges.bound_ranges import bound_ranges
from tacit.compiler.passes.sharing.compute_in_clear import compute_in_clear
from tacit.compiler.passes.simplify.drop_dead import drop_dead
from tacit.compiler.passes.simplify.merge_common import merge_common
from tacit.compiler.source import Source, Span

HEAD = 'program "t"\nroles ["alice", "bob"]\nsizes {}\nfraction_bits 16\n'
INPUTS = """
  %0 : int8[4] owned(alice) = input name="x" role="alice"
  %1 : int8[4] owned(bob) = input name="y" role="bob"
  %2 : bool[4] revealed = input name="c"
"""
SORTED = """
  %3 : rows[4] secret = argsort(%0, %1, %2) descending=[1, 0, 0]
  %4 : int8[4] secret = gather(%0, %3)
  %5 : rows[4] owned(bob) = argsort(%1) descending=[0]
  %6 : int8[4] secret = gather(%0, %5)
  %7 : rows[4] revealed = argsort(%2) descending=[0]
  %8 : int8[4] secret = gather(%6, %7)
  reveal(%4) name="a" roles=["alice"]
  reveal(%8) name="b" roles=["alice"]
"""
DRAWN = """
  %9 : int8[4] secret = loop(%0) count=2 (%10 : int2 static, %11 : int8[4] secret) {
    %12 : rows[4] secret = random_rows n=4
    %13 : rows[4] secret = random_rows n=4
    %14 : int8[4] secret = gather(%11, %12)
    %15 : int8[4] secret = gather(%14, %13)
    yield %15
  }
  %16 : rows[4] secret = random_rows n=4
  reveal(%9) name="a" roles=["bob"]
"""


def program(text: str) -> Program:
    parsed = parse_program(HEAD + "{" + INPUTS + text + "}")
    verify(parsed)
    return parsed


def printed(of: Program) -> str:
    return print_program(of, spans=False)


def test_the_text_form_comes_back() -> None:
    before = program(SORTED)
    assert printed(parse_program(printed(before))) == printed(before)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("%9 : rows[4] secret = argsort(%0) descending=[1, 0]", "each key goes up or down"),
        ("%9 : rows[4] secret = argsort(%0) descending=[2]", "each key goes up or down"),
        ("%9 : rows[4] secret = argsort descending=[]", "rows are sorted by vectors of one length"),
        ("%9 : rows[4] secret = random_rows n=-4", "a size is not negative"),
        ("%9 : int8[4] secret = gather(%0, %1)", "does not apply to this element type"),
        (SORTED + "%9 : bool[4] secret = equal(%3, %3)", "where rows come from is no number"),
        (SORTED + '%9 : rows[4] revealed = reveal(%3) name="r"', "where rows come from is no number"),
        (SORTED + 'save(%3) name="r"', "where rows come from is no number"),
        (SORTED + "%9 : rows[4] secret = gather(%3, %3)", "as many"),
        (SORTED + "branch(%20) () { yield %3\n } () { yield %3\n }", "a region gives rows"),
        ("%9 : rows[4] secret = random_rows n=4\n%8 : int8[2] secret = gather(%20, %9)", "as many"),
    ],
)
def test_what_is_no_use_of_rows_is_refused(text: str, problem: str) -> None:
    more = '%20 : bool revealed = input name="b"\n' if "branch" in text else '%20 : int8[2] revealed = input name="b"\n'
    with pytest.raises(VerificationError, match=problem):
        program(more + text)


def test_the_builder_refuses_them_too() -> None:
    builder = Builder(Span(Source("t", "t", ""), 1, 1, 1, 2))
    rows = builder.emit("random_rows", n=3)
    assert (rows.type, rows.label) == (ArrayType(ROWS, (3,)), SECRET)
    with pytest.raises(OperationTypeError):
        builder.emit("add", rows, rows)
    x = builder.constant([1, 2, 3], ArrayType(INT, (3,)))
    assert builder.emit("gather", x, rows).type == x.type


def test_drawn_rows_stay_apart_and_in_their_turn() -> None:
    once = program(DRAWN)
    for change in (merge_common, hoist_invariant, vectorise_loops):
        assert printed(change(once)).count("random_rows") == 3
        assert "loop" in printed(change(once))
    assert printed(drop_dead(once)).count("random_rows") == 2


def test_rows_that_somebody_knows_are_shared_and_public_ones_are_not() -> None:
    shared = compute_in_clear(program(SORTED))
    verify_shared(shared)
    text = printed(shared)
    assert "rows[4] secret = share(" in text
    assert text.count("rows[4] secret = share(") == 1
    assert "rows[4] revealed = argsort(" in text and "rows[4] owned(bob) = argsort(" in text


def test_ranges_go_through() -> None:
    bounded = printed(bound_ranges(compute_in_clear(program(SORTED))))
    assert not re.search(r"rows\[4\] \w+ in", bounded)


def test_evaluation() -> None:
    x, y, c = np.array([3, -1, 3, 3]), np.array([5, 0, -5, -5]), np.array([True, False, True, False])
    public = evaluate(program(SORTED), {"x": x, "y": y, "c": c}).by_role["alice"]
    order = sorted(range(4), key=lambda row: (-x[row], y[row], c[row]))
    assert public["a"].tolist() == x[order].tolist()
    step = np.argsort(y, kind="stable")[np.argsort(c, kind="stable")]
    assert public["b"].tolist() == x[step].tolist()


def test_evaluation_draws_where_it_is_told() -> None:
    inputs = {"x": np.arange(4), "y": np.arange(4), "c": np.zeros(4, np.bool_)}
    turned = evaluate(program(DRAWN), inputs, arrange=lambda n: np.roll(np.arange(n), 1))
    assert turned.by_role["bob"]["a"].tolist() == np.arange(4).tolist()
