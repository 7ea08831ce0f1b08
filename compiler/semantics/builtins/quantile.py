"""`median` and `quantile`, interpolated between neighbours as in NumPy. In: bound arguments. Out: `fixed`.

Elements that `where=` leaves out, or that are cleared, are sorted to the end. The number of the others is then secret,
and the place of the quantile is found by comparing it with every place.
"""

from fractions import Fraction

import numpy as np

from ...ir.program import Value
from ...ir.types import ArrayType, Kind, fixed
from ...syntax import tree
from ..arrays import arithmetic as arrays
from ..arrays.arithmetic import require_numbers
from ..arrays.missing import with_bits
from ..state.context import Context, int_for
from ..state.conversion import as_fixed, as_number
from ..state.describe import describe
from ..state.values import Array, Bundle, Meaning, tied
from .arguments import Arguments
from .order import sorted_lines
from .reduction import reduced

_COMMON_DENOMINATOR = 1000
"""A q that is not a literal is taken for a fraction with at most this denominator, if it equals such a fraction."""


def median(call: Arguments) -> Meaning:
    """The middle one in order; of an even number the mean of the two in the middle. Missing of nothing."""
    return _quantiles(call, [Fraction(1, 2)])[0]


def quantile(call: Arguments) -> Meaning:
    """The element below which a share q of all elements lies. Several q give a new first axis."""
    given, several = shares(call)
    found = _quantiles(call, given)
    if not several:
        return found[0]
    context, first = call.context, found[0]
    rows = [context.emit("reshape", each.value, shape=(1, *each.shape)) for each in found]
    value = rows[0] if len(rows) == 1 else context.emit("concat", *rows, axis=0)
    return tied(value, (None, *first.ties) if first.ties else (), first.present)


def shares(call: Arguments) -> tuple[list[Fraction], bool]:
    """The shares that q gives, and whether q is a list."""
    node = call.named["q"].node
    listed = isinstance(node, tree.Sequence | tree.Tuple)
    values = call.context.values(node.elements if isinstance(node, tree.Sequence | tree.Tuple) else [node])
    if not listed and isinstance(values[0], Bundle):
        listed, values = True, list(values[0].elements)
    found: list[Fraction] = []
    for value in values:
        q = call.context.as_array(value, node.span, "the argument `q` of `quantile`")
        if q.element.kind not in (Kind.BOOL, Kind.INT, Kind.FIXED) or q.rank > 1 or (listed and q.rank):
            raise call.expected("q", "a number from 0 to 1, or a list of them", describe(q), "write 0.25, say")
        found += _exactly(call, q)
        listed = listed or q.rank == 1
    wrong = [share for share in found if not 0 <= share <= 1]
    if wrong or not found:
        told = f"{float(wrong[0]):g}" if wrong else "none"
        is_percent = bool(wrong) and 1 < wrong[0] <= 100
        remedy = f"write {float(wrong[0]) / 100:g} for {float(wrong[0]):g} percent" if is_percent else "write 0.5, say"
        raise call.expected("q", "a number from 0 to 1, or a list of them", told, remedy)
    return found, listed


def _exactly(call: Arguments, q: Array) -> list[Fraction]:
    """The numbers as they were written, as far as that is known."""
    context = call.context
    exact = context.exact(q)
    if exact is not None:
        return [exact]
    numbers = context.numbers(q, call.at("q"), "the argument `q` of `quantile`")
    scale = 1 << q.element.scale
    return [_simplest(int(number), scale) for number in np.ravel(numbers)]


def _simplest(number: int, scale: int) -> Fraction:
    simple = Fraction(number, scale).limit_denominator(_COMMON_DENOMINATOR)
    return simple if round(simple * scale) == number else Fraction(number, scale)


def _quantiles(call: Arguments, shares: list[Fraction]) -> list[Array]:
    context, x = call.context, call.array("x")
    require_numbers([x], call.at("x"), call.signature.name, Kind.BOOL, Kind.INT, Kind.FIXED)
    found = reduced(call, as_number(context, x))
    if not found.count:
        return [found.of_nothing(context, fixed(context.scale)) for _ in shares]
    mask = None if found.mask is None else found.mask.value
    ordered = sorted_lines(context, found.x.value, found.axis, mask).moved(found.x.value)
    if mask is None:
        return [found.result(_of_all(call, ordered, share)) for share in shares]
    total = context.emit("sum", as_number(context, Array(mask)).value, axis=found.axis)
    some = context.emit("less", context.integer(0), total)
    return [with_bits(context, found.result(_of_some(call, ordered, total, some, share)), some, 0) for share in shares]


def _of_all(call: Arguments, ordered: Value, share: Fraction) -> Value:
    """The quantile between two known places: only the interpolation is computed."""
    context, count = call.context, ordered.type.shape[-1]
    place = share * (count - 1)
    low = _at(context, ordered, int(place))
    rest = place - int(place)
    return low if not rest else _between(call, low, _at(context, ordered, int(place) + 1), _literal(call, rest))


def _at(context: Context, ordered: Value, place: int) -> Value:
    shape = ordered.type.shape
    starts, stops = (*(0 for _ in shape[1:]), place), (*shape[:-1], place + 1)
    one = context.emit("slice", ordered, starts=starts, stops=stops, steps=(1,) * len(shape))
    return as_fixed(context, Array(context.emit("reshape", one, shape=shape[:-1]))).value


def _literal(call: Arguments, number: Fraction) -> Array:
    return Array(call.context.literal(number, call.span))


def _between(call: Arguments, low: Value, high: Value, rest: Array) -> Value:
    context, span = call.context, call.span
    step = arrays.subtract(context, span, Array(high), Array(low))
    return arrays.add(context, span, Array(low), arrays.multiply(context, span, rest, step)).value


def _of_some(call: Arguments, ordered: Value, total: Value, some: Value, share: Fraction) -> Value:
    """Of `total` elements, the first ones in order, if there are some.

    q = a/b of c elements is at place (c - 1) a / b. Place i is the one below it where i b <= (c - 1) a < (i + 1) b.

    Place i is the place just below if i b <= (c - 1) a < (i + 1) b. If there are no elements, no place is, and the
    result is 0.
    """
    context, span = call.context, call.span
    count = ordered.type.shape[-1]
    if not share:
        return _first(context, ordered, some)
    one, times = Array(context.integer(1)), Array(context.integer(share.numerator))
    target = arrays.multiply(context, span, arrays.subtract(context, span, Array(total), one), times)
    column = Array(context.emit("reshape", target.value, shape=(*total.type.shape, 1)))
    numbers = np.arange(count, dtype=np.int64) * share.denominator
    element = int_for(count * share.denominator)
    places = context.emit("constant", type=ArrayType(element, numbers.shape), value=numbers)
    reached = context.emit("not", arrays.less(context, span, call.signature.name, column, Array(places)).value)
    below = context.emit("xor", reached, _shifted(context, reached, up=True))
    low = _picked(context, below, ordered)
    if share.denominator == 1:
        return low
    high = _picked(context, _shifted(context, below, up=False), ordered)
    here = context.emit("matmul", as_number(context, Array(below)).value, places)
    rest = as_fixed(context, arrays.subtract(context, span, target, Array(here)))
    fraction = arrays.multiply(context, span, rest, _literal(call, Fraction(1, share.denominator)))
    return _between(call, low, high, fraction)


def _first(context: Context, ordered: Value, some: Value) -> Value:
    least = _at(context, ordered, 0)
    return context.emit("select", some, least, context.filled(least.type.with_shape(()), 0))


def _shifted(context: Context, x: Value, *, up: bool) -> Value:
    """The entries of the last axis, one place further down or up. False comes in at the end."""
    shape = x.type.shape
    axis, count = len(shape) - 1, shape[-1]
    no = context.boolean(False, (*shape[:-1], 1))
    starts, stops = [0] * len(shape), list(shape)
    starts[-1], stops[-1] = (1, count) if up else (0, count - 1)
    if count == 1:
        return no
    rest = context.emit("slice", x, starts=tuple(starts), stops=tuple(stops), steps=(1,) * len(shape))
    return context.emit("concat", *((rest, no) if up else (no, rest)), axis=axis)


def _picked(context: Context, chosen: Value, ordered: Value) -> Value:
    """The chosen element of each line; 0 if none is chosen."""
    shape = ordered.type.shape
    weights = as_number(context, Array(chosen)).value
    if len(shape) == 1:
        picked = context.emit("matmul", weights, ordered)
    else:
        row = context.emit("reshape", weights, shape=(*shape[:-1], 1, shape[-1]))
        column = context.emit("reshape", ordered, shape=(*shape, 1))
        picked = context.emit("reshape", context.emit("matmul", row, column), shape=shape[:-1])
    return as_fixed(context, Array(picked)).value
