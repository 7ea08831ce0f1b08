"""Gives every value its least label, so that whoever can know the value knows it.

Before:                                                     After:
    %1 : int secret = loop(%a) count=9 (%i, %2 secret) {        %1 : int owned(alice) = loop(%a) count=9 (%i, %2 ...
      %3 : int secret = add(%2, %2)                               %3 : int owned(alice) = add(%2, %2)

The label of a region argument is an upper bound, and folding makes bounds loose. Here bounds become the least that
cover what flows into the argument. Everything that depends on the argument follows.

Assumes that labels are bounds. Ensures that they are the least.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from ...ir.control import carried, conditions, is_loop, operand_bounds, result_bounds
from ...ir.labels import STATIC, Label, join
from ...ir.operations.table import row_of
from ...ir.program import Operation, Program, Region, Value
from ...ir.rewrite import Rewriter, rewrite


def tighten_labels(program: Program) -> Program:
    """The program with the least labels."""
    labels = _Labels()
    labels.region(program.body)

    def relabelled(rewriter: Rewriter, operation: Operation) -> Sequence[Value] | None:
        if not operation.regions:
            return None
        regions = []
        for region in operation.regions:
            arguments = tuple(_with_label(argument, labels.of[argument]) for argument in region.arguments)
            regions.append(rewriter.region(region, arguments))
        return rewriter.derive(operation, rewriter.operands(operation), tuple(regions))

    return rewrite(program, relabelled)


def _with_label(value: Value, label: Label) -> Value:
    return value if value.label == label else replace(value, label=label)


class _Labels:
    """The least labels, found from below: labels of arguments start at STATIC and go up until nothing changes."""

    def __init__(self) -> None:
        self.of: dict[Value, Label] = {}

    def region(self, region: Region) -> None:
        for operation in region.operations:
            if operation.regions:
                self._control(operation)
            else:
                label = row_of(operation).label(operation.attributes, self._all(operation.operands))
                self.of.update(dict.fromkeys(operation.results, label))

    def _all(self, values: Iterable[Value]) -> list[Label]:
        return [self.of[value] for value in values]

    def _control(self, operation: Operation) -> None:
        """Raises the arguments' labels until they cover all that flows in. A label goes up three times at most."""
        for region in operation.regions:
            for argument in region.arguments:
                self.of.setdefault(argument, STATIC)
        self._raise(operand_bounds(operation), operation.operands, STATIC)
        while True:
            for region in operation.regions:
                self.region(region)
            known = join(self._all(conditions(operation)))
            if not is_loop(operation):
                given = [self._all(region.results) for region in operation.regions]
                for result, *labels in zip(operation.results, *given, strict=True):
                    self.of[result] = join((known, *labels))
                return
            if not self._raise(result_bounds(operation), operation.regions[0].results, known):
                self.of.update(zip(operation.results, self._all(carried(operation)), strict=True))
                return

    def _raise(self, arguments: Sequence[Value | None], values: Sequence[Value], known: Label) -> bool:
        """Raises the arguments' labels to the values' labels and to `known`. Returns whether a label changed."""
        changed = False
        for argument, value in zip(arguments, values, strict=True):
            if argument is not None:
                label = join((self.of[argument], self.of[value], known))
                changed = changed or label != self.of[argument]
                self.of[argument] = label
        return changed
