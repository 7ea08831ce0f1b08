"""The value that stands for missing values of a column, `amount: fixed = 0`. In: a column as written. Out: a number."""

from collections.abc import Callable
from fractions import Fraction

from ..ir.types import Element, Kind
from ..syntax import tree
from ..syntax.words import shortened
from .bounds import Bounds, literal_number
from .errors import wrong
from .moments import EXAMPLES, moment_of

_NO_KEY = 0
"""The number that readers of data give a row without a key."""


def default_of(
    column: tree.ColumnSyntax, element: Element, from_shares: bool, bounds: Bounds | None = None
) -> int | None:
    """The default in the clear representation; None for a column without one. Raises WrongError."""
    if column.default is None:
        return None
    if from_shares:
        raise wrong(
            column.default.span,
            "a default stands for what data lacks, and shares lack nothing",
            expected="the type alone",
            found="a default",
            remedy="leave `=` and the value out",
        )
    if column.type.optional:
        raise wrong(
            column.default.span,
            "with a default no value is missing",
            expected="`?` or a default",
            found="both",
            remedy="leave one of them out: `?` keeps what the data lacks missing, the default stands for it",
        )
    rule, expected = _RULES[element.kind]
    number = rule(column.default, element)
    if number is None or (bounds is not None and not bounds[0] <= number <= bounds[1]):
        raise wrong(
            column.default.span,
            f"the default of `{column.name.text}` does not fit its type",
            expected=expected,
            found=f"`{shortened(column.default.span.text)}`",
            remedy="write a value of the column's type, or leave `=` out to refuse rows without a value",
        )
    return number


def _bool(node: tree.Expression, element: Element) -> int | None:
    return int(node.value) if isinstance(node, tree.Boolean) else None


def _int(node: tree.Expression, element: Element) -> int | None:
    number = literal_number(node)
    return number if isinstance(number, int) and element.least <= number <= element.greatest else None


def _fixed(node: tree.Expression, element: Element) -> int | None:
    number = literal_number(node)
    if number is None or not abs(Fraction(number)) < 2.0 ** (62 - 2 * element.scale):
        return None
    return round(Fraction(number) * (1 << element.scale))


def _key(node: tree.Expression, element: Element) -> int | None:
    return _NO_KEY if isinstance(node, tree.Text) and not node.value else None


def _category(node: tree.Expression, element: Element) -> int | None:
    if isinstance(node, tree.Text) and node.value in element.labels:
        return element.labels.index(node.value)
    return None


def _moment(node: tree.Expression, element: Element) -> int | None:
    return moment_of(element.kind, node.value) if isinstance(node, tree.Text) else None


_RULES: dict[Kind, tuple[Callable[[tree.Expression, Element], int | None], str]] = {
    Kind.BOOL: (_bool, "`True` or `False`"),
    Kind.INT: (_int, "a whole number in the type's range"),
    Kind.FIXED: (_fixed, "a number in the type's range"),
    Kind.KEY: (_key, '`""`: a row without a key'),
    Kind.CATEGORY: (_category, "one of the labels, in quotes"),
    Kind.DATE: (_moment, f'a day in quotes, as `"{EXAMPLES[Kind.DATE]}"`'),
    Kind.DATETIME: (_moment, f'an instant in quotes, as `"{EXAMPLES[Kind.DATETIME]}"`'),
}
