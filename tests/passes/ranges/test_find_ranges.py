"""Ranges: every value of a random program lies where `find_ranges` says, and loops, clips and means are understood."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tacit.compiler.ir.evaluate import Evaluation, Outputs
from tacit.compiler.ir.intervals import Interval
from tacit.compiler.ir.rewrite import walk
from tacit.compiler.passes.ranges.find_ranges import Reading, find_ranges
from tacit.compiler.passes.simplify.inline_calls import inline_calls

from tests.ir.generate import random_program
from tests.programs.running import elaborated


class Watched(dict):  # type: ignore[type-arg]
    """Values as they come, each held to its range."""

    def __init__(self, ranges: dict[object, Interval]) -> None:
        super().__init__()
        self.ranges = ranges

    def update(self, pairs: object) -> None:  # type: ignore[override]
        for value, array in pairs:  # type: ignore[attr-defined]
            self[value] = array
            if array.size:
                found = Interval(int(array.min()), int(array.max()))
                assert found in self.ranges[value], (found, self.ranges[value], value)


@settings(max_examples=300, deadline=None)
@given(seed=st.integers(0, 2**32), size=st.integers(1, 60))
def test_every_value_lies_in_its_range(seed: int, size: int) -> None:
    program, inputs = random_program(seed, size)
    program = inline_calls(program)
    evaluation = Evaluation(inputs, Outputs({role: {} for role in program.roles}))
    evaluation.values = Watched(find_ranges(program, Reading.SURE).of)
    for operation in program.body.operations:
        evaluation.run(operation)


HEAD = """party a
party b
input x: fixed[9] from a
input y: fixed[9] from b
input m: bool[9] from b
input i: int8[9] from a
input k: int[9] from b
"""

KNOWN = [
    ("v = clip(x, -2, 5)", -2, 5),
    ("v = abs(clip(x, -2, 5))", 0, 5),
    ("v = relu(clip(x, -2, 5))", 0, 5),
    ("v = max(min(i, 3), -4)", -4, 3),
    ("v = i & 15", 0, 15),
    ("v = i % 7", 0, 6),
    ("v = i // 2", -64, 63),
    ("v = k & 255", 0, 255),
    ("v = i * i", 0, 16384),
    ("v = sum(clip(x, 0, 1))", 0, 9),
    ("v = argmax(x)", 0, 8),
    ("v = mean(clip(x, 1, 2), where=m)", 0, 2.001),
    ("v = count(m)", 0, 9),
    ("v = sign(i)", -1, 1),
    ("v = sigmoid(x)", -0.001, 1.001),
    ("v = tanh(x)", -1.001, 1.001),
    ("v = erf(x)", -1.001, 1.001),
    ("v = sqrt(clip(x, 0, 4))", -0.001, 2.001),
    ("v = 0\nfor t in range(100):\n    v += t", 0, 9900),
    ("v = i\nfor t in range(1000):\n    v = min(v + 1, 7)", -128, 127),
    ("v = zeros(9)\nfor t in range(100):\n    v -= 0.5 * (sigmoid(clip(x, -9, 9) * v) - 0.5)", -25.3, 25.3),
    (
        "v = zeros((4, 4), int)\nfor p in range(3):\n    for q in range(3):\n"
        "        v[p + 1, q + 1] = min(v[p, q] + int(m[0]), v[p + 1, q] + 1)",
        0,
        9,
    ),
    ("v = 1\nfor t in range(10):\n    v = v + v", 1, 1024),
    ("v = 0.5 * ones(9)\nfor t in range(1000):\n    v = 0.5 * v + 1", -64, 64),
    ("v = 0\nfor t in range(100000):\n    v = (v + 3) % 10", 0, 9),
]


@pytest.mark.parametrize(("text", "low", "high"), KNOWN)
def test_ranges_of_expressions(text: str, low: float, high: float) -> None:
    program = elaborated(f"{HEAD}{text}\nreveal v\n")
    ranges = find_ranges(program, Reading.SURE)
    reveal = next(operation for operation in walk(program.body) if operation.name == "reveal")
    found, scale = ranges.of[reveal.operands[0]], reveal.operands[0].type.element.scale
    assert low <= found.low / 2**scale, found.low / 2**scale
    assert found.high / 2**scale <= high, found.high / 2**scale
    if scale == 0:
        assert (found.low, found.high) == (low, high)


def test_a_product_of_itself_is_not_negative() -> None:
    program = elaborated(f"{HEAD}reveal i * i >= 0 as v\n")
    ranges = find_ranges(program, Reading.SURE)
    reveal = next(operation for operation in walk(program.body) if operation.name == "reveal")
    assert ranges.of[reveal.operands[0]] == Interval(1, 1)
