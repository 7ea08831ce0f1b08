"""What a program asks of its parties, known before any data is read: roles, options, and inputs with size names.

In: a tree. Out: `Declarations`.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

from ..diagnostics import CompileError, Diagnostic, Note
from ..ir.operations.typing import MAXIMUM_FRACTION_BITS
from ..ir.types import Element
from ..source import Span
from ..syntax import tree
from .bounds import Bounds, at_own_scale, bounded, literal_number, shown
from .defaults import default_of
from .errors import WrongError, similar, twice, wrong
from .headings import heading_of
from .params import NOTHING_GIVEN, Given, Param, check_given, known_numbers, param_of
from .type_names import TABLE, input_element, unknown_type

DEFAULT_FRACTION_BITS = 16

PRESENT_SUFFIX = ".(present)"

Dimension = int | str
"""A size, or the name under which the data gives the size: a size name, `rows(t)` or `len(role)`."""


def present_name(name: str) -> str:
    """The input, the output or the stored array with the bits that tell which elements of `name` are there."""
    return name + PRESENT_SUFFIX


@dataclass(frozen=True, slots=True)
class ColumnDeclaration:
    """One array of an input: the input itself, or the column `column` of a table, named `table.column`.

    If the input is `from each`, `dimensions` are the dimensions of one member's value. `default`, in the clear
    representation, stands for values that the data lacks; None if there is no default. Where the column is `optional`,
    these are missing. `heading` is the column's name in the data where it is another one. `bounds` are the bounds of
    the type, and `beyond` says what is wrong with a value outside.
    """

    name: str
    column: str
    element: Element
    dimensions: tuple[Dimension, ...]
    default: int | None = None
    bounds: Bounds | None = None
    beyond: str = ""
    optional: bool = False
    heading: str | None = None

    @property
    def held(self) -> int:
        """What a missing value holds, in the clear representation: 0, or the number nearest to it within the bounds."""
        return 0 if self.bounds is None else min(max(0, self.bounds[0]), self.bounds[1])


@dataclass(frozen=True, slots=True)
class InputDeclaration:
    """One `input`. `valid` names the stored valid bits of a table that comes from shares, and is empty otherwise.
    `missing` are the texts that stand for missing values, None for the usual ones.
    """

    name: str
    role: str | None
    each: bool
    from_shares: bool
    is_table: bool
    columns: tuple[ColumnDeclaration, ...]
    valid: str
    span: Span
    missing: tuple[str, ...] | None = None


@dataclass(slots=True)
class Declarations:
    """The head of a program: roles (`True` if a role has many members), inputs, precision, places of names.

    `given` are the numbers that were given for `params`. `missing` are the texts that stand for missing values in the
    data, None for the usual ones. `unread` are names on lines that cannot be read; such a line may declare them.
    """

    parties: dict[str, bool] = field(default_factory=dict)
    params: dict[str, Param] = field(default_factory=dict)
    given: Given = field(default_factory=dict)
    inputs: tuple[InputDeclaration, ...] = ()
    fraction_bits: int = DEFAULT_FRACTION_BITS
    guards: bool = True
    missing: tuple[str, ...] | None = None
    places: dict[str, Span] = field(default_factory=dict)
    unread: frozenset[str] = frozenset()

    @property
    def sizes(self) -> tuple[str, ...]:
        """Every size that data binds: size names, `rows(t)` of each table, `len(role)` of each role of many."""
        named = [d for each in self.inputs for c in each.columns for d in c.dimensions if isinstance(d, str)]
        roles = [f"len({role})" for role, many in self.parties.items() if many]
        return tuple(dict.fromkeys([*named, *roles]))


def declarations(module: tree.Module, given: Given = NOTHING_GIVEN) -> Declarations:
    """The declarations of a program; `given` are numbers for its params.

    Raises CompileError with all mistakes in them, and ParamError for what was given or is missing.
    """
    result, mistakes = read_declarations(module, given)
    if mistakes:
        raise CompileError(mistakes)
    check_given(result.params.values(), given)
    return result


def read_declarations(module: tree.Module, given: Given = NOTHING_GIVEN) -> tuple[Declarations, list[Diagnostic]]:
    """The declarations that are right, and the mistakes in the others. Params that are not given get made-up numbers.

    Raises ParamError for a given number that does not fit.
    """
    broken = (statement for statement in module.body if isinstance(statement, tree.Broken))
    result = Declarations(given=given, unread=frozenset(name.text for line in broken for name in line.names))
    mistakes: list[Diagnostic] = []
    inputs: list[InputDeclaration] = []
    for reads in (_party, _param, _option, _input):
        for statement in module.body:
            try:
                reads(statement, result, inputs)
            except WrongError as error:
                mistakes += error.diagnostics
    result.inputs = tuple(inputs)
    for statement in module.body:
        if isinstance(statement, tree.Input):
            mistakes += _taken_sizes(statement.type, result)
    return result, mistakes


def _taken_sizes(type: tree.TypeSyntax, result: Declarations) -> Iterator[Diagnostic]:
    """The mistakes of size names that are declared as something else already."""
    for dimension in type.dimensions:
        taken = isinstance(dimension, tree.Reference) and dimension.name not in result.params
        if isinstance(dimension, tree.Reference) and taken and dimension.name in result.places:
            yield Diagnostic(
                dimension.span,
                f"`{dimension.name}` is declared as something else than a size",
                "a size name, which the data binds",
                f"the name of a party or an input, `{dimension.name}`",
                "choose another name for the size; the members of a `parties` role are counted by `len(role)`",
                (Note(result.places[dimension.name], "it is declared here"),),
            )
    for column in type.columns:
        yield from _taken_sizes(column.type, result)


def _party(node: tree.Statement, result: Declarations, inputs: list[InputDeclaration]) -> None:
    if isinstance(node, tree.Party):
        _take_name(node.name, "the name", result)
        result.parties[node.name.text] = node.many


def _take_name(name: tree.Name, what: str, result: Declarations) -> None:
    if name.text in result.places:
        raise twice(name.span, what, name.text, result.places[name.text])
    result.places[name.text] = name.span


def _param(node: tree.Statement, result: Declarations, inputs: list[InputDeclaration]) -> None:
    if isinstance(node, tree.Param):
        _take_name(node.name, "the name", result)
        known = known_numbers(result.params.values())
        result.params[node.name.text] = param_of(node, DEFAULT_FRACTION_BITS, result.given, known)


def _option(node: tree.Statement, result: Declarations, inputs: list[InputDeclaration]) -> None:
    if not isinstance(node, tree.Option):
        return
    reads = _OPTIONS.get(node.name.text)
    if reads is None:
        raise wrong(
            node.name.span,
            f"there is no option `{node.name.text}`",
            expected=" or ".join(f"`option {name} = ...`" for name in _OPTIONS),
            found=f"`{node.name.text}`",
            remedy=similar(node.name.text, _OPTIONS) or "leave it out",
        )
    _take_name(tree.Name(f"option {node.name.text}", node.name.span), "the statement", result)
    reads(node, result)


def _fraction_bits(node: tree.Option, result: Declarations) -> None:
    value = literal_number(node.value, known_numbers(result.params.values()))
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= MAXIMUM_FRACTION_BITS:
        raise wrong(
            node.value.span,
            "`fraction_bits` does not fit",
            expected=f"a whole number from 1 to {MAXIMUM_FRACTION_BITS}",
            found=node.value.text if isinstance(node.value, tree.Number) else "something else than a number",
            remedy=f"write the number itself, or the name of a param; the default is {DEFAULT_FRACTION_BITS}",
        )
    result.fraction_bits = value


def _guards(node: tree.Option, result: Declarations) -> None:
    """Whether the run checks that what a loop carries stays small."""
    text = node.value.value if isinstance(node.value, tree.Text) else ""
    if text not in ("on", "off"):
        raise wrong(
            node.value.span,
            "`guards` does not fit",
            expected='"on" or "off"',
            found="something else",
            remedy='write `option guards = "off"` to be warned of values that grow without a bound, and not stopped',
        )
    result.guards = text == "on"


def _missing(node: tree.Option, result: Declarations) -> None:
    """The texts that stand for missing values."""
    elements = node.value.elements if isinstance(node.value, tree.Sequence | tree.Tuple) else (node.value,)
    texts = [element.value for element in elements if isinstance(element, tree.Text)]
    if len(texts) < len(elements):
        raise wrong(
            node.value.span,
            "`missing` does not fit",
            expected="texts in quotes, in brackets",
            found="something else",
            remedy='list what stands for missing values in the data, as in `option missing = ["", "NA", "-999"]`',
        )
    result.missing = tuple(dict.fromkeys(text.strip() for text in texts))


_OPTIONS: dict[str, Callable[[tree.Option, Declarations], None]] = {
    "fraction_bits": _fraction_bits,
    "guards": _guards,
    "missing": _missing,
}


# --- inputs -----------------------------------------------------------------------------------------------------


def _input(node: tree.Statement, declared: Declarations, inputs: list[InputDeclaration]) -> None:
    if not isinstance(node, tree.Input):
        return
    _take_name(node.name, "the name", declared)
    name, is_table = node.name.text, node.type.name == TABLE
    mistakes: list[Diagnostic] = []
    columns: tuple[ColumnDeclaration, ...] = ()
    is_wrong = False
    try:
        _check_role(node, declared)
    except WrongError as error:
        mistakes, is_wrong = [*error.diagnostics], True
    try:
        columns = tuple(_columns(node, declared))
    except WrongError as error:
        mistakes, is_wrong = [*mistakes, *error.diagnostics], True
    if is_wrong:
        raise WrongError(*mistakes)
    valid = f"{name}.(valid)" if is_table and node.from_shares else ""
    role = node.role.text if node.role is not None else None
    inputs.append(
        InputDeclaration(
            name, role, node.each, node.from_shares, is_table, columns, valid, node.name.span, declared.missing
        )
    )


def _check_role(node: tree.Input, declared: Declarations) -> None:
    if node.role is None:
        return
    role = node.role.text
    if role not in declared.parties and role in declared.unread:
        raise WrongError
    if role not in declared.parties:
        known = ", ".join(f"`{name}`" for name in declared.parties) or "none are declared"
        raise wrong(
            node.role.span,
            f"there is no party `{role}`",
            expected=f"a declared party: {known}",
            found=f"`{role}`",
            remedy=similar(role, declared.parties) or f"declare it: `party {role}`",
        )
    if declared.parties[role] and not node.each:
        raise wrong(
            node.role.span, f"`{role}` has many members", expected=f"`from each {role}`", found=f"`from {role}`",
            remedy=f"write `from each {role}`: one value from every member, stacked on a new first axis",
        )  # fmt: skip
    if node.each and not declared.parties[role]:
        raise wrong(
            node.role.span, f"`{role}` is one party", expected=f"`from {role}`", found=f"`from each {role}`",
            remedy=f"leave `each` out, or declare `parties {role}`",
        )  # fmt: skip
    if node.each and node.type.name == TABLE:
        raise wrong(
            node.type.span, "a table comes from one party", expected="an array type", found="`table` from each member",
            remedy="declare one array input for each column",
        )  # fmt: skip


def _columns(node: tree.Input, declared: Declarations) -> Iterator[ColumnDeclaration]:
    name, type = node.name.text, node.type
    if type.name != TABLE:
        yield _column(name, "", node, type, _dimensions(type, declared), declared)
        return
    if type.bounds is not None:
        raise wrong(
            type.bounds.span, "a table has no bounds", expected="columns", found="bounds of the table",
            remedy="write the bounds of each column behind the column's type",
        )  # fmt: skip
    first: dict[str, Span] = {}
    read: dict[str, tree.Name] = {}
    mistakes: list[Diagnostic] = []
    for column in type.columns:
        text = column.name.text
        try:
            if text in first:
                raise twice(column.name.span, "the column", text, first[text])
            first[text] = column.name.span
            if column.type.name == TABLE:
                raise unknown_type(column.type, "a table has no tables as columns", "list the inner columns instead")
            dimensions = (f"rows({name})", *_dimensions(column.type, declared))
            made = _column(f"{name}.{text}", text, node, column.type, dimensions, declared)
            default = default_of(column, made.element, node.from_shares, made.bounds)
            yield replace(made, default=default, heading=heading_of(column, node.from_shares, read))
        except WrongError as error:
            mistakes += error.diagnostics
    if mistakes:
        raise WrongError(*mistakes)


def _column(
    name: str,
    column: str,
    node: tree.Input,
    type: tree.TypeSyntax,
    dimensions: tuple[Dimension, ...],
    declared: Declarations,
) -> ColumnDeclaration:
    known = known_numbers(declared.params.values())
    element, bounds = bounded(type, at_own_scale(type, input_element(type, declared.fraction_bits), known), known)
    if node.from_shares and element.is_moment:
        element = replace(element, bits=64)  # what was saved may have been computed, and lie in other years
    if bounds is None or type.bounds is None:
        return ColumnDeclaration(name, column, element, dimensions, optional=type.optional)
    if node.from_shares:
        raise wrong(
            type.bounds.span, "bounds are checked by the owner of an input, and nobody can look at shares",
            expected="the type alone", found="bounds", remedy="leave them out, and use `ensure(x, lo, hi)`",
        )  # fmt: skip
    beyond = f"outside {shown(bounds, element)}, the bounds of its type in line {type.span.line}"
    return ColumnDeclaration(name, column, element, dimensions, bounds=bounds, beyond=beyond, optional=type.optional)


def _dimensions(type: tree.TypeSyntax, declared: Declarations) -> tuple[Dimension, ...]:
    return tuple(_dimension(dimension, declared) for dimension in type.dimensions)


def _dimension(node: tree.Expression, declared: Declarations) -> Dimension:
    match node:
        case tree.Number(value=int() as value):
            return value
        case tree.Reference(name=name) if name in declared.params:
            return _size(declared.params[name], node.span)
        case tree.Reference(name=name):
            return name
        case tree.Call(
            function=tree.Reference(name="len"), arguments=[tree.Argument(name=None, value=tree.Reference(name=role))]
        ) if declared.parties.get(role, False):
            return f"len({role})"
        case _:
            raise wrong(
                node.span,
                "a dimension must be a size",
                expected="a whole number, a size name, or `len(role)` of a `parties` role",
                found="another expression",
                remedy="give the size a name of its own; the data binds it",
            )


def _size(param: Param, span: Span) -> int:
    number = param.number
    if not isinstance(number, int) or isinstance(number, bool) or number < 0:
        raise wrong(
            span,
            f"the param `{param.name}` is no size",
            expected="a whole number of 0 or more",
            found=param.text,
            remedy=f"give another number with `--param {param.name}=...`, or give it bounds, `int[0..1000]`",
            notes=[Note(param.span, "it is declared here")],
        )
    return number
