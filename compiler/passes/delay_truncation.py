"""Truncates late, and once: a sum of products is truncated as a whole.

Before:                                             After:
    %2 : fixed.32 = multiply(%a, %b)                    %2 : fixed.32 = multiply(%a, %b)
    %3 : fixed.16 = truncate(%2) bits=16                %4 : fixed.32 = multiply(%c, %d)
    %4 : fixed.32 = multiply(%c, %d)                    %7 : fixed.32 = add(%2, %4)
    %5 : fixed.16 = truncate(%4) bits=16                %6 : fixed.16 = truncate(%7) bits=16
    %6 : fixed.16 = add(%3, %5)

    sum(truncate(x)) -> truncate(sum(x))                select(c, truncate(x), truncate(y)) -> truncate(select(c, x, y))
    truncate(truncate(x)) -> truncate(x)                truncate(multiply(truncate(x), y)) -> truncate(multiply(x, y))
    truncate(cast(x)) -> x                              reshape(truncate(x)) -> truncate(reshape(x)), and so on

Fewer truncations are fewer bytes and, in chains of products, fewer rounds; and each spares a rounding. A truncation
moves only if nothing else uses what it gave, within its block, and only where the ranges of values show that what is
truncated stays below 2**62 in magnitude. Every protocol bears that much: `Protocol.truncate` asks of it the exact
`quotient` of a number 0 <= y < 2**63 that is a sum of two words a + b, and there a + b wraps just where the top bit of
a or of b is set. In `replicated` a and b are known to some nodes; in `additive`, for any number of nodes, a is opened
and b is the mask, as a whole, whose top bit the dealer gives as shares. Values that somebody computes in the clear are
left alone.

Assumes that calls are inlined. Ensures the same values up to the last place. Leaves dead truncations behind.
"""

from collections.abc import Callable, Sequence

from ..ir.infer_arithmetic import MAXIMUM_SCALE
from ..ir.intervals import INTERVALS, Interval
from ..ir.labels import Knowledge
from ..ir.program import Operation, Program, Region, Value
from ..ir.rewrite import Rewriter, rewrite, walk
from ..ir.types import Kind, fixed
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
        rule = _RULES.get(operation.name)
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

    def emitted(self, rewriter: Rewriter, operation: Operation, operands: Sequence[Value]) -> Value | None:
        """The operation on other operands, if what it gives can be truncated."""
        known = [self._ranges.get(operand) for operand in operands]
        intervals = [interval for interval in known if interval is not None]
        if len(intervals) != len(known):
            return None
        found = INTERVALS[operation.name](operation, intervals)
        if found not in TRUNCATABLE:
            return None
        value = rewriter.builder.emit(operation.name, *operands, **operation.attributes)
        self._ranges[value] = found
        return value


Delay = Callable[[_Delayer, Rewriter, Operation], Value | None]


def _behind(first: int = 0) -> Delay:
    """An operation all of whose operands from `first` on are truncations by the same number of bits."""

    def rule(delayer: _Delayer, rewriter: Rewriter, operation: Operation) -> Value | None:
        found = [delayer.truncated(rewriter, operation, place) for place in range(first, len(operation.operands))]
        return _together(delayer, rewriter, operation, found, rewriter.operands(operation)[:first], ())

    return rule


def _behind_first(delayer: _Delayer, rewriter: Rewriter, operation: Operation) -> Value | None:
    """An operation that moves its first operand, by places that are the others."""
    found = [delayer.truncated(rewriter, operation, 0)]
    return _together(delayer, rewriter, operation, found, (), rewriter.operands(operation)[1:])


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
    if definition.name in ("multiply", "matmul") and delayer.is_only_use(operand):
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
        if product.results[0].type.element.scale + more > MAXIMUM_SCALE:
            continue
        operands = [product.operands[0], product.operands[1]]
        operands[place], operands[other] = factor.operands[0], product.operands[other]
        value = delayer.emitted(rewriter, product, operands)
        if value is not None:
            return rewriter.builder.emit("truncate", value, bits=bits + more)
    return None


_RULES: dict[str, Delay] = {
    "truncate": _truncate,
    "add": _behind(),
    "subtract": _behind(),
    "negate": _behind(),
    "sum": _behind(),
    "concat": _behind(),
    "select": _behind(first=1),
    **dict.fromkeys(("reshape", "transpose", "slice", "slice_at"), _behind_first),
}
