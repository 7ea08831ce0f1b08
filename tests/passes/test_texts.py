"""Passes one by one: a text, and the text that it becomes."""

from collections.abc import Callable

import pytest
from tacit.compiler.ir.parse import parse_program
from tacit.compiler.ir.print import print_program
from tacit.compiler.ir.program import Program
from tacit.compiler.ir.rewrite import walk
from tacit.compiler.ir.verify import verify, verify_shared
from tacit.compiler.passes.loops.hoist_invariant import hoist_invariant
from tacit.compiler.passes.ranges.round_quotients import round_quotients
from tacit.compiler.passes.sharing.compute_in_clear import compute_in_clear
from tacit.compiler.passes.sharing.tighten_labels import tighten_labels
from tacit.compiler.passes.simplify.drop_dead import drop_dead
from tacit.compiler.passes.simplify.fold_constants import fold_constants
from tacit.compiler.passes.simplify.inline_calls import inline_calls
from tacit.compiler.passes.simplify.merge_common import merge_common
from tacit.compiler.passes.simplify.share_quotients import share_quotients

HEAD = 'program "t"\nroles ["alice", "bob"]\nsizes {}\nfraction_bits 16\n'
INPUTS = """\
%0 : int[4] owned(alice) = input name="x" role="alice"
%1 : int[4] owned(bob) = input name="y" role="bob"
%2 : bool revealed = input name="c"
"""


def program(text: str) -> Program:
    """The program of three inputs and these operations."""
    parsed = parse_program(HEAD + "{\n" + INPUTS + text + "}")
    verify(parsed)
    return parsed


def becomes(change: Callable[[Program], Program], before: str, after: str) -> None:
    """Numbers of values do not matter, their order does."""
    changed = change(program(before))
    verify(changed)
    assert print_program(changed, spans=False) == print_program(program(after), spans=False)


def clean(change: Callable[[Program], Program]) -> Callable[[Program], Program]:
    return lambda program: drop_dead(merge_common(change(program)))


def test_inline_calls() -> None:
    before = """
    %3 : int[4] secret = share(%0)
    %6 : int[4] secret = call(%3) function="f" (%4 : int[4] secret) {
      %5 : int[4] secret = add(%4, %4)
      yield %5
    }
    %9 : int[4] secret = call(%0) function="f" (%7 : int[4] secret) {
      %8 : int[4] secret = add(%7, %7)
      yield %8
    }
    reveal(%6) name="a" roles=["bob"]
    reveal(%9) name="b" roles=["bob"]
    """
    after = """
    %3 : int[4] secret = share(%0)
    %4 : int[4] secret = add(%3, %3)
    %5 : int[4] owned(alice) = add(%0, %0)
    reveal(%4) name="a" roles=["bob"]
    reveal(%5) name="b" roles=["bob"]
    """
    becomes(inline_calls, before, after)


def test_merge_common_looks_outwards_and_turns_operands() -> None:
    before = """
    %3 : int[4] secret = add(%0, %1)
    %7 : int[4] secret = branch(%2) () {
      %4 : int[4] secret = add(%1, %0)
      %5 : int[4] secret = subtract(%1, %0)
      yield %4
    } () {
      %6 : int[4] secret = subtract(%1, %0)
      yield %6
    }
    reveal(%7) name="a" roles=["bob"]
    reveal(%7) name="a" roles=["bob"]
    """
    after = """
    %3 : int[4] secret = add(%0, %1)
    %6 : int[4] secret = branch(%2) () {
      %4 : int[4] secret = subtract(%1, %0)
      yield %3
    } () {
      %5 : int[4] secret = subtract(%1, %0)
      yield %5
    }
    reveal(%6) name="a" roles=["bob"]
    reveal(%6) name="a" roles=["bob"]
    """
    becomes(merge_common, before, after)


def test_drop_dead_drops_carried_values_that_only_feed_themselves() -> None:
    before = """
    %3 : int static = constant value=1
    %8 : int[4] owned(alice), %9 : int[4] secret =
      loop(%0, %1) count=9 (%4 : int5 static, %5 : int[4] owned(alice), %6 : int[4] secret) {
      %7 : int[4] secret = add(%6, %6)
      %10 : int[4] owned(alice) = add(%5, %3)
      yield %10, %7
    }
    %11 : int owned(alice) = sum(%0) axis=0
    reveal(%8) name="a" roles=["bob"]
    """
    after = """
    %3 : int static = constant value=1
    %7 : int[4] owned(alice) = loop(%0) count=9 (%4 : int5 static, %5 : int[4] owned(alice)) {
      %6 : int[4] owned(alice) = add(%5, %3)
      yield %6
    }
    reveal(%7) name="a" roles=["bob"]
    """
    becomes(drop_dead, before, after)


def test_drop_dead_keeps_what_decides_about_effects() -> None:
    before = """
    %3 : int static = constant value=1
    %8 : int[4] owned(alice) = branch(%2) () {
      reveal(%3) name="one" roles=["bob"]
      yield %0
    } () {
      %4 : int[4] owned(alice) = negate(%0)
      yield %4
    }
    """
    after = """
    %3 : int static = constant value=1
    branch(%2) () {
      reveal(%3) name="one" roles=["bob"]
    } () {
    }
    """
    becomes(drop_dead, before, after)


def test_hoist_invariant_goes_out_of_all_loops() -> None:
    before = """
    %10 : int[4] owned(alice) = loop(%0) count=9 (%3 : int5 static, %4 : int[4] owned(alice)) {
      %9 : int[4] owned(alice) = loop(%4) count=5 (%5 : int4 static, %6 : int[4] owned(alice)) {
        %7 : int static = constant value=3
        %11 : int[4] owned(alice) = add(%0, %7)
        %12 : int[4] owned(alice) = add(%11, %4)
        %8 : int[4] owned(alice) = add(%6, %12)
        yield %8
      }
      yield %9
    }
    reveal(%10) name="a" roles=["bob"]
    """
    after = """
    %3 : int static = constant value=3
    %4 : int[4] owned(alice) = add(%0, %3)
    %11 : int[4] owned(alice) = loop(%0) count=9 (%5 : int5 static, %6 : int[4] owned(alice)) {
      %7 : int[4] owned(alice) = add(%4, %6)
      %10 : int[4] owned(alice) = loop(%6) count=5 (%8 : int4 static, %9 : int[4] owned(alice)) {
        %12 : int[4] owned(alice) = add(%9, %7)
        yield %12
      }
      yield %10
    }
    reveal(%11) name="a" roles=["bob"]
    """
    becomes(hoist_invariant, before, after)


FOLDED = [
    ("%3 : int[4] static = constant value=[1, 2, 3, 4]\n%4 : int static = sum(%3) axis=0", "constant value=10"),
    ("%3 : int static = constant value=2\n%4 : int static = multiply(%3, %3)", "constant value=4"),
]


@pytest.mark.parametrize(("before", "after"), FOLDED)
def test_fold_constants(before: str, after: str) -> None:
    becomes(
        clean(fold_constants),
        before + '\nreveal(%4) name="a" roles=["bob"]\n',
        f'%3 : int static = {after}\nreveal(%3) name="a" roles=["bob"]\n',
    )


SAME = [
    "%3 : int static = constant value=0\n%4 : int[4] owned(alice) = add(%3, %0)",
    "%3 : int static = constant value=0\n%4 : int[4] owned(alice) = subtract(%0, %3)",
    "%3 : int static = constant value=1\n%4 : int[4] owned(alice) = multiply(%3, %0)",
    "%3 : int static = constant value=1\n%5 : int[4] static = broadcast(%3) shape=[4]\n"
    "%4 : int[4] owned(alice) = floor_divide(%0, %5)",
    "%3 : int[4] owned(alice) = negate(%0)\n%4 : int[4] owned(alice) = negate(%3)",
    "%3 : int[4] owned(alice) = not(%0)\n%4 : int[4] owned(alice) = not(%3)",
    "%3 : int static = constant value=-1\n%4 : int[4] owned(alice) = and(%0, %3)",
    "%3 : int static = constant value=0\n%4 : int[4] owned(alice) = xor(%0, %3)",
    "%4 : int[4] owned(alice) = or(%0, %0)",
    "%3 : bool static = constant value=true\n%4 : int[4] secret = select(%3, %0, %1)",
    "%4 : int[4] owned(alice) = select(%2, %0, %0)",
    "%3 : int[2, 2] owned(alice) = reshape(%0) shape=[2, 2]\n%4 : int[4] owned(alice) = reshape(%3) shape=[4]",
    "%4 : int[4] owned(alice) = broadcast(%0) shape=[4]",
    "%4 : int[4] owned(alice) = slice(%0) starts=[0] stops=[4] steps=[1]",
    "%4 : int[4] owned(alice) = concat(%0) axis=0",
    "%4 : int[4] owned(alice) = cast(%0) element=int",
    "%4 : int[4] owned(alice) = shift_left(%0) bits=0",
    "%4 : int[4] owned(alice) = transpose(%0) permutation=[0]",
    "%3 : bool static = constant value=false\n%4 : int[4] secret = branch(%3) () { yield %1\n } () { yield %0\n }",
    "%4 : int[4] owned(alice) = loop(%0) count=0 (%5 : int1 static, %6 : int[4] owned(alice)) { yield %6\n }",
]


@pytest.mark.parametrize("before", SAME)
def test_fold_constants_knows_what_changes_nothing(before: str) -> None:
    after = 'reveal(%0) name="a" roles=["bob"]\n'
    becomes(clean(fold_constants), before + '\nreveal(%4) name="a" roles=["bob"]\n', after)


def test_fold_constants_does_not_depend_on_sizes() -> None:
    found = []
    for size, width in ((10, 5), (10_000_000, 25)):
        before = f"""
        %3 : int static = constant value=3
        %4 : int[{size}] static = broadcast(%3) shape=[{size}]
        %5 : int[{size}] static = multiply(%4, %4)
        %6 : int{width}[{size}] static = iota n={size}
        %7 : int[{size}] static = add(%5, %6)
        %8 : int static = sum(%5) axis=0
        reveal(%7) name="a" roles=["bob"]
        reveal(%8) name="b" roles=["bob"]
        """
        folded = clean(fold_constants)(program(before))
        found.append([operation.name for operation in folded.body.operations[3:]])
    assert found[0] == found[1] == ["constant", "broadcast", "iota", "add", "constant", "reveal", "reveal"]


def test_a_secret_times_zero_is_public() -> None:
    before = """
    %3 : int static = constant value=0
    %4 : int[4] secret = add(%0, %1)
    %5 : int[4] secret = multiply(%4, %3)
    reveal(%5) name="a" roles=["bob"]
    """
    after = """
    %3 : int static = constant value=0
    %4 : int[4] static = broadcast(%3) shape=[4]
    reveal(%4) name="a" roles=["bob"]
    """
    becomes(clean(fold_constants), before, after)


def test_tighten_labels() -> None:
    before = """
    %6 : int[4] secret = loop(%0) count=9 (%3 : int5 static, %4 : int[4] secret) {
      %5 : int[4] secret = negate(%4)
      yield %5
    }
    reveal(%6) name="a" roles=["bob"]
    """
    becomes(tighten_labels, before, before.replace("secret", "owned(alice)"))


def sharing(before: str) -> list[str]:
    """What is shared, and the loops, in order: the operation's name and its first result's type."""
    changed = drop_dead(compute_in_clear(program(before)))
    verify_shared(changed)
    told = [operation for operation in walk(changed.body) if operation.name in ("share", "loop")]
    return [f"{operation.name} {operation.results[0].type}" for operation in told]


def test_compute_in_clear_shares_once_and_late() -> None:
    before = """
    %3 : int[4] owned(alice) = multiply(%0, %0)
    %4 : int[4] secret = add(%3, %1)
    %5 : int[4] secret = multiply(%3, %1)
    %6 : int static = constant value=3
    %7 : int[4] secret = multiply(%4, %6)
    reveal(%7) name="a" roles=["bob"]
    reveal(%5) name="b" roles=["bob"]
    reveal(%3) name="c" roles=["bob"]
    """
    after = """
    %4 : int[4] owned(alice) = multiply(%0, %0)
    %5 : int[4] secret = share(%4)
    %6 : int[4] secret = add(%5, %3)
    %7 : int[4] secret = multiply(%5, %3)
    %8 : int static = constant value=3
    %9 : int[4] secret = multiply(%6, %8)
    reveal(%9) name="a" roles=["bob"]
    reveal(%7) name="b" roles=["bob"]
    reveal(%4) name="c" roles=["bob"]
    """
    changed = compute_in_clear(program(before))
    verify_shared(changed)
    inputs = INPUTS.replace("%2 : bool", "%3 : int[4] secret = share(%1)\n%2 : bool")
    wanted = parse_program(HEAD + "{\n" + inputs + after + "}")
    assert print_program(changed, spans=False) == print_program(wanted, spans=False)


def test_an_array_read_in_pieces_is_shared_before_the_loop() -> None:
    before = """
    %3 : int[4] secret = share(%1)
    %9 : int[4] secret = loop(%3) count=9 (%4 : int5 static, %5 : int[4] secret) {
      %6 : int[1] owned(alice) = slice_at(%0, %4) axes=[0] sizes=[1]
      %7 : int[4] secret = multiply(%5, %6)
      yield %7
    }
    reveal(%9) name="a" roles=["bob"]
    """
    assert sharing(before) == ["share int[4]", "share int[4]", "loop int[4]"]


def test_a_small_value_is_shared_rather_than_its_broadcast() -> None:
    before = """
    %3 : int[9, 4] owned(alice) = broadcast(%0) shape=[9, 4]
    %4 : int[9, 4] secret = multiply(%3, %1)
    reveal(%4) name="a" roles=["bob"]
    """
    assert sharing(before) == ["share int[4]", "share int[4]"]


def test_a_piece_is_shared_rather_than_the_whole() -> None:
    before = """
    %3 : int[1] owned(alice) = slice(%0) starts=[0] stops=[1] steps=[1]
    %4 : int[4] secret = multiply(%3, %1)
    reveal(%4) name="a" roles=["bob"]
    """
    assert sharing(before) == ["share int[4]", "share int[1]"]


def test_a_public_start_becomes_shares_where_the_loop_goes_on_in_secret() -> None:
    before = """
    %3 : int static = constant value=0
    %4 : int[4] static = broadcast(%3) shape=[4]
    %9 : int[4] secret = loop(%4) count=9 (%5 : int5 static, %6 : int[4] secret) {
      %7 : int[4] secret = add(%6, %0)
      %8 : int[4] secret = add(%7, %1)
      yield %8
    }
    reveal(%9) name="a" roles=["bob"]
    """
    assert sharing(before) == ["share int[4]", "share int[4]", "share int[4]", "loop int[4]"]


def test_share_quotients() -> None:
    before = """
    %3 : int[4] secret = share(%0)
    %4 : int[4] secret = modulo(%3, %1)
    %5 : int[4] secret = floor_divide(%3, %1)
    %6 : int[4] secret = modulo(%1, %3)
    %7 : int[4] owned(alice) = floor_divide(%0, %0)
    %8 : int[4] owned(alice) = modulo(%0, %0)
    reveal(%4) name="rest" roles=["bob"]
    reveal(%5) name="quotient" roles=["bob"]
    reveal(%6) name="other" roles=["bob"]
    reveal(%7) name="own" roles=["bob"]
    reveal(%8) name="own rest" roles=["bob"]
    """
    after = """
    %3 : int[4] secret = share(%0)
    %5 : int[4] secret = floor_divide(%3, %1)
    %4 : int[4] secret = remainder(%3, %5, %1)
    %6 : int[4] secret = modulo(%1, %3)
    %7 : int[4] owned(alice) = floor_divide(%0, %0)
    %8 : int[4] owned(alice) = modulo(%0, %0)
    reveal(%4) name="rest" roles=["bob"]
    reveal(%5) name="quotient" roles=["bob"]
    reveal(%6) name="other" roles=["bob"]
    reveal(%7) name="own" roles=["bob"]
    reveal(%8) name="own rest" roles=["bob"]
    """
    becomes(share_quotients, before, after)


def test_round_quotients() -> None:
    before = """
    %3 : int32[4] owned(alice) = input name="u" role="alice"
    %4 : fixed.16[4] owned(alice) = cast(%3) element=fixed.16
    %5 : fixed.16[4] owned(bob) = cast(%1) element=fixed.16
    %6 : fixed.16[4] secret = divide(%4, %5)
    %7 : int48[4] secret = floor(%6)
    %8 : fixed.16 static = constant value=6554
    %9 : bool[4] secret = less(%6, %8)
    %10 : fixed.16[4] owned(alice) = divide(%4, %8)
    %11 : bool[4] owned(alice) = less(%10, %8)
    reveal(%7) name="a" roles=["bob"]
    reveal(%9) name="b" roles=["bob"]
    reveal(%11) name="c" roles=["bob"]
    """
    after = """
    %3 : int32[4] owned(alice) = input name="u" role="alice"
    %4 : fixed.16[4] owned(alice) = cast(%3) element=fixed.16
    %6 : fixed.16[4] secret = quotient(%3, %1) scale=16
    %12 : int33[4] secret = floor_divide(%3, %1)
    %7 : int48[4] secret = cast(%12) element=int48
    %8 : fixed.16 static = constant value=6554
    %9 : bool[4] secret = less(%6, %8)
    %10 : fixed.16[4] owned(alice) = divide(%4, %8)
    %11 : bool[4] owned(alice) = less(%10, %8)
    reveal(%7) name="a" roles=["bob"]
    reveal(%9) name="b" roles=["bob"]
    reveal(%11) name="c" roles=["bob"]
    """
    becomes(lambda program: drop_dead(round_quotients(program)), before, after)
