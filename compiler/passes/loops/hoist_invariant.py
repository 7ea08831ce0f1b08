"""Moves out of loops what is the same in every turn.

Before:                                     After:
    %1 = loop(%a) count=9 (%i, %2) {            %3 = sum(%b) axis=0
      %3 = sum(%b) axis=0                       %1 = loop(%a) count=9 (%i, %2) {
      %4 = add(%2, %3)                            %4 = add(%2, %3)
      yield %4                                    yield %4
    }                                           }

Only pure operations move, whose operands come from outside, and only out of `loop` and `while`: a branch not taken
costs nothing as it is. Reads at places known only at run time stay: they may fail, and a loop without turns does not.

Assumes nothing. Ensures that a pure total operation directly in a loop needs the turn, a carried value, or something in
the loop that stays.
"""

from dataclasses import replace

from ...ir.control import is_loop
from ...ir.operations.table import row_of
from ...ir.program import Operation, Program, Region, Value


def hoist_invariant(program: Program) -> Program:
    """The program with invariant operations moved in front of their loops."""
    operations = tuple(moved for operation in program.body.operations for moved in _with_hoisted(operation))
    return replace(program, body=replace(program.body, operations=operations))


def _with_hoisted(operation: Operation) -> list[Operation]:
    """What leaves the operation's regions, then the operation."""
    if not operation.regions:
        return [operation]
    if not is_loop(operation):
        regions = tuple(
            replace(region, operations=tuple(moved for inner in region.operations for moved in _with_hoisted(inner)))
            for region in operation.regions
        )
        return [replace(operation, regions=regions)]
    leaving, body = _split(operation.regions[0])
    return [*leaving, replace(operation, regions=(body,))]


def _split(region: Region) -> tuple[list[Operation], Region]:
    """The operations that may leave a loop's body, and the body without them."""
    bound: set[Value] = set(region.arguments)
    leaving: list[Operation] = []
    staying: list[Operation] = []
    for operation in (moved for inner in region.operations for moved in _with_hoisted(inner)):
        row = row_of(operation)
        if row.is_pure and row.indices_from is None and bound.isdisjoint(operation.operands):
            leaving.append(operation)
        else:
            staying.append(operation)
            bound.update(operation.results)
    return leaving, replace(region, operations=tuple(staying))
