"""What a join goes by: columns that are a key together, or several such keys, tried in order. In: `on=` of a call.

`on=user` is one key of one column, `on=(store, day)` one of two, `on=email or phone` two keys of one column each.
"""

from ....ir.types import Kind
from ...state.conversion import joined
from ...state.describe import describe
from ...state.values import Array, Table
from ...type_names import element_name
from ..arguments import Arguments
from ..columns import alternative_names

Keys = tuple[tuple[str, ...], ...]
"""Alternatives in order of priority; each has the columns that must be equal."""


def join_keys(call: Arguments, tables: list[Table]) -> Keys:
    """The keys that a call names. Raises unless their columns are of one type in all tables."""
    on = alternative_names(call, "on", *tables)
    for name in columns_of(on):
        first, *others = [Array(table.named[name]) for table in tables]
        for other in others:
            if joined([first.element, other.element], call.context.scale) is None:
                found = f"`{name}`, {element_name(first.element)} in one and {element_name(other.element)} in the other"
                raise call.expected("on", "a column of one type in all tables", found, "declare the columns alike")
            if Kind.FIXED in (first.element.kind, other.element.kind) and first.element != other.element:
                found = f"`{name}`, {describe(first)} in one and {describe(other)} in the other"
                raise call.expected("on", "a column of one type in all tables", found, "convert one: `fixed(x)`")
    return on


def columns_of(on: Keys) -> tuple[str, ...]:
    """Every column of a key, once."""
    return tuple(dict.fromkeys(name for key in on for name in key))
