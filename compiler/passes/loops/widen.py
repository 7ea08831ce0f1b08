"""Operations over many turns of a loop at once, with the turns as a new first axis. In: operations. Out: wide ones.

A value is *wide* if it differs from lane to lane; it has become an array whose first axis is the lanes. Every operation
keeps its meaning in each lane; its row says how. Places that differ from lane to lane become public arrays of indices.
"""

from collections.abc import Callable, Sequence
from itertools import accumulate
from math import prod
from operator import mul
from typing import Any

from ...ir.build import Builder
from ...ir.operations.lanes import CannotWidenError, Lanes
from ...ir.operations.row import Trait
from ...ir.operations.table import row_of
from ...ir.program import Operation, Region, Value
from ...ir.types import ArrayType


class Writer(Lanes):
    """Writes wide operations. `values` maps old values to what they have become; `wide` has the old ones that are wide.

    `windows` is asked before a window at wide places is read place by place: it may find a cheaper way, or refuse.
    """

    def __init__(self, builder: Builder, count: int, windows: Callable[[Operation], Value | None]) -> None:
        self.builder = builder
        self.count = count
        self.values: dict[Value, Value] = {}
        self.wide: set[Value] = set()
        self._windows = windows

    def bind(self, old: Value, new: Value, *, wide: bool) -> None:
        """Says what an old value has become, and whether it is `wide`."""
        self.values[old] = new
        self.builder.keep_name(old, new)
        if wide:
            self.wide.add(old)

    def narrow(self, old: Value) -> Value:
        """What an old value has become; with lanes if it is wide."""
        return self.values.get(old, old)

    def widened(self, old: Value) -> Value:
        """What an old value has become, with lanes; repeated if it is alike in all of them."""
        new = self.narrow(old)
        if old in self.wide:
            return new
        return self.builder.emit("broadcast", new, shape=(self.count, *new.type.shape))

    def write(self, operation: Operation) -> None:
        """Writes the operation for all lanes. Raises CannotWidenError."""
        self.builder.span = operation.span
        row = row_of(operation)
        if row.has(Trait.CONTROL):
            self._control(operation)
        elif row.has(Trait.STOP):
            self._stop(operation)
        elif not row.is_pure:
            raise CannotWidenError(operation.name)
        elif self.wide.isdisjoint(operation.operands):
            operands = tuple(map(self.narrow, operation.operands))
            result = self.emit(operation.name, *operands, **operation.attributes)
            self.bind(operation.results[0], result, wide=False)
        else:
            self.bind(operation.results[0], self._wide(operation), wide=True)

    def _stop(self, operation: Operation) -> None:
        """One bit tells of all turns whether the program may go on."""
        (condition,) = operation.operands
        bit = self.narrow(condition)
        every = self.emit("all", bit, axis=0) if self.is_wide(condition) else bit
        self.builder.effect(operation.name, every, **operation.attributes)

    def _wide(self, operation: Operation) -> Value:
        rule = row_of(operation).widen
        if rule is None:
            raise CannotWidenError(operation.name)
        return rule(self, operation)

    def emit(self, name: str, /, *operands: Value, **attributes: Any) -> Value:
        """See `Lanes`."""
        return self.builder.emit(name, *operands, **attributes)

    def is_wide(self, *old: Value) -> bool:
        """See `Lanes`."""
        return not self.wide.isdisjoint(old)

    def aligned(self, old: Value, rank: int) -> Value:
        """See `Lanes`."""
        new = self.narrow(old)
        shape = old.type.shape
        if old not in self.wide or len(shape) == rank:
            return new
        return self.reshaped(new, (self.count, *[1] * (rank - len(shape)), *shape))

    def reshaped(self, new: Value, shape: tuple[int, ...]) -> Value:
        """The value in another shape."""
        return new if new.type.shape == shape else self.builder.emit("reshape", new, shape=shape)

    def moved(self, new: Value, permutation: Sequence[int]) -> Value:
        """The value with its axes in another order."""
        if list(permutation) == sorted(permutation):
            return new
        return self.builder.emit("transpose", new, permutation=tuple(permutation))

    # --- places -------------------------------------------------------------------------------------------------

    def windows(self, operation: Operation) -> Value:
        """See `Lanes`."""
        x, *starts = operation.operands
        axes, sizes = operation.attributes["axes"], operation.attributes["sizes"]
        found = self._windows(operation)
        if found is not None:
            return found
        dimensions = [x.type.shape[axis] for axis in axes]
        places = self.places(starts, sizes, dimensions)
        lanes = int(x in self.wide)
        flat, at, order = flattened(self.builder, self.narrow(x), [axis + lanes for axis in axes], lanes=lanes)
        if lanes:
            cells = prod(dimensions)
            places = self.builder.emit("add", places, self._lane_starts(cells, len(places.type.shape)))
        taken = self.builder.emit("take", flat, places, axis=at)
        lane_first = [at, *(axis for axis in range(len(taken.type.shape)) if axis != at)]
        axes_now = [0, *(axis + 1 - lanes for axis in order)]
        return self.moved(self.moved(taken, lane_first), [axes_now.index(axis) for axis in range(len(axes_now))])

    def places(self, starts: Sequence[Value], sizes: Sequence[int], dimensions: Sequence[int]) -> Value:
        """Indices [lanes, *sizes] into the axes `dimensions` flattened, of windows at `starts`."""
        strides = [*accumulate(reversed(dimensions[1:]), mul, initial=1)][::-1]
        rank = 1 + len(sizes)
        total: Value | None = None
        for number, (start, size, stride) in enumerate(zip(starts, sizes, strides, strict=True), 1):
            place = self.reshaped(self.widened(start), (self.count, *[1] * len(sizes)))
            if size > 1:
                steps = self.builder.emit("iota", n=size)
                place = self.builder.emit("add", place, self.reshaped(steps, along(number, rank, size)))
            place = self._times(place, stride)
            total = place if total is None else self.builder.emit("add", total, place)
        assert total is not None
        return total

    def _times(self, value: Value, factor: int) -> Value:
        return value if factor == 1 else self.builder.emit("multiply", value, self.builder.integer(factor))

    def _lane_starts(self, cells: int, rank: int) -> Value:
        lanes = self.builder.emit("iota", n=self.count)
        return self.reshaped(self._times(lanes, cells), along(0, rank, self.count))

    # --- control ------------------------------------------------------------------------------------------------

    def _control(self, operation: Operation) -> None:
        """Writes an inner loop, which then carries wide values."""
        if operation.name != "loop":
            raise CannotWidenError(operation.name)
        (region,) = operation.regions
        turn, *carried = region.arguments
        initial = [self.widened(operand) for operand in operation.operands]
        arguments = [(turn.type, turn.label, turn.name)]
        arguments += [
            (ArrayType(value.type.element, (self.count, *value.type.shape)), value.label, value.name)
            for value in carried
        ]
        with self.builder.region(arguments) as opened:
            self.bind(turn, opened.arguments[0], wide=False)
            for old, new in zip(carried, opened.arguments[1:], strict=True):
                self.bind(old, new, wide=True)
            opened.results = self.splice(region)
        self.builder.span = operation.span
        results = self.builder.loop(operation.attributes["count"], initial, opened.close())
        for old, new in zip(operation.results, results, strict=True):
            self.bind(old, new, wide=True)

    def splice(self, region: Region) -> tuple[Value, ...]:
        """Writes a region's operations here and returns its results, wide."""
        for operation in region.operations:
            self.write(operation)
        return tuple(map(self.widened, region.results))


def flattened(builder: Builder, x: Value, axes: Sequence[int], lanes: int = 0) -> tuple[Value, int, list[int]]:
    """x with `axes` flattened into one axis; with `lanes`, the first axis is flattened with them.

    Returns the flat array, the number of its flattened axis, and an order of the axes of x (without the lanes). The
    axes are first brought into this order, in which `axes` are neighbours.
    """
    rank, axes = len(x.type.shape), list(axes)
    if not lanes and axes == list(range(axes[0], axes[0] + len(axes))):
        order = list(range(rank))
    else:
        order = [*axes, *(axis for axis in range(lanes, rank) if axis not in axes)]
        permutation = [*range(lanes), *order]
        if permutation != list(range(rank)):
            x = builder.emit("transpose", x, permutation=tuple(permutation))
    at = 0 if lanes else order.index(axes[0])
    shape = x.type.shape
    end = at + lanes + len(axes)
    flat = (*shape[:at], prod(shape[at:end]), *shape[end:])
    return builder.emit("reshape", x, shape=flat), at, order


def along(axis: int, rank: int, size: int) -> tuple[int, ...]:
    """The shape of a vector that lies along one of `rank` axes."""
    return tuple(size if other == axis else 1 for other in range(rank))
