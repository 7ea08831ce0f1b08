"""From operations of the IR to primitives of a protocol: for each operation, which kinds of shares it takes and gives.

In: an operation and its operands, clear or shared as the chosen rule says. Out: the result. A rule applies to the kinds
of its secret operands ("arithmetic" or "boolean"); a public operand fits any. Which rule an operation uses is decided
by `choose_shares` and written in the IR.
"""

from collections.abc import Iterator

from ...ir.program import Operation
from ...ir.types import Kind
from ..rules.protocol import Share
from ..rules.use import ARITHMETIC, BOOLEAN, ROWS, Rule, Use, all_of
from . import alignment, arithmetic, division, functions, order, rows, structure, tournament
from . import bits as logic
from . import circuits as bitwise

RULES: dict[str, tuple[Rule, ...]] = {
    **{name: (all_of(ARITHMETIC, structure.move), all_of(BOOLEAN, structure.move)) for name in structure.MOVES},
    "align": (all_of(ARITHMETIC, alignment.numbers), all_of(BOOLEAN, alignment.planes)),
    "cast": (all_of(ARITHMETIC, arithmetic.cast), all_of(BOOLEAN, bitwise.cast)),
    "truncate": (all_of(ARITHMETIC, arithmetic.truncate), all_of(BOOLEAN, bitwise.truncate)),
    "floor": (all_of(ARITHMETIC, arithmetic.floor), all_of(BOOLEAN, bitwise.round_down)),
    "add": (all_of(ARITHMETIC, arithmetic.add), all_of(BOOLEAN, bitwise.add)),
    "subtract": (all_of(ARITHMETIC, arithmetic.subtract), all_of(BOOLEAN, bitwise.subtract)),
    "negate": (all_of(ARITHMETIC, arithmetic.negate), all_of(BOOLEAN, bitwise.negate)),
    "multiply": (all_of(ARITHMETIC, arithmetic.multiply),),
    "matmul": (all_of(ARITHMETIC, arithmetic.matmul),),
    **functions.RULES,
    "floor_divide": (all_of(ARITHMETIC, division.floor_divide),),
    "modulo": (all_of(ARITHMETIC, division.modulo),),
    "less": (Rule((ARITHMETIC, ARITHMETIC), BOOLEAN, order.less), all_of(BOOLEAN, bitwise.less)),
    "equal": (Rule((ARITHMETIC, ARITHMETIC), BOOLEAN, order.equal), all_of(BOOLEAN, order.equal_bits)),
    "and": (all_of(BOOLEAN, logic.conjunction),),
    "or": (all_of(BOOLEAN, logic.disjunction),),
    "xor": (all_of(BOOLEAN, logic.exclusive),),
    "not": (all_of(BOOLEAN, logic.invert),),
    "shift_left": (all_of(ARITHMETIC, arithmetic.shift_left), all_of(BOOLEAN, logic.shift_left)),
    "shift_right": (all_of(ARITHMETIC, arithmetic.shift_right), all_of(BOOLEAN, logic.shift_right)),
    "select": (
        Rule((BOOLEAN, ARITHMETIC, ARITHMETIC), ARITHMETIC, arithmetic.select),
        all_of(BOOLEAN, logic.select),
    ),
    "sum": (all_of(ARITHMETIC, arithmetic.total),),
    "cumsum": (all_of(ARITHMETIC, arithmetic.running_total),),
    "min": (all_of(ARITHMETIC, tournament.least), all_of(BOOLEAN, tournament.least)),
    "max": (all_of(ARITHMETIC, tournament.greatest), all_of(BOOLEAN, tournament.greatest)),
    "argmin": (all_of(ARITHMETIC, tournament.place_of_least), all_of(BOOLEAN, tournament.place_of_least)),
    "argmax": (all_of(ARITHMETIC, tournament.place_of_greatest), all_of(BOOLEAN, tournament.place_of_greatest)),
    "argsort": (Rule((BOOLEAN,), ROWS, rows.argsort),),
    "random_rows": (Rule((), ROWS, rows.random_rows),),
    "invert": (all_of(ROWS, rows.invert),),
    "gather": (
        Rule((ARITHMETIC, ROWS), ARITHMETIC, rows.gather),
        Rule((BOOLEAN, ROWS), BOOLEAN, rows.gather),
    ),
    "any": (all_of(BOOLEAN, order.some),),
    "all": (all_of(BOOLEAN, order.every),),
}
"""At most two for an operation, the one on numbers first: then the other takes no number where that one takes bits.

Which one costs less is weighed by `choose_shares`.
"""


def applicable(operation: Operation) -> Iterator[Rule]:
    """The rules of an operation with a secret result, whatever the kinds of its operands. Truth values stay bits."""
    is_truth = operation.results[0].type.element.kind is Kind.BOOL
    for rule in RULES[operation.name]:
        if not (is_truth and rule.result == ARITHMETIC):
            yield rule


def expand(use: Use) -> Share:
    """The result of an operation whose operands have the kinds that one of its rules takes."""
    operation = use.operation
    kinds, result = [operand.share for operand in operation.operands], operation.results[0].share
    for rule in applicable(operation):
        if rule.fits(kinds) and rule.result == result:
            return rule.expand(use)
    raise ValueError(f"no rule for {operation.name} of {kinds} to {result}")
