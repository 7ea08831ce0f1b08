"""Reading and writing parts of arrays: `x[...]` and `x[...] = v`. In: an array and an index's parts. Out: an array.

Reading goes in stages, each on the result of the stage before: places known while running (`slice_at`), places known
now (`slice`), then arrays of places and private places. Writing goes backwards.
"""

from dataclasses import dataclass
from math import prod

import numpy as np

from ...ir.program import Value
from ...ir.types import INT, ArrayType, Element, Kind, integer
from ...source import Span
from ..errors import shapes_differ, wrong
from ..state.context import Context
from ..state.conversion import cast, joined
from ..state.describe import describe, plural
from ..state.values import Array, tied
from .arithmetic import conjunction, mask_along, promoted, where_valid
from .index_parts import AxisPart, Fresh, Part, Places, SecretPlaces, Stretch, Window
from .missing import bare, carried, presence, with_bits
from .pairs import Pairs, arrays_of_places, one_hot_places, paired


@dataclass(frozen=True, slots=True)
class Axes:
    """The parts that belong to the array's own axes."""

    parts: tuple[AxisPart | Pairs, ...]

    @property
    def moving(self) -> list[tuple[int, Window]]:
        """The axes with a window at a place that is known while running."""
        return [(axis, part) for axis, part in enumerate(self.parts) if isinstance(part, Window)]

    @property
    def still(self) -> list[tuple[int, Stretch]]:
        """The axes with a stretch that is known now."""
        return [(axis, part) for axis, part in enumerate(self.parts) if isinstance(part, Stretch)]

    @property
    def points(self) -> list[int]:
        """The axes that a number was written for. The result does not have these axes."""
        return [axis for axis, part in enumerate(self.parts) if isinstance(part, Stretch | Window) and part.point]


Block = tuple[tuple[int, ...], tuple[Value | None, ...]]
"""The sizes and the ties that one part of an index contributes to the result."""


def read(context: Context, span: Span, x: Array, parts: list[Part]) -> Array:
    """x[parts]; what a part leaves out of the rows of a table is missing if x may lack values."""
    return carried(context, x, lambda one: _read(context, span, one, parts))


def _read(context: Context, span: Span, given: Array, written: list[Part]) -> Array:
    x, parts = paired(context, span, given, written)
    axes = Axes(tuple(part for part in parts if not isinstance(part, Fresh)))
    part = _at_stretches(context, _at_windows(context, x, axes), axes)
    part = where_valid(context, part, [axis for axis in range(part.rank) if _leaves_rows(axes.parts[axis])])
    value, position = part.value, 0
    blocks: list[Block] = []
    for axis, entry in enumerate(axes.parts):
        value, block = _read_axis(context, span, value, position, entry, part.tie(axis))
        position += 1 if isinstance(entry, Stretch | Window) else len(block[0])
        blocks.append(block)
    own = iter(blocks)
    every: list[Block] = [((1,), (None,)) if isinstance(entry, Fresh) else next(own) for entry in parts]
    shape = tuple(size for sizes, _ in every for size in sizes)
    if shape != value.type.shape:
        value = context.emit("reshape", value, shape=shape)
    return tied(value, tuple(tie for _, ties in every for tie in ties))


def _read_axis(
    context: Context, span: Span, value: Value, position: int, entry: AxisPart | Pairs, tie: Value | None
) -> tuple[Value, Block]:
    """The value after one part of the index, for its axis `position`; and what the part leaves of that axis.

    What places in a table's rows lead to stays tied to these rows.
    """
    if isinstance(entry, Stretch | Window):
        return value, ((), ()) if entry.point else ((value.type.shape[position],), (tie,))
    if isinstance(entry, Pairs):
        return _read_pairs(context, span, value, position, entry), (entry.shape, entry.ties)
    shape = entry.indices.shape
    ties = entry.indices.ties or (None,) * len(shape)
    if isinstance(entry, SecretPlaces):
        hot = one_hot_places(context, entry.indices, value.type.shape[position])
        return _look_up(context, span, value, hot, position), (shape, ties)
    taken = context.emit("take", value, entry.indices.value, axis=position)
    if len(shape) == 1:
        return taken, (shape, (conjunction(context, [*ties, _taken_tie(context, tie, entry.indices)]),))
    return taken, (shape, ties)


def _read_pairs(context: Context, span: Span, value: Value, axis: int, pairs: Pairs) -> Value:
    """The value with the pairs' own shape in place of the axis that stands for all axes of the pairs."""
    if pairs.rows is None:
        assert pairs.hot is not None
        return _look_up(context, span, value, pairs.hot, axis)
    if pairs.hot is None:
        return context.emit("take", value, pairs.rows, axis=axis)
    shape, private = value.type.shape, pairs.hot.type.shape[-1]
    before, after = shape[:axis], shape[axis + 1 :]
    apart = context.emit("reshape", value, shape=(*before, shape[axis] // private, private, *after))
    taken = context.emit("take", apart, pairs.rows, axis=axis)
    return _look_up_each(context, span, taken, pairs.hot, axis)


def _leaves_rows(part: AxisPart | Pairs) -> bool:
    """Whether the result no longer runs over the axis's rows one by one. Cleared rows then read as zero."""
    if isinstance(part, Pairs):
        return False
    if isinstance(part, Stretch | Window):
        return part.point
    return isinstance(part, SecretPlaces) or len(part.indices.shape) != 1


def _at_windows(context: Context, x: Array, axes: Axes) -> Array:
    if not axes.moving:
        return x
    starts = [part.start for _, part in axes.moving]
    numbers, sizes = tuple(axis for axis, _ in axes.moving), tuple(part.size for _, part in axes.moving)
    value = context.emit("slice_at", x.value, *starts, axes=numbers, sizes=sizes)
    if not x.ties:
        return Array(value)
    ties = list(x.ties)
    for axis, part in axes.moving:
        tie = x.ties[axis]
        if tie is not None:
            ties[axis] = context.emit("slice_at", tie, part.start, axes=(0,), sizes=(part.size,))
    return tied(value, tuple(ties))


def _at_stretches(context: Context, x: Array, axes: Axes) -> Array:
    bounds = _bounds(x.shape, axes)
    if all(part == (0, size, 1) for part, size in zip(bounds, x.shape, strict=True)):
        return x
    value = context.emit("slice", x.value, **_slices(bounds))
    if not x.ties:
        return Array(value)
    ties = tuple(
        tie if tie is None or part == (0, size, 1) else context.emit("slice", tie, **_slices([part]))
        for tie, part, size in zip(x.ties, bounds, x.shape, strict=True)
    )
    return tied(value, ties)


Bounds = tuple[int, int | None, int]


def _bounds(shape: tuple[int, ...], axes: Axes) -> list[Bounds]:
    bounds: list[Bounds] = [(0, size, 1) for size in shape]
    for axis, part in axes.still:
        if part.size == 0:
            bounds[axis] = (0, 0, 1)
        elif part.step > 0:
            bounds[axis] = (part.start, min(part.stop, shape[axis]), part.step)
        else:
            bounds[axis] = (part.start, part.stop if part.stop >= 0 else None, part.step)
    return bounds


def _slices(bounds: list[Bounds]) -> dict[str, tuple[int | None, ...]]:
    starts, stops, steps = zip(*bounds, strict=True)
    return {"starts": starts, "stops": stops, "steps": steps}


def _taken_tie(context: Context, tie: Value | None, indices: Array) -> Value | None:
    return None if tie is None else context.emit("take", tie, indices.value, axis=0)


# --- private places ---------------------------------------------------------------------------------------------


def _look_up(context: Context, span: Span, x: Value, hot: Value, axis: int) -> Value:
    """x at places of an axis, without telling which elements are wanted: every element is read.

    `hot` has a bool vector with one True for each place, and the result the shape of these in place of the axis.
    """
    _require_numbers(span, x)
    shape, places = x.type.shape, hot.type.shape[:-1]
    rest = shape[:axis] + shape[axis + 1 :]
    order = (axis, *(other for other in range(len(shape)) if other != axis))
    front = x if axis == 0 else context.emit("transpose", x, permutation=order)
    found = _chosen(context, hot, context.emit("reshape", front, shape=(shape[axis], prod(rest))))
    return _with_places_at(context, context.emit("reshape", found, shape=(*places, *rest)), len(places), axis)


def _look_up_each(context: Context, span: Span, x: Value, hot: Value, axis: int) -> Value:
    """For each place, which axes from `axis` on count, the one of its own row of elements that `hot` marks."""
    _require_numbers(span, x)
    shape, places = x.type.shape, hot.type.shape[:-1]
    last = axis + len(places)
    rest = shape[:axis] + shape[last + 1 :]
    order = (*range(axis, last + 1), *range(axis), *range(last + 1, len(shape)))
    front = x if axis == 0 else context.emit("transpose", x, permutation=order)
    rows = context.emit("reshape", front, shape=(prod(places), shape[last], prod(rest)))
    found = _chosen(context, context.emit("reshape", hot, shape=(prod(places), 1, shape[last])), rows)
    return _with_places_at(context, context.emit("reshape", found, shape=(*places, *rest)), len(places), axis)


def _chosen(context: Context, hot: Value, x: Value) -> Value:
    """hot @ x: of the last axis but one of x, the elements that `hot` marks."""
    if x.type.element.kind is not Kind.BOOL:
        return context.emit("matmul", context.emit("cast", hot, element=integer(2)), x)
    wide = context.emit("reshape", hot, shape=(*hot.type.shape, 1))
    if len(x.type.shape) == 3:
        x = context.emit("reshape", x, shape=(x.type.shape[0], 1, *x.type.shape[1:]))
    return context.emit("any", context.emit("and", wide, x), axis=len(hot.type.shape) - 1)


def _with_places_at(context: Context, found: Value, places: int, axis: int) -> Value:
    """What was found, with its first axes, those of the places, moved behind `axis` others."""
    if axis == 0:
        return found
    back = (*range(places, places + axis), *range(places), *range(places + axis, len(found.type.shape)))
    return context.emit("transpose", found, permutation=back)


def _require_numbers(span: Span, x: Value) -> None:
    if not x.type.element.is_number:
        raise wrong(
            span,
            "a private index looks up numbers and bools only",
            expected="`bool`, `int` or `fixed`",
            found=describe(Array(x)),
            remedy="convert a date with `int(d)`, a category with `one_hot(c)`",
        )


# --- writing ----------------------------------------------------------------------------------------------------


def write(context: Context, span: Span, x: Array, parts: list[Part], v: Array) -> Array:
    """The array x with v at the places: what x is after `x[parts] = v`."""
    result = _write(context, span, bare(x), parts, bare(v))
    if x.present is None and v.present is None:
        return result
    bits = _write(context, span, presence(context, x), parts, presence(context, v))
    held = {one.held for one in (x.present, v.present) if one is not None}
    return with_bits(context, result, bits.value, 0 if held == {0} else None)


def _write(context: Context, span: Span, x: Array, parts: list[Part], v: Array) -> Array:
    if any(isinstance(part, Fresh) for part in parts):
        raise wrong(
            span,
            "`None` may not stand in an index that is assigned to",
            expected="numbers, slices and indices",
            found="a new axis",
            remedy="give the value on the right its shape by `reshape` or `v[:, None]`",
        )
    if len(arrays_of_places(parts)) > 1:
        raise wrong(
            span,
            "several arrays of places may not be assigned to",
            expected="one array of places, and numbers or slices on the other axes",
            found=plural(len(arrays_of_places(parts)), "array"),
            remedy="assign one element after the other in a loop: `for i in range(n):`",
        )
    element = _written_element(context, span, x, v)
    x, v = cast(context, x, element), cast(context, where_valid(context, v, range(v.rank)), element)
    axes = Axes(tuple(part for part in parts if not isinstance(part, Fresh)))
    outer = _at_windows(context, Array(x.value), axes)
    inner = _at_stretches(context, outer, axes)
    new = _fitted(context, span, v, axes, inner.shape)
    new = _at_places(context, span, axes, inner, new)
    if inner is not outer:
        new = context.emit("update", outer.value, new, **_slices(_bounds(outer.shape, axes)))
    if outer.value is not x.value:
        numbers = tuple(axis for axis, _ in axes.moving)
        new = context.emit("update_at", x.value, new, *(part.start for _, part in axes.moving), axes=numbers)
    return Array(new, x.ties)


def _written_element(context: Context, span: Span, x: Array, v: Array) -> Element:
    element = joined([x.element, v.element], context.scale)
    if element is None:
        promoted(context, [x, v], span, "=")
        raise TypeError(x.element)
    return element


def _fitted(context: Context, span: Span, v: Array, axes: Axes, part: tuple[int, ...]) -> Value:
    """The new values, broadcast to the places and in the rank of the part."""
    target: list[int] = []
    full: list[int] = []
    for axis, entry in enumerate(axes.parts):
        own = list(entry.indices.shape) if isinstance(entry, Places | SecretPlaces) else [part[axis]]
        full += own
        if axis not in axes.points:
            target += own
    shape = tuple(target)
    if v.shape != shape:
        if context.common_shape([v.shape, shape], span, "the part and its new values") != shape:
            raise shapes_differ(span, "the part and its new values", [shape, v.shape])
        v = Array(context.emit("broadcast", v.value, shape=shape))
    return v.value if v.shape == tuple(full) else context.emit("reshape", v.value, shape=tuple(full))


def _at_places(context: Context, span: Span, axes: Axes, part: Array, new: Value) -> Value:
    """The part with the new values at arrays of places and at private places; `new` itself if there are none."""
    secret = [(axis, entry) for axis, entry in enumerate(axes.parts) if isinstance(entry, SecretPlaces)]
    public = [(axis, entry) for axis, entry in enumerate(axes.parts) if isinstance(entry, Places)]
    if any(entry.indices.shape for _, entry in secret):
        raise wrong(
            span,
            "an array of private places may not be assigned to",
            expected="one private index, or public indices",
            found=describe(secret[0][1].indices),
            remedy="assign one element after the other in a loop",
        )
    if public and secret:
        raise wrong(
            span,
            "an array of places and a private index may not be assigned to together",
            expected="one of them",
            found="both",
            remedy="assign in a loop over the places",
        )
    for axis, places in public:
        new = _scattered(context, span, part, new, axis, places)
    for axis, _ in secret:
        shape = (*new.type.shape[:axis], 1, *new.type.shape[axis:])
        new = context.emit("reshape", new, shape=shape)
    masks = [
        mask_along(context, one_hot_places(context, one.indices, part.shape[axis]), part.rank, axis)
        for axis, one in secret
    ]
    mask = conjunction(context, masks)
    return new if mask is None else context.emit("select", mask, new, part.value)


def _scattered(context: Context, span: Span, part: Array, new: Value, axis: int, entry: Places) -> Value:
    """The part with the new values at public places, by one `take` from the old and the new values side by side."""
    remedy = "assign one element after the other in a loop"
    places = context.numbers(entry.indices, span, "an array of places that is assigned to", remedy)
    order = np.arange(part.shape[axis], dtype=np.int64)
    order[places.reshape(-1)] = part.shape[axis] + np.arange(places.size)
    flat = (*part.shape[:axis], places.size, *part.shape[axis + 1 :])
    both = context.emit("concat", part.value, context.emit("reshape", new, shape=flat), axis=axis)
    return context.emit(
        "take", both, context.emit("constant", type=ArrayType(INT, order.shape), value=order), axis=axis
    )


def element_at(context: Context, x: Array, place: Value) -> Array:
    """x[place] for a public scalar place on the first axis. The place is known to be in range."""
    rest = [Stretch(0, size, 1) for size in x.shape[1:]]
    return read(context, context.builder.span, x, [Window(place, 1, point=True), *rest])


def stretch_at(context: Context, x: Array, start: Value, size: int) -> Array:
    """x[start:start + size] for a public start on the first axis. The stretch is known to be in range."""
    rest = [Stretch(0, length, 1) for length in x.shape[1:]]
    return read(context, context.builder.span, x, [Window(start, size), *rest])


def first_axis(context: Context, x: Array, start: int, stop: int, point: bool = False) -> Array:
    """x[start:stop], or x[start] if `point`, with numbers, on the first axis."""
    rest = [Stretch(0, length, 1) for length in x.shape[1:]]
    return read(context, context.builder.span, x, [Stretch(start, stop, 1, point), *rest])
