"""Lists as they are written, in Python's way: `[0] * 4` repeats the elements, and `[a] + [b]` joins two lists.

In: an operator between two expressions, and what these mean. Out: an array; None where the operator means arithmetic.

Everything is an array: once a list has a name, or stands beside an array, operators go element by element, as in NumPy.
"""

from ...ir.labels import Knowledge
from ...ir.types import Kind
from ...source import Span
from ...syntax import tree
from ..arrays import arithmetic as arrays
from ..arrays.missing import bare, carried, presence, with_bits
from ..errors import shapes_differ, wrong
from ..state.context import Context
from ..state.describe import describe
from ..state.values import Array


def of_lists(context: Context, node: tree.Binary, x: Array, y: Array) -> Array | None:
    """What `+` and `*` make of lists. Raises WrongError where a list would have a length that is not known."""
    result: Array | None = None
    is_list = _is_list(context, node.left), _is_list(context, node.right)
    if node.operator == "+" and all(is_list):
        result = _joined(context, node.span, x, y)
    elif node.operator == "*" and is_list == (True, False):
        result = _repeated(context, node.right.span, x, y)
    elif node.operator == "*" and is_list == (False, True):
        result = _repeated(context, node.left.span, y, x)
    if result is None:
        context.lists.discard(id(node))
    else:
        context.lists.add(id(node))
    return result


def _is_list(context: Context, node: tree.Expression) -> bool:
    return isinstance(node, tree.Sequence) or id(node) in context.lists


def _joined(context: Context, span: Span, x: Array, y: Array) -> Array:
    if x.shape[1:] != y.shape[1:]:
        raise shapes_differ(span, "the elements of two lists", [x.shape[1:], y.shape[1:]])
    parts = arrays.promoted(context, [bare(x), bare(y)], span, "+")
    result = Array(context.emit("concat", *(part.value for part in parts), axis=0))
    if x.present is None and y.present is None:
        return result
    bits = [presence(context, one).value for one in (x, y)]
    return with_bits(context, result, context.emit("concat", *bits, axis=0))


def _repeated(context: Context, place: Span, x: Array, times: Array) -> Array | None:
    if times.shape or times.element.kind is not Kind.INT:
        return None
    if times.label.knowledge is not Knowledge.STATIC:
        raise wrong(
            place,
            "`*` repeats a list, and this number of times is not known when the program is compiled",
            expected="a literal, a size, or what is computed from them",
            found=describe(times),
            remedy="to multiply each element, give the list a name first: `weights = [1, 2]`, then `weights * x`",
        )
    count = max(int(context.numbers(times, place, "how often a list is repeated")), 0)
    return carried(context, x, lambda one: _copies(context, one, count))


def _copies(context: Context, x: Array, count: int) -> Array:
    value = context.emit("reshape", x.value, shape=(1, *x.shape))
    value = context.emit("broadcast", value, shape=(count, *x.shape))
    return Array(context.emit("reshape", value, shape=(count * x.shape[0], *x.shape[1:])))
