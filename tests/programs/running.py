"""Source text run both ways: by the reference interpreter, and by a protocol with all parties in this process."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from tacit.compiler.ir.evaluate import evaluate
from tacit.compiler.ir.program import Program
from tacit.compiler.pipeline import elaborate, lower
from tacit.compiler.protocols.table import PROTOCOLS
from tacit.compiler.source import Source
from tacit.compiler.syntax.parser import parse
from tacit.compiler.target import Target
from tacit.runtime.graph.nodes import Graph, Input, audience
from tacit.runtime.graph.walk import every_node
from tacit.runtime.run.party import PartyResult, run_in_memory

Array = np.ndarray[Any, Any]
SETTINGS = {"rep3": ("rep3", 3), "semi2k": ("semi2k", 2), "semi2k-3": ("semi2k", 3)}
"""Protocols with their numbers of nodes."""


def elaborated(text: str, sizes: Mapping[str, int] | None = None) -> Program:
    """The IR of a program; sizes that are not given are made up."""
    return elaborate(parse(Source("test.mpc", "test.mpc", text)), dict(sizes or {}))


def compiled(program: Program, protocol: str = "rep3", optimize: int = 2) -> Graph:
    """The checked graph, every role at a node of its own as far as they go."""
    name, nodes = SETTINGS[protocol]
    return lower(program, Target.of(PROTOCOLS[name], program.roles, nodes=nodes, optimize=optimize)).graph


def count_nodes(graph: Graph) -> int:
    """The number of nodes, each once, however often it runs."""
    return sum(1 for _ in every_node(graph.body))


@dataclass(frozen=True)
class BothWays:
    """What all roles learnt, by role and name, in the clear and protected; and the parties' own reports."""

    graph: Graph
    clear: dict[str, dict[str, Array]]
    protected: dict[str, dict[str, Array]]
    results: list[PartyResult]


def run_both_ways(program: Program, inputs: Mapping[str, Array], protocol: str = "rep3", optimize: int = 2) -> BothWays:
    """`inputs` in the clear representation of their types."""
    graph = compiled(program, protocol, optimize)
    places = [node for node in graph.body if isinstance(node, Input)]
    split = [
        {node.name: inputs[node.name] for node in places if party in node.at} for party in range(len(graph.parties))
    ]
    results = run_in_memory(graph, split)
    protected = {
        role: {**results[party].outputs.get("", {}), **results[party].outputs.get(audience(role), {})}
        for role, party in graph.roles.items()
    }
    return BothWays(graph, evaluate(program, inputs).by_role, protected, results)
