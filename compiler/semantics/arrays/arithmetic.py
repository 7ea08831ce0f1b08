"""Arithmetic on arrays. In: arrays, and a span for the mistakes of their types. Out: arrays.

Elements are promoted as in NumPy, and ties to table rows are kept. The operations of the language are composed of the
few that the IR has.
"""

from collections.abc import Sequence
from fractions import Fraction

from ...ir.program import Value
from ...ir.types import MOMENTS, ArrayType, Kind, fixed
from ...source import Span
from ..errors import wrong_operands
from ..state.context import Context
from ..state.conversion import as_fixed, as_number, cast, joined
from ..state.describe import describe
from ..state.values import Array, tied

Ties = tuple[Value | None, ...]

_OF_MOMENTS = (
    "add a whole number of days (to a `datetime`, of seconds), subtract two of a kind, compare them, or use `int(d)`"
)

MAXIMUM_SCALE = 40
"""How many fraction bits a small constant factor may get, to keep as many significant bits as 1.0 has."""


def promoted(context: Context, arrays: Sequence[Array], span: Span, operator: str) -> list[Array]:
    """The arrays in one element that holds all of them. Ints keep their own widths, which the IR joins by itself."""
    element = joined([array.element for array in arrays], context.scale)
    if element is None:
        is_key = any(array.element.kind is Kind.KEY for array in arrays)
        remedy = 'write a key as a text, `k == "42"`; keys of two types do not mix' if is_key else ""
        raise wrong_operands(span, operator, "numbers, or values of one type", found(arrays), remedy)
    if element.kind is Kind.INT:
        return [as_number(context, array) for array in arrays]
    return [cast(context, array, element) for array in arrays]


def found(arrays: Sequence[Array]) -> str:
    """The operands, as a message describes them."""
    return " and ".join(describe(array) for array in arrays)


def require_numbers(arrays: Sequence[Array], span: Span, operator: str, *kinds: Kind) -> None:
    """Raises WrongError unless each array's element is one of the kinds."""
    if any(array.element.kind not in kinds for array in arrays):
        names = [kind.value for kind in kinds]
        expected = f"`{names[0]}`" if len(names) == 1 else "`" + "`, `".join(names[:-1]) + f"` or `{names[-1]}`"
        raise wrong_operands(span, operator, expected, found(arrays), _remedy(arrays, kinds))


def _remedy(arrays: Sequence[Array], kinds: Sequence[Kind]) -> str:
    present = {array.element.kind for array in arrays} - set(kinds)
    if Kind.FIXED in present and Kind.INT in kinds:
        return "convert with `int(x)` (toward zero), `floor(x)` or `round(x)`"
    if Kind.CATEGORY in present:
        return 'compare the category with a label (`c == "a"`), or use `one_hot(c)`'
    if present == set(MOMENTS):
        return "`t.date` is the day of an instant, `datetime(d)` the midnight that a day begins with"
    if present & set(MOMENTS):
        return _OF_MOMENTS
    if present <= {Kind.INT, Kind.FIXED} and Kind.BOOL in kinds:
        return "compare with a number: `x != 0`"
    if Kind.KEY in present:
        return "a `key` is for `join`, `==` and `group` only"
    return "convert the operands"


# --- ties -------------------------------------------------------------------------------------------------------


def conjunction(context: Context, ties: Sequence[Value | None]) -> Value | None:
    """The rows that are valid in all of these; None if all rows are."""
    result: Value | None = None
    for tie in ties:
        if result is None or result is tie:
            result = tie
        elif tie is not None:
            result = context.emit("and", result, tie)
    return result


def broadcast_ties(context: Context, arrays: Sequence[Array], shape: tuple[int, ...]) -> Ties:
    """The ties of the result of an elementwise operation, whose shape is given."""
    if not any(array.ties for array in arrays):
        return ()
    return aligned_ties(context, [_ties(array) for array in arrays], shape)


def aligned_ties(context: Context, ties: Sequence[Ties], shape: tuple[int, ...]) -> Ties:
    """For each axis the rows that are valid in all of these. Shapes are aligned at their last axes."""
    result: list[Value | None] = []
    for axis, size in enumerate(shape):
        present = []
        for one in ties:
            own = axis - (len(shape) - len(one))
            tie = one[own] if own >= 0 else None
            if tie is not None and tie.type.shape != (size,):
                tie = context.emit("broadcast", tie, shape=(size,))
            present.append(tie)
        result.append(conjunction(context, present))
    return tuple(result)


def elementwise(context: Context, span: Span, operator: str, name: str, *arrays: Array) -> Array:
    """An elementwise operation of the IR. Raises WrongError if the shapes do not go together."""
    shapes = [array.shape for array in arrays]
    shape = context.common_shape(shapes, span, f"the operands of `{operator}`")
    value = context.emit(name, *(array.value for array in arrays))
    return tied(value, broadcast_ties(context, arrays, shape))


def unary(context: Context, name: str, x: Array, **attributes: int) -> Array:
    """An operation of the IR that keeps the shape."""
    return Array(context.emit(name, x.value, **attributes), x.ties)


# --- arithmetic -------------------------------------------------------------------------------------------------


def add(context: Context, span: Span, x: Array, y: Array) -> Array:
    """x + y, for numbers."""
    return _sum(context, span, "+", "add", x, y)


def subtract(context: Context, span: Span, x: Array, y: Array) -> Array:
    """x - y, for numbers."""
    return _sum(context, span, "-", "subtract", x, y)


def _sum(context: Context, span: Span, operator: str, name: str, x: Array, y: Array) -> Array:
    require_numbers([x, y], span, operator, Kind.BOOL, Kind.INT, Kind.FIXED)
    exact = _fold(context, span, operator, x, y)
    if exact is not None:
        return exact
    x, y = promoted(context, [as_number(context, x), as_number(context, y)], span, operator)
    return elementwise(context, span, operator, name, x, y)


def negate(context: Context, span: Span, x: Array) -> Array:
    """-x."""
    require_numbers([x], span, "-", Kind.BOOL, Kind.INT, Kind.FIXED)
    exact = context.facts.exact.get(x.value)
    if exact is not None:
        return Array(context.literal(-exact, span))
    return unary(context, "negate", as_number(context, x))


def multiply(context: Context, span: Span, x: Array, y: Array) -> Array:
    """x * y. A product of two `fixed` is cut back to the program's precision."""
    require_numbers([x, y], span, "*", Kind.BOOL, Kind.INT, Kind.FIXED)
    exact = _fold(context, span, "*", x, y)
    if exact is not None:
        return exact
    x, y = as_number(context, x), as_number(context, y)
    if x.element.kind is Kind.FIXED and y.element.kind is Kind.FIXED:
        x, y = _fine_factor(context, x), _fine_factor(context, y)
    return rescaled(context, elementwise(context, span, "*", "multiply", x, y))


def rescaled(context: Context, x: Array) -> Array:
    """A product, cut back to the program's precision."""
    bits = x.element.scale - context.scale
    return unary(context, "truncate", x, bits=bits) if x.element.kind is Kind.FIXED and bits > 0 else x


def _fine_factor(context: Context, x: Array) -> Array:
    """A literal as a factor: a whole number as `int`, a small fraction with as many significant bits as 1.0 has.

    If 2**-(k+1) < |c| <= 2**-k, the constant gets scale f + k. As |x| < 2**(62-2f), the product stays below 2**62.
    """
    exact = context.facts.exact.get(x.value)
    if exact is None or exact == 0 or x.element.scale != context.scale:
        return x
    if exact.denominator == 1:
        return Array(context.integer(exact.numerator))
    scale = context.scale
    limit = min(MAXIMUM_SCALE, 62 - context.scale)
    while scale < limit and abs(exact) * (1 << (scale - context.scale)) <= Fraction(1, 2):
        scale += 1
    type = ArrayType(fixed(scale))
    return Array(context.filled(type, round(exact * (1 << scale)))) if scale > context.scale else x


def divide(context: Context, span: Span, x: Array, y: Array) -> Array:
    """x / y, always as `fixed`. x / 0 is 0."""
    require_numbers([x, y], span, "/", Kind.BOOL, Kind.INT, Kind.FIXED)
    exact = _fold(context, span, "/", x, y)
    if exact is not None:
        return exact
    return elementwise(context, span, "/", "divide", as_fixed(context, x), as_fixed(context, y))


def integer_division(context: Context, span: Span, operator: str, x: Array, y: Array) -> Array:
    """x // y or x % y, with Python's signs. Dividing by zero gives 0."""
    require_numbers([x, y], span, operator, Kind.BOOL, Kind.INT)
    name = "floor_divide" if operator == "//" else "modulo"
    return elementwise(context, span, operator, name, as_number(context, x), as_number(context, y))


def _fold(context: Context, span: Span, operator: str, x: Array, y: Array) -> Array | None:
    """The exact result for two literals that are not both ints, rounded once at the end; None for other operands."""
    if operator != "/" and Kind.FIXED not in (x.element.kind, y.element.kind):
        return None
    left, right = context.exact(x), context.exact(y)
    if left is None or right is None:
        return None
    if operator == "/":
        return Array(context.literal(left / right if right else Fraction(0), span))
    result = left + right if operator == "+" else left - right if operator == "-" else left * right
    return Array(context.literal(result, span))


# --- comparison, logic, selection -------------------------------------------------------------------------------


def less(context: Context, span: Span, operator: str, x: Array, y: Array) -> Array:
    """x < y, for numbers, days and instants."""
    if not (x.element.is_moment and x.element.kind is y.element.kind):
        require_numbers([x, y], span, operator, Kind.BOOL, Kind.INT, Kind.FIXED)
    x, y = promoted(context, [as_number(context, x), as_number(context, y)], span, operator)
    return elementwise(context, span, operator, "less", x, y)


def equal(context: Context, span: Span, operator: str, x: Array, y: Array) -> Array:
    """x == y, for all types."""
    x, y = promoted(context, [x, y], span, operator)
    return elementwise(context, span, operator, "equal", x, y)


def negation(context: Context, x: Array) -> Array:
    """not x."""
    return unary(context, "not", x)


def logic(context: Context, span: Span, operator: str, name: str, x: Array, y: Array) -> Array:
    """`and`, `or`, `xor` of bools, or bit by bit of ints."""
    x, y = promoted(context, [x, y], span, operator)
    return elementwise(context, span, operator, name, x, y)


def select(context: Context, span: Span, condition: Array, x: Array, y: Array, operator: str = "select") -> Array:
    """x where the condition holds, else y."""
    require_numbers([condition], span, operator, Kind.BOOL)
    x, y = promoted(context, [x, y], span, operator)
    return elementwise(context, span, operator, "select", condition, x, y)


def lesser(context: Context, span: Span, x: Array, y: Array) -> Array:
    """The smaller of x and y."""
    x, y = promoted(context, [x, y], span, "min")
    return select(context, span, less(context, span, "min", x, y), x, y, "min")


def greater(context: Context, span: Span, x: Array, y: Array) -> Array:
    """The larger of x and y."""
    x, y = promoted(context, [x, y], span, "max")
    return select(context, span, less(context, span, "max", x, y), y, x, "max")


def zeros_like(context: Context, x: Array) -> Array:
    """A scalar zero of the element of x, to be broadcast."""
    return Array(context.filled(x.type.with_shape(()), 0))


def truth(context: Context, span: Span, x: Array) -> Array:
    """x != 0."""
    if x.element.kind is Kind.BOOL:
        return x
    return negation(context, equal(context, span, "bool", x, zeros_like(context, x)))


# --- cleared rows -----------------------------------------------------------------------------------------------


def mask_along(context: Context, tie: Value, rank: int, axis: int) -> Value:
    """A bool vector in a shape that broadcasts along one axis of an array of this rank."""
    shape = tuple(tie.type.size if position == axis else 1 for position in range(rank))
    return tie if tie.type.shape == shape else context.emit("reshape", tie, shape=shape)


def validity(context: Context, x: Array, axes: Sequence[int]) -> Array | None:
    """Which elements of x lie in valid rows of these axes; None if all do."""
    result: Value | None = None
    for axis in axes:
        tie = x.tie(axis)
        if tie is not None:
            mask = mask_along(context, tie, x.rank, axis)
            result = mask if result is None else context.emit("and", result, mask)
    return None if result is None else Array(result)


def where_valid(context: Context, x: Array, axes: Sequence[int]) -> Array:
    """x with zeros in cleared rows."""
    mask = validity(context, x, axes)
    if mask is None:
        return x
    return Array(context.emit("select", mask.value, x.value, zeros_like(context, x).value), x.ties)


# --- matrix product ---------------------------------------------------------------------------------------------


def matmul(context: Context, span: Span, x: Array, y: Array) -> Array:
    """x @ y by NumPy's rules. Cleared rows that the product sums over count as zero. Raises WrongError."""
    require_numbers([x, y], span, "@", Kind.BOOL, Kind.INT, Kind.FIXED)
    inner = max(y.rank - 2, 0)
    if not x.rank or not y.rank or x.shape[-1] != y.shape[inner]:
        raise wrong_operands(
            span,
            "@",
            "a last axis on the left as long as the last but one (or only) axis on the right",
            f"{list(x.shape)} @ {list(y.shape)}",
            "transpose one side with `.T`, or multiply elementwise with `*`",
        )
    context.common_shape([x.shape[:-2], y.shape[:-2]], span, "the stacks of matrices")
    tie = conjunction(context, [x.tie(x.rank - 1), y.tie(inner)])
    x = where_valid(context, Array(x.value, (*(None,) * (x.rank - 1), tie)), [x.rank - 1]) if tie is not None else x
    value = context.emit("matmul", as_number(context, x).value, as_number(context, y).value)
    stack = value.type.shape[: max(x.rank, y.rank, 2) - 2]
    ties = aligned_ties(context, [_ties(x)[: max(x.rank - 2, 0)], _ties(y)[: max(y.rank - 2, 0)]], stack)
    rows = _ties(x)[-2:-1] if x.rank > 1 else ()
    columns = _ties(y)[-1:] if y.rank > 1 else ()
    return rescaled(context, tied(value, (*ties, *rows, *columns)))


def _ties(x: Array) -> Ties:
    return x.ties or (None,) * x.rank
