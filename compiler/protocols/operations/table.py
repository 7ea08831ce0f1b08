"""From operations of the IR to primitives of a protocol: for each operation, the kinds of shares it takes and gives.

In: an operation and its operands, clear or shared as the chosen rule wants. Out: the result. A rule states the kinds of
its secret operands ("arithmetic", "boolean" or "rows"); a public operand fits any. `choose_shares` decides which rule
an operation uses, and writes the decision into the IR.
"""

from collections.abc import Iterator
from typing import Any

from ...ir.program import Operation
from ...ir.types import Kind
from ..rules.conversions import Conversions
from ..rules.joins import Joins
from ..rules.linear import Linear
from ..rules.order import Order
from ..rules.products import Products
from ..rules.shares import Share
from ..rules.use import ARITHMETIC, BOOLEAN, ROWS, Rule, Use, all_of
from . import alignment, arithmetic, division, functions, order, rows, structure, tournament
from . import bits as logic
from . import circuits as bitwise

RULES: dict[str, tuple[Rule[Any], ...]] = {
    **{
        name: (all_of(Linear, ARITHMETIC, structure.move), all_of(Linear, BOOLEAN, structure.move))
        for name in structure.MOVES
    },
    "align": (all_of(Joins, ARITHMETIC, alignment.numbers), all_of(Joins, BOOLEAN, alignment.planes)),
    "cast": (all_of(Linear, ARITHMETIC, arithmetic.cast), all_of(Linear, BOOLEAN, bitwise.cast)),
    "bound": (all_of(Linear, ARITHMETIC, arithmetic.cast), all_of(Linear, BOOLEAN, bitwise.cast)),
    "ldexp": (all_of(Linear, ARITHMETIC, arithmetic.as_it_is),),
    "truncate": (all_of(Conversions, ARITHMETIC, arithmetic.truncate), all_of(Linear, BOOLEAN, bitwise.truncate)),
    "floor": (all_of(Conversions, ARITHMETIC, arithmetic.floor), all_of(Linear, BOOLEAN, bitwise.round_down)),
    "add": (all_of(Linear, ARITHMETIC, arithmetic.add), all_of(Products, BOOLEAN, bitwise.add)),
    "subtract": (all_of(Linear, ARITHMETIC, arithmetic.subtract), all_of(Products, BOOLEAN, bitwise.subtract)),
    "negate": (all_of(Linear, ARITHMETIC, arithmetic.negate), all_of(Products, BOOLEAN, bitwise.negate)),
    "multiply": (all_of(Products, ARITHMETIC, arithmetic.multiply),),
    "matmul": (all_of(Products, ARITHMETIC, arithmetic.matmul),),
    **functions.RULES,
    "floor_divide": (all_of(Conversions, ARITHMETIC, division.floor_divide),),
    "quotient": (all_of(Conversions, ARITHMETIC, division.quotient),),
    "modulo": (all_of(Conversions, ARITHMETIC, division.modulo),),
    "remainder": (all_of(Conversions, ARITHMETIC, division.remainder),),
    "less": (Rule(Conversions, (ARITHMETIC, ARITHMETIC), BOOLEAN, order.less), all_of(Products, BOOLEAN, bitwise.less)),
    "equal": (
        Rule(Conversions, (ARITHMETIC, ARITHMETIC), BOOLEAN, order.equal),
        all_of(Products, BOOLEAN, order.equal_bits),
    ),
    "and": (all_of(Products, BOOLEAN, logic.conjunction),),
    "or": (all_of(Products, BOOLEAN, logic.disjunction),),
    "xor": (all_of(Linear, BOOLEAN, logic.exclusive),),
    "not": (all_of(Linear, BOOLEAN, logic.invert),),
    "shift_left": (all_of(Linear, ARITHMETIC, arithmetic.shift_left), all_of(Linear, BOOLEAN, logic.shift_left)),
    "shift_right": (
        all_of(Conversions, ARITHMETIC, arithmetic.shift_right),
        all_of(Linear, BOOLEAN, logic.shift_right),
    ),
    "select": (
        Rule(Conversions, (BOOLEAN, ARITHMETIC, ARITHMETIC), ARITHMETIC, arithmetic.select),
        all_of(Products, BOOLEAN, logic.select),
    ),
    "sum": (all_of(Linear, ARITHMETIC, arithmetic.total),),
    "cumsum": (all_of(Linear, ARITHMETIC, arithmetic.running_total),),
    "min": (all_of(Conversions, ARITHMETIC, tournament.least), all_of(Conversions, BOOLEAN, tournament.least)),
    "max": (all_of(Conversions, ARITHMETIC, tournament.greatest), all_of(Conversions, BOOLEAN, tournament.greatest)),
    "argmin": (
        all_of(Conversions, ARITHMETIC, tournament.place_of_least),
        all_of(Conversions, BOOLEAN, tournament.place_of_least),
    ),
    "argmax": (
        all_of(Conversions, ARITHMETIC, tournament.place_of_greatest),
        all_of(Conversions, BOOLEAN, tournament.place_of_greatest),
    ),
    "argsort": (Rule(Order, (BOOLEAN,), ROWS, rows.argsort),),
    "random_rows": (Rule(Order, (), ROWS, rows.random_rows),),
    "invert": (all_of(Linear, ROWS, rows.invert),),
    "gather": (
        Rule(Linear, (ARITHMETIC, ROWS), ARITHMETIC, rows.gather),
        Rule(Linear, (BOOLEAN, ROWS), BOOLEAN, rows.gather),
    ),
    "placed": (Rule(Order, (ARITHMETIC,), ROWS, rows.placed),),
    "copies": (
        Rule(Linear, (ARITHMETIC, ROWS), ARITHMETIC, rows.copies),
        Rule(Linear, (BOOLEAN, ROWS), BOOLEAN, rows.copies_of_bits),
    ),
    "any": (all_of(Products, BOOLEAN, order.some),),
    "all": (all_of(Products, BOOLEAN, order.every),),
}
"""The rules of each operation, and the capability that each rule needs of a protocol.

An operation has at most two rules; the arithmetic one stands first. The second must never want an arithmetic operand
where the first wants a boolean one: a minimum cut cannot express that. `choose_shares` weighs which one costs less.
"""


def applicable(operation: Operation, protocol: type[Linear]) -> Iterator[Rule[Any]]:
    """The rules for an operation that the protocol offers. A rule with a truth value as a number is left out."""
    for rule in possible(operation):
        if issubclass(protocol, rule.needs):
            yield rule


def possible(operation: Operation) -> Iterator[Rule[Any]]:
    """As `applicable`, for a protocol that has all capabilities."""
    is_truth = operation.results[0].type.element.kind is Kind.BOOL
    for rule in RULES[operation.name]:
        if not (is_truth and rule.result == ARITHMETIC):
            yield rule


def expand(use: Use[Linear]) -> Share:
    """The result of an operation. The kinds of its operands and of its result, as the IR states them, select the rule.

    Raises ValueError if no rule fits.
    """
    operation = use.operation
    kinds, result = [operand.share for operand in operation.operands], operation.results[0].share
    for rule in applicable(operation, type(use.p)):
        if rule.fits(kinds) and rule.result == result:
            return rule.expand(use)
    raise ValueError(f"no rule for {operation.name} of {kinds} to {result}")
