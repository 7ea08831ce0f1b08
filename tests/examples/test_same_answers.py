"""Every example gives under every protocol, at every level of optimisation, what it gives in the clear.

All parties are in this process, on the first rows of the data. A new example is covered as soon as it has data.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tacit.compiler.ir.evaluate import evaluate
from tacit.compiler.ir.program import Program
from tacit.compiler.ir.rewrite import walk
from tacit.compiler.passes.lowering import describe_data
from tacit.compiler.passes.lowering.list_matchings import list_matchings
from tacit.compiler.pipeline import declare, elaborate, lower
from tacit.compiler.protocols.table import PROTOCOLS
from tacit.compiler.syntax.parser import parse
from tacit.compiler.syntax.reading import read_source
from tacit.compiler.target import Target
from tacit.runtime.alignment.align import align_in_clear
from tacit.runtime.data.assign import assign_sources
from tacit.runtime.data.owner import Own, count_members, read_own
from tacit.runtime.data.results import decode_outputs
from tacit.runtime.data.sizes import bind_sizes
from tacit.runtime.graph.alignments import order_input, places_input
from tacit.runtime.graph.nodes import ROLE_EVERYONE, Declaration, Input, audience
from tacit.runtime.run.party import run_in_memory

from tests.programs.running import SETTINGS

EXAMPLES = Path(__file__).parents[2] / "examples"
PROGRAMS = sorted(
    str(path.relative_to(EXAMPLES)) for path in EXAMPLES.glob("*/*.mpc") if (path.parent / "data").is_dir()
)
FEW = 12
"""So many rows of each table are enough: all of them are run elsewhere."""
CLOSE = 0.02
"""So far may numbers that are not whole be apart; a program without `fixed` is exact."""
LOOSE = {"clinics/clinics.mpc": 1}
"""So far may whole numbers be: a record whose probability is one half, but for the last place."""

Arrays = dict[str, np.ndarray]


@dataclass(frozen=True)
class Example:
    """A program on a part of its data: `arrays` has inputs, and the orders that joins on owned keys need."""

    program: Program
    arrays: Arrays
    clear: dict[str, dict[str, Any]]


@cache
def example(name: str) -> Example:
    """The first rows of all inputs, and what each role learns of them in the clear."""
    path = EXAMPLES / name
    module = parse(read_source(path))
    sources = assign_sources(describe_data.declared_inputs(declare(module)), {}, path.parent / "data")
    counts = count_members(sources)
    whole, facts = read_own([Own(source, source.declarations[0].role) for source in sources])
    members = {f"len({role})": count for role, count in counts.items()}
    sizes = {size: min(number, FEW) for size, number in bind_sizes(facts.found, members).items()} | members
    program = elaborate(module, sizes)
    arrays = {name: whole[name][tuple(map(slice, shape))] for name, shape in _shapes(program).items()}
    aligned = align_in_clear(list_matchings(program, target_for(program.roles, "rep3", 2)), arrays)
    if aligned.matched:
        program = elaborate(module, sizes | aligned.matched)
    matchings = [name for name in aligned.matched if order_input(name, 0) in aligned.inputs]
    joined = {(name, side): aligned.inputs[order_input(name, side)] for name in matchings for side in (0, 1)}
    outputs = evaluate(program, arrays, joined=joined).by_role
    for (name, side), order in joined.items():
        arrays |= {order_input(name, side): order, places_input(name, side): np.arange(order.size)}
    declared = describe_data.outputs(program)
    return Example(program, arrays, {role: _decoded(declared, role, outputs[role]) for role in program.roles})


def _shapes(program: Program) -> dict[str, tuple[int, ...]]:
    inputs = (each for each in walk(program.body) if each.name == "input")
    return {each.attributes["name"]: each.results[0].type.shape for each in inputs}


def _decoded(declared: Sequence[Declaration], role: str, arrays: Arrays) -> dict[str, Any]:
    return decode_outputs([each for each in declared if each.role in (audience(role), ROLE_EVERYONE)], arrays)


def target_for(roles: tuple[str, ...], setting: str, optimize: int) -> Target:
    name, nodes = SETTINGS[setting]
    return Target.of(PROTOCOLS[name], roles, nodes=nodes, optimize=optimize)


@pytest.mark.parametrize("optimize", [0, 1, 2])
@pytest.mark.parametrize("setting", SETTINGS)
@pytest.mark.parametrize("name", PROGRAMS)
def test_the_answer_is_that_in_the_clear(name: str, setting: str, optimize: int) -> None:
    one = example(name)
    graph = lower(one.program, target_for(one.program.roles, setting, optimize)).graph
    given = [node for node in graph.body if isinstance(node, Input)]
    split = [
        {node.name: one.arrays[node.name] for node in given if party in node.at} for party in range(len(graph.parties))
    ]
    results = run_in_memory(graph, split)
    for role, party in graph.roles.items():
        told = results[party].outputs
        arrays = {**told.get(ROLE_EVERYONE, {}), **told.get(audience(role), {})}
        assert_close(_decoded(graph.outputs, role, arrays), one.clear[role], LOOSE.get(name, 0))


def assert_close(got: Any, expected: Any, loose: int) -> None:
    if isinstance(expected, Mapping):
        assert set(got) == set(expected)
        for name, inner in expected.items():
            assert_close(got[name], inner, loose)
    elif np.asarray(expected).dtype.kind == "f":
        np.testing.assert_allclose(got, expected, atol=CLOSE, rtol=2.0**-17)
    elif np.asarray(expected).dtype.kind == "i":
        np.testing.assert_allclose(np.asarray(got), expected, atol=loose, rtol=0)
    else:
        assert np.asarray(got).tolist() == np.asarray(expected).tolist()
