"""Literals that a program's precision would change. In: elaborated operations, and the exact numbers of constants.

Out: a diagnostic for each literal that loses more than a thousandth of its value.
"""

from collections.abc import Iterator, Mapping
from fractions import Fraction

from ..diagnostics import Diagnostic
from ..ir.operations.typing import MAXIMUM_FRACTION_BITS
from ..ir.program import Region, Value
from ..ir.rewrite import walk
from ..ir.types import Kind

TOLERANCE = Fraction(1, 1000)
"""So much of its value a literal may lose."""


def is_lost(exact: Fraction, fraction_bits: int) -> bool:
    """Whether a number loses more than `TOLERANCE` of its value if it is rounded to so many fraction bits."""
    unit = Fraction(1, 1 << fraction_bits)
    return abs(round(exact / unit) * unit - exact) > TOLERANCE * abs(exact)


def lost_literals(body: Region, exact: Mapping[Value, Fraction]) -> Iterator[Diagnostic]:
    """The literals that operations take at a precision at which they are lost.

    A literal as a factor has a scale of its own, and is not among them; neither is a literal that was computed with
    exactly.
    """
    operations = walk(body)
    used = {operand for each in operations for operand in each.operands}
    used.update(result for each in operations for region in each.regions for result in region.results)
    for each in operations:
        if each.name != "constant" or each.results[0] not in used or each.results[0] not in exact:
            continue
        number, element = exact[each.results[0]], each.results[0].type.element
        if element.kind is Kind.FIXED and is_lost(number, element.scale):
            raw = int(each.attributes["value"])
            yield Diagnostic(
                each.span,
                "this number is too small for the precision of `fixed`",
                expected=f"a number that {element.scale} fraction bits hold to a thousandth of its value",
                found=f"{float(number):.6g}, which would become {raw / (1 << element.scale):.6g}",
                remedy=_remedy(number),
            )


def _remedy(number: Fraction) -> str:
    enough = next((bits for bits in range(1, MAXIMUM_FRACTION_BITS + 1) if not is_lost(number, bits)), None)
    if enough is None:
        return "scale the data, so that this number is larger, too; a small factor, as in `0.001 * x`, is exact"
    more = f"write `option fraction_bits = {enough}` or more, or scale the data"
    return f"{more}; a small factor, as in `0.001 * x`, is exact"
