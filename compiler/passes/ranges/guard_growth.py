"""Guards what a loop carries and no analysis bounds: the run checks under protection that it stays small.

In: a program without calls. Out: the program with `require` and `bound` around values that grow with themselves.

Before:                                         After:
    %2 = loop(%1) count=9 (%i, %w) {                %2, %3 = loop(%1, false) count=9 (%i, %w, %out) {
      %4 = ... a sum that %w is part of ...           %6 = or(%out, %w lies not between -1024 and 1024)
      yield %4                                        %5 = bound(%w) low=-1024 high=1024
    }                                                 ... on %5
                                                      yield %4, %6
                                                    }
                                                    require(not %3, and %2 lies there), and it is bounded

A turn looks at what it got, not at what it gives: the comparison runs beside the work of the turn, and `overlap_turns`
lets it go on beside the next one. A bit that the loop carries collects what was found. The parties open the bit once,
after the loop: it is all that they learn. A loop that reveals something itself opens a bit in each turn. What overflows
before a check has failed is never revealed: `expand_protocol` holds back every opening until the bits of the checks
before it are known.

The range is the largest of `RANGES` at which all products in the program still fit at their usual scales, so that a
guard costs its comparison and nothing else; and `GENEROUS` where there is none: `fit_scales` finds other scales then.

Assumes that no value is at a scale of its own yet. Ensures that every value that a loop carries is bounded, but for
integers, which wrap as the language says.
"""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace

from ...ir.build import Builder
from ...ir.control import carried, carried_on, initial, is_loop
from ...ir.labels import Knowledge, join
from ...ir.operations.arithmetic import MAXIMUM_SCALE
from ...ir.operations.row import Trait
from ...ir.operations.table import row_of
from ...ir.program import Operation, Program, Region, Value
from ...ir.rewrite import Rewriter, rewrite, walk
from .find_ranges import Ranges, Reading, find_ranges
from .scaled import ROOM, digits_of, is_fixed, scale_of

RANGES = (40, 30, 24, 20, 16, 13, 10)
"""Bits of the magnitudes that may be taken, the largest first."""

GENEROUS = 10
"""Bits of the magnitude that is taken where products have to be fitted to it."""

GROWN = 12
"""Bits by which a value grows in a loop beyond all reason, where that keeps something from fitting."""

MARGIN = 2
"""Bits by which the range is larger than what the loop begins with, at least."""


def guard_growth(program: Program) -> Program:
    """The program with guards, inner loops first. A program in which nothing grows without a bound stays as it is."""
    while any(map(is_loop, walk(program.body))):  # Each time something gets a guard that had none.
        ranges = find_ranges(program, Reading.EXACT)
        growing = _innermost(_unbounded(ranges)) or _innermost(_large(program, ranges))
        if not growing:
            return program
        program = _guarded(program, *_chosen(program, growing, ranges))
    return program


def _unbounded(ranges: Ranges) -> dict[Value, Operation]:
    """What loops carry that no interval bounds, with the loops."""
    return {each.argument: each.loop for each in ranges.unbounded if _lacks_guard(each.loop, each.argument)}


def _large(program: Program, ranges: Ranges) -> dict[Value, Operation]:
    """What loops carry that grows beyond all reason in a few turns, if that keeps something from fitting."""
    found: dict[Value, Operation] = {}
    for loop in filter(is_loop, walk(program.body)):
        for argument, start in zip(carried(loop), initial(loop), strict=True):
            before, after = (digits_of(ranges.of[each], scale_of(each)) for each in (start, argument))
            if is_fixed(argument) and after > max(before, 0) + GROWN and _lacks_guard(loop, argument):
                found[argument] = loop
    return {} if not found or _fits(program, ranges) else found


def _innermost(growing: dict[Value, Operation]) -> AbstractSet[Value]:
    """What is carried by loops that hold no other of these loops: a guard inside may bound what is carried outside."""
    loops = set(growing.values())
    return {argument for argument, loop in growing.items() if loops.isdisjoint(walk(loop.regions[0]))}


def _lacks_guard(loop: Operation, argument: Value) -> bool:
    """Whether a guard can be written for what a loop carries, and none bounds it already, here or in a loop inside."""
    if not _can_be_guarded(argument):
        return False
    yielded = carried_on(loop)[carried(loop).index(argument)]
    guards = (each for each in loop.regions[0].operations if each.name == "bound")
    return not any(argument in each.operands or yielded in each.results for each in guards)


def _can_be_guarded(value: Value) -> bool:
    """Whether it is a number of the run: what all know before the run needs no check."""
    return is_fixed(value) and value.type.size > 0 and value.label.knowledge is not Knowledge.STATIC


# --- the range ------------------------------------------------------------------------------------------------------


def _chosen(program: Program, growing: AbstractSet[Value], ranges: Ranges) -> tuple[AbstractSet[Value], int]:
    """What gets a guard, and the bits of the magnitude below which it is taken to stay.

    A guard in an outer loop costs fewer comparisons than one in a loop inside; the one inside is written where the
    turns of that loop alone make more of the value than fits.
    """
    least = _least(program, growing, ranges)
    inside = growing
    while inside:
        for bits in (each for each in RANGES if each >= least):
            guarded = _guarded(program, inside, bits)
            if _fits(guarded, find_ranges(guarded, Reading.EXACT)):
                return inside, bits
        inside = _inward(program, inside)
    return growing, max(GENEROUS, min(least, RANGES[0]))


def _least(program: Program, growing: AbstractSet[Value], ranges: Ranges) -> int:
    """Bits of what the outermost of the loops begin with, and some more."""
    loops = list(filter(is_loop, walk(program.body)))
    starts = {at: start for each in loops for at, start in zip(carried(each), initial(each), strict=True)}
    first = [starts[argument] for argument in growing]
    while any(start in starts for start in first):  # What an outer loop carries begins where that loop begins.
        first = [starts.get(start, start) for start in first]
    return max((digits_of(ranges.of[start], scale_of(start)) + MARGIN for start in first), default=0)


def _inward(program: Program, growing: AbstractSet[Value]) -> AbstractSet[Value]:
    """The same values as loops inside carry them, where some are carried further in; else nothing."""
    found: dict[Value, Value] = {}
    for loop in filter(is_loop, walk(program.body)):
        for argument, start in zip(carried(loop), initial(loop), strict=True):
            if start in growing and _can_be_guarded(argument):
                found[start] = argument
    return {found.get(argument, argument) for argument in growing} if found else set()


def _fits(program: Program, ranges: Ranges) -> bool:
    """Whether every value fits at its usual scale."""
    for operation in walk(program.body):
        for result in operation.results:
            if is_fixed(result) and digits_of(ranges.of[result], scale_of(result)) + scale_of(result) > ROOM:
                return False
        if row_of(operation).has(Trait.BILINEAR) and sum(map(scale_of, operation.operands)) > MAXIMUM_SCALE:
            return False
    return True


# --- the guards -----------------------------------------------------------------------------------------------------


def _guarded(program: Program, growing: AbstractSet[Value], bits: int) -> Program:
    def rule(rewriter: Rewriter, operation: Operation) -> Sequence[Value] | None:
        if not is_loop(operation) or growing.isdisjoint(carried(operation)):
            return None
        return _Guard(rewriter, operation, growing, bits).written()

    return rewrite(program, rule)


def _tells(operation: Operation) -> bool:
    """Whether something inside a loop is seen from outside before the loop ends."""
    return any(
        row_of(each).has(Trait.EFFECT) and not row_of(each).has(Trait.SOURCE) for each in walk(operation.regions[0])
    )


class _Guard:
    """One loop that is written with its guard: `bits` bound the magnitudes of the growing values."""

    def __init__(self, rewriter: Rewriter, loop: Operation, growing: AbstractSet[Value], bits: int) -> None:
        self._rewriter = rewriter
        self._builder = rewriter.builder
        self._loop = loop
        self._growing = [argument for argument in carried(loop) if argument in growing]
        self._bits = bits

    def written(self) -> Sequence[Value]:
        """The loop's results, bounded."""
        if _tells(self._loop):
            region = self._region(self._loop.regions[0].arguments, None)
            results = list(self._rewriter.derive(self._loop, self._rewriter.operands(self._loop), (region,)))
            before = None
        else:
            *results, before = self._with_bit()
        places = [place for place, each in enumerate(carried(self._loop)) if each in self._growing]
        grown = [results[place] for place in places]
        self._require(self._outside(grown, before), grown)
        for place in places:
            results[place] = _bounded(self._builder, results[place], self._bits)
        return results

    def _with_bit(self) -> Sequence[Value]:
        """The loop, which carries one bit more: whether a value was outside in some turn so far."""
        none = self._builder.boolean(False)
        label = join([value.label for value in self._growing])
        bit = Value(none.type, label)
        region = self._region((*self._loop.regions[0].arguments, bit), bit)
        given = (*self._rewriter.operands(self._loop), none)
        made = Value(bit.type, bit.label)
        draft = replace(self._loop, results=(*self._loop.results, made))
        return self._rewriter.derive(draft, given, (region,))

    def _region(self, arguments: tuple[Value, ...], bit: Value | None) -> Region:
        old = self._loop.regions[0]
        with self._builder.open(arguments) as opened:
            self._rewriter.values.update(zip(old.arguments, opened.arguments, strict=False))
            outside = self._outside(self._growing, bit)
            if bit is None:
                self._require(outside, self._growing)
            for argument in self._growing:
                self._rewriter.values[argument] = _bounded(self._builder, argument, self._bits)
            results = self._rewriter.splice(old)
            opened.results = results if bit is None else (*results, bit if outside is None else outside)
        return opened.close()

    def _outside(self, values: Sequence[Value], found: Value | None) -> Value | None:
        """Whether one of the values is outside, or it was found before; None if all are known now."""
        for value in values:
            if _can_be_guarded(value):
                outside = _outside(self._builder, value, self._bits)
                found = outside if found is None else self._builder.emit("or", found, outside)
        return found

    def _require(self, outside: Value | None, values: Sequence[Value]) -> None:
        if outside is None:
            return
        names = ", ".join(f"`{value.name}`" for value in values if value.name) or "a value that this loop carries"
        message = (
            f"{names} grew beyond {1 << self._bits:,} in magnitude: every turn may make it larger. Bring it back with "
            '`clip` or by smaller steps; or write `option guards = "off"`, and nobody looks'
        )
        self._builder.effect("require", self._builder.emit("not", outside), message=message)


def _outside(builder: Builder, value: Value, bits: int) -> Value:
    """Whether an element is not between -2**bits and 2**bits: one bool."""
    end = 1 << bits + scale_of(value)
    scalar = replace(value.type, shape=())
    below = builder.emit("less", value, builder.constant(-end, scalar))
    above = builder.emit("less", builder.constant(end, scalar), value)
    found = builder.emit("or", below, above)
    if found.type.shape:
        found = builder.emit("any", builder.emit("reshape", found, shape=(found.type.size,)), axis=0)
    return found


def _bounded(builder: Builder, value: Value, bits: int) -> Value:
    if not _can_be_guarded(value):
        return value
    end = 1 << bits + scale_of(value)
    made = builder.emit("bound", value, low=-end, high=end)
    if value.name:
        builder.name(made, value.name)
    return made
