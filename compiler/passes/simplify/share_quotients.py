"""Lets `x // y` and `x % y` share their quotient.

Before:                             After:
    %2 = modulo(%0, %1)                 %4 = floor_divide(%0, %1)
    %3 = floor_divide(%0, %1)           %5 = remainder(%0, %4, %1)

What remains of a division is a product away from its quotient, which is most of the work.

Assumes that equal operands are merged. Ensures the same values.
"""

from collections import ChainMap
from collections.abc import Sequence

from ...ir.program import Operation, Program, Region, Value
from ...ir.rewrite import Rewriter, rewrite, walk

Operands = tuple[Value, ...]


def share_quotients(program: Program) -> Program:
    """The program with remainders of secret quotients that it also asks for."""
    both = _asked(program, "floor_divide") & _asked(program, "modulo")
    return rewrite(program, _Sharer(both).rule) if both else program


def _asked(program: Program, name: str) -> set[Operands]:
    """The operands of the operations of this name that are computed on shares."""
    found = [each for each in walk(program.body) if each.name == name]
    return {each.operands for each in found if not each.results[0].label.is_clear}


class _Sharer:
    """`_known` has the quotients that are at hand, by the operands in the program as it was."""

    def __init__(self, both: set[Operands]) -> None:
        self._both = both
        self._known: ChainMap[Operands, Value] = ChainMap()

    def rule(self, rewriter: Rewriter, operation: Operation) -> Sequence[Value] | None:
        """The rewrite: see `rewrite.Rule`."""
        if operation.regions:
            regions = tuple(self._region(rewriter, region) for region in operation.regions)
            return rewriter.derive(operation, rewriter.operands(operation), regions)
        is_quotient = operation.name == "floor_divide"
        if not (is_quotient or operation.name == "modulo") or operation.operands not in self._both:
            return None
        x, y = rewriter.operands(operation)
        quotient = self._known.get(operation.operands)
        if quotient is None:
            quotient = rewriter.builder.emit("floor_divide", x, y)
            self._known[operation.operands] = quotient
        return (quotient if is_quotient else rewriter.builder.emit("remainder", x, quotient, y),)

    def _region(self, rewriter: Rewriter, region: Region) -> Region:
        self._known = self._known.new_child()
        written = rewriter.region(region)
        self._known = self._known.parents
        return written
