"""Leaves to each role what the role can compute alone, and shares its values where they meet others'.

Before (x is alice's, y is secret):             After:
    %2 : owned(alice) = multiply(%x, %x)            %2 : owned(alice) = multiply(%x, %x)
    %3 : secret = add(%2, %y)                       %4 : secret = share(%2)
    %5 : secret = multiply(%2, %y)                  %3 : secret = add(%4, %y)
                                                    %5 : secret = multiply(%4, %y)

Labels say who can compute what. This pass makes labels the least and inserts one `share` for each value, at the places
that `place_shares` finds. Public operands of arithmetic stay public. Public operands of operations that move elements,
initial values and results of regions become shares if the other side is secret. What `save` keeps is shared.

Assumes nothing. Ensures that `verify_shared` holds.
"""

from collections.abc import Sequence

from ...ir.control import operand_bounds, result_bounds
from ...ir.labels import Knowledge
from ...ir.operations.table import row_of
from ...ir.program import Operation, Program, Region, Value
from ...ir.rewrite import Rewriter, rewrite
from ...ir.verify import clear_among_secret
from .place_shares import Sharing, place_shares, shares_needed
from .tighten_labels import tighten_labels


def compute_in_clear(program: Program) -> Program:
    """The program with `share` where clear values become secret ones."""
    tightened = tighten_labels(program)
    return rewrite(tightened, _Sharer(place_shares(tightened)).rule)


class _Sharer:
    """`_shares` has, for each old clear value that is wanted as shares, the new secret value."""

    def __init__(self, sharing: Sharing) -> None:
        self._sharing = sharing
        self._shares: dict[Value, Value] = {}

    def rule(self, rewriter: Rewriter, operation: Operation) -> Sequence[Value]:
        """The rewrite: see `rewrite.Rule`."""
        results = self._control(rewriter, operation) if operation.regions else self._plain(rewriter, operation)
        for old, new in zip(operation.results, results, strict=True):
            if old in self._sharing.shared:
                self._shares[old] = rewriter.builder.emit("share", new)
            elif old in self._sharing.moved:
                self._shares[old] = self._from_shares(rewriter, operation)
        return results

    def _plain(self, rewriter: Rewriter, operation: Operation) -> tuple[Value, ...]:
        wanted = set(clear_among_secret(operation))
        return rewriter.derive(operation, self._operands(rewriter, operation, wanted))

    def _from_shares(self, rewriter: Rewriter, operation: Operation) -> Value:
        """The result of a free operation, computed once more from shares of its operands."""
        operands = self._operands(rewriter, operation, set(shares_needed(operation)))
        return rewriter.builder.emit(operation.name, *operands, **operation.attributes)

    def _operands(self, rewriter: Rewriter, operation: Operation, wanted: set[Value]) -> tuple[Value, ...]:
        """The operands' new values, with shares in place of the wanted ones. An index stays what it is."""
        end = row_of(operation).indices_from
        data, indices = operation.operands[:end], operation.operands[len(operation.operands[:end]) :]
        shared = tuple(self._shares[value] if value in wanted else rewriter.value(value) for value in data)
        return shared + tuple(map(rewriter.value, indices))

    def _control(self, rewriter: Rewriter, operation: Operation) -> tuple[Value, ...]:
        operands = self._flowing(rewriter, operand_bounds(operation), operation.operands)
        bounds = result_bounds(operation)
        regions = tuple(self._region(rewriter, region, bounds) for region in operation.regions)
        return rewriter.derive(operation, operands, regions)

    def _region(self, rewriter: Rewriter, region: Region, bounds: Sequence[Value | None]) -> Region:
        with rewriter.builder.open(region.arguments) as opened:
            for argument in region.arguments:
                if argument in self._sharing.shared:
                    self._shares[argument] = rewriter.builder.emit("share", argument)
            rewriter.splice(region)
            opened.results = self._flowing(rewriter, bounds, region.results)
        return opened.close()

    def _flowing(
        self, rewriter: Rewriter, bounds: Sequence[Value | None], values: Sequence[Value]
    ) -> tuple[Value, ...]:
        """What the values have become. A value that becomes a secret argument or result is replaced by its share."""
        return tuple(
            self._shares[value] if _is_secret(bound) and value.label.is_clear else rewriter.value(value)
            for bound, value in zip(bounds, values, strict=True)
        )


def _is_secret(value: Value | None) -> bool:
    return value is not None and value.label.knowledge is Knowledge.SECRET
