"""Which places of an array a loop's turns touch, and whether two turns meet. In: windows at affine places. Out: a bool.

The starts of windows are sums of multiples of turns (`ir.affine`). When two turns of a loop are compared, turns of
loops inside it may have any value, and turns of loops around it have the same value in both.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ...ir.affine import Affine, affine
from ...ir.operations.table import row_of
from ...ir.program import Operation, Value


@dataclass(frozen=True, slots=True)
class Access:
    """A window of `slice_at` or `update_at`: where it starts and how long it is, on each axis that it restricts."""

    starts: dict[int, Affine]
    sizes: dict[int, int]


def access(
    operation: Operation, counts: Mapping[Value, int], definition: Callable[[Value], Operation | None]
) -> Access | None:
    """The window of the operation; None unless its starts are sums of turns and it surely lies inside the array."""
    shape, starts, sizes = operation.operands[0].type.shape, {}, {}
    for place, axis, size in row_of(operation).places(operation):
        start = affine(place, definition)
        bounds = start.bounds(counts)
        if bounds is None or bounds[0] < 0 or bounds[1] + size > shape[axis]:
            return None
        starts[axis], sizes[axis] = start, size
    return Access(starts, sizes)


def meet(one: Access, other: Access, turn: Value, inner: Mapping[Value, int], count: int, *, later_only: bool) -> bool:
    """Whether `one` in some turn may touch what `other` touches in another turn (in an earlier one if `later_only`)."""
    for axis in one.starts.keys() & other.starts.keys():
        ranges = [_Range.of(each, axis, turn, inner) for each in (one, other)]
        if ranges[0].around != ranges[1].around:
            continue
        if not _meet_on_axis(ranges[0], ranges[1], count, later_only):
            return False
    return True


@dataclass(frozen=True, slots=True)
class _Range:
    """In turn i the places [low + step * i, high + step * i), moved by the terms `around` of loops outside."""

    low: int
    high: int
    step: int
    around: frozenset[tuple[Value, int]]

    @staticmethod
    def of(access: Access, axis: int, turn: Value, inner: Mapping[Value, int]) -> "_Range":
        start = access.starts[axis]
        inside = Affine(start.constant, tuple(term for term in start.terms if term[0] in inner))
        around = frozenset(term for term in start.terms if term[0] not in inner and term[0] is not turn)
        bounds = inside.bounds(inner)
        assert bounds is not None
        return _Range(bounds[0], bounds[1] + access.sizes[axis], start.factor(turn), around)


def _meet_on_axis(one: _Range, other: _Range, count: int, later_only: bool) -> bool:
    if one.step != other.step:
        low, high = _hull(one, count)
        other_low, other_high = _hull(other, count)
        return low < other_high and other_low < high
    # Turns i and i - distance meet if one.low + step * distance < other.high and other.low < one.high + step *
    # distance.
    low, high = other.low - one.high, other.high - one.low
    return _hits(low, high, one.step, count) or (not later_only and _hits(low, high, -one.step, count))


def _hull(range: _Range, count: int) -> tuple[int, int]:
    end = range.step * (count - 1)
    return range.low + min(0, end), range.high + max(0, end)


def _hits(low: int, high: int, step: int, count: int) -> bool:
    """Whether low < step * distance < high for a distance from 1 to count - 1."""
    if step < 0:
        low, high, step = -high, -low, -step
    if step == 0:
        return low < 0 < high and count > 1
    first = max(1, low // step + 1)
    return first < count and step * first < high
