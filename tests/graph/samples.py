"""Small graphs that tests take apart."""

import numpy as np
from tacit.runtime.graph.nodes import (
    Constant,
    Declaration,
    Exchange,
    Graph,
    Input,
    Local,
    Output,
    Place,
    Random,
    Repeat,
    Step,
    Storage,
    ValueType,
)

RING = ValueType(Storage.RING, (3,))
INTEGERS = ValueType(Storage.INTEGER, (3,))
INDEX = ValueType(Storage.INTEGER, ())
CONDITION = ValueType(Storage.BOOLEAN, ())
BITS = ValueType(Storage.BITS, (70,), 2)
ALL = (0, 1, 2)


def step(kernel: str, *inputs: int, at: tuple[int, ...] = ALL, **attributes: object) -> Step:
    """A step, written like a call."""
    return Step(at, kernel, inputs, attributes)


def sample() -> Graph:
    """All kinds of node: a number is shared, doubled five times, and opened to all and to one role."""
    types = [INTEGERS, RING, RING, RING, RING, RING, INDEX, RING, RING, INTEGERS, CONDITION, RING, RING, CONDITION]
    body = (
        Input(0, "x", (0,), span=0),
        Local(1, (step("ring.from_integer", 0, at=(0,)),)),
        Random(2, "zero", ALL),
        Local(3, (step("ring.add", 1, 2, at=(0,)), step("identity", 2, at=(1, 2))), span=1),
        Repeat(
            (
                Local(5, (step("ring.add", 4, 4),)),
                Exchange(7, 5, ((0, 1), (1, 2), (2, 0))),
            ),
            initial=(3,),
            parameters=(4,),
            results=(5,),
            outputs=(8,),
            count=5,
            index=6,
        ),
        Constant(10, np.array(False), ALL),
        Repeat(
            (Constant(13, np.array(False), ALL),),
            initial=(8,),
            parameters=(11,),
            results=(11,),
            outputs=(12,),
            condition=10,
            next_condition=13,
        ),
        Local(9, (step("integer.from_ring", 12),)),
        Output(9, "y", "", ALL),
        Output(9, "y", "bob", (1,), span=1),
        Output(8, "z/0", "", ALL, kept=True),
    )
    return Graph(
        protocol="test",
        program="sample.mpc",
        parties=("alice", "bob", "helper"),
        nodes=3,
        roles={"bob": 1, "alice": 0},
        types=tuple(types),
        body=body,
        places=(Place("sample.mpc", 1, 1, 1, 4), Place("sample.mpc", 2, 1, 2, 9)),
        inputs=(Declaration("x", "fixed", ("n",), scale=16, role="alice"),),
        outputs=(
            Declaration("y", "category", (3,), labels=("ä", "b"), valid="v"),
            Declaration("y", "int", (3,), role="bob"),
            Declaration("z", "int", (3,), shares=True),
        ),
    )


def constants() -> Graph:
    """A constant of every storage."""
    rng = np.random.default_rng(4)
    types = [
        RING,
        ValueType(Storage.WORD32, (2, 2)),
        ValueType(Storage.WORD16, (5,)),
        BITS,
        INTEGERS,
        ValueType(Storage.BOOLEAN, (4,)),
        ValueType(Storage.RING, (0, 3)),
    ]
    nodes = [
        Constant(number, rng.integers(0, 2, kind.array_shape).astype(kind.dtype), ALL)
        for number, kind in enumerate(types)
    ]
    return Graph("test", "constants.mpc", ("a", "b", "c"), 3, {}, tuple(types), tuple(nodes))
