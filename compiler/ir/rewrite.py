"""Rewriting a program. In: a program, and a rule for operations. Out: a new program.

Nothing is changed in place. A `Rewriter` walks the old operations in order, remembers what each old value has become,
and writes new operations with a `Builder`. If the operands of an operation keep their types and labels, the operation
keeps its results; so a rewrite costs little where nothing happens. Otherwise types and labels are derived again. A
value that takes the place of another gets the other's name, too, because people ask for their values by name.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from ..source import Span
from .build import Builder
from .program import Operation, Program, Region, Value
from .verify import derived_results

Rule = Callable[["Rewriter", Operation], Sequence[Value] | None]
"""Writes what an old operation becomes and returns the new values of its results; None to copy the operation."""


def rewrite(program: Program, rule: Rule) -> Program:
    """The program with the rule applied to every operation in order, also inside regions."""
    if not program.body.operations:
        return program
    rewriter = Rewriter(program.body.operations[0].span, rule)
    for operation in program.body.operations:
        rewriter.visit(operation)
    return replace(program, body=rewriter.builder.named_body())


class Rewriter:
    """A rewrite under way: `builder` writes the new program, `values` maps old values to what they have become."""

    def __init__(self, span: Span, rule: Rule) -> None:
        self.builder = Builder(span)
        self.values: dict[Value, Value] = {}
        self._rule = rule

    def value(self, old: Value) -> Value:
        """What an old value has become; the value itself if it stays."""
        return self.values.get(old, old)

    def operands(self, operation: Operation) -> tuple[Value, ...]:
        """What the operands of an old operation have become."""
        return tuple(map(self.value, operation.operands))

    def visit(self, operation: Operation) -> None:
        """Applies the rule to one old operation."""
        self.builder.span = operation.span
        results = self._rule(self, operation)
        if results is None:
            results = self.copy(operation)
        for old, new in zip(operation.results, results, strict=True):
            if old is not new:
                self.values[old] = new
                self.builder.keep_name(old, new)

    def copy(self, operation: Operation) -> tuple[Value, ...]:
        """Writes the operation again with the new operands and regions."""
        operands = self.operands(operation)
        if not operation.regions:
            return self.derive(operation, operands)
        return self.derive(operation, operands, tuple(map(self.region, operation.regions)))

    def derive(
        self, operation: Operation, operands: tuple[Value, ...], regions: tuple[Region, ...] = ()
    ) -> tuple[Value, ...]:
        """Writes the operation on other operands and regions. Results that keep type and label stay the same values."""
        if not regions and is_alike(operands, operation.operands):
            changed = operands != operation.operands
            return self.builder.add(replace(operation, operands=operands) if changed else operation).results
        draft = replace(operation, operands=operands, regions=regions)
        given = derived_results(draft)
        if len(given) == len(operation.results):
            results = tuple(
                old if (old.type, old.label) == (type, label) else replace(old, type=type, label=label)
                for old, (type, label) in zip(operation.results, given, strict=True)
            )
        else:
            results = tuple(Value(type, label) for type, label in given)
        return self.builder.add(replace(draft, results=results)).results

    def region(self, old: Region, arguments: tuple[Value, ...] | None = None) -> Region:
        """Writes a region again, with other arguments if given."""
        with self.builder.open(old.arguments if arguments is None else arguments) as opened:
            self.values.update(zip(old.arguments, opened.arguments, strict=True))
            opened.results = self.splice(old)
        return opened.close()

    def splice(self, old: Region) -> tuple[Value, ...]:
        """Writes a region's operations here and returns the values of its results.

        The region's arguments must have become values already.
        """
        for operation in old.operations:
            self.visit(operation)
        return tuple(map(self.value, old.results))


def is_alike(new: Sequence[Value], old: Sequence[Value]) -> bool:
    """Whether two lists of values agree in types and labels."""
    return all(x is y or (x.type == y.type and x.label == y.label) for x, y in zip(new, old, strict=True))


def fitted(builder: Builder, value: Value, like: Value) -> Value:
    """`value` in the type of `like`, by a cast and a broadcast if needed."""
    if value.type.element != like.type.element:
        value = builder.emit("cast", value, element=like.type.element)
    if value.type.shape != like.type.shape:
        value = builder.emit("broadcast", value, shape=like.type.shape)
    return value


def walk(region: Region) -> list[Operation]:
    """All operations of a region and of the regions inside. An operation comes before those inside it."""
    found: list[Operation] = []
    pending = list(reversed(region.operations))
    while pending:
        operation = pending.pop()
        found.append(operation)
        for inner in reversed(operation.regions):
            pending += reversed(inner.operations)
    return found
