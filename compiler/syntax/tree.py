"""The syntax tree: what `parser` returns and `semantics` reads. Every node keeps the span where it was written.

Type names (`int32[n, 3]`) are not resolved here: `semantics` resolves sizes and labels.
"""

from __future__ import annotations

from dataclasses import dataclass

from ..source import Source, Span


@dataclass(frozen=True, slots=True)
class Name:
    """An identifier, in a place that binds it."""

    text: str
    span: Span


# --- types as written -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ColumnSyntax:
    """`amount: int32[4]` inside `table[...]`; `amount: fixed = 0` has a default.

    `heading` is the column's name in the data, `"Order ID" as order_id: key`, in Unicode's form NFC.
    """

    name: Name
    heading: str
    type: TypeSyntax
    default: Expression | None
    span: Span


@dataclass(frozen=True, slots=True)
class BoundsSyntax:
    """`0..120` inside a type's bracket: no value is less than `low` or greater than `high`."""

    low: Expression
    high: Expression
    span: Span


@dataclass(frozen=True, slots=True)
class TypeSyntax:
    """`int32[n, 3]`, `fixed[0..1][n]`, `category["a", "b"]`, `key(casefold, strip)`, `table[user: key, ...]`.

    `name` is the word before the bracket. `dimensions` are ints (`Number`), size names (`Reference`) and `len(role)`
    (`Call`). Only a `category` has `labels`, and only a `table` has `columns`. `steps` are the words in parentheses.
    `bounds` stand in brackets of their own. `optional` says that values may be missing, `fixed?`.
    """

    name: str
    span: Span
    dimensions: tuple[Expression, ...] = ()
    labels: tuple[Text, ...] = ()
    columns: tuple[ColumnSyntax, ...] = ()
    steps: tuple[Name, ...] = ()
    bounds: BoundsSyntax | None = None
    optional: bool = False


# --- expressions ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Number:
    """A numeric literal. `value` is a Python int or float; `text` is the literal as it was written."""

    value: int | float
    text: str
    span: Span


@dataclass(frozen=True, slots=True)
class Boolean:
    """`True` or `False`."""

    value: bool
    span: Span


@dataclass(frozen=True, slots=True)
class Text:
    """A string literal, unescaped."""

    value: str
    span: Span


@dataclass(frozen=True, slots=True)
class Reference:
    """A name that is read."""

    name: str
    span: Span


@dataclass(frozen=True, slots=True)
class Attribute:
    """`t.col`, `x.T`, `x.shape`."""

    value: Expression
    name: Name
    span: Span


@dataclass(frozen=True, slots=True)
class SliceSyntax:
    """`a:b:step` inside an index. Absent parts are None."""

    start: Expression | None
    stop: Expression | None
    step: Expression | None
    span: Span


@dataclass(frozen=True, slots=True)
class NewAxis:
    """`None` inside an index."""

    span: Span


@dataclass(frozen=True, slots=True)
class FullSlices:
    """`...` inside an index."""

    span: Span


@dataclass(frozen=True, slots=True)
class Index:
    """`x[parts]`."""

    value: Expression
    parts: tuple[Expression | SliceSyntax | NewAxis | FullSlices, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Argument:
    """An argument of a call. `name` is None for a positional argument."""

    name: Name | None
    value: Expression
    span: Span


@dataclass(frozen=True, slots=True)
class Call:
    """`f(x, axis=0)`. `function` is a `Reference` (there are no methods and no function values)."""

    function: Reference
    arguments: tuple[Argument, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Unary:
    """`operator` is one of `- + ~ not`."""

    operator: str
    operand: Expression
    span: Span


@dataclass(frozen=True, slots=True)
class Binary:
    """`operator` is one of `+ - * / // % ** @ & | ^ << >> and or`. `operator_span` marks the sign itself."""

    operator: str
    left: Expression
    right: Expression
    span: Span
    operator_span: Span


@dataclass(frozen=True, slots=True)
class Compare:
    """`a < b <= c`: `operators` stand between consecutive `operands`, as in Python.

    They are `< <= > >= == != in` and `not in`.
    """

    operands: tuple[Expression, ...]
    operators: tuple[str, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Conditional:
    """`then if condition else otherwise`."""

    condition: Expression
    then: Expression
    otherwise: Expression
    span: Span


@dataclass(frozen=True, slots=True)
class Sequence:
    """`[a, b, c]`: stacks its elements on a new first axis."""

    elements: tuple[Expression, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Tuple:
    """`(a, b)` or `a, b`."""

    elements: tuple[Expression, ...]
    span: Span


Expression = (
    Number | Boolean | Text | Reference | Attribute | Index | Call | Unary | Binary | Compare | Conditional
    | Sequence | Tuple
)  # fmt: skip

# --- declarations and statements --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Party:
    """`party alice`; or `parties farmers`, which has `many` members."""

    name: Name
    many: bool
    span: Span


@dataclass(frozen=True, slots=True)
class Input:
    """`input x: TYPE from ...`.

    `role` is None for a public input and for stored shares (`from_shares`). `each` stands for `from each farmers`.
    """

    name: Name
    type: TypeSyntax
    role: Name | None
    each: bool
    from_shares: bool
    span: Span


@dataclass(frozen=True, slots=True)
class Param:
    """`param k: int = 5`; `default` is None where there is none."""

    name: Name
    type: TypeSyntax
    default: Expression | None
    span: Span


@dataclass(frozen=True, slots=True)
class Option:
    """`option fraction_bits = 18`."""

    name: Name
    value: Expression
    span: Span


@dataclass(frozen=True, slots=True)
class Import:
    """`from ml import sgd, sigmoid as s`: pairs of imported name and local name."""

    module: Name
    names: tuple[tuple[Name, Name], ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter in a function's header: `name: type = default`. Type and default may be left out."""

    name: Name
    type: TypeSyntax | None
    default: Expression | None
    span: Span


@dataclass(frozen=True, slots=True)
class Function:
    """`def name(parameters):` and its body. `docstring` is empty if the body begins with none."""

    name: Name
    parameters: tuple[Parameter, ...]
    body: tuple[Statement, ...]
    docstring: str
    span: Span
    header: Span


@dataclass(frozen=True, slots=True)
class Assign:
    """`target = value`. A target is a `Reference`, an `Index` or an `Attribute` of one, or a `Tuple` of targets."""

    target: Expression
    value: Expression
    span: Span


@dataclass(frozen=True, slots=True)
class AugmentedAssign:
    """`target += value`. `operator` is the binary operator, without `=`."""

    target: Expression
    operator: str
    value: Expression
    span: Span
    operator_span: Span


@dataclass(frozen=True, slots=True)
class For:
    """`for target in iterable:`. The iterable is any expression; it may be a `range`, `zip` or `batches`."""

    target: Expression
    iterable: Expression
    body: tuple[Statement, ...]
    span: Span
    header: Span


@dataclass(frozen=True, slots=True)
class While:
    """`while condition:` and its body."""

    condition: Expression
    body: tuple[Statement, ...]
    span: Span
    header: Span


@dataclass(frozen=True, slots=True)
class If:
    """An `if`. An `elif` is an `If` that is alone in `otherwise`."""

    condition: Expression
    then: tuple[Statement, ...]
    otherwise: tuple[Statement, ...]
    span: Span
    header: Span


@dataclass(frozen=True, slots=True)
class Reveal:
    """`reveal value as name to roles`. No roles stand for every party."""

    value: Expression
    name: Name | None
    roles: tuple[Name, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Save:
    """`save value as name`. The name may be left out."""

    value: Expression
    name: Name | None
    span: Span


@dataclass(frozen=True, slots=True)
class Assert:
    """`assert condition, message`. The message may be left out."""

    condition: Expression
    message: Text | None
    span: Span


@dataclass(frozen=True, slots=True)
class Return:
    """`return value`. Several values are a `Tuple`. A bare `return` has no value."""

    value: Expression | None
    span: Span


@dataclass(frozen=True, slots=True)
class Evaluate:
    """An expression alone on its line."""

    value: Expression
    span: Span


@dataclass(frozen=True, slots=True)
class Broken:
    """A line that cannot be read, with the statements of the block below it. Only a partial tree has such a line.

    `word` is the first word of the line. `names` are all names on the line. `binds` are the names that the line would
    bind, as far as can be told. A header whose block is missing has a `Broken` without words in place of the block.
    """

    word: str
    binds: tuple[Name, ...]
    names: tuple[Name, ...]
    body: tuple[Statement, ...]
    span: Span


Statement = (
    Party | Input | Param | Option | Import | Function | Assign | AugmentedAssign | For | While | If | Reveal | Save
    | Assert | Return | Evaluate | Broken
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Module:
    """A whole file."""

    source: Source
    docstring: str
    body: tuple[Statement, ...]
