"""Texts as values. In: a text and the array that it stands beside. Out: a label of that category, a key, a day, an
instant.
"""

from collections.abc import Sequence

from ...ir.keys import key_constant
from ...ir.types import DATE, DATETIME, ArrayType, Element, Kind
from ...source import Span
from ..errors import similar, wrong
from ..moments import EXAMPLES, moment_of
from ..state.context import Context
from ..state.describe import describe
from ..state.values import Array, Meaning, Words

_REMEDIES = {
    Kind.DATE: "write year, month and day with two `-` between them",
    Kind.DATETIME: "write day, `T`, time and time zone (`Z` is UTC), to the microsecond at most",
}


def from_words(context: Context, text: str, other: Array, span: Span) -> Array:
    """The label, the key, the day or the instant that a text says beside an array of such."""
    if other.element.kind is Kind.CATEGORY:
        labels = other.element.labels
        if text not in labels:
            raise wrong(
                span,
                f'the category has no label "{text}"',
                expected="one of " + ", ".join(f'"{label}"' for label in labels),
                found=f'"{text}"',
                remedy=similar(text, labels) or "use a label of the category's declaration",
            )
        return Array(context.filled(ArrayType(other.element), labels.index(text)))
    if other.element.is_moment:
        return moment(context, text, DATE if other.element.kind is Kind.DATE else DATETIME, span)
    if other.element.kind is Kind.KEY:
        return _key(context, text, other.element, span)
    raise wrong(
        span,
        "a text stands beside a category, a key or a date only",
        expected="a `category`, a `key`, a `date` or a `datetime` on the other side",
        found=f'"{text}" beside {describe(other)}',
        remedy="declare the input as `category[...]` to compare it with a label",
    )


def _key(context: Context, text: str, element: Element, span: Span) -> Array:
    """The key that a text is, normalised and hashed as the owners of keys do."""
    number = key_constant(text, element)
    if number is None:
        raise wrong(
            span, "this text is no key", expected="a text of which letters are left when it is normalised",
            found=f'"{text}"', remedy="write another text; `missing(k)` asks for rows without a key, of a type `key?`",
        )  # fmt: skip
    return Array(context.filled(ArrayType(element), number))


def moment(context: Context, text: str, element: Element, span: Span) -> Array:
    """The day or the instant that a text says. Raises WrongError."""
    number = moment_of(element.kind, text)
    if number is None:
        name = element.kind.value
        raise wrong(
            span, f"this text is not a {name}", expected=f'a {name} as "{EXAMPLES[element.kind]}"', found=f'"{text}"',
            remedy=_REMEDIES[element.kind],
        )  # fmt: skip
    return Array(context.filled(ArrayType(element), number))


def beside(context: Context, values: Sequence[Meaning], spans: Sequence[Span]) -> list[Meaning]:
    """The values; where one of them is a category, a day or an instant, texts are labels, days or instants."""
    known = [x for x in values if isinstance(x, Array) and (x.element.is_moment or x.element.kind is Kind.CATEGORY)]
    if not known:
        return list(values)
    return [
        from_words(context, value.text, known[0], span) if isinstance(value, Words) else value
        for value, span in zip(values, spans, strict=True)
    ]
