"""Compares with both candidates of a choice before the choice is made: the two comparisons share their rounds.

Before:                                 After:
    %3 = less(%a, %b)                       %3 = less(%a, %b)
    %4 = select(%3, %a, %b)                 %4 = less(%c, %a)
    %5 = less(%c, %4)                       %5 = less(%c, %b)
                                            %6 = select(%3, %4, %5)

The least of three takes the rounds of one comparison and two choices, not of two comparisons and two choices. A term
that is added to the choice before the comparison is added to both candidates. The pass compares twice where the second
comparison takes less time than the rounds that it saves, and for choices of choices up to the depth `DEPTH`. The
comparison that is not chosen may overflow: nobody sees it.

Assumes that labels are the least. Ensures the same values.
"""

from collections.abc import Sequence
from math import inf

from ....runtime.graph.times import load_times
from ...cost.prices import Prices
from ...cost.readiness import Block
from ...ir.build import OpenRegion
from ...ir.labels import Knowledge
from ...ir.operations.row import Trait
from ...ir.operations.table import row_of
from ...ir.program import Operation, Program, Value
from ...ir.rewrite import Rewriter, rewrite
from ...protocols.table import PROTOCOLS
from ...target import Target

DEPTH = 2


def compare_early(program: Program, target: Target) -> Program:
    """The program with comparisons before choices where that saves more time than it takes."""
    prices = Prices(PROTOCOLS[target.protocol], target, load_times().under_way)
    return rewrite(program, _Early(prices).rule)


class _Early:
    """`_blocks` tells, for each region that is being written, when its values are known."""

    def __init__(self, prices: Prices) -> None:
        self._prices = prices
        self._blocks: dict[OpenRegion, Block] = {}

    def rule(self, rewriter: Rewriter, operation: Operation) -> Sequence[Value] | None:
        """The rewrite: see `rewrite.Rule`."""
        if operation.name != "less" or operation.results[0].label.is_clear or not operation.results[0].type.size:
            return None
        x, y = rewriter.operands(operation)
        if _choice(rewriter, x) is None and _choice(rewriter, y) is None:
            return None
        return (self._less(rewriter, x, y, self._least(operation), DEPTH),)

    def _least(self, operation: Operation) -> float:
        """How many rounds it must save to compare twice: the fewest that take longer than a second comparison does when
        its messages travel with those of the first. Infinity where the comparison has no more rounds than these."""
        cost = self._prices.quickest(operation, (None, None))
        again = cost.seconds - cost.rounds * self._prices.delay
        least = 1 + int(again / self._prices.delay)
        return least if least <= cost.rounds else inf

    def _less(self, rewriter: Rewriter, x: Value, y: Value, least: float, depth: int) -> Value:
        """Whether x is less than y: by two comparisons where at least so many rounds are saved."""
        builder, when = rewriter.builder, self._block(rewriter).when
        for choice, other, is_left in ((_choice(rewriter, y), x, False), (_choice(rewriter, x), y, True)):
            if choice is None or not depth:
                continue
            condition, first, second, added = choice
            if when(condition) - when(other, first, second) < least:
                continue
            results = []
            for part in (first, second):
                for name, term in reversed(added):
                    part = builder.emit(name, part, term)
                results.append(self._less(rewriter, *((part, other) if is_left else (other, part)), least, depth - 1))
            return builder.emit("select", condition, *results)
        return builder.emit("less", x, y)

    def _block(self, rewriter: Rewriter) -> Block:
        region = rewriter.builder.innermost
        if region not in self._blocks:
            self._blocks[region] = Block(self._prices, region.operations, rewriter.builder.definition)
        return self._blocks[region]


_Choice = tuple[Value, Value, Value, list[tuple[str, Value]]]


def _choice(rewriter: Rewriter, value: Value) -> _Choice | None:
    """(condition, x, y, terms) if the value is select(condition, x, y) plus the terms, last first; else None.

    A term is the name of the operation that adds or subtracts it, and its value.
    """
    added: list[tuple[str, Value]] = []
    while value.label.knowledge is Knowledge.SECRET:
        operation = rewriter.builder.definition(value)
        if operation is not None and operation.name == "select":
            condition, first, second = operation.operands
            return condition, first, second, added
        if operation is None or not _is_sum(operation):
            return None
        value, term = operation.operands
        if row_of(operation).has(Trait.COMMUTATIVE) and not term.label.is_public:
            value, term = term, value
        if not term.label.is_public:
            return None
        added.append((operation.name, term))
    return None


def _is_sum(operation: Operation) -> bool:
    """Whether the operation adds or subtracts its second operand."""
    row = row_of(operation)
    return row.has(Trait.ELEMENTWISE | Trait.LINEAR) and row.arity == 2
