"""How a program's inputs and outputs look to people: what readers of data and printers of results need to know.

In: the declarations of a source, or a program. Out: `Declaration`s, as graphs have them. A dimension that the data
binds keeps its size name.
"""

from collections.abc import Iterator

from ....runtime.graph.nodes import ROLE_EVERYONE, Declaration
from ...ir.operations.row import Form, Trait
from ...ir.operations.table import row_of
from ...ir.program import Operation, Program
from ...ir.rewrite import walk
from ...semantics.declarations import Declarations, InputDeclaration, present_name
from ...target import base_name


def declared_inputs(declarations: Declarations) -> tuple[Declaration, ...]:
    """The inputs that a source declares. Each column of a table is an input of its own."""
    return tuple(column for declared in declarations.inputs for column in _columns(declared))


def inputs(program: Program) -> tuple[Declaration, ...]:
    """The inputs of a program."""
    return tuple(_input(operation) for operation in walk(program.body) if row_of(operation).form is Form.GIVEN)


def outputs(program: Program) -> tuple[Declaration, ...]:
    """The values that a program reveals, one for each role, and the values that it keeps."""
    found = (one for operation in walk(program.body) for one in _outputs(operation))
    return tuple({(declaration.name, declaration.role): declaration for declaration in found}.values())


def _columns(declared: InputDeclaration) -> Iterator[Declaration]:
    for column in declared.columns:
        yield Declaration(
            name=column.name,
            kind=column.element.kind.value,
            dimensions=column.dimensions,
            bits=column.element.bits if column.bounds is None else 64,
            scale=column.element.scale,
            labels=column.element.labels,
            steps=column.element.steps,
            default=column.default,
            limits=column.bounds or (),
            beyond=column.beyond,
            role=declared.role or ROLE_EVERYONE,
            each=declared.each,
            table=declared.name if declared.is_table else "",
            shares=declared.from_shares,
            valid=declared.valid,
            present=present_name(column.name) if column.optional else "",
            missing=declared.missing,
            heading=column.heading,
        )


def _input(operation: Operation) -> Declaration:
    attributes, type = operation.attributes, operation.results[0].type
    name, role, each = attributes["name"], attributes["role"] or ROLE_EVERYONE, attributes["each"]
    return Declaration(
        name=name,
        kind=type.element.kind.value,
        dimensions=attributes["dimensions"] or type.shape[each:],
        bits=type.element.bits,
        scale=type.element.scale,
        labels=type.element.labels,
        steps=type.element.steps,
        default=attributes["default"],
        role=base_name(role) if each else role,
        each=each,
        table=attributes["table"],
        shares=attributes["shares"],
        valid=attributes["valid"],
        limits=attributes["limits"],
        beyond=attributes["beyond"],
        present=attributes["present"],
        missing=attributes["missing"],
        heading=attributes["heading"],
    )


def _outputs(operation: Operation) -> Iterator[Declaration]:
    row = row_of(operation)
    if not row.has(Trait.OUTPUT):
        return
    attributes, type = operation.attributes, operation.operands[0].type
    for role in attributes.get("roles") or (ROLE_EVERYONE,):
        yield Declaration(
            name=attributes["name"],
            kind=type.element.kind.value,
            dimensions=type.shape,
            bits=type.element.bits,
            scale=type.element.scale,
            labels=type.element.labels,
            role=role,
            table=attributes["table"],
            shares=row.form is Form.KEPT,
            valid=attributes["valid"],
            present=attributes["present"],
        )
