"""What each operation costs under rep3: rounds, and bytes sent by each node for 800 elements, exactly.

`tacit explain` counts the same numbers from the same graphs. A change of this table is a change of the protocol.
"""

from typing import Any

import pytest
from tacit.compiler.ir.types import BOOL, INT, ArrayType, fixed, integer
from tacit.runtime.graph.cost import count_bytes, count_correlations, count_rounds
from tacit.runtime.graph.nodes import Graph

from tests.protocols.programs import TARGETS, Writer, compiled

SIZE = 800
I8, I16, I32, F16, F32 = integer(8), integer(16), integer(32), fixed(16), fixed(32)

COSTS: list[tuple[str, tuple[Any, ...], dict[str, Any], int, tuple[int, int, int]]] = [
    ("add", (INT, INT), {}, 0, (0, 0, 0)),
    ("sum", (INT,), {"axis": 0}, 0, (0, 0, 0)),
    ("multiply", (INT, INT), {}, 1, (6400, 6400, 6400)),
    ("truncate", (F32,), {"bits": 16}, 1, (9600, 1600, 1600)),
    ("floor", (F16,), {}, 7, (57100, 18600, 18600)),
    ("shift_left", (INT,), {"bits": 4}, 0, (0, 0, 0)),
    ("shift_right", (INT,), {"bits": 4}, 7, (57300, 18800, 18800)),
    ("shift_right", (I32,), {"bits": 4}, 3, (23700, 8400, 8400)),
    ("less", (I8, I8), {}, 3, (3000, 1100, 1100)),
    ("less", (I32, I32), {}, 5, (12400, 5700, 5700)),
    ("less", (INT, INT), {}, 6, (24700, 12000, 12000)),
    ("less", (F16, F16), {}, 6, (24700, 12000, 12000)),
    ("equal", (I8, I8), {}, 3, (2700, 700, 700)),
    ("equal", (I32, I32), {}, 5, (11100, 3100, 3100)),
    ("equal", (INT, INT), {}, 6, (22300, 6300, 6300)),
    ("equal", (BOOL, BOOL), {}, 0, (0, 0, 0)),
    ("and", (BOOL, BOOL), {}, 1, (100, 100, 100)),
    ("or", (BOOL, BOOL), {}, 1, (100, 100, 100)),
    ("xor", (BOOL, BOOL), {}, 0, (0, 0, 0)),
    ("not", (BOOL,), {}, 0, (0, 0, 0)),
    ("and", (I8, I8), {}, 5, (110200, 14000, 14000)),
    ("and", (INT, INT), {}, 14, (133300, 145900, 139500)),
    ("select", (BOOL, BOOL, BOOL), {}, 1, (100, 100, 100)),
    ("select", (BOOL, INT, INT), {}, 1, (32000, 6400, 6400)),
    ("cast", (BOOL,), {"element": INT}, 1, (12800, 6400, 6400)),
    ("cast", (INT,), {"element": F16}, 0, (0, 0, 0)),
    ("min", (INT,), {"axis": 0}, 70, (57895, 18992, 18992)),
    ("argmax", (INT,), {"axis": 0}, 70, (89815, 25376, 25376)),
    ("any", (BOOL,), {"axis": 0}, 10, (105, 105, 105)),
    ("floor_divide", (I8, I8), {}, 18, (499200, 105300, 105300)),
    ("floor_divide", (I16, I16), {}, 20, (691300, 160600, 160600)),
    ("floor_divide", (I32, I32), {}, 29, (842000, 228200, 228200)),
    ("floor_divide", (INT, INT), {}, 41, (950000, 363400, 363400)),
    ("quotient", (I32, I32), {"scale": 16}, 33, (774400, 248200, 248200)),
    ("modulo", (I32, I32), {}, 30, (891500, 244100, 244100)),
    ("modulo", (INT, INT), {}, 42, (1010700, 382500, 382500)),
]
"""Operation, elements of its operands, attributes, rounds, bytes."""


SEMI2K: list[tuple[str, tuple[Any, ...], dict[str, Any], int, int, int]] = [
    ("add", (INT, INT), {}, 0, 0, 0),
    ("multiply", (INT, INT), {}, 1, 12800, 6400),
    ("truncate", (F32,), {"bits": 16}, 1, 6400, 12800),
    ("floor", (F16,), {}, 7, 15400, 34700),
    ("shift_right", (INT,), {"bits": 4}, 7, 15400, 34900),
    ("less", (I8, I8), {}, 3, 2300, 1700),
    ("less", (I32, I32), {}, 5, 10500, 7500),
    ("less", (INT, INT), {}, 6, 15200, 15200),
    ("equal", (I8, I8), {}, 3, 2200, 1500),
    ("equal", (INT, INT), {}, 6, 12600, 12700),
    ("and", (BOOL, BOOL), {}, 1, 200, 100),
    ("select", (BOOL, BOOL, BOOL), {}, 1, 200, 100),
    ("select", (BOOL, INT, INT), {}, 1, 6500, 12800),
    ("cast", (BOOL,), {"element": INT}, 1, 100, 6400),
    ("min", (INT,), {"axis": 0}, 70, 22129, 28744),
    ("any", (BOOL,), {"axis": 0}, 10, 210, 105),
    ("floor_divide", (I8, I8), {}, 18, 91100, 285200),
    ("floor_divide", (I32, I32), {}, 29, 232800, 532700),
    ("floor_divide", (INT, INT), {}, 41, 383600, 664800),
    ("modulo", (INT, INT), {}, 42, 396300, 696700),
]
"""Of semi2k: the same, with the bytes that each node sends each other, and those of corrections to the last one."""


@pytest.mark.parametrize("nodes", [2, 3])
@pytest.mark.parametrize(("name", "elements", "attributes", "rounds", "sent", "corrections"), SEMI2K)
def test_costs_of_additive_shares(
    name: str, elements: Any, attributes: Any, rounds: int, sent: int, corrections: int, nodes: int
) -> None:
    graph = graph_of(name, elements, attributes, {2: "semi2k", 3: "semi2k-3"}[nodes])
    assert (count_rounds(graph), count_bytes(graph)) == (rounds, (*[sent * (nodes - 1)] * nodes, 0))
    assert sum(amount.bytes for amount in count_correlations(graph).values()) == corrections


def cost(name: str, elements: tuple[Any, ...], attributes: dict[str, Any]) -> tuple[int | None, tuple[int, ...] | None]:
    """Of the operation under rep3."""
    graph = graph_of(name, elements, attributes, "rep3")
    return count_rounds(graph), count_bytes(graph)


def graph_of(name: str, elements: tuple[Any, ...], attributes: dict[str, Any], protocol: str) -> Graph:
    """The operation on stored shares, its result kept as one."""
    writer = Writer()
    operands = [
        writer.emit("input", name=f"x{index}", type=ArrayType(element, (SIZE,)), shares=True)
        for index, element in enumerate(elements)
    ]
    writer.effect("save", writer.emit(name, *operands, **attributes), name="out")
    return compiled(writer.program(), TARGETS[protocol])


@pytest.mark.parametrize(("name", "elements", "attributes", "rounds", "sent"), COSTS)
def test_costs(name: str, elements: Any, attributes: Any, rounds: int, sent: tuple[int, int, int]) -> None:
    assert cost(name, elements, attributes) == (rounds, sent)


PUBLIC_DIVISORS: list[tuple[Any, int, int, tuple[int, int, int]]] = [
    (I8, 7, 4, (27200, 10700, 10700)),
    (I8, 1000, 5, (36300, 15400, 15400)),
    (I32, 7, 5, (40000, 13900, 13900)),
    (I32, 1000, 6, (55500, 21800, 21800)),
    (INT, 7, 16, (133400, 43700, 43700)),
    (INT, 1000, 18, (132800, 44300, 44300)),
]
"""Elements, the divisor, rounds, bytes. Of 64 bits, seven rounds are those of an exact shift, before anything else."""


@pytest.mark.parametrize(("element", "divisor", "rounds", "sent"), PUBLIC_DIVISORS)
@pytest.mark.parametrize("name", ["floor_divide", "modulo"])
def test_costs_of_public_divisors(name: str, element: Any, divisor: int, rounds: int, sent: tuple[int, ...]) -> None:
    """What remains of a division costs nothing more."""
    writer = Writer()
    x = writer.emit("input", name="x", type=ArrayType(element, (SIZE,)), shares=True)
    writer.effect("save", writer.emit(name, x, writer.integer(divisor)), name="out")
    graph = compiled(writer.program())
    assert (count_rounds(graph), count_bytes(graph)) == (rounds, sent)


def test_a_comparison_keeps_its_promise() -> None:
    rounds, sent = cost("less", (INT, INT), {})
    assert rounds is not None and sent is not None
    assert rounds <= 8 and sum(sent) / len(sent) / SIZE <= 26
