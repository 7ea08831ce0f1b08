"""`reveal` and `save`. In: the statement. Out: effects of the IR.

A table is one effect for each column and one for the valid bits. Rows that are cleared are zero.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from ...diagnostics import Note
from ...ir.labels import each_of
from ...ir.program import Value
from ...source import Span
from ...syntax import tree
from ..arrays.arithmetic import where_valid
from ..arrays.missing import bare, bits_of, blank, presence
from ..declarations import present_name
from ..errors import WrongError, inside_secret_condition, similar, twice, wrong
from ..state.context import Context, Output, Outputs, Renamed
from ..state.describe import describe
from ..state.values import Array, Closure, Meaning, Poison, Presence, Role, Table, first_value, tied
from ..type_names import type_name
from .assignment import bind


def valid_name(name: str) -> str:
    """The name of the output, or of the stored array, with a table's valid bits. No column can have this name."""
    return f"{name}.(valid)"


def reveal(context: Context, node: tree.Reveal) -> None:
    """`reveal e as name to roles`."""
    _refuse_in_secret(context, node.span, "reveal")
    roles: tuple[str, ...] | None = None
    with context.collecting() as collector:
        with collector:
            roles = _roles(context, node)
        with collector:
            value = _revealable(context, node.value, "reveal")
        with collector:
            name = _name(node.value, node.name, "reveal")
    context.told[node.span.source.name, node.span] = node.value.span
    _register(context, context.outputs, name, context.audience if roles is None else roles, node, value)
    public = _reveal(context, name, value, roles)
    if node.name is not None:
        context.saw(node.name, value if public is None else public)
    if public is not None:
        _note_former(context, node, name, public)
        bind(context, name, public)


def _note_former(context: Context, node: tree.Reveal, name: str, public: Meaning) -> None:
    """Remembers what `name` stood for if that is not public: whoever reads the name from here on may still mean it."""
    former = context.frame.find(name)
    is_itself = isinstance(node.value, tree.Reference) and node.value.name == name
    if is_itself or (isinstance(former, Array) and former.label.is_public):
        return
    place = former.node.header if isinstance(former, Closure) else _defined_at(context, former)
    value = first_value(public)
    if place is not None and value is not None:
        context.renamed[value] = Renamed(name, place, node.span)


def _defined_at(context: Context, meaning: Meaning | None) -> Span | None:
    value = first_value(meaning)
    definition = None if value is None else context.facts.definitions.get(value)
    return None if definition is None else definition.span


def _refuse_in_secret(context: Context, span: Span, statement: str) -> None:
    if context.secret_conditions:
        condition = context.secret_conditions[-1]
        raise inside_secret_condition(span, statement, context.facts.origin(condition.condition))


def _roles(context: Context, node: tree.Reveal) -> tuple[str, ...] | None:
    if not node.roles:
        return None
    result: list[str] = []
    for role in node.roles:
        if role.text not in context.parties and isinstance(context.frame.find(role.text), Poison):
            raise WrongError
        if role.text not in context.parties:
            known = ", ".join(f"`{name}`" for name in context.parties) or "none are declared"
            raise wrong(
                role.span,
                f"there is no party `{role.text}`",
                expected=f"a declared party: {known}",
                found=f"`{role.text}`",
                remedy=similar(role.text, context.parties) or f"declare it: `party {role.text}`",
            )
        members = context.parties[role.text]
        context.saw(role, Role(role.text, members))
        result += [role.text] if members is None else [each_of(role.text)] * (members > 0)
    return tuple(dict.fromkeys(result))


def _revealable(context: Context, node: tree.Expression, statement: str) -> Array | Table:
    value = context.value(node)
    if isinstance(value, Array | Table):
        return value
    raise wrong(
        node.span,
        f"`{statement}` takes an array or a table",
        expected="an array or a table",
        found=describe(value),
        remedy=f"write one `{statement}` for each value",
    )


def _name(value: tree.Expression, name: tree.Name | None, statement: str) -> str:
    if name is not None:
        return name.text
    if isinstance(value, tree.Reference):
        return value.name
    raise wrong(
        value.span,
        f"what is told by this `{statement}` has no name",
        expected=f"`{statement} ... as name`",
        found="an expression without a name",
        remedy="add `as` and a name",
    )


def _register(
    context: Context, taken: Outputs, name: str, roles: Sequence[str], node: tree.Reveal | tree.Save, value: Meaning
) -> None:
    """Notes that a name is given to roles. Raises WrongError if a role gets the name twice, or with two types.

    A loop may give a name again, and so may branches that exclude each other.
    """
    output = Output(node.span, context.arms, _kind(value))
    in_loop = bool(context.loops or context.turns)
    for role in roles or ("",):
        for other in taken.get((name, role), []):
            if not in_loop and not _exclude(other, output):
                raise twice(node.span, "the output", name, other.span)
            if other.kind != output.kind:
                raise _other_kind(node.span, name, output, other)
        taken.setdefault((name, role), []).append(output)


def _kind(value: Meaning) -> str:
    """Type and shape; for a table, the type and shape of each column."""
    if isinstance(value, Table):
        columns = (f"{name}: {_kind(value.column(name))}" for name in value.columns)
        return f"table[{', '.join(columns)}]"
    if not isinstance(value, Array):
        return ""
    return type_name(value.type) + ("" if value.present is None else "?")


def _other_kind(span: Span, name: str, output: Output, first: Output) -> WrongError:
    return wrong(
        span,
        f"the output `{name}` has two types",
        expected=f"`{first.kind}`, as before",
        found=f"`{output.kind}`",
        remedy="choose another name for one of them",
        notes=[Note(first.span, "the first one is here")],
    )


def _exclude(x: Output, y: Output) -> bool:
    return any(a.node == b.node and a.first is not b.first for a in x.arms for b in y.arms)


def _reveal(context: Context, name: str, value: Array | Table, roles: tuple[str, ...] | None) -> Meaning | None:
    if isinstance(value, Table):
        return _reveal_table(context, name, value, roles)
    tie = value.tie(0) if value.rank else None
    valid = valid_name(name) if tie is not None else ""
    shown = _Shown(context, roles, "", valid, {})
    result = shown.array(name, value)
    bits = None if tie is None else shown.emit(valid, tie)
    if result is None:
        return None
    ties = (bits, *(value.tie(axis) for axis in range(1, value.rank))) if value.rank else ()
    return tied(result.value, ties, result.present)


def _reveal_table(context: Context, name: str, value: Table, roles: tuple[str, ...] | None) -> Table | None:
    valid = valid_name(name) if value.valid is not None else ""
    shown = _Shown(context, roles, name, valid, {})
    columns = {column: shown.array(f"{name}.{column}", value.column(column)) for column in value.columns}
    bits = None if value.valid is None else shown.emit(valid, value.valid)
    if roles is not None:
        return None
    values = {column: x.value for column, x in columns.items() if x is not None}
    present = {column: x.present for column, x in columns.items() if x is not None and x.present is not None}
    return Table(values, value.rows, bits, marks=value.marks, present=present)


@dataclass(frozen=True, slots=True, eq=False)
class _Shown:
    """The outputs of one `reveal`; columns that lack the same rows have their bits told once, by the name of one."""

    context: Context
    roles: tuple[str, ...] | None
    table: str
    valid: str
    told: dict[Value, tuple[str, Value | None]]

    def array(self, name: str, x: Array) -> Array | None:
        """Reveals the elements, zeros in cleared rows and where they are missing, and which are there."""
        context, axes = self.context, range(x.rank)
        present = x.present
        if present is None:
            value = self.emit(name, where_valid(context, x, axes).value)
            return None if value is None else Array(value)
        is_first = present.bits not in self.told
        bits_name = present_name(name) if is_first else self.told[present.bits][0]
        whole = blank(context, x) if present.held is None else bare(x)
        value = self.emit(name, where_valid(context, whole, axes).value, bits_name)
        if is_first:
            there = Array(present.bits, x.ties) if len(present.bits.type.shape) == x.rank else presence(context, x)
            self.told[present.bits] = bits_name, self.emit(bits_name, where_valid(context, there, axes).value)
        bits_value = self.told[present.bits][1]
        return (
            None if value is None or bits_value is None else Array(value, (), Presence(bits_value, present.held or 0))
        )

    def emit(self, name: str, value: Value, present: str = "") -> Value | None:
        """One output."""
        attributes = {"name": name, "roles": self.roles, "table": self.table, "valid": self.valid, "present": present}
        operation = self.context.builder.append("reveal", (value,), attributes)
        self.context.facts.define(operation)
        return operation.results[0] if operation.results else None


def save(context: Context, node: tree.Save) -> None:
    """`save e as name`."""
    _refuse_in_secret(context, node.span, "save")
    value = _revealable(context, node.value, "save")
    name = _name(node.value, node.name, "save")
    context.told[node.span.source.name, node.span] = node.value.span
    _register(context, context.saved, name, (), node, value)
    if node.name is not None:
        context.saw(node.name, value)
    if isinstance(value, Table):
        valid = context.boolean(True, (value.rows,)) if value.valid is None else value.valid
        for column in value.columns:
            _keep_array(context, f"{name}.{column}", value.column(column), name, valid_name(name))
        _keep(context, valid_name(name), valid, name, valid_name(name))
        return
    if value.ties:
        raise _tied(node)
    _keep_array(context, name, value, "", "")


def _tied(node: tree.Save) -> WrongError:
    return wrong(
        node.value.span,
        "this array has cleared rows, which it would lose",
        expected="a table, or an array without cleared rows",
        found="an array tied to the rows of a filtered table",
        remedy="save a table: `t = table(x=...)`, then `save t`",
    )


def _keep_array(context: Context, name: str, x: Array, table: str, valid: str) -> None:
    """Keeps the elements, zeros where they are missing, and which are there."""
    if x.present is None:
        _keep(context, name, x.value, table, valid)
        return
    _keep(context, name, blank(context, x).value, table, valid, present_name(name))
    _keep(context, present_name(name), bits_of(context, x), table, valid)


def _keep(context: Context, name: str, value: Value, table: str, valid: str, present: str = "") -> None:
    context.builder.effect("save", value, name=name, table=table, valid=valid, present=present)
