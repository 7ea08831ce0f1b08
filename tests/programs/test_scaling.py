"""The graph's size is that of the program, not of its data, and loops stay loops."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from tacit.compiler.pipeline import elaborate, lower
from tacit.compiler.protocols.table import PROTOCOLS
from tacit.compiler.syntax.parser import parse
from tacit.compiler.syntax.reading import read_source
from tacit.compiler.target import Target
from tacit.runtime.graph.file import to_bytes

from tests.programs.running import compiled, count_nodes, elaborated

EXAMPLES = Path(__file__).parents[2] / "examples"

EVERYTHING = """
party alice
party bob
input x: fixed[n, 3] from alice
input y: fixed[n] from bob
input t: table[a: int32, b: bool] from alice

weights = zeros(3)
for epoch in range({turns}):
    error = sigmoid(x @ weights) - y
    weights -= 0.001 * (x.T @ error)
reveal weights
reveal count(x[:, 0] > y) as larger
reveal mean(t.a, where=t.b) as average
reveal sum(filter(t, t.a > 5).a) as total
reveal cumsum(y)[-1] + exp(y[0]) as last
"""


def nodes_of(turns: int, sizes: Mapping[str, int]) -> int:
    return count_nodes(compiled(elaborated(EVERYTHING.format(turns=turns), sizes)))


def test_ten_rows_and_ten_million_make_graphs_of_one_size() -> None:
    """But for rules that take another way where much is sent, and for sums that need other scales."""
    counts = {nodes_of(5, {"n": rows, "rows(t)": rows}) for rows in (10, 1_000, 10_000_000, 10**8)}
    assert max(counts) <= 1.15 * min(counts)


def test_division_by_a_size_costs_a_bounded_number_of_nodes() -> None:
    """How a constant divides depends on the constant: a shift for powers of two, one or two products for others."""
    text = "party alice\nparty bob\ninput x: fixed[n] from alice\ninput y: fixed[n] from bob\nreveal mean(x * y) as m\n"
    counts = [count_nodes(compiled(elaborated(text, {"n": n}))) for n in (7, 10, 1_000, 1_024, 9_999_999)]
    assert max(counts) <= min(counts) + 70


def test_ten_thousand_turns_make_the_same_graph() -> None:
    sizes = {"n": 100, "rows(t)": 100}
    assert nodes_of(10, sizes) == nodes_of(10_000, sizes)


@pytest.mark.parametrize("records", [(455, 114), (100_000, 10_000), (10_000_000, 1_000_000), (10**9, 1_000)])
def test_the_demo_compiles_for_any_number_of_records(records: tuple[int, int]) -> None:
    """From some number of records on the weights could grow too large, and what they do in a batch gets a guard."""
    module = parse(read_source(EXAMPLES / "clinics" / "clinics.mpc"))
    sizes = {"records": records[0], "held_out": records[1], "a_columns": 15, "b_columns": 15}
    program = elaborate(module, sizes)
    graph = lower(program, Target.of(PROTOCOLS["rep3"], program.roles)).graph
    assert len(to_bytes(graph)) < 350_000


def test_the_same_program_gives_the_same_bytes() -> None:
    text = EVERYTHING.format(turns=10)
    first, second = (to_bytes(compiled(elaborated(text, {"n": 50, "rows(t)": 20}))) for _ in range(2))
    assert first == second
