"""Decides how each secret value is held, and makes conversions explicit. In: shared IR. Out: IR with share kinds.

Before:                                      After:
    %2 : secret bool = less(%x, %y)              %2 : secret bool boolean = less(%x, %y)
    %3 : secret int = xor(%x, %y)                %4 : secret int boolean = convert(%x) {to: "boolean"}
                                                 %5 : secret int boolean = convert(%y) {to: "boolean"}
                                                 %3 : secret int boolean = xor(%4, %5)

Three steps that know nothing of each other: `_assign` gives every secret value a kind and every operation a rule of
`protocols.operations`; `_conversions` lists which value is wanted in another kind; the rewrite writes both down, each
conversion once, behind the value's definition; what an owner shares is rather shared a second time. The assignment now
takes, from the sources on, the rule that needs the fewest conversions; another one may replace it.

Assumes what `compute_in_clear` ensures. Ensures that every operation has operands of the kinds that a rule takes.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from ..ir.control import operand_bounds, result_bounds
from ..ir.labels import Knowledge
from ..ir.ops import OPERATIONS, Trait
from ..ir.program import Operation, Program, Region, Value
from ..ir.rewrite import Rewriter, rewrite
from ..ir.types import Kind
from ..protocols.operations import applicable
from ..protocols.operations_use import ARITHMETIC, BOOLEAN, Rule


def choose_shares(program: Program) -> Program:
    """The program with a kind on every secret value and `convert` where kinds change."""
    assignment = Assignment()
    _assign(program.body, assignment)
    return rewrite(program, _Converter(assignment, set(_conversions(program.body, assignment))).rule)


@dataclass(frozen=True, slots=True)
class Assignment:
    """The kind of each secret value, and the rule of each operation that has one."""

    kinds: dict[Value, str] = field(default_factory=dict)
    rules: dict[Operation, Rule] = field(default_factory=dict)


def default_kind(value: Value) -> str:
    """What sources, loops and stored shares use: truth values are bits, all else numbers."""
    return BOOLEAN if value.type.element.kind is Kind.BOOL else ARITHMETIC


def _assign(region: Region, assignment: Assignment) -> None:
    """Kinds from the sources on: the rule that needs the fewest conversions, the first of equals."""
    kinds = assignment.kinds
    kinds.update((value, default_kind(value)) for value in region.arguments if _is_secret(value))
    for operation in region.operations:
        for inner in operation.regions:
            _assign(inner, assignment)
        secret = [value for value in operation.results if _is_secret(value)]
        if _has_rules(operation):
            given = [kinds.get(value, "") for value in operation.operands]
            rule = min(applicable(operation), key=lambda rule: _misfits(rule, given))
            assignment.rules[operation] = rule
            kinds.update((value, rule.result) for value in secret)
        else:
            kinds.update((value, default_kind(value)) for value in secret)


def _has_rules(operation: Operation) -> bool:
    if operation.name in ("input", "share", "reveal", "save") or OPERATIONS[operation.name].has(Trait.CONTROL):
        return False
    return any(map(_is_secret, operation.results))


def _misfits(rule: Rule, given: Sequence[str]) -> int:
    return sum(kind not in ("", wanted) for kind, wanted in zip(given, rule.wanted(len(given)), strict=True))


def _conversions(region: Region, assignment: Assignment) -> Iterator[tuple[Value, str]]:
    """Each (value, kind) that is wanted and not what the value is."""
    for operation in region.operations:
        yield from _misplaced(operation.operands, _wanted(operation, assignment), assignment)
        for inner in operation.regions:
            yield from _misplaced(inner.results, _bound_kinds(result_bounds(operation), assignment), assignment)
            yield from _conversions(inner, assignment)


def _misplaced(values: Sequence[Value], wanted: Sequence[str], assignment: Assignment) -> Iterator[tuple[Value, str]]:
    for value, kind in zip(values, wanted, strict=True):
        if kind not in ("", assignment.kinds.get(value, kind)):
            yield value, kind


def _wanted(operation: Operation, assignment: Assignment) -> Sequence[str]:
    """The kind wanted of each operand; empty where any will do or none is secret."""
    rule = assignment.rules.get(operation)
    if rule is not None:
        return rule.wanted(len(operation.operands))
    if operation.regions:
        return _bound_kinds(operand_bounds(operation), assignment)
    return [default_kind(value) if operation.name == "save" else "" for value in operation.operands]


def _bound_kinds(bounds: Sequence[Value | None], assignment: Assignment) -> list[str]:
    return ["" if value is None else assignment.kinds.get(value, "") for value in bounds]


def _is_secret(value: Value) -> bool:
    return value.label.knowledge is Knowledge.SECRET


class _Converter:
    """`converted` has, for each old value and wanted kind, the new value."""

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
        rewriter.builder.add(replace(operation, operands=operands, results=results, regions=regions))
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
        return replace(value, share=self._assignment.kinds[value]) if _is_secret(value) else value

    def _convert(self, rewriter: Rewriter, old: Value, new: Value, clear: tuple[Value, ...] = ()) -> None:
        """Writes the conversions of a value: of a `clear` one by sharing it in the other kind."""
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
