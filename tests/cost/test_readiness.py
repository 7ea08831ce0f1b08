"""When values are known before kinds of shares are chosen: about as late as in the compiled program."""

import pytest
from tacit.compiler.cost.prices import Prices
from tacit.compiler.cost.readiness import Block
from tacit.compiler.ir.program import Program
from tacit.compiler.ir.rewrite import walk
from tacit.compiler.passes.simplify.inline_calls import inline_calls
from tacit.compiler.pipeline import lower
from tacit.compiler.protocols.table import PROTOCOLS
from tacit.compiler.target import Target
from tacit.runtime.graph.cost import count_rounds

from tests.ir.generate import random_program
from tests.programs.running import elaborated

HEAD = """party a
party b
input x: int[8] from a
input y: int[8] from b
input u: fixed[8] from a
input v: fixed[8] from b
input s: int8[8] from a
input t: int8[8] from b
"""
TEXTS = {
    "comparison": "z = x < y",
    "products": "z = x * y * x",
    "sum": "z = sum(x * y)",
    "both": "z = (x == y) and (x < y)",
    "quotient": "z = (s * t) // 7",
    "own": "z = (x // 7) * y",
    "function": "z = exp(x * y * u)",
    "opened": "t = sum(x * y) < 9\nreveal t\nz = x * y * int(t)",
    "loop": "z = x * y\nfor i in range(5):\n    z = z * y * y",
    "loops": "z = x * y\nfor i in range(5):\n    for j in range(3):\n        z = z * z * y\n    z = z * x",
    "branch": "z = x * y\nt = sum(z) < 9\nreveal t\nif t:\n    z = z * x * y\nelse:\n    z = z * x",
}


def block_of(program: Program, protocol: str) -> Block:
    made = {result: operation for operation in walk(program.body) for result in operation.results}
    target = Target.of(PROTOCOLS[protocol], program.roles)
    return Block(Prices(PROTOCOLS[protocol], target), program.body.operations, made.get)


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize("name", TEXTS)
def test_rounds_before_kinds_are_those_of_the_program(name: str, protocol: str) -> None:
    program = elaborated(f"{HEAD}{TEXTS[name]}\nreveal z")
    found = block_of(program, protocol).when(*program.body.operations[-1].results)
    counted = count_rounds(lower(program, Target.of(PROTOCOLS[protocol], program.roles)).graph)
    # The program's ranges are known by then, and inputs may be shared in a round of their own: a round less, or more.
    assert counted is None or abs(found - counted) <= 1
    assert counted is not None or name == "branch"


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_every_operation_has_a_time(protocol: str) -> None:
    """A value is known no earlier than what its operation takes, whoever holds that."""
    for seed in range(8):
        program = inline_calls(random_program(seed, 30)[0])
        block = block_of(program, protocol)
        for operation in program.body.operations:
            if operation.results:
                assert block.when(*operation.results) >= block.when(*operation.operands)
        assert block.rounds() == block.when(*(each for one in program.body.operations for each in one.results))


def test_a_block_may_grow() -> None:
    program = elaborated(f"{HEAD}z = x * y\nw = z * z < x\nreveal w")
    operations = list(program.body.operations)
    first, second = (each for each in operations if each.name == "multiply")
    (less,) = (each for each in operations if each.name == "less")
    made = {result: operation for operation in operations for result in operation.results}
    target = Target.of(PROTOCOLS["rep3"], program.roles)
    growing = operations[: operations.index(second)]
    block = Block(Prices(PROTOCOLS["rep3"], target), growing, made.get)
    assert block.when(*first.results) == 1
    growing += operations[operations.index(second) :]
    assert block.when(*second.results) == 2
    assert block.when(*less.results) > 2
