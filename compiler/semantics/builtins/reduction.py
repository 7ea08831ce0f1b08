"""Built-in reductions: along one axis, several, or all, over the elements that `where=` and the table's rows leave and
that are not missing.

In: bound arguments. Out: arrays without the reduced axes. Each reduction is one row of the IR's table, after the
reduced axes are made one. What nothing has, a mean or an extreme, is missing of nothing.
"""

from dataclasses import dataclass
from math import prod

from ...ir.program import Value
from ...ir.types import INT, MOMENTS, ArrayType, Element, Kind
from ..arrays import arithmetic as arrays
from ..arrays.arithmetic import require_numbers
from ..arrays.missing import with_bits
from ..state.context import Context
from ..state.conversion import as_fixed, as_number
from ..state.values import Array, Bundle, Meaning, Table, tied
from .arguments import Arguments


@dataclass(frozen=True, slots=True, eq=False)
class Reduced:
    """What is reduced: the elements along `axis`, those of them that count (None: all), and the ties that stay.

    `nonzero` holds where elements count that may be other than 0: a sum need not look at others (None: at none).
    """

    x: Array
    axis: int
    mask: Array | None
    ties: tuple[Value | None, ...]
    nonzero: Array | None

    @property
    def count(self) -> int:
        """The number of elements along the axis."""
        return self.x.shape[self.axis]

    @property
    def shape(self) -> tuple[int, ...]:
        """What is left of the shape."""
        return self.x.shape[: self.axis] + self.x.shape[self.axis + 1 :]

    def result(self, value: Value) -> Array:
        """A value without the reduced axis, with its ties."""
        return tied(value, self.ties) if self.ties else Array(value)

    def of_some(self, context: Context, value: Value, held: int) -> Array:
        """A value without the reduced axis, missing where no element counts; there it holds a known number."""
        if self.mask is None and self.count:
            return self.result(value)
        some = context.boolean(False, self.shape) if self.mask is None else _some(context, self)
        return with_bits(context, self.result(value), some, held)

    def of_nothing(self, context: Context, element: Element) -> Array:
        """What an axis of no elements gives: missing values."""
        return self.of_some(context, context.filled(ArrayType(element, self.shape), 0), 0)


def _some(context: Context, part: Reduced) -> Value:
    """Whether an element counts."""
    assert part.mask is not None
    return context.emit("any", part.mask.value, axis=part.axis)


def reduced(call: Arguments, x: Array) -> Reduced:
    """The array of a reduction, with `axis=` and `where=` taken into account. Raises WrongError."""
    context = call.context
    where = call.mask("where") if "where" in call.signature.optional else None
    if where is not None:
        where = Array(arrays.where_valid(context, where, range(where.rank)).value, where.ties)
        x = _as_wide_as(call, x, where)
    axes = _axes(call, x)
    mask = arrays.validity(context, x, axes)
    if where is not None:
        mask = Array(where.value) if mask is None else Array(context.emit("and", mask.value, where.value))
    nonzero = mask = None if mask is None else _wide(context, mask, x)
    if x.present is not None:
        bits = Array(x.present.bits)
        mask = _wide(context, bits if mask is None else _conjunction(context, mask, bits), x)
        nonzero = nonzero if x.present.held == 0 else mask
    kept = [axis for axis in range(x.rank) if axis not in axes]
    ties = tuple(x.tie(axis) for axis in kept)
    if len(axes) == 1:
        return Reduced(Array(x.value), axes[0], mask, ties, nonzero)
    shape = (*(x.shape[axis] for axis in kept), prod(x.shape[axis] for axis in axes))
    value = _joined_axes(context, x.value, (*kept, *axes), shape)
    flat = None if mask is None else Array(_joined_axes(context, mask.value, (*kept, *axes), shape))
    flat_nonzero = flat
    if nonzero is not mask:
        flat_nonzero = None if nonzero is None else Array(_joined_axes(context, nonzero.value, (*kept, *axes), shape))
    return Reduced(Array(value), len(kept), flat, ties, flat_nonzero)


def _wide(context: Context, mask: Array, x: Array) -> Array:
    return mask if mask.shape == x.shape else Array(context.emit("broadcast", mask.value, shape=x.shape))


def _conjunction(context: Context, x: Array, y: Array) -> Array:
    return x if x.value is y.value else Array(context.emit("and", x.value, y.value))


def _as_wide_as(call: Arguments, x: Array, where: Array) -> Array:
    """x, broadcast against the mask. Rows of the mask's own table stay tied, too."""
    context = call.context
    shape = context.common_shape([x.shape, where.shape], call.at("where"), "the array and `where`")
    ties = arrays.broadcast_ties(context, [x, where], shape)
    return tied(x.value if x.shape == shape else context.emit("broadcast", x.value, shape=shape), ties, x.present)


def _axes(call: Arguments, x: Array) -> list[int]:
    if not call.has("axis"):
        return list(range(x.rank))
    if not isinstance(call.named["axis"].value, Bundle):
        return [call.axis("axis", x.rank)]
    axes = [axis % x.rank if -x.rank <= axis < x.rank else axis for axis in call.sizes("axis")]
    if len(set(axes)) < len(axes) or not set(axes) <= set(range(x.rank)):
        expected = f"different axes from {-x.rank} to {x.rank - 1}"
        raise call.expected("axis", expected, str(list(call.sizes("axis"))), "name each axis once")
    return sorted(axes)


def _joined_axes(context: Context, value: Value, order: tuple[int, ...], shape: tuple[int, ...]) -> Value:
    if order != tuple(range(len(order))):
        value = context.emit("transpose", value, permutation=order)
    return value if value.type.shape == shape else context.emit("reshape", value, shape=shape)


def _number_array(call: Arguments, *kinds: Kind) -> Array:
    x = call.array("x")
    require_numbers([x], call.at("x"), call.signature.name, *(kinds or (Kind.BOOL, Kind.INT, Kind.FIXED)))
    return x


# --- sums -------------------------------------------------------------------------------------------------------


def sum_(call: Arguments) -> Meaning:
    """The sum."""
    part = reduced(call, _number_array(call))
    return part.result(_sum(call.context, part).value)


def _sum(context: Context, part: Reduced) -> Array:
    return Array(context.emit("sum", as_number(context, _masked(context, part)).value, axis=part.axis))


def _masked(context: Context, part: Reduced) -> Array:
    """The elements, zero where they do not count."""
    if part.nonzero is None:
        return part.x
    zero = arrays.zeros_like(context, part.x)
    return Array(context.emit("select", part.nonzero.value, part.x.value, zero.value))


def _count(context: Context, part: Reduced) -> Array:
    """The number of elements that count."""
    if part.mask is None:
        number = context.integer(part.count)
        return Array(context.emit("broadcast", number, shape=part.shape) if part.shape else number)
    return Array(context.emit("sum", as_number(context, part.mask).value, axis=part.axis))


def count(call: Arguments) -> Meaning:
    """How many rows of a table are valid, how many bools hold, how many elements of another array there are; missing
    ones do not count.
    """
    value = call.named["x"].value
    if isinstance(value, Table):
        valid = call.context.boolean(True, (value.rows,)) if value.valid is None else value.valid
        if value.valid is None and not call.has("where"):
            return Array(call.context.integer(value.rows))
        part = reduced(call, Array(valid))
        return part.result(_sum(call.context, part).value)
    x = call.array("x")
    part = reduced(call, x)
    if x.element.kind is Kind.BOOL:
        return part.result(_sum(call.context, part).value)
    return part.result(_count(call.context, part).value)


def mean(call: Arguments) -> Meaning:
    """The mean, missing of nothing."""
    part = reduced(call, _number_array(call))
    return _some_of(call, part, _mean(call, part).value)


def _some_of(call: Arguments, part: Reduced, quotient: Value) -> Array:
    """What is divided by the number of elements: 0, and missing, where there are none."""
    context = call.context
    if part.mask is None:
        return part.of_some(context, quotient, 0)
    some = context.emit("less", context.integer(0), _count(context, part).value)
    return with_bits(context, part.result(quotient), some, 0)


def _mean(call: Arguments, part: Reduced) -> Array:
    context = call.context
    return arrays.divide(context, call.span, _sum(context, part), _scalar_count(context, part))


def _scalar_count(context: Context, part: Reduced) -> Array:
    return Array(context.integer(part.count)) if part.mask is None else _count(context, part)


def var(call: Arguments) -> Meaning:
    """The mean square of the distance from the mean, as NumPy's `var`; missing of nothing."""
    part = reduced(call, _number_array(call))
    return _some_of(call, part, _var(call, part).value)


def _var(call: Arguments, part: Reduced) -> Array:
    context = call.context
    shape = (*part.x.shape[: part.axis], 1, *part.x.shape[part.axis + 1 :])
    middle = Array(context.emit("reshape", _mean(call, part).value, shape=shape))
    distance = arrays.subtract(context, call.span, Array(part.x.value), middle)
    square = arrays.multiply(context, call.span, distance, distance)
    return _mean(call, Reduced(square, part.axis, part.mask, part.ties, part.mask))


def std(call: Arguments) -> Meaning:
    """The square root of the variance."""
    part = reduced(call, _number_array(call))
    return _some_of(call, part, call.context.emit("sqrt", as_fixed(call.context, _var(call, part)).value))


# --- extremes ---------------------------------------------------------------------------------------------------


def extremum(call: Arguments, name: str, x: Array) -> Array:
    """The least or the greatest element, missing of nothing."""
    context = call.context
    require_numbers([x], call.span, name, Kind.BOOL, Kind.INT, Kind.FIXED, *MOMENTS)
    part = reduced(call, x)
    if not part.count:
        return part.of_nothing(context, x.element)
    if x.element.kind is Kind.BOOL:
        whole = "all" if name == "min" else "any"
        return part.of_some(context, _quantified(context, part, whole), int(whole == "all"))
    value = _counting(context, part, limit(context, part.x.value, name))
    return part.of_some(context, context.emit(name, value, axis=part.axis), filled_with(x.element, name))


def _counting(context: Context, part: Reduced, other: Value) -> Value:
    """The elements that count, and another number in place of those that do not."""
    return part.x.value if part.mask is None else context.emit("select", part.mask.value, part.x.value, other)


def limit(context: Context, x: Value, name: str) -> Value:
    """What the search for the `min` or the `max` of x does not prefer to any element."""
    return context.emit("limit", x, is_greatest=name == "min")


def filled_with(element: Element, name: str) -> int:
    """A number that a search ends at only if there is no other.

    For 64 bits it is 2**62 in magnitude, and not more: so comparing with it is exact for values up to 2**62.
    """
    least, greatest = (element.least, element.greatest) if element.bits < 64 else (-(1 << 62), 1 << 62)
    return greatest if name in ("min", "argmin") else least


def argmin(call: Arguments) -> Meaning:
    """The place of the least element, the first one where there are several; missing of nothing."""
    return _place(call, "argmin")


def argmax(call: Arguments) -> Meaning:
    """The place of the greatest element, the first one where there are several; missing of nothing."""
    return _place(call, "argmax")


def _place(call: Arguments, name: str) -> Array:
    x = _number_array(call, Kind.BOOL, Kind.INT, Kind.FIXED, *MOMENTS)
    context = call.context
    part = reduced(call, as_number(context, x))
    if not part.count:
        return part.of_nothing(context, INT)
    fill = context.filled(ArrayType(part.x.element), filled_with(part.x.element, name))
    return part.of_some(context, context.emit(name, _counting(context, part, fill), axis=part.axis), 0)


# --- quantifiers ------------------------------------------------------------------------------------------------


def any_(call: Arguments) -> Meaning:
    """Whether an element holds; False if there are none."""
    return _quantifier(call, "any")


def all_(call: Arguments) -> Meaning:
    """Whether all elements hold; True if there are none."""
    return _quantifier(call, "all")


def _quantifier(call: Arguments, name: str) -> Array:
    part = reduced(call, _number_array(call, Kind.BOOL))
    return part.result(_quantified(call.context, part, name))


def _quantified(context: Context, part: Reduced, name: str) -> Value:
    value = part.x.value
    if part.mask is not None and name == "any":
        value = context.emit("and", value, part.mask.value)
    elif part.mask is not None:
        value = context.emit("or", value, context.emit("not", part.mask.value))
    return context.emit(name, value, axis=part.axis)
