"""What elaboration knows of IR values beyond type and label. In: operations as they are written. Out: facts.

The facts are where a value comes from, and how it moves with a loop's turn. They are found on demand, from the
definitions that `Facts.define` is told.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from fractions import Fraction

from ...diagnostics import Note
from ...ir.affine import Affine
from ...ir.labels import Knowledge
from ...ir.program import Operation, Value
from ...source import Span


@dataclass(frozen=True, slots=True)
class Definition:
    """How a value came to be: from an operation, or as a value that a loop carries, from its initial and next value."""

    name: str
    operands: tuple[Value, ...]
    span: Span
    label: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Rolled:
    """A loop that is written as a loop. Its turn and what it carries are not known at compile time."""

    key: tuple[object, ...]
    header: Span


@dataclass(slots=True)
class Facts:
    """The definitions of values, and the facts found from them.

    `unique` has columns in which, all together, no two valid rows of a table are the same.
    """

    definitions: dict[Value, Definition] = field(default_factory=dict)
    serials: dict[Value, int] = field(default_factory=dict)
    exact: dict[Value, Fraction] = field(default_factory=dict)
    ranges: dict[Value, tuple[int, int]] = field(default_factory=dict)
    carriers: dict[Value, Rolled] = field(default_factory=dict)
    numbers: dict[Value, int] = field(default_factory=dict)
    unique: set[frozenset[Value]] = field(default_factory=set)
    _rolled: dict[Value, frozenset[Rolled]] = field(default_factory=dict)
    _affine: dict[Value, Affine] = field(default_factory=dict)

    def define(self, operation: Operation) -> None:
        """Remembers how the operation's results come to be."""
        label = str(operation.attributes.get("name", ""))
        if operation.name == "constant" and not operation.results[0].type.shape:
            self.numbers[operation.results[0]] = int(operation.attributes["value"])
        for result in operation.results:
            self.record(result, Definition(operation.name, operation.operands, operation.span, label))

    def record(self, value: Value, definition: Definition) -> None:
        """Remembers how one value comes to be. Values are numbered in the order of these calls."""
        self.definitions[value] = definition
        self.serials[value] = len(self.serials)

    def origin(self, value: Value) -> tuple[Note, ...]:
        """Where the secrecy of a value comes from: the nearest private input that it depends on."""
        seen, pending = {value}, [value]
        for current in pending:
            definition = self.definitions.get(current)
            if definition is None:
                continue
            if definition.name == "input":
                return (Note(definition.span, _input_note(current, definition)),)
            for operand in definition.operands:
                if operand not in seen and not operand.label.is_public:
                    seen.add(operand)
                    pending.append(operand)
        return ()

    def revealed_at(self, value: Value) -> tuple[Note, ...]:
        """Where a revealed value became public."""
        seen, pending = {value}, [value]
        for current in pending:
            definition = self.definitions.get(current)
            if definition is None:
                continue
            if definition.name in ("reveal", "input"):
                what = "is revealed" if definition.name == "reveal" else "is a public input, read when the program runs"
                return (Note(definition.span, f"`{definition.label}` {what}"),)
            for operand in definition.operands:
                if operand not in seen and operand.label.knowledge is Knowledge.REVEALED:
                    seen.add(operand)
                    pending.append(operand)
        return ()

    def rolled(self, value: Value) -> frozenset[Rolled]:
        """The loops, written as loops, on whose turns a static value depends."""
        pending = [value]
        while pending:
            current = pending[-1]
            if current in self._rolled:
                pending.pop()
                continue
            definition = self.definitions.get(current)
            operands = definition.operands if definition is not None else ()
            unknown = [operand for operand in operands if operand not in self._rolled and operand != current]
            if current in self.carriers:
                self._rolled[current] = frozenset({self.carriers[current]})
            elif unknown:
                pending += unknown
            else:
                self._rolled[current] = _union(self._rolled[operand] for operand in operands)
        return self._rolled[value]

    def affine(self, value: Value) -> Affine:
        """The value as a sum of multiples of loop turns and other values."""
        found = self._affine.get(value)
        if found is None:
            found = self._affine[value] = self._find_affine(value)
        return found

    def _find_affine(self, value: Value) -> Affine:
        if value in self.numbers:
            return Affine(self.numbers[value])
        definition = self.definitions.get(value)
        alone = Affine(0, ((value, 1),))
        if definition is None or value in self.carriers or value.type.shape:
            return alone
        operands = definition.operands
        match definition.name:
            case "add":
                return self.affine(operands[0]).plus(self.affine(operands[1]))
            case "subtract":
                return self.affine(operands[0]).plus(self.affine(operands[1]), -1)
            case "negate":
                return self.affine(operands[0]).times(-1)
            case "cast":
                return self.affine(operands[0])
            case "multiply":
                left, right = self.affine(operands[0]), self.affine(operands[1])
                if not left.terms:
                    return right.times(left.constant)
                return left.times(right.constant) if not right.terms else alone
            case "floor_divide" | "modulo":
                self._bound_quotient(value, definition)
                return alone
            case _:
                return alone

    def _bound_quotient(self, value: Value, definition: Definition) -> None:
        bounds, divisor = self.bounds(self.affine(definition.operands[0])), self.affine(definition.operands[1])
        if divisor.terms or divisor.constant <= 0:
            return
        if definition.name == "modulo":
            self.ranges[value] = (0, divisor.constant - 1)
        elif bounds is not None:
            self.ranges[value] = (bounds[0] // divisor.constant, bounds[1] // divisor.constant)

    def bounds(self, affine: Affine) -> tuple[int, int] | None:
        """The least and the greatest value over all turns; None if a part has no known range."""
        low = high = affine.constant
        for value, factor in affine.terms:
            if value not in self.ranges:
                return None
            ends = [factor * end for end in self.ranges[value]]
            low, high = low + min(ends), high + max(ends)
        return low, high


def _union(sets: Iterable[frozenset[Rolled]]) -> frozenset[Rolled]:
    result: frozenset[Rolled] = frozenset()
    for one in sets:
        result |= one
    return result


def _input_note(value: Value, definition: Definition) -> str:
    if value.label.knowledge is Knowledge.OWNED:
        return f"it comes from `{definition.label}`, a private input of {value.label.owner_words}"
    return f"it comes from `{definition.label}`, which is kept as shares"
