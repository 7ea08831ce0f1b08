"""What a rule, a conversion, a sharing or an opening costs, by expanding it. In: operations and kinds. Out: seconds.

Nothing is looked up. The rule is expanded on dummies of the operands' types, and its messages are batched into rounds.
The small graph is then counted as a report counts a program's: half a round trip for each round, the transmission over
the busiest link of each round, and the work of the busiest party. Uses of equal types share one expansion.
"""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from ...runtime.graph.nodes import ROLE_EVERYONE, Graph, Parties, Place, Storage, ValueType
from ...runtime.graph.times import Times, load_times
from ..ir.labels import SECRET
from ..ir.operations.row import Form, Reads
from ..ir.operations.table import row_of
from ..ir.program import Operation, Value
from ..ir.types import Kind
from ..ir.verify import clear_among_secret
from ..passes.rounds.batch_rounds import batch_rounds
from ..protocols.operations.rows import digits_for
from ..protocols.operations.sharing import converted, opened, shared
from ..protocols.operations.table import applicable
from ..protocols.rules.conversions import Conversions
from ..protocols.rules.expansion import Expansion, bits
from ..protocols.rules.linear import Linear
from ..protocols.rules.order import Order
from ..protocols.rules.protocol import offered
from ..protocols.rules.shares import Arithmetic, Boolean, Clear, Share
from ..protocols.rules.use import ARITHMETIC, BOOLEAN, ROWS, Rule, Use, widths
from ..target import Target
from .cost import Cost, cost_by

Known = np.ndarray[Any, Any] | None
"""The array of an operand that is a constant, else None."""


class Prices:
    """Costs under one target's protocol and network. Each method gives the cost of one turn."""

    def __init__(self, protocol: type[Linear], target: Target, times: Times | None = None) -> None:
        self._protocol = protocol
        self._target = target
        self._times = load_times() if times is None else times
        self._found: dict[Hashable, Cost] = {}

    @property
    def protocol(self) -> type[Linear]:
        """The protocol whose rules are expanded."""
        return self._protocol

    @property
    def delay(self) -> float:
        """The seconds that a round waits, whatever it sends."""
        return self._target.network.round_trip / 2000 + self._times.round

    def rule(self, operation: Operation, rule: Rule[Any], known: Sequence[Known]) -> Cost:
        """The cost of an operation by one of its rules. `known` has the operands that are constants."""
        wanted = rule.wanted(len(operation.operands))
        values = [(value.type, _holder(value)) for value in (*operation.operands, *operation.results)]
        told = _content(known[-1]) if Reads.CONSTANT in row_of(operation).reads else None

        def expand(p: Linear) -> Share:
            operands = [self._dummy(p, value, kind) for value, kind in zip(operation.operands, wanted, strict=True)]
            return rule.expand(Use(p, operation, tuple(operands), tuple(known)))

        attributes = tuple(sorted(operation.attributes.items()))
        key = (operation.name, attributes, *values, widths(operation), told, wanted, rule.result)
        return self._cost(key, expand)

    def in_digits(self, operation: Operation, rule: Rule[Any], known: Sequence[Known]) -> Operation:
        """The operation with the `digit` at which it costs least, if it is an order; else the operation as it is."""
        if "digit" not in operation.attributes:
            return operation
        each = [
            replace(operation, attributes=operation.attributes | {"digit": digit})
            for digit in digits_for(operation.results[0].type.size)
        ]
        return min(each, key=lambda one: self.rule(one, rule, known).seconds)

    def quickest(self, operation: Operation, known: Sequence[Known]) -> Cost:
        """An operation, before kinds are chosen, by that of its rules which takes the fewest rounds.

        Its operands are taken to have the kinds that the rule wants. What somebody computes in the clear, and what the
        protocol has no rule for, is free.
        """
        row = row_of(operation)
        if row.form is Form.TOLD and not operation.operands[0].label.is_clear:
            return self.reveal(operation, _usual_kind(operation.operands[0]))
        if row.form is not Form.COMPUTED or all(result.label.is_clear for result in operation.results):
            return _FREE
        shared = replace(operation, operands=_as_shares(operation))
        rules = applicable(operation, self._protocol)
        costs = [self.rule(self.in_digits(shared, rule, known), rule, known) for rule in rules]
        return min(costs, key=lambda cost: (cost.rounds, cost.seconds), default=_FREE)

    def conversion(self, value: Value, kind: str) -> Cost:
        """The cost of converting a value of this kind to the other kind."""
        return self._cost(("convert", _about(value), kind), lambda p: _converted(p, self._dummy(p, value, kind), value))

    def share(self, operation: Operation, kind: str) -> Cost:
        """The cost of sharing a clear value in this kind."""
        (clear,), (value,) = operation.operands, operation.results

        def expand(p: Linear) -> Share:
            dummy = self._dummy(p, clear, "")
            assert isinstance(dummy, Clear)
            return shared(p, dummy, value, kind, is_public=clear.label.is_public)

        return self._cost(("share", _about(clear), clear.label, _about(value), kind), expand)

    def reveal(self, operation: Operation, kind: str) -> Cost:
        """The cost of opening a share of this kind to the roles that the operation reveals it to."""
        (value,), roles = operation.operands, operation.attributes["roles"]

        def expand(p: Linear) -> Share:
            everyone = (*p.g.nodes, *p.g.clients)
            to = everyone if roles is None else tuple(sorted({self._target.party_of(role) for role in roles}))
            return opened(p, self._dummy(p, value, kind), value.type.element, to)

        return self._cost(("reveal", _about(value), roles, kind), expand)

    def _dummy(self, p: Linear, value: Value, kind: str) -> Share:
        """A share of this kind that comes from nowhere. A value that is not secret is in the clear."""
        shape, g = value.type.shape, p.g
        if value.label.is_clear:
            storage = Storage.BOOLEAN if value.type.element.kind is Kind.BOOL else Storage.INTEGER
            return Clear(g.input("", ValueType(storage, shape), self._holders(g, value)))
        if kind == ROWS:
            return offered(p, Order).any_rows(*shape)
        type = bits(shape, value.bits) if kind == BOOLEAN else p.number(shape)
        parts = tuple(g.input("", type, g.nodes, shares=True) for _ in range(p.parts))
        return Boolean(parts) if kind == BOOLEAN else Arithmetic(parts)

    def _holders(self, g: Expansion, value: Value) -> Parties:
        return g.nodes if value.label.owner is None else (self._target.party_of(value.label.owner),)

    def _cost(self, key: Hashable, expand: Callable[[Linear], Share]) -> Cost:
        if key not in self._found:
            target = self._target
            g = Expansion.of(target)
            for part in (*expand(self._protocol(g)).parts, *g.ambients):
                g.output(part, "", ROLE_EVERYONE, part.at, kept=True)
            graph = Graph(
                protocol=target.protocol,
                program="",
                parties=target.parties,
                nodes=target.nodes,
                roles=dict(target.roles),
                types=tuple(g.types),
                body=g.body,
                preprocessing=target.preprocessing,
            )
            report = cost_by(batch_rounds(graph), _nowhere, target.network, self._times)
            self._found[key] = report.program.total
        return self._found[key]


_FREE = Cost(0, 0, (), 0.0, (), 0.0)


def _usual_kind(value: Value) -> str:
    return BOOLEAN if value.type.element.kind is Kind.BOOL else ARITHMETIC


def _as_shares(operation: Operation) -> tuple[Value, ...]:
    """The operands as an operation on secrets takes them."""
    shared = {value: replace(value, label=SECRET) for value in clear_among_secret(operation)}
    return tuple(shared.get(value, value) for value in operation.operands)


def _converted(p: Linear, share: Share, value: Value) -> Share:
    return converted(offered(p, Conversions), share, value)


def _nowhere(place: Place | None) -> None:
    return None


def _about(value: Value) -> Hashable:
    """All of a value that sharing, conversion and opening depend on."""
    return value.type, value.bits, _holder(value)


def _holder(value: Value) -> str | None:
    return "secret" if not value.label.is_clear else value.label.owner


def _content(array: Known) -> Hashable:
    """One number if all elements are equal, else all of them, as a part of a dictionary's key."""
    if array is None:
        return None
    is_one = array.size > 0 and bool(np.all(array == array.flat[0]))
    return array.flat[0].item() if is_one else array.tobytes()
