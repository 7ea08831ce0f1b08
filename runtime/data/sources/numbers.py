"""Columns of numbers that need no Arrow, because loading Arrow takes longer than most programs on a few numbers.

In: numbers, or the text of one. Out: what the functions of `readers` take in place of an Arrow array.
"""

import re
from dataclasses import dataclass
from typing import Any

from ...graph.nodes import Declaration
from .readers import FALSE_WORDS, READERS, TRUE_WORDS, Array

_FAMILIES = {"b": "bool", "i": "integer", "u": "integer", "f": "float"}
"""Families of types, as `readers` calls them, by NumPy's letter for the kind of a type."""

_WHOLE = re.compile(r"-?[0-9]{1,18}")
_DECIMAL = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,15})?")


@dataclass(frozen=True, slots=True, eq=False)
class Numbers:
    """A flat, native NumPy array of truth values or numbers, none missing. Readers do not write to the array."""

    array: Array

    def __len__(self) -> int:
        return len(self.array)

    @property
    def family(self) -> str:
        """The family of types, as `readers.family` names that of an Arrow type."""
        return _FAMILIES[self.array.dtype.kind]

    def to_numpy(self, zero_copy_only: bool) -> Array:
        """The array, read-only, as an Arrow array's method of this name gives it."""
        view = self.array.view()
        view.flags.writeable = False
        return view


def are_numbers(array: Array) -> bool:
    """Whether an array's elements are truth values or numbers as Arrow knows them, of up to 64 bits."""
    return array.dtype.kind in _FAMILIES and array.itemsize <= 8


def is_read_as_numbers(wanted: Declaration, family: str) -> bool:
    """Whether the reader for this declaration takes `Numbers` of this family in place of an Arrow array."""
    return wanted.kind in ("bool", "int", "fixed") and (wanted.kind, family) in READERS


def number_of(text: str, wanted: Declaration) -> bool | int | float | None:
    """The number in a text of the most usual spelling, if a number is declared; None for any other text."""
    word = text.strip(" ")
    if wanted.kind == "bool" and word in (*TRUE_WORDS, *FALSE_WORDS):
        return word in TRUE_WORDS
    if wanted.kind == "int" and _WHOLE.fullmatch(word):
        return int(word)
    if wanted.kind == "fixed" and _DECIMAL.fullmatch(word):
        return float(word)
    return None


def read_numbers(values: Numbers, wanted: Declaration) -> Any:
    """The clear array of numbers, checked. Raises `RefusedError`."""
    return READERS[wanted.kind, values.family](values, wanted)
