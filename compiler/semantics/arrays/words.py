"""Texts as values. In: a text and the array that it stands beside. Out: a label of that category, or a day."""

from datetime import date, timedelta

from ...ir.types import DATE, ArrayType, Kind
from ...source import Span
from ..errors import similar, wrong
from ..state.context import Context
from ..state.describe import describe
from ..state.values import Array

EPOCH = date(1970, 1, 1)


def from_words(context: Context, text: str, other: Array, span: Span) -> Array:
    """The label or the day that a text says beside an array of such."""
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
    if other.element.kind is Kind.DATE:
        try:
            days = (date.fromisoformat(text) - EPOCH) // timedelta(days=1)
        except ValueError:
            raise wrong(
                span, "this text is not a date", expected='a date as "2024-12-31"', found=f'"{text}"',
                remedy="write year, month and day with two `-` between them",
            ) from None  # fmt: skip
        return Array(context.filled(ArrayType(DATE), days))
    raise wrong(
        span,
        "a text is compared with a category or a date only",
        expected="a `category` or a `date` on the other side",
        found=f'"{text}" beside {describe(other)}',
        remedy="declare the input as `category[...]` to compare it with a label",
    )
