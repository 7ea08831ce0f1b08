"""Random programs give the same answers protected as in the clear, at every level of optimisation."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings

from tests.programs.bounds import FRACTION_BITS, UNIT
from tests.programs.generate import RandomProgram, programs
from tests.programs.running import elaborated, run_both_ways

SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large]


CASES = [
    *(("rep3", level, count) for level, count in ((2, 200), (1, 60), (0, 60))),
    *(("semi2k", level, count) for level, count in ((2, 100), (1, 30), (0, 30))),
    *(("semi2k-3", level, count) for level, count in ((2, 40), (1, 20), (0, 20))),
]


@pytest.mark.parametrize(("protocol", "optimize", "examples"), CASES)
def test_protected_equals_clear(protocol: str, optimize: int, examples: int) -> None:
    @settings(max_examples=examples, deadline=None, suppress_health_check=SLOW, derandomize=True)
    @given(programs())
    def holds(program: RandomProgram) -> None:
        _check(program, protocol, optimize)

    holds()


def _check(program: RandomProgram, protocol: str, optimize: int) -> None:
    ir = elaborated(program.source)
    inputs = {name: _encoded(values) for name, values in program.inputs.items()}
    both = run_both_ways(ir, inputs, protocol, optimize)
    for name in program.names:
        clear, protected = (side["alice"][name.text] for side in (both.clear, both.protected))
        if name.kind == "fixed":
            apart = np.abs(protected - clear).max(initial=0) * UNIT
            assert apart <= name.error, f"{name.text} is off by {apart}, {name.error} is allowed, in\n{program.source}"
        else:
            assert np.array_equal(clear, protected), f"{name.text} differs in\n{program.source}"


def _encoded(values: np.ndarray) -> np.ndarray:
    if values.dtype.kind == "f":
        return np.round(values * 2**FRACTION_BITS).astype(np.int64)
    return values
