"""What the parties match before a program is compiled for good. In: a program and a target. Out: `Matching`s, in order.

The numbers of matches with which the program was elaborated do not matter: made-up numbers will do. Alignments whose
results nobody uses are listed, too, because their numbers of matches are sizes.
"""

from ....runtime.graph.alignments import OWN, Matching
from ...diagnostics import CompileError
from ...ir.program import Operation, Program
from ...ir.rewrite import walk
from ...protocols.rules.joins import Joins
from ...protocols.table import PROTOCOLS, refusal
from ...target import Target


def list_matchings(program: Program, target: Target) -> tuple[Matching, ...]:
    """The alignments of a program, each once. Raises CompileError if the protocol cannot join tables."""
    found = {operation.attributes["join"]: operation for operation in walk(program.body) if operation.name == "align"}
    return tuple(_matching(operation, target) for operation in found.values())


def _matching(operation: Operation, target: Target) -> Matching:
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
    )
