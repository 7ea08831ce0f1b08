"""Pieces of text that are no word of the language. In: a malformed token. Out: a diagnostic that says what is wrong."""

import unicodedata
from collections.abc import Callable

from lark import Token

from ..diagnostics import Diagnostic
from ..source import Source, Span
from .words import shortened, span_of

_QUOTES = "\u201c\u201d\u2018\u2019\u00ab\u00bb\u201e"
_BRACES = "blocks are indented, after a line that ends with `:`"
_DICTIONARY = "use arrays, or `table(a=x, b=y)` for named columns"

# For each sign that was written: what is wrong, what was expected, what to do.
_SIGNS = {
    "&&": ("there is no `&&` in this language", "`and`", "write `and`"),
    "||": ("there is no `||` in this language", "`or`", "write `or`"),
    "!": ("there is no `!` in this language", "`not`", "write `not`, or `!=` to compare"),
    "===": ("there is no `===` in this language", "`==`", "write `==`"),
    "!==": ("there is no `!==` in this language", "`!=`", "write `!=`"),
    "<>": ("there is no `<>` in this language", "`!=`", "write `!=`"),
    "=>": ("`=>` is written the other way round", "`>=`", "write `>=`"),
    "->": ("a function's result has no written type", "`:`", "leave out `->` and the type; it is inferred"),
    ":=": ("there is no `:=` in this language", "`=`", "bind the name with `=`, in a statement of its own"),
    ";": ("two statements on one line", "the end of the line", "write each statement on its own line, without `;`"),
    "{": ("there are no braces in this language", "a value or `:`", f"{_BRACES}; for a dictionary, {_DICTIONARY}"),
    "}": ("there are no braces in this language", "a value or an operator", _BRACES),
    "\\": (
        "a backslash that does not end its line",
        "the end of the line",
        "nothing may follow `\\`, not even a space",
    ),
    **dict.fromkeys(_QUOTES, ("this sign does not quote a text", "a straight quote", 'write `"`')),
}


def bad_word(source: Source, token: Token) -> Diagnostic:
    """What is wrong with a malformed token. The token's kind tells where to look."""
    return _KINDS[token.type](span_of(source, token), str(token))


def _number(span: Span, text: str) -> Diagnostic:
    return Diagnostic(
        span, f"`{shortened(text)}` is not a number",
        expected="a number such as `12`, `1_000`, `0x1f`, `1.5` or `1.5e-3`", found=_wrong_digits(text),
        remedy="write it in one of these forms; a name cannot start with a digit",
    )  # fmt: skip


def _wrong_digits(text: str) -> str:
    if text.count(".") > 1:
        return "more than one point"
    if text.lower().startswith(("0x", "0o", "0b")):
        return f"`{shortened(text[2:])}` after `{text[:2]}`" if text[2:] else f"nothing after `{text[:2]}`"
    if text.endswith("_") or "__" in text or "_." in text or "._" in text:
        return "an underscore that is not between two digits"
    if text.replace("_", "").isdigit():
        return "a zero in front"
    return f"`{shortened(text.lstrip('0123456789._'))}` right after the digits"


def _string(span: Span, text: str) -> Diagnostic:
    quote = text[:3] if text.startswith(('"""', "'''")) else text[:1]
    mark = Span(span.source, span.line, span.column, span.line, span.column + len(quote))
    return Diagnostic(
        mark, "this text is never closed", expected=f"a closing `{quote}`",
        found=f"the end of the {'file' if len(quote) == 3 else 'line'}", remedy=f"add `{quote}` where the text ends",
    )  # fmt: skip


def _prefix(span: Span, text: str) -> Diagnostic:
    return Diagnostic(
        span, f"texts have no prefix `{text}` in this language", expected="a quote", found=f"`{text}` before a quote",
        remedy=f"remove the `{text}`; texts are constants, and `reveal x as result` shows a value",
    )  # fmt: skip


def _sign(span: Span, text: str) -> Diagnostic:
    if text in _SIGNS:
        problem, expected, remedy = _SIGNS[text]
        return Diagnostic(span, problem, expected, f"`{text}`", remedy)
    name = unicodedata.name(text, "a character without a name")
    return Diagnostic(
        span, "this character means nothing here", expected="a word, a number or an operator",
        found=f"U+{ord(text):04X}, {name}", remedy="remove it, or put it into a text in quotes",
    )  # fmt: skip


def _name(span: Span, text: str) -> Diagnostic:
    wrong = next((letter for letter in text if not f"_{letter}".isidentifier()), text[0])
    return Diagnostic(
        span, f"`{shortened(text)}` is not a name", expected="letters, digits and `_`, not starting with a digit",
        found=f"`{wrong}`", remedy="rename it",
    )  # fmt: skip


_KINDS: dict[str, Callable[[Span, str], Diagnostic]] = {
    "BAD_NAME": _name,
    "BAD_NUMBER": _number,
    "BAD_STRING": _string,
    "BAD_PREFIX": _prefix,
    "BAD_SIGN": _sign,
    "BAD_CHARACTER": _sign,
}
