"""Every operation on shares gives what it gives in the clear."""

from typing import Any

import numpy as np
import pytest
from tacit.compiler.ir.types import BOOL, DATE, INT, KEY, ArrayType, Element, Kind, category, fixed, integer
from tacit.compiler.protocols.operations.table import RULES

from tests.protocols.programs import TARGETS, WITH_CLIENTS, Writer, check_same

Array = np.ndarray[Any, Any]


def sample(type: ArrayType, seed: int, bits: int | None = None) -> Array:
    """Edge values and random ones that fit the type (or `bits`)."""
    random = np.random.default_rng(seed)
    if type.element.kind is Kind.BOOL:
        return random.integers(0, 2, type.shape).astype(np.bool_)
    width = bits or type.element.bits
    low, high = -(1 << (width - 1)), (1 << (width - 1)) - 1
    if type.element.kind is Kind.CATEGORY:
        low, high = 0, len(type.element.labels) - 1
    flat = random.integers(low, high, type.size, endpoint=True)
    edges = np.array([low, high, 0, min(1, high), max(-1, low)], np.int64)[: max(0, type.size - 1)]
    flat[: edges.size] = edges
    return np.asarray(random.permutation(flat)).reshape(type.shape)


def case(name: str, *types: ArrayType, bits: int | None = None, within: int = 0, **attributes: Any) -> Any:
    return pytest.param(name, types, attributes, bits, within, id=f"{name}-{'-'.join(map(str, types))}")


def of(element: Element, *shape: int) -> ArrayType:
    return ArrayType(element, shape)


I8, F16, F32, LABELS = integer(8), fixed(16), fixed(32), category(("a", "b", "c"))
RANGES = {"starts": (1, 0), "stops": (4, 6), "steps": (2, 3)}
BACK = {"starts": (3, 5), "stops": (None, None), "steps": (-1, -2)}
CASES = [
    *[case("broadcast", of(element, 1, 3), shape=(2, 5, 3)) for element in (BOOL, INT)],
    *[case("reshape", of(element, 4, 6), shape=(3, 8)) for element in (BOOL, INT)],
    *[case("transpose", of(element, 2, 3, 4), permutation=(2, 0, 1)) for element in (BOOL, INT)],
    *[case("slice", of(element, 5, 7), **ranges) for element in (BOOL, I8) for ranges in (RANGES, BACK)],
    *[case("concat", of(element, 2, 3), of(element, 2, 70), axis=1) for element in (BOOL, INT)],
    case("concat", of(I8, 2), of(INT, 3), axis=0),
    *[case("update", of(element, 5, 7), of(element, 2, 2), **RANGES) for element in (BOOL, INT)],
    case("cast", of(BOOL, 70), element=INT),
    case("cast", of(BOOL, 70), element=F16),
    case("cast", of(I8, 70), element=INT),
    case("cast", of(I8, 70), element=F16),
    case("cast", of(F16, 70), element=F32, bits=40),
    case("truncate", of(F32, 70), within=1, bits=62, **{"bits_": 16}),
    case("floor", of(F16, 70)),
    *[case("add", of(INT, 3, 1), of(INT, 2, 1, 4)), case("add", of(F16, 5), of(F16))],
    *[case("subtract", of(I8, 3, 1), of(I8, 4)), case("negate", of(INT, 9))],
    *[
        case("multiply", of(INT, 3, 1), of(INT, 4)),
        case("multiply", of(INT), of(INT, 4)),
        case("multiply", of(F16), of(F16)),
    ],
    *[case("multiply", of(INT, 1, 1), of(INT, 4)), case("multiply", of(INT, 1), of(INT))],
    *[case("matmul", of(INT, 3, 4), of(INT, 4, 5)), case("matmul", of(INT, 4), of(INT, 4))],
    *[case("matmul", of(INT, 2, 3, 4), of(INT, 4, 5)), case("matmul", of(INT, 3, 4), of(INT, 4))],
    *[case("floor_divide", of(element, 40), of(element, 40)) for element in (I8, integer(3))],
    *[case("modulo", of(element, 40), of(element, 40)) for element in (I8, integer(3))],
    *[case("quotient", of(element, 40), of(element, 40), scale=16) for element in (I8, integer(24))],
    *[case("less", of(element, 70), of(element, 70)) for element in (I8, DATE)],
    *[case("less", of(element, 70), of(element, 1), bits=63) for element in (INT, F16)],
    *[
        case("equal", of(element, 70), of(element, 70))
        for element in (BOOL, integer(2), KEY, category(("a", "b", "c")))
    ],
    *[case(name, of(BOOL, 70), of(BOOL)) for name in ("and", "or", "xor")],
    *[case(name, of(I8, 70), of(INT, 70)) for name in ("and", "or", "xor")],
    *[case("not", of(element, 70)) for element in (BOOL, I8, INT)],
    *[case("shift_left", of(element, 70), shift=3) for element in (I8, INT)],
    *[case("shift_right", of(element, 70), shift=3) for element in (I8, INT)],
    case("shift_right", of(I8, 70), shift=9),
    *[case("select", of(BOOL, 3, 1), of(element, 4), of(element)) for element in (BOOL, INT, F16)],
    *[case("sum", of(INT, 3, 4), axis=axis) for axis in (0, 1)],
    case("cumsum", of(INT, 3, 4), axis=1),
    *[case(name, of(INT, 5, 3), axis=0, bits=63) for name in ("min", "max", "argmin", "argmax")],
    *[case(name, of(integer(2), 3, 9), axis=1) for name in ("min", "max", "argmin", "argmax")],
    *[case(name, of(BOOL, 5, 3), axis=0) for name in ("any", "all")],
    *[case(name, of(BOOL, 2, 1), axis=1) for name in ("any", "all")],
    case("divide", of(F16, 40), of(F16, 40), bits=24, within=8),
    *[case(name, of(F16, 40), bits=30, within=16) for name in ("sqrt", "log", "sin", "cos", "tanh", "sigmoid", "erf")],
    case("exp", of(F16, 40), bits=19, within=64),
]


def operation(name: str, attributes: dict[str, Any]) -> dict[str, Any]:
    renamed = {"shift": "bits", "bits_": "bits"}
    return {renamed.get(key, key): value for key, value in attributes.items()}


KINDS = ("arithmetic", "boolean")
"""Both rules of an operation are tried where it has two."""


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("protocol", TARGETS)
@pytest.mark.parametrize(("name", "types", "attributes", "bits", "within"), CASES)
def test_on_secrets(
    protocol: str, kind: str, name: str, types: Any, attributes: Any, bits: int | None, within: int
) -> None:
    if kind == KINDS[1] and len(RULES[name]) == 1:
        return
    writer = Writer()
    operands = [writer.secret(f"x{i}", type, ("alice", "bob")[i % 2]) for i, type in enumerate(types)]
    writer.reveal(writer.emit(name, *operands, **operation(name, attributes)))
    inputs = {f"x{i}": sample(type, i, bits) for i, type in enumerate(types)}
    check_same(writer.program(), inputs, TARGETS[protocol], within, kind)


TWO = [one for one in CASES if len(one.values[1]) > 1]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("protocol", TARGETS)
@pytest.mark.parametrize("public", [0, 1, 2])
@pytest.mark.parametrize(("name", "types", "attributes", "bits", "within"), TWO)
def test_with_a_public_operand(
    protocol: str, kind: str, name: str, types: Any, attributes: Any, bits: int | None, within: int, public: int
) -> None:
    if public >= len(types) or (kind == KINDS[1] and len(RULES[name]) == 1):
        return
    writer = Writer()
    operands = [
        writer.input(f"x{i}", type, None) if i == public else writer.secret(f"x{i}", type)
        for i, type in enumerate(types)
    ]
    writer.reveal(writer.emit(name, *operands, **operation(name, attributes)), roles=("bob",))
    inputs = {f"x{i}": sample(type, i, bits) for i, type in enumerate(types)}
    check_same(writer.program(), inputs, WITH_CLIENTS[protocol], within, kind)


@pytest.mark.parametrize("element", [BOOL, I8, F16])
def test_a_secret_choice_of_public_values(element: Element) -> None:
    type = of(element, 70)
    writer = Writer()
    condition = writer.secret("c", of(BOOL, 70))
    x, y = writer.input("x", type, None), writer.input("y", of(element), None)
    writer.reveal(writer.emit("select", condition, x, y), "some")
    writer.reveal(writer.emit("select", condition, y, y), "same")
    inputs = {"c": sample(of(BOOL, 70), 1), "x": sample(type, 2), "y": sample(of(element), 3)}
    check_same(writer.program(), inputs)


def test_every_operation_with_rules_is_tried() -> None:
    moves = {"argsort", "random_rows", "placed", "invert", "gather", "copies"}
    elsewhere = {"remainder", "bound", "ldexp", "take", "slice_at", "update_at", "align", *moves}
    assert set(RULES) - {one.values[0] for one in CASES} == elsewhere
