"""The first line of a file with columns. In: its fields, and what is wanted. Out: the columns' names."""

from dataclasses import dataclass

from ...graph.nodes import Declaration
from ..sources.convert import is_word_of
from ..sources.refused import RefusedError
from ..sources.stream import Wanted


@dataclass(frozen=True, slots=True)
class Header:
    """The columns' names, and whether the first line is them rather than data. If not `is_named`, they only count."""

    names: tuple[str, ...]
    is_first_line: bool
    is_named: bool


def header_of(first: list[str], wanted: Wanted, told: bool | None) -> Header:
    """The header of a file with these fields in its first line, which is a header or not, as `told`.

    If nothing is told, a table has a header, and an array has one when none of the fields can be a value of its kind.
    Every word can be a key, so files of keys have a header. Without one, a table's columns are in the order of its
    type. Raises `RefusedError`.
    """
    if not isinstance(wanted, Declaration):
        if told is not False:
            return Header(tuple(first), is_first_line=True, is_named=True)
        if len(first) != len(wanted):
            problem = f"the first line has {len(first)} fields, but the table's type has {len(wanted)} columns"
            raise RefusedError(None, f"{problem}: without a header, all are taken in the order of the type")
        return Header(tuple(wanted), is_first_line=False, is_named=True)
    has_values = any(word and is_word_of(word, wanted) for word in first)
    is_first_line = (wanted.kind == "key" or not has_values) if told is None else told
    is_named = is_first_line and len(set(first)) == len(first) and (wanted.kind == "key" or not has_values)
    names = tuple(first) if is_named else tuple(str(index + 1) for index in range(len(first)))
    return Header(names, is_first_line, is_named)
