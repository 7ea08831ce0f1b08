"""Random programs, with every exact operation, control and label, give under rep3 what they mean."""

import os
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from tacit.compiler.diagnostics import CompileError
from tacit.compiler.ir.evaluate import Evaluation, EvaluationError, Outputs
from tacit.compiler.ir.program import Operation, Program
from tacit.compiler.passes.rounds.batch_rounds import batch_rounds
from tacit.compiler.passes.simplify.inline_calls import inline_calls
from tacit.compiler.pipeline import lower
from tacit.compiler.protocols.table import PROTOCOLS
from tacit.compiler.target import Target
from tacit.runtime.errors import CheckFailed, InputError
from tacit.runtime.graph.nodes import Graph, Input, Storage
from tacit.runtime.run.party import run_in_memory

from tests.ir.generate import ROLES, random_program

Array = np.ndarray[Any, Any]

ROUNDING = ("truncate", "divide", "quotient", "sqrt", "exp", "log", "sin", "cos", "tanh", "sigmoid", "erf")
COMPARING = ("less", "min", "max", "argmin", "argmax")
SIZES = [4, 12, 30]
COUNT = int(os.environ.get("TACIT_RANDOM_PROGRAMS", "120"))


class Undefined(Exception):  # noqa: N818
    """The program compares numbers whose difference does not fit 64 bits, or overflows for its inputs or for all."""


class _Exact(Evaluation):
    def run(self, operation: Operation) -> None:
        if operation.name in COMPARING:
            found = np.concatenate([self.values[operand].reshape(-1) for operand in operation.operands])
            if found.size and int(found.max()) - int(found.min()) >= 2**63:
                raise Undefined
        super().run(operation)


def meaning(program: Program, inputs: Mapping[str, Array]) -> Outputs:
    outputs = Outputs({role: {} for role in program.roles})
    evaluation = _Exact(inputs, outputs)
    for operation in program.body.operations:
        evaluation.run(operation)
    return outputs


def split(graph: Graph, inputs: Mapping[str, Array], seed: int) -> list[dict[str, Array]]:
    """Each party's inputs, stored shares dealt at random."""
    found: list[dict[str, Array]] = [{} for _ in graph.parties]
    dice = np.random.default_rng(seed)
    for node in graph.body:
        if not isinstance(node, Input):
            continue
        if not node.shares:
            for party in node.at:
                found[party][node.name] = inputs[node.name]
        elif node.name.endswith("/0"):
            name, kind = node.name[:-2], graph.types[node.output]
            others = [dice.integers(0, 2**64, kind.array_shape, np.uint64) for _ in range(graph.nodes - 1)]
            if kind.storage is Storage.BITS:
                packed = np.zeros((1, 8 * kind.words), np.uint8)
                octets = np.packbits(inputs[name].reshape(-1), bitorder="little")
                packed[0, : octets.size] = octets
                third = packed.view(np.uint64) ^ np.bitwise_xor.reduce(others)
            else:
                third = np.asarray(inputs[name].view(np.uint64) - np.sum(others, axis=0, dtype=np.uint64))
            components = [*others, third]
            for party in range(graph.nodes):
                for part in range(PROTOCOLS[graph.protocol].parts):
                    found[party][f"{name}/{part}"] = components[(party + part) % graph.nodes]
    return found


def run(program: Program, target: Target, inputs: Mapping[str, Array], expected: dict[str, dict[str, Array]]) -> None:
    try:
        graph = lower(inline_calls(program), target).graph
    except CompileError as error:
        if all("overflows" in each.problem for each in error.diagnostics):
            raise Undefined from None
        raise
    again = batch_rounds(graph)
    assert len(again.body) <= len(graph.body)
    try:
        results = run_in_memory(graph, split(graph, inputs, 1))
    except InputError as error:  # An input is so large that something would wrap modulo 2^64.
        assert "could overflow" in str(error)
        raise Undefined from None
    for role, values in expected.items():
        outputs = results[target.roles[role]].outputs
        for name, array in values.items():
            found = (outputs.get(role, {}) | outputs.get("", {}))[name]
            np.testing.assert_array_equal(found, array, name)


@pytest.mark.parametrize("nodes", [2, 3])
@pytest.mark.parametrize("part", range(6))
def test_random_programs_of_additive_shares(part: int, nodes: int) -> None:
    for seed in range(part, COUNT, 6):
        program, inputs = random_program(seed, SIZES[seed % 3], without=ROUNDING)
        names = ("alice", "n1", "n2")[:nodes]
        parties = (*names, *(role for role in ROLES if role not in names), "dealer")
        target = Target(
            "semi2k", parties, nodes, {role: parties.index(role) for role in ROLES}, seed % 3, preprocessing="dealer"
        )
        try:
            expected = meaning(program, inputs).by_role
            run(program, target, inputs, expected)
        except (Undefined, CompileError):
            continue
        except EvaluationError:
            with pytest.raises(CheckFailed):
                run(program, target, inputs, {})


@pytest.mark.parametrize("part", range(12))
def test_random_programs(part: int) -> None:
    for seed in range(part, COUNT, 12):
        program, inputs = random_program(seed, SIZES[seed % 3], without=ROUNDING)
        parties = ("alice", "n1", "n2", "bob", ROLES[2]) if seed % 2 else ("bob", "alice", ROLES[2])
        roles = {role: parties.index(role) for role in ROLES}
        target = Target("rep3", parties, 3, roles, optimize=seed % 3)
        try:
            expected = meaning(program, inputs).by_role
            run(program, target, inputs, expected)
        except Undefined:
            continue
        except EvaluationError:
            with pytest.raises(CheckFailed):
                run(program, target, inputs, {})
