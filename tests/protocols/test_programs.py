"""Effects, control and division through the whole of the protocol's passes."""

from typing import Any

import numpy as np
import pytest
from tacit.compiler.ir.build import turn_type
from tacit.compiler.ir.labels import SECRET, STATIC
from tacit.compiler.ir.types import BOOL, INT, ArrayType, fixed
from tacit.compiler.passes.simplify.share_quotients import share_quotients
from tacit.runtime.errors import CheckFailed
from tacit.runtime.graph.cost import count_bytes, count_rounds
from tacit.runtime.graph.nodes import Output
from tacit.runtime.run.party import run_in_memory

from tests.protocols.programs import TARGETS, WITH_CLIENTS, Writer, check_same, compiled, run, split_inputs

X = ArrayType(INT, (5,))
VALUES = np.array([3, -1, 4, 1, -5])


@pytest.mark.parametrize("target", [*TARGETS.values(), *WITH_CLIENTS.values()])
def test_who_gets_what(target: Any) -> None:
    writer = Writer()
    x, y = writer.secret("x", X), writer.input("y", X, "bob")
    total = writer.emit("add", x, writer.emit("share", y))
    writer.reveal(total, "total")
    writer.reveal(total, "bobs", ["bob"])
    writer.reveal(y, "bob shows", ["alice"])
    writer.reveal(writer.emit("multiply", y, y), "bob shows all")
    writer.reveal(writer.emit("less", x, writer.constant(np.zeros(5), X)), "both", ["alice", "bob"])
    program, inputs = writer.program(), {"x": VALUES, "y": VALUES * 10}
    check_same(program, inputs, target)
    names = [set(result.outputs.get("bob", {})) for result in run(program, inputs, target)]
    assert [bool(found) for found in names] == [index == target.roles["bob"] for index in range(len(names))]


def test_a_loop_of_secret_and_clear_values_is_one_repeat() -> None:
    graphs = []
    for count in (3, 10_000):
        writer = Writer()
        x = writer.secret("x", X)
        arguments = [(turn_type(count), STATIC, "i"), (X, SECRET, "a"), (X, STATIC, "b")]
        with writer.region(arguments) as body:
            turn, a, b = body.arguments
            wide = writer.emit("cast", turn, element=INT)
            more = writer.emit("add", a, writer.emit("broadcast", wide, shape=(5,)))
            body.results = (writer.emit("slice", more, starts=(0,), stops=(5,), steps=(1,)), b)
        constant = writer.constant(VALUES, X)
        a, b = writer.loop(count, [x, constant], body.close())
        writer.reveal(writer.emit("multiply", a, b))
        if count == 3:
            check_same(writer.program(), {"x": VALUES})
        graphs.append(compiled(writer.program()))
    assert len(graphs[0].types) == len(graphs[1].types)


def test_a_while_reveals_in_every_turn() -> None:
    writer = Writer()
    x = writer.secret("x", ArrayType(INT))
    limit = writer.integer(100)
    with writer.region([(ArrayType(INT), SECRET, "a")]) as body:
        (a,) = body.arguments
        doubled = writer.emit("add", a, a)
        known = writer.reveal(writer.emit("less", doubled, limit), "more")
        assert known is not None
        body.results = (known, writer.emit("slice_at", doubled, axes=(), sizes=()))
    (last,) = writer.while_(writer.boolean(True), [x], body.close())
    writer.reveal(last)
    check_same(writer.program(), {"x": np.array(3)})


@pytest.mark.parametrize("value", [1, -1])
def test_a_branch_on_a_revealed_value(value: int) -> None:
    writer = Writer()
    x, y = writer.secret("x", ArrayType(INT)), writer.input("y", ArrayType(BOOL), "bob")
    positive = writer.reveal(writer.emit("less", writer.integer(0), x), "positive")
    assert positive is not None
    with writer.region() as then:
        square = writer.emit("multiply", x, x)
        writer.reveal(square, "square")
        then.results = (square, y, positive)
    with writer.region() as otherwise:
        otherwise.results = (x, writer.emit("not", y), writer.boolean(True))
    number, truth, public = writer.branch(positive, then.close(), otherwise.close())
    writer.reveal(number)
    writer.reveal(truth, "truth")
    writer.reveal(public, "public")
    graph = compiled(writer.program())
    results = run_in_memory(graph, split_inputs(graph, {"x": np.array(value), "y": np.array(True)}))
    assert results[0].outputs[""]["out"] == (1 if value > 0 else -1)
    assert results[0].outputs[""]["truth"] == (value > 0)
    assert ("square" in results[0].outputs[""]) == (value > 0)


def test_a_failed_assertion_reveals_nothing_after_it() -> None:
    writer = Writer()
    x = writer.secret("x", ArrayType(INT))
    sign = writer.reveal(writer.emit("less", x, writer.integer(0)), "sign")
    assert sign is not None
    writer.effect("assert", sign, message="x is negative")
    writer.reveal(x)
    graph = compiled(writer.program())
    sent: list[int] = []
    inputs = split_inputs(graph, {"x": np.array(5)})
    with pytest.raises(CheckFailed, match="x is negative") as failure:
        run_in_memory(graph, inputs, record=lambda round, *_: sent.append(round))
    assert failure.value.place is not None
    assert max(sent) == count_rounds(graph) - 1


def test_what_is_saved_can_be_read_again() -> None:
    writer = Writer()
    x = writer.secret("x", X)
    writer.effect("save", x, name="kept")
    writer.effect("save", writer.emit("less", x, writer.constant(np.zeros(5), X)), name="bits")
    kept = [result.kept for result in run(writer.program(), {"x": VALUES})]
    assert sorted(kept[0]) == ["bits/0", "bits/1", "kept/0", "kept/1"]
    writer = Writer()
    x = writer.emit("input", name="kept", type=X, shares=True)
    truth = writer.emit("input", name="bits", type=ArrayType(BOOL, (5,)), shares=True)
    writer.reveal(writer.emit("select", truth, writer.constant(np.zeros(5), X), x))
    results = run_in_memory(compiled(writer.program()), kept)
    np.testing.assert_array_equal(results[1].outputs[""]["out"], np.maximum(VALUES, 0))


def test_public_places() -> None:
    writer = Writer()
    x, b = writer.secret("x", X), writer.secret("b", ArrayType(BOOL, (5, 2)))
    at = writer.input("at", ArrayType(INT, (3,)), None)
    start = writer.input("start", ArrayType(INT), None)
    for name, value in (("x", x), ("b", b)):
        writer.reveal(writer.emit("take", value, at, axis=0), f"take {name}")
        piece = writer.emit("slice_at", value, start, axes=(0,), sizes=(2,))
        writer.reveal(piece, f"slice {name}")
        writer.reveal(writer.emit("update_at", value, piece, writer.integer(0), axes=(0,)), f"update {name}")
    inputs = {"x": VALUES, "b": np.arange(10).reshape(5, 2) % 3 == 0, "at": np.array([4, 0, -2]), "start": np.array(2)}
    check_same(writer.program(), inputs)


EXTREMES = [0, 1, -1, 2, -2, 3, -3, 7, 10**9, -(10**9), 2**62, -(2**62), 2**63 - 1, -(2**63) + 1, -(2**63)]


@pytest.mark.parametrize("name", ["floor_divide", "modulo"])
def test_division_of_all_64_bits(name: str) -> None:
    x, y = (side.reshape(-1) for side in np.meshgrid(np.array(EXTREMES), np.array(EXTREMES)))
    type = ArrayType(INT, x.shape)
    writer = Writer()
    writer.reveal(writer.emit(name, writer.secret("x", type), writer.secret("y", type, "bob")))
    check_same(writer.program(), {"x": x, "y": y})


@pytest.mark.parametrize("protocol", ["rep3", "semi2k"])
def test_quotients_and_remainders_share_their_rounds(protocol: str) -> None:
    """Of the same operands also the work: a remainder is one product more, which `rep3` opens without another round."""
    x, y = (side.reshape(-1) for side in np.meshgrid(np.array(EXTREMES), np.array(EXTREMES)))
    type = ArrayType(INT, x.shape)
    rounds, sent = [], []
    for names in (["xy"], ["xy", "yx", "xx"], ["xy", "%xy"], ["%xy"]):
        writer = Writer()
        operands = {"x": writer.secret("x", type), "y": writer.secret("y", type, "bob")}
        for pair in names:
            name = "modulo" if pair.startswith("%") else "floor_divide"
            writer.reveal(writer.emit(name, *(operands[each] for each in pair[-2:])), pair)
        program = share_quotients(writer.program())
        graph = check_same(program, {"x": x, "y": y}, TARGETS[protocol])
        rounds.append(count_rounds(graph))
        sent.append(sum(count_bytes(graph) or ()))
    more = {"rep3": 0, "semi2k": 1}[protocol]
    assert [found - (rounds[0] or 0) for found in rounds if found] == [0, 0, more, more]
    assert sent[2] < 1.2 * sent[0]


@pytest.mark.parametrize("divisor", [0, 7, -7, 10**12, -(2**63)])
@pytest.mark.parametrize("protocol", ["rep3", "semi2k"])
def test_division_by_public_numbers(protocol: str, divisor: int) -> None:
    x = np.array(EXTREMES)
    writer = Writer()
    value = writer.secret("x", ArrayType(INT, x.shape))
    late = writer.input("late", ArrayType(INT, x.shape), None)
    one = writer.input("one", ArrayType(INT), None)
    several = writer.constant(np.roll(x, 1), ArrayType(INT, x.shape))
    for name in ("floor_divide", "modulo"):
        for place, operand in enumerate((writer.integer(divisor), late, one, several)):
            writer.reveal(writer.emit(name, value, operand), f"{name} {place}")
    check_same(writer.program(), {"x": x, "late": np.roll(x, 2), "one": np.array(divisor)}, TARGETS[protocol])


@pytest.mark.parametrize("name", ["floor_divide", "modulo"])
def test_division_by_a_power_of_two_is_a_shift(name: str) -> None:
    x = np.array(EXTREMES)
    writer = Writer()
    writer.reveal(writer.emit(name, writer.secret("x", ArrayType(INT, x.shape)), writer.integer(8)))
    assert count_rounds(check_same(writer.program(), {"x": x})) == 9


def test_many_comparisons_cost_the_rounds_of_one_and_any_size_the_same_graph() -> None:
    graphs = []
    for size, times in ((8, 1), (8, 5), (1_000_000, 1)):
        writer = Writer()
        type = ArrayType(fixed(16), (size,))
        x = writer.secret("x", type)
        for index in range(times):
            y = writer.secret(f"y{index}", type, "bob")
            writer.reveal(writer.emit("less", x, y), f"out{index}")
        graphs.append(compiled(writer.program()))
    one, five, large = graphs
    assert count_rounds(one) == count_rounds(five) == count_rounds(large) == 7
    assert len(one.types) == len(large.types)
    # The inputs, the comparison (20.3 bytes on average), and the bit to two parties.
    assert count_bytes(large) == tuple(125_000 * planes for planes in (64 + 247 + 1, 64 + 120 + 1, 120 + 1))


def test_integers_bit_by_bit_stay_bits() -> None:
    writer = Writer()
    x, y = writer.secret("x", X), writer.secret("y", X, "bob")
    mixed = writer.emit("xor", writer.emit("and", x, y), writer.emit("shift_right", writer.emit("not", x), bits=3))
    writer.reveal(mixed, "bits")
    writer.reveal(writer.emit("add", mixed, x), "number")
    writer.reveal(writer.emit("equal", mixed, y), "same")
    check_same(writer.program(), {"x": VALUES, "y": VALUES[::-1].copy()})


def test_outputs_are_declared() -> None:
    writer = Writer()
    writer.reveal(writer.secret("x", X), "a", ["alice", "bob"])
    graph = compiled(writer.program())
    assert [(one.name, one.role, one.kind, one.dimensions) for one in graph.outputs] == [
        ("a", "alice", "int", (5,)),
        ("a", "bob", "int", (5,)),
    ]
    assert [(one.name, one.role) for one in graph.inputs] == [("x", "alice")]
    assert [node.role for node in graph.body if isinstance(node, Output)] == ["alice", "bob"]
