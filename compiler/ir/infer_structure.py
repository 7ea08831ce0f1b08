"""Type rules of operations that take values as they are: sources, structure, order and effects. See `operands`."""

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
from .types import ROWS, ArrayType, Kind

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
    axis = existing_axis(types[0], attributes["axis"])
    rest = [type.shape[:axis] + type.shape[axis + 1 :] for type in types]
    if any(len(type.shape) != len(types[0].shape) for type in types) or any(other != rest[0] for other in rest):
        found = ", ".join(str(list(type.shape)) for type in types)
        raise OperationTypeError("arrays are joined along one axis", "equal sizes on the other axes", found)
    total = sum(type.shape[axis] for type in types)
    shape = (*types[0].shape[:axis], total, *types[0].shape[axis + 1 :])
    return (ArrayType(joined_element([type.element for type in types]), shape),)


def take(types: Types, attributes: Attributes) -> Types:
    array, indices = types
    only((indices,), Kind.INT)
    axis = existing_axis(array, attributes["axis"])
    return (array.with_shape(array.shape[:axis] + indices.shape + array.shape[axis + 1 :]),)


def _check_window(array: ArrayType, axes: tuple[int, ...], sizes: tuple[int, ...], starts: Types) -> None:
    only(starts, Kind.INT)
    if not len(axes) == len(sizes) == len(starts) == len(set(axes)):
        raise OperationTypeError("each axis has one start and one size", str(len(axes)), f"{len(starts)} starts")
    for axis, size, start in zip(axes, sizes, starts, strict=True):
        if start.shape:
            raise OperationTypeError("a start is a scalar", "the empty shape", str(list(start.shape)))
        if not 0 <= size <= array.shape[existing_axis(array, axis)]:
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
    _check_window(array, axes, tuple(value.shape[existing_axis(array, axis)] for axis in axes), starts)
    for axis, (size, part) in enumerate(zip(array.shape, value.shape, strict=True)):
        if axis not in axes and size != part:
            raise OperationTypeError("the new part covers the other axes", str(list(array.shape)), str(value))
    return (array.with_element(joined_element((array.element, value.element))),)


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
    only(types, Kind.ROWS)
    return types


def gather(types: Types, attributes: Attributes) -> Types:
    array, rows = types
    only((rows,), Kind.ROWS)
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
    only(types, Kind.BOOL)
    if types[0].shape:
        raise OperationTypeError("an assertion is about one bool", "a scalar", str(types[0]))
    return ()
