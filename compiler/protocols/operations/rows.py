"""Sorting rows, and moving them. In: keys and columns. Out: arrangements of rows, and moved columns.

The keys become one unsigned number for each row: the first key takes the highest planes, and the sign bits are flipped.
All bits of a key in descending order are flipped. This reverses the key's order; rows with equal keys keep theirs.
Planes that are alike in all rows, as ranges tell, are left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from ....runtime.graph.nodes import ValueType
from ...ir.types import Kind
from ..circuits import circuits
from ..rules.conversions import Conversions
from ..rules.expansion import booleans, integers
from ..rules.linear import Linear
from ..rules.order import Order
from ..rules.protocol import offered
from ..rules.rows import Rows
from ..rules.shares import Arithmetic, Boolean, Clear, Share, Shared
from ..rules.use import Use, joined, part

PAIRS = 0
"""The `digit` of an order that compares all pairs of rows at once, instead of sorting digit by digit."""

DIGITS = (1, 2, 3, 4)

MOST_PAIRED_ROWS = 4096


def digits_for(rows: int) -> tuple[int, ...]:
    """The values of `digit` whose costs are worth comparing for so many rows."""
    return (PAIRS, *DIGITS) if rows <= MOST_PAIRED_ROWS else DIGITS


def argsort(use: Use[Order]) -> Rows | Clear:
    """The arrangement that sorts rows by their keys, the first key first.

    Rounds by digits of d bits: see the protocol's `sorted_rows`. By pairs: the rounds of `ranks` and of `placed_rows`.
    """
    keys = [key for operand in reversed(range(len(use.operands))) for key in _ordered(use, operand)]
    (rows,) = use.shape
    if rows <= 1 or not keys:
        return _as_they_are(use.p, rows)
    key = keys[0] if len(keys) == 1 else use.p.concat_planes(*keys)
    digit = use.attribute("digit")
    if digit == PAIRS:
        return use.p.placed_rows(ranks(use.p, key))
    return use.p.sorted_rows(key, digit)


def _ordered(use: Use[Linear], operand: int) -> Iterator[Boolean]:
    """The planes of a key, lowest first. They spell an unsigned number, in the order that the program wants."""
    value, planes = use.operation.operands[operand], use.bits_of(operand)
    x = use.bits(operand, planes)
    if use.attribute("descending")[operand]:
        x = use.p.invert(x)
    if value.type.element.kind is Kind.BOOL:
        yield x
        return
    if planes > 1:
        yield use.p.planes(x, tuple(range(planes - 1)))
    if value.least < 0 <= value.greatest:
        yield use.p.invert(use.p.planes(x, (planes - 1,)))


def _as_they_are(p: Linear, rows: int) -> Clear:
    return Clear(p.g.local("clear.iota", integers((rows,)), n=rows))


def ranks(p: Conversions, key: Boolean) -> Arithmetic:
    """For each row the number of rows before it in the order. Compares all pairs. 2 + log2(planes) rounds.

    Row j comes before row i if its key is less, or if j < i and its key is not greater. Let c[i, j] be "key j is less
    than key i". Only pairs with i < j are counted: such a pair adds c[i, j] to row i and 1 - c[i, j] to row j.
    """
    (rows,) = key.shape
    x, y = (_spread(p, key, rows, axis) for axis in (1, 0))
    flipped = p.invert(x)
    either, both = p.xor(flipped, y), p.conjunction(flipped, y)
    is_less = circuits.overflow_digits(p, either, both)
    counted = p.multiply_public(p.weigh(is_less, [1]), _above_diagonal(p, rows))
    difference = p.subtract(p.sum(counted, 1), p.sum(counted, 0))
    return p.add_public(difference, _as_they_are(p, rows))


def _spread(p: Linear, x: Boolean, rows: int, axis: int) -> Boolean:
    """x in a square of rows by rows: along axis 1 or along axis 0."""
    shape = (1, rows) if axis == 1 else (rows, 1)
    return p.map("broadcast", (rows, rows), p.map("reshape", shape, x, shape=shape), shape=(rows, rows))


def _above_diagonal(p: Linear, rows: int) -> Clear:
    """The public square that is true where j > i."""
    g = p.g
    line = g.local("clear.iota", integers((rows,)), n=rows)
    column = g.local("clear.reshape", integers((rows, 1)), line, shape=(rows, 1))
    return Clear(g.local("clear.less", booleans((rows, rows)), column, line))


def gather(use: Use[Linear]) -> Share:
    """The rows of x, arranged. Rounds are those of the protocol's `gather`; none if the arrangement is public."""
    x, rows = use.operands
    if isinstance(x, Arithmetic):
        return _gathered(use, x, rows)
    if isinstance(x, Boolean):
        return _gathered(use, x, rows)
    raise TypeError("what is in the clear is shared before it is gathered")


def _gathered(use: Use[Linear], x: Shared, rows: Share) -> Shared:
    if isinstance(rows, Rows):
        return offered(use.p, Order).gather(x, rows)
    return use.p.map("take", x.shape, x, indices=rows.parts, axis=0)


def placed(use: Use[Order]) -> Rows:
    """Rounds of the protocol's `placed_rows`."""
    return use.p.placed_rows(use.number(0))


def copies(use: Use[Linear]) -> Share:
    """Rounds of `gather`: steps from row to row are moved to where they are taken, and added up."""
    x, rows = use.operands
    numbers = use.p.public(x) if isinstance(x, Clear) else x
    if not isinstance(numbers, Arithmetic):
        raise TypeError("bits have a rule of their own")
    steps = _steps(use.p, numbers, use.p.subtract)
    moved = _gathered(use, _lengthened(use.p, steps, use.shape[0]), rows)
    return use.p.linear("cumsum", use.shape, moved, axis=0)


def copies_of_bits(use: Use[Linear]) -> Share:
    """As `copies`; steps are XORs, added up over twice as many rows each time."""
    x, rows = use.operands
    bits = use.p.public_bits(x, use.planes) if isinstance(x, Clear) else x
    if not isinstance(bits, Boolean):
        raise TypeError("numbers have a rule of their own")
    above = -1 if use.element.kind is Kind.BOOL else bits.planes - 1
    whole = use.p.planes(bits, tuple(plane if plane < bits.planes else above for plane in range(use.planes)))
    steps = _steps(use.p, whole, use.p.xor)
    total = _gathered(use, _lengthened(use.p, steps, use.shape[0]), rows)
    reach = 1
    while reach < use.shape[0]:
        later = part(use.p, total, 0, 0, use.shape[0] - reach, 1)
        first, rest = (part(use.p, total, 0, *ends, 1) for ends in ((0, reach), (reach, use.shape[0])))
        total = joined(use.p, [first, use.p.xor(rest, later)], 0)
        reach *= 2
    return total


def _steps(p: Linear, x: Shared, less: Callable[[Shared, Shared], Shared]) -> Shared:
    """The first row, and what each further one has more than the one before."""
    count = x.shape[0]
    if count < 2:
        return x
    first, later, before = (part(p, x, 0, *ends, 1) for ends in ((0, 1), (1, count), (0, count - 1)))
    return joined(p, [first, less(later, before)], 0)


def _lengthened(p: Linear, x: Shared, count: int) -> Shared:
    """x with rows of zeros after its own, `count` in all."""
    missing = count - x.shape[0]
    if not missing:
        return x
    kinds = [ValueType(wire.type.storage, (missing, *x.shape[1:]), wire.type.planes) for wire in x.parts]
    zeros = x.with_parts([p.g.local("zeros", kind, at=wire.at) for kind, wire in zip(kinds, x.parts, strict=True)])
    return joined(p, [x, zeros], 0) if x.shape[0] else zeros


def invert(use: Use[Linear]) -> Share:
    """The arrangement that puts rows back. No round."""
    (rows,) = use.operands
    if isinstance(rows, Rows):
        return rows.inverse
    return Clear(use.p.g.local("clear.invert", integers(rows.shape), *rows.parts))


def random_rows(use: Use[Order]) -> Rows:
    """A uniformly random arrangement. No round; a protocol may prepare correlated randomness for it."""
    return use.p.random_rows(use.attribute("n"))
