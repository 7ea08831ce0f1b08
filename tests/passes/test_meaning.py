"""Every pass keeps the meaning: random programs give the same outputs after it, alone and after all others."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tacit.compiler.ir.evaluate import Outputs, evaluate
from tacit.compiler.ir.parse import parse_program
from tacit.compiler.ir.print import print_program
from tacit.compiler.ir.program import Program
from tacit.compiler.ir.verify import verify, verify_shared
from tacit.compiler.passes.loops.hoist_invariant import hoist_invariant
from tacit.compiler.passes.ranges.bound_ranges import bound_ranges
from tacit.compiler.passes.ranges.drop_decided import drop_decided
from tacit.compiler.passes.sharing.compute_in_clear import compute_in_clear
from tacit.compiler.passes.sharing.tighten_labels import tighten_labels
from tacit.compiler.passes.simplify.drop_dead import drop_dead
from tacit.compiler.passes.simplify.fold_constants import fold_constants
from tacit.compiler.passes.simplify.inline_calls import inline_calls
from tacit.compiler.passes.simplify.merge_common import merge_common

from tests.ir.generate import random_program
from tests.passes.simplifying import compared_early

PASSES: dict[str, Callable[[Program], Program]] = {
    "inline_calls": inline_calls,
    "fold_constants": fold_constants,
    "merge_common": merge_common,
    "hoist_invariant": hoist_invariant,
    "compare_early": compared_early,
    "drop_dead": drop_dead,
    "drop_decided": drop_decided,
    "bound_ranges": bound_ranges,
    "tighten_labels": tighten_labels,
    "compute_in_clear": compute_in_clear,
}


def assert_same(expected: Outputs, found: Outputs) -> None:
    pairs = [(expected.by_role[role], found.by_role[role]) for role in expected.by_role]
    for before, after in [*pairs, (expected.saved, found.saved)]:
        assert before.keys() == after.keys()
        for name, array in before.items():
            assert array.dtype == after[name].dtype, name
            np.testing.assert_array_equal(after[name], array, err_msg=name)


@pytest.mark.parametrize("name", PASSES)
@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**32), size=st.integers(1, 60))
def test_a_pass_keeps_the_meaning(name: str, seed: int, size: int) -> None:
    program, inputs = random_program(seed, size)
    changed = PASSES[name](program)
    verify(changed)
    assert_same(evaluate(program, inputs), evaluate(changed, inputs))
    text = print_program(changed)
    assert print_program(parse_program(text)) == text


@settings(max_examples=100, deadline=None)
@given(
    seed=st.integers(0, 2**32),
    size=st.integers(1, 60),
    order=st.lists(st.sampled_from([name for name in PASSES if name != "compute_in_clear"]), max_size=8),
)
def test_passes_keep_the_meaning_in_any_order(seed: int, size: int, order: list[str]) -> None:
    program, inputs = random_program(seed, size)
    expected = evaluate(program, inputs)
    for name in [*order, "compute_in_clear", "merge_common", "drop_dead"]:
        program = PASSES[name](program)
        verify(program)
        assert_same(expected, evaluate(program, inputs))
    verify_shared(program)
