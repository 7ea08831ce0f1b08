"""Division and functions of fixed-point shares. The modules of `numeric` give their rounds and error bounds."""

import numpy as np

from ...ir.intervals import Interval, documented
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
    divisor = use.clear(1)
    if divisor is not None:
        return numeric_divide_public.divide_by_public(p, use.number(0), divisor, scale)
    return numeric_divide.divide(p, _number(use, 0), _number(use, 1), scale, _range(use, 0), _range(use, 1))


def _number(use: Use[Linear], operand: int) -> Arithmetic:
    """An operand as an arithmetic share of its own shape. Raises TypeError for bits."""
    value = use.operands[operand]
    if isinstance(value, Clear):
        return use.p.public(value)
    if not isinstance(value, Arithmetic):
        raise TypeError("divide takes numbers")
    return value


def _range(use: Use[Linear], operand: int) -> Interval:
    """The operand's range, cut to the documented range of fixed-point numbers."""
    value = use.operation.operands[operand]
    return Interval(value.least, value.greatest).meet(documented(use.element.scale))


def _function(name: str) -> Rule[Conversions]:
    function = FUNCTIONS[name]

    def expand(use: Use[Conversions]) -> Share:
        """Expands the function; the precision that the program asks for may be less than the result's scale."""
        scale, value = use.element.scale, use.operation.operands[0]
        precision = use.operation.attributes.get("precision") or scale
        within = Interval(value.least, value.greatest).meet(documented(precision, scale))
        finer = () if scale == precision else (scale,)
        return function.rule(use.p, use.number(0), precision, within, *finer)

    return all_of(Conversions, ARITHMETIC, expand)


RULES: dict[str, tuple[Rule[Conversions], ...]] = {
    "divide": (all_of(Conversions, ARITHMETIC, divide),),
    **{name: (_function(name),) for name in FUNCTIONS},
}
