"""Division and functions of fixed-point shares. The modules of `numeric` give their rounds and error bounds."""

import numpy as np

from ...ir.intervals import Interval, documented
from ...ir.operations.families import wide_operand
from ...ir.operations.table import row_of
from ..numeric import divide as numeric_divide
from ..numeric import divide_public as numeric_divide_public
from ..numeric.bounds import FUNCTIONS
from ..rules.conversions import Conversions
from ..rules.linear import Linear
from ..rules.shares import Arithmetic, Clear, Share
from ..rules.use import ARITHMETIC, Rule, Use, all_of


def divide(use: Use[Conversions]) -> Share:
    """The quotient at the operands' scale. A public divisor costs less than a secret one, a single constant least.

    Rounds: 2 or fewer for a constant, 3 for a public divisor, else see `numeric.divide`.
    """
    p, scale, known = use.p, use.element.scale, use.known[1]
    if known is not None and known.size and np.all(known == known.flat[0]):
        return numeric_divide_public.divide_by_constant(p, use.number(0), int(known.flat[0]), scale)
    usual = documented(scale)
    divisor, divisors = use.clear(1), _range(use, 1, usual)
    if divisor is not None:
        return numeric_divide_public.divide_by_public(p, use.number(0), divisor, scale, divisors, _quotient_bits(use))
    dividend, dividends = _number(use, 0), _range(use, 0, usual)
    return numeric_divide.divide(p, dividend, _number(use, 1), scale, dividends, divisors, _quotient_bits(use))


def _quotient_bits(use: Use[Linear]) -> int:
    """How many bits the quotients that are meant may have, where they may have more than documented ones."""
    if not use.attribute("is_wide"):
        return 0
    meant, result = row_of(use.operation).domain.gives, use.operation.results[0]
    assert meant is not None, "divide gives any number of the ring"
    return Interval(result.least, result.greatest).meet(meant(use.operation)).magnitude.bit_length()


def _number(use: Use[Linear], operand: int) -> Arithmetic:
    """An operand as an arithmetic share of its own shape. Raises TypeError for bits."""
    value = use.operands[operand]
    if isinstance(value, Clear):
        return use.p.public(value)
    if not isinstance(value, Arithmetic):
        raise TypeError("divide takes numbers")
    return value


def _range(use: Use[Linear], operand: int, usual: Interval) -> Interval:
    """Where those of an operand's numbers lie that the operation takes: the usual ones, or all if it `is_wide`."""
    value = use.operation.operands[operand]
    allowed = wide_operand(use.operation, operand) if use.operation.attributes.get("is_wide") else usual
    return Interval(value.least, value.greatest).meet(allowed)


def _function(name: str) -> Rule[Conversions]:
    function = FUNCTIONS[name]

    def expand(use: Use[Conversions]) -> Share:
        """What is asked for may be less precise than the scale, or be wanted at another scale than the operand's."""
        scale = use.element_of(0).scale
        precision = use.operation.attributes.get("precision") or use.element.scale
        within = _range(use, 0, documented(precision, scale))
        other = () if scale == precision else (scale,)
        return function.rule(use.p, use.number(0), precision, within, *other)

    return all_of(Conversions, ARITHMETIC, expand)


RULES: dict[str, tuple[Rule[Conversions], ...]] = {
    "divide": (all_of(Conversions, ARITHMETIC, divide),),
    **{name: (_function(name),) for name in FUNCTIONS},
}
