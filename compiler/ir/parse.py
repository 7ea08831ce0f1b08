"""Reading the text form of the IR. In: what `print` writes. Out: a `Program`. Run `verify` on it before trusting it.

An operation without a place gets its own line in the IR text as its place.
"""

import json
import re
from collections.abc import Iterator
from typing import Any, TypeVar

import numpy as np

from ..source import Source, Span
from .labels import Knowledge, Label, owned
from .operations.row import AttributeKind
from .operations.table import OPERATIONS
from .program import Operation, Program, Region, Value
from .types import BOOL, DATE, DATETIME, KEY, ROWS, ArrayType, Element, Kind, category, fixed, integer, normalised_key

T = TypeVar("T")

_SPACE = re.compile(r"\s*")
_WORD = re.compile(r"\w+")
_ROLE = re.compile(r"\w+(\[(\d+|\*)\])?")
_NUMBER = re.compile(r"\d+")
_VALUE = re.compile(r"%(\d+)")
_PLACE = re.compile(r"@ (.*):(\d+):(\d+)-(\d+):(\d+)")
_ELEMENTS = {"bool": BOOL, "key": KEY, "date": DATE, "datetime": DATETIME, "rows": ROWS, "int": integer(64)}
_TUPLES = (AttributeKind.NAMES, AttributeKind.SIZES, AttributeKind.BOUNDS, AttributeKind.DIMENSIONS)


class ParseError(Exception):
    """The text is not IR. The message tells the line and what was expected there."""


def parse_program(text: str, name: str = "<ir>") -> Program:
    """The program that a text describes. Raises ParseError."""
    return _Parser(Source(name, name, text)).program()


class _Parser:
    """A cursor over the text. Each method reads one thing and moves behind that thing."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._text = source.text
        self._at = 0
        self._line_at = 0
        self._line = 1
        self._values: dict[str, Value] = {}
        self._sources: dict[str, Source] = {}

    def program(self) -> Program:
        """The program that the whole text is."""
        self._expect("program")
        name = self._json()
        self._expect("roles")
        roles = self._list(str, "texts")
        self._expect("sizes")
        sizes = self._json()
        if not isinstance(sizes, dict) or not all(type(size) is int for size in sizes.values()):
            raise self._error("a map from names to sizes before")
        self._expect("fraction_bits")
        bits = int(self._match(_NUMBER, "a number").group())
        self._expect("{")
        body = self._body(())
        if self._at != len(self._text):
            raise self._error("the end")
        return Program(name, roles, sizes, bits, body)

    # --- operations ---------------------------------------------------------------------------------------------

    def _body(self, arguments: tuple[Value, ...]) -> Region:
        operations: list[Operation] = []
        results: tuple[Value, ...] = ()
        while not self._has("}"):
            if self._has("yield"):
                results = self._uses()
            else:
                operations.append(self._operation())
        return Region(arguments, tuple(operations), results)

    def _operation(self) -> Operation:
        results: dict[str, Value] = {}
        if self._text.startswith("%", self._at):
            results = self._definitions()
            self._expect("=")
        line = self._line_here()
        name = self._match(_WORD, "an operation").group()
        if name not in OPERATIONS:
            raise self._error("an operation")
        operands: tuple[Value, ...] = ()
        types = [value.type for value in results.values()]
        if OPERATIONS[name].arity != 0 and self._has("("):
            operands = self._uses()
            self._expect(")")
        attributes = self._attributes(name, types)
        regions = []
        while self._has("("):
            arguments = {} if self._text.startswith(")", self._at) else self._definitions()
            self._expect(")")
            self._expect("{")
            self._values.update(arguments)
            regions.append(self._body(tuple(arguments.values())))
        self._values.update(results)
        return Operation(name, operands, tuple(results.values()), self._span(line), attributes, tuple(regions))

    def _attributes(self, name: str, types: list[ArrayType]) -> dict[str, Any]:
        attributes: dict[str, Any] = {}
        for key, attribute in OPERATIONS[name].attributes.items():
            if attribute.kind is AttributeKind.TYPE:
                attributes[key] = types[0] if types else None
            elif self._has(f"{key}="):
                attributes[key] = self._attribute(attribute.kind, types)
            elif attribute.default is not ...:
                attributes[key] = attribute.default
        return attributes

    def _attribute(self, kind: AttributeKind, types: list[ArrayType]) -> Any:
        if kind is AttributeKind.ELEMENT:
            return self._element()
        value = self._json()
        if kind is AttributeKind.ARRAY and types:
            return self._array(value, types[0])
        return tuple(value) if kind in _TUPLES and isinstance(value, list) else value

    def _array(self, value: Any, type: ArrayType) -> np.ndarray[Any, Any]:
        try:
            return np.array(value, dtype=type.dtype).reshape(type.shape)
        except (TypeError, ValueError, OverflowError):
            raise self._error(f"a constant that fills {type}") from None

    def _uses(self) -> tuple[Value, ...]:
        values: list[Value] = []
        while not values or self._has(","):
            number = self._match(_VALUE, "a value").group(1)
            if number not in self._values:
                raise self._error(f"a value that is known here, not %{number}")
            values.append(self._values[number])
        return tuple(values)

    def _definitions(self) -> dict[str, Value]:
        values: dict[str, Value] = {}
        while not values or self._has(","):
            number = self._match(_VALUE, "a value").group(1)
            name = self._json() if self._text.startswith('"', self._at) else ""
            self._expect(":")
            element = self._element()
            shape = self._list(int, "sizes") if self._text.startswith("[", self._at) else ()
            label = self._label()
            share = self._match(_WORD, "a share kind").group() if self._has("/") else ""
            bounds = self._bounds() if self._has("in ") else None
            values[number] = Value(ArrayType(element, shape), label, name, share, bounds)
        return values

    def _bounds(self) -> tuple[int, int]:
        numbers = self._list(int, "two numbers")
        if len(numbers) != 2:
            raise self._error("two numbers before")
        return numbers[0], numbers[1]

    # --- types, labels, places ----------------------------------------------------------------------------------

    def _element(self) -> Element:
        word = self._match(_WORD, "an element type").group()
        if word == "key" and self._has("("):
            return normalised_key(tuple(self._steps()))
        if word in _ELEMENTS:
            return _ELEMENTS[word]
        if word == "category":
            return category(self._list(str, "texts"))
        if word == "fixed":
            self._expect(".")
            return fixed(int(self._match(_NUMBER, "a scale").group()))
        if word.startswith("int") and word[3:].isdigit():
            return integer(int(word[3:]))
        if word.rstrip("0123456789") in ("date", "datetime"):
            name = word.rstrip("0123456789")
            return Element(Kind(name), bits=int(word.removeprefix(name)))
        raise self._error("an element type")

    def _steps(self) -> Iterator[str]:
        yield self._match(_WORD, "a step").group()
        while self._has(","):
            yield self._match(_WORD, "a step").group()
        self._expect(")")

    def _label(self) -> Label:
        word = self._match(_WORD, "a label").group()
        if word == "owned":
            self._expect("(")
            role = self._match(_ROLE, "a role").group()
            self._expect(")")
            return owned(role)
        if word.upper() not in Knowledge.__members__:
            raise self._error("a label")
        return Label(Knowledge[word.upper()])

    def _span(self, line: int) -> Span:
        if not self._text.startswith("@ ", self._at):
            return Span(self._source, line, 1, line, len(self._source.line(line)) + 1)
        place = self._match(_PLACE, "a place")
        name = place.group(1)
        source = self._sources.setdefault(name, Source(name, name, ""))
        return Span(source, *(int(place.group(part)) for part in (2, 3, 4, 5)))

    # --- the cursor ---------------------------------------------------------------------------------------------

    def _match(self, pattern: re.Pattern[str], what: str) -> re.Match[str]:
        found = pattern.match(self._text, self._at)
        if found is None:
            raise self._error(what)
        self._move(found.end())
        return found

    def _has(self, text: str) -> bool:
        if not self._text.startswith(text, self._at):
            return False
        self._move(self._at + len(text))
        return True

    def _expect(self, text: str) -> None:
        if not self._has(text):
            raise self._error(repr(text))

    def _json(self) -> Any:
        try:
            value, end = json.JSONDecoder().raw_decode(self._text, self._at)
        except json.JSONDecodeError:
            raise self._error("a JSON value") from None
        self._move(end)
        return value

    def _list(self, kind: type[T], what: str) -> tuple[T, ...]:
        value = self._json()
        if not isinstance(value, list) or not all(type(each) is kind for each in value):
            raise self._error(f"a list of {what} before")
        return tuple(value)

    def _move(self, to: int) -> None:
        space = _SPACE.match(self._text, to)
        self._at = space.end() if space else to

    def _line_here(self) -> int:
        self._line += self._text.count("\n", self._line_at, self._at)
        self._line_at = self._at
        return self._line

    def _error(self, expected: str) -> ParseError:
        line = self._line_here()
        return ParseError(f"{self._source.path}:{line}: expected {expected}: {self._source.line(line).strip()}")
