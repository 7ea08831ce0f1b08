"""Compares with both candidates of a choice before the choice is made: the two comparisons share their rounds.

Before:                                 After:
    %3 = less(%a, %b)                       %3 = less(%a, %b)
    %4 = select(%3, %a, %b)                 %4 = less(%c, %a)
    %5 = less(%c, %4)                       %5 = less(%c, %b)
                                            %6 = select(%3, %4, %5)

The least of three takes the rounds of one comparison and two choices, not of two comparisons and two choices. A term
that is added to the choice before the comparison is added to both candidates. One more comparison costs less than the
rounds that it saves for arrays of up to `LIMIT` elements, and for choices of choices up to the depth `DEPTH`. The
comparison that is not chosen may overflow: nobody sees it.

Assumes that labels are the least. Ensures the same values.
"""

from collections.abc import Sequence

from ...ir.labels import Knowledge
from ...ir.operations.row import Trait
from ...ir.operations.table import OPERATIONS, row_of
from ...ir.program import Operation, Program, Value
from ...ir.rewrite import Rewriter, rewrite

LIMIT = 1 << 14
"""How many elements may be compared twice in the time of the rounds that are saved: six rounds of half a millisecond
each, at 26 bytes for a comparison and a gigabit a second."""

DEPTH = 2

_ROUNDS = {"less": 6, "equal": 6, "divide": 20, "floor_divide": 20, "modulo": 20, "min": 20, "max": 20}
"""Rough numbers of rounds, to tell which value is known first. Other operations that are not free count as one."""


def compare_early(program: Program) -> Program:
    """The program with comparisons before choices where that saves rounds."""
    return rewrite(program, _Early().rule)


class _Early:
    """`_ready` tells, for each value of the block that is being written, after about how many rounds it is known."""

    def __init__(self) -> None:
        self._ready: dict[Value, int] = {}

    def rule(self, rewriter: Rewriter, operation: Operation) -> Sequence[Value] | None:
        """The rewrite: see `rewrite.Rule`."""
        operands = rewriter.operands(operation)
        if operation.regions:
            return self._control(rewriter, operation, operands)
        if operation.name == "less" and 0 < operation.results[0].type.size <= LIMIT:
            return (self._less(rewriter, operands[0], operands[1], DEPTH),)
        results = rewriter.copy(operation)
        self._note(operation.name, operands, results)
        return results

    def _control(self, rewriter: Rewriter, operation: Operation, operands: tuple[Value, ...]) -> tuple[Value, ...]:
        outer, regions = self._ready, []
        for region in operation.regions:
            self._ready = {}
            regions.append(rewriter.region(region))
        self._ready = outer
        results = rewriter.derive(operation, operands, tuple(regions))
        self._note(operation.name, operands, results)
        return results

    def _less(self, rewriter: Rewriter, x: Value, y: Value, depth: int) -> Value:
        for choice, other, is_left in ((self._choice(rewriter, y), x, False), (self._choice(rewriter, x), y, True)):
            if choice is None or not depth:
                continue
            condition, first, second, added = choice
            if self._when(condition) <= max(map(self._when, (other, first, second))):
                continue
            results = []
            for part in (first, second):
                for name, term in reversed(added):
                    part = self._emit(rewriter, name, part, term)
                results.append(self._less(rewriter, *((part, other) if is_left else (other, part)), depth - 1))
            return self._emit(rewriter, "select", condition, *results)
        return self._emit(rewriter, "less", x, y)

    def _choice(self, rewriter: Rewriter, value: Value) -> tuple[Value, Value, Value, list[tuple[str, Value]]] | None:
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

    def _emit(self, rewriter: Rewriter, name: str, *operands: Value) -> Value:
        result = rewriter.builder.emit(name, *operands)
        self._note(name, operands, (result,))
        return result

    def _note(self, name: str, operands: Sequence[Value], results: Sequence[Value]) -> None:
        row = OPERATIONS[name]
        is_free = row.has(Trait.LINEAR) or row.has(Trait.EFFECT) or name == "cast"
        rounds = 0 if is_free else _ROUNDS.get(name, 20 if row.has(Trait.CONTROL) else 1)
        when = max(map(self._when, operands), default=0) + rounds
        for result in results:
            self._ready[result] = when if result.label.knowledge is Knowledge.SECRET else 0

    def _when(self, value: Value) -> int:
        return self._ready.get(value, 0)


def _is_sum(operation: Operation) -> bool:
    """Whether the operation adds or subtracts its second operand."""
    row = row_of(operation)
    return row.has(Trait.ELEMENTWISE | Trait.LINEAR) and row.arity == 2
