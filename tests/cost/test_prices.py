"""A price is what the rule costs in a program, counted."""

import pytest
from tacit.compiler.cost.prices import Prices
from tacit.compiler.ir.labels import SECRET
from tacit.compiler.ir.program import Operation, Program, Value
from tacit.compiler.ir.rewrite import walk
from tacit.compiler.ir.types import BOOL, ArrayType, integer
from tacit.compiler.passes.sharing.compute_in_clear import compute_in_clear
from tacit.compiler.protocols.operations.table import RULES
from tacit.compiler.protocols.table import PROTOCOLS
from tacit.compiler.source import Source, Span
from tacit.compiler.target import Target

from tests.protocols.programs import TARGETS, Writer

X = ArrayType(integer(8), (64,))
SPAN = Span(Source("t.mpc", "t.mpc", ""), 1, 1, 1, 1)


def written() -> Program:
    writer = Writer()
    less = writer.emit("less", writer.secret("x", X), writer.secret("y", X, "bob"))
    writer.reveal(less)
    return compute_in_clear(writer.program())


def prices(target: Target) -> Prices:
    return Prices(PROTOCOLS[target.protocol], target)


@pytest.mark.parametrize("target", TARGETS.values(), ids=TARGETS)
def test_a_price_grows_with_the_latency_of_its_rounds(target: Target) -> None:
    (less,) = (operation for operation in walk(written().body) if operation.name == "less")
    for rule in RULES["less"]:
        cost = prices(target).rule(less, rule, [None, None])
        assert cost.rounds in (3, 4) and max(cost.bytes) > 0
        assert cost.seconds > cost.rounds * target.network.round_trip / 2000


def test_what_is_equal_is_expanded_once() -> None:
    (less,) = (operation for operation in walk(written().body) if operation.name == "less")
    book = prices(TARGETS["rep3"])
    first = book.rule(less, RULES["less"][0], [None, None])
    assert book.rule(less, RULES["less"][0], [None, None]) is first
    assert book.rule(less, RULES["less"][1], [None, None]) is not first


def test_conversions_of_narrow_values_cost_less() -> None:
    writer = Writer()
    narrow, wide = (writer.secret(f"x{bits}", ArrayType(integer(bits), (64,))) for bits in (8, 64))
    book = prices(TARGETS["rep3"])
    for kind in ("arithmetic", "boolean"):
        assert book.conversion(narrow, kind).seconds < book.conversion(wide, kind).seconds


@pytest.mark.parametrize("target", TARGETS.values(), ids=TARGETS)
def test_equal_keys_are_equal_costs(target: Target) -> None:
    """Ranges of equal widths share an expansion: whichever came first, the price is that of each alone."""
    bounds = [(-128, 127), (-100, 99), (0, 127), (1, 127), (5, 6), (-1, 0), (0, 0), (-9, 60)]
    book = prices(target)
    for name in ("less", "equal", "subtract", "max"):
        for left in bounds:
            for right in bounds[:: 1 if name in ("less", "equal") else len(bounds)]:
                values = [Value(X, SECRET, bounds=each) for each in (left, right)][: 1 if name == "max" else 2]
                result = Value(
                    ArrayType(BOOL if name in ("less", "equal") else integer(16), () if name == "max" else (64,)),
                    SECRET,
                )
                operation = Operation(name, tuple(values), (result,), SPAN, {"axis": 0} if name == "max" else {})
                known = [None] * len(values)
                for rule in RULES[name]:
                    assert book.rule(operation, rule, known) == prices(target).rule(operation, rule, known)
