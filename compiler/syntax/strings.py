"""String literals. In: a literal as written, with its quotes. Out: the text that it stands for."""

import re

_PLAIN = {
    "\\": "\\", "'": "'", '"': '"', "n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "f": "\f",
    "v": "\v", "\n": "",
}  # fmt: skip
_ESCAPE = re.compile(r"\\(x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[\s\S])")


def unquote(literal: str) -> tuple[str, str]:
    """The text that a string literal stands for, and the first escape in it that means nothing (or an empty string)."""
    width = 3 if literal[:3] in {'"""', "'''"} else 1
    wrong: list[str] = []

    def replace(match: re.Match[str]) -> str:
        code = match[1]
        if code in _PLAIN:
            return _PLAIN[code]
        number = int(code[1:], 16) if len(code) > 1 else -1
        if 0 <= number <= 0x10FFFF and not 0xD800 <= number <= 0xDFFF:
            return chr(number)
        wrong.append(match[0])
        return ""

    text = _ESCAPE.sub(replace, literal[width:-width].replace("\r\n", "\n"))
    return text, wrong[0] if wrong else ""
