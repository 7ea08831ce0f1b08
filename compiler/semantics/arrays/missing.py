"""Values that may be missing, in one place. In: arrays with `present` bits. Out: arrays that carry these on.

Everything else of this room computes on bare arrays, as if nothing were missing. What an operation means for missing
elements is one of few rules: elementwise, the result is missing where an operand is (`spread`); what moves elements
moves their bits alike (`carried`); a condition that is missing does not hold (`holding`); what has no meaning for
missing elements refuses them (`refuse`). Reductions skip them: see `builtins.reduction`.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from enum import Enum

from ...ir.labels import Knowledge
from ...ir.program import Value
from ...ir.types import Kind
from ...source import Span
from ..errors import may_be_missing
from ..state.context import Context
from ..state.describe import describe, filled_in
from ..state.values import Array, Presence
from .arithmetic import mask_along, zeros_like


class Zero(Enum):
    """When an elementwise function gives 0, so that what is missing still holds 0 after it."""

    OF_ANY = "where one of the operands is 0"
    OF_ALL = "where all operands are 0"
    NEVER = "nowhere for sure"


def bare(x: Array) -> Array:
    """The array as if all of it were there."""
    return x if x.present is None else Array(x.value, x.ties)


def with_bits(context: Context, x: Array, bits: Value | None, held: int | None = None) -> Array:
    """The array, missing where the bits say so; None, and bits known to hold everywhere, say that all is there."""
    if bits is None:
        return bare(x)
    known = context.static(bits) if bits.label.knowledge is Knowledge.STATIC else None
    return bare(x) if known is not None and known.all() else replace(x, present=Presence(bits, held))


def bits_of(context: Context, x: Array) -> Value:
    """For each element whether it is there."""
    if x.present is None:
        return context.boolean(True, x.shape)
    bits = x.present.bits
    return bits if bits.type.shape == x.shape else context.emit("broadcast", bits, shape=x.shape)


def column_presence(context: Context, column: Array) -> Presence | None:
    """The presence of an array as a table keeps it: bits with an axis for each of the column's, the rows the first."""
    if column.present is None:
        return None
    shape = column.present.bits.type.shape
    is_in_rows = len(shape) == column.rank and shape[0] == column.shape[0]
    return column.present if is_in_rows else Presence(bits_of(context, column), column.present.held)


def presence(context: Context, x: Array) -> Array:
    """For each element whether it is there, tied to the same rows."""
    return Array(bits_of(context, x), x.ties)


def both(context: Context, arrays: Sequence[Array]) -> Value | None:
    """Where all of these are there, in a shape that broadcasts to theirs together; None where nothing is missing."""
    found = list(dict.fromkeys(x.present.bits for x in arrays if x.present is not None))
    result: Value | None = None
    for bits in found:
        result = bits if result is None else context.emit("and", result, bits)
    return result


def spread(context: Context, result: Array, operands: Sequence[Array], zero: Zero = Zero.NEVER) -> Array:
    """What was computed elementwise from the bare operands, missing where one of these is."""
    return with_bits(context, result, both(context, operands), _held(operands, zero))


def _held(operands: Sequence[Array], zero: Zero) -> int | None:
    lacking = [x.present for x in operands if x.present is not None]
    if zero is Zero.NEVER or any(one.held != 0 for one in lacking):
        return None
    is_alike = len(lacking) == len(operands) and len({one.bits for one in lacking}) == 1
    return 0 if zero is Zero.OF_ANY or is_alike else None


def carried(context: Context, x: Array, move: Callable[[Array], Array]) -> Array:
    """`move(x)`, for a function that only moves elements; where it reads a cleared row, the element is missing."""
    result = move(bare(x))
    if x.present is None:
        return result
    return with_bits(context, result, move(presence(context, x)).value, 0 if x.present.held == 0 else None)


def holding(context: Context, condition: Array) -> Array:
    """A condition, which does not hold where it is missing."""
    present = condition.present
    if present is None or present.held == 0 or condition.element.kind is not Kind.BOOL:
        return bare(condition)
    return Array(context.emit("and", condition.value, bits_of(context, condition)), condition.ties)


def blank(context: Context, x: Array) -> Array:
    """The bare array with zeros where elements are missing."""
    if x.present is None or x.present.held == 0:
        return bare(x)
    return Array(context.emit("select", x.present.bits, x.value, zeros_like(context, x).value), x.ties)


def where_both(context: Context, test: Array, operands: Sequence[Array]) -> Array:
    """A test of the bare operands, which does not hold where one of these is missing."""
    bits = both(context, operands)
    return test if bits is None else Array(context.emit("and", test.value, bits), test.ties)


def refuse(span: Span, what: str, arrays: Sequence[Array]) -> None:
    """Raises for arrays that may lack elements, where that makes no sense."""
    for x in arrays:
        if x.present is not None:
            raise may_be_missing(span, what, describe(x), filled_in(x))


# --- logic ------------------------------------------------------------------------------------------------------


def conjoined(context: Context, x: Array, y: Array, of_bare: Callable[[Array, Array], Array]) -> Array:
    """x and y, as SQL has it: what is missing and False is False, what is missing and True is missing."""
    x, y, bits_x, bits_y = _truths(context, x, y)
    result = of_bare(x, y)
    false_x, false_y = (context.emit("xor", bits, one.value) for bits, one in ((bits_x, x), (bits_y, y)))
    known = context.emit("or", context.emit("or", false_x, false_y), result.value)
    return with_bits(context, result, known, 0)


def disjoined(context: Context, x: Array, y: Array, of_bare: Callable[[Array, Array], Array]) -> Array:
    """x or y, as SQL has it: what is missing or True is True, what is missing or False is missing."""
    x, y, bits_x, bits_y = _truths(context, x, y)
    result = of_bare(x, y)
    return with_bits(context, result, context.emit("or", result.value, context.emit("and", bits_x, bits_y)), 0)


def _truths(context: Context, x: Array, y: Array) -> tuple[Array, Array, Value, Value]:
    """Both operands, False where they are missing, and where they are there."""
    return holding(context, x), holding(context, y), bits_of(context, x), bits_of(context, y)


def mask_rows(context: Context, mask: Value, column: Value) -> Value:
    """Bits of rows, shaped to broadcast along the rows of a column."""
    return mask_along(context, mask, len(column.type.shape), 0)
