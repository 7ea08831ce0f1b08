"""Operations that move elements and compute none: shapes, parts of arrays, and replacing parts of arrays."""

from collections.abc import Mapping, Sequence

from ..intervals import Interval, hull
from ..program import Operation, Value
from ..types import ArrayType, Kind
from .families import AXIS, MODULAR, SIZES, computed, first_interval, kernel
from .lanes import CannotWidenError, Lanes
from .row import ALL, FIRST, Attribute, AttributeKind, Identity, OperationRow, Terms, Trait, WidenRule, WindowRule
from .typing import (
    Attributes,
    OperationTypeError,
    TypeRule,
    Types,
    broadcast_shapes,
    existing_axis,
    joined_element,
    only,
)

_SLICES = {"starts": SIZES, "stops": Attribute(AttributeKind.BOUNDS), "steps": SIZES}
_SHAPE = {"shape": SIZES}

# --- types --------------------------------------------------------------------------------------------------------


def broadcast(types: Types, attributes: Attributes) -> Types:
    """The type of the operand in a shape that it broadcasts to."""
    shape = attributes["shape"]
    if broadcast_shapes((types[0].shape, shape)) != shape:
        raise OperationTypeError("the array does not broadcast to this shape", str(list(shape)), str(types[0]))
    return (types[0].with_shape(shape),)


def reshape(types: Types, attributes: Attributes) -> Types:
    """The type of the operand in another shape with as many elements."""
    result = types[0].with_shape(attributes["shape"])
    if result.size != types[0].size or min(result.shape, default=0) < 0:
        raise OperationTypeError("a new shape keeps the number of elements", f"{types[0].size} elements", str(result))
    return (result,)


def transpose(types: Types, attributes: Attributes) -> Types:
    """The type of the operand with its axes in another order."""
    permutation = attributes["permutation"]
    if sorted(permutation) != list(range(len(types[0].shape))):
        raise OperationTypeError("axes are permuted, each once", f"{len(types[0].shape)} axes", str(permutation))
    return (types[0].with_shape(tuple(types[0].shape[axis] for axis in permutation)),)


def sliced_shape(shape: tuple[int, ...], attributes: Attributes) -> tuple[int, ...]:
    """The shape of x[start:stop:step, ...]. Raises OperationTypeError for a slice that is not normalised."""
    parts = tuple(zip(attributes["starts"], attributes["stops"], attributes["steps"], strict=True))
    if len(parts) != len(shape):
        raise OperationTypeError("a slice is given for each axis", f"{len(shape)}", str(len(parts)))
    for (start, stop, step), size in zip(parts, shape, strict=True):
        if not (0 <= start <= size and step != 0 and (stop is None or 0 <= stop <= size)):
            raise OperationTypeError("a slice is normalised", f"bounds from 0 to {size}", f"{start}:{stop}:{step}")
    ranges = (range(*slice(*part).indices(size)) for part, size in zip(parts, shape, strict=True))
    return tuple(len(part) for part in ranges)


def slice_(types: Types, attributes: Attributes) -> Types:
    """The type of a part of the operand."""
    return (types[0].with_shape(sliced_shape(types[0].shape, attributes)),)


def update(types: Types, attributes: Attributes) -> Types:
    """The type of the first operand with a part replaced by the second operand."""
    array, value = types
    shape = sliced_shape(array.shape, attributes)
    if value.shape != shape:
        raise OperationTypeError("the new part has the shape of the old one", str(list(shape)), str(list(value.shape)))
    return (array.with_element(joined_element((array.element, value.element))),)


def concat(types: Types, attributes: Attributes) -> Types:
    """The type of the operands one after the other along an axis."""
    axis = existing_axis(types[0], attributes["axis"])
    rest = [type.shape[:axis] + type.shape[axis + 1 :] for type in types]
    if any(len(type.shape) != len(types[0].shape) for type in types) or any(other != rest[0] for other in rest):
        found = ", ".join(str(list(type.shape)) for type in types)
        raise OperationTypeError("arrays are joined along one axis", "equal sizes on the other axes", found)
    total = sum(type.shape[axis] for type in types)
    shape = (*types[0].shape[:axis], total, *types[0].shape[axis + 1 :])
    return (ArrayType(joined_element([type.element for type in types]), shape),)


def take(types: Types, attributes: Attributes) -> Types:
    """The type of the entries of the first operand along an axis, at the indices of the second operand."""
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
    """The type of a part of the first operand that starts where the other operands say."""
    array, starts = types[0], types[1:]
    axes, sizes = attributes["axes"], attributes["sizes"]
    _check_window(array, axes, sizes, starts)
    shape = list(array.shape)
    for axis, size in zip(axes, sizes, strict=True):
        shape[axis] = size
    return (array.with_shape(tuple(shape)),)


def update_at(types: Types, attributes: Attributes) -> Types:
    """The type of the first operand with a part replaced by the second, which starts where the other operands say."""
    array, value, starts = types[0], types[1], types[2:]
    axes = attributes["axes"]
    if len(value.shape) != len(array.shape):
        raise OperationTypeError("the new part has the array's rank", str(len(array.shape)), str(len(value.shape)))
    _check_window(array, axes, tuple(value.shape[existing_axis(array, axis)] for axis in axes), starts)
    for axis, (size, part) in enumerate(zip(array.shape, value.shape, strict=True)):
        if axis not in axes and size != part:
            raise OperationTypeError("the new part covers the other axes", str(list(array.shape)), str(value))
    return (array.with_element(joined_element((array.element, value.element))),)


# --- windows ------------------------------------------------------------------------------------------------------


def _one_entry(operation: Operation) -> Sequence[tuple[int, int]]:
    return ((operation.attributes["axis"], 1),)


def _of_these_sizes(operation: Operation) -> Sequence[tuple[int, int]]:
    return tuple(zip(operation.attributes["axes"], operation.attributes["sizes"], strict=True))


def _of_the_new_part(operation: Operation) -> Sequence[tuple[int, int]]:
    return tuple((axis, operation.operands[1].type.shape[axis]) for axis in operation.attributes["axes"])


# --- intervals ----------------------------------------------------------------------------------------------------


def _of_all(operation: Operation, x: Sequence[Interval]) -> Interval:
    return hull(x)


def _of_both(operation: Operation, x: Sequence[Interval]) -> Interval:
    return x[0].hull(x[1])


# --- identities ---------------------------------------------------------------------------------------------------


def _shape_again(terms: Terms, operation: Operation, operands: tuple[Value, ...]) -> Value | None:
    """Reshape and broadcast: to the same shape, after the same operation, or of a scalar that was broadcast."""
    shape = operation.attributes["shape"]
    inner = terms.operand_of(operation.name, operands[0])
    source = operands[0] if inner is None else inner
    if source.type.shape == shape:
        return source
    if inner is not None:
        return terms.emit(operation.name, inner, shape=shape)
    scalar = terms.operand_of("broadcast", operands[0])
    if scalar is not None and not scalar.type.shape:
        return terms.emit("broadcast", scalar, shape=shape)
    return None


def _transpose_again(terms: Terms, operation: Operation, operands: tuple[Value, ...]) -> Value | None:
    source, permutation = operands[0], operation.attributes["permutation"]
    inner = terms.definition(source)
    composed = inner is not None and inner.name == "transpose"
    if inner is not None and composed:
        source = inner.operands[0]
        permutation = tuple(inner.attributes["permutation"][axis] for axis in permutation)
    if permutation == tuple(range(len(permutation))):
        return source
    return terms.emit("transpose", source, permutation=permutation) if composed else None


def _whole_slice(terms: Terms, operation: Operation, operands: tuple[Value, ...]) -> Value | None:
    same_shape = operands[0].type == operation.results[0].type
    return operands[0] if same_shape and all(step > 0 for step in operation.attributes["steps"]) else None


def _of_one(terms: Terms, operation: Operation, operands: tuple[Value, ...]) -> Value | None:
    return operands[0] if len(operands) == 1 else None


# --- lanes --------------------------------------------------------------------------------------------------------


def _widen_broadcast(lanes: Lanes, operation: Operation) -> Value:
    shape = operation.attributes["shape"]
    aligned = lanes.aligned(operation.operands[0], len(shape))
    return lanes.emit("broadcast", aligned, shape=(lanes.count, *shape))


def _widen_reshape(lanes: Lanes, operation: Operation) -> Value:
    return lanes.reshaped(lanes.narrow(operation.operands[0]), (lanes.count, *operation.attributes["shape"]))


def _widen_transpose(lanes: Lanes, operation: Operation) -> Value:
    permutation = (0, *(axis + 1 for axis in operation.attributes["permutation"]))
    return lanes.moved(lanes.narrow(operation.operands[0]), permutation)


def _with_lanes(lanes: Lanes, operation: Operation) -> dict[str, tuple[int | None, ...]]:
    found = operation.attributes
    return {
        "starts": (0, *found["starts"]),
        "stops": (lanes.count, *found["stops"]),
        "steps": (1, *found["steps"]),
    }


def _widen_slice(lanes: Lanes, operation: Operation) -> Value:
    return lanes.emit("slice", lanes.narrow(operation.operands[0]), **_with_lanes(lanes, operation))


def _widen_update(lanes: Lanes, operation: Operation) -> Value:
    return lanes.emit("update", *map(lanes.widened, operation.operands), **_with_lanes(lanes, operation))


def _widen_concat(lanes: Lanes, operation: Operation) -> Value:
    axis = operation.attributes["axis"] + 1
    return lanes.emit("concat", *map(lanes.widened, operation.operands), axis=axis)


def _widen_take(lanes: Lanes, operation: Operation) -> Value:
    x, indices = operation.operands
    axis = operation.attributes["axis"]
    if not lanes.is_wide(indices):
        return lanes.emit("take", lanes.narrow(x), lanes.narrow(indices), axis=axis + 1)
    if lanes.is_wide(x):
        raise CannotWidenError("take from different arrays at different places")
    taken = lanes.emit("take", lanes.narrow(x), lanes.narrow(indices), axis=axis)
    rest = [other for other in range(len(taken.type.shape)) if other != axis]
    return lanes.moved(taken, (axis, *rest))


def _widen_slice_at(lanes: Lanes, operation: Operation) -> Value:
    if lanes.is_wide(*operation.operands[1:]):
        return lanes.windows(operation)
    axes = tuple(axis + 1 for axis in operation.attributes["axes"])
    sizes = operation.attributes["sizes"]
    return lanes.emit("slice_at", *map(lanes.narrow, operation.operands), axes=axes, sizes=sizes)


def _widen_update_at(lanes: Lanes, operation: Operation) -> Value:
    x, v, *starts = operation.operands
    if lanes.is_wide(*starts):
        raise CannotWidenError("writing at different places")
    axes = tuple(axis + 1 for axis in operation.attributes["axes"])
    return lanes.emit("update_at", lanes.widened(x), lanes.widened(v), *map(lanes.narrow, starts), axes=axes)


# --- rows ---------------------------------------------------------------------------------------------------------


def _move(
    name: str,
    infer: TypeRule,
    attributes: Mapping[str, Attribute],
    identities: tuple[Identity, ...],
    widen: WidenRule,
    after_truncation: slice | None,
    arity: int | None = 1,
    indices_from: int | None = None,
    windows: WindowRule | None = None,
) -> OperationRow:
    """The row of an operation whose result is made of elements of its first operand."""
    return computed(
        arity=arity,
        infer=infer,
        clear=kernel(name, *attributes),
        traits=Trait.STRUCTURAL | Trait.LINEAR,
        attributes=attributes,
        indices_from=indices_from,
        windows=windows,
        interval=first_interval,
        domain=MODULAR,
        elements_of=FIRST,
        after_truncation=after_truncation,
        identities=identities,
        widen=widen,
    )


# A truncation may move behind an operation that keeps or drops elements, but not behind one that repeats them.
STRUCTURE: dict[str, OperationRow] = {
    "broadcast": _move("broadcast", broadcast, _SHAPE, (_shape_again,), _widen_broadcast, None),
    "reshape": _move("reshape", reshape, _SHAPE, (_shape_again,), _widen_reshape, FIRST),
    "transpose": _move("transpose", transpose, {"permutation": SIZES}, (_transpose_again,), _widen_transpose, FIRST),
    "slice": _move("slice", slice_, _SLICES, (_whole_slice,), _widen_slice, FIRST),
    "concat": computed(
        arity=None,
        infer=concat,
        clear=kernel("concat", "axis"),
        traits=Trait.STRUCTURAL | Trait.LINEAR,
        attributes=AXIS,
        interval=_of_all,
        domain=MODULAR,
        elements_of=ALL,
        after_truncation=ALL,
        identities=(_of_one,),
        widen=_widen_concat,
    ),
    "take": _move("take", take, AXIS, (), _widen_take, None, arity=2, indices_from=1, windows=_one_entry),
    "slice_at": _move(
        "slice_at",
        slice_at,
        {"axes": SIZES, "sizes": SIZES},
        (),
        _widen_slice_at,
        FIRST,
        arity=None,
        indices_from=1,
        windows=_of_these_sizes,
    ),
    "update": computed(
        arity=2,
        infer=update,
        clear=kernel("update", *_SLICES),
        traits=Trait.STRUCTURAL | Trait.LINEAR,
        attributes=_SLICES,
        interval=_of_both,
        domain=MODULAR,
        elements_of=slice(2),
        identities=(),
        widen=_widen_update,
    ),
    "update_at": computed(
        arity=None,
        infer=update_at,
        clear=kernel("update_at", "axes"),
        traits=Trait.STRUCTURAL | Trait.LINEAR,
        attributes={"axes": SIZES},
        indices_from=2,
        windows=_of_the_new_part,
        interval=_of_both,
        domain=MODULAR,
        elements_of=slice(2),
        identities=(),
        widen=_widen_update_at,
    ),
}
