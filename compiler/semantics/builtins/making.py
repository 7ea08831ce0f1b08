"""Built-in functions that make arrays and change shapes. In: bound arguments. Out: arrays."""

from collections.abc import Sequence
from math import prod

from ...ir.program import Value
from ...ir.types import BOOL, ArrayType, Element, fixed
from ...source import Span
from ..arrays.arithmetic import conjunction, promoted, where_valid
from ..arrays.missing import bits_of, carried, with_bits
from ..errors import shapes_differ, wrong
from ..state.context import Context
from ..state.conversion import as_fixed
from ..state.describe import describe, plural
from ..state.values import Array, Bundle, Meaning, Role, Table, TypeName, tied
from ..type_names import number_element
from .arguments import Arguments


def zeros(call: Arguments) -> Meaning:
    """An array of zeros."""
    return _filled(call, 0)


def ones(call: Arguments) -> Meaning:
    """An array of ones."""
    return _filled(call, 1)


def _filled(call: Arguments, number: int) -> Array:
    element = _element(call)
    return Array(call.context.filled(ArrayType(element, call.shape("shape")), number << element.scale))


def _element(call: Arguments) -> Element:
    if not call.has("T"):
        return fixed(call.context.scale)
    given = call.named["T"].value
    element = number_element(given.name, call.context.scale) if isinstance(given, TypeName) else None
    if element is None:
        raise call.expected("T", "`bool`, `int` or `fixed`", describe(given), "name the type, as in `zeros(3, int)`")
    return element


def full(call: Arguments) -> Meaning:
    """An array that repeats one value."""
    return broadcast(call.context, call.array("v"), call.shape("shape"), call.span)


def broadcast(context: Context, x: Array, shape: tuple[int, ...], span: Span) -> Array:
    """x broadcast to a larger shape. Raises WrongError."""
    if x.shape == shape:
        return x
    if context.common_shape([x.shape, shape], span, "the array and its new shape") != shape:
        raise shapes_differ(span, "the array and its new shape", [x.shape, shape])
    return Array(context.emit("broadcast", where_valid(context, x, range(x.rank)).value, shape=shape))


def arange(call: Arguments) -> Meaning:
    """0, 1, ..., n - 1."""
    n = call.number("n")
    if n < 0:
        raise call.expected("n", "0 or more", str(n), "check its sign")
    return Array(call.context.emit("iota", n=n))


def eye(call: Arguments) -> Meaning:
    """The unit matrix."""
    context, n = call.context, call.number("n")
    if n < 0:
        raise call.expected("n", "0 or more", str(n), "check its sign")
    places = context.emit("iota", n=n)
    column = context.emit("reshape", places, shape=(n, 1))
    ones = context.emit("equal", column, places)
    element = _element(call)
    return Array(ones if element == BOOL else context.emit("cast", ones, element=element))


def sequence(context: Context, span: Span, elements: Sequence[Array]) -> Array:
    """[a, b, c]: arrays of one shape, side by side on a new first axis."""
    return _stacked(context, span, elements, 0, "[...]")


def stack(call: Arguments) -> Meaning:
    """Arrays of one shape, side by side on a new axis."""
    arrays = call.arrays("a")
    return _stacked(call.context, call.span, arrays, call.axis("axis", arrays[0].rank + 1, 0), "stack")


def _stacked(context: Context, span: Span, arrays: Sequence[Array], axis: int, name: str) -> Array:
    arrays = promoted(context, arrays, span, name)
    shape = arrays[0].shape
    if any(array.shape != shape for array in arrays):
        raise shapes_differ(span, f"the elements of `{name}`", list(dict.fromkeys(array.shape for array in arrays)))
    if any(array.ties for array in arrays):
        arrays = [where_valid(context, array, range(array.rank)) for array in arrays]
    wide = (*shape[:axis], 1, *shape[axis:])
    return Array(context.emit("concat", *(context.emit("reshape", x.value, shape=wide) for x in arrays), axis=axis))


def concat(call: Arguments) -> Meaning:
    """Arrays one after the other along an axis."""
    context, arrays = call.context, call.arrays("a")
    axis = call.axis("axis", arrays[0].rank, 0)
    arrays = promoted(context, arrays, call.span, "concat")
    rest = {array.shape[:axis] + array.shape[axis + 1 :] for array in arrays}
    if len(rest) > 1 or len({array.rank for array in arrays}) > 1:
        raise shapes_differ(call.span, "the arguments of `concat`", [array.shape for array in arrays])
    return joined_along(context, arrays, axis)


def joined_along(context: Context, arrays: Sequence[Array], axis: int) -> Array:
    """Arrays of one element type, one after the other. Rows that one of the arrays ties stay tied."""
    arrays = [where_valid(context, array, [a for a in range(array.rank) if a != axis]) for array in arrays]
    value = context.emit("concat", *(array.value for array in arrays), axis=axis)
    tie = joined_ties(context, [(array.tie(axis), array.shape[axis]) for array in arrays])
    return tied(value, tuple(tie if a == axis else None for a in range(len(value.type.shape))))


def joined_ties(context: Context, ties: Sequence[tuple[Value | None, int]]) -> Value | None:
    """The valid bits of rows one after the other; each part comes with its number of rows. None if all are valid."""
    if all(tie is None for tie, _ in ties):
        return None
    parts = [context.boolean(True, (size,)) if tie is None else tie for tie, size in ties]
    return context.emit("concat", *parts, axis=0)


def reshape(call: Arguments) -> Meaning:
    """The same elements in another shape; one size may be -1."""
    context, x, sizes = call.context, call.array("x"), list(call.sizes("shape"))
    if sizes.count(-1) == 1:
        rest = prod(size for size in sizes if size != -1)
        sizes[sizes.index(-1)] = x.type.size // rest if rest else 0
    if prod(sizes) != x.type.size or min(sizes, default=0) < 0:
        found = f"{list(call.sizes('shape'))} for {list(x.shape)}, which has {plural(x.type.size, 'element')}"
        raise call.expected("shape", "a shape with as many elements as the array", found, "-1 stands for the size left")
    shape = tuple(sizes)
    same = next((axis for axis, pair in enumerate(zip(x.shape, shape, strict=False)) if pair[0] != pair[1]), None)
    kept = min(x.rank, len(shape)) if same is None else same
    if any(x.tie(axis) is not None for axis in range(kept, x.rank)):
        raise wrong(
            call.span,
            "`reshape` would mix valid and cleared rows of a table",
            expected="a shape that keeps the axis of the rows",
            found=f"{list(x.shape)} to {list(shape)}",
            remedy="reduce over the rows first, or keep the rows as the first axis",
        )
    ties = tuple(x.tie(axis) for axis in range(kept)) + (None,) * (len(shape) - kept)
    return tied(context.emit("reshape", x.value, shape=shape), ties)


def transpose(call: Arguments) -> Meaning:
    """The array with its axes in reverse order, or in the given order."""
    x = call.array("x")
    if not call.has("axes"):
        return transposed(call.context, x)
    order = call.sizes("axes")
    if sorted(axis % max(x.rank, 1) for axis in order) != list(range(x.rank)):
        raise call.expected(
            "axes", f"each of the axes 0 to {x.rank - 1} once", str(list(order)), "list every axis once"
        )
    return _permuted(call.context, x, tuple(axis % x.rank for axis in order))


def transposed(context: Context, x: Array) -> Array:
    """x.T."""
    return x if x.rank < 2 else _permuted(context, x, tuple(reversed(range(x.rank))))


def _permuted(context: Context, x: Array, order: tuple[int, ...]) -> Array:
    return tied(context.emit("transpose", x.value, permutation=order), tuple(x.tie(axis) for axis in order))


def matrix(call: Arguments) -> Meaning:
    """Columns side by side, as `fixed[rows, k]`."""
    context, columns = call.context, []
    for given in call.several:
        column = as_column(call, call.as_array(given, "column"), given.span)
        columns.append(column)
    if any(column.shape[0] != columns[0].shape[0] for column in columns):
        raise shapes_differ(call.span, "the columns of `matrix`", [column.shape for column in columns])
    wide = [column.value for column in columns]
    value = wide[0] if len(wide) == 1 else context.emit("concat", *wide, axis=1)
    result = tied(value, (conjunction(context, [column.tie(0) for column in columns]), None))
    lacking = [column.present for column in columns if column.present is not None]
    if not lacking:
        return result
    bits = [bits_of(context, column) for column in columns]
    there = bits[0] if len(bits) == 1 else context.emit("concat", *bits, axis=1)
    return with_bits(context, result, there, 0 if all(one.held == 0 for one in lacking) else None)


def as_column(call: Arguments, x: Array, span: Span) -> Array:
    """A column of `matrix`: a vector or a list column, as `fixed[rows, k]`."""
    if x.rank not in (1, 2) or not x.element.is_number:
        raise wrong(
            span,
            "a column of `matrix` has one number, or a list of numbers, for each row",
            expected="`bool`, `int` or `fixed` with one or two axes",
            found=describe(x),
            remedy="use `one_hot(c)` for a category, `int(d)` for a date",
        )
    x = as_fixed(call.context, x)
    return x if x.rank == 2 else carried(call.context, x, lambda one: _beside(call.context, one))


def _beside(context: Context, x: Array) -> Array:
    return tied(context.emit("reshape", x.value, shape=(x.shape[0], 1)), (x.tie(0), None))


def rows(call: Arguments) -> Meaning:
    """The number of rows of a table, valid or not; for an array, its first size."""
    value = call.named["t"].value
    if isinstance(value, Table):
        return Array(call.context.integer(value.rows))
    return length(call, "t")


def length(call: Arguments, name: str = "x") -> Meaning:
    """The first size of an array, the number of members of a role, or of elements of a tuple, or of rows of a table."""
    context, value = call.context, call.named[name].value
    if isinstance(value, Role) and value.members is not None:
        return Array(context.integer(value.members))
    if isinstance(value, Bundle):
        return Array(context.integer(len(value.elements)))
    if isinstance(value, Table):
        return Array(context.integer(value.rows))
    if not isinstance(value, Array) or not value.rank:
        expected = "an array, a tuple, a table or a `parties` role"
        raise call.expected(name, expected, describe(value), "a scalar has no length")
    return Array(context.integer(value.shape[0]))


def flip(call: Arguments) -> Meaning:
    """The elements in reverse order along an axis, or along all axes."""
    context, x = call.context, call.array("x")
    axes = [call.axis("axis", x.rank)] if call.has("axis") else list(range(x.rank))
    if not axes:
        return x
    flipped = context.emit("slice", x.value, **_reversed(x.shape, axes))
    ties = tuple(
        tie if tie is None or axis not in axes else context.emit("slice", tie, **_reversed(tie.type.shape, [0]))
        for axis, tie in enumerate(x.ties or (None,) * x.rank)
    )
    return tied(flipped, ties)


def _reversed(shape: tuple[int, ...], axes: Sequence[int]) -> dict[str, tuple[int | None, ...]]:
    turned = [axis in axes and shape[axis] > 0 for axis in range(len(shape))]
    return {
        "starts": tuple(size - 1 if turn else 0 for size, turn in zip(shape, turned, strict=True)),
        "stops": tuple(None if turn else size for size, turn in zip(shape, turned, strict=True)),
        "steps": tuple(-1 if turn else 1 for turn in turned),
    }


def repeat(call: Arguments) -> Meaning:
    """Each element n times in a row, along an axis; without an axis, as a vector."""
    context, x, n = call.context, call.array("x"), call.number("n")
    if n < 0:
        raise call.expected("n", "0 or more", str(n), "check its sign")
    if not call.has("axis") and x.rank != 1:
        x = Array(context.emit("reshape", where_valid(context, x, range(x.rank)).value, shape=(x.type.size,)))
    axis = call.axis("axis", x.rank, 0)
    ties = list(x.ties or (None,) * x.rank)
    tie = ties[axis]
    ties[axis] = None if tie is None else _repeated(context, tie, 0, n)
    return tied(_repeated(context, x.value, axis, n), tuple(ties))


def _repeated(context: Context, x: Value, axis: int, n: int) -> Value:
    shape = x.type.shape
    head, tail = shape[: axis + 1], shape[axis + 1 :]
    column = context.emit("reshape", x, shape=(*head, 1, *tail))
    wide = context.emit("broadcast", column, shape=(*head, n, *tail))
    return context.emit("reshape", wide, shape=(*head[:-1], head[-1] * n, *tail))
