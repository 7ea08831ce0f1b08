"""Refuses what a protocol cannot do, before anything is priced. In: shared IR, a target. Out: the same program.

    top = sort(x)          needs secret rows:    error: NAME cannot sort or shuffle rows    (help: use --protocol rep3)

Only the first place that needs what the protocol lacks is reported: the same lack would be reported again and again.

Assumes what `compute_in_clear` ensures. Ensures that the target's protocol has a rule for each operation on secrets,
except for conversions, which `choose_shares` brings in.
"""

from ...diagnostics import CompileError
from ...ir.labels import Knowledge
from ...ir.operations.row import Held, Trait
from ...ir.operations.table import row_of
from ...ir.program import Operation, Program
from ...ir.rewrite import walk
from ...ir.types import Kind
from ...protocols.operations.table import RULES, applicable, possible
from ...protocols.rules.linear import Linear
from ...protocols.rules.opening import Opening
from ...protocols.rules.order import Order
from ...protocols.rules.protocol import Protocol
from ...protocols.table import PROTOCOLS, refusal
from ...target import Target


def require_capabilities(program: Program, target: Target) -> Program:
    """The program as it is. Raises CompileError at the first operation that needs what the protocol lacks."""
    protocol = PROTOCOLS[target.protocol]
    for operation in walk(program.body):
        capability = missing(operation, protocol)
        if capability is not None:
            raise CompileError([refusal(operation.span, target.protocol, capability)])
    return program


def missing(operation: Operation, protocol: type[Linear]) -> type[Protocol] | None:
    """The capability that the protocol lacks for an operation; None if it lacks nothing."""
    secret = [value for value in operation.results if value.label.knowledge is Knowledge.SECRET]
    if any(value.type.element.kind is Kind.ROWS for value in secret) and not issubclass(protocol, Order):
        return Order
    if row_of(operation).held is Held.AS_THEY_ARE and row_of(operation).has(Trait.EFFECT):
        opens = operation.operands[0].label.knowledge is Knowledge.SECRET
        return Opening if opens and not issubclass(protocol, Opening) else None
    if not secret or operation.name not in RULES or any(applicable(operation, protocol)):
        return None
    return next(possible(operation)).needs
