"""Drops what no effect depends on.

Before:                                                             After:
    %1, %2 = loop(%a, %b) count=9 (%i, %3, %4) {                        %1 = loop(%a) count=9 (%i, %3) {
      %5 = add(%3, %i)                                                    %5 = add(%3, %i)
      %6 = multiply(%4, %4)                                               yield %5
      yield %5, %6                                                      }
    }                                                                   reveal(%1) name="x"
    reveal(%1) name="x"

Loops lose carried values that nobody reads. Branches and calls lose results, and calls lose arguments. Inputs stay:
they are the program's signature, and they are checked when they are read. A dead read at a place out of range no longer
stops the program.

Assumes nothing. Ensures that every operation is an effect, holds one, or is needed by one.
"""

from collections.abc import Sequence

from ...ir.control import carried, carried_on, conditions, conditions_of, flows, initial, is_loop, turns_of
from ...ir.operations.row import Trait
from ...ir.operations.table import row_of
from ...ir.program import Operation, Program, Region, Value
from ...ir.rewrite import Rewriter, rewrite, walk


def drop_dead(program: Program) -> Program:
    """The program without dead operations, carried values, results and arguments."""
    return rewrite(program, _Needed(program).rule)


class _Needed:
    """Marks what is needed, from the effects backwards."""

    def __init__(self, program: Program) -> None:
        self._sources: dict[Value, list[Value]] = {}
        self._owner: dict[Value, Operation] = {}
        self._around: dict[Operation, Operation] = {}
        self._operations: set[Operation] = set()
        self._values: set[Value] = set()
        self._pending: list[Value] = []
        operations = walk(program.body)
        for operation in operations:
            self._record(operation)
        for operation in operations:
            if row_of(operation).has(Trait.EFFECT):
                self._need_operation(operation)
        while self._pending:
            self._need_parts(self._pending.pop())

    def rule(self, rewriter: Rewriter, operation: Operation) -> Sequence[Value] | None:
        """The rewrite: see `rewrite.Rule`."""
        if operation not in self._operations:
            return operation.results
        return self._control(rewriter, operation) if operation.regions else None

    def _record(self, operation: Operation) -> None:
        self._owner.update(dict.fromkeys(operation.results, operation))
        for region in operation.regions:
            self._owner.update(dict.fromkeys(region.arguments, operation))
            self._around.update(dict.fromkeys(region.operations, operation))
        if not operation.regions:
            return
        for where, what in flows(operation):
            self._sources.setdefault(where, []).append(what)
        if is_loop(operation):
            for result, argument in zip(operation.results, carried(operation), strict=True):
                self._sources[result] = [argument]

    def _need_operation(self, operation: Operation) -> None:
        """Marks an operation and the operations around it. Of control, marks only what decides if its regions run."""
        inner: Operation | None = operation
        while inner is not None and inner not in self._operations:
            self._operations.add(inner)
            if not inner.regions:
                self._need(inner.operands)
            else:
                self._need(conditions(inner))
            inner = self._around.get(inner)

    def _need(self, values: Sequence[Value]) -> None:
        for value in values:
            if value not in self._values:
                self._values.add(value)
                self._pending.append(value)

    def _need_parts(self, value: Value) -> None:
        operation = self._owner[value]
        self._need_operation(operation)
        self._need(self._sources.get(value, ()))

    # --- writing control without what is not needed ---------------------------------------------------------------

    def _control(self, rewriter: Rewriter, operation: Operation) -> tuple[Value, ...]:
        kept = self._trimmed(operation)
        operands = rewriter.operands(kept)
        regions = tuple(rewriter.region(region) for region in kept.regions)
        left = set(kept.results)
        written = iter(rewriter.derive(kept, operands, regions))
        return tuple(next(written) if result in left else result for result in operation.results)

    def _trimmed(self, operation: Operation) -> Operation:
        """The operation without carried values, results and arguments that nothing needs."""
        if is_loop(operation):
            return self._trimmed_loop(operation)
        results = [index for index, result in enumerate(operation.results) if result in self._values]
        arguments = [index for index, argument in enumerate(operation.regions[0].arguments) if argument in self._values]
        operands = operation.operands if operation.name == "branch" else _at(operation.operands, arguments)
        regions = tuple(
            Region(_at(region.arguments, arguments), region.operations, _at(region.results, results))
            for region in operation.regions
        )
        return Operation(
            operation.name, operands, _at(operation.results, results), operation.span, operation.attributes, regions
        )

    def _trimmed_loop(self, operation: Operation) -> Operation:
        (region,) = operation.regions
        turn, condition = turns_of(operation), conditions_of(operation)
        kept = [index for index, argument in enumerate(carried(operation)) if argument in self._values]
        body = Region(
            region.arguments[:turn] + _at(carried(operation), kept),
            region.operations,
            region.results[:condition] + _at(carried_on(operation), kept),
        )
        operands = operation.operands[:condition] + _at(initial(operation), kept)
        results = _at(operation.results, kept)
        return Operation(operation.name, operands, results, operation.span, operation.attributes, (body,))


def _at(values: Sequence[Value], places: Sequence[int]) -> tuple[Value, ...]:
    return tuple(values[place] for place in places)
