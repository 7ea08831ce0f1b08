"""The parts of an index `x[...]`, made concrete. In: the tree and the array's shape. Out: axis parts and new axes.

A static bound becomes a number. A bound that moves with a loop's turn stays a value, if the size between two bounds is
one number: then the loop stays a loop. Otherwise the loop is written out.
"""

from dataclasses import dataclass

from ...ir.affine import Affine
from ...ir.labels import Knowledge
from ...ir.program import Value
from ...ir.types import Kind
from ...source import Span
from ...syntax import tree
from ..errors import WrongError, wrong
from ..state.context import Context
from ..state.describe import describe
from ..state.values import Array
from .missing import refuse


@dataclass(frozen=True, slots=True)
class Stretch:
    """start:stop:step with numbers, as `range` takes them. `point` says that a single index was written."""

    start: int
    stop: int
    step: int
    point: bool = False

    @property
    def size(self) -> int:
        """The number of elements."""
        return len(range(self.start, self.stop, self.step))


@dataclass(frozen=True, slots=True, eq=False)
class Window:
    """`size` elements from a public place that only the run knows, or that differs by turn of a loop."""

    start: Value
    size: int
    point: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Places:
    """An array of public indices."""

    indices: Array


@dataclass(frozen=True, slots=True, eq=False)
class SecretPlaces:
    """One private index, or an array of them."""

    indices: Array


@dataclass(frozen=True, slots=True)
class Fresh:
    """A new axis of size 1."""


AxisPart = Stretch | Window | Places | SecretPlaces
Part = AxisPart | Fresh


def parse_parts(context: Context, node: tree.Index, shape: tuple[int, ...]) -> list[Part]:
    """The parts of an index into an array of this shape. Axes that are not mentioned are whole. Raises WrongError."""
    axes = sum(not isinstance(part, tree.NewAxis | tree.FullSlices) for part in node.parts)
    ellipses = sum(isinstance(part, tree.FullSlices) for part in node.parts)
    if axes > len(shape) or ellipses > 1:
        raise wrong(
            node.span,
            "there are more indices than axes" if axes > len(shape) else "`...` stands in an index once",
            expected=("an index for each axis" if shape else "no index") if axes > len(shape) else "one `...`",
            found=f"{axes} for the shape {list(shape)}" if axes > len(shape) else f"{ellipses} times `...`",
            remedy="leave out an index" if shape else "a scalar has no axes: use it without an index",
        )
    whole = [Stretch(0, size, 1) for size in shape]
    result: list[Part] = []
    with context.collecting() as collector:
        for part in node.parts:
            axis = sum(not isinstance(done, Fresh) for done in result)
            if isinstance(part, tree.NewAxis):
                result.append(Fresh())
            elif isinstance(part, tree.FullSlices):
                result += whole[axis : axis + len(shape) - axes]
            else:
                result.append(whole[axis])
                with collector:
                    result[-1] = _axis_part(context, part, shape[axis])
    axis = sum(not isinstance(done, Fresh) for done in result)
    return result + whole[axis:]


def _axis_part(context: Context, part: tree.Expression | tree.SliceSyntax, size: int) -> AxisPart:
    if isinstance(part, tree.SliceSyntax):
        return _slice(context, part, size)
    if isinstance(part, tree.NewAxis | tree.FullSlices):
        raise TypeError(part)
    index = context.array(part, "an index")
    refuse(part.span, "an index", [index])
    if index.element.kind is Kind.BOOL:
        raise wrong(
            part.span,
            "a mask selects nothing: the size of the result would tell how many elements it holds for",
            expected="an `int`, a slice, or an array of `int`",
            found=describe(index),
            remedy="use `where=mask` in a reduction, `select(mask, x, 0)`, or `filter(t, mask)` for a table",
        )
    if index.element.kind is not Kind.INT:
        raise wrong(
            part.span,
            "an index must be an `int`",
            expected="an `int`, a slice, or an array of `int`",
            found=describe(index),
            remedy="convert with `int(x)`",
        )
    if not index.label.is_public:
        return SecretPlaces(index)
    if index.shape:
        return _places(context, index, part.span, size)
    return _point(context, index, part.span, size)


def _places(context: Context, index: Array, span: Span, size: int) -> Places:
    numbers = context.static(index.value) if index.label.knowledge is Knowledge.STATIC else None
    if numbers is None:
        return Places(_from_end(context, index, size))
    if numbers.size and not (-size <= numbers.min() and numbers.max() < size):
        raise _out_of_range(span, f"{numbers.min()} to {numbers.max()}", size)
    return Places(_from_end(context, index, size) if numbers.size and numbers.min() < 0 else index)


def _from_end(context: Context, index: Array, size: int) -> Array:
    """The index with negative entries counted from the end. An index out of range is found when the program runs."""
    zero, length = context.integer(0), context.integer(size)
    negative = context.emit("less", index.value, zero)
    return Array(context.emit("select", negative, context.emit("add", index.value, length), index.value))


def _point(context: Context, index: Array, span: Span, size: int) -> AxisPart:
    if index.label.knowledge is Knowledge.STATIC:
        number = context.static(index.value)
        if number is not None:
            place = int(number)
            if not -size <= place < size:
                raise _out_of_range(span, str(place), size)
            place %= size
            return Stretch(place, place + 1, 1, point=True)
        bounds = context.facts.bounds(context.facts.affine(index.value))
        if bounds is not None and bounds[0] >= 0 and bounds[1] < size:
            return Window(index.value, 1, point=True)
        if bounds is not None and not (-size <= bounds[0] and bounds[1] < size) and not context.arms:
            raise _out_of_range(span, f"{bounds[0]} to {bounds[1]}, over the turns of the loop", size)
    return Window(_from_end(context, index, size).value, 1, point=True)


def _out_of_range(span: Span, found: str, size: int) -> WrongError:
    return wrong(
        span,
        "the index is out of range",
        expected=f"{-size} to {size - 1}" if size else "nothing: the axis is empty",
        found=found,
        remedy=f"the axis has size {size}: its indices are 0 to {size - 1}, or -1 to {-size} from the end"
        if size
        else "check the shape of the array",
    )


def _slice(context: Context, part: tree.SliceSyntax, size: int) -> AxisPart:
    step = 1
    if part.step is not None:
        step = context.number(context.value(part.step), part.step.span, "the step of a slice")
        if step == 0:
            raise wrong(
                part.step.span, "the step of a slice is not 0", expected="1, 2, ... or -1, -2, ...", found="0",
                remedy="leave the step out",
            )  # fmt: skip
    start = _bound(context, part.start)
    stop = _bound(context, part.stop)
    window = _moving_window(context, start, stop, size) if step == 1 else None
    if window is not None:
        return window
    numbers = [
        None if bound is None or expression is None else int(context.numbers(bound, expression.span, "a slice bound"))
        for bound, expression in ((start, part.start), (stop, part.stop))
    ]
    return Stretch(*slice(numbers[0], numbers[1], step).indices(size))


def _bound(context: Context, expression: tree.Expression | None) -> Array | None:
    if expression is None:
        return None
    bound = context.array(expression, "a slice bound")
    if bound.shape or bound.element.kind not in (Kind.INT, Kind.BOOL):
        context.number(bound, expression.span, "a slice bound")
    remedy = "take all of the axis and leave elements out with `where=` or `select(mask, x, 0)`"
    context.require_public(bound, expression.span, "a slice bound", remedy)
    context.require_static(bound, expression.span, "a slice bound")
    return bound


def _moving_window(context: Context, start: Array | None, stop: Array | None, size: int) -> Window | None:
    """A slice whose start moves with a loop's turn and whose size does not, in the axis in every turn; else None."""
    if all(bound is None or context.static(bound.value) is not None for bound in (start, stop)) or start is None:
        return None
    first = context.facts.affine(start.value)
    last = Affine(size) if stop is None else context.facts.affine(stop.value)
    length = last.plus(first, -1)
    first_range, last_range = context.facts.bounds(first), context.facts.bounds(last)
    if length.terms or length.constant < 0 or first_range is None or last_range is None:
        return None
    if first_range[0] < 0 or last_range[1] > size:
        return None
    return Window(start.value, length.constant)
