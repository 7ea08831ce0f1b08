"""Comparisons, logic, shifts, and the choice between two values."""

from collections.abc import Sequence

from ..intervals import Interval, hull
from ..program import Operation, Value
from ..types import BOOL, MOMENTS, ArrayType, Kind, integer
from .families import BITS, MODULAR, WHOLE, always, as_result, by_no_bits, elementwise, kernel, twice, zero
from .row import Domain, Identity, IntervalRule, OperationRow, Terms, Total, Trait
from .typing import Attributes, OperationTypeError, Types, broadcast_shapes, joined_element, only

# --- types --------------------------------------------------------------------------------------------------------


def less(types: Types, attributes: Attributes) -> Types:
    """The type of a comparison by size, of numbers or days."""
    only(types, Kind.INT, Kind.FIXED, *MOMENTS)
    return equal(types, attributes)


def equal(types: Types, attributes: Attributes) -> Types:
    """The type of a test for equality, of elements of one type."""
    joined_element([type.element for type in types])
    return (ArrayType(BOOL, broadcast_shapes([type.shape for type in types])),)


def logic(types: Types, attributes: Attributes) -> Types:
    """The type of an operation bit by bit, on truth values or integers."""
    only(types, Kind.BOOL, Kind.INT)
    return (ArrayType(joined_element([type.element for type in types]), broadcast_shapes([t.shape for t in types])),)


def _shift(types: Types, attributes: Attributes) -> Types:
    only(types, Kind.INT)
    if attributes["bits"] < 0:
        raise OperationTypeError("a shift is not negative", "0 or more", str(attributes["bits"]))
    return types


def shift_left(types: Types, attributes: Attributes) -> Types:
    """The type of a left shift: wider by as many bits."""
    (type,) = _shift(types, attributes)
    return (type.with_element(integer(type.element.bits + attributes["bits"])),)


def shift_right(types: Types, attributes: Attributes) -> Types:
    """The type of a right shift: narrower by as many bits."""
    (type,) = _shift(types, attributes)
    return (type.with_element(integer(max(type.element.bits - attributes["bits"], 1))),)


def select(types: Types, attributes: Attributes) -> Types:
    """The type of a choice: the second operand where the first holds, else the third."""
    only(types[:1], Kind.BOOL)
    element = joined_element([type.element for type in types[1:]])
    return (ArrayType(element, broadcast_shapes([type.shape for type in types])),)


# --- intervals ----------------------------------------------------------------------------------------------------


def _decided(true: bool, false: bool) -> Interval:
    """The interval of a truth value that is certainly true, certainly false, or either."""
    return Interval(int(true), int(not false))


def _less_interval(operation: Operation, x: Sequence[Interval]) -> Interval:
    return _decided(x[0].high < x[1].low, x[0].low >= x[1].high)


def _equal_interval(operation: Operation, x: Sequence[Interval]) -> Interval:
    same = x[0] == x[1] and x[0].low == x[0].high
    return _decided(same, x[0].high < x[1].low or x[1].high < x[0].low)


def _ones(interval: Interval) -> int:
    """2**k - 1 for the least k such that it covers all bits but the sign of the interval's numbers."""
    ends = (end if end >= 0 else ~end for end in (interval.low, interval.high))
    return (1 << max(end.bit_length() for end in ends)) - 1


def _and_interval(operation: Operation, x: Sequence[Interval]) -> Interval:
    positive = [each.high for each in x if each.low >= 0]
    if positive:
        return Interval(0, min(positive))
    ones = _ones(hull(x))
    return Interval(-ones - 1, ones if any(each.high >= 0 for each in x) else -1)


def _or_interval(operation: Operation, x: Sequence[Interval]) -> Interval:
    ones = _ones(hull(x))
    if all(each.low >= 0 for each in x):
        return Interval(max(each.low for each in x), ones)
    return Interval(-ones - 1, ones)


def _xor_interval(operation: Operation, x: Sequence[Interval]) -> Interval:
    ones = _ones(hull(x))
    return Interval(0 if all(each.low >= 0 for each in x) else -ones - 1, ones)


def _not_interval(operation: Operation, x: Sequence[Interval]) -> Interval:
    if operation.operands[0].type.element.kind is Kind.BOOL:
        return Interval(1 - x[0].high, 1 - x[0].low)
    return Interval(~x[0].high, ~x[0].low)


def _shift_left_interval(operation: Operation, x: Sequence[Interval]) -> Interval:
    bits = operation.attributes["bits"]
    return Interval(x[0].low << bits, x[0].high << bits)


def _shift_right_interval(operation: Operation, x: Sequence[Interval]) -> Interval:
    bits = operation.attributes["bits"]
    return Interval(x[0].low >> bits, x[0].high >> bits)


def _select_interval(operation: Operation, x: Sequence[Interval]) -> Interval:
    if x[0].low == x[0].high:
        return x[1] if x[0].low else x[2]
    return x[1].hull(x[2])


# --- identities ---------------------------------------------------------------------------------------------------


def _ones_of(operation: Operation) -> int:
    """The number that has all bits set."""
    return 1 if operation.results[0].type.element == BOOL else -1


def _with_itself(terms: Terms, operation: Operation, operands: tuple[Value, ...]) -> Value | None:
    """x AND x, and x OR x, are x."""
    return as_result(terms, operation, operands[0]) if operands[0] is operands[1] else None


def _xor_itself(terms: Terms, operation: Operation, operands: tuple[Value, ...]) -> Value | None:
    return zero(terms, operation) if operands[0] is operands[1] else None


def _with_constant(neutral_is_ones: bool) -> Identity:
    """`and` and `or` with a number that changes nothing, or with the number that decides the result."""

    def identity(terms: Terms, operation: Operation, operands: tuple[Value, ...]) -> Value | None:
        ones = _ones_of(operation)
        neutral = ones if neutral_is_ones else 0
        for value, other in (operands, operands[::-1]):
            number = terms.number(other)
            if number is not None and number in (0, ones):
                if number == neutral:
                    return as_result(terms, operation, value)
                return terms.filled(number, operation.results[0].type)
        return None

    return identity


def _xor_constant(terms: Terms, operation: Operation, operands: tuple[Value, ...]) -> Value | None:
    ones = _ones_of(operation)
    for value, other in (operands, operands[::-1]):
        number = terms.number(other)
        if number is not None and number in (0, ones):
            return as_result(terms, operation, terms.emit("not", value) if number == ones else value)
    return None


def _negated_last(terms: Terms, operation: Operation, operands: tuple[Value, ...]) -> Value | None:
    """Turns not(x) xor y into not(x xor y). Negations that move outwards meet and cancel."""
    for value, other in (operands, operands[::-1]):
        inner = terms.operand_of("not", value)
        if inner is not None:
            return terms.emit("not", terms.emit("xor", inner, other))
    return None


def _compared_with_itself(outcome: bool) -> Identity:
    def identity(terms: Terms, operation: Operation, operands: tuple[Value, ...]) -> Value | None:
        x, y = operands
        return terms.filled(int(outcome), operation.results[0].type) if x is y else None

    return identity


def _equal_truths(terms: Terms, operation: Operation, operands: tuple[Value, ...]) -> Value | None:
    """Equality of truth values. If one is known, the result is the other or its negation; else the negated XOR."""
    x, y = operands
    if x.type.element != BOOL:
        return None
    for value, other in ((x, y), (y, x)):
        number = terms.number(other)
        if number is not None:
            return as_result(terms, operation, value if number else terms.emit("not", value))
    return terms.emit("not", terms.emit("xor", x, y))


def _known_choice(terms: Terms, operation: Operation, operands: tuple[Value, ...]) -> Value | None:
    condition, x, y = operands
    number = terms.number(condition)
    if number is None and x is not y:
        return None
    return as_result(terms, operation, x if number or x is y else y)


def _choice_of_truths(terms: Terms, operation: Operation, operands: tuple[Value, ...]) -> Value | None:
    """A choice between true and false is the condition or its negation."""
    condition, x, y = operands
    if operation.results[0].type.element == BOOL and (terms.number(x), terms.number(y)) in ((1, 0), (0, 1)):
        return as_result(terms, operation, condition if terms.number(x) else terms.emit("not", condition))
    return None


def _negated_condition(terms: Terms, operation: Operation, operands: tuple[Value, ...]) -> Value | None:
    condition, x, y = operands
    inner = terms.operand_of("not", condition)
    return None if inner is None else terms.emit("select", inner, y, x)


def _shifted_again(terms: Terms, operation: Operation, operands: tuple[Value, ...]) -> Value | None:
    """Two shifts in one direction are one shift, by the sum of their bits."""
    inner = terms.definition(operands[0])
    if inner is None or inner.name != operation.name:
        return None
    bits = inner.attributes["bits"] + operation.attributes["bits"]
    return terms.emit(operation.name, inner.operands[0], bits=bits) if bits < 64 else None


# --- rows ---------------------------------------------------------------------------------------------------------

_ALL = Total("all", combine="and", neutral=1, of_truths=True)
_ANY = Total("any", combine="or", neutral=0, of_truths=True)

_C = Trait.COMMUTATIVE


def _logic(
    name: str, arity: int, interval: IntervalRule, identities: tuple[Identity, ...], total: Total | None = None
) -> OperationRow:
    return elementwise(
        arity=arity,
        infer=logic,
        clear=kernel(name),
        traits=_C if arity == 2 else Trait.NONE,
        interval=interval,
        domain=WHOLE,
        total=total,
        identities=identities,
    )


BIT_OPERATIONS: dict[str, OperationRow] = {
    "less": elementwise(
        arity=2,
        infer=less,
        clear=kernel("less"),
        traits=Trait.JUMPS,
        interval=_less_interval,
        domain=Domain(compares=True, called="the difference in this comparison"),
        identities=(_compared_with_itself(False),),
    ),
    "equal": elementwise(
        arity=2,
        infer=equal,
        clear=kernel("equal"),
        traits=_C | Trait.JUMPS,
        interval=_equal_interval,
        domain=WHOLE,
        identities=(_compared_with_itself(True), _equal_truths),
    ),
    "and": _logic("and", 2, _and_interval, (_with_itself, _with_constant(neutral_is_ones=True)), total=_ALL),
    "or": _logic("or", 2, _or_interval, (_with_itself, _with_constant(neutral_is_ones=False)), total=_ANY),
    "xor": _logic("xor", 2, _xor_interval, (_xor_itself, _xor_constant, _negated_last)),
    "not": _logic("not", 1, _not_interval, (twice,)),
    "shift_left": elementwise(
        arity=1,
        infer=shift_left,
        clear=kernel("shift_left", "bits"),
        traits=Trait.LINEAR,
        attributes=BITS,
        interval=_shift_left_interval,
        domain=Domain(is_modular=True, called="this shifted number"),
        identities=(by_no_bits, _shifted_again),
    ),
    "shift_right": elementwise(
        arity=1,
        infer=shift_right,
        clear=kernel("shift_right", "bits"),
        attributes=BITS,
        interval=_shift_right_interval,
        domain=Domain(needs_number=always, called="this shifted number"),
        identities=(by_no_bits, _shifted_again),
    ),
    "select": elementwise(
        arity=3,
        infer=select,
        clear=kernel("select"),
        interval=_select_interval,
        domain=MODULAR,
        elements_of=slice(1, 3),
        after_truncation=slice(1, 3),
        identities=(_known_choice, _choice_of_truths, _negated_condition),
    ),
}
