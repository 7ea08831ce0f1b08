"""In which round of a block a value is known, before kinds of shares are chosen. In: a block, prices. Out: rounds.

An operation begins when its last operand is known, and takes the rounds of its quickest rule. Control takes the rounds
of a turn as often as it is expected to turn. Inputs, and values from outside of the block, are known before its first
round. Only what a value depends on is priced, when somebody asks for the value.
"""

from collections.abc import Callable, Iterator, Sequence

from ..ir.control import expected_turns
from ..ir.evaluate import free_values
from ..ir.operations.row import Form
from ..ir.operations.table import row_of
from ..ir.program import Operation, Value
from .prices import Prices

Definition = Callable[[Value], Operation | None]
"""The operation that gives a value, in whatever block; None for a region's argument."""


class Block:
    """One block of operations, to which more may be appended between two questions."""

    def __init__(self, prices: Prices, operations: Sequence[Operation], definition: Definition) -> None:
        self._prices = prices
        self._operations = operations
        self._definition = definition
        self._seen = 0
        self._made: dict[Value, Operation] = {}
        self._ready: dict[Value, int] = {}

    def when(self, *values: Value) -> int:
        """The rounds of the block after which all of these values are known."""
        self._look()
        pending = list(values)
        while pending:
            operation = self._made.get(pending[-1])
            if operation is None or pending[-1] in self._ready:
                pending.pop()
                continue
            needed = list(filter(self._made.__contains__, _needed(operation)))
            unknown = [value for value in needed if value not in self._ready]
            pending += unknown
            if not unknown:
                ready = self._latest(needed) + self._rounds(operation)
                self._ready.update(dict.fromkeys(operation.results, ready))
        return self._latest(values)

    def rounds(self) -> int:
        """The rounds after which all values of the block are known."""
        self._look()
        return self.when(*self._made)

    def _look(self) -> None:
        """Takes up what has been appended."""
        for operation in self._operations[self._seen :]:
            self._made.update(dict.fromkeys(operation.results, operation))
        self._seen = len(self._operations)

    def _latest(self, values: Sequence[Value]) -> int:
        return max((self._ready.get(value, 0) for value in values), default=0)

    def _rounds(self, operation: Operation) -> int:
        if operation.regions:
            blocks = (Block(self._prices, region.operations, self._definition) for region in operation.regions)
            return expected_turns(operation) * max(block.rounds() for block in blocks)
        known = []
        for operand in operation.operands:
            source = self._definition(operand)
            is_written = source is not None and row_of(source).form is Form.WRITTEN
            known.append(source.attributes["value"] if source is not None and is_written else None)
        return self._prices.quickest(operation, known).rounds


def _needed(operation: Operation) -> Iterator[Value]:
    """What the operation waits for: its operands, and what its regions take from outside."""
    return free_values(operation) if operation.regions else iter(operation.operands)
