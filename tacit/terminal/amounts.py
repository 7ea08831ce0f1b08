"""Amounts and lists of names as people read them. In: numbers, names. Out: text."""

from collections.abc import Sequence

_MOST_NAMES = 4
"""Of more names than this, only the first and the last are written."""


def names_text(names: Sequence[str]) -> str:
    """The names, or the first and the last of many, and how many there are."""
    return ", ".join(names) if len(names) <= _MOST_NAMES else f"{names[0]}, ..., {names[-1]} ({len(names):,})"


def plural(noun: str, number: int) -> str:
    """The noun, in the plural unless `number` is 1."""
    return noun if number == 1 else noun + "s"


def bytes_text(number: float) -> str:
    """A number of bytes in a unit that fits."""
    for unit in ("bytes", "kB", "MB"):
        if number < 1000:
            return f"{number:,.0f} {unit}" if unit == "bytes" else f"{number:.1f} {unit}"
        number /= 1000
    return f"{number:,.1f} GB"


def seconds_text(seconds: float) -> str:
    """A time in a unit that fits."""
    if seconds >= 60:
        return f"{seconds / 60:,.1f} min"
    if seconds >= 1:
        return f"{seconds:.2f} s"
    return f"{seconds * 1e3:.2f} ms" if seconds >= 1e-3 else f"{seconds * 1e6:.0f} µs"
