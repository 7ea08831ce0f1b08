"""What a loop does with the values that it carries, if its turns need no order. In: a loop. Out: roles.

    same       the value passes unchanged
    last       a turn gives a new value that does not depend on the old one
    total      a sum, difference, conjunction, disjunction, least or greatest of a term of each turn
    written    an array in which each turn writes its own part

Any other use of a carried value makes turns wait for each other; then there are no roles.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from ...ir.operations.row import Trait
from ...ir.operations.table import row_of
from ...ir.program import Operation, Region, Value
from ...ir.rewrite import walk
from ...ir.types import BOOL
from .accesses import Access, access, meet


@dataclass(frozen=True, slots=True)
class Role:
    """What a loop does with one carried value.

    `kind` is one of those above. For a total, `reduction` is its operation and `term` is what each turn adds. For an
    array, `writes` are its updates in order. `combining` operations belong to the role, not to the rest of a turn.
    """

    kind: str
    argument: Value
    reduction: str = ""
    term: Value | None = None
    writes: tuple[Operation, ...] = ()
    combining: frozenset[Operation] = field(default_factory=frozenset)


class Body:
    """A loop's body, with the users and the definition of each value."""

    def __init__(
        self, region: Region, counts: Mapping[Value, int], definition: Callable[[Value], Operation | None]
    ) -> None:
        self.region = region
        self.turn, *self.carried = region.arguments
        self.definition = definition
        self.operations = walk(region)
        self.inside = {result for operation in self.operations for result in operation.results}
        self.users: dict[Value, list[Operation]] = {}
        self.yields: dict[Value, int] = {}
        for operation in self.operations:
            for operand in dict.fromkeys(operation.operands):
                self.users.setdefault(operand, []).append(operation)
        for yielded in [region.results, *(inner.results for each in self.operations for inner in each.regions)]:
            for value in yielded:
                self.yields[value] = self.yields.get(value, 0) + 1
        loops = [each for each in self.operations if each.name == "loop"]
        self.inner_counts = {each.regions[0].arguments[0]: int(each.attributes["count"]) for each in loops}
        self.counts = {**counts, **self.inner_counts}

    @property
    def widest(self) -> int:
        """The number of elements of the largest value that the body computes; at least 1."""
        return max((value.type.size for value in self.inside), default=1) or 1

    def used_by(self, value: Value) -> list[Operation]:
        """The operations of the body that take the value."""
        return self.users.get(value, [])

    def is_only_yielded(self, value: Value) -> bool:
        """Whether a value is one result of the body and is used for nothing else."""
        return not self.used_by(value) and self.yields.get(value) == 1

    def access(self, operation: Operation) -> Access | None:
        """See `accesses.access`."""
        return access(operation, self.counts, self.definition)

    def defined(self, value: Value) -> Operation | None:
        """The operation inside the body that computes the value; None if there is none."""
        return self.definition(value) if value in self.inside else None

    def meet(self, one: Access, other: Access, *, later_only: bool) -> bool:
        """See `accesses.meet`, for all turns of the loop."""
        return meet(one, other, self.turn, self.inner_counts, self.counts[self.turn], later_only=later_only)


def roles(body: Body) -> list[Role] | None:
    """The role of each carried value; None if some value has no role, so that turns need each other in order."""
    found: list[Role] = []
    for argument, result in zip(body.carried, body.region.results, strict=True):
        role = carried_role(body, argument, result) or _written(body, argument, result)
        if role is None:
            return None
        found.append(role)
    return found


def carried_role(body: Body, argument: Value, result: Value) -> Role | None:
    """The role "same", "last" or "total" of a carried value; None if it has another role, or none."""
    return next((role for attempt in _ATTEMPTS if (role := attempt(body, argument, result))), None)


def _same(body: Body, argument: Value, result: Value) -> Role | None:
    return Role("same", argument) if result is argument else None


def _last(body: Body, argument: Value, result: Value) -> Role | None:
    if body.used_by(argument) or argument in body.yields or result in body.carried:
        return None
    return Role("last", argument)


def _sum(body: Body, argument: Value, result: Value) -> Role | None:
    operation = body.defined(result)
    if operation is None or not _is_private(body, argument, result, [operation]):
        return None
    row = row_of(operation)
    if row.total is None or argument not in operation.operands[: 2 if row.has(Trait.COMMUTATIVE) else 1]:
        return None
    term = operation.operands[1] if operation.operands[0] is argument else operation.operands[0]
    if term is argument or (row.total.of_truths and result.type.element != BOOL):
        return None
    return Role("total", argument, operation.name, term, combining=frozenset((operation,)))


def _extremum(body: Body, argument: Value, result: Value) -> Role | None:
    """select(less(x, y), x, y) is the least of the two, select(less(x, y), y, x) the greatest."""
    choice = body.defined(result)
    if choice is None or choice.name != "select":
        return None
    comparison = body.defined(choice.operands[0])
    if comparison is None or comparison.name != "less" or body.used_by(choice.operands[0]) != [choice]:
        return None
    if not _is_private(body, argument, result, [comparison, choice]) or choice.operands[0] in body.yields:
        return None
    pair, chosen = comparison.operands, choice.operands[1:]
    if argument not in pair or chosen not in (pair, pair[::-1]) or pair[0] is pair[1]:
        return None
    term = pair[1] if pair[0] is argument else pair[0]
    name = "min" if chosen == pair else "max"
    return Role("total", argument, name, term, combining=frozenset((comparison, choice)))


def _is_private(body: Body, argument: Value, result: Value, operations: Iterable[Operation]) -> bool:
    """Whether only these operations of the body's own block use the carried value, and nothing uses the next one."""
    own = set(body.region.operations)
    return (
        all(user in set(operations) for user in body.used_by(argument))
        and argument not in body.yields
        and body.is_only_yielded(result)
        and own.issuperset(operations)
        and argument.type.shape == result.type.shape
    )


def _written(body: Body, argument: Value, result: Value) -> Role | None:
    writes: list[Operation] = []
    current = result
    while current is not argument:
        operation = body.defined(current)
        if operation is None or operation.name != "update_at" or operation not in body.region.operations:
            return None
        expected = [writes[0]] if writes else []
        if body.used_by(current) != expected or body.yields.get(current, 0) != (not writes):
            return None
        writes.insert(0, operation)
        current = operation.operands[0]
    if not writes or argument in body.yields or not _is_disjoint(body, argument, writes):
        return None
    return Role("written", argument, writes=tuple(writes), combining=frozenset(writes))


def _is_disjoint(body: Body, argument: Value, writes: list[Operation]) -> bool:
    """Whether no turn touches what another turn writes, except that it may read what a later turn writes.

    Then all turns read what was there before the loop.
    """
    written = [body.access(write) for write in writes]
    reads = [user for user in body.used_by(argument) if user is not writes[0]]
    if argument in writes[0].operands[1:] or any(user.name != "slice_at" for user in reads):
        return False
    touched = [body.access(read) for read in reads]
    for write in written:
        for other in written:
            if write is None or other is None or body.meet(write, other, later_only=False):
                return False
        for read in touched:
            if read is None or write is None or body.meet(read, write, later_only=True):
                return False
    return True


_ATTEMPTS: tuple[Callable[[Body, Value, Value], Role | None], ...] = (_same, _last, _sum, _extremum)
