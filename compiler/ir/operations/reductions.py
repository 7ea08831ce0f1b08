"""Operations along one axis: sums, extrema and their places, and the quantifiers `any` and `all`."""

from collections.abc import Sequence

from ..intervals import Interval
from ..labels import STATIC, Label
from ..program import Operation, Value
from ..types import MOMENTS, ArrayType, Kind, integer
from .families import AXIS, WHOLE, computed, elementwise, first_interval, kernel, same_types
from .lanes import widen_reduction
from .row import FIRST, Attribute, AttributeKind, Domain, IntervalRule, OperationRow, Terms, Trait
from .typing import Attributes, OperationTypeError, TypeRule, Types, existing_axis, growth, index_element, only

# --- types --------------------------------------------------------------------------------------------------------


def _without(type: ArrayType, axis: int) -> tuple[int, ...]:
    return type.shape[:axis] + type.shape[axis + 1 :]


def sum_(types: Types, attributes: Attributes) -> Types:
    """The type of a sum over an axis, which disappears."""
    (result,) = cumsum(types, attributes)
    return (result.with_shape(_without(result, attributes["axis"])),)


def cumsum(types: Types, attributes: Attributes) -> Types:
    """The type of running sums along an axis."""
    only(types, Kind.INT, Kind.FIXED)
    element, axis = types[0].element, existing_axis(types[0], attributes["axis"])
    grown = integer(element.bits + growth(types[0].shape[axis])) if element.kind is Kind.INT else element
    return (types[0].with_element(grown),)


def _check_order(types: Types, attributes: Attributes) -> None:
    only(types, Kind.INT, Kind.FIXED, *MOMENTS)
    if types[0].shape[existing_axis(types[0], attributes["axis"])] == 0:
        raise OperationTypeError("nothing is the least or greatest of nothing", "a non-empty axis", str(types[0]))


def extremum(types: Types, attributes: Attributes) -> Types:
    """The type of the least or greatest elements along an axis, which disappears."""
    _check_order(types, attributes)
    return (types[0].with_shape(_without(types[0], attributes["axis"])),)


def place_of_extremum(types: Types, attributes: Attributes) -> Types:
    """The type of the places of the least or greatest elements along an axis, which disappears."""
    _check_order(types, attributes)
    axis = attributes["axis"]
    return (ArrayType(index_element(types[0].shape[axis]), _without(types[0], axis)),)


def quantifier(types: Types, attributes: Attributes) -> Types:
    """The type of `any` and `all` along an axis, which disappears."""
    only(types, Kind.BOOL)
    return (types[0].with_shape(_without(types[0], existing_axis(types[0], attributes["axis"]))),)


# --- intervals ----------------------------------------------------------------------------------------------------


def _count(operation: Operation) -> int:
    axis: int = operation.attributes["axis"]
    return operation.operands[0].type.shape[axis]


def _sum_interval(operation: Operation, x: Sequence[Interval]) -> Interval:
    count = _count(operation)
    return Interval(count * x[0].low, count * x[0].high)


def _cumsum_interval(operation: Operation, x: Sequence[Interval]) -> Interval:
    return x[0].hull(_sum_interval(operation, x))


def _place_interval(operation: Operation, x: Sequence[Interval]) -> Interval:
    return Interval(0, _count(operation) - 1)


def _any_interval(operation: Operation, x: Sequence[Interval]) -> Interval:
    return x[0] if _count(operation) else Interval(0, 0)


def _all_interval(operation: Operation, x: Sequence[Interval]) -> Interval:
    return x[0] if _count(operation) else Interval(1, 1)


def _limit_interval(operation: Operation, x: Sequence[Interval]) -> Interval:
    number = x[0].high if operation.attributes["is_greatest"] else x[0].low
    return Interval(number, number)


def _limit_kernel(types: Types, attributes: Attributes) -> tuple[str, Attributes]:
    """For 64 bits the number is 2**62 in magnitude, and not more: comparing with it is exact for values up to 2**62."""
    element = types[0].element
    least, greatest = (element.least, element.greatest) if element.bits < 64 else (-(1 << 62), 1 << 62)
    return "filled", {"value": greatest if attributes["is_greatest"] else least}


def _known_to_all(attributes: Attributes, labels: Sequence[Label]) -> Label:
    return STATIC


# --- identities ---------------------------------------------------------------------------------------------------


def _one_term(terms: Terms, operation: Operation, operands: tuple[Value, ...]) -> Value | None:
    """A reduction over an axis of one element only reshapes."""
    return terms.emit("reshape", operands[0], shape=operation.results[0].type.shape) if _count(operation) == 1 else None


# --- rows ---------------------------------------------------------------------------------------------------------

_SUM = Domain(is_modular=True, called="this sum")
_COMPARED = Domain(compares=True, called="a difference of what is compared here")


def _sum(name: str, infer: TypeRule, interval: IntervalRule, after_truncation: slice | None) -> OperationRow:
    return computed(
        arity=1,
        infer=infer,
        clear=kernel(name, "axis"),
        traits=Trait.REDUCTION | Trait.LINEAR,
        attributes=AXIS,
        interval=interval,
        domain=_SUM,
        after_truncation=after_truncation,
        identities=(_one_term,),
        widen=widen_reduction,
    )


def _one_of(name: str, infer: TypeRule, interval: IntervalRule, domain: Domain) -> OperationRow:
    """The row of a reduction whose result consists of elements along the axis."""
    return computed(
        arity=1,
        infer=infer,
        clear=kernel(name, "axis"),
        traits=Trait.REDUCTION,
        attributes=AXIS,
        interval=interval,
        domain=domain,
        elements_of=FIRST,
        identities=(_one_term,),
        widen=widen_reduction,
    )


def _place(name: str) -> OperationRow:
    return computed(
        arity=1,
        infer=place_of_extremum,
        clear=kernel(name, "axis"),
        traits=Trait.REDUCTION,
        attributes=AXIS,
        interval=_place_interval,
        domain=_COMPARED,
        identities=(),
        widen=widen_reduction,
    )


REDUCTIONS: dict[str, OperationRow] = {
    # A number that no element of the operand exceeds, or falls below: a search for the least, or the greatest, prefers
    # it to none. `write_limits` writes the number, once it is known where the operand lies.
    "limit": elementwise(
        arity=1,
        infer=same_types,
        clear=_limit_kernel,
        traits=Trait.SOURCE,
        attributes={"is_greatest": Attribute(AttributeKind.FLAG)},
        interval=_limit_interval,
        domain=WHOLE,
        identities=(),
        label=_known_to_all,
    ),
    "sum": _sum("sum", sum_, _sum_interval, FIRST),
    "cumsum": _sum("cumsum", cumsum, _cumsum_interval, None),
    "min": _one_of("min", extremum, first_interval, _COMPARED),
    "max": _one_of("max", extremum, first_interval, _COMPARED),
    "argmin": _place("argmin"),
    "argmax": _place("argmax"),
    "any": _one_of("any", quantifier, _any_interval, WHOLE),
    "all": _one_of("all", quantifier, _all_interval, WHOLE),
}
