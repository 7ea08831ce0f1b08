"""Gives every `fixed` value a scale at which it fits the ring, and at which it keeps its digits.

In: a program without calls, whose values all have the program's own fraction bits. Out: the same program at scales that
follow from where its exact values lie (`find_ranges`, `Reading.EXACT`).

Before (|x| <= 10**6, eight elements):                  After:
    %2 : fixed.32[8] = multiply(%x, %x)                     %2 : fixed.0[8] = truncate(%x) bits=16
    %3 : fixed.16[8] = truncate(%2) bits=16                 ... the product of %x with %2, and with what %2 leaves
    %4 : fixed.16 = sum(%3) axis=0                          %9 : fixed.16[8] = add(%7, %8)
                                                            %4 : fixed.16 = sum(%9) axis=0

- A value that would leave the ring at its scale is held at fewer fraction bits.
- A product that would leave it is taken in two parts (`wide_products`), if coarser factors would lose digits.
- Beside a small literal, values are held at more fraction bits, so that the literal keeps its digits.
- Quotients, square roots and logarithms look at all bits of their operands where those are no documented numbers.

What fits as it is stays as it is. Assumes that inputs without bounds are at most `ASSUMED` in magnitude: their owners
check what is needed of them (`report_overflow`). Ensures nothing where a value is too large for any scale: that is
reported, too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from ...ir.control import carried, initial, is_loop, result_bounds
from ...ir.intervals import Interval
from ...ir.operations.row import Form, Trait
from ...ir.operations.table import row_of
from ...ir.operations.typing import MAXIMUM_FRACTION_BITS
from ...ir.program import Operation, Program, Region, Value
from ...ir.rewrite import Rewriter, rewrite
from ...ir.types import fixed
from .scaled import ROOM, Scaled, fine_scale, is_fixed, scale_of
from .wide_products import fitting_product
from .wide_quotients import Quotient, fitting_root

COARSEST = -ROOM
"""The least scale: that of values in the largest units."""


class Fitted(NamedTuple):
    """A program at scales that fit, and whether it has quotients that fit only if divisors are not too close to 0."""

    program: Program
    is_assumed: bool


def fit_scales(program: Program, *, guards: bool = True, is_tight: bool = False) -> Fitted:
    """The program with scales that fit; with guards where a quotient could be too large, if `is_tight` all of them."""
    fitter = _Fitter(program, guards, is_tight)
    return Fitted(rewrite(program, fitter.rule), fitter.is_assumed)


def _takes_units(operation: Operation) -> bool:
    """Whether an operation does the same to numbers in other units, at a negative scale; or is written with `ldexp`."""
    row = row_of(operation)
    if any(map(row.has, (Trait.LINEAR, Trait.STRUCTURAL, Trait.BILINEAR))) or row.elements_of or row.domain.compares:
        return True
    if operation.name == "truncate":
        return True
    return "is_wide" in row.attributes and row.attributes.keys().isdisjoint(("precision", "result_scale"))


class _Fitter:
    """`_scaled` knows how large new values are."""

    def __init__(self, program: Program, guards: bool, is_tight: bool) -> None:
        self._scale = program.fraction_bits
        self._guards = guards
        self._is_tight = is_tight
        self.is_assumed = False
        self._scaled = Scaled(program)
        self._ranges = self._scaled.ranges

    def rule(self, rewriter: Rewriter, operation: Operation) -> Sequence[Value] | None:
        """The rewrite: see `rewrite.Rule`."""
        if operation.regions:
            return self._control(rewriter, operation)
        row = row_of(operation)
        if row.has(Trait.SOURCE) and not operation.operands:
            self._scaled.mark_fine([each for each in operation.results if scale_of(each) > self._scale])
            return None
        if not any(map(is_fixed, (*operation.operands, *operation.results))):
            return None
        results = self._in_units(rewriter, operation)
        if results is not None:
            self._scaled.note(operation.results, results)
            if row.form is Form.COMPUTED and any(map(self._scaled.is_loose, rewriter.operands(operation))):
                self._scaled.loosen(results)
            if any(map(self._scaled.is_fine, rewriter.operands(operation))):
                self._scaled.mark_fine([result for result in results if scale_of(result) > self._scale])
                for each in filter(None, map(rewriter.builder.definition, results)):
                    self._scaled.refine(each)
        return results

    def _in_units(self, rewriter: Rewriter, operation: Operation) -> Sequence[Value] | None:
        """The operation, with operands in units of at most 1 if it cannot take others."""
        operands = dict(zip(operation.operands, rewriter.operands(operation), strict=True))
        down = {old: new for old, new in operands.items() if self._scaled.is_down(new)}
        if not down or _takes_units(operation):
            return self._fitted(rewriter, operation)
        rewriter.values.update({old: self._scaled.at(rewriter, new, 0) for old, new in down.items()})
        results = self._fitted(rewriter, operation) or rewriter.derive(operation, rewriter.operands(operation))
        rewriter.values.update(down)
        return results

    def _fitted(self, rewriter: Rewriter, operation: Operation) -> Sequence[Value] | None:
        row = row_of(operation)
        if operation.name == "cast":
            return self._cast(rewriter, operation)
        if operation.name == "bound":
            return (self._bound(rewriter, operation),)
        if operation.name == "truncate":
            return (self._truncate(rewriter, operation),)
        if row.has(Trait.BILINEAR):
            return fitting_product(self._scaled, rewriter, operation, self._scale)
        if "is_wide" in row.attributes:
            wide = self._wide(rewriter, operation)
            return None if wide is None else (wide,)
        return self._alike(rewriter, operation)

    # --- changes of representation ----------------------------------------------------------------------------------

    def _cast(self, rewriter: Rewriter, operation: Operation) -> Sequence[Value] | None:
        """A cast of a `fixed` asks for a finer scale than the program's, of others for the program's: if that fits."""
        (operand,) = rewriter.operands(operation)
        scale = operation.results[0].type.element.scale
        if not is_fixed(operation.results[0]):
            return None
        fits = self._scaled.fitting(scale, operation.results)
        if is_fixed(operand):
            return (self._scaled.at(rewriter, operand, max(fits, self._scaled.scale(operand))),)
        return None if fits == scale else (rewriter.builder.emit("cast", operand, element=fixed(fits)),)

    def _truncate(self, rewriter: Rewriter, operation: Operation) -> Value:
        """At the program's scale, at a coarser one where that does not fit, at a finer one for small numbers."""
        (operand,), (result,) = rewriter.operands(operation), operation.results
        scale = self._scaled.fitting(scale_of(result), (result,), COARSEST)
        if self._scaled.is_fine(operand):
            scale = max(scale, min(self._scaled.scale(operand), fine_scale(self._scaled.size(operand), self._scale)))
        if self._scaled.literal(rewriter, operand):
            return self._scaled.noted(operand, self._scaled.size(operation.operands[0]))
        return self._scaled.at(rewriter, operand, min(scale, self._scaled.scale(operand)))

    def _bound(self, rewriter: Rewriter, operation: Operation) -> Value:
        """The bounds at the scale of what they bound."""
        (operand,) = rewriter.operands(operation)
        bounds = Interval(operation.attributes["low"], operation.attributes["high"])
        bounds = bounds.shifted(self._scaled.scale(operand) - scale_of(operation.results[0]))
        return rewriter.builder.emit(operation.name, operand, low=bounds.low, high=bounds.high)

    # --- operations on numbers of one scale -----------------------------------------------------------------------

    def _alike(self, rewriter: Rewriter, operation: Operation) -> Sequence[Value] | None:
        """An operation whose `fixed` operands and results have one scale, that of the finest operand if it fits."""
        operands = rewriter.operands(operation)
        numbers = [operand for operand in operands if is_fixed(operand)]
        if not numbers:
            return None
        scale = self._scaled.common(rewriter, numbers, self._scale)
        least = COARSEST if _takes_units(operation) else 0
        row = row_of(operation)
        results = () if row.elements_of is not None or row.has(Trait.OUTPUT) else operation.results
        scale = self._scaled.fitting(scale, (*operands, *results), least)
        scale = self._documented(operation, scale)
        if all(self._scaled.scale(operand) == scale for operand in numbers) and operands == operation.operands:
            return None
        fitted = tuple(
            self._scaled.at(rewriter, operand, scale) if is_fixed(operand) else operand for operand in operands
        )
        results = rewriter.derive(operation, fitted)
        self._scaled.read_down(results, max(-scale, 0))
        if scale > self._scale:
            self._scaled.mark_fine(results)
        return results

    def _documented(self, operation: Operation, scale: int) -> int:
        """The finest scale, up to this one, at which operands and results are documented numbers; else the scale."""
        domain = row_of(operation).domain
        if domain.takes is None:
            return scale
        for coarser in range(min(scale, MAXIMUM_FRACTION_BITS), -1, -1):
            if self._lies_in_domain(operation, coarser):
                return coarser
        return min(scale, MAXIMUM_FRACTION_BITS)

    def _lies_in_domain(self, operation: Operation, scale: int) -> bool:
        domain = row_of(operation).domain
        drafts = [replace(value, type=value.type.with_element(fixed(scale))) for value in operation.operands]
        results = [replace(value, type=value.type.with_element(fixed(scale))) for value in operation.results]
        draft = replace(operation, operands=tuple(drafts), results=tuple(results))
        assert domain.takes is not None
        takes = all(
            self._at_scale(operand, scale) in domain.takes(draft, place)
            for place, operand in enumerate(operation.operands)
        )
        gives = domain.gives is None or all(
            self._at_scale(result, scale) in domain.gives(draft) for result in operation.results
        )
        return takes and gives

    def _gives_usual(self, operation: Operation) -> bool:
        """Whether results lie in the operation's domain whatever its operands are, also divisors that nobody has."""
        domain, (result,) = row_of(operation).domain, operation.results
        return domain.gives is None or self._scaled.rigorous[result] in domain.gives(operation)

    def _at_scale(self, old: Value, scale: int) -> Interval:
        """Where a value lies, as integers of another scale."""
        return self._ranges[old].shifted(scale - scale_of(old))

    # --- quotients, roots, logarithms -----------------------------------------------------------------------------

    def _wide(self, rewriter: Rewriter, operation: Operation) -> Value | None:
        """An operation that can be asked for operands of 62 bits, and that is where they are no documented numbers."""
        operands = rewriter.operands(operation)
        same = scale_of(operation.results[0])
        is_fine = any(self._scaled.is_fine(operand) for operand in operands)
        is_usual = all(self._scaled.scale(operand) == same for operand in operands) and not is_fine
        if is_usual and self._lies_in_domain(operation, same) and self._gives_usual(operation):
            return None
        operands = tuple(self._scaled.whole(rewriter, operand) for operand in operands)
        if len(operands) == 2:
            return self._quotient(rewriter, operation, operands)
        if "result_scale" in row_of(operation).attributes:
            return rewriter.builder.emit(operation.name, *operands, is_wide=True, result_scale=self._scale)
        if operation.attributes.get("precision", ...) is None:
            (operand,) = operands
            scale = min(max(self._scaled.scale(operand), self._scale), MAXIMUM_FRACTION_BITS)
            scale = self._scaled.fitting(scale, operation.operands)
            return rewriter.builder.emit(operation.name, self._scaled.at(rewriter, operand, scale), is_wide=True)
        return fitting_root(self._scaled, rewriter, operation, operands[0], self._scale)

    def _quotient(self, rewriter: Rewriter, operation: Operation, operands: Sequence[Value]) -> Value:
        fitting = Quotient(self._scaled, operation, operands, self._scale)
        is_guarded = self._guards and fitting.can_be_guarded and (self._is_tight or not fitting.fits)
        quotient = fitting.written(rewriter, is_guarded=is_guarded and fitting.needs_guard)
        if fitting.needs_guard:
            self._scaled.loosen((quotient,))
            self.is_assumed |= not is_guarded
        return quotient

    # --- control ----------------------------------------------------------------------------------------------------

    def _control(self, rewriter: Rewriter, operation: Operation) -> Sequence[Value]:
        """What is carried from turn to turn, and what both branches give, has one scale."""
        operands = rewriter.operands(operation)
        arguments: dict[Value, Value] = {}
        if is_loop(operation):
            places = carried(operation)
            first = len(operands) - len(places)
            given = list(operands)
            for place, (argument, start) in enumerate(zip(places, initial(operation), strict=True)):
                if is_fixed(argument):
                    renewed = operation.regions[0].results[len(operation.regions[0].results) - len(places) + place]
                    finest = max(
                        scale_of(argument), self._scaled.scale(self._scaled.whole(rewriter, rewriter.value(start)))
                    )
                    scale = self._scaled.fitting(finest, (argument, start, renewed, operation.results[place]))
                    arguments[argument] = self._scaled.argument(argument, scale)
                    given[first + place] = self._scaled.at(rewriter, operands[first + place], scale)
            operands = tuple(given)
        wanted = [
            None if bound is None or not is_fixed(bound) else scale_of(arguments.get(bound, bound))
            for bound in result_bounds(operation)
        ]
        if not is_loop(operation):
            wanted = [
                None if scale is None else self._scaled.fitting(scale, (result,))
                for scale, result in zip(wanted, operation.results, strict=True)
            ]
        guards, self._guards = self._guards, False  # One in each turn would cost rounds.
        regions = tuple(self._region(rewriter, region, arguments, wanted) for region in operation.regions)
        self._guards = guards
        results = rewriter.derive(operation, operands, regions)
        self._scaled.note(operation.results, results)
        return results

    def _region(
        self, rewriter: Rewriter, region: Region, arguments: dict[Value, Value], wanted: Sequence[int | None]
    ) -> Region:
        """The region, with results of the scales that are wanted."""
        given = tuple(arguments.get(argument, argument) for argument in region.arguments)
        with rewriter.builder.open(given) as opened, self._scaled.region():
            rewriter.values.update(zip(region.arguments, given, strict=True))
            results = rewriter.splice(region)
            opened.results = tuple(
                value if scale is None else self._scaled.at(rewriter, value, scale)
                for value, scale in zip(results, wanted, strict=True)
            )
        return opened.close()
