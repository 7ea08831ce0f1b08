"""Inputs in the IR, and sizes as names. In: declarations, and sizes that the data gave. Out: meanings of names."""

from fractions import Fraction

from ...ir.labels import each_of
from ...ir.program import Value
from ...ir.types import BOOL, ArrayType, Kind, fixed
from ...syntax import tree
from ..builtins.table import BUILT_INS
from ..declarations import ColumnDeclaration, Declarations, Dimension, InputDeclaration, present_name
from ..params import Param
from ..state.context import Context
from ..state.liveness import references
from ..state.values import POISON, Array, BuiltIn, Meaning, Presence, Role, Table

FIRST_SAMPLE = 1009
FIRST_MEMBER_SAMPLE = 101


def with_samples(declared: Declarations, sizes: dict[str, int]) -> tuple[dict[str, int], dict[int, str]]:
    """All sizes, and the names of the made-up sizes by their numbers.

    Made-up sizes are different primes, so that a number in a message tells which size it comes from.
    """
    complete, sampled = dict(sizes), {}
    for name in declared.sizes:
        if name in complete:
            continue
        number = FIRST_MEMBER_SAMPLE if name.startswith("len(") else FIRST_SAMPLE
        while not _is_prime(number) or number in sampled or number in complete.values():
            number += 1
        complete[name] = number
        sampled[number] = name
    return complete, sampled


def _is_prime(number: int) -> bool:
    return all(number % divisor for divisor in range(2, int(number**0.5) + 1))


def bind_head(context: Context, declared: Declarations) -> None:
    """Binds roles and size names, before the first statement."""
    for name in declared.parties:
        context.frame.names[name] = Role(name, context.parties[name])
    for name, size in context.sizes.items():
        if name.isidentifier() and name in declared.sizes:
            context.frame.names[name] = Array(context.integer(size))
    for param in declared.params.values():
        context.frame.names[param.name] = Array(_param(context, param))


def _param(context: Context, param: Param) -> Value:
    number = param.number
    if isinstance(number, bool):
        return context.boolean(number)
    if param.element.kind is Kind.FIXED:
        return context.literal(Fraction(number), param.span)
    return context.integer(int(number))


def input_statement(context: Context, node: tree.Input) -> None:
    """Binds an input's name at the place of its declaration."""
    names, declaration = context.frame.names, context.inputs.get(node.name.text)
    if declaration is None or declaration.span != node.name.span:
        names[node.name.text] = POISON
        sizes = (one.name for one in references(node.type) if context.frame.find(one.name) is None)
        names |= {name: POISON for name in sizes if name not in context.frame.own and name not in BUILT_INS}
        return
    outer, context.builder.span = context.builder.span, node.name.span
    meaning = names[node.name.text] = _meaning(context, declaration)
    context.builder.span = outer
    _see(context, node, meaning)


def _see(context: Context, node: tree.Input, meaning: Meaning) -> None:
    """Keeps the meanings of the names in the declaration."""
    context.saw(node.name, meaning)
    if node.role is not None:
        context.saw(node.role, Role(node.role.text, context.parties[node.role.text]))
    for reference in references(node.type):
        context.saw(reference, context.frame.find(reference.name) or BuiltIn(reference.name))
    if isinstance(meaning, Table):
        for column in node.type.columns:
            context.saw(column.name, meaning.column(column.name.text))


def _meaning(context: Context, declaration: InputDeclaration) -> Meaning:
    if not declaration.is_table:
        (whole,) = declaration.columns
        value = _array(context, declaration, whole)
        context.builder.name(value, declaration.name)
        return Array(value, (), _presence(context, declaration, whole) if whole.optional else None)
    columns = {column.column: _array(context, declaration, column) for column in declaration.columns}
    present = {each.column: _presence(context, declaration, each) for each in declaration.columns if each.optional}
    rows = context.sizes[f"rows({declaration.name})"]
    if not declaration.valid:
        return Table(columns, rows, origin=declaration.name, present=present)
    bits = ColumnDeclaration(declaration.valid, "", BOOL, declaration.columns[0].dimensions[:1])
    return Table(columns, rows, _array(context, declaration, bits), declaration.name, present=present)


def _presence(context: Context, declaration: InputDeclaration, column: ColumnDeclaration) -> Presence:
    """Which values of an input its owner has; in place of the others it gives one number."""
    bits = ColumnDeclaration(present_name(column.name), column.column, BOOL, column.dimensions, heading=column.heading)
    return Presence(_array(context, declaration, bits), column.held)


def _array(context: Context, declaration: InputDeclaration, column: ColumnDeclaration) -> Value:
    """An input: one row for each member if it is `from each` of a role, as many members as there are."""
    shape = tuple(_size(context, dimension) for dimension in column.dimensions)
    type = ArrayType(column.element, shape)
    if not declaration.each or declaration.role is None:
        return _input(context, declaration, column, type, declaration.role)
    members = context.parties[declaration.role] or 0
    rows = type.with_shape((members, *shape))
    if members == 0:
        return _at_scale(context, context.filled(rows, 0))
    role = each_of(declaration.role) if members > 1 else f"{declaration.role}[0]"
    return _input(context, declaration, column, rows, role)


def _input(
    context: Context, declaration: InputDeclaration, column: ColumnDeclaration, type: ArrayType, role: str | None
) -> Value:
    value = context.emit(
        "input",
        name=column.name,
        type=type,
        role=role,
        shares=declaration.from_shares,
        default=column.default,
        dimensions=column.dimensions,
        each=declaration.each,
        table=declaration.name if declaration.is_table else "",
        valid=declaration.valid,
        limits=column.bounds or (),
        beyond=column.beyond,
        present=present_name(column.name) if column.optional else "",
        missing=declaration.missing,
        heading=column.heading,
    )
    return _at_scale(context, value)


def _at_scale(context: Context, value: Value) -> Value:
    """An input at the program's scale; `fit_scales` goes on with its own where that keeps digits."""
    bits = value.type.element.scale - context.scale
    if value.type.element.kind is not Kind.FIXED or bits == 0:
        return value
    if bits > 0:
        return context.emit("truncate", value, bits=bits)
    return context.emit("cast", value, element=fixed(context.scale))


def _size(context: Context, dimension: Dimension) -> int:
    return context.sizes[dimension] if isinstance(dimension, str) else dimension
