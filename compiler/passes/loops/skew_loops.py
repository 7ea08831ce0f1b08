"""Two nested loops whose turns wait only for neighbours become one loop over diagonals; a diagonal is one wide turn.

Before:                                            After, with lanes (i, d - i) in turn d:
    loop(%x) count=n (%i, %x1) {                       loop(%x) count=n+m-1 (%d, %x1) {
      loop(%x1) count=m (%j, %x2) {                      %a = take(%x1, ...)            the places [i, j + 1]
        %a = slice_at(%x2, %i, %j1)                      %b = take(%x1, ...)            the places [i + 1, j]
        %b = slice_at(%x2, %i1, %j)                      %c = min(%a, %b)
        %c = min(%a, %b)                                 %x3 = take(concat(%x1, %c), ...)
        %x3 = update_at(%x2, %c, %i1, %j1)               yield %x3
        yield %x3                                      }
      }
    }

Dynamic programming then takes n + m - 1 turns, not n * m (Lamport, The parallel execution of DO loops, CACM 1974). Turn
(i, j) runs in turn a i + j, for the least `a` of `FACTORS` such that each place is written before it is read, and read
for the last time before it is overwritten. The distance between the writing and the reading turn is constant, so
comparing each pair of accesses once is enough. A lane whose turn lies outside the nest does what the nearest turn does,
and nobody takes its results. The graph does not depend on n and m.

A carried value may be an array of which each turn writes one place, a total (the best score so far), or unchanged.

Assumes that calls are inlined and that what may be wide is wide (`vectorise_loops`). Ensures the same values.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ...ir.affine import Affine
from ...ir.build import Builder, turn_type
from ...ir.labels import STATIC, Knowledge
from ...ir.operations.lanes import CannotWidenError
from ...ir.operations.row import Trait
from ...ir.operations.table import OPERATIONS, row_of
from ...ir.program import Operation, Program, Value
from ...ir.rewrite import walk
from .carried import Body, Role, carried_role
from .replace_loops import replace_loops
from .totals import LIMIT, combined, total
from .widen import Writer, along, flattened

FACTORS = (1, 2, 3)
"""How far a turn of the outer loop may run ahead of the one before it, in turns of the inner loop."""


def skew_loops(program: Program) -> Program:
    """The program with nests of loops over diagonals where that saves rounds."""
    return replace_loops(program, _skewed)


def _skewed(builder: Builder, outer: Operation, counts: Mapping[Value, int]) -> tuple[Value, ...]:
    inner = _only_loop(outer)
    if inner is None or not _costs_rounds(inner):
        return ()
    nest = _Nest(outer, inner, Body(inner.regions[0], counts, builder.definition))
    found = _roles(nest)
    factor = None if found is None else next((each for each in FACTORS if nest.is_ordered(each)), None)
    if found is None or factor is None or nest.lanes(factor) * nest.body.widest > LIMIT:
        return ()
    if nest.turns(factor) >= nest.rows * nest.columns:
        return ()
    return _Diagonals(builder, nest, factor).write(found)


def _only_loop(outer: Operation) -> Operation | None:
    """The inner loop, if the outer one otherwise only prepares free values that depend on its turn alone; else None."""
    (region,) = outer.regions
    loops = [operation for operation in region.operations if operation.name == "loop"]
    if len(loops) != 1 or loops[0].operands != region.arguments[1:] or region.results != loops[0].results:
        return None
    used = set(region.arguments[1:])
    for operation in region.operations:
        if operation is loops[0]:
            continue
        is_free = row_of(operation).has(Trait.LINEAR) or all(each.label.is_clear for each in operation.results)
        if not row_of(operation).is_pure or not is_free or not used.isdisjoint(operation.operands):
            return None
    return loops[0]


def _costs_rounds(loop: Operation) -> bool:
    return any(
        not row_of(operation).has(Trait.LINEAR)
        and any(result.label.knowledge is Knowledge.SECRET for result in operation.results)
        for operation in walk(loop.regions[0])
    )


@dataclass(frozen=True, slots=True)
class Place:
    """The place [i + row, j + column] of an array in turn (i, j). `axes` are the array's axes of i and of j."""

    axes: tuple[int, int]
    row: int
    column: int


class _Nest:
    """Two loops, one inside the other, and the distances between turns that touch the same place."""

    def __init__(self, outer: Operation, inner: Operation, body: Body) -> None:
        self.outer, self.inner, self.body = outer, inner, body
        self.row, self.column = outer.regions[0].arguments[0], body.turn
        self.rows: int = outer.attributes["count"]
        self.columns: int = inner.attributes["count"]
        self.distances: set[tuple[int, int]] = set()

    def place(self, operation: Operation) -> Place | None:
        """The place that `slice_at` or `update_at` touches; None unless it is one place that moves with both turns."""
        found = self.body.access(operation)
        if found is None or set(found.sizes.values()) != {1} or len(found.sizes) != 2:
            return None
        axes = {self._turn(start): (axis, start.constant) for axis, start in found.starts.items()}
        if axes.keys() != {self.row, self.column}:
            return None
        (row_axis, row), (column_axis, column) = axes[self.row], axes[self.column]
        return Place((row_axis, column_axis), row, column)

    def _turn(self, start: Affine) -> Value | None:
        """The turn that the start equals up to a constant; None if there is none."""
        return start.terms[0][0] if len(start.terms) == 1 and start.terms[0][1] == 1 else None

    def note(self, read: Place, write: Place) -> bool:
        """Records the distance from the turn that writes a place to the turn that reads it.

        Returns whether both accesses use the same axes: otherwise they may touch the same place at other distances,
        too.
        """
        distance = (write.row - read.row, write.column - read.column)
        if abs(distance[0]) < self.rows and abs(distance[1]) < self.columns:
            self.distances.add(distance)
        return read.axes == write.axes

    def is_ordered(self, factor: int) -> bool:
        """Whether turns in the order of factor * i + j keep the order of each write and each read of a place."""
        for rows, columns in self.distances:
            later = factor * rows + columns
            if later < 1 if (rows, columns) > (0, 0) else later > 0:
                return False
        return True

    def turns(self, factor: int) -> int:
        """The number of diagonals."""
        return factor * (self.rows - 1) + self.columns

    def lanes(self, factor: int) -> int:
        """The most turns that a diagonal has."""
        return min(self.rows, -(-self.columns // factor))


def _roles(nest: _Nest) -> list[Role] | None:
    """The roles of carried values, with the distances recorded; None if the nest must stay."""
    found: list[Role] = []
    for argument, result in zip(nest.body.carried, nest.body.region.results, strict=True):
        role = carried_role(nest.body, argument, result) or _written(nest, argument, result)
        if role is None or role.kind == "last":
            return None
        found.append(role)
    return found


def _written(nest: _Nest, argument: Value, result: Value) -> Role | None:
    """The role of an array of which each turn writes one place and reads single places from before; else None."""
    body = nest.body
    write = body.defined(result)
    if write is None or write.name != "update_at" or write not in body.region.operations:
        return None
    if write.operands[0] is not argument or not body.is_only_yielded(result) or argument in body.yields:
        return None
    place = nest.place(write)
    if place is None or argument in write.operands[1:]:
        return None
    for read in body.used_by(argument):
        if read is write:
            continue
        other = nest.place(read) if read.name == "slice_at" else None
        if other is None or not nest.note(other, place):
            return None
    return Role("written", argument, writes=(write,), combining=frozenset((write,)))


class _Diagonals:
    """Writes a nest as one loop: in turn d, lane t is the turn (i, j) with i = base + t and j = d - factor * i."""

    def __init__(self, builder: Builder, nest: _Nest, factor: int) -> None:
        self.builder, self.nest, self.factor = builder, nest, factor
        self.count = nest.lanes(factor)
        self.turns = nest.turns(factor)
        self.lanes = Writer(builder, self.count, self._window)

    def _window(self, operation: Operation) -> None:
        if self.nest.body.access(operation) is None:
            raise CannotWidenError("places that are not known to be inside")

    def number(self, value: int) -> Value:
        """A static integer."""
        return self.builder.integer(value)

    def do(self, name: str, *operands: Value) -> Value:
        """Writes an operation without attributes and returns its result."""
        return self.builder.emit(name, *operands)

    def write(self, found: Sequence[Role]) -> tuple[Value, ...]:
        """Writes the loop and returns its results. Raises CannotWidenError."""
        initial = [self._start(role, value) for role, value in zip(found, self.nest.outer.operands, strict=True)]
        arguments = [(turn_type(self.turns), STATIC, "diagonal")]
        for role, value in zip(found, initial, strict=True):
            arguments.append((value.type, role.argument.label, role.argument.name))
        with self.builder.region(arguments) as opened:
            turn, *carried = opened.arguments
            base, active = self._bind_turns(turn)
            for role, value in zip(found, carried, strict=True):
                if role.kind != "total":
                    self.lanes.bind(role.argument, value, wide=False)
            self._body(found)
            opened.results = tuple(
                self._next(role, value, turn, base, active) for role, value in zip(found, carried, strict=True)
            )
        results = self.builder.loop(self.turns, initial, opened.close())
        return tuple(
            total(self.builder, role.reduction, value, result) if role.kind == "total" else result
            for role, value, result in zip(found, self.nest.outer.operands, results, strict=True)
        )

    def _start(self, role: Role, initial: Value) -> Value:
        """The value that the loop starts from. Each lane counts its own total; the lanes are combined at the end."""
        if role.kind != "total":
            return initial
        shape = (self.count, *initial.type.shape)
        whole = OPERATIONS[role.reduction].total
        if whole is None:
            return self.builder.emit("broadcast", initial, shape=shape)
        neutral = self.builder.constant(whole.neutral, initial.type.with_shape(()))
        return self.builder.emit("broadcast", neutral, shape=shape)

    def _bind_turns(self, turn: Value) -> tuple[Value, Value]:
        """Binds the lanes' turns. Returns the first lane's row, and for each lane whether its turn lies in the nest."""
        nest, factor = self.nest, self.factor
        before = self.do("subtract", turn, self.number(nest.columns - factor))
        base = self._at_least(self.do("floor_divide", before, self.number(factor)) if factor > 1 else before, 0)
        row = self.do("add", base, self.builder.emit("iota", n=self.count))
        column = self.do("subtract", turn, self._times(row, factor))
        inside = self.do("and", self._is_below(row, nest.rows), self.do("less", self.number(-1), column))
        for old, place, size in ((nest.row, row, nest.rows), (nest.column, column, nest.columns)):
            numbers = self.builder.emit("iota", n=size)
            clipped = self._at_least(place, 0)
            clipped = self.do("select", self._is_below(clipped, size), clipped, self.number(size - 1))
            self.lanes.bind(old, self.builder.emit("take", numbers, clipped, axis=0), wide=True)
        return base, inside

    def _at_least(self, value: Value, low: int) -> Value:
        return self.do("select", self.do("less", value, self.number(low)), self.number(low), value)

    def _is_below(self, value: Value, size: int) -> Value:
        return self.do("less", value, self.number(size))

    def _times(self, value: Value, factor: int) -> Value:
        return value if factor == 1 else self.do("multiply", value, self.number(factor))

    def _body(self, found: Sequence[Role]) -> None:
        combining = frozenset[Operation]().union(*(role.combining for role in found))
        prepared = [
            operation for operation in self.nest.outer.regions[0].operations if operation is not self.nest.inner
        ]
        for operation in (*prepared, *self.nest.body.region.operations):
            if operation not in combining:
                self.lanes.write(operation)

    # --- the next carried values --------------------------------------------------------------------------------

    def _next(self, role: Role, carried: Value, turn: Value, base: Value, active: Value) -> Value:
        if role.kind == "same":
            return carried
        if role.kind == "total":
            assert role.term is not None
            return self._kept_outside(
                combined(self.builder, role, carried, self.lanes.widened(role.term)), carried, active
            )
        return self._scattered(role.writes[0], carried, turn, base)

    def _kept_outside(self, new: Value, old: Value, active: Value) -> Value:
        """`new` in the lanes whose turns lie in the nest, `old` in the others."""
        both = self.builder.emit("concat", new, old, axis=0)
        own = self.builder.emit("iota", n=self.count)
        places = self.do("select", active, own, self.do("add", own, self.number(self.count)))
        return self.builder.emit("take", both, places, axis=0)

    def _scattered(self, write: Operation, x: Value, turn: Value, base: Value) -> Value:
        """x with the lanes' parts at their places: each place keeps its old part, or takes the lane's."""
        place = self.nest.place(write)
        assert place is not None
        axes = sorted(place.axes)
        sizes = [x.type.shape[axis] for axis in axes]
        flat, at, order = flattened(self.builder, x, axes)
        part = self.lanes.widened(write.operands[1])
        rest = (size for axis, size in enumerate(flat.type.shape) if axis != at)
        part = self.lanes.reshaped(part, (self.count, *rest))
        part = self.lanes.moved(part, [*range(1, at + 1), 0, *range(at + 1, len(flat.type.shape))])
        both = self.builder.emit("concat", flat, part, axis=at)
        chosen = self.builder.emit("take", both, self._sources(place, axes, sizes, turn, base), axis=at)
        return self.lanes.moved(chosen, [order.index(axis) for axis in range(len(order))])

    def _sources(self, place: Place, axes: Sequence[int], sizes: Sequence[int], turn: Value, base: Value) -> Value:
        """For each place the number of the part that it gets. The array's places are numbered first, then the lanes."""
        turns: dict[int, Value] = {}
        inside: list[Value] = []
        for axis, offset, count in zip(
            place.axes, (place.row, place.column), (self.nest.rows, self.nest.columns), strict=True
        ):
            numbers = self.builder.emit("iota", n=sizes[axes.index(axis)])
            upright = self.lanes.reshaped(numbers, along(axes.index(axis), 2, sizes[axes.index(axis)]))
            turns[axis] = self.do("subtract", upright, self.number(offset))
            inside += [self.do("less", self.number(-1), turns[axis]), self._is_below(turns[axis], count)]
        row, column = (turns[axis] for axis in place.axes)
        when = self.do("add", self._times(row, self.factor), column)
        now = self.do("equal", when, turn)
        for condition in inside:
            now = self.do("and", now, condition)
        cells = sizes[0] * sizes[1]
        own = self.lanes.reshaped(self.builder.emit("iota", n=cells), tuple(sizes))
        lane = self.do("add", self.do("subtract", row, base), self.number(cells))
        return self.do("select", now, lane, own)
