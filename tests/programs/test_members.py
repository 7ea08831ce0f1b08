"""Members of a `parties` role are clients at one party: plans do not grow with them, and nobody sees another's row."""

import numpy as np
import pytest
import tacit
from tacit.compiler.ir.parse import parse_program
from tacit.compiler.ir.print import print_program
from tacit.compiler.pipeline import lower
from tacit.compiler.protocols.table import PROTOCOLS
from tacit.compiler.target import Target
from tacit.runtime.graph.cost import count_bytes
from tacit.runtime.graph.nodes import Graph, Input, Local, Output
from tacit.runtime.graph.walk import every_node
from tacit.runtime.plan.schedule import schedule

from tests.programs.running import count_nodes, elaborated, run_both_ways

TEXT = """
party auctioneer
parties farmers
input bids: int32 from each farmers
input share: fixed[-1..1][2] from each farmers
input reserve: int32 from auctioneer
reveal sum(bids) as total
reveal sum(share, axis=0) as parts
reveal sum(bids) > reserve as sold to auctioneer
reveal len(farmers) as n to farmers
reveal sum(bids[1:]) as rest to farmers
"""
NODES = {"rep3": ("auctioneer", "helper", "helper2"), "semi2k": ("auctioneer", "helper")}


def graph_for(members: int, protocol: str) -> Graph:
    program = elaborated(TEXT, {"len(farmers)": members})
    return lower(program, Target.of(PROTOCOLS[protocol], program.roles)).graph


@pytest.mark.parametrize("protocol", ["rep3", "semi2k"])
def test_graphs_and_plans_do_not_grow_with_the_members(protocol: str) -> None:
    few, many = (graph_for(members, protocol) for members in (20, 10_000))
    assert few.parties == many.parties
    assert count_nodes(few) == count_nodes(many)
    assert len(few.types) == len(many.types)
    assert len(few.outputs) == len(many.outputs)
    for party in range(len(many.parties)):
        assert len(schedule(few, party).body) == len(schedule(many, party).body)


@pytest.mark.parametrize(("protocol", "nodes"), NODES.items())
def test_members_are_clients_under_every_protocol(protocol: str, nodes: tuple[str, ...]) -> None:
    graph = graph_for(50, protocol)
    assert graph.parties[: graph.nodes] == nodes
    assert [graph.parties[client] for client in graph.clients] == ["farmers"]
    assert {graph.roles[f"farmers[{member}]"] for member in range(50)} == set(graph.clients)


@pytest.mark.parametrize("protocol", ["rep3", "semi2k"])
def test_the_members_party_computes_nothing_from_several_rows(protocol: str) -> None:
    """In the clear it rescales each number by itself; all else that it does is sharing."""
    graph = graph_for(50, protocol)
    (farmers,) = graph.clients
    steps = [step for node in every_node(graph.body) if isinstance(node, Local) for step in node.steps]
    clear = {step.kernel for step in steps if farmers in step.at and step.kernel.startswith("clear.")}
    assert clear <= {"clear.cast", "clear.truncate", "clear.identity"}
    told = [node.name for node in graph.body if isinstance(node, Output) and farmers in node.at]
    assert set(told) == {"total", "parts", "n", "rest"}


@pytest.mark.parametrize(("protocol", "each"), [("rep3", 48), ("semi2k", 8)])
def test_sharing_costs_as_much_for_each_number_as_from_a_client_of_its_own(protocol: str, each: int) -> None:
    for members in (2, 50):
        graph = graph_for(members, protocol)
        sent = count_bytes(graph)
        assert sent is not None
        assert sent[graph.clients[0]] == each * 3 * members


@pytest.mark.parametrize("protocol", ["rep3", "semi2k"])
def test_three_hundred_members_in_one_process(protocol: str) -> None:
    bids = np.arange(300) * 7 % 101
    share = np.linspace(-1, 1, 600).reshape(300, 2)
    result = tacit.compile(TEXT, protocol=protocol).run(bids=bids, share=share, reserve=5)
    assert [name for name in result.report.bytes_sent if name not in result.report.nodes] == (
        ["farmers"] if protocol == "rep3" else ["farmers", "dealer"]
    )
    assert result["total"] == bids.sum()
    assert result.outputs["auctioneer"]["sold"]
    assert "rest" not in result.outputs["auctioneer"]
    for member in range(300):
        told = result.outputs[f"farmers[{member}]"]
        assert set(told) == {"total", "parts", "n", "rest"}
        assert (told["n"], told["rest"]) == (300, bids[1:].sum())


@pytest.mark.parametrize("protocol", ["rep3", "semi2k"])
def test_one_member_and_rows_that_are_revealed(protocol: str) -> None:
    text = (
        "parties f\ninput x: fixed[-1..1] from each f\nreveal x as x\nreveal max(x) as best to f\nreveal x ** 2 as s\n"
    )
    for x in (np.array([1 << 15]), np.array([1 << 15, -(1 << 16), 3])):
        program = elaborated(text, {"len(f)": len(x)})
        (given,) = [each for each in program.body.operations if each.name == "input"]
        scaled = x << given.results[0].type.element.scale - 16
        ran = run_both_ways(program, {"x": scaled}, protocol)
        for role, told in ran.clear.items():
            assert {name: array.tolist() for name, array in ran.protected[role].items()} == {
                name: array.tolist() for name, array in told.items()
            }


def test_the_text_of_the_ir_keeps_members() -> None:
    program = elaborated(TEXT, {"len(farmers)": 3})
    text = print_program(program)
    assert "owned(farmers[*])" in text
    assert print_program(parse_program(text)) == text


def test_inputs_of_members_are_one_node_whether_given_together_or_one_by_one() -> None:
    program = tacit.compile("parties f\ninput x: int[k] from each f\nreveal sum(x) as s\n")
    assert program.evaluate({"x[1]": [3, 4], "x[0]": [1, 2]})["s"] == 10
    with pytest.raises(tacit.InputError, match=r"is 2 in input 'x' of f\[0\] .*, but 1 in input 'x' of f\[1\]"):
        program.evaluate({"x[0]": [1, 2], "x[1]": [3]})
    graph = program.graph_for({"k": 2, "len(f)": 700})
    assert [node.name for node in graph.body if isinstance(node, Input)] == ["x"]


def test_reports_name_members_once() -> None:
    program = tacit.compile(TEXT, sizes={"len(farmers)": 5_000})
    assert len(str(program.explain()).splitlines()) < 60
    knowledge = program.explain().explanation.knowledge
    assert {told.name for told in knowledge.of("farmers[4999]")} == {"total", "parts", "n", "rest"}
    assert {told.name for told in knowledge.of("auctioneer")} == {"total", "parts", "sold"}
