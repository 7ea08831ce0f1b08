"""Quotients and remainders: of `fixed` at the scale of the operands, of integers rounded down as in Python."""

from collections.abc import Sequence

from ..intervals import Interval, documented, quotients
from ..program import Operation, Value
from ..types import ArrayType, Kind, fixed, integer
from .families import INTEGER, MODULAR, WIDE, always, as_result, at_scale, elementwise, kernel, wide_operand, zero
from .row import Attribute, AttributeKind, Domain, OperationRow, Reads, Terms
from .typing import Attributes, Types, broadcast_shapes, check_functions, joined_element, only

# --- types ----------------------------------------------------------------------------------------------------------


def divide(types: Types, attributes: Attributes) -> Types:
    """The type of a quotient at the operands' scale."""
    check_functions(types)
    return (ArrayType(joined_element([type.element for type in types]), broadcast_shapes([t.shape for t in types])),)


def quotient(types: Types, attributes: Attributes) -> Types:
    """The type of a quotient of integers at a scale."""
    only(types, Kind.INT)
    return (ArrayType(fixed(attributes["scale"]), broadcast_shapes([type.shape for type in types])),)


def floor_divide(types: Types, attributes: Attributes) -> Types:
    """The type of an integer quotient: one bit wider than the dividend, because of the least number divided by -1."""
    only(types, Kind.INT)
    return (ArrayType(integer(types[0].element.bits + 1), broadcast_shapes([type.shape for type in types])),)


def modulo(types: Types, attributes: Attributes) -> Types:
    """The type of a remainder, which has the divisor's sign and width."""
    only(types, Kind.INT)
    return (ArrayType(types[1].element, broadcast_shapes([type.shape for type in types])),)


def remainder(types: Types, attributes: Attributes) -> Types:
    """The remainder of x and y from x, x // y, and y."""
    only(types, Kind.INT)
    return (ArrayType(types[2].element, broadcast_shapes([type.shape for type in types])),)


# --- intervals ------------------------------------------------------------------------------------------------------


def _divide_interval(operation: Operation, x: Sequence[Interval]) -> Interval:
    return ensured(operation, quotients(x[0], x[1], operation.results[0].type.element.scale))


def ensured(operation: Operation, found: Interval) -> Interval:
    """Where a quotient lies, if the program ensures that it is `within` some bound."""
    within = operation.attributes.get("within", 0)
    return found.meet(Interval(-within, within)) if within else found


def _quotient_interval(operation: Operation, x: Sequence[Interval]) -> Interval:
    scale = operation.attributes["scale"]
    ends = {x[1].low, x[1].high, -1, 1}
    usable = [y for y in ends if y != 0 and x[1].low <= y <= x[1].high]
    exact = [((end << scale + 1) + y) // (2 * y) for end in (x[0].low, x[0].high) for y in usable]
    if x[1].low <= 0 <= x[1].high:
        exact.append(0)
    return Interval(min(exact, default=0), max(exact, default=0))


def _floor_divide_interval(operation: Operation, x: Sequence[Interval]) -> Interval:
    ends = {x[1].low, x[1].high, -1, 1}
    usable = [y for y in ends if y != 0 and x[1].low <= y <= x[1].high]
    exact = [end // y for end in (x[0].low, x[0].high) for y in usable]
    if x[1].low <= 0 <= x[1].high:
        exact.append(0)
    return Interval(min(exact, default=0), max(exact, default=0))


def _modulo_interval(operation: Operation, x: Sequence[Interval]) -> Interval:
    if x[0].low >= 0 and x[0].high < x[1].low:
        return x[0]
    high = max(min(x[1].high - 1, x[0].high if x[0].low >= 0 and x[1].low > 0 else x[1].high), 0)
    return Interval(min(x[1].low + 1, 0), high)


def _remainder_interval(operation: Operation, x: Sequence[Interval]) -> Interval:
    return _modulo_interval(operation, (x[0], x[2]))


# --- domains --------------------------------------------------------------------------------------------------------


def _quotient(operation: Operation) -> Interval:
    """Documented numbers; of a wide division, what `numeric.divide` aligns below 2**62 with a further bit."""
    if not operation.attributes["is_wide"]:
        return documented(operation.results[0].type.element.scale)
    return Interval(-(1 << 60) + 1, (1 << 60) - 1)


# --- identities -----------------------------------------------------------------------------------------------------


def _divide_by_one(terms: Terms, operation: Operation, operands: tuple[Value, ...]) -> Value | None:
    x, y = operands
    return as_result(terms, operation, x) if terms.number(y) == 1 << y.type.element.scale else None


def _modulo_one(terms: Terms, operation: Operation, operands: tuple[Value, ...]) -> Value | None:
    return zero(terms, operation) if terms.number(operands[1]) == 1 else None


# --- domains --------------------------------------------------------------------------------------------------------


def _exact_operand(operation: Operation, place: int) -> Interval:
    """The integers x, y for which 2 x 2**scale + y is less than 2**62, up to powers of two."""
    most = (1 << (60 - operation.attributes["scale"] if place == 0 else 60)) - 1
    return Interval(-most, most)


# --- rows -----------------------------------------------------------------------------------------------------------

_WHOLE_NUMBERS = Domain(needs_number=always, called="what is divided here")


DIVISION: dict[str, OperationRow] = {
    "divide": elementwise(
        arity=2,
        infer=divide,
        clear=at_scale("divide"),
        attributes={**WIDE, "within": Attribute(AttributeKind.INTEGER, 0)},
        interval=_divide_interval,
        domain=Domain(
            takes=wide_operand,
            gives=_quotient,
            called="this division",
            advice="keep the divisor away from 0, as in `max(y, 0.01)`; ",
        ),
        reads=Reads.RANGES | Reads.CONSTANT,
        identities=(_divide_by_one,),
    ),
    "quotient": elementwise(
        arity=2,
        infer=quotient,
        clear=kernel("divide", "scale"),
        attributes={"scale": INTEGER},
        interval=_quotient_interval,
        domain=Domain(
            takes=_exact_operand,
            needs_number=always,
            called="this division",
        ),
        reads=Reads.RANGES | Reads.CONSTANT,
        identities=(),
    ),
    "floor_divide": elementwise(
        arity=2,
        infer=floor_divide,
        clear=kernel("floor_divide"),
        interval=_floor_divide_interval,
        domain=_WHOLE_NUMBERS,
        reads=Reads.RANGES | Reads.CONSTANT,
        identities=(_divide_by_one,),
    ),
    "modulo": elementwise(
        arity=2,
        infer=modulo,
        clear=kernel("modulo"),
        interval=_modulo_interval,
        domain=_WHOLE_NUMBERS,
        reads=Reads.RANGES | Reads.CONSTANT,
        identities=(_modulo_one,),
    ),
    "remainder": elementwise(
        arity=3,
        infer=remainder,
        clear=kernel("remainder"),
        interval=_remainder_interval,
        domain=MODULAR,
        reads=Reads.RANGES | Reads.CONSTANT,
        identities=(),
    ),
}
