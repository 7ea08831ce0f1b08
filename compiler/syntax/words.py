"""Tokens and terminals in a user's words. In: tokens, and names of terminals. Out: places, and phrases."""

import json
import re
import unicodedata
from collections.abc import Iterable

from lark import Token

from ..source import Source, Span
from . import grammar

_PHRASES = {
    "NAME": "a name", "NUMBER": "a number", "STRING": "a text in quotes", "_NEWLINE": "the end of the line",
    "SIGN": "`+` or `-`",
}  # fmt: skip
_VALUE = frozenset({"NAME", "NUMBER", "STRING", "TRUE", "FALSE", "LPAR", "LSQB", "SIGN", "INVERT", "NOT"})
_OPERATORS = frozenset(
    {"OR", "AND", "NOT", "IN", "COMPARISON", "BIT_OR", "BIT_XOR", "BIT_AND", "SHIFT", "SIGN", "SCALE", "POWER", "IF"}
)  # fmt: skip
_SUFFIXES = frozenset({"DOT", "LPAR", "LSQB"})


def span_of(source: Source, token: Token) -> Span:
    """The place of a token."""
    return Span(source, token.line, token.column, token.end_line, token.end_column)


def is_reserved(token: Token) -> bool:
    """Whether the token is a word that cannot be a name."""
    return token.type != "NAME" and str(token).isidentifier()


def is_name(text: str) -> bool:
    """Whether a program may use the text as a name."""
    return text.isidentifier() and text not in grammar.signs().values()


def name_for(heading: str) -> str:
    """A name for a column that is called otherwise in the data: `order_id` for `Order ID`, `from_` for `from`."""
    words = re.findall(r"\w+", unicodedata.normalize("NFKC", heading))
    name = "_".join(words).lower()
    if not name.isidentifier():
        name = "_".join(["column", *words]).lower()
    return name if is_name(name) else f"{name}_"


def quoted(text: str) -> str:
    """The text as a literal."""
    return json.dumps(text, ensure_ascii=False)


def describe(token: Token) -> str:
    """What a token is, in the words of a message's `found`."""
    if token.type == "_NEWLINE":
        return "the end of the line"
    if token.type == "STRING":
        return "a text"
    kind = {"NAME": "the name ", "NUMBER": "the number "}.get(token.type, "the word " if is_reserved(token) else "")
    return f"{kind}`{shortened(str(token))}`"


def describe_all(terminals: Iterable[str]) -> str:
    """What could have stood in a place, in the words of a message's `expected`: kinds of words, not each word."""
    rest = set(terminals)
    if len(rest) > 1:
        rest.discard("QUESTION")  # which may follow every type
    phrases = []
    if rest >= {"NAME", "NUMBER", "LPAR"}:
        phrases.append("a value")
        rest -= _VALUE
    elif rest & _OPERATORS:
        phrases.append("an operator")
        rest -= _OPERATORS | _SUFFIXES
    if rest >= {"AUGMENTED", "EQUAL"}:
        phrases.append("`=`")
        rest -= {"AUGMENTED", "EQUAL"}
    signs = grammar.signs()
    phrases += sorted(_PHRASES.get(terminal) or f"`{signs.get(terminal, terminal)}`" for terminal in rest)
    return ", ".join(phrases[:-1]) + " or " + phrases[-1] if len(phrases) > 1 else "".join(phrases)


def shortened(text: str) -> str:
    """The text, cut to fit one line of a message."""
    text = " ".join(text.split())
    return text if len(text) <= 40 else text[:37] + "..."
