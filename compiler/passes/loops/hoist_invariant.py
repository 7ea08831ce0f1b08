"""Moves out of loops what is the same in every turn.

Before:                                     After:
    %1 = loop(%a) count=9 (%i, %2) {            %3 = sum(%b) axis=0
      %3 = sum(%b) axis=0                       %1 = loop(%a) count=9 (%i, %2) {
      %4 = add(%2, %3)                            %4 = add(%2, %3)
      yield %4                                    yield %4
    }                                           }

An operation moves if it is pure and its operands come from outside, and only out of `loop` and `while`: a branch that
is not taken costs nothing as it is. Reads at places known only at run time stay: they may fail, and a loop without
turns does not fail.

Assumes nothing. Ensures that a pure operation which stays directly in a loop may fail, or needs the turn, a carried
value, or something that stays in the loop.
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
    """The operations that leave the operation's regions, then the operation."""
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
