"""The chosen kinds cost what the cheapest of all choices costs."""

from itertools import pairwise, product

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from tacit.compiler.cost.prices import Prices
from tacit.compiler.ir.program import Program
from tacit.compiler.ir.types import ArrayType, integer
from tacit.compiler.passes.sharing.compute_in_clear import compute_in_clear
from tacit.compiler.passes.sharing.cut_kinds import ARITHMETIC_SIDE, BOOLEAN_SIDE, Choice, Conversion
from tacit.compiler.passes.sharing.weigh_kinds import weigh_kinds
from tacit.compiler.protocols.operations.table import RULES
from tacit.compiler.protocols.table import PROTOCOLS

from tests.protocols.programs import TARGETS, Writer

FEW = 10


def cheapest(choice: Choice) -> int:
    """By trying all."""
    sides = product((ARITHMETIC_SIDE, BOOLEAN_SIDE), repeat=len(choice.costs) - 2)
    return min(choice.total((ARITHMETIC_SIDE, BOOLEAN_SIDE, *each)) for each in sides)


@st.composite
def choices(draw: st.DrawFn) -> Choice:
    choice = Choice()
    cost = st.integers(0, 20)
    places = [ARITHMETIC_SIDE, BOOLEAN_SIDE]
    places += [choice.place(draw(cost), draw(cost)) for _ in range(draw(st.integers(1, 6)))]
    for _ in range(draw(st.integers(0, 8))):
        uses = draw(st.frozensets(st.sampled_from(places), min_size=1, max_size=4))
        choice.conversions.append(Conversion(draw(st.sampled_from(places)), uses, draw(cost), draw(cost)))
    return choice


@settings(max_examples=300, deadline=None, derandomize=True)
@given(choices())
def test_the_cut_is_the_cheapest_of_all_choices(choice: Choice) -> None:
    assert choice.total(choice.best()) == cheapest(choice)
    for side in (ARITHMETIC_SIDE, BOOLEAN_SIDE):
        decided = choice.best({2: side})
        assert decided[2] == side and choice.total(decided) >= cheapest(choice)


def written(seed: int) -> Program:
    """A few operations on narrow integers, one of them in a loop."""
    random = np.random.default_rng(seed)
    writer, narrow = Writer(), integer(8)
    values = [writer.secret(f"x{i}", ArrayType(narrow, (int(random.integers(1, 40)),))) for i in range(2)]
    values = [values[0], writer.emit("reshape", values[0], shape=values[0].type.shape)]
    for _ in range(5):
        x, y = (values[index] for index in random.integers(0, len(values), 2))
        name = random.choice(["add", "subtract", "xor", "and", "multiply", "less", "shift_right", "min"])
        if name == "less":
            values.append(writer.emit("select", writer.emit("less", x, y), x, x))
        elif name == "shift_right":
            values.append(writer.emit("shift_right", x, bits=2))
        elif name == "min":
            least = writer.emit("min", x, axis=0)
            values.append(writer.emit("broadcast", least, shape=x.type.shape))
        else:
            values.append(writer.emit(str(name), x, y))
    writer.reveal(values[-1])
    return compute_in_clear(writer.program())


def test_on_small_programs_too() -> None:
    tried = 0
    for target in TARGETS.values():
        prices = Prices(PROTOCOLS[target.protocol], target)
        for seed in range(30):
            choice = weigh_kinds(written(seed), prices, whole=True).choice
            if len(choice.costs) <= FEW + 2:
                tried += 1
                assert choice.total(choice.best()) == cheapest(choice)
    assert tried >= 45


def test_a_conversion_is_paid_once_for_many_uses() -> None:
    choice = Choice()
    uses = frozenset(choice.place(10, 0) for _ in range(3))
    choice.conversions.append(Conversion(ARITHMETIC_SIDE, uses, 100, 25))
    assert choice.best()[2:] == [BOOLEAN_SIDE] * 3
    assert choice.total(choice.best()) == 25


def test_rules_leave_a_choice_that_a_cut_can_make() -> None:
    for name, rules in RULES.items():
        assert 1 <= len(rules) <= 2, name
        for first, second in pairwise(rules):
            kinds = [*zip(first.wanted(3), second.wanted(3), strict=True)] if len(first.operands) in (1, 3) else []
            assert ("boolean", "arithmetic") not in [*kinds, (first.result, second.result)], name
