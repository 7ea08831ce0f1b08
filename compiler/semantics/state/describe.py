"""Values described in the words of the language, for messages."""

import re
from collections.abc import Mapping

from ...ir.labels import Knowledge
from ...ir.types import Kind
from ...syntax import tree
from ..type_names import type_name
from .values import Array, BuiltIn, Bundle, Closure, Meaning, Nothing, Role, Table, TypeName, Words


def describe(meaning: Meaning) -> str:
    """What a value is. Says who knows the value unless everyone does at compile time."""
    match meaning:
        case Array():
            return known_by(meaning) + type_name(meaning.type) + ("" if meaning.present is None else "?")
        case Table():
            return "a table[" + ", ".join(meaning.columns) + "]"
        case Bundle(elements=elements):
            return "a tuple (" + ", ".join(describe(element) for element in elements) + ")"
        case Words(text=text):
            return f'the text "{text}"'
        case TypeName(name=name):
            return f"the type `{name}`"
        case Role(name=name):
            return f"the party `{name}`"
        case Closure(node=tree.Function(name=name)):
            return f"the function `{name.text}`"
        case BuiltIn(name=name):
            return f"the built-in function `{name}`"
        case Nothing():
            return "no value"
        case _:
            return "a wrong value"


def known_by(array: Array) -> str:
    """A word for the label, to stand before a type; empty for a value that is known at compile time."""
    match array.label.knowledge:
        case Knowledge.SECRET:
            return "secret "
        case Knowledge.OWNED:
            return f"{array.label.owner_words}'s private "
        case Knowledge.REVEALED:
            return "revealed "
        case Knowledge.STATIC:
            return ""


def filled_in(array: Array) -> str:
    """How a program replaces what is missing of such an array."""
    match array.element.kind:
        case Kind.BOOL:
            return "fill(x, False)"
        case Kind.CATEGORY:
            return f'fill(x, "{array.element.labels[0]}")'
        case Kind.DATE | Kind.DATETIME:
            return 'fill(x, "2024-12-31")'
        case _:
            return "fill(x, 0)"


def plural(count: int, noun: str) -> str:
    """`1 value`, `2 values`."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def by_name(text: str, sampled: Mapping[int, str]) -> str:
    """The text with names for made-up sizes in brackets: `fixed[1009]` becomes `fixed[n]`."""

    def named(match: re.Match[str]) -> str:
        return re.sub(r"\d+", lambda number: sampled.get(int(number.group()), number.group()), match.group())

    return re.sub(r"\[[\d, ]*\]", named, text)
