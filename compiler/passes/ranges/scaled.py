"""How large the values of a program are, and bringing them to other scales. In: ranges of old values. Out: new values.

The *size* of a value is the number of bits of its largest magnitude before the point: less than 2**size, whatever its
scale; negative for small fractions. At a scale with size + scale <= 62 a value can be multiplied, truncated, compared.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from fractions import Fraction

import numpy as np

from ...ir.intervals import Interval
from ...ir.operations.arithmetic import MAXIMUM_SCALE
from ...ir.operations.row import Trait
from ...ir.operations.table import row_of
from ...ir.program import Operation, Program, Value
from ...ir.rewrite import Rewriter, walk
from ...ir.types import Kind, fixed
from .find_patterns import unit_of
from .find_ranges import WHOLE, Reading, find_ranges

ROOM = 62
"""Bits that a value may have at its scale."""

DIGITS = 17
"""Significant bits that a small literal keeps."""

SIGNIFICANT = 20
"""Significant bits of values of known small ranges."""

RESULT_ROOM = 58
"""The size up to which values that rest on the assumption about inputs keep some bits after the point."""

SMALLER = 5
"""So many times the assumption about inputs is made ten times smaller."""

FINEST = 56
"""The most fraction bits of values of known small ranges."""

NOTHING = -ROOM
"""The size of what is 0."""


def is_fixed(value: Value) -> bool:
    """Whether a value has a scale."""
    return value.type.element.kind is Kind.FIXED


def scale_of(value: Value) -> int:
    """The fraction bits of a value; 0 of an int."""
    return value.type.element.scale


def digits_of(found: Interval, scale: int) -> int:
    """The size of numbers that lie in an interval."""
    return max(found.magnitude.bit_length() - scale, NOTHING)


def fine_scale(size: int, usual: int) -> int:
    """The scale for values of a known small size: `SIGNIFICANT` bits, if that is more than the usual scale gives."""
    return usual if size > -1 else min(max(usual, SIGNIFICANT - size), FINEST)


class Scaled:
    """Sizes of old and new values, which of them rest on what is assumed of inputs, and values at other scales."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._share, self._ranges = _expected(program)
        self._old: dict[Value, Value] = {}
        self._sizes: dict[Value, int] = {}
        self._exact: dict[Value, Interval] = {}
        self._down: dict[Value, int] = {}
        self._loose: set[Value] = set()
        self._made: list[dict[tuple[Value, int], Value]] = [{}]
        self._definitions = {result: each for each in walk(program.body) for result in each.results}
        self._fine: set[Value] = set()
        self._doubled: Mapping[Value, Interval] | None = None
        self._rigorous: Mapping[Value, Interval] | None = None

    @property
    def ranges(self) -> Mapping[Value, Interval]:
        """Where the exact values of the old program lie."""
        return self._ranges

    @property
    def rigorous(self) -> Mapping[Value, Interval]:
        """Where they lie if divisors may be as small as they like."""
        if self._rigorous is None:
            self._rigorous = find_ranges(self._program, Reading.EXACT, share=self._share, divisor_bits=None).of
        return self._rigorous

    # --- sizes ------------------------------------------------------------------------------------------------------

    def note(self, old: Sequence[Value], new: Sequence[Value]) -> None:
        """Notes what old values have become."""
        self._old.update(zip(new, old, strict=True))

    def argument(self, old: Value, scale: int) -> Value:
        """A region's argument at a scale."""
        new = old if scale_of(old) == scale else replace(old, type=old.type.with_element(fixed(scale)))
        self._old[new] = old
        return new

    def size(self, value: Value) -> int:
        """The size of an old or a new value."""
        if value in self._sizes:
            return self._sizes[value]
        old = self._old.get(value, value)
        return digits_of(self._ranges[old], scale_of(old))

    def noted(self, value: Value, size: int, exact: Interval | None = None) -> Value:
        """A new value whose size is known, and maybe also where it lies in units of its own scale."""
        self._sizes[value] = size
        if exact is not None:
            self._exact[value] = exact
        return value

    def refine(self, operation: Operation) -> None:
        """Finds the sizes of an operation's new results from those of its new operands, if they are less.

        The ranges of the old program are counted in its own units, and what is smaller than that has no size there.
        """
        if not operation.regions and is_fixed(operation.results[0]):
            (result,) = operation.results
            found = self.found(operation, operation.operands)
            if found is not None and digits_of(found, self.scale(result)) < self.size(result):
                self._sizes[result], self._exact[result] = digits_of(found, self.scale(result)), found

    def found(self, operation: Operation, operands: Sequence[Value]) -> Interval | None:
        """Where the result of an operation on new operands lies, in units of their scales; None: nobody knows."""
        rule = row_of(operation).interval
        intervals = [each for each in map(self.interval, operands) if each is not None]
        return None if rule is None or len(intervals) < len(operands) else rule(operation, intervals)

    def interval(self, value: Value) -> Interval | None:
        """Where a new value lies, in units of its own scale."""
        old = self._old.get(value, value)
        if value in self._exact or old not in self._ranges:
            return self._exact.get(value)
        return self._ranges[old].shifted(self.scale(value) - scale_of(old))

    def unit(self, old: Value) -> int:
        """The least magnitude of a number of an old value that is not 0, in units of its scale."""
        return unit_of(old, self._definitions)

    def loosen(self, values: Sequence[Value]) -> None:
        """Notes that new values are expected to be much smaller than they may be: quotients, and what they become."""
        self._loose.update(filter(is_fixed, values))

    def is_loose(self, value: Value) -> bool:
        """Whether a new value is expected to be much smaller than it may be."""
        return value in self._loose

    def is_assumed(self, value: Value) -> bool:
        """Whether the range of a value rests on what is assumed of inputs without bounds."""
        if self._doubled is None:
            self._doubled = find_ranges(self._program, Reading.EXACT, share=self._share * 2).of
        old = self._old.get(value, value)
        return old in self._ranges and self._doubled[old] != self._ranges[old]

    # --- scales -----------------------------------------------------------------------------------------------------

    def scale(self, value: Value) -> int:
        """The scale of a new value, negative if it is held in units larger than 1: see `read_down`."""
        return scale_of(value) - self._down.get(value, 0)

    def read_down(self, values: Sequence[Value], bits: int) -> None:
        """Notes that new values stand for 2**bits times the numbers that their types say.

        A scale of the IR is not negative. What fits 64 bits in larger units only, as a sum of squares on the way to a
        standard deviation, is at scale 0 there.
        """
        if bits:
            self._down.update(dict.fromkeys(filter(is_fixed, values), bits))

    def in_units(self, rewriter: Rewriter, value: Value, bits: int) -> Value:
        """A new value that stands for 2**bits times its numbers, read at a scale at which it stands for less."""
        if not bits:
            return value
        scale = scale_of(value) - bits
        made = rewriter.builder.emit("ldexp", value, scale=max(scale, 0))
        self.read_down((made,), max(-scale, 0))
        return made

    def is_down(self, value: Value) -> bool:
        """Whether a new value is held in units larger than 1."""
        return value in self._down

    def fitting(self, scale: int, values: Sequence[Value], least: int = 0) -> int:
        """The finest scale up to this one at which all of these values fit; the scale itself if none does."""
        largest = max((self.size(value) for value in values if is_fixed(value)), default=NOTHING)
        if largest + scale <= ROOM:
            return scale
        return ROOM - 1 - largest if ROOM - 1 - largest >= least else scale

    def finest(self, value: Value, scale: int) -> int:
        """The finest scale up to this one to which a value can be brought without loss."""
        return max(self.scale(value), min(scale, ROOM - 1 - self.size(value), MAXIMUM_SCALE))

    @contextmanager
    def region(self) -> Iterator[None]:
        """While a region is written: what is made in it can be used in it alone."""
        self._made.append({})
        yield
        self._made.pop()

    def at(self, rewriter: Rewriter, value: Value, scale: int) -> Value:
        """A value at another scale: exact at a finer one, rounded at a coarser one. The same one if asked again."""
        if self.scale(value) == scale:
            return value
        known = next((made[value, scale] for made in self._made if (value, scale) in made), None)
        if known is None:
            known = self._made[-1][value, scale] = self._written_at(rewriter, value, scale)
        return known

    def _written_at(self, rewriter: Rewriter, value: Value, scale: int) -> Value:
        bits = self.scale(value) - scale
        if self.literal(rewriter, value) and scale >= 0:
            return self._literal_at(rewriter, value, scale)
        emit = rewriter.builder.emit
        whole = self._whole(rewriter, value)
        if whole is not None and scale >= 0:
            made = emit("cast", whole, element=fixed(scale))
        elif bits < 0:
            made = _finer(rewriter, value, -bits)
        else:
            made = _coarser(rewriter, value, bits)
        made = self.in_units(rewriter, made, scale_of(made) - scale)
        self._sizes[made] = self.size(value)
        if value in self._exact:
            self._exact[made] = self._exact[value].shifted(-bits)
        if value in self._fine:
            self._fine.add(made)
        if value in self._loose:
            self._loose.add(made)
        if value in self._old:
            self._old[made] = self._old[value]
        return made

    def _whole(self, rewriter: Rewriter, value: Value) -> Value | None:
        """The integers that a value is made of, if it is."""
        definition = rewriter.builder.definition(value)
        if definition is None or definition.name != "cast" or is_fixed(definition.operands[0]):
            return None
        return definition.operands[0]

    # --- small numbers ----------------------------------------------------------------------------------------------

    def literal(self, rewriter: Rewriter, value: Value) -> bool:
        """Whether a value is a number of the source that was too small for the program's own scale."""
        definition = rewriter.builder.definition(value)
        return (
            definition is not None
            and definition.name == "constant"
            and is_fixed(value)
            and scale_of(value) > self._program.fraction_bits
        )

    def _literal_at(self, rewriter: Rewriter, value: Value, scale: int) -> Value:
        definition = rewriter.builder.definition(value)
        assert definition is not None
        array, bits = definition.attributes["value"], scale_of(value) - scale
        raw = array << -bits if bits <= 0 else (array + (1 << bits - 1)) >> bits
        made = rewriter.builder.constant(np.asarray(raw), value.type.with_element(fixed(scale)))
        self._sizes[made] = self.size(value)
        return made

    def common(self, rewriter: Rewriter, numbers: Sequence[Value], usual: int) -> int:
        """The scale at which numbers meet: that of the finest, and of literals one at which they keep their digits."""
        scales = [usual] if all(self.literal(rewriter, each) for each in numbers) else []
        for number in numbers:
            is_literal = self.literal(rewriter, number)
            wanted = DIGITS - self.size(number)
            scales.append(min(self.scale(number), wanted) if is_literal else self.scale(number))
        return max(scales)

    def whole(self, rewriter: Rewriter, value: Value) -> Value:
        """A literal at the scale at which it keeps its digits; other values as they are."""
        if not self.literal(rewriter, value):
            return value
        return self.at(rewriter, value, min(self.scale(value), DIGITS - self.size(value)))

    def is_fine(self, value: Value) -> bool:
        """Whether a value is held at more fraction bits than the program's own, for it is small or meets small ones."""
        return value in self._fine

    def mark_fine(self, values: Sequence[Value]) -> None:
        """Notes that values are held at more fraction bits than the program's own on purpose."""
        self._fine.update(value for value in values if is_fixed(value))


def _finer(rewriter: Rewriter, value: Value, bits: int) -> Value:
    """Integers times 2**bits, at some scale."""
    while bits:
        step = min(bits, MAXIMUM_SCALE)
        if scale_of(value) + step > MAXIMUM_SCALE:
            value = rewriter.builder.emit("ldexp", value, scale=0)
        value = rewriter.builder.emit("cast", value, element=fixed(scale_of(value) + step))
        bits -= step
    return value


def _coarser(rewriter: Rewriter, value: Value, bits: int) -> Value:
    """Integers divided by 2**bits and rounded, at some scale."""
    while bits:
        step = min(bits, MAXIMUM_SCALE)
        if scale_of(value) < step:
            value = rewriter.builder.emit("ldexp", value, scale=step)
        value = rewriter.builder.emit("truncate", value, bits=step)
        bits -= step
    return value


def _expected(program: Program) -> tuple[Fraction, Mapping[Value, Interval]]:
    """What share of `ASSUMED` inputs may be for their results to be numbers that fit, and where values lie then.

    The fourth power of a million fits no scale: an input that is raised to it is expected to be smaller.
    """
    first = find_ranges(program, Reading.EXACT).of
    found, before = first, _largest(program, first)
    if before <= 0:
        return WHOLE, first
    for power in range(1, SMALLER + 1):
        share = Fraction(1, 10**power)
        found = find_ranges(program, Reading.EXACT, share=share).of
        excess = _largest(program, found)
        if excess <= 0:
            return share, found
        if excess == before:
            break
        before = excess
    return WHOLE, first


def _largest(program: Program, ranges: Mapping[Value, Interval]) -> int:
    """How many bits too large the largest product of elements is to keep all fraction bits, or any other value."""
    most = 0
    for operation in walk(program.body):
        row = row_of(operation)
        is_power = row.has(Trait.ELEMENTWISE | Trait.BILINEAR)
        room = ROOM - program.fraction_bits if is_power else RESULT_ROOM
        for result in filter(is_fixed, operation.results):
            most = max(most, digits_of(ranges[result], scale_of(result)) - room)
    return most
