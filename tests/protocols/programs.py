"""Programs run both ways: in the clear, and through the protocol with all parties in this process."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from tacit.compiler.cost.prices import Prices
from tacit.compiler.ir.build import Builder
from tacit.compiler.ir.evaluate import evaluate
from tacit.compiler.ir.program import Program, Value
from tacit.compiler.ir.types import ArrayType
from tacit.compiler.ir.verify import verify, verify_shared
from tacit.compiler.passes.lowering.expand_protocol import expand_protocol
from tacit.compiler.passes.rounds.batch_rounds import batch_rounds
from tacit.compiler.passes.sharing.choose_shares import choose_shares, write_kinds
from tacit.compiler.passes.sharing.compute_in_clear import compute_in_clear
from tacit.compiler.passes.sharing.weigh_kinds import SIDES, weigh_kinds
from tacit.compiler.protocols.table import PROTOCOLS
from tacit.compiler.source import Source, Span
from tacit.compiler.target import Target
from tacit.runtime.graph.check import check
from tacit.runtime.graph.nodes import Graph, Input
from tacit.runtime.run.party import PartyResult, run_in_memory

Array = np.ndarray[Any, Any]
ROLES = ("alice", "bob")
TARGETS = {
    "rep3": Target("rep3", ("alice", "bob", "helper"), 3, {"alice": 0, "bob": 1}),
    "semi2k": Target("semi2k", ("alice", "bob", "dealer"), 2, {"alice": 0, "bob": 1}, preprocessing="dealer"),
    "semi2k-3": Target(
        "semi2k", ("alice", "bob", "carol", "dealer"), 3, {"alice": 0, "bob": 1}, preprocessing="dealer"
    ),
}
"""Each protocol with the roles on nodes."""
WITH_CLIENTS = {
    "rep3": Target("rep3", ("n0", "n1", "n2", "alice", "bob"), 3, {"alice": 3, "bob": 4}),
    "semi2k": Target(
        "semi2k", ("n0", "n1", "alice", "bob", "dealer"), 2, {"alice": 2, "bob": 3}, preprocessing="dealer"
    ),
    "semi2k-3": Target(
        "semi2k", ("n0", "n1", "n2", "alice", "bob", "dealer"), 3, {"alice": 3, "bob": 4}, preprocessing="dealer"
    ),
}
"""Each protocol with the roles on clients."""
TARGET = TARGETS["rep3"]
CLIENTS = WITH_CLIENTS["rep3"]


class Writer(Builder):
    """A builder for programs of two roles."""

    def __init__(self) -> None:
        super().__init__(Span(Source("test.mpc", "test.mpc", ""), 1, 1, 1, 2))

    def input(self, name: str, type: ArrayType, role: str | None = "alice") -> Value:
        """A private or, of nobody, public input."""
        return self.emit("input", name=name, type=type, role=role)

    def secret(self, name: str, type: ArrayType, role: str = "alice") -> Value:
        """A private input as shares."""
        return self.emit("share", self.input(name, type, role))

    def reveal(self, value: Value, name: str = "out", roles: Sequence[str] | None = None) -> Value | None:
        """Reveals to all, or to some."""
        results = self.append("reveal", [value], {"name": name, "roles": roles and tuple(roles)}).results
        return results[0] if results else None

    def program(self) -> Program:
        """What has been written."""
        program = self.finish("test.mpc", ROLES, {}, 16)
        verify(program)
        return program


def compiled(program: Program, target: Target = TARGET, kind: str = "") -> Graph:
    """The checked, batched graph; with numbers or bits, if `kind` says so, wherever there is a choice."""
    shared = compute_in_clear(program)
    verify_shared(shared)
    chosen = with_one_kind(shared, target, kind) if kind else choose_shares(shared, target)
    verify(chosen)
    graph = batch_rounds(expand_protocol(chosen, target))
    check(graph)
    return graph


def with_one_kind(program: Program, target: Target, kind: str) -> Program:
    """The program with this kind wherever an operation has a rule for it."""
    weighed = weigh_kinds(program, Prices(PROTOCOLS[target.protocol], target))
    decided = dict.fromkeys([*weighed.decisions, *weighed.carried], SIDES[kind])
    return write_kinds(program, weighed, weighed.choice.best(decided))


def split_inputs(graph: Graph, inputs: Mapping[str, Array]) -> list[dict[str, Array]]:
    """The inputs of each party."""
    nodes = [node for node in graph.body if isinstance(node, Input) and node.name in inputs]
    return [{node.name: inputs[node.name] for node in nodes if party in node.at} for party in range(len(graph.parties))]


def run(program: Program, inputs: Mapping[str, Array], target: Target = TARGET) -> list[PartyResult]:
    """The results of all parties."""
    graph = compiled(program, target)
    return run_in_memory(graph, split_inputs(graph, inputs))


def check_same(
    program: Program, inputs: Mapping[str, Array], target: Target = TARGET, within: int = 0, kind: str = ""
) -> Graph:
    """Runs both ways, compares everything revealed (fixed up to `within` units or 2**-20 of it), returns the graph."""
    expected = evaluate(program, inputs).by_role
    graph = compiled(program, target, kind)
    results = run_in_memory(graph, split_inputs(graph, inputs))
    for role, values in expected.items():
        result = results[target.roles[role]]
        for name, array in values.items():
            found = (result.outputs.get(role, {}) | result.outputs.get("", {}))[name]
            assert found.dtype == array.dtype and found.shape == array.shape, (name, found, array)
            if within and array.dtype != np.bool_:
                assert np.all(np.abs(found - array) <= within + (np.abs(array) >> 20)), (name, found, array)
            else:
                np.testing.assert_array_equal(found, array)
    return graph
