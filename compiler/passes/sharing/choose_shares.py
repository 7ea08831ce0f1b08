"""Decides how each secret value is held, and makes conversions explicit. In: shared IR. Out: IR with share kinds.

Before:                                      After:
    %2 : secret bool = less(%x, %y)              %2 : secret bool boolean = less(%x, %y)
    %3 : secret int = xor(%x, %y)                %4 : secret int boolean = convert(%x) {to: "boolean"}
                                                 %5 : secret int boolean = convert(%y) {to: "boolean"}
                                                 %3 : secret int boolean = xor(%4, %5)

Three steps. `weigh_kinds` says what every choice costs under the target's protocol and network. `cut_kinds` finds the
cheapest choice, exactly. `_conversions` lists which value is wanted in another kind, and the rewrite writes both down.
Each conversion stands once, behind the value's definition. A value that an owner shares is not converted but shared a
second time.

Assumes what `compute_in_clear` ensures. Ensures that the operands of every operation have the kinds that a rule takes.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ...cost.places import Line
from ...cost.prices import Prices
from ...diagnostics import CompileError
from ...ir.control import operand_bounds, result_bounds
from ...ir.program import Operation, Program, Region, Value
from ...ir.rewrite import Rewriter, rewrite, walk
from ...protocols.rules.conversions import Conversions
from ...protocols.rules.use import ARITHMETIC, BOOLEAN, ROWS
from ...protocols.table import PROTOCOLS, refusal
from ...source import Span
from ...target import Target
from .weigh_kinds import KINDS, SIDES, Weighed, is_secret, weigh_kinds


def choose_shares(program: Program, target: Target) -> Program:
    """The program with a kind on every secret value, and `convert` where kinds change, at the least cost.

    Raises CompileError at the first value that must be converted if the protocol lacks conversions.
    """
    protocol = PROTOCOLS[target.protocol]
    weighed = weigh_kinds(program, Prices(protocol, target))
    written = write_kinds(program, weighed, weighed.choice.best())
    if not issubclass(protocol, Conversions):
        for operation in walk(written.body):
            if operation.name == "convert":
                raise CompileError([refusal(operation.span, target.protocol, Conversions)])
    return written


def write_kinds(program: Program, weighed: Weighed, sides: Sequence[int]) -> Program:
    """The program with the kinds that `sides` gives to places, and the conversions that follow from them."""
    assignment = Assignment(
        {value: KINDS[sides[place]] for value, place in weighed.values.items()},
        {
            operation: ["" if place is None else KINDS[sides[place]] for place in places]
            for operation, places in weighed.operands.items()
        },
        {operation: {**operation.attributes, "digit": digit} for operation, digit in weighed.digits.items()},
    )
    return rewrite(program, _Converter(assignment, set(_conversions(program.body, assignment))).rule)


@dataclass(frozen=True, slots=True)
class Explained:
    """How a secret value is held, and why: seconds under the cost model.

    `kind` is how the value is held. `rule` is the kind that its operation works on: a comparison of numbers gives bits.
    `alone` is what the operation itself costs (None for a result of a loop or a branch). `program` is what the whole
    program costs. `otherwise` is what the program would cost with the other rule and the best choice of the rest (None
    if there is no other rule).
    """

    span: Span
    operation: str
    value: Value
    kind: str
    rule: str
    alone: float | None
    program: float
    otherwise: float | None


def explain_choices(program: Program, target: Target, line: Line | None = None) -> list[Explained]:
    """Why the secret values of a program, or those made on one line, are held as they are; in order."""
    weighed = weigh_kinds(program, Prices(PROTOCOLS[target.protocol], target), whole=True)
    choice = weighed.choice
    sides = choice.best()
    chosen = choice.total(sides) / 1e12
    decisions = {operation: place for place, operation in weighed.decisions.items()}
    others: dict[int, float | None] = dict.fromkeys(SIDES.values())
    found = []
    for operation in walk(program.body):
        if line is not None and (operation.span.source.name, operation.span.line) != (line.source, line.number):
            continue
        for value in operation.results:
            held = weighed.values.get(value)
            if held is None:
                continue
            place = decisions.get(operation, held)
            if place not in others:
                others[place] = choice.total(choice.best({place: 1 - sides[place]})) / 1e12
            alone = weighed.settled.get(operation, choice.costs[place][sides[place]]) / 1e12
            kind, rule = KINDS[sides[held]], KINDS[sides[place]]
            own = None if operation.regions else alone
            found.append(Explained(operation.span, operation.name, value, kind, rule, own, chosen, others[place]))
    return found


@dataclass(frozen=True, slots=True)
class Compared:
    """Seconds of a program: with the best choice; with numbers, or with bits, wherever there is a choice."""

    best: float
    arithmetic: float
    boolean: float


def compare_choices(program: Program, target: Target) -> Compared:
    """What choosing gains, under the cost model. In all three cases, inputs are shared in the kind that suits best."""
    weighed = weigh_kinds(program, Prices(PROTOCOLS[target.protocol], target), whole=True)
    choice = weighed.choice
    places = [*weighed.decisions, *weighed.carried]
    best, arithmetic, boolean = (
        choice.total(choice.best(decided)) / 1e12
        for decided in ({}, *(dict.fromkeys(places, SIDES[kind]) for kind in (ARITHMETIC, BOOLEAN)))
    )
    return Compared(best, arithmetic, boolean)


@dataclass(frozen=True, slots=True)
class Assignment:
    """The decisions: kinds of secret values, kinds of the operands of operations except control, and attributes."""

    kinds: dict[Value, str]
    wanted: dict[Operation, list[str]]
    attributes: dict[Operation, dict[str, Any]]


def _conversions(region: Region, assignment: Assignment) -> Iterator[tuple[Value, str]]:
    """Each (value, kind) such that something wants the value in this kind and the value is held in another."""
    for operation in walk(region):
        yield from _misplaced(operation.operands, _wanted(operation, assignment), assignment)
        for inner in operation.regions:
            yield from _misplaced(inner.results, _bound_kinds(result_bounds(operation), assignment), assignment)


def _misplaced(values: Sequence[Value], wanted: Sequence[str], assignment: Assignment) -> Iterator[tuple[Value, str]]:
    for value, kind in zip(values, wanted, strict=True):
        if kind not in ("", assignment.kinds.get(value, kind)):
            yield value, kind


def _wanted(operation: Operation, assignment: Assignment) -> Sequence[str]:
    """The kind wanted of each operand; empty if any kind will do or the operand is not secret."""
    if operation.regions:
        return _bound_kinds(operand_bounds(operation), assignment)
    return assignment.wanted.get(operation, [""] * len(operation.operands))


def _bound_kinds(bounds: Sequence[Value | None], assignment: Assignment) -> list[str]:
    return ["" if value is None else assignment.kinds.get(value, "") for value in bounds]


class _Converter:
    """`_converted` has, for each old value and wanted kind, the new value."""

    def __init__(self, assignment: Assignment, conversions: set[tuple[Value, str]]) -> None:
        self._assignment = assignment
        self._conversions = conversions
        self._converted: dict[tuple[Value, str], Value] = {}

    def rule(self, rewriter: Rewriter, operation: Operation) -> Sequence[Value]:
        """The rewrite: see `rewrite.Rule`."""
        regions = tuple(self._region(rewriter, operation, region) for region in operation.regions)
        operands = self._in_kinds(rewriter, operation.operands, _wanted(operation, self._assignment))
        results = tuple(self._kinded(value) for value in operation.results)
        rewriter.builder.span = operation.span
        attributes = self._assignment.attributes.get(operation, operation.attributes)
        written = replace(operation, operands=operands, results=results, attributes=attributes, regions=regions)
        rewriter.builder.add(written)
        for old, new in zip(operation.results, results, strict=True):
            self._convert(rewriter, old, new, operands if operation.name == "share" else ())
        return results

    def _region(self, rewriter: Rewriter, operation: Operation, region: Region) -> Region:
        arguments = tuple(self._kinded(value) for value in region.arguments)
        with rewriter.builder.open(arguments) as opened:
            for old, new in zip(region.arguments, arguments, strict=True):
                rewriter.values[old] = new
                self._convert(rewriter, old, new)
            rewriter.splice(region)
            bounds = _bound_kinds(result_bounds(operation), self._assignment)
            opened.results = self._in_kinds(rewriter, region.results, bounds)
        return opened.close()

    def _kinded(self, value: Value) -> Value:
        return replace(value, share=self._assignment.kinds.get(value, ROWS)) if is_secret(value) else value

    def _convert(self, rewriter: Rewriter, old: Value, new: Value, clear: tuple[Value, ...] = ()) -> None:
        """Writes the conversions of a value. If `clear` is given, shares `clear` in the other kind instead."""
        for kind in (ARITHMETIC, BOOLEAN):
            if (old, kind) in self._conversions:
                result = replace(new, share=kind)
                name, attributes = ("share", {}) if clear else ("convert", {"to": kind})
                span = rewriter.builder.span
                rewriter.builder.add(Operation(name, clear or (new,), (result,), span, attributes))
                self._converted[old, kind] = result

    def _in_kinds(self, rewriter: Rewriter, values: Sequence[Value], kinds: Sequence[str]) -> tuple[Value, ...]:
        pairs = zip(values, kinds, strict=True)
        return tuple(self._converted.get((value, kind)) or rewriter.value(value) for value, kind in pairs)
