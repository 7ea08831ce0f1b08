"""What follows a question mark after a file's name: `sales.csv?delimiter=;&decimal=,`. In: that text. Out: `Options`.

Odd signs may be written with a percent sign and their number, as in addresses: `%26` is `&`.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields
from typing import Any
from urllib.parse import quote, unquote

from ..sources.refused import RefusedError

_SIGNS = {"tab": "\t", "space": " "}
"""Signs by their names, because they are hard to write or to see."""

_GROUPING = ".,' _\u2019\u00a0\u202f"
"""Signs that may part thousands."""


@dataclass(frozen=True, slots=True)
class Options:
    """How a file is written. None is as usual: commas (tabs in TSV), decimal points, UTF-8, names in the first line."""

    delimiter: str | None = None
    decimal: str | None = None
    thousands: str | None = None
    encoding: str | None = None
    header: bool | None = None
    sheet: str | None = None
    array: str | None = None


TEXT_OPTIONS = ("delimiter", "decimal", "thousands", "encoding", "header")


def read_options(text: str, known: tuple[str, ...], ending: str) -> Options:
    """The options in a text, of which a file of this ending has those `known`. Raises `RefusedError`."""
    if not known:
        raise RefusedError(None, f"a {ending} file has no options; leave out what follows the question mark")
    given: dict[str, Any] = {}
    for part in text.split("&"):
        name, _, value = part.partition("=")
        if name not in known:
            raise RefusedError(None, f"there is no option {name!r}; {_listed(known, ending)}")
        if name in given:
            raise RefusedError(None, f"the option {name} is given twice")
        read, expected = _OPTIONS[name]
        try:
            given[name] = read(unquote(value, errors="strict"))
        except ValueError:
            raise RefusedError(
                None, f"the option {name} cannot be {value!r}, but {expected}; {_listed(known, ending)}"
            ) from None
    options = Options(**given)
    _check_apart(options)
    return options


def written(path: str, options: Options) -> str:
    """The source that names this file and these options."""
    names = {sign: name for name, sign in _SIGNS.items()}
    parts = []
    for field in fields(options):
        value = getattr(options, field.name)
        if value is not None:
            word = value if isinstance(value, str) else "yes" if value else "no"
            parts.append(f"{field.name}={names.get(word) or quote(word, safe=';:,.|/-')}")
    return f"{path}?{'&'.join(parts)}" if parts else path


def _listed(known: Iterable[str], ending: str) -> str:
    return f"the options of {ending} files are " + ", ".join(f"{name} ({_OPTIONS[name][1]})" for name in known)


def _check_apart(options: Options) -> None:
    """Signs of numbers differ. A delimiter may be one of them: numbers with it then stand in quotes."""
    if options.thousands == (options.decimal or "."):
        other = "." if options.thousands == "," else ","
        problem = f"decimals and thousands cannot have the same sign: write decimal={other} too, or another sign"
        raise RefusedError(None, problem)


def _delimiter(text: str) -> str:
    sign = _SIGNS.get(text, text)
    if len(sign) != 1 or not sign.isascii() or sign.isalnum() or sign in '"\r\n\0.-+':
        raise ValueError
    return sign


def _decimal(text: str) -> str:
    if text not in (".", ","):
        raise ValueError
    return text


def _thousands(text: str) -> str:
    sign = _SIGNS.get(text, text)
    if len(sign) != 1 or sign not in _GROUPING:
        raise ValueError
    return sign


def _encoding(text: str) -> str:
    try:
        if "1,\n".encode(text).decode(text) != "1,\n":
            raise ValueError
    except (LookupError, UnicodeError):  # no such encoding, or none of text
        raise ValueError from None
    return text


def _yes_or_no(text: str) -> bool:
    if text not in ("yes", "no"):
        raise ValueError
    return text == "yes"


def _name(text: str) -> str:
    if not text:
        raise ValueError
    return text


_OPTIONS: dict[str, tuple[Callable[[str], Any], str]] = {
    "delimiter": (_delimiter, "one sign, such as ; or tab"),
    "decimal": (_decimal, ", or ."),
    "thousands": (_thousands, "one of . , ' _ space"),
    "encoding": (_encoding, "an encoding of text, such as latin-1 or utf-16"),
    "header": (_yes_or_no, "yes or no"),
    "sheet": (_name, "the name of a sheet"),
    "array": (_name, "the name of an array"),
}
