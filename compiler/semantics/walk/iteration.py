"""What a `for` runs over. In: the header of a loop. Out: the number of turns, and what the target is in each turn."""

from collections.abc import Callable
from dataclasses import dataclass

from ...ir.labels import Knowledge
from ...ir.program import Value
from ...source import Span
from ...syntax import tree
from ..arrays.indexing import element_at, first_axis, stretch_at
from ..builtins.table import BUILT_INS
from ..errors import wrong, wrong_arguments
from ..state.context import Context
from ..state.describe import describe, plural
from ..state.values import Array, BuiltIn, Bundle, Meaning, Table

LOOP_CALLS = ("range", "zip", "batches")

Turn = Callable[[Value], Meaning]
"""From the number of the turn, static or not known yet, to the meaning of the target."""


@dataclass(frozen=True, slots=True, eq=False)
class Iteration:
    """`count` turns that are alike, and perhaps one more turn of another shape, `rest`.

    With `apart` each turn is written by itself, because the elements of a tuple differ in type.
    """

    count: int
    turn: Turn
    rest: Callable[[], Meaning] | None = None
    apart: bool = False


def iteration(context: Context, node: tree.Expression) -> Iteration:
    """The iteration over what the expression after `in` gives. Raises WrongError."""
    if isinstance(node, tree.Call) and context.frame.find(node.function.name) is None:
        readers = {"range": _range, "zip": _zip, "batches": _batches}
        if node.function.name in readers:
            context.saw(node.function, BuiltIn(node.function.name))
            return readers[node.function.name](context, node)
    return _over(context, context.value(node), node.span)


def _over(context: Context, value: Meaning, span: Span) -> Iteration:
    if isinstance(value, Bundle):
        elements = value.elements
        return Iteration(len(elements), lambda turn: elements[_static_turn(context, turn)], apart=True)
    if isinstance(value, Array) and value.rank:
        x = value
        return Iteration(x.shape[0], lambda turn: _element(context, x, turn))
    remedy = "loop over columns: `for a, b in zip(t.a, t.b):`" if isinstance(value, Table) else "write `range(n)`"
    raise wrong(
        span,
        "a `for` cannot run over this",
        expected="`range(...)`, an array with at least one axis, `zip(...)`, `batches(...)` or a tuple",
        found=describe(value),
        remedy=remedy,
    )


def _static_turn(context: Context, turn: Value) -> int:
    number = context.static(turn)
    assert number is not None
    return int(number)


def _element(context: Context, x: Array, turn: Value) -> Array:
    number = context.static(turn)
    if number is None:
        return element_at(context, x, turn)
    return first_axis(context, x, int(number), int(number) + 1, point=True)


# --- range ------------------------------------------------------------------------------------------------------


def _positional(context: Context, node: tree.Call, least: int, most: int) -> list[tree.Expression]:
    found = plural(len(node.arguments), "argument")
    named = next((argument.name for argument in node.arguments if argument.name is not None), None)
    if named is not None or not least <= len(node.arguments) <= most:
        name = node.function.name
        expected = f"`{BUILT_INS[name].signature.text}`"
        found = f"`{named.text}=`" if named is not None else found
        raise wrong_arguments(node.span, name, "the arguments do not fit", expected, found)
    return [argument.value for argument in node.arguments]


def _range(context: Context, node: tree.Call) -> Iteration:
    arguments = _positional(context, node, 1, 3)
    values = context.values(arguments)
    step = context.number(values[2], arguments[2].span, "the step of a `range`") if len(values) == 3 else 1
    if step == 0:
        raise wrong(
            arguments[2].span, "the step of a `range` is not 0", expected="1, 2, ... or -1, -2, ...", found="0",
            remedy="leave the step out",
        )  # fmt: skip
    stop = _bound(context, values[min(len(values) - 1, 1)], arguments[min(len(values) - 1, 1)].span)
    start = _bound(context, values[0], arguments[0].span) if len(values) > 1 else Array(context.integer(0))
    distance = _distance(context, start, stop, arguments)
    return Iteration(len(range(0, distance, step)), lambda turn: _number(context, start, step, turn))


def _bound(context: Context, value: Meaning, span: Span) -> Array:
    remedy = "run over the largest count, and leave out turns with `if` or `select`"
    array = context.as_array(value, span, "a bound of a `range`")
    if array.shape or not array.label.is_public or context.static(array.value) is not None:
        return Array(context.integer(context.number(array, span, "a bound of a `range`", remedy)))
    if array.label.knowledge is Knowledge.REVEALED:
        context.require_static(array, span, "a bound of a `range`")
    return array


def _distance(context: Context, start: Array, stop: Array, arguments: list[tree.Expression]) -> int:
    """stop - start. It may be one number although both bounds move with an outer loop's turn."""
    distance = context.facts.affine(stop.value).plus(context.facts.affine(start.value), -1)
    if not distance.terms:
        return distance.constant
    span = arguments[min(len(arguments) - 1, 1)].span
    first = context.number(start, arguments[0].span, "a bound of a `range`")
    return context.number(stop, span, "a bound of a `range`") - first


def _number(context: Context, start: Array, step: int, turn: Value) -> Array:
    """start + step * turn."""
    first = context.static(start.value)
    number = context.static(turn)
    if first is not None and number is not None:
        return Array(context.integer(int(first) + step * int(number)))
    scaled = turn if step == 1 else context.emit("multiply", turn, context.integer(step))
    return Array(scaled if first == 0 else context.emit("add", scaled, start.value))


# --- zip and batches --------------------------------------------------------------------------------------------


def _zip(context: Context, node: tree.Call) -> Iteration:
    arguments = _positional(context, node, 1, len(node.arguments))
    parts = [iteration(context, argument) for argument in arguments]
    if len({part.count for part in parts}) > 1 or any(part.rest is not None for part in parts):
        raise wrong(
            node.span,
            "the arguments of `zip` have different lengths",
            expected="arrays of one first size",
            found=", ".join(str(part.count) for part in parts),
            remedy="cut them to one length first, as in `zip(x[:n], y[:n])`",
        )
    apart = any(part.apart for part in parts)
    return Iteration(parts[0].count, lambda turn: Bundle(tuple(part.turn(turn) for part in parts)), apart=apart)


def _batches(context: Context, node: tree.Call) -> Iteration:
    given = [argument for argument in node.arguments if argument.name is None]
    sizes = [argument for argument in node.arguments if argument.name is not None]
    if not given or len(sizes) != 1 or sizes[0].name is None or sizes[0].name.text != "size":
        expected, found = f"`{BUILT_INS['batches'].signature.text}`", plural(len(node.arguments), "argument")
        raise wrong_arguments(node.span, "batches", "the arguments do not fit", expected, found)
    values = context.values([argument.value for argument in node.arguments])
    arrays = [
        context.as_array(value, argument.value.span, "an argument of `batches`")
        for value, argument in zip(values, node.arguments, strict=True)
        if argument.name is None
    ]
    if any(not array.rank or array.shape[0] != arrays[0].shape[0] for array in arrays):
        raise wrong(
            node.span,
            "the arrays of `batches` have different lengths",
            expected="arrays of one first size",
            found=" and ".join(str(list(array.shape)) for array in arrays),
            remedy="cut them to one length first, as in `batches(X[:n], y[:n], size=...)`",
        )
    size = context.number(values[node.arguments.index(sizes[0])], sizes[0].value.span, "the size of a batch")
    if size < 1:
        raise wrong(
            sizes[0].value.span, "a batch has at least one element", expected="1 or more", found=str(size),
            remedy="choose a size such as 128",
        )  # fmt: skip
    return _in_batches(context, arrays, size)


def _in_batches(context: Context, arrays: list[Array], size: int) -> Iteration:
    length = arrays[0].shape[0]

    def whole(turn: Value) -> Meaning:
        number = context.static(turn)
        if number is not None:
            return _tuple([first_axis(context, x, int(number) * size, (int(number) + 1) * size) for x in arrays])
        start = turn if size == 1 else context.emit("multiply", turn, context.integer(size))
        return _tuple([stretch_at(context, x, start, size) for x in arrays])

    def last() -> Meaning:
        return _tuple([first_axis(context, x, length - length % size, length) for x in arrays])

    return Iteration(length // size, whole, last if length % size else None)


def _tuple(arrays: list[Array]) -> Meaning:
    """One array is itself; several arrays are a tuple."""
    return arrays[0] if len(arrays) == 1 else Bundle(tuple(arrays))
