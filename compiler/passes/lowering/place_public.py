"""Which parties hold what is public, and which loops clients go through. In: a program with share kinds, a target.

    n = 0                          n = 0                     at the nodes
    while go { n = n + 1 ... }     while go { ... }          at the nodes: no client has anything of its own to do there
    reveal n as turns              n                         is sent to the clients, and told to all

Clients share their inputs, wait, and get their outputs. A client needs a public value for three reasons: it computes
with the value on something of its own, it is told the value, or a check of the value might fail. What follows from
constants, public inputs and values that are revealed outside of loops, the client computes by itself. A value that
comes out of a loop is sent to it.

Clients go through a loop, all of them together, if one of them has something of its own to do there: it computes or
shares a value that it owns, or is told something that not all are told. What other loops reveal to all, clients are
told after the loop. Branches count as loops.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from ....runtime.graph.nodes import Parties
from ...ir.labels import REVEALED
from ...ir.operations.row import Form, Trait
from ...ir.operations.table import row_of
from ...ir.program import Operation, Program, Value
from ...ir.rewrite import walk
from ...target import Target


@dataclass(frozen=True, slots=True)
class Places:
    """`holders` has the parties that hold a public value once it is computed; `sent` those that it is then sent to.

    `followed` are the loops and branches that clients go through, with all operations inside.
    """

    holders: dict[Value, Parties]
    sent: dict[Value, Parties]
    followed: frozenset[Operation]


def place_public(program: Program, target: Target) -> Places:
    """The places of all public values of a program. Time grows with the number of operations."""
    return _Placing(program, target).places()


class _Placing:
    """`derived` are the public values that clients can compute themselves; `wanted` has the clients that need one."""

    def __init__(self, program: Program, target: Target) -> None:
        self.target = target
        self.nodes: Parties = tuple(range(target.nodes))
        self.clients: Parties = tuple(range(target.nodes, target.dealers.start))
        self.operations = program.body.operations
        self.followed = {each for each in self.operations if each.regions and self._has_work(each)}
        self.derived: set[Value] = set()
        self.wanted: dict[Value, set[int]] = {}

    def places(self) -> Places:
        """Works out the places of all public values."""
        for operation in self.operations:
            self._derive(operation)
        for operation in reversed(self.operations):
            self._want(operation)
        holders: dict[Value, Parties] = {}
        sent: dict[Value, Parties] = {}
        followed = set(self.followed)
        everyone = (*self.nodes, *self.clients)
        for operation in self.operations:
            for value in _public(operation.results):
                wanting = (*self.nodes, *sorted(self.wanted.get(value, ())))
                holders[value] = self._holders(operation, value, wanting)
                if not set(wanting) <= set(holders[value]):
                    sent[value] = wanting
            is_followed = operation in self.followed
            holders.update((value, everyone if is_followed else self.nodes) for value in _public(_bound(operation)))
            followed.update(_inside(operation) if is_followed else ())
        return Places(holders, sent, frozenset(followed))

    def _holders(self, operation: Operation, value: Value, wanting: Parties) -> Parties:
        """The parties that hold a result of an operation outside of loops."""
        if row_of(operation).has(Trait.EFFECT) or operation in self.followed:
            return (*self.nodes, *self.clients)
        return wanting if value in self.derived else self.nodes

    def _has_work(self, operation: Operation) -> bool:
        """Whether a client has something of its own to do in a loop or a branch."""
        owned = [value for each in _inside(operation) for value in each.operands]
        if any(self._owner(value) in self.clients for value in (*owned, *_bound(operation), *operation.results)):
            return True
        told = (each.attributes["roles"] or () for each in _inside(operation) if _tells(each))
        return any(self.target.party_of(role) in self.clients for roles in told for role in roles)

    def _owner(self, value: Value) -> int | None:
        return None if value.label.owner is None else self.target.party_of(value.label.owner)

    def _derive(self, operation: Operation) -> None:
        if operation.regions:
            is_derived = operation in self.followed
        else:
            is_derived = row_of(operation).has(Trait.EFFECT) or self.derived.issuperset(operation.operands)
        self.derived.update(_public(operation.results) if is_derived else ())

    def _want(self, operation: Operation) -> None:
        """Marks the values that clients need for an operation outside of loops."""
        if operation in self.followed:
            within = (operation, *_inside(operation))
            yielded = [value for each in within for region in each.regions for value in region.results]
            self._mark((*yielded, *(value for each in within for value in each.operands)), self.clients)
        elif _tells(operation):
            roles = operation.attributes["roles"]
            to = self.clients if roles is None else [self.target.party_of(role) for role in roles]
            self._mark(operation.operands, to)
        elif not operation.regions:
            self._mark(self.derived.intersection(_checked(operation)), self.clients)
            for result in operation.results:
                owner = self._owner(result)
                if owner is not None:
                    self._mark(operation.operands, (owner,))
                elif result in self.derived:
                    self._mark(operation.operands, self.wanted.get(result, ()))

    def _mark(self, values: Iterable[Value], clients: Iterable[int]) -> None:
        for value in _public(values):
            self.wanted.setdefault(value, set()).update(set(clients).intersection(self.clients))


def _tells(operation: Operation) -> bool:
    return row_of(operation).form is Form.TOLD


def _checked(operation: Operation) -> list[Value]:
    """The operands that the run checks before the program may go on."""
    row = row_of(operation)
    if row.has(Trait.STOP):
        return list(operation.operands)
    return [place for place, _, _ in row.places(operation) if place.label == REVEALED]


def _inside(operation: Operation) -> list[Operation]:
    return [each for region in operation.regions for each in walk(region)]


def _bound(operation: Operation) -> list[Value]:
    """The values that are bound inside an operation: region arguments, and results of operations."""
    inside = _inside(operation)
    arguments = [value for each in (operation, *inside) for region in each.regions for value in region.arguments]
    return [*arguments, *(value for each in inside for value in each.results)]


def _public(values: Iterable[Value]) -> list[Value]:
    return [value for value in values if value.label.is_public]
