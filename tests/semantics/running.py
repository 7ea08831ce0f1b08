"""Programs as text, run by the reference interpreter. In: text and inputs as people write them. Out: numbers by
name.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
from tacit.compiler.diagnostics import CompileError
from tacit.compiler.ir.evaluate import evaluate
from tacit.compiler.ir.labels import Label
from tacit.compiler.ir.print import print_program
from tacit.compiler.ir.program import Operation, Program
from tacit.compiler.ir.rewrite import walk
from tacit.compiler.ir.types import Element, Kind
from tacit.compiler.ir.verify import verify
from tacit.compiler.semantics.elaborate import elaborate
from tacit.compiler.source import Source
from tacit.compiler.syntax import tree
from tacit.compiler.syntax.parser import parse

HEAD = "party alice\nparty bob\n"


def compiled(text: str, sizes: Mapping[str, int] | None = None, modules: Mapping[str, str] | None = None) -> Program:
    """The checked IR of a program; `alice` and `bob` are declared. `modules` are texts by name."""

    def load(name: str) -> tree.Module | None:
        return parse(source(modules[name], f"{name}.mpc")) if modules and name in modules else None

    program = elaborate(parse(source(HEAD + text)), dict(sizes or {}), load).sound()
    verify(program)
    return program


def source(text: str, name: str = "test.mpc") -> Source:
    return Source(name, name, text)


def mistakes(text: str, sizes: Mapping[str, int] | None = None, modules: Mapping[str, str] | None = None) -> list[str]:
    """`line: problem` of each mistake; lines count without the head."""
    try:
        compiled(text, sizes, modules)
    except CompileError as error:
        lines = HEAD.count("\n")
        return [f"{found.span.line - lines}: {found.problem}" for found in error.diagnostics]
    return []


def run(
    text: str, inputs: Mapping[str, Any] | None = None, sizes: Mapping[str, int] | None = None, role: str = "alice",
    modules: Mapping[str, str] | None = None,
) -> dict[str, Any]:  # fmt: skip
    """What `role` gets to see, by name: scalars as Python numbers, arrays as nested lists, None for what is missing."""
    program = compiled(text, sizes, modules)
    found = {op.attributes["name"]: op for op in program.body.operations if op.name == "input"}
    given: dict[str, np.ndarray] = {}
    for name, value in (inputs or {}).items():
        lacking = found[name].attributes["present"]
        if lacking:
            given[lacking] = np.vectorize(lambda each: each is not None, otypes=[bool])(np.array(value, dtype=object))
        given[name] = encoded(_filled(value, found[name].results[0].type.element), found[name].results[0].type.element)
    outputs = evaluate(program, given)
    told = outputs.by_role[role]
    hidden = {outputs.operations[name].attributes["present"] for name in told}
    return {name: _shown(outputs.operations[name], told) for name in told if name not in hidden}


def _filled(value: Any, element: Element) -> Any:
    """The value with a number, a label or a day where it is missing."""
    if isinstance(value, list):
        return [_filled(each, element) for each in value]
    zero = {Kind.CATEGORY: element.labels[0] if element.labels else "", Kind.DATE: "1970-01-01"}
    return zero.get(element.kind, 0) if value is None else value


def _shown(operation: Operation, told: Mapping[str, np.ndarray]) -> Any:
    array = told[operation.attributes["name"]]
    value = decoded(array, operation.operands[0].type.element)
    present = operation.attributes["present"]
    return _blanked(value, np.broadcast_to(told[present], array.shape).tolist()) if present else value


def _blanked(value: Any, there: Any) -> Any:
    if isinstance(there, list):
        return [_blanked(*pair) for pair in zip(value, there, strict=True)]
    return value if there else None


def encoded(value: Any, element: Element) -> np.ndarray:
    if element.kind is Kind.FIXED:
        return np.rint(np.asarray(value, dtype=np.float64) * 2.0**element.scale).astype(np.int64)
    if element.kind is Kind.CATEGORY:
        return np.vectorize(element.labels.index, otypes=[np.int64])(np.asarray(value))
    if element.kind is Kind.DATE:
        return np.asarray(value, dtype="datetime64[D]").astype(np.int64)
    return np.asarray(value, dtype=np.bool_ if element.kind is Kind.BOOL else np.int64)


def decoded(array: np.ndarray, element: Element) -> Any:
    return (array / 2.0**element.scale if element.kind is Kind.FIXED else array).tolist()


def operations(program: Program) -> list[Operation]:
    """Every operation, those in regions included."""
    return walk(program.body)


def names(program: Program) -> list[str]:
    """The names of all operations in order."""
    return [operation.name for operation in operations(program)]


def label(text: str, name: str) -> Label:
    """The label of what is revealed as `name`."""
    for operation in operations(compiled(text)):
        if operation.name == "reveal" and operation.attributes["name"] == name:
            return operation.operands[0].label
    raise KeyError(name)


def text_of(program: Program) -> str:
    return print_program(program)


def constant_element(name: str, text: str) -> Element:
    """The element of what is revealed as `name`."""
    for operation in operations(compiled(text)):
        if operation.name == "reveal" and operation.attributes["name"] == name:
            return operation.operands[0].type.element
    raise KeyError(name)
