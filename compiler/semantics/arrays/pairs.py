"""Several arrays of places in one index: element i of `x[p, q]` is `x[p[i], q[i]]`, as in NumPy.

In: an array and an index's parts. Out: the same with the axes of the arrays of places made one, public axes first.
Public places are counted through, row by row; private ones are marked by one bool for each place that there is.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod

import numpy as np

from ...ir.labels import Knowledge
from ...ir.program import Value
from ...ir.types import INT, ArrayType
from ...source import Span
from ..errors import wrong
from ..state.context import Context
from ..state.describe import plural
from ..state.values import Array, tied
from .arithmetic import aligned_ties, conjunction, where_valid
from .index_parts import Fresh, Part, Places, SecretPlaces


@dataclass(frozen=True, slots=True, eq=False)
class Pairs:
    """Places on an axis that several axes have become.

    `shape` and `ties` are what the places contribute to the result. `rows` are the places on the public axes, which
    come first; None if there are none. `hot` has a bool for each place on the private axes, on a new last axis; None if
    there are none.
    """

    shape: tuple[int, ...]
    ties: tuple[Value | None, ...]
    rows: Value | None
    hot: Value | None


def arrays_of_places(parts: Sequence[Part | Pairs]) -> list[int]:
    """Which parts of an index are arrays of places."""
    return [at for at, part in enumerate(parts) if isinstance(part, Places | SecretPlaces) and part.indices.shape]


def one_hot_places(context: Context, indices: Array, size: int) -> Value:
    """For each index a bool vector with one True; without a True if the index is outside 0 ... size - 1."""
    column = context.emit("reshape", indices.value, shape=(*indices.shape, 1))
    return context.emit("equal", column, context.emit("iota", n=size))


def paired(context: Context, span: Span, x: Array, parts: Sequence[Part]) -> tuple[Array, list[Part | Pairs]]:
    """x and the parts with all arrays of places made one part. Nothing changes if there are less than two."""
    found = arrays_of_places(parts)
    if len(found) < 2:
        return x, list(parts)
    if found[-1] - found[0] >= len(found):
        raise wrong(
            span,
            "the arrays of places in an index do not stand side by side",
            expected="arrays of places on axes that follow each other",
            found=plural(len(found), "array") + " with something else between them",
            remedy="bring the axes together first with `transpose(x, axes)`",
        )
    first = sum(not isinstance(part, Fresh) for part in parts[: found[0]])
    entries = [part for part in parts[found[0] : found[-1] + 1] if isinstance(part, Places | SecretPlaces)]
    shape = context.common_shape([entry.indices.shape for entry in entries], span, "the arrays of places")
    axes = range(first, first + len(entries))
    public = [axis for axis in axes if isinstance(entries[axis - first], Places)]
    private = [axis for axis in axes if axis not in public]
    whole = where_valid(context, x, private if len(shape) == 1 else list(axes))
    places = {axis: _wide(context, entries[axis - first].indices, shape) for axis in axes}
    pairs = Pairs(
        shape,
        _ties(context, x, entries, {axis: places[axis] for axis in public}, shape),
        _counted_through(context, [(places[axis], x.shape[axis]) for axis in public]),
        _marked(context, [(places[axis], x.shape[axis]) for axis in private], shape),
    )
    return _made_one(context, whole, first, [*public, *private]), [*parts[: found[0]], pairs, *parts[found[-1] + 1 :]]


def _wide(context: Context, indices: Array, shape: tuple[int, ...]) -> Array:
    return indices if indices.shape == shape else Array(context.emit("broadcast", indices.value, shape=shape))


def _ties(
    context: Context,
    x: Array,
    entries: Sequence[Places | SecretPlaces],
    public: dict[int, Array],
    shape: tuple[int, ...],
) -> tuple[Value | None, ...]:
    """The rows of the result: those of the tables that the places are columns of, and those of x that are taken."""
    ties = aligned_ties(context, [entry.indices.ties or (None,) * entry.indices.rank for entry in entries], shape)
    if len(shape) != 1:
        return ties
    taken = [
        context.emit("take", tie, indices.value, axis=0)
        for axis, indices in public.items()
        if (tie := x.tie(axis)) is not None
    ]
    return (conjunction(context, [*ties, *taken]),)


def _counted_through(context: Context, places: Sequence[tuple[Array, int]]) -> Value | None:
    """The places on several axes as places on one. Places that only the run knows are looked up, and so checked."""
    result: Value | None = None
    for indices, size in places:
        value = indices.value
        if indices.label.knowledge is not Knowledge.STATIC and len(places) > 1:
            every = context.emit("constant", type=ArrayType(INT, (size,)), value=np.arange(size, dtype=np.int64))
            value = context.emit("take", every, value, axis=0)
        if result is not None:
            value = context.emit("add", context.emit("multiply", result, context.integer(size)), value)
        result = value
    return result


def _marked(context: Context, places: Sequence[tuple[Array, int]], shape: tuple[int, ...]) -> Value | None:
    result: Value | None = None
    for indices, size in places:
        hot = one_hot_places(context, indices, size)
        if result is not None:
            before = context.emit("reshape", result, shape=(*result.type.shape, 1))
            here = context.emit("reshape", hot, shape=(*shape, 1, size))
            both = context.emit("and", before, here)
            hot = context.emit("reshape", both, shape=(*shape, result.type.shape[-1] * size))
        result = hot
    return result


def _made_one(context: Context, x: Array, first: int, order: Sequence[int]) -> Array:
    """x with axes that follow each other from `first` on in another order, and then as one axis."""
    last = first + len(order)
    permutation = (*range(first), *order, *range(last, x.rank))
    value = x.value
    if permutation != tuple(range(x.rank)):
        value = context.emit("transpose", value, permutation=permutation)
    shape = (*x.shape[:first], prod(x.shape[first:last]), *x.shape[last:])
    ties = x.ties or (None,) * x.rank
    return tied(context.emit("reshape", value, shape=shape), (*ties[:first], None, *ties[last:]))
