"""Type rules of operations that compute: on elements, and along an axis. See `operands`.

Elementwise rules broadcast as NumPy does. Widths of integers grow so that no result leaves its promised range, up to 64
bits, where arithmetic wraps.
"""

from .operands import (
    Attributes,
    OperationTypeError,
    Types,
    broadcast_shapes,
    existing_axis,
    index_element,
    joined_element,
    only,
)
from .types import BOOL, ArrayType, Element, Kind, fixed, integer

MAXIMUM_SCALE = 62
"""Fraction bits that a FIXED in the IR may have; a product has the sum of its operands'."""

MAXIMUM_FRACTION_BITS = 28
"""Fraction bits for which division and functions are defined."""

_ORDER = (Kind.BOOL, Kind.INT, Kind.FIXED)


# --- elements ---------------------------------------------------------------------------------------------------


def _growth(count: int) -> int:
    """The bits by which a sum of `count` terms may be wider than a term."""
    return max(count - 1, 0).bit_length()


def cast(types: Types, attributes: Attributes) -> Types:
    source, target = types[0].element, attributes["element"]
    keeps_value = {
        Kind.BOOL: target.kind in _ORDER,
        Kind.INT: target.kind is Kind.FIXED or (target.kind is Kind.INT and target.bits >= source.bits),
        Kind.FIXED: target.kind is Kind.FIXED and target.scale >= source.scale,
        Kind.CATEGORY: target == source or (target.kind is Kind.INT and target.bits >= source.bits),
        Kind.DATE: target == source or (target.kind is Kind.INT and target.bits >= source.bits),
        Kind.KEY: target == source,
        Kind.ROWS: False,
    }[source.kind]
    if not keeps_value or (target.kind is Kind.INT and target.bits < 2) or target.scale > MAXIMUM_SCALE:
        raise OperationTypeError("a cast keeps every value", str(target), str(source))
    return (types[0].with_element(target),)


def truncate(types: Types, attributes: Attributes) -> Types:
    only(types, Kind.FIXED)
    scale, bits = types[0].element.scale, attributes["bits"]
    if not 0 <= bits <= scale:
        raise OperationTypeError("truncation drops fraction bits", f"0 to {scale}", str(bits))
    return (types[0].with_element(fixed(scale - bits)),)


def floor(types: Types, attributes: Attributes) -> Types:
    only(types, Kind.FIXED)
    return (types[0].with_element(integer(64 - types[0].element.scale)),)


def add(types: Types, attributes: Attributes) -> Types:
    only(types, Kind.INT, Kind.FIXED)
    element = joined_element([type.element for type in types])
    grown = integer(element.bits + 1) if element.kind is Kind.INT else element
    return (ArrayType(grown, broadcast_shapes([type.shape for type in types])),)


def negate(types: Types, attributes: Attributes) -> Types:
    return add((types[0], types[0]), attributes)


def _product(x: Element, y: Element, terms: int = 1) -> Element:
    if x.kind is Kind.INT and y.kind is Kind.INT:
        return integer(x.bits + y.bits + _growth(terms))
    if x.scale + y.scale > MAXIMUM_SCALE:
        expected = f"at most {MAXIMUM_SCALE} fraction bits"
        raise OperationTypeError("the product has too many fraction bits", expected, str(x.scale + y.scale))
    return fixed(x.scale + y.scale)


def multiply(types: Types, attributes: Attributes) -> Types:
    only(types, Kind.INT, Kind.FIXED)
    element = _product(types[0].element, types[1].element)
    return (ArrayType(element, broadcast_shapes([type.shape for type in types])),)


def matmul(types: Types, attributes: Attributes) -> Types:
    only(types, Kind.INT, Kind.FIXED)
    left, right = types[0].shape, types[1].shape
    if not left or not right or left[-1] != right[max(len(right) - 2, 0)]:
        found = f"{list(left)} @ {list(right)}"
        raise OperationTypeError("these shapes have no matrix product", "equal inner sizes", found)
    stack = broadcast_shapes((left[:-2], right[:-2]))
    shape = stack + left[-2:-1] + (right[-1:] if len(right) > 1 else ())
    return (ArrayType(_product(types[0].element, types[1].element, left[-1]), shape),)


def divide(types: Types, attributes: Attributes) -> Types:
    _check_functions(types)
    return (ArrayType(joined_element([type.element for type in types]), broadcast_shapes([t.shape for t in types])),)


def floor_divide(types: Types, attributes: Attributes) -> Types:
    only(types, Kind.INT)
    return (ArrayType(integer(types[0].element.bits + 1), broadcast_shapes([type.shape for type in types])),)


def modulo(types: Types, attributes: Attributes) -> Types:
    only(types, Kind.INT)
    return (ArrayType(types[1].element, broadcast_shapes([type.shape for type in types])),)


def less(types: Types, attributes: Attributes) -> Types:
    only(types, Kind.INT, Kind.FIXED, Kind.DATE)
    return equal(types, attributes)


def equal(types: Types, attributes: Attributes) -> Types:
    joined_element([type.element for type in types])
    return (ArrayType(BOOL, broadcast_shapes([type.shape for type in types])),)


def logic(types: Types, attributes: Attributes) -> Types:
    only(types, Kind.BOOL, Kind.INT)
    return (ArrayType(joined_element([type.element for type in types]), broadcast_shapes([t.shape for t in types])),)


def shift(types: Types, attributes: Attributes) -> Types:
    only(types, Kind.INT)
    if attributes["bits"] < 0:
        raise OperationTypeError("a shift is not negative", "0 or more", str(attributes["bits"]))
    return types


def shift_left(types: Types, attributes: Attributes) -> Types:
    (type,) = shift(types, attributes)
    return (type.with_element(integer(type.element.bits + attributes["bits"])),)


def shift_right(types: Types, attributes: Attributes) -> Types:
    (type,) = shift(types, attributes)
    return (type.with_element(integer(max(type.element.bits - attributes["bits"], 1))),)


def select(types: Types, attributes: Attributes) -> Types:
    only(types[:1], Kind.BOOL)
    element = joined_element([type.element for type in types[1:]])
    return (ArrayType(element, broadcast_shapes([type.shape for type in types])),)


def function(types: Types, attributes: Attributes) -> Types:
    _check_functions(types)
    return types


def finer_function(types: Types, attributes: Attributes) -> Types:
    """A function at a scale up to twice the precision with which it is asked for."""
    precision, scale = attributes.get("precision"), types[0].element.scale
    if precision is None:
        return function(types, attributes)
    only(types, Kind.FIXED)
    if not precision <= scale <= 2 * precision <= 2 * MAXIMUM_FRACTION_BITS:
        expected = "a scale from the precision to twice as much"
        raise OperationTypeError("the function is not defined at this precision", expected, str(scale))
    return types


def _check_functions(types: Types) -> None:
    only(types, Kind.FIXED)
    for type in types:
        if type.element.scale > MAXIMUM_FRACTION_BITS:
            expected = f"at most {MAXIMUM_FRACTION_BITS} fraction bits"
            raise OperationTypeError("the function is not defined at this precision", expected, str(type.element.scale))


# --- reductions -------------------------------------------------------------------------------------------------


def _without(type: ArrayType, axis: int) -> tuple[int, ...]:
    return type.shape[:axis] + type.shape[axis + 1 :]


def sum_(types: Types, attributes: Attributes) -> Types:
    (result,) = cumsum(types, attributes)
    return (result.with_shape(_without(result, attributes["axis"])),)


def cumsum(types: Types, attributes: Attributes) -> Types:
    only(types, Kind.INT, Kind.FIXED)
    element, axis = types[0].element, existing_axis(types[0], attributes["axis"])
    grown = integer(element.bits + _growth(types[0].shape[axis])) if element.kind is Kind.INT else element
    return (types[0].with_element(grown),)


def _check_order(types: Types, attributes: Attributes) -> None:
    only(types, Kind.INT, Kind.FIXED, Kind.DATE)
    if types[0].shape[existing_axis(types[0], attributes["axis"])] == 0:
        raise OperationTypeError("nothing is the least or greatest of nothing", "a non-empty axis", str(types[0]))


def extremum(types: Types, attributes: Attributes) -> Types:
    _check_order(types, attributes)
    return (types[0].with_shape(_without(types[0], attributes["axis"])),)


def place_of_extremum(types: Types, attributes: Attributes) -> Types:
    _check_order(types, attributes)
    axis = attributes["axis"]
    return (ArrayType(index_element(types[0].shape[axis]), _without(types[0], axis)),)


def quantifier(types: Types, attributes: Attributes) -> Types:
    only(types, Kind.BOOL)
    return (types[0].with_shape(_without(types[0], existing_axis(types[0], attributes["axis"]))),)
