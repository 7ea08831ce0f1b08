"""Building small protocol graphs by hand."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from tacit.runtime.graph.check import check
from tacit.runtime.graph.nodes import (
    Constant,
    Declaration,
    Exchange,
    Graph,
    Input,
    Local,
    Node,
    Output,
    Place,
    Random,
    Repeat,
    Step,
    Storage,
    ValueType,
)

NAMES = ("alice", "bob", "carol")
ALL = (0, 1, 2)
SCALAR = ValueType(Storage.INTEGER, ())
TRUTH = ValueType(Storage.BOOLEAN, ())


def ring(*shape: int) -> ValueType:
    return ValueType(Storage.RING, shape)


def integers(*shape: int) -> ValueType:
    return ValueType(Storage.INTEGER, shape)


def bits(size: int, planes: int) -> ValueType:
    return ValueType(Storage.BITS, (size,), planes)


@dataclass
class Builder:
    """Adds nodes to a block; `inside` opens a block for a repeat's body that shares the values."""

    types: list[ValueType] = field(default_factory=list)
    nodes: list[Node] = field(default_factory=list)
    inputs: list[Declaration] = field(default_factory=list)
    outputs: list[Declaration] = field(default_factory=list)

    def inside(self) -> "Builder":
        return Builder(self.types, [], self.inputs, self.outputs)

    def value(self, kind: ValueType) -> int:
        self.types.append(kind)
        return len(self.types) - 1

    def input(self, name: str, kind: ValueType, party: int) -> int:
        value = self.value(kind)
        self.inputs.append(Declaration(name, "int", kind.shape, role=NAMES[party]))
        self.nodes.append(Input(value, name, (party,)))
        return value

    def public(self, name: str, kind: ValueType) -> int:
        value = self.value(kind)
        self.inputs.append(Declaration(name, "int", kind.shape))
        self.nodes.append(Input(value, name, ALL))
        return value

    def constant(self, data: np.ndarray[Any, Any], kind: ValueType, at: tuple[int, ...] = ALL) -> int:
        value = self.value(kind)
        self.nodes.append(Constant(value, data, at))
        return value

    def random(self, source: str, kind: ValueType, at: tuple[int, ...]) -> int:
        value = self.value(kind)
        self.nodes.append(Random(value, source, at))
        return value

    def local(
        self, kernel: str, inputs: tuple[int, ...], kind: ValueType, at: tuple[int, ...] = ALL, **attributes: Any
    ) -> int:
        value = self.value(kind)
        self.nodes.append(Local(value, (Step(at, kernel, inputs, attributes),), span=0))
        return value

    def exchange(self, value: int, *routes: tuple[int, int]) -> int:
        arrived = self.value(self.types[value])
        self.nodes.append(Exchange(arrived, value, routes))
        return arrived

    def output(self, value: int, name: str, party: int) -> None:
        """Reveals a value in the clear to the role of a party."""
        self.declare(value, name)
        self.nodes.append(Output(value, name, NAMES[party], (party,)))

    def keep(self, value: int, name: str) -> None:
        """Keeps a value as the only part, `NAME/0`, of a share."""
        self.declare(value, name)
        self.nodes.append(Output(value, f"{name}/0", "", ALL, kept=True))

    def declare(self, value: int, name: str) -> None:
        if name not in {each.name for each in self.outputs}:
            self.outputs.append(Declaration(name, "int", self.types[value].shape))

    def repeat(self, body: "Builder", carried: list[tuple[int, int, int]], **control: Any) -> list[int]:
        """Carries (initial, parameter, result) triples; the values after the last turn."""
        outputs = [self.value(self.types[initial]) for initial, _, _ in carried]
        initial, parameters, results = (tuple(each) for each in zip(*carried, strict=True)) if carried else ((), (), ())
        self.nodes.append(Repeat(tuple(body.nodes), initial, parameters, results, tuple(outputs), **control))
        return outputs

    def graph(self, nodes: int = 3) -> Graph:
        """The checked graph; of the parties the first `nodes` are nodes, the others clients."""
        graph = Graph(
            protocol="test",
            program="test.mpc",
            parties=NAMES,
            nodes=nodes,
            roles={name: party for party, name in enumerate(NAMES)},
            types=tuple(self.types),
            body=tuple(self.nodes),
            places=(Place("test.mpc", 7, 3, 7, 9),),
            inputs=tuple(self.inputs),
            outputs=tuple(self.outputs),
        )
        check(graph)
        return graph


def verifying_graph() -> Graph:
    """Alice and bob tell carol a number each; carol opens hers to alice when she has found the numbers equal.

    Another number goes to bob meanwhile.
    """
    build = Builder()
    first, second = build.input("first", SCALAR, 0), build.input("second", SCALAR, 1)
    answer, other = build.input("answer", SCALAR, 2), build.input("other", SCALAR, 2)
    told = build.exchange(first, (0, 2)), build.exchange(second, (1, 2))
    build.output(build.exchange(other, (2, 1)), "other", 1)
    same = build.local("clear.equal", told, TRUTH, (2,))
    verified = build.local("verify", (same,), TRUTH, (2,), claim="the equality of what was told twice")
    opened = build.exchange(build.local("after", (answer, verified), SCALAR, (2,)), (2, 0))
    build.output(opened, "answer", 0)
    return build.graph()


CHEATED = "a party deviated from the protocol: the equality of what was told twice did not hold in round 1"
"""What carol says of `verifying_graph` where the numbers differ."""
