"""What every way to share the secret values of a program costs. In: shared IR, prices. Out: `Weighed`.

An operation with two rules is a place where a kind is decided. So is a value that a loop or a branch carries: its
initial value, its argument and its result have one kind, so that conversions stand outside of loops where that is
cheaper. A value's conversion is paid where the value is made; in a loop, as often as the loop turns.

The model adds up the rounds of all operations as if each waited for those before it. In reality independent operations
share rounds, so the model overestimates them. The choice is optimal for the model, not always for the run.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from ...cost.cost import Cost
from ...cost.prices import Known, Prices
from ...ir.control import carried, expected_turns, flows, is_loop
from ...ir.labels import Knowledge
from ...ir.operations.row import Form, Held, Trait
from ...ir.operations.table import row_of
from ...ir.program import Operation, Program, Region, Value
from ...ir.types import Kind
from ...protocols.operations.table import applicable
from ...protocols.rules.conversions import Conversions
from ...protocols.rules.use import ARITHMETIC, BOOLEAN, ROWS, Rule
from .cut_kinds import ARITHMETIC_SIDE, BOOLEAN_SIDE, Choice, Conversion

SIDES = {ARITHMETIC: ARITHMETIC_SIDE, BOOLEAN: BOOLEAN_SIDE}
KINDS = {side: kind for kind, side in SIDES.items()}

IMPOSSIBLE = 10**30
"""Picoseconds of a conversion that the protocol lacks, more than any program takes. A choice without conversions is
cheaper; if there is none, `choose_shares` refuses the program."""


@dataclass(slots=True)
class Weighed:
    """The places to decide, and their costs in `choice`.

    `values` has the place that decides the kind of each secret value. `operands` has the places of an operation's
    operands, None for an operand of any kind. `decisions` has the operations with two rules, by place. `carried` are
    the places of values that control carries. `digits` has the best `digit` of each order. Rows have only one kind, and
    so no place. `settled` has the costs of operations with one rule, if costs that leave no choice are wanted.
    """

    choice: Choice = field(default_factory=Choice)
    values: dict[Value, int] = field(default_factory=dict)
    operands: dict[Operation, list[int | None]] = field(default_factory=dict)
    decisions: dict[int, Operation] = field(default_factory=dict)
    carried: list[int] = field(default_factory=list)
    digits: dict[Operation, int] = field(default_factory=dict)
    settled: dict[Operation, int] = field(default_factory=dict)


def weigh_kinds(program: Program, prices: Prices, *, whole: bool = False) -> Weighed:
    """All choices and their costs. If `whole`, also the costs of operations that leave no choice."""
    weigher = _Weigher(prices, whole)
    weigher.region(program.body, 1)
    weigher.finish()
    return weigher.weighed


def picoseconds(cost: Cost) -> int:
    """A cost as the model adds it up: online time in whole picoseconds."""
    return round(cost.seconds * 1e12)


class _Weigher:
    """A walk over a program.

    `turns` says how often each secret value is made, and `uses` which places use the value. `shares` says what it costs
    to share a value in arithmetic, or in boolean, besides the other kind.
    """

    def __init__(self, prices: Prices, whole: bool) -> None:
        self.prices = prices
        self.whole = whole
        self.weighed = Weighed()
        self.choice = self.weighed.choice
        self.turns: dict[Value, int] = {}
        self.uses: dict[Value, set[int]] = {}
        self.shares: dict[Value, tuple[int, int]] = {}
        self.known: dict[Value, Known] = {}

    def region(self, region: Region, turns: int) -> None:
        for operation in region.operations:
            self.operation(operation, turns)

    def operation(self, operation: Operation, turns: int) -> None:
        row = row_of(operation)
        if row.form is Form.WRITTEN:
            self.known[operation.results[0]] = operation.attributes["value"]
        elif row.has(Trait.CONTROL):
            self.control(operation, turns)
        elif row.form is Form.TOLD:
            self.reveal(operation, turns)
        elif row.form is Form.SHARED:
            self.share(operation, turns)
        elif row.held is Held.SHARED or row.has(Trait.SOURCE | Trait.EFFECT):
            for value in filter(is_secret, operation.results):
                self.define(value, SIDES[default_kind(value)], turns)
            self.take(operation, [SIDES[default_kind(value)] for value in operation.operands])
        elif any(map(is_secret, operation.results)):
            self.compute(operation, turns)

    def define(self, value: Value, place: int, turns: int) -> None:
        self.weighed.values[value] = place
        self.turns[value] = turns

    def take(self, operation: Operation, places: Sequence[int | None]) -> None:
        self.weighed.operands[operation] = list(places)
        for value, place in zip(operation.operands, places, strict=True):
            if place is not None:
                self.use(value, place)

    def use(self, value: Value, place: int) -> None:
        if is_secret(value):
            self.uses.setdefault(value, set()).add(place)

    def compute(self, operation: Operation, turns: int) -> None:
        rules = list(applicable(operation, self.prices.protocol))
        places: list[int | None]
        if len(rules) == 1:
            (rule,) = rules
            found = self.prices.in_digits(operation, rule, self.numbers(operation))
            if found is not operation:
                self.weighed.digits[operation] = found.attributes["digit"]
            if self.whole:
                self.weighed.settled[operation] = turns * self.price(found, rule)
                self.choice.fixed += self.weighed.settled[operation]
            places = [SIDES.get(kind) for kind in rule.wanted(len(operation.operands))]
            result = SIDES.get(rule.result)
        else:
            arithmetic, boolean = rules
            own = self.choice.place(*(turns * self.price(operation, rule) for rule in rules))
            self.weighed.decisions[own] = operation
            wanted = zip(*(rule.wanted(len(operation.operands)) for rule in rules), strict=True)
            places = [_tied(first, second, own) for first, second in wanted]
            result = _tied(arithmetic.result, boolean.result, own)
        self.take(operation, places)
        for value in operation.results:
            if result is not None:
                self.define(value, result, turns)

    def price(self, operation: Operation, rule: Rule[Any]) -> int:
        return picoseconds(self.prices.rule(operation, rule, self.numbers(operation)))

    def numbers(self, operation: Operation) -> list[Known]:
        return [self.known.get(value) for value in operation.operands]

    def share(self, operation: Operation, turns: int) -> None:
        """Sharing in one kind, in the other, or in both kinds, which then travel in one round."""
        (value,) = operation.results
        if value.type.element.kind is Kind.ROWS:
            self.pay(turns * picoseconds(self.prices.share(operation, ROWS)) if self.whole else 0)
            return
        costs = [self.prices.share(operation, kind) for kind in (ARITHMETIC, BOOLEAN)]
        alone = [turns * picoseconds(cost) for cost in costs]
        if _is_truth(value):
            self.define(value, BOOLEAN_SIDE, turns)
            self.pay(alone[BOOLEAN_SIDE])
        else:
            self.define(value, self.choice.place(*alone), turns)
        waiting = [turns * round(cost.rounds * self.prices.delay * 1e12) for cost in costs]
        to_arithmetic, to_boolean = (max(0, cost - wait) for cost, wait in zip(alone, waiting, strict=True))
        self.shares[value] = to_arithmetic, to_boolean

    def pay(self, cost: int) -> None:
        """Adds a cost that leaves no choice, if such costs are wanted."""
        if self.whole:
            self.choice.fixed += cost

    def reveal(self, operation: Operation, turns: int) -> None:
        (value,) = operation.operands
        if not is_secret(value):
            return
        costs = [turns * picoseconds(self.prices.reveal(operation, kind)) for kind in (ARITHMETIC, BOOLEAN)]
        if _is_truth(value):
            self.pay(costs[BOOLEAN_SIDE])
            self.take(operation, [BOOLEAN_SIDE])
        else:
            self.take(operation, [self.choice.place(*costs)])

    def control(self, operation: Operation, turns: int) -> None:
        inner = turns * expected_turns(operation)
        for index, value in enumerate(operation.results):
            if is_secret(value):
                place = BOOLEAN_SIDE if _is_truth(value) else self.choice.place()
                if place != BOOLEAN_SIDE:
                    self.weighed.carried.append(place)
                self.define(value, place, turns)
                if is_loop(operation):
                    self.define(carried(operation)[index], place, inner)
        for region in operation.regions:
            self.region(region, inner)
        for bound, value in flows(operation):
            if is_secret(bound):
                self.use(value, self.weighed.values[bound])

    def finish(self) -> None:
        """Adds the conversions of each value that is used."""
        for value, uses in self.uses.items():
            source = self.weighed.values[value]
            if uses <= {source}:
                continue
            if value in self.shares:
                to_arithmetic, to_boolean = self.shares[value]
            else:
                to_boolean, to_arithmetic = (self.conversion(value, kind) for kind in (ARITHMETIC, BOOLEAN))
            self.choice.conversions.append(Conversion(source, frozenset(uses), to_arithmetic, to_boolean))

    def conversion(self, value: Value, kind: str) -> int:
        """What it costs to convert a value of this kind to the other kind, as often as the value is made."""
        if not issubclass(self.prices.protocol, Conversions):
            return IMPOSSIBLE
        return self.turns[value] * picoseconds(self.prices.conversion(value, kind))


def _tied(arithmetic: str, boolean: str, own: int) -> int | None:
    """The place of an operand or result that two rules want in these kinds; None for rows."""
    if arithmetic == boolean:
        return SIDES.get(arithmetic)
    if (arithmetic, boolean) != (ARITHMETIC, BOOLEAN):
        raise ValueError("a minimum cut has no place for rules that disagree crosswise")
    return own


def default_kind(value: Value) -> str:
    """The kind of sources and stored shares: truth values are bits, all other values are numbers."""
    return BOOLEAN if _is_truth(value) else ARITHMETIC


def is_secret(value: Value) -> bool:
    """Whether a value is secret, and so has a kind."""
    return value.label.knowledge is Knowledge.SECRET


def _is_truth(value: Value) -> bool:
    return value.type.element.kind is Kind.BOOL
