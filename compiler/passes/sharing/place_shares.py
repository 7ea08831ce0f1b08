"""Where clear values become shares. In: a program with least labels. Out: `Sharing`; `compute_in_clear` writes it down.

Owned values that meet secret ones must be shared, but perhaps earlier than where they meet: an array once before the
loop rather than a batch of it in each turn, a column rather than its broadcast, one matrix rather than the matrix and
its transpose. Operations that cost nothing on shares (moving elements, linear maps) may happen before or after sharing.

Each place has a cost: the number of elements shared there times the turns of the loops around it, and in a loop also
the round that a turn then waits. The area-flow heuristic of technology mapping chooses the cheapest places, from the
sources on. Having a value as shares costs the smaller of two: sharing it here, or having its operands as shares. The
cost is divided among the values that use it.
"""

from dataclasses import dataclass

from ...ir.control import expected_turns
from ...ir.operations.row import Trait
from ...ir.operations.table import row_of
from ...ir.program import Operation, Program, Region, Value
from ...ir.types import Kind
from ...ir.verify import clear_among_secret

ROUND = 4096
"""How many elements of the ring cost as much as a round: about half a millisecond of a gigabit network."""


@dataclass(frozen=True, slots=True)
class Sharing:
    """`shared` values get a `share` behind their definition. `moved` values are computed again from shares."""

    shared: frozenset[Value]
    moved: frozenset[Value]


def place_shares(program: Program) -> Sharing:
    """The places that the heuristic finds cheapest."""
    return _Places(program).choose()


class _Places:
    def __init__(self, program: Program) -> None:
        self._definitions: dict[Value, Operation] = {}
        self._cost: dict[Value, float] = {}
        self._order: list[Value] = []
        self._demanded: set[Value] = set()
        self._visit(program.body, 1)

    def _visit(self, region: Region, turns: int) -> None:
        for argument in region.arguments:
            self._define(argument, turns)
        for operation in region.operations:
            self._demanded.update(clear_among_secret(operation))
            inside = turns * max(1, expected_turns(operation))
            for inner in operation.regions:
                self._visit(inner, inside)
            for result in operation.results:
                self._definitions[result] = operation
                self._define(result, turns)

    def _define(self, value: Value, turns: int) -> None:
        """Notes a value, in order of definition, and the cost of sharing it there: nothing if it is public."""
        self._order.append(value)
        waiting = ROUND if turns > 1 else 0
        self._cost[value] = turns * (value.type.size + waiting) if value.label.owner is not None else 0

    def choose(self) -> Sharing:
        """Passes over all values: backwards for demands, forwards for costs, backwards again for choices."""
        users = self._users()
        flow: dict[Value, float] = {}
        is_moved: dict[Value, bool] = {}
        for value in self._order:
            if value in users:
                here, before = self._cost[value], self._cost_before(value, flow)
                is_moved[value] = before is not None and before <= here
                cheapest = here if before is None else min(here, before)
                flow[value] = 0 if value in self._demanded else cheapest / max(1, users[value])
        chosen = set(self._demanded)
        for value in reversed(self._order):
            if value in chosen and is_moved[value]:
                chosen.update(self._sources(value))
        moved = frozenset(value for value in chosen if is_moved[value])
        return Sharing(frozenset(chosen) - moved, moved)

    def _users(self) -> dict[Value, int]:
        """For each value that may be wanted as shares, the number of values that may then be computed from it."""
        users = dict.fromkeys(self._demanded, 0)
        for value in reversed(self._order):
            if value in users:
                for source in self._sources(value):
                    users[source] = users.get(source, 0) + 1
        return users

    def _cost_before(self, value: Value, flow: dict[Value, float]) -> float | None:
        sources = self._sources(value)
        return sum(flow[source] for source in sources) if sources else None

    def _sources(self, value: Value) -> list[Value]:
        """The clear values whose shares give this value's shares at no cost; none if it must be shared itself."""
        operation = self._definitions.get(value)
        if operation is None or value.label.owner is None or not is_free(operation):
            return []
        return shares_needed(operation)


def is_free(operation: Operation) -> bool:
    """Whether the operation costs nothing on shares."""
    if operation.name == "cast":
        return operation.operands[0].type.element.kind is not Kind.BOOL
    return row_of(operation).has(Trait.LINEAR)


def shares_needed(operation: Operation) -> list[Value]:
    """The operands that a free operation on clear values needs as shares, so that its result is a share."""
    row = row_of(operation)
    data = operation.operands[: row.indices_from]
    wanted = data if row.has(Trait.STRUCTURAL) else [value for value in data if value.label.owner is not None]
    return list(dict.fromkeys(wanted))
