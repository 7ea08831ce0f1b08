"""Says what may overflow, and keeps inputs from overflowing what they surely would not in practice.

In: a program without calls. Out: `Report`: warnings and errors, and limits that inputs get.

- What overflows for every input is an error.
- Where a limit of inputs excludes what may overflow, nothing is said: their owners check the limit before the program
  runs, and `guard_inputs` writes it down.
- Otherwise the first line that may overflow gets a warning that says for which inputs all is well.
- What may overflow however small such inputs are gets a warning for each line, carried values without bounds get one.
- Where only inputs below `SMALL` would keep an `int` of 64 bits from wrapping modulo 2^64, this may be meant: all lines
  where it may wrap get one warning together.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from ...diagnostics import Diagnostic, Note, Severity
from ...ir.control import is_loop
from ...ir.intervals import Interval
from ...ir.operations.table import row_of
from ...ir.program import Operation, Program
from ...ir.rewrite import walk
from ...ir.types import Element, Kind
from .find_ranges import ASSUMED, Excess, Unbounded
from .tolerate_inputs import Limits, Tolerance, place_of, tolerate_inputs

SMALL = 1000
"""Limits below this are not enforced for an `int` of 64 bits, nor where values may grow in a loop without a bound."""

SHOWN = 3
"""So many warnings stand for themselves, and so many further lines are listed in one; of the rest only their number."""


@dataclass(frozen=True, slots=True)
class Report:
    """`limits` has the inputs that are checked while the program runs, `reasons` what larger numbers would overflow.

    `is_generous`: nothing is to be told, and no limit is below what inputs are expected to be.
    """

    diagnostics: tuple[Diagnostic, ...]
    limits: Limits
    reasons: Mapping[str, Excess]
    is_generous: bool

    def is_better_than(self, other: Report) -> bool:
        """Whether less is to be told of a program, or as much and inputs may be larger."""
        if len(self.diagnostics) != len(other.diagnostics):
            return len(self.diagnostics) < len(other.diagnostics)
        return self.limits != other.limits and all(
            name in other.limits and other.limits[name] in limit for name, limit in self.limits.items()
        )


def report_overflow(program: Program) -> Report:
    """What to tell about a program, and which inputs to check."""
    inputs = {each.attributes["name"]: each for each in walk(program.body) if each.name == "input"}
    found = tolerate_inputs(program, wraps=False)
    untold = found.others if _are_checked(program, found, inputs) else (*found.others, *found.excesses)
    if any(each.is_modular for each in untold):
        found = tolerate_inputs(program, wraps=True)
    diagnostics = _each_line(found.others)
    limits: Limits = {}
    if _are_checked(program, found, inputs):
        limits = found.limits
    elif found.excesses:
        diagnostics.append(_by_inputs(found, inputs))
    wraps = [each for each in (found.ranges if limits else found.whole).excesses if each.is_modular]
    if wraps:
        diagnostics.append(_wraps(wraps))
    if found.ranges.unbounded:
        diagnostics.append(_unbounded(found.ranges.unbounded))
    diagnostics.sort(key=lambda each: (each.span.source.path, each.span.line, each.span.column))
    is_generous = not diagnostics and not any(_is_low(inputs[name], limit) for name, limit in limits.items())
    return Report(tuple(diagnostics), limits, found.reasons, is_generous)


def _is_low(operation: Operation, limit: Interval) -> bool:
    """Whether inputs below a limit are smaller than people expect them to be."""
    element = operation.results[0].type.element
    return limit.high >> element.scale < ASSUMED[element.kind]


def _are_checked(program: Program, found: Tolerance, inputs: dict[str, Operation]) -> bool:
    """Whether limits exclude what may overflow, and owners refuse inputs beyond them."""
    looped = _inside_loops(program)
    inside = [each for each in found.excesses if each.operation in looped]
    grows = bool(inside) and (
        bool(found.ranges.unbounded) or any(each.of.type.element.kind is Kind.INT for each in inside)
    )
    return bool(found.excesses) and all(_is_checked(inputs[name], limit, grows) for name, limit in found.limits.items())


def _is_checked(operation: Operation, limit: Interval, grows: bool) -> bool:
    """Whether an owner refuses inputs beyond a limit.

    Nobody sees what was kept as shares. A small limit of integers modulo 2^64 would refuse what may be meant to wrap.
    So would one where values may grow from turn to turn and no guard bounds them: integers, or all without guards.
    """
    element = operation.results[0].type.element
    is_ring = element.kind is Kind.INT and element.bits == 64
    is_small = limit.high >> element.scale < SMALL
    return not operation.attributes["shares"] and not (is_small and (grows or is_ring))


def _inside_loops(program: Program) -> set[Operation]:
    loops = (each for each in walk(program.body) if is_loop(each))
    return {operation for loop in loops for operation in walk(loop.regions[0])}


def _one_each_line(excesses: Iterable[Excess]) -> Sequence[Excess]:
    """The first of each line, those that are sure before others."""
    first: dict[tuple[str, int], Excess] = {}
    for excess in sorted(excesses, key=lambda excess: not excess.is_sure):
        first.setdefault(place_of(excess), excess)
    return list(first.values())


def _each_line(excesses: Iterable[Excess]) -> list[Diagnostic]:
    """All errors; the first warnings, the last of which names the other lines."""
    found = _one_each_line(excesses)
    sure = [each for each in found if each.is_sure]
    first, rest = _split(_in_order([each for each in found if not each.is_sure]), SHOWN)
    diagnostics = [_excess(each) for each in (*sure, *first)]
    if rest:
        diagnostics[-1] = replace(diagnostics[-1], problem=diagnostics[-1].problem + _also(first[-1], rest))
    return diagnostics


def _split(excesses: Sequence[Excess], count: int) -> tuple[Sequence[Excess], Sequence[Excess]]:
    return excesses[:count], excesses[count:]


# --- messages ---------------------------------------------------------------------------------------------------


def _excess(excess: Excess) -> Diagnostic:
    what = row_of(excess.operation).domain.called
    return Diagnostic(
        excess.operation.span,
        f"{what} {'overflows' if excess.is_sure else 'may overflow'}",
        expected=_expected(excess),
        found=_found(excess),
        remedy=_remedy(excess),
        severity=Severity.ERROR if excess.is_sure else Severity.WARNING,
    )


def _also(first: Excess, rest: Iterable[Excess]) -> str:
    """The lines of other mistakes of the same kind, if there are any: the first ones, and how many more."""
    places = list(dict.fromkeys(place_of(each) for each in _in_order(list(rest)) if place_of(each) != place_of(first)))
    if not places:
        return ""
    here = first.operation.span.source.path
    shown = [str(line) if path == here else f"{path}:{line}" for path, line in places[:SHOWN]]
    more = f" and {len(places) - SHOWN:,} more" if len(places) > SHOWN else ""
    return f"; so may line{'s' if len(places) > 1 else ''} {', '.join(shown)}{more}"


def _wraps(found: Sequence[Excess]) -> Diagnostic:
    first, *rest = _in_order(found)
    what = row_of(first.operation).domain.called
    return Diagnostic(
        first.operation.span,
        f"{what} may wrap modulo 2^64{_also(first, rest)}",
        expected=_expected(first),
        found=_found(first),
        remedy="say how large the inputs are: declare them `int32`, say, or bring them between two numbers with "
        "`clip(x, lo, hi)`; where arithmetic modulo 2^64 is what you want, all is well",
        severity=Severity.WARNING,
    )


def _by_inputs(found: Tolerance, inputs: dict[str, Operation]) -> Diagnostic:
    first, *rest = _in_order(found.excesses)
    what = row_of(first.operation).domain.called
    notes = []
    for name, limit in found.limits.items():
        element = inputs[name].results[0].type.element
        shown = inputs[name].attributes["table"] or name
        notes.append(Note(inputs[name].span, f"`{shown}` is safe up to {_number(limit.high, element)} in magnitude"))
    name = next(iter(found.limits), "x")
    limit_text = _number(found.limits[name].high, inputs[name].results[0].type.element, "") if found.limits else "1000"
    return Diagnostic(
        first.operation.span,
        f"{what} may overflow{_also(first, rest)}",
        expected=_expected(first),
        found=_found(first),
        remedy=f"say how large the inputs are: `x = clip(x, -{limit_text}, {limit_text})` before they are used costs "
        f"nothing, since their owner does it; {row_of(first.operation).domain.advice}"
        + ("or declare a narrower `int`" if first.of.type.element.kind is Kind.INT else _PRECISION),
        notes=tuple(notes),
        severity=Severity.WARNING,
    )


def _unbounded(found: Sequence[Unbounded]) -> Diagnostic:
    names = list(dict.fromkeys(each.argument.name for each in found if each.argument.name))
    shown = ", ".join(f"`{name}`" for name in names) or "a value that a loop carries on"
    return Diagnostic(
        found[0].loop.span,
        f"the range of {shown} cannot be bounded: every turn may make it larger",
        expected="a value that grows by at most so much in each turn, or stays between two numbers",
        found="one that grows with itself",
        remedy="nothing is amiss while it stays small; to be sure, bring it back at the end of each turn: "
        f"`{names[0] if names else 'x'} = clip({names[0] if names else 'x'}, -100, 100)`",
        severity=Severity.WARNING,
    )


def _in_order(excesses: Sequence[Excess]) -> Sequence[Excess]:
    return sorted(excesses, key=place_of)


_PRECISION = "or use fewer `fraction_bits`"


def _remedy(excess: Excess) -> str:
    also = row_of(excess.operation).domain.advice
    if excess.of.type.element.kind is Kind.INT:
        return f"{also}declare a narrower `int`, or bring the operands between two numbers with `clip(x, lo, hi)`"
    return f"{also}bring the operands between two numbers with `clip(x, lo, hi)`, {_PRECISION}"


def _expected(excess: Excess) -> str:
    element = excess.of.type.element
    if excess.found in excess.allowed:
        return "a number that surely fits 64 bits"
    limit = row_of(excess.operation).domain.limit
    if limit:
        return f"at most {_number(excess.allowed.high, element)}{limit}"
    return f"a number between {_number(excess.allowed.low, element)} and {_number(excess.allowed.high, element)}"


def _found(excess: Excess) -> str:
    element = excess.of.type.element
    if excess.found in excess.allowed:
        return "one that may have wrapped modulo 2^64 before"
    if excess.found.low == excess.found.high:
        return _number(excess.found.low, element)
    return f"one between {_number(excess.found.low, element)} and {_number(excess.found.high, element)}"


def _number(number: int, element: Element, separator: str = ",") -> str:
    """A number of the clear representation as people write it."""
    whole = abs(number) >> element.scale
    sign = "-" if number < 0 else ""
    if whole >= 10**20:
        return f"{sign}10^{len(str(whole)) - 1}"
    if whole >= 100 or element.scale == 0:
        return f"{sign}{whole:,}".replace(",", separator)
    return f"{sign}{abs(number) / (1 << element.scale):.6g}"


def beyond_limit(operation: Operation, report: Report) -> str:
    """What is wrong with a value of an input that is larger than its limit. It does not show the value."""
    element = operation.results[0].type.element
    name = operation.attributes["name"]
    span = report.reasons[name].operation.span
    most = _number(report.limits[name].high, element)
    line = f"line {span.line}" + ("" if span.source.path == operation.span.source.path else f" of {span.source.name}")
    return f"beyond {most} in magnitude, with which {line} could overflow"
