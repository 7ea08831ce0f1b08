"""Truncates late, and once: a sum of products is truncated as a whole.

Before:                                             After:
    %2 : fixed.32 = multiply(%a, %b)                    %2 : fixed.32 = multiply(%a, %b)
    %3 : fixed.16 = truncate(%2) bits=16                %4 : fixed.32 = multiply(%c, %d)
    %4 : fixed.32 = multiply(%c, %d)                    %7 : fixed.32 = add(%2, %4)
    %5 : fixed.16 = truncate(%4) bits=16                %6 : fixed.16 = truncate(%7) bits=16
    %6 : fixed.16 = add(%3, %5)

    sum(truncate(x)) -> truncate(sum(x))                select(c, truncate(x), truncate(y)) -> truncate(select(c, x, y))
    truncate(truncate(x)) -> truncate(x)                truncate(multiply(truncate(x), y)) -> truncate(multiply(x, y))
    subtract(truncate(x), cast(y)) -> truncate(subtract(x, cast(y))), for y that is at hand as early as x
    truncate(cast(x)) -> x                              reshape(truncate(x)) -> truncate(reshape(x)), and so on
    sigmoid(truncate(x)) -> truncate(sigmoid(x) precision=16), as exact as asked for, of a number that is finer

Fewer truncations are fewer bytes and, in chains of products, fewer rounds; and each spares a rounding. A truncation
moves only if nothing else uses what it gave, within its block, and only where the ranges of values show that what is
truncated stays below 2**62 in magnitude. Every protocol bears that much: `Conversions.truncate` asks of it the exact
`quotient` of a number 0 <= y < 2**63 that is a sum of two words a + b, and there a + b wraps just where the top bit of
a or of b is set. In `replicated` a and b are known to some nodes; in `additive`, for any number of nodes, a is opened
and b is the mask, as a whole, whose top bit the dealer gives as shares. Values that somebody computes in the clear are
left alone.

Assumes that calls are inlined. Ensures the same values up to the last place. Leaves dead truncations behind.
"""

from collections.abc import Callable, Sequence

import numpy as np

from ...ir.intervals import Interval
from ...ir.labels import Knowledge
from ...ir.operations.arithmetic import MAXIMUM_SCALE
from ...ir.operations.row import ALL, FIRST, Trait
from ...ir.operations.table import row_of
from ...ir.program import Operation, Program, Region, Value
from ...ir.rewrite import Rewriter, rewrite, walk
from ...ir.types import ArrayType, Kind, fixed
from .find_ranges import Reading, find_ranges

TRUNCATABLE = Interval(-(1 << 62) + 1, (1 << 62) - 1)


def delay_truncation(program: Program) -> Program:
    """The program with truncations merged and moved behind sums."""
    return rewrite(program, _Delayer(program).rule)


class _Delayer:
    """`_uses` and `_home` also know the values that are written here, by the old ones that they replace."""

    def __init__(self, program: Program) -> None:
        self._ranges = find_ranges(program, Reading.SURE).of
        self._uses: dict[Value, int] = {}
        self._home: dict[Value, Region] = {}
        for region in [program.body, *(inner for each in walk(program.body) for inner in each.regions)]:
            for operation in region.operations:
                self._home.update(dict.fromkeys(operation.results, region))
                for operand in operation.operands:
                    self._uses[operand] = self._uses.get(operand, 0) + 1
            for result in region.results:
                self._uses[result] = self._uses.get(result, 0) + 1

    def rule(self, rewriter: Rewriter, operation: Operation) -> Sequence[Value] | None:
        """The rewrite: see `rewrite.Rule`."""
        rule = _rule_for(operation)
        if rule is None or operation.results[0].label.knowledge is not Knowledge.SECRET:
            return None
        delayed = rule(self, rewriter, operation)
        if delayed is None:
            return None
        (result,) = operation.results
        self._uses[delayed] = self._uses.get(result, 0)
        self._home[delayed] = self._home[result]
        self._ranges[delayed] = self._ranges[result]
        return (delayed,)

    def truncated(self, rewriter: Rewriter, operation: Operation, place: int) -> tuple[Value, int] | None:
        """What an operand is the truncation of, and by how many bits, if nobody else wants the truncation."""
        operand = rewriter.value(operation.operands[place])
        definition = rewriter.builder.definition(operand)
        if definition is None or definition.name != "truncate" or self._uses.get(operand) != 1:
            return None
        if self._home[operand] is not self._home[operation.results[0]]:
            return None
        return definition.operands[0], definition.attributes["bits"]

    def is_only_use(self, value: Value) -> bool:
        """Whether a value is used once, in its own block."""
        return self._uses.get(value) == 1 and value in self._ranges

    def note_finer(self, value: Value, result: Value, bits: int) -> None:
        """Notes the range of a value that is rounded to the result, whose range is known."""
        found = self._ranges[result]
        self._ranges[value] = Interval(found.low - 1 << bits, found.high + 1 << bits)

    def finer(self, rewriter: Rewriter, value: Value, bits: int) -> Value:
        """A fixed number at a finer scale."""
        made = rewriter.builder.emit("cast", value, element=fixed(value.type.element.scale + bits))
        if value in self._ranges:
            self._ranges[made] = Interval(self._ranges[value].low << bits, self._ranges[value].high << bits)
        return made

    def coarsened(self, rewriter: Rewriter, operands: list[Value]) -> int:
        """Makes the last operand coarser if it is a constant: by as many bits as are zero in all of its numbers."""
        definition = rewriter.builder.definition(operands[-1])
        if definition is None or definition.name != "constant" or operands[-1].type.element.kind is not Kind.FIXED:
            return 0
        numbers, scale = definition.attributes["value"], operands[-1].type.element.scale
        together = int(np.bitwise_or.reduce(numbers, axis=None)) if numbers.size else 0
        zeros = min(scale, (together & -together).bit_length() - 1) if together else scale
        kind = ArrayType(fixed(scale - zeros), operands[-1].type.shape)
        operands[-1] = rewriter.builder.constant(numbers >> zeros, kind)
        ends = (int(numbers.min()) >> zeros, int(numbers.max()) >> zeros) if numbers.size else (0, 0)
        self._ranges[operands[-1]] = Interval(*ends)
        return zeros

    def emitted(self, rewriter: Rewriter, operation: Operation, operands: Sequence[Value]) -> Value | None:
        """The operation on other operands, if what it gives can be truncated."""
        known = [self._ranges.get(operand) for operand in operands]
        intervals = [interval for interval in known if interval is not None]
        if len(intervals) != len(known):
            return None
        rule = row_of(operation).interval
        assert rule is not None, f"{operation.name} has no interval"
        found = rule(operation, intervals)
        if found not in TRUNCATABLE:
            return None
        value = rewriter.builder.emit(operation.name, *operands, **operation.attributes)
        self._ranges[value] = found
        return value


Delay = Callable[[_Delayer, Rewriter, Operation], Value | None]


def _moved_behind(delayer: _Delayer, rewriter: Rewriter, operation: Operation) -> Value | None:
    """An operation whose row says of which operands the truncation may follow it, all by the same number of bits."""
    truncated = row_of(operation).after_truncation
    assert truncated is not None
    places = range(len(operation.operands))[truncated]
    found = [delayer.truncated(rewriter, operation, place) for place in places]
    operands = rewriter.operands(operation)
    return _together(delayer, rewriter, operation, found, operands[: places.start], operands[places.stop :])


def _together(
    delayer: _Delayer,
    rewriter: Rewriter,
    operation: Operation,
    found: Sequence[tuple[Value, int] | None],
    before: Sequence[Value],
    after: Sequence[Value],
) -> Value | None:
    known = [each for each in found if each is not None]
    if len(known) != len(found) or not known or len({bits for _, bits in known}) > 1:
        return None
    operands = [*before, *(value for value, _ in known), *after]
    value = delayer.emitted(rewriter, operation, operands)
    return None if value is None else rewriter.builder.emit("truncate", value, bits=known[0][1])


def _sum(delayer: _Delayer, rewriter: Rewriter, operation: Operation) -> Value | None:
    """Of truncations by the same number of bits, and of numbers at hand, which are made finer."""
    found = [delayer.truncated(rewriter, operation, place) for place in range(len(operation.operands))]
    bits = next((each[1] for each in found if each is not None), None)
    if bits is None:
        return None
    for place, each in enumerate(found):
        if each is None:
            value = rewriter.value(operation.operands[place])
            scale = value.type.element.scale + bits
            if scale > MAXIMUM_SCALE or not _is_at_hand(rewriter, value):
                return None
            found[place] = (delayer.finer(rewriter, value, bits), bits)
    return _together(delayer, rewriter, operation, found, (), ())


def _is_at_hand(rewriter: Rewriter, value: Value) -> bool:
    """Whether nothing has to be computed for a value but where it lies: nobody waits for it before he truncates."""
    definition = rewriter.builder.definition(value)
    while definition is not None and _costs_nothing(definition):
        definition = rewriter.builder.definition(definition.operands[0])
    return definition is None or row_of(definition).has(Trait.SOURCE)


def _costs_nothing(operation: Operation) -> bool:
    """Whether the operation only shows its operands' elements in another way, wherever they are held."""
    row = row_of(operation)
    moves = row.has(Trait.STRUCTURAL | Trait.LINEAR) and row.elements_of in (FIRST, ALL)
    return moves or row.has(Trait.ELEMENTWISE | Trait.SAME)


def _truncate(delayer: _Delayer, rewriter: Rewriter, operation: Operation) -> Value | None:
    """Of a truncation, of a product with a truncation, of a number made finer."""
    bits = operation.attributes["bits"]
    inner = delayer.truncated(rewriter, operation, 0)
    if inner is not None:
        return rewriter.builder.emit("truncate", inner[0], bits=bits + inner[1])
    (operand,) = rewriter.operands(operation)
    definition = rewriter.builder.definition(operand)
    if definition is None:
        return None
    if definition.name == "cast" and definition.operands[0].type.element.kind is Kind.FIXED:
        return _unmade(rewriter, definition.operands[0], operand, bits)
    if row_of(definition).has(Trait.BILINEAR) and delayer.is_only_use(operand):
        return _product(delayer, rewriter, definition, bits)
    return None


def _unmade(rewriter: Rewriter, source: Value, finer: Value, bits: int) -> Value:
    """The truncation of a number that was made finer: exact as far as it only takes that back."""
    rest = bits - (finer.type.element.scale - source.type.element.scale)
    if rest > 0:
        return rewriter.builder.emit("truncate", source, bits=rest)
    if rest == 0:
        return source
    return rewriter.builder.emit("cast", source, element=fixed(finer.type.element.scale - bits))


def _product(delayer: _Delayer, rewriter: Rewriter, product: Operation, bits: int) -> Value | None:
    """A product with a factor that is not truncated before, where it stays small enough."""
    for place, other in ((0, 1), (1, 0)):
        factor = rewriter.builder.definition(product.operands[place])
        if factor is None or factor.name != "truncate" or not delayer.is_only_use(product.operands[place]):
            continue
        more = factor.attributes["bits"]
        scale = product.results[0].type.element.scale
        operands = [factor.operands[0], product.operands[other]]
        if scale + more > MAXIMUM_SCALE:
            more -= delayer.coarsened(rewriter, operands)
        if scale + more > MAXIMUM_SCALE:
            continue
        value = delayer.emitted(rewriter, product, operands if place == 0 else operands[::-1])
        if value is not None:
            return rewriter.builder.emit("truncate", value, bits=bits + more)
    return None


def _function(delayer: _Delayer, rewriter: Rewriter, operation: Operation) -> Value | None:
    """A function that takes finer numbers: it spares its operand the truncation, and leaves one to what follows.

    It takes all that may be truncated.
    """
    found = delayer.truncated(rewriter, operation, 0)
    precision = operation.operands[0].type.element.scale
    if found is None or found[1] > precision or operation.attributes["precision"] is not None:
        return None
    value = rewriter.builder.emit(operation.name, found[0], **{**operation.attributes, "precision": precision})
    delayer.note_finer(value, operation.results[0], found[1])
    return rewriter.builder.emit("truncate", value, bits=found[1])


def _rule_for(operation: Operation) -> Delay | None:
    row = row_of(operation)
    if operation.name == "truncate":
        return _truncate
    if "precision" in row.attributes:
        return _function
    if row.after_truncation is None:
        return None
    return _sum if row.has(Trait.ELEMENTWISE | Trait.LINEAR) and row.arity == 2 else _moved_behind
