"""Type rules: from operand types and attributes to result types. `ops` says which rule is whose.

Elementwise rules broadcast as NumPy does. Widths of integers grow so that no result leaves its promised range, up to 64
bits, where arithmetic wraps. Every rule raises OperationTypeError and nothing else.
"""

from collections.abc import Callable, Sequence
from typing import Any

from .types import BOOL, ROWS, ArrayType, Element, Kind, fixed, integer

Types = tuple[ArrayType, ...]
Attributes = dict[str, Any]
Rule = Callable[[Types, Attributes], Types]

MAXIMUM_SCALE = 62
"""Fraction bits that a FIXED in the IR may have; a product has the sum of its operands'."""

MAXIMUM_FRACTION_BITS = 28
"""Fraction bits for which division and functions are defined."""


class OperationTypeError(Exception):
    """An operation does not apply to these types. The fields are worded as those of a `Diagnostic`."""

    def __init__(self, problem: str, expected: str = "", found: str = "") -> None:
        self.problem = problem
        self.expected = expected
        self.found = found
        details = [f"expected {expected}"] * bool(expected) + [f"found {found}"] * bool(found)
        super().__init__("; ".join([problem, *details]))


# --- shapes and elements ----------------------------------------------------------------------------------------


def broadcast_shapes(shapes: Sequence[tuple[int, ...]]) -> tuple[int, ...]:
    """The shape that NumPy broadcasts these to. Raises OperationTypeError."""
    rank = max((len(shape) for shape in shapes), default=0)
    result = [1] * rank
    for shape in shapes:
        for axis, size in enumerate(shape, rank - len(shape)):
            if result[axis] == 1:
                result[axis] = size
            elif size not in (1, result[axis]):
                found = " and ".join(str(list(shape)) for shape in shapes)
                raise OperationTypeError("these shapes do not go together", "equal sizes, or 1, on each axis", found)
    return tuple(result)


def joined_element(elements: Sequence[Element]) -> Element:
    """The element that holds the values of all: equal ones, or INTs of the largest width. Raises OperationTypeError."""
    first = elements[0]
    if all(element == first for element in elements):
        return first
    if all(element.kind is Kind.INT for element in elements):
        return integer(max(element.bits for element in elements))
    found = " and ".join(dict.fromkeys(str(element) for element in elements))
    raise OperationTypeError("these element types do not go together", "one element type", found)


def _only(types: Types, *kinds: Kind) -> None:
    for type in types:
        if type.element.kind not in kinds:
            expected = " or ".join(kind.value for kind in kinds)
            raise OperationTypeError("the operation does not apply to this element type", expected, str(type.element))


def _axis(type: ArrayType, axis: int) -> int:
    if not 0 <= axis < len(type.shape):
        raise OperationTypeError("there is no such axis", f"an axis below {len(type.shape)}", str(axis))
    return axis


def _growth(count: int) -> int:
    """The bits by which a sum of `count` terms may be wider than a term."""
    return max(count - 1, 0).bit_length()


def index_element(count: int) -> Element:
    """The INT that holds 0 ... count - 1."""
    return integer(max(count - 1, 0).bit_length() + 1)


# --- sources and structure --------------------------------------------------------------------------------------


def declared(types: Types, attributes: Attributes) -> Types:
    """`input` and `constant` say their type."""
    return (attributes["type"],)


def iota(types: Types, attributes: Attributes) -> Types:
    n = attributes["n"]
    if n < 0:
        raise OperationTypeError("a size is not negative", "0 or more", str(n))
    return (ArrayType(index_element(n), (n,)),)


def same(types: Types, attributes: Attributes) -> Types:
    return types


def broadcast(types: Types, attributes: Attributes) -> Types:
    shape = attributes["shape"]
    if broadcast_shapes((types[0].shape, shape)) != shape:
        raise OperationTypeError("the array does not broadcast to this shape", str(list(shape)), str(types[0]))
    return (types[0].with_shape(shape),)


def reshape(types: Types, attributes: Attributes) -> Types:
    result = types[0].with_shape(attributes["shape"])
    if result.size != types[0].size or min(result.shape, default=0) < 0:
        raise OperationTypeError("a new shape keeps the number of elements", f"{types[0].size} elements", str(result))
    return (result,)


def transpose(types: Types, attributes: Attributes) -> Types:
    permutation = attributes["permutation"]
    if sorted(permutation) != list(range(len(types[0].shape))):
        raise OperationTypeError("axes are permuted, each once", f"{len(types[0].shape)} axes", str(permutation))
    return (types[0].with_shape(tuple(types[0].shape[axis] for axis in permutation)),)


def sliced_shape(shape: tuple[int, ...], attributes: Attributes) -> tuple[int, ...]:
    """The shape of x[start:stop:step, ...]."""
    parts = tuple(zip(attributes["starts"], attributes["stops"], attributes["steps"], strict=True))
    if len(parts) != len(shape):
        raise OperationTypeError("a slice is given for each axis", f"{len(shape)}", str(len(parts)))
    for (start, stop, step), size in zip(parts, shape, strict=True):
        if not (0 <= start <= size and step != 0 and (stop is None or 0 <= stop <= size)):
            raise OperationTypeError("a slice is normalised", f"bounds from 0 to {size}", f"{start}:{stop}:{step}")
    ranges = (range(*slice(*part).indices(size)) for part, size in zip(parts, shape, strict=True))
    return tuple(len(part) for part in ranges)


def slice_(types: Types, attributes: Attributes) -> Types:
    return (types[0].with_shape(sliced_shape(types[0].shape, attributes)),)


def update(types: Types, attributes: Attributes) -> Types:
    array, value = types
    shape = sliced_shape(array.shape, attributes)
    if value.shape != shape:
        raise OperationTypeError("the new part has the shape of the old one", str(list(shape)), str(list(value.shape)))
    return (array.with_element(joined_element((array.element, value.element))),)


def concat(types: Types, attributes: Attributes) -> Types:
    axis = _axis(types[0], attributes["axis"])
    rest = [type.shape[:axis] + type.shape[axis + 1 :] for type in types]
    if any(len(type.shape) != len(types[0].shape) for type in types) or any(other != rest[0] for other in rest):
        found = ", ".join(str(list(type.shape)) for type in types)
        raise OperationTypeError("arrays are joined along one axis", "equal sizes on the other axes", found)
    total = sum(type.shape[axis] for type in types)
    shape = (*types[0].shape[:axis], total, *types[0].shape[axis + 1 :])
    return (ArrayType(joined_element([type.element for type in types]), shape),)


def take(types: Types, attributes: Attributes) -> Types:
    array, indices = types
    _only((indices,), Kind.INT)
    axis = _axis(array, attributes["axis"])
    return (array.with_shape(array.shape[:axis] + indices.shape + array.shape[axis + 1 :]),)


def _check_window(array: ArrayType, axes: tuple[int, ...], sizes: tuple[int, ...], starts: Types) -> None:
    _only(starts, Kind.INT)
    if not len(axes) == len(sizes) == len(starts) == len(set(axes)):
        raise OperationTypeError("each axis has one start and one size", str(len(axes)), f"{len(starts)} starts")
    for axis, size, start in zip(axes, sizes, starts, strict=True):
        if start.shape:
            raise OperationTypeError("a start is a scalar", "the empty shape", str(list(start.shape)))
        if not 0 <= size <= array.shape[_axis(array, axis)]:
            raise OperationTypeError("the part is larger than the array", f"at most {array.shape[axis]}", str(size))


def slice_at(types: Types, attributes: Attributes) -> Types:
    array, starts = types[0], types[1:]
    axes, sizes = attributes["axes"], attributes["sizes"]
    _check_window(array, axes, sizes, starts)
    shape = list(array.shape)
    for axis, size in zip(axes, sizes, strict=True):
        shape[axis] = size
    return (array.with_shape(tuple(shape)),)


def update_at(types: Types, attributes: Attributes) -> Types:
    array, value, starts = types[0], types[1], types[2:]
    axes = attributes["axes"]
    if len(value.shape) != len(array.shape):
        raise OperationTypeError("the new part has the array's rank", str(len(array.shape)), str(len(value.shape)))
    _check_window(array, axes, tuple(value.shape[_axis(array, axis)] for axis in axes), starts)
    for axis, (size, part) in enumerate(zip(array.shape, value.shape, strict=True)):
        if axis not in axes and size != part:
            raise OperationTypeError("the new part covers the other axes", str(list(array.shape)), str(value))
    return (array.with_element(joined_element((array.element, value.element))),)


# --- elements ---------------------------------------------------------------------------------------------------

_ORDER = (Kind.BOOL, Kind.INT, Kind.FIXED)


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
    _only(types, Kind.FIXED)
    scale, bits = types[0].element.scale, attributes["bits"]
    if not 0 <= bits <= scale:
        raise OperationTypeError("truncation drops fraction bits", f"0 to {scale}", str(bits))
    return (types[0].with_element(fixed(scale - bits)),)


def floor(types: Types, attributes: Attributes) -> Types:
    _only(types, Kind.FIXED)
    return (types[0].with_element(integer(64 - types[0].element.scale)),)


def add(types: Types, attributes: Attributes) -> Types:
    _only(types, Kind.INT, Kind.FIXED)
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
    _only(types, Kind.INT, Kind.FIXED)
    element = _product(types[0].element, types[1].element)
    return (ArrayType(element, broadcast_shapes([type.shape for type in types])),)


def matmul(types: Types, attributes: Attributes) -> Types:
    _only(types, Kind.INT, Kind.FIXED)
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
    _only(types, Kind.INT)
    return (ArrayType(integer(types[0].element.bits + 1), broadcast_shapes([type.shape for type in types])),)


def modulo(types: Types, attributes: Attributes) -> Types:
    _only(types, Kind.INT)
    return (ArrayType(types[1].element, broadcast_shapes([type.shape for type in types])),)


def less(types: Types, attributes: Attributes) -> Types:
    _only(types, Kind.INT, Kind.FIXED, Kind.DATE)
    return equal(types, attributes)


def equal(types: Types, attributes: Attributes) -> Types:
    joined_element([type.element for type in types])
    return (ArrayType(BOOL, broadcast_shapes([type.shape for type in types])),)


def logic(types: Types, attributes: Attributes) -> Types:
    _only(types, Kind.BOOL, Kind.INT)
    return (ArrayType(joined_element([type.element for type in types]), broadcast_shapes([t.shape for t in types])),)


def shift(types: Types, attributes: Attributes) -> Types:
    _only(types, Kind.INT)
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
    _only(types[:1], Kind.BOOL)
    element = joined_element([type.element for type in types[1:]])
    return (ArrayType(element, broadcast_shapes([type.shape for type in types])),)


def function(types: Types, attributes: Attributes) -> Types:
    _check_functions(types)
    return types


def _check_functions(types: Types) -> None:
    _only(types, Kind.FIXED)
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
    _only(types, Kind.INT, Kind.FIXED)
    element, axis = types[0].element, _axis(types[0], attributes["axis"])
    grown = integer(element.bits + _growth(types[0].shape[axis])) if element.kind is Kind.INT else element
    return (types[0].with_element(grown),)


def _check_order(types: Types, attributes: Attributes) -> None:
    _only(types, Kind.INT, Kind.FIXED, Kind.DATE)
    if types[0].shape[_axis(types[0], attributes["axis"])] == 0:
        raise OperationTypeError("nothing is the least or greatest of nothing", "a non-empty axis", str(types[0]))


def extremum(types: Types, attributes: Attributes) -> Types:
    _check_order(types, attributes)
    return (types[0].with_shape(_without(types[0], attributes["axis"])),)


def place_of_extremum(types: Types, attributes: Attributes) -> Types:
    _check_order(types, attributes)
    axis = attributes["axis"]
    return (ArrayType(index_element(types[0].shape[axis]), _without(types[0], axis)),)


def quantifier(types: Types, attributes: Attributes) -> Types:
    _only(types, Kind.BOOL)
    return (types[0].with_shape(_without(types[0], _axis(types[0], attributes["axis"]))),)


# --- order ------------------------------------------------------------------------------------------------------


def argsort(types: Types, attributes: Attributes) -> Types:
    shape, flags = types[0].shape if types else (), attributes["descending"]
    if len(shape) != 1 or any(type.shape != shape for type in types):
        found = ", ".join(str(list(type.shape)) for type in types)
        raise OperationTypeError("rows are sorted by vectors of one length", "one axis", found)
    if len(flags) != len(types) or not {0, 1}.issuperset(flags):
        raise OperationTypeError("each key goes up or down", f"{len(types)} of 0 and 1", str(flags))
    return (ArrayType(ROWS, shape),)


def random_rows(types: Types, attributes: Attributes) -> Types:
    (indices,) = iota(types, attributes)
    return (indices.with_element(ROWS),)


def invert(types: Types, attributes: Attributes) -> Types:
    _only(types, Kind.ROWS)
    return types


def gather(types: Types, attributes: Attributes) -> Types:
    array, rows = types
    _only((rows,), Kind.ROWS)
    if array.element == ROWS or array.shape[:1] != rows.shape:
        raise OperationTypeError("rows are gathered from an array of as many", f"{rows.shape[0]} rows", str(array))
    return (array,)


def align(types: Types, attributes: Attributes) -> Types:
    (type,), side, rows = types, attributes["side"], attributes["rows"]
    if side not in (0, 1) or len(attributes["counts"]) != 2:
        raise OperationTypeError("a join has two sides", "0 or 1", str(side))
    if type.element == ROWS or type.shape[:1] != attributes["counts"][side : side + 1]:
        raise OperationTypeError("a side's columns have its rows", str(attributes["counts"][side]), str(type))
    if not 0 <= rows <= type.shape[0]:
        raise OperationTypeError("aligned rows are some of the side's", f"at most {type.shape[0]}", str(rows))
    return (type.with_shape((rows, *type.shape[1:])),)


# --- effects ----------------------------------------------------------------------------------------------------


def reveal(types: Types, attributes: Attributes) -> Types:
    return types if attributes["roles"] is None else ()


def save(types: Types, attributes: Attributes) -> Types:
    return ()


def assert_(types: Types, attributes: Attributes) -> Types:
    _only(types, Kind.BOOL)
    if types[0].shape:
        raise OperationTypeError("an assertion is about one bool", "a scalar", str(types[0]))
    return ()
