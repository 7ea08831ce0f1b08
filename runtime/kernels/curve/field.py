"""Arithmetic modulo p = 2^255 - 19, sixteen numbers at a time, by 52-bit multiply-add in registers (AVX-512 IFMA).

A number is five limbs of 51 bits: the sum of limb[k] 2^(51 k). `vpmadd52` multiplies the low 52 bits of two limbs and
adds either the low or the high 52 bits of the product. A high half has twice the weight of the next limb. Three
invariants make everything exact without a branch:

- *reduced*: limbs are below 2^51 + 2^15. Only reduced numbers are multiplied, because their limbs have at most 52 bits.
- *wide*: limbs are below 2^59, as those of a product before its carries. Sums and differences are of wide numbers, so
  that a sum of two products needs the carries of one.
- A minuend starts from `WIDE` p, whose limbs are between 2^59 and 2^60, so that no limb of a difference is negative.

Why a product is wide: a low half is below 2^52, and a doubled high half is below 2^51 + 2^18. Column k has the low
halves of limbs i + j = k and the high halves of limbs i + j = k - 1. Columns 5 to 9 come back to columns 0 to 4 times
19, because 2^255 is 19 modulo p. Limb 0 gets the most: one low half, and 19 times four low and five high halves, less
than 125 * 2^52.

Why one carry of all limbs is enough: the largest sum is below 2^61, so a carry is below 2^10, and the carry into limb 0
is below 19 * 2^10.

`Field` emits code. The functions below `Field` are for kernels, whose numbers have two halves of eight lanes: while the
instructions of one half wait for each other, those of the other half run. Numba's cache on disk looks at the file of a
kernel, not at this file, so whoever changes what is emitted here must touch `vector`.
"""

from collections.abc import Sequence
from typing import Any

from llvmlite import ir

from ..vectors import LANES, VECTOR, Memory, emitted, splat, word

LIMBS = 5
LIMB_BITS = 51
LIMB_MASK = (1 << LIMB_BITS) - 1
HALF = LIMBS * LANES
"""How many words eight numbers take."""
NUMBER = 2 * HALF
"""How many words sixteen numbers take."""
WIDE = 1 << 9
A24 = 121665
"""(A - 2) / 4 of the curve v^2 = u^3 + A u^2 + u, A = 486662 (RFC 7748)."""

Limbs = list[Any]


class Field:
    """Emits operations on eight numbers at a time, which are lists of five registers."""

    def __init__(self, builder: Any) -> None:
        self._builder = builder
        self._low = self._declared("llvm.x86.avx512.vpmadd52l.uq.512")
        self._high = self._declared("llvm.x86.avx512.vpmadd52h.uq.512")

    def multiply(self, x: Limbs, y: Limbs, start: int = 0) -> Limbs:
        """x y + `start` p as a wide number. x and y are reduced."""
        columns = []
        for column in range(2 * LIMBS):
            total = self._sum(self._high, splat(0), x, y, _pairs(column - 1))
            total = self._start(self._double(total), start, column)
            columns.append(self._sum(self._low, total, x, y, _pairs(column)))
        return self._folded(columns)

    def square(self, x: Limbs, start: int = 0) -> Limbs:
        """x x + `start` p as a wide number. Products that stand twice in a column are computed once and doubled."""
        columns = []
        for column in range(2 * LIMBS):
            total = self._sum(self._high, splat(0), x, x, _ascending(column - 1))
            total = self._sum(self._high, self._double(total), x, x, _middle(column - 1))
            total = self._sum(self._low, total, x, x, _ascending(column))
            total = self._start(self._double(total), start, column)
            columns.append(self._sum(self._low, total, x, x, _middle(column)))
        return self._folded(columns)

    def multiply_a24(self, x: Limbs, plus: Limbs) -> Limbs:
        """A24 x + `plus` as a wide number. x is reduced."""
        factor = splat(A24)
        high = [self._call(self._high, splat(0), limb, factor) for limb in x]
        wrapped = self._builder.mul(high[-1], splat(2 * 19))
        carried = [wrapped, *(self._double(limb) for limb in high[:-1])]
        return [
            self._call(self._low, total, limb, factor) for total, limb in zip(self.add(carried, plus), x, strict=True)
        ]

    def carry(self, x: Limbs) -> Limbs:
        """The reduced form of a wide number, or of a sum of two."""
        builder = self._builder
        carries = [builder.lshr(limb, splat(LIMB_BITS)) for limb in x]
        kept = [builder.and_(limb, splat(LIMB_MASK)) for limb in x]
        first = self._call(self._low, kept[0], carries[-1], splat(19))
        return [first, *(builder.add(*pair) for pair in zip(kept[1:], carries[:-1], strict=True))]

    def add(self, x: Limbs, y: Limbs) -> Limbs:
        """x + y, limb by limb."""
        return [self._builder.add(*pair) for pair in zip(x, y, strict=True)]

    def subtract(self, x: Limbs, y: Limbs) -> Limbs:
        """x - y, limb by limb. x must include a multiple of p that keeps all limbs positive."""
        return [self._builder.sub(*pair) for pair in zip(x, y, strict=True)]

    def add_multiple(self, x: Limbs, start: int) -> Limbs:
        """x + `start` p."""
        return [self._start(limb, start, place) for place, limb in enumerate(x)]

    def select(self, mask: Any, x: Limbs, y: Limbs) -> Limbs:
        """x where the mask has ones, y where it has zeros."""
        builder = self._builder
        return [
            builder.xor(other, builder.and_(mask, builder.xor(one, other))) for one, other in zip(x, y, strict=True)
        ]

    def mask(self, bit: Any) -> Any:
        """A register of ones if the word `bit` is 1, of zeros if it is 0."""
        index = ir.IntType(32)
        undefined = ir.Constant(VECTOR, ir.Undefined)
        first = self._builder.insert_element(undefined, self._builder.neg(bit), ir.Constant(index, 0))
        return self._builder.shuffle_vector(first, undefined, ir.Constant(ir.VectorType(index, LANES), [0] * LANES))

    def load(self, memory: Memory, offset: Any) -> Limbs:
        """Loads eight numbers from a word offset on."""
        return [memory.load(self._builder.add(offset, word(LANES * limb))) for limb in range(LIMBS)]

    def store(self, memory: Memory, offset: Any, x: Limbs) -> None:
        """Stores eight numbers from a word offset on."""
        for limb, register in enumerate(x):
            memory.store(self._builder.add(offset, word(LANES * limb)), register)

    def _declared(self, name: str) -> Any:
        module = self._builder.module
        return module.globals.get(name) or ir.Function(module, ir.FunctionType(VECTOR, [VECTOR] * 3), name)

    def _call(self, function: Any, total: Any, x: Any, y: Any) -> Any:
        return self._builder.call(function, [total, x, y])

    def _sum(self, function: Any, total: Any, x: Limbs, y: Limbs, pairs: Sequence[tuple[int, int]]) -> Any:
        for i, j in pairs:
            total = self._call(function, total, x[i], y[j])
        return total

    def _double(self, register: Any) -> Any:
        return self._builder.add(register, register)

    def _start(self, register: Any, start: int, column: int) -> Any:
        if not start or column >= LIMBS:
            return register
        return self._builder.add(register, splat(start * (LIMB_MASK if column else LIMB_MASK - 18)))

    def _folded(self, columns: Limbs) -> Limbs:
        builder = self._builder
        return [
            builder.add(low, builder.mul(high, splat(19)))
            for low, high in zip(columns[:LIMBS], columns[LIMBS:], strict=True)
        ]


def _pairs(column: int) -> list[tuple[int, int]]:
    """The pairs of limbs whose product has its low half in this column."""
    return [(i, column - i) for i in range(LIMBS) if 0 <= column - i < LIMBS]


def _ascending(column: int) -> list[tuple[int, int]]:
    return [(i, j) for i, j in _pairs(column) if i < j]


def _middle(column: int) -> list[tuple[int, int]]:
    return [(i, j) for i, j in _pairs(column) if i == j]


@emitted
def ladder_step(builder: Any, state: Memory, offset: Any, turn: Any) -> None:
    """One bit of the Montgomery ladder (RFC 7748, section 5) on a half of sixteen pairs of points.

    The state has five numbers: X + Z and X - Z of the point that was doubled last, X + Z and X - Z of the point that
    was added, and u of the points' difference. `turn` is 1 if the other point is to be doubled now. The sum of the two
    points does not change when they trade places (its Z is the square of a difference), so a mask only chooses which
    point is doubled.
    """
    field = Field(builder)
    places = [builder.add(offset, word(NUMBER * number)) for number in range(5)]
    a, b, c, d = (field.load(state, place) for place in places[:4])
    mask = field.mask(turn)
    plus, minus = field.select(mask, c, a), field.select(mask, d, b)

    da, cb = field.multiply(d, a, WIDE), field.multiply(c, b)
    total, difference = field.carry(field.add(da, cb)), field.carry(field.subtract(da, cb))
    x = field.square(total, WIDE)
    z = field.multiply(field.carry(field.square(difference)), field.load(state, places[4]))
    field.store(state, places[2], field.carry(field.add(x, z)))
    field.store(state, places[3], field.carry(field.subtract(x, z)))

    aa, bb = field.square(plus, WIDE), field.square(minus)
    e = field.carry(field.subtract(aa, bb))
    aa, bb = field.carry(aa), field.carry(bb)
    x = field.multiply(aa, bb, WIDE)
    z = field.multiply(e, field.carry(field.multiply_a24(e, aa)))
    field.store(state, places[0], field.carry(field.add(x, z)))
    field.store(state, places[1], field.carry(field.subtract(x, z)))


@emitted
def multiply(builder: Any, out: Memory, at: Any, x: Memory, i: Any, y: Memory, j: Any) -> None:
    """out[at:] = x[i:] y[j:]. Like all functions below, it takes sixteen reduced numbers, and `out` may be an
    operand."""
    field = Field(builder)
    for half in (word(0), word(HALF)):
        left, right = field.load(x, builder.add(i, half)), field.load(y, builder.add(j, half))
        field.store(out, builder.add(at, half), field.carry(field.multiply(left, right)))


@emitted
def square(builder: Any, out: Memory, at: Any, x: Memory, i: Any) -> None:
    """out[at:] = x[i:] squared."""
    field = Field(builder)
    for half in (word(0), word(HALF)):
        product = field.square(field.load(x, builder.add(i, half)))
        field.store(out, builder.add(at, half), field.carry(product))


@emitted
def add(builder: Any, out: Memory, at: Any, x: Memory, i: Any, y: Memory, j: Any) -> None:
    """out[at:] = x[i:] + y[j:]."""
    field = Field(builder)
    for half in (word(0), word(HALF)):
        left, right = field.load(x, builder.add(i, half)), field.load(y, builder.add(j, half))
        field.store(out, builder.add(at, half), field.carry(field.add(left, right)))


@emitted
def subtract(builder: Any, out: Memory, at: Any, x: Memory, i: Any, y: Memory, j: Any) -> None:
    """out[at:] = x[i:] - y[j:]."""
    field = Field(builder)
    for half in (word(0), word(HALF)):
        left, right = field.load(x, builder.add(i, half)), field.load(y, builder.add(j, half))
        difference = field.subtract(field.add_multiple(left, 2), right)
        field.store(out, builder.add(at, half), field.carry(difference))
