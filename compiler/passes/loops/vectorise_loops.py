"""Turns that do not need each other become lanes of one wide operation: all turns take the rounds of one.

Before:                                                   After:
    %9 = loop(%zero) count=5 (%i, %sum) {                     %2 = slice_at(%x, %0) axes=[0] sizes=[5]
      %2 = slice_at(%x, %i) axes=[0] sizes=[1]                %4 = less(%2, %y)
      %3 = reshape(%2) shape=[]                               %5 = cast(%4) element=int2
      %4 = less(%3, %y)                                       %6 = sum(%5) axis=0
      %5 = cast(%4) element=int2                              %9 = add(%zero, %6)
      %6 = add(%sum, %5)
      yield %6
    }

`carried` says what turns may do with carried values; `widen` says how operations become wide. Inner loops come first:
two nested loops over an array become one operation on the whole array. If an inner loop must stay and the outer loop
need not, the inner loop becomes a loop over wide values. The order in which terms are added changes, but modulo 2^64
the sum is the same.

A loop stays if its widest value, for all turns at once, would have more than `LIMIT` elements.

Assumes that calls are inlined. Ensures the same values. A read at a place known only at run time may happen although a
turn before it fails.
"""

from collections.abc import Mapping, Sequence

from ...ir.affine import Affine, affine
from ...ir.build import Builder
from ...ir.operations.lanes import CannotWidenError
from ...ir.program import Operation, Program, Value
from ...ir.rewrite import fitted
from .carried import Body, Role, roles
from .replace_loops import replace_loops
from .totals import LIMIT, total
from .widen import Writer


def vectorise_loops(program: Program) -> Program:
    """The program with independent turns side by side."""
    return replace_loops(program, _side_by_side)


def _side_by_side(builder: Builder, loop: Operation, counts: Mapping[Value, int]) -> tuple[Value, ...]:
    body = Body(loop.regions[0], counts, builder.definition)
    found = roles(body) if 1 < loop.attributes["count"] <= LIMIT // body.widest else None
    return () if found is None else _Wide(builder, loop, body).write(found)


class _Wide:
    """Writes a loop whose carried values have roles."""

    def __init__(self, builder: Builder, loop: Operation, body: Body) -> None:
        self.builder, self.loop, self.body = builder, loop, body
        self.count: int = loop.attributes["count"]
        self.lanes = Writer(builder, self.count, self.window)

    def write(self, found: Sequence[Role]) -> tuple[Value, ...]:
        """Writes the wide operations and returns the loop's results. Raises CannotWidenError."""
        self.lanes.bind(self.body.turn, self.builder.emit("iota", n=self.count), wide=True)
        for role, initial in zip(found, self.loop.operands, strict=True):
            if role.kind in ("same", "written"):
                self.lanes.bind(role.argument, initial, wide=False)
        combining = frozenset[Operation]().union(*(role.combining for role in found))
        for operation in self.body.region.operations:
            if operation not in combining:
                self.lanes.write(operation)
        parts = zip(found, self.loop.operands, self.body.region.results, strict=True)
        return tuple(
            fitted(self.builder, self._result(role, initial, yielded), role.argument)
            for role, initial, yielded in parts
        )

    def _result(self, role: Role, initial: Value, yielded: Value) -> Value:
        if role.kind == "same":
            return initial
        if role.kind == "last":
            return self._last(yielded)
        if role.kind == "total":
            assert role.term is not None
            return total(self.builder, role.reduction, initial, self.lanes.widened(role.term))
        for write in role.writes:
            initial = self._written(write, initial)
        return initial

    def _last(self, yielded: Value) -> Value:
        if yielded not in self.lanes.wide:
            return self.lanes.narrow(yielded)
        wide = self.lanes.narrow(yielded)
        starts = (self.count - 1, *[0] * len(yielded.type.shape))
        steps = (1,) * len(wide.type.shape)
        last = self.builder.emit("slice", wide, starts=starts, stops=wide.type.shape, steps=steps)
        return self.lanes.reshaped(last, yielded.type.shape)

    # --- windows that move with the turn ------------------------------------------------------------------------

    def window(self, operation: Operation) -> Value | None:
        """What `slice_at` reads in all turns, as one window; None if one window is not enough.

        Raises CannotWidenError if a place may be negative or outside, because lanes would then read something else.
        """
        if self.body.access(operation) is None:
            raise CannotWidenError("places that are not known to be inside")
        axis = self._moving_axis(operation, operation.operands[1:])
        if axis is None or operation.operands[0] in self.lanes.wide:
            return None
        size = operation.attributes["sizes"][operation.attributes["axes"].index(axis)]
        step = self._step(operation.operands[1:], operation.attributes["axes"].index(axis))
        if abs(step) != size and size != 1:
            return None
        x = self.lanes.narrow(operation.operands[0])
        stretch = self._stretch(x, operation.attributes["axes"], operation.attributes["sizes"], operation.operands[1:])
        if size == 1 and abs(step) > 1:
            stretch = self._every(stretch, axis, abs(step))
        shape = stretch.type.shape
        split = self.lanes.reshaped(stretch, (*shape[:axis], self.count, size, *shape[axis + 1 :]))
        others = [other for other in range(len(shape) + 1) if other != axis]
        return (
            self._reversed(self.lanes.moved(split, [axis, *others]))
            if step < 0
            else self.lanes.moved(split, [axis, *others])
        )

    def _written(self, write: Operation, x: Value) -> Value:
        """x after the writes of all turns."""
        _, part, *starts = write.operands
        axes = write.attributes["axes"]
        axis = self._moving_axis(write, starts)
        if axis is None:
            raise CannotWidenError("writes that move along several axes")
        sizes = [part.type.shape[each] for each in axes]
        step, size = self._step(starts, axes.index(axis)), part.type.shape[axis]
        if abs(step) != size and size != 1:
            raise CannotWidenError("writes with gaps")
        wide = self.lanes.widened(part)
        wide = self._reversed(wide) if step < 0 else wide
        order = [*range(1, axis + 1), 0, *range(axis + 1, len(wide.type.shape))]
        shape = part.type.shape
        new = self.lanes.reshaped(self.lanes.moved(wide, order), (*shape[:axis], self.count * size, *shape[axis + 1 :]))
        if abs(step) > size:
            old = self._stretch(x, axes, sizes, starts)
            whole = old.type.shape
            steps = tuple(abs(step) if each == axis else 1 for each in range(len(whole)))
            new = self.builder.emit("update", old, new, starts=(0,) * len(whole), stops=whole, steps=steps)
        if new.type.shape == x.type.shape:
            return new
        return self.builder.emit("update_at", x, new, *self._first(starts, axes.index(axis)), axes=axes)

    def _moving_axis(self, operation: Operation, starts: Sequence[Value]) -> int | None:
        """The axis along which the window moves from turn to turn; None if there are several, or none."""
        moving = [
            axis for axis, start in zip(operation.attributes["axes"], starts, strict=True) if start in self.lanes.wide
        ]
        return moving[0] if len(moving) == 1 else None

    def _affine(self, start: Value) -> Affine:
        return affine(start, self.builder.definition)

    def _step(self, starts: Sequence[Value], number: int) -> int:
        step = self._affine(starts[number]).factor(self.body.turn)
        if step == 0:
            raise CannotWidenError("places that do not move evenly")
        return step

    def _stretch(self, x: Value, axes: Sequence[int], sizes: Sequence[int], starts: Sequence[Value]) -> Value:
        """The part of x from the first place that any turn touches to the last."""
        number = next(number for number, start in enumerate(starts) if start in self.lanes.wide)
        step = abs(self._step(starts, number))
        lengths = list(sizes)
        lengths[number] += step * (self.count - 1)
        if all(x.type.shape[axis] == length for axis, length in zip(axes, lengths, strict=True)):
            return x
        return self.builder.emit("slice_at", x, *self._first(starts, number), axes=tuple(axes), sizes=tuple(lengths))

    def _first(self, starts: Sequence[Value], number: int) -> list[Value]:
        """The starts of the window in the turn whose window comes first along the axis."""
        moving = self._affine(starts[number])
        step = moving.factor(self.body.turn)
        first = moving.without(self.body.turn).plus(Affine(min(0, step * (self.count - 1))))
        return [
            self._number(first) if index == number else self.lanes.narrow(start) for index, start in enumerate(starts)
        ]

    def _number(self, sum: Affine) -> Value:
        total = self.builder.integer(sum.constant)
        for value, factor in sum.terms:
            term = self.builder.emit("multiply", self.lanes.narrow(value), self.builder.integer(factor))
            total = self.builder.emit("add", total, term)
        return total

    def _every(self, x: Value, axis: int, step: int) -> Value:
        shape = x.type.shape
        steps = tuple(step if each == axis else 1 for each in range(len(shape)))
        return self.builder.emit("slice", x, starts=(0,) * len(shape), stops=shape, steps=steps)

    def _reversed(self, x: Value) -> Value:
        """x with its lanes in opposite order."""
        shape = x.type.shape
        starts, stops = (shape[0] - 1, *[0] * (len(shape) - 1)), (None, *shape[1:])
        return self.builder.emit("slice", x, starts=starts, stops=stops, steps=(-1, *[1] * (len(shape) - 1)))
