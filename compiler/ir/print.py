"""The text form of the IR, which `parse` reads back. In: a program. Out: one line for each operation.

    program "lift.mpc"
    roles ["alice", "bob"]
    sizes {"n": 3}
    fraction_bits 16
    {
      %0 "x" : int[3] owned(alice) = input name="x" role="alice"  @ lift.mpc:3:1-3:27
      %1 : int secret = loop(%4, %0) count=10 (%2 "i" : int5 static, %3 : int secret) {
        yield %3
      }
    }

Attributes are JSON, except element types, which look as in the language. Attributes that have their default are left
out; a `type` attribute is the result's type. The share kind of a secret value, once chosen, follows the value's label:
`secret/boolean`. Bounds come next if they are closer than the type's: `secret in [0, 255]`.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from ..source import Span
from .operations.row import Attribute, AttributeKind
from .operations.table import OPERATIONS
from .program import Operation, Program, Region, Value

PADDING = "  "


def print_program(program: Program, spans: bool = True) -> str:
    """The whole program as text. Without spans the text stays the same when lines of the source move."""
    lines = [
        f"program {_json(program.name)}",
        f"roles {_json(program.roles)}",
        f"sizes {_json(program.sizes)}",
        f"fraction_bits {program.fraction_bits}",
    ]
    printer = _Printer(spans)
    lines += printer.region(program.body, "", "{", "}")
    return "\n".join(lines) + "\n"


def print_operation(operation: Operation) -> str:
    """One operation with its regions, for messages. Values are numbered from 0."""
    return "\n".join(_Printer(spans=True).operation(operation, ""))


class _Printer:
    """Numbers values in the order of their first appearance."""

    def __init__(self, spans: bool) -> None:
        self._spans = spans
        self._numbers: dict[Value, int] = {}

    def region(self, region: Region, padding: str, opening: str, closing: str) -> list[str]:
        lines = [padding + opening]
        for operation in region.operations:
            lines += self.operation(operation, padding + PADDING)
        if region.results:
            lines.append(f"{padding}{PADDING}yield {self._uses(region.results)}")
        return [*lines, padding + closing]

    def operation(self, operation: Operation, padding: str) -> list[str]:
        attributes = [
            f" {name}={_attribute(attribute, operation.attributes[name])}"
            for name, attribute in _attributes(operation.name).items()
            if name in operation.attributes and not _is_implied(attribute, operation.attributes[name])
        ]
        operands = f"({self._uses(operation.operands)})" if operation.operands else ""
        text = "".join([operation.name, operands, *attributes])
        place = f"  @ {_place(operation.span)}" if self._spans else ""
        # Results stand first in the text but get their numbers after the values inside, which are computed first.
        bodies: list[str] = []
        for region in operation.regions:
            opening = f"({self._definitions(region.arguments)}) {{"
            body = self.region(region, padding, opening, "}")
            bodies = [*bodies[:-1], f"{bodies[-1]} {body[0].strip()}", *body[1:]] if bodies else body
        results = self._definitions(operation.results)
        head = f"{padding}{results} = {text}" if results else padding + text
        if not bodies:
            return [head + place]
        return [f"{head} {bodies[0].strip()}", *bodies[1:-1], bodies[-1] + place]

    def _uses(self, values: Iterable[Value]) -> str:
        return ", ".join(f"%{self._numbers.setdefault(value, len(self._numbers))}" for value in values)

    def _definitions(self, values: Iterable[Value]) -> str:
        return ", ".join(f"{self._uses([value])}{_about(value)}" for value in values)


def _about(value: Value) -> str:
    name = f" {_json(value.name)}" if value.name else ""
    share = f"/{value.share}" if value.share else ""
    bounds = f" in {_json(value.bounds)}" if value.bounds is not None else ""
    return f"{name} : {value.type} {value.label}{share}{bounds}"


def _attributes(name: str) -> Mapping[str, Attribute]:
    """The attributes of an operation by the table. None for an unknown operation, which messages show, too."""
    return OPERATIONS[name].attributes if name in OPERATIONS else {}


def _is_implied(attribute: Attribute, value: Any) -> bool:
    """Whether the text leaves the attribute out."""
    if attribute.kind is AttributeKind.TYPE:
        return True
    return type(value) is type(attribute.default) and bool(value == attribute.default)


def _attribute(attribute: Attribute, value: Any) -> str:
    if attribute.kind is AttributeKind.ELEMENT:
        return str(value)
    return _json(value.tolist() if isinstance(value, np.ndarray) else value)


def _json(data: Any) -> str:
    return json.dumps(data, ensure_ascii=False)


def _place(span: Span) -> str:
    return f"{span.source.name}:{span.line}:{span.column}-{span.end_line}:{span.end_column}"
