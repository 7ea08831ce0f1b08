"""Loops that become wide or skewed keep their meaning, whatever their turns read and write."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from tacit.compiler.diagnostics import CompileError
from tacit.compiler.ir.evaluate import EvaluationError, evaluate
from tacit.compiler.ir.program import Program
from tacit.compiler.ir.verify import verify
from tacit.compiler.pipeline import elaborate
from tacit.compiler.source import Source
from tacit.compiler.syntax.parser import parse

from tests.passes.loops.nests import Inputs, random_nest
from tests.passes.simplifying import SIMPLIFYING


def outcome(program: Program, inputs: Inputs) -> dict[str, np.ndarray] | None:
    """What is revealed; None where the program stops at an index."""
    try:
        return evaluate(program, inputs).by_role["alice"]
    except EvaluationError:
        return None


@settings(max_examples=300, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_random_nests(seed: int) -> None:
    text, inputs = random_nest(seed)
    try:
        program = elaborate(parse(Source("nest.mpc", "nest.mpc", text)), {})
    except CompileError:
        return
    expected = outcome(program, inputs)
    for simplify in SIMPLIFYING:
        program = simplify(program)
        verify(program)
        found = outcome(program, inputs)
        assert (found is None) == (expected is None), simplify.__name__
        for name, array in (expected or {}).items():
            np.testing.assert_array_equal(found[name], array, err_msg=f"{name} after {simplify.__name__}")
