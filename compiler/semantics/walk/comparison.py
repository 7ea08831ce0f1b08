"""Comparisons, `x in ...` among them. In: a context and a node. Out: an array of bools. Raises WrongError."""

from ...source import Span
from ...syntax import tree
from ..arrays import arithmetic as arrays
from ..arrays.missing import bare, bits_of, presence, where_both, with_bits
from ..arrays.words import from_words
from ..builtins.making import sequence
from ..errors import wrong
from ..state.context import Context
from ..state.describe import describe
from ..state.values import Array, Bundle, Meaning, Words

MEMBERSHIPS = ("in", "not in")


def comparison(context: Context, node: tree.Compare) -> Meaning:
    """`a < b`, `a <= b < c`, `x in [1, 2]`: True where all of them hold."""
    operands = _operands(context, node)
    result: Array | None = None
    for position, operator in enumerate(node.operators):
        places = (node.operands[position].span, node.operands[position + 1].span)
        pair = operands[position], operands[position + 1]
        if operator in MEMBERSHIPS:
            test = _membership(
                context, operator, node.span, *pair, (node.operands[position], node.operands[position + 1])
            )
        else:
            test = _compare(context, operator, node.span, *_comparable(context, operator, *pair, places))
        result = test if result is None else arrays.logic(context, node.span, operator, "and", result, test)
    assert result is not None
    return result


def _operands(context: Context, node: tree.Compare) -> list[Meaning]:
    """What the operands mean. A list after `in` is its elements, which may be texts."""
    results: list[Meaning] = []
    with context.collecting() as collector:
        for operator, operand in zip(("", *node.operators), node.operands, strict=True):
            with collector:
                if operator in MEMBERSHIPS and isinstance(operand, tree.Sequence) and operand.elements:
                    results.append(Bundle(tuple(context.values(operand.elements))))
                else:
                    results.append(context.value(operand))
    return results


def _compare(context: Context, operator: str, span: Span, x: Array, y: Array) -> Array:
    """x operator y, from `less` and `equal` alone; it does not hold where one of them is missing."""
    return where_both(context, _compare_bare(context, operator, span, bare(x), bare(y)), [x, y])


def _compare_bare(context: Context, operator: str, span: Span, x: Array, y: Array) -> Array:
    match operator:
        case "<":
            return arrays.less(context, span, operator, x, y)
        case ">":
            return arrays.less(context, span, operator, y, x)
        case "<=":
            return arrays.negation(context, arrays.less(context, span, operator, y, x))
        case ">=":
            return arrays.negation(context, arrays.less(context, span, operator, x, y))
        case "==":
            return arrays.equal(context, span, operator, x, y)
        case _:
            return arrays.negation(context, arrays.equal(context, span, operator, x, y))


def _comparable(
    context: Context, operator: str, x: Meaning, y: Meaning, places: tuple[Span, Span]
) -> tuple[Array, Array]:
    """Both sides as arrays. A text becomes a label of the other side's category, or a date."""
    what = f"the {{}} side of `{operator}`"
    if isinstance(x, Words) and isinstance(y, Array):
        return from_words(context, x.text, y, places[0]), y
    if isinstance(y, Words) and isinstance(x, Array):
        return x, from_words(context, y.text, x, places[1])
    return (
        context.as_array(x, places[0], what.format("left")),
        context.as_array(y, places[1], what.format("right")),
    )


# --- membership -------------------------------------------------------------------------------------------------


def _membership(
    context: Context, operator: str, span: Span, x: Meaning, ys: Meaning, nodes: tuple[tree.Expression, tree.Expression]
) -> Array:
    """For each element of x whether it is one of ys; neither `in` nor `not in` holds where it is missing."""
    if isinstance(x, Words) and isinstance(ys, Array):
        x = from_words(context, x.text, ys, nodes[0].span)
    x = context.as_array(x, nodes[0].span, f"the left side of `{operator}`")
    ys = _listed(context, operator, x, ys, nodes[1])
    found = _found(context, span, operator, bare(x), ys)
    return where_both(context, found if operator == "in" else arrays.negation(context, found), [x])


def _listed(context: Context, operator: str, x: Array, ys: Meaning, node: tree.Expression) -> Array:
    """What stands after `in`, as one axis of elements. A text is what it says beside x."""
    if isinstance(ys, Bundle) and ys.elements:
        written = node.elements if isinstance(node, tree.Sequence | tree.Tuple) else [node] * len(ys.elements)
        elements = [
            from_words(context, each.text, x, part.span)
            if isinstance(each, Words)
            else context.as_array(each, part.span, f"an element after `{operator}`")
            for each, part in zip(ys.elements, written, strict=True)
        ]
        result = sequence(context, node.span, [bare(element) for element in elements])
        if any(element.present is not None for element in elements):
            bits = sequence(context, node.span, [presence(context, element) for element in elements])
            result = with_bits(context, result, bits.value)
        ys = result
    if not isinstance(ys, Array) or ys.rank != 1:
        raise wrong(
            node.span,
            f"`{operator}` looks in one list of values",
            expected="a list such as `[1, 2, 3]`, an array with one axis, or a column",
            found=describe(ys),
            remedy="write `x in t.column` for a column of a table, `x == y` for one value",
        )
    return ys


def _found(context: Context, span: Span, operator: str, x: Array, ys: Array) -> Array:
    """Whether each element of x equals one of ys. What is cleared or missing of ys equals nothing."""
    column = Array(context.emit("reshape", x.value, shape=(*x.shape, 1)))
    equal = arrays.equal(context, span, operator, column, Array(ys.value)).value
    valid = ys.tie(0)
    there = None if ys.present is None else bits_of(context, ys)
    for bits in (valid, there):
        equal = equal if bits is None else context.emit("and", equal, bits)
    return Array(context.emit("any", equal, axis=x.rank), x.ties)
