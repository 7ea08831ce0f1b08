"""Expressions: from the tree to what they mean. One function for each kind of node, in the table at the end.

In: a context and a node; the builder's span is the node's. Out: a meaning. Raises WrongError.
"""

from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from ...ir.labels import Knowledge
from ...ir.types import INT, ArrayType, Kind
from ...source import Span
from ...syntax import tree
from ...syntax.foreign.words import MODULES, remedy_of
from ...syntax.words import shortened
from ..arrays import arithmetic as arrays
from ..arrays import calendar, missing
from ..arrays.index_parts import parse_parts
from ..arrays.indexing import read
from ..arrays.missing import Zero, bare
from ..arrays.powers import power, power_while_running
from ..arrays.words import beside
from ..builtins.columns import no_column
from ..builtins.making import sequence, transposed
from ..builtins.table import BUILT_INS, NOT_AVAILABLE_YET
from ..errors import (
    WrongError,
    no_module,
    renamed_by_reveal,
    too_early,
    unclear_name,
    undefined_name,
    wrong,
    wrong_operands,
)
from ..state.context import Context
from ..state.conversion import as_number
from ..state.describe import describe
from ..state.values import Array, BuiltIn, Bundle, Meaning, Table, TypeName, Unclear, Words, first_value
from ..type_names import ELEMENTS
from .calls import call
from .comparison import comparison
from .conditions import conditional
from .lists import of_lists
from .resolution import is_of_language_here


def evaluate(context: Context, node: tree.Expression) -> Meaning:
    """The meaning of an expression. Raises WrongError."""
    return _EXPRESSIONS[type(node)](context, node)


# --- literals and names -----------------------------------------------------------------------------------------


def _number(context: Context, node: tree.Number) -> Meaning:
    if isinstance(node.value, int):
        if node.value >= 1 << 63:
            raise wrong(
                node.span,
                "this number does not fit an `int`",
                expected="a number below 2**63",
                found=node.text,
                remedy="an `int` has 64 bits; write a float literal for a large `fixed`",
            )
        return Array(context.integer(node.value))
    return Array(context.literal(Fraction(node.text), node.span))


def _boolean(context: Context, node: tree.Boolean) -> Meaning:
    return Array(context.boolean(node.value))


def _text(context: Context, node: tree.Text) -> Meaning:
    return Words(node.value)


def _reference(context: Context, node: tree.Reference) -> Meaning:
    meaning = context.frame.find(node.name)
    if isinstance(meaning, Unclear):
        raise unclear_name(node.span, node.name, meaning.problem, meaning.span)
    if node.name in context.frame.columns:
        context.columns.add(id(node))
    if meaning is not None:
        value = first_value(meaning)
        renamed = None if value is None else context.renamed.get(value)
        if renamed is not None and renamed.name == node.name:
            raise renamed_by_reveal(node.span, node.name, renamed.former, renamed.place)
        return meaning
    if node.name in context.frame.own and not is_of_language_here(context, node.name):
        raise too_early(node.span, node.name)
    if node.name in ELEMENTS:
        return TypeName(node.name)
    if node.name in BUILT_INS or node.name in NOT_AVAILABLE_YET:
        return BuiltIn(node.name)
    raise undefined_name(node.span, node.name, [*context.frame.visible(), *BUILT_INS])


def _attribute(context: Context, node: tree.Attribute) -> Meaning:
    meaning = _part(context, node)
    context.saw(node.name, meaning)
    return meaning


def _part(context: Context, node: tree.Attribute) -> Meaning:
    name = node.name.text
    module = node.value.name if isinstance(node.value, tree.Reference) else ""
    if module in MODULES and context.frame.find(module) is None:
        raise no_module(node.span, module, name)
    value = context.value(node.value)
    if isinstance(value, Table):
        if name not in value.named:
            raise no_column(node.name.span, name, value)
        return value.column(name)
    if isinstance(value, Array) and name == "T":
        return missing.carried(context, value, lambda x: transposed(context, x))
    if isinstance(value, Array) and name == "shape":
        return Bundle(tuple(Array(context.integer(size)) for size in value.shape))
    parts = calendar.PARTS.get(value.element.kind, {}) if isinstance(value, Array) else {}
    if isinstance(value, Array) and name in parts:
        part = calendar.part_of(context, node.name.span, missing.bare(value), name)
        return missing.spread(context, part, [value])
    raise wrong(
        node.name.span,
        f"there is no `.{name}` here",
        expected=_listed(parts) if parts else "`.T` or `.shape` of an array, `.column` of a table",
        found=f"`.{name}` of {describe(value)}",
        remedy=f"write `{name}({shortened(node.value.span.text)})`"
        if name in BUILT_INS
        else remedy_of(name) or "use one of these",
    )


def _listed(parts: Iterable[str]) -> str:
    return ", ".join(f"`.{part}`" for part in parts)


# --- operators --------------------------------------------------------------------------------------------------

_ARITHMETIC: dict[str, Callable[[Context, Span, Array, Array], Array]] = {
    "+": calendar.add,
    "-": calendar.subtract,
    "*": arrays.multiply,
    "/": arrays.divide,
    "@": arrays.matmul,
}
_BITWISE = {"&": "and", "|": "or", "^": "xor"}
_ZERO = {
    **dict.fromkeys(("+", "-", "|", "^"), Zero.OF_ALL),
    **dict.fromkeys(("*", "/", "//", "%", "&"), Zero.OF_ANY),
}
"""When an operator gives 0; by 0 a division gives 0."""


def _unary(context: Context, node: tree.Unary) -> Meaning:
    if node.operator == "-" and isinstance(node.operand, tree.Number) and node.operand.value == 1 << 63:
        return Array(context.integer(-(1 << 63)))  # its magnitude alone would fit no `int`
    x = context.array(node.operand, f"the operand of `{node.operator}`")
    zero = Zero.OF_ALL if node.operator in ("-", "+") else Zero.NEVER
    return missing.spread(context, _bare_unary(context, node, bare(x)), [x], zero)


def _bare_unary(context: Context, node: tree.Unary, x: Array) -> Array:
    match node.operator:
        case "not":
            _require_bool(x, node.operand.span, "not")
            return arrays.negation(context, x)
        case "~":
            arrays.require_numbers([x], node.span, "~", Kind.BOOL, Kind.INT)
            return arrays.negation(context, x)
        case "-":
            return arrays.negate(context, node.span, x)
        case _:
            arrays.require_numbers([x], node.span, "+", Kind.BOOL, Kind.INT, Kind.FIXED)
            return as_number(context, x)


def _require_bool(x: Array, span: Span, operator: str) -> None:
    if x.element.kind is not Kind.BOOL:
        remedy = "compare with a number: `x != 0`" if x.element.is_number else "write a comparison"
        raise wrong_operands(span, operator, "`bool`", describe(x), remedy)


def _binary(context: Context, node: tree.Binary) -> Meaning:
    left, right = _beside(context, [node.left, node.right])
    x = context.as_array(left, node.left.span, f"the left side of `{node.operator}`")
    y = context.as_array(right, node.right.span, f"the right side of `{node.operator}`")
    listed = of_lists(context, node, x, y)
    if listed is not None:
        return listed
    return operate(context, node.operator, node.operator_span, x, y, (node.left.span, node.right.span))


def _beside(context: Context, nodes: Sequence[tree.Expression]) -> list[Meaning]:
    """What the expressions mean; a text is what it says beside one of the others."""
    return beside(context, context.values(nodes), [node.span for node in nodes])


def operate(context: Context, operator: str, span: Span, x: Array, y: Array, sides: tuple[Span, Span]) -> Array:
    """x operator y, for the operators of arithmetic, logic and bits; missing where an operand is."""

    def of_bare(x: Array, y: Array) -> Array:
        return _operate(context, operator, span, x, y, sides)

    if x.present is None and y.present is None:
        return of_bare(x, y)
    if operator == "@":
        missing.refuse(span, "`@`", [x, y])
    is_logic = x.element.kind is Kind.BOOL and y.element.kind is Kind.BOOL
    if is_logic and operator in ("and", "&"):
        return missing.conjoined(context, x, y, of_bare)
    if is_logic and operator in ("or", "|"):
        return missing.disjoined(context, x, y, of_bare)
    return missing.spread(context, of_bare(bare(x), bare(y)), [x, y], _ZERO.get(operator, Zero.NEVER))


def _operate(context: Context, operator: str, span: Span, x: Array, y: Array, sides: tuple[Span, Span]) -> Array:
    if operator in _ARITHMETIC:
        return _ARITHMETIC[operator](context, span, x, y)
    if operator in ("and", "or"):
        _require_bool(x, sides[0], operator)
        _require_bool(y, sides[1], operator)
        return arrays.logic(context, span, operator, operator, x, y)
    if operator in _BITWISE:
        arrays.require_numbers([x, y], span, operator, Kind.BOOL, Kind.INT)
        return arrays.logic(context, span, operator, _BITWISE[operator], x, y)
    if operator in ("//", "%"):
        return arrays.integer_division(context, span, operator, x, y)
    if operator == "**":
        return _power(context, span, x, y, sides[1])
    return _shift(context, operator, span, x, y, sides[1])


def _power(context: Context, span: Span, x: Array, y: Array, place: Span) -> Array:
    remedy = "write `sqrt(x)` for a root, `1 / x` for an inverse, `exp(y * log(x))` for other powers"
    if y.element.kind is Kind.FIXED or y.shape:
        raise wrong_operands(place, "**", "one `int` of 0 or more as the exponent", describe(y), remedy)
    arrays.require_numbers([x, y], span, "**", Kind.BOOL, Kind.INT, Kind.FIXED)
    context.require_public(y, place, "an exponent", "multiply, or use `exp(y * log(x))` for a private exponent")
    exponent = context.static(y.value) if y.label.knowledge is Knowledge.STATIC else None
    if exponent is None:
        return power_while_running(context, span, x, y)
    if exponent < 0:
        raise wrong_operands(place, "**", "an exponent of 0 or more", str(int(exponent)), remedy)
    return power(context, span, x, int(exponent))


def _shift(context: Context, operator: str, span: Span, x: Array, y: Array, place: Span) -> Array:
    arrays.require_numbers([x, y], span, operator, Kind.BOOL, Kind.INT)
    context.require_public(y, place, "a shift amount", "multiply by a power of two, or `select` between two shifts")
    x = as_number(context, x)
    amount = context.static(y.value) if y.label.knowledge is Knowledge.STATIC and not y.shape else None
    if amount is not None:
        if amount < 0:
            raise wrong_operands(
                place, operator, "a shift amount of 0 or more", str(int(amount)), "shift the other way"
            )
        return arrays.unary(context, "shift_left" if operator == "<<" else "shift_right", x, bits=int(amount))
    # An amount known only while the program runs picks a power of two. In 64 bits 2**63 is -2**63. As a factor that is
    # the same. As a divisor it gives 0 or 1 in place of -1 or 0; therefore shifts right stop at 62.
    powers = np.left_shift(1, np.arange(64 if operator == "<<" else 63), dtype=np.int64)
    table = context.emit("constant", type=ArrayType(INT, powers.shape), value=powers)
    power = Array(context.emit("take", table, as_number(context, y).value, axis=0))
    name = "multiply" if operator == "<<" else "floor_divide"
    return arrays.elementwise(context, span, operator, name, x, power)


# --- the rest ---------------------------------------------------------------------------------------------------


def _conditional(context: Context, node: tree.Conditional) -> Meaning:
    return conditional(context, node)


def _index(context: Context, node: tree.Index) -> Meaning:
    value = context.value(node.value)
    if isinstance(value, Bundle):
        return _element(context, node, value)
    if isinstance(value, Table):
        raise _index_of_table(node, value)
    x = context.as_array(value, node.value.span, "what is indexed")
    return read(context, node.span, x, parse_parts(context, node, x.shape))


def _index_of_table(node: tree.Index, table: Table) -> WrongError:
    part, written = node.parts[0], shortened(node.value.span.text)
    remedy = f"take a column first, `{written}.{next(iter(table.columns), 'a')}[0]`, or sort with `sort(t, by=column)`"
    if isinstance(part, tree.Text) and part.value in table.named:
        remedy = f"write `{written}.{part.value}`"
    elif isinstance(part, tree.Compare | tree.Binary | tree.Unary):
        remedy = f"write `filter({written}, {shortened(part.span.text)})`"
    elif isinstance(part, tree.Sequence):
        remedy = "name the columns: `table(a=t.a, b=t.b)`"
    return wrong(
        node.span,
        "a table has no index",
        expected="a column, as in `t.amount[0]`, or `filter(t, mask)`",
        found=describe(table),
        remedy=remedy,
    )


def _element(context: Context, node: tree.Index, value: Bundle) -> Meaning:
    part = node.parts[0]
    if len(node.parts) != 1 or isinstance(part, tree.SliceSyntax | tree.NewAxis | tree.FullSlices):
        raise wrong(
            node.span, "a tuple is indexed by one number", expected="one static `int`", found="something else",
            remedy="use names: `a, b = t`",
        )  # fmt: skip
    place = context.number(context.value(part), part.span, "the index of a tuple")
    if not -len(value.elements) <= place < len(value.elements):
        raise wrong(
            part.span, "the index is out of range", expected=f"0 to {len(value.elements) - 1}", found=str(place),
            remedy=f"the tuple has {len(value.elements)} elements",
        )  # fmt: skip
    return value.elements[place]


def _sequence(context: Context, node: tree.Sequence) -> Meaning:
    if not node.elements:
        raise wrong(
            node.span,
            "an array literal has at least one element",
            expected="`[a, b, ...]`",
            found="`[]`",
            remedy="use `zeros(0)` for an empty array",
        )
    values = _beside(context, node.elements)
    elements = [
        context.as_array(value, element.span, "an element of `[...]`")
        for value, element in zip(values, node.elements, strict=True)
    ]
    result = sequence(context, node.span, [bare(element) for element in elements])
    if all(element.present is None for element in elements):
        return result
    bits = sequence(context, node.span, [missing.presence(context, element) for element in elements])
    return missing.with_bits(context, result, bits.value)


def _tuple(context: Context, node: tree.Tuple) -> Meaning:
    return Bundle(tuple(context.values(node.elements)))


_EXPRESSIONS: dict[type[Any], Callable[[Context, Any], Meaning]] = {
    tree.Number: _number,
    tree.Boolean: _boolean,
    tree.Text: _text,
    tree.Reference: _reference,
    tree.Attribute: _attribute,
    tree.Unary: _unary,
    tree.Binary: _binary,
    tree.Compare: comparison,
    tree.Conditional: _conditional,
    tree.Index: _index,
    tree.Call: call,
    tree.Sequence: _sequence,
    tree.Tuple: _tuple,
}
