"""Days and instants as people write them. In: a text. Out: days, or microseconds in UTC, since 1970-01-01; and back."""

import re
from datetime import UTC, date, datetime, timedelta

from ..ir.types import Kind
from ..syntax.words import quoted

_DAY = date(1970, 1, 1)
_INSTANT = datetime(1970, 1, 1, tzinfo=UTC)
_TOO_FINE = re.compile(r"[.,][0-9]{6}[0-9]*[1-9]")

EXAMPLES = {Kind.DATE: "2024-12-31", Kind.DATETIME: "2024-12-31T23:59:00Z"}
"""A text of each kind, for messages."""


def moment_of(kind: Kind, text: str) -> int | None:
    """The number of a day or an instant; None for a text that says none. Without a time zone, an instant is in UTC."""
    try:
        if kind is Kind.DATE:
            return (date.fromisoformat(text) - _DAY).days
        found = datetime.fromisoformat(text)
        instant = found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return None if _TOO_FINE.search(text) else (instant - _INSTANT) // timedelta(microseconds=1)


def shown_moment(kind: Kind, number: int) -> str:
    """The text of a day or an instant, in quotes; beyond the years 1 to 9999 the number alone."""
    try:
        if kind is Kind.DATE:
            return quoted((_DAY + timedelta(days=number)).isoformat())
        text = (_INSTANT + timedelta(microseconds=number)).isoformat()
    except OverflowError:
        return str(number)
    return quoted(text.replace("+00:00", "Z"))
