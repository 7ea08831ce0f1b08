"""What the parties match before a program is compiled for good. In: a program and a target. Out: `Matching`s, in order.

The numbers of matches with which the program was elaborated do not matter: made-up numbers will do. Alignments whose
results nobody uses are listed, too, because their numbers of matches are sizes.
"""

from collections.abc import Sequence

from ....runtime.graph.alignments import OWN, Matching
from ...diagnostics import CompileError
from ...ir.program import Operation, Program
from ...ir.rewrite import walk
from ...protocols.rules.joins import Joins
from ...protocols.table import PROTOCOLS, refusal
from ...target import Target


def list_matchings(program: Program, target: Target) -> tuple[Matching, ...]:
    """The alignments of a program as elaborated, each once. Raises CompileError where the protocol joins no tables."""
    found: dict[str, list[Operation]] = {}
    for operation in walk(program.body):
        if operation.name == "align":
            found.setdefault(operation.attributes["join"], []).append(operation)
    return tuple(_matching(operations, target) for operations in found.values())


def _matching(operations: Sequence[Operation], target: Target) -> Matching:
    """What these operations need, which differ in how often a key may stand: the strictest of them counts."""
    operation, first, second = operations[0], *(_most(operations, side) for side in (0, 1))
    attributes = operation.attributes
    left, right = (target.roles[role] for role in attributes["owners"])
    protocol = PROTOCOLS[target.protocol]
    if not issubclass(protocol, Joins):
        raise CompileError([refusal(operation.span, target.protocol, Joins)])
    is_own = left == right
    return Matching(
        name=attributes["join"],
        method=OWN if is_own else protocol.matching,
        keys=(attributes["left"], attributes["right"]),
        kinds=attributes["kinds"],
        rows=attributes["counts"],
        owners=(left, right),
        matchers=(left, left) if is_own else protocol.matchers_for((left, right)),
        together=attributes["together"],
        most=(first, second),
        repeats=attributes["repeats"],
    )


def _most(operations: Sequence[Operation], side: int) -> int:
    """Of how many rows of a side a key may be; 0 for any number."""
    return min((each.attributes["most"][side] for each in operations if each.attributes["most"][side]), default=0)
