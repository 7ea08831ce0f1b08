"""Assignment: what a target stands for once a value is assigned. Arrays are values: `x[i] = v` binds x anew."""

from dataclasses import replace

from ...source import Span
from ...syntax import tree
from ..arrays.arithmetic import conjunction
from ..arrays.index_parts import parse_parts
from ..arrays.indexing import first_axis, write
from ..arrays.missing import column_presence, with_bits
from ..arrays.words import beside
from ..errors import WrongError, wrong
from ..state.context import Context
from ..state.describe import describe, plural
from ..state.values import POISON, Array, Bundle, Meaning, Nothing, Table


def assign(context: Context, target: tree.Expression, meaning: Meaning, span: Span) -> None:
    """Assigns the meaning to the target. `span` is where the value is written. Raises WrongError."""
    match target:
        case tree.Reference():
            if isinstance(meaning, Nothing):
                raise _nothing(span)
            bind(context, target.name, meaning)
            context.saw(target, meaning)
        case tree.Tuple():
            _unpack(context, target, meaning, span)
        case tree.Index(value=tree.Reference() as whole):
            _assign_part(context, target, whole, meaning, span)
        case tree.Attribute(value=tree.Reference() as whole):
            assign_column(context, target, whole, context.as_array(meaning, span, "a column"), span)
        case _:
            raise TypeError(f"syntax lets nothing else be assigned to: {target}")


def assign_column(context: Context, target: tree.Attribute, whole: tree.Reference, column: Array, span: Span) -> None:
    """`t.new = x` binds `t` to the table with one more column, or with another one. One number is that of all rows."""
    table, name = context.value(whole), target.name.text
    if not isinstance(table, Table):
        raise wrong(
            target.span,
            "only tables have columns that can be set",
            expected="a table before the dot",
            found=describe(table),
            remedy=f"give the value a name of its own: `{name} = ...`",
        )
    if not column.rank:
        whole_column = Array(context.emit("broadcast", column.value, shape=(table.rows,)))
        bits = None if column.present is None else context.emit("broadcast", column.present.bits, shape=(table.rows,))
        column = with_bits(context, whole_column, bits, None if column.present is None else column.present.held)
    if column.shape[0] != table.rows:
        raise wrong(
            span,
            "a column has a value for each row of its table",
            expected=f"an array of {table.rows} rows, or one number",
            found=describe(column),
            remedy="compute it from the columns of the same table",
        )
    tie = column.tie(0)
    valid = table.valid if tie is None or tie is table.valid else conjunction(context, [table.valid, tie])
    there = column_presence(context, column)
    present = {other: one for other, one in table.present.items() if other != name}
    present |= {} if there is None else {name: there}
    found = replace(table, columns={**table.columns, name: column.value}, valid=valid, present=present)
    bind(context, whole.name, found)
    context.saw(whole, found)


def bind(context: Context, name: str, meaning: Meaning) -> None:
    """Gives a name its meaning. The IR value gets the name, too, for people."""
    context.frame.names[name] = meaning
    if isinstance(meaning, Array):
        context.builder.name(meaning.value, name)


def _nothing(span: Span) -> WrongError:
    return wrong(
        span,
        "this call gives no value",
        expected="a function with `return` on every way",
        found="a function that ends without `return`",
        remedy="add a `return`, or call the function in a line of its own",
    )


def _unpack(context: Context, target: tree.Tuple, meaning: Meaning, span: Span) -> None:
    elements: tuple[Meaning, ...] = ()
    if isinstance(meaning, Bundle):
        elements = meaning.elements
    elif isinstance(meaning, Array) and meaning.rank and meaning.shape[0] == len(target.elements):
        elements = tuple(first_axis(context, meaning, i, i + 1, point=True) for i in range(meaning.shape[0]))
    if len(elements) != len(target.elements):
        for element in target.elements:
            if isinstance(element, tree.Reference):
                context.frame.names[element.name] = POISON
        raise wrong(
            target.span,
            "the names on the left do not match the value",
            expected=plural(len(target.elements), "value"),
            found=describe(meaning),
            remedy="write one name for each value",
        )
    for element, value in zip(target.elements, elements, strict=True):
        assign(context, element, value, span)


def _assign_part(context: Context, target: tree.Index, name: tree.Reference, meaning: Meaning, span: Span) -> None:
    whole = context.value(name)
    if isinstance(whole, Table | Bundle):
        raise wrong(
            target.span,
            "only parts of an array can be assigned to",
            expected="an array",
            found=describe(whole),
            remedy="build a new table with `table(...)`, or assign to names",
        )
    x = context.as_array(whole, name.span, "what is assigned to")
    (_, new) = beside(context, [x, meaning], [name.span, span])
    value = context.as_array(new, span, "the new value")
    parts = parse_parts(context, target, x.shape)
    bind(context, name.name, written := write(context, target.span, x, parts, value))
    context.saw(name, written)
