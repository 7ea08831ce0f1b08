"""Every rule of `check` has a graph that breaks it."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from tacit.runtime.graph.check import check
from tacit.runtime.graph.errors import GraphError
from tacit.runtime.graph.nodes import (
    Constant,
    Declaration,
    Exchange,
    Graph,
    Input,
    Local,
    Node,
    Output,
    Random,
    Repeat,
    Storage,
    ValueType,
)

from tests.graph.samples import ALL, CONDITION, INDEX, INTEGERS, RING, constants, sample, step

WORDS = ValueType(Storage.WORD16, (3,))


def graph(*body: Node, types: tuple[ValueType, ...] = (RING,) * 8, **changes: Any) -> Graph:
    """Three nodes that run `body`."""
    return replace(Graph("test", "test.mpc", ("a", "b", "c"), 3, {"a": 0}, types, body), **changes)


def zero(output: int, at: tuple[int, ...] = ALL) -> Random:
    return Random(output, "zero" if len(at) > 1 else "stream", at)


def loop(**changes: Any) -> Repeat:
    """Carries value 0 as value 1 inside and value 3 after."""
    body: tuple[Node, ...] = (Local(2, (step("ring.negate", 1),)),)
    return replace(Repeat(body, (0,), (1,), (2,), (3,), count=3), **changes)


@pytest.mark.parametrize("make", [sample, constants])
def test_sound_graphs_pass(make: Callable[[], Graph]) -> None:
    check(make())


BROKEN: tuple[tuple[str, Graph], ...] = (
    ("0 parties", graph(parties=())),
    ("same name", graph(parties=("a", "a", "b"))),
    ("4 of 3 parties are nodes", graph(nodes=4)),
    ("0 of 3 parties are nodes", graph(nodes=0)),
    ("sits on no party", graph(roles={"a": 3})),
    ("a role has no name", graph(roles={"": 1})),
    ("declared twice", graph(outputs=(Declaration("x", "int", ()),) * 2)),
    ("has shape", graph(types=(ValueType(Storage.RING, (-1,)),))),
    ("has shape", graph(types=(ValueType(Storage.RING, (1 << 50,)),))),
    ("elements", graph(types=(ValueType(Storage.RING, (1 << 30, 1 << 30)),))),
    ("axes", graph(types=(ValueType(Storage.RING, (1,) * 65),))),
    ("3 planes", graph(types=(ValueType(Storage.RING, (1,), 3),))),
    ("-1 planes", graph(types=(ValueType(Storage.BITS, (1,), -1),))),
    ("no place 0", graph(replace(zero(0), span=0))),
    ("no value 8", graph(zero(8))),
    ("no value -1", graph(zero(-1))),
    ("bound twice", graph(zero(0), zero(0))),
    ("before it is bound", graph(Local(1, (step("identity", 0),)))),
    ("before it is bound", graph(Local(0, (step("identity", 0),)))),
    ("do not hold it", graph(zero(0, (0, 1)), Local(1, (step("identity", 0),)))),
    ("ascending", graph(zero(0, (1, 0)))),
    ("ascending", graph(zero(0, (1, 1)))),
    ("ascending", graph(Random(0, "stream", ()))),
    ("not parties of the graph", graph(zero(0, (0, 3)))),
    ("not parties of the graph", graph(zero(0, (-1, 0)))),
    ("no randomness", graph(Random(0, "dice", ALL))),
    ("no attributes", graph(Random(0, "zero", ALL, {"sides": 6}))),
    ("cannot be random", graph(zero(0), types=(INTEGERS,))),
    ("needs two parties", graph(Random(0, "zero", (1,)))),
    ("is a vector of words", graph(Random(0, "permutation", (0, 1)))),
    ("element type", graph(Constant(0, np.zeros(3, np.int64), ALL))),
    ("has shape (4,)", graph(Constant(0, np.zeros(4, np.uint64), ALL))),
    ("not parties in ascending order", graph(Local(0, ()))),
    ("in two steps", graph(Local(0, (step("zeros"), step("zeros", at=(1,)))))),
    ("no kernel", graph(Local(0, (step("format.disk"),)))),
    ("attribute 'bits' is missing", graph(zero(0), Local(1, (step("ring.shift_left", 0),)))),
    ("no attribute 'axis'", graph(zero(0), Local(1, (step("ring.negate", 0, axis=0),)))),
    ("must be an integer", graph(zero(0), Local(1, (step("ring.shift_left", 0, bits=1.0),)))),
    ("must be an integer", graph(zero(0), Local(1, (step("ring.shift_left", 0, bits=True),)))),
    ("takes 2 inputs", graph(zero(0), Local(1, (step("ring.add", 0),)))),
    ("takes RING, not WORD16", graph(zero(0), Local(1, (step("ring.negate", 0),)), types=(WORDS, RING))),
    ("takes RING, not WORD16", graph(zero(0), Local(1, (step("ring.negate", 0),)), types=(RING, WORDS))),
    ("mixes", graph(zero(0), Local(1, (step("identity", 0),)), types=(WORDS, RING))),
    ("receives value 1 twice", graph(zero(0), Exchange(1, 0, ((0, 2), (1, 2))))),
    ("sends to itself", graph(zero(0), Exchange(1, 0, ((0, 0),)))),
    ("do not hold it", graph(zero(0, (0, 1)), Exchange(1, 0, ((2, 0),)))),
    ("ascending", graph(zero(0), Exchange(1, 0, ()))),
    ("not parties of the graph", graph(zero(0), Exchange(1, 0, ((0, 3),)))),
    ("not what was sent", graph(zero(0), Exchange(1, 0, ((0, 1),)), types=(RING, WORDS))),
    ("sent on in the round", graph(zero(0), Exchange(1, 0, ((0, 1),)), Exchange(2, 1, ((1, 2),)))),
    ("outside of its repeat", graph(zero(0), loop(), Local(4, (step("identity", 2),)))),
    ("outside of its repeat", graph(zero(0), loop(), Local(4, (step("identity", 1),)))),
    ("do not pair up", graph(zero(0), loop(initial=()))),
    ("different types", graph(zero(0), loop(), types=(RING, RING, RING, WORDS))),
    ("a count or a condition", graph(zero(0), loop(count=None))),
    ("not renewed", graph(zero(0), loop(condition=4))),
    ("repeat of -1", graph(zero(0), loop(count=-1))),
    ("repeat of", graph(zero(0), loop(count=1 << 60))),
    ("turn's number", graph(zero(0), loop(index=4))),
    ("do not hold it", graph(zero(0), loop(body=(Local(2, (step("identity", 1, at=(0,)),)),)))),
    ("input 'x' is not declared", graph(Input(0, "x", (0,)))),
    ("output 'x' is not declared", graph(zero(0), Output(0, "x", "", ALL))),
)


@pytest.mark.parametrize(("message", "broken"), BROKEN)
def test_broken_graphs_are_refused(message: str, broken: Graph) -> None:
    with pytest.raises(GraphError) as failure:
        check(broken)
    assert message in str(failure.value)


def test_a_condition_is_one_truth_value_that_everyone_knows() -> None:
    def conditional(kind: ValueType, at: tuple[int, ...]) -> Graph:
        data = np.zeros(kind.array_shape, kind.dtype)
        turn = (*loop().body, Constant(5, data, at))
        types = (RING, RING, RING, RING, kind, kind)
        repeat = loop(count=None, condition=4, next_condition=5, body=turn)
        return graph(zero(0), Constant(4, data, ALL), repeat, types=types)

    check(conditional(CONDITION, ALL))
    for kind, at in ((INDEX, ALL), (ValueType(Storage.BOOLEAN, (1,)), ALL), (CONDITION, (0, 1))):
        with pytest.raises(GraphError, match=r"condition|do not hold"):
            check(conditional(kind, at))


def test_repeats_are_not_nested_without_end() -> None:
    node: Node = Repeat((), (), (), (), (), count=1)
    for _ in range(100):
        node = Repeat((node,), (), (), (), (), count=1)
    with pytest.raises(GraphError, match="deep"):
        check(graph(node))


INPUTS: tuple[tuple[str, Declaration, Input], ...] = (
    ("", Declaration("x", "int", (3,), role="a"), Input(0, "x", (0,))),
    ("", Declaration("x", "int", (3,)), Input(0, "x", ALL)),
    ("", Declaration("x", "int", (3,), role="m", each=True), Input(0, "x", (2,))),
    ("", Declaration("x", "int", (3,), shares=True), Input(0, "x/1", ALL, shares=True)),
    ("other parties", Declaration("x", "int", (3,), role="a"), Input(0, "x", (1,))),
    ("other parties", Declaration("x", "int", (3,), role="a"), Input(0, "x", ALL)),
    ("other parties", Declaration("x", "int", (3,)), Input(0, "x", (0,))),
    ("other parties", Declaration("x", "int", (3,), role="m", each=True), Input(0, "x", (1, 2))),
    ("declared otherwise", Declaration("x", "int", (3,), shares=True), Input(0, "x", ALL)),
    ("sits on no party", Declaration("x", "int", (3,), role="z"), Input(0, "x", (0,))),
    ("not declared", Declaration("x", "int", (3,), role="a"), Input(0, "x[0]", (0,))),
)


@pytest.mark.parametrize(("message", "declaration", "node"), INPUTS)
def test_inputs_are_where_they_are_declared(message: str, declaration: Declaration, node: Input) -> None:
    roles = {"a": 0, "m[0]": 2, "m[1]": 2}
    whole = graph(node, types=(INTEGERS,), inputs=(declaration,), roles=roles)
    if message:
        with pytest.raises(GraphError, match=message):
            check(whole)
    else:
        check(whole)


def test_inputs_are_in_the_clear_and_read_once() -> None:
    declared = (Declaration("x", "int", (3,)),)
    with pytest.raises(GraphError, match="not in the clear"):
        check(graph(Input(0, "x", ALL), inputs=declared))
    with pytest.raises(GraphError, match="read twice"):
        check(graph(Input(0, "x", ALL), Input(1, "x", ALL), types=(INTEGERS,) * 2, inputs=declared))
    inside = Repeat((Input(0, "x", ALL),), (), (), (), (), count=1)
    with pytest.raises(GraphError, match="inside a repeat"):
        check(graph(inside, types=(INTEGERS,), inputs=declared))


def test_outputs_are_in_the_clear_and_at_their_role() -> None:
    declared = (Declaration("y", "int", (3,)),)
    known = Constant(0, np.zeros(3, np.int64), ALL)
    for role, at in (("", ALL), ("a", (0,))):
        check(graph(known, Output(0, "y", role, at), types=(INTEGERS,), outputs=declared))
    for role, at in (("", (0,)), ("a", (1,)), ("z", (0,))):
        with pytest.raises(GraphError, match=r"output 'y'|sits on no party"):
            check(graph(known, Output(0, "y", role, at), types=(INTEGERS,), outputs=declared))
    with pytest.raises(GraphError, match="not in the clear"):
        check(graph(zero(0), Output(0, "y", "", ALL), outputs=declared))
    check(graph(zero(0), Output(0, "y/0", "", ALL, kept=True), outputs=declared))
