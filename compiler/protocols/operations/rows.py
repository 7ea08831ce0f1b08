"""Orders: what sorts rows, and what moves them. In: keys and columns. Out: rows, and moved columns.

Keys become one unsigned number of as many planes: the first key's highest, signs flipped, and all bits of a key that
goes down flipped (which turns its order round, and leaves rows with equal keys as they are). Planes that are alike in
all rows, as ranges tell, are left out.
"""

from __future__ import annotations

from collections.abc import Iterator

from ...ir.types import Kind
from ..circuits import circuits
from ..rules.conversions import Conversions
from ..rules.expansion import booleans, integers
from ..rules.linear import Linear
from ..rules.order import Order
from ..rules.protocol import offered
from ..rules.rows import Rows
from ..rules.shares import Arithmetic, Boolean, Clear, Share, Shared
from ..rules.use import Use

PAIRS = 0
"""The `digit` of an order for which all pairs of rows are compared at once."""

DIGITS = (1, 2, 3, 4)

MOST_PAIRED_ROWS = 4096


def digits_for(rows: int) -> tuple[int, ...]:
    """The values of `digit` that are worth a price for so many rows."""
    return (PAIRS, *DIGITS) if rows <= MOST_PAIRED_ROWS else DIGITS


def argsort(use: Use[Order]) -> Rows | Clear:
    """Rounds by digits of d bits: 4 for each, and 3; by pairs as `ranks`, and 2."""
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
    """A key's planes, lowest first, that spell an unsigned number in the order wanted."""
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
    """How many rows come before each one. 2 + log2(planes) rounds, all pairs of rows compared.

    Row j comes before row i if its key is less or, being before it already, if it is not greater. With c[i, j] = "key j
    is less than key i", only those with i < j count: c[i, j] for row i, and one less c[i, j] for row j.
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
    """x along one axis of a square."""
    shape = (1, rows) if axis == 1 else (rows, 1)
    return p.map("broadcast", (rows, rows), p.map("reshape", shape, x, shape=shape), shape=(rows, rows))


def _above_diagonal(p: Linear, rows: int) -> Clear:
    """Whether j > i."""
    g = p.g
    line = g.local("clear.iota", integers((rows,)), n=rows)
    column = g.local("clear.reshape", integers((rows, 1)), line, shape=(rows, 1))
    return Clear(g.local("clear.less", booleans((rows, rows)), column, line))


def gather(use: Use[Linear]) -> Share:
    """Rounds of the protocol's; none by rows that are public."""
    x, rows = use.operands
    if isinstance(x, Arithmetic):
        return _gathered(use, x, rows)
    if isinstance(x, Boolean):
        return _gathered(use, x, rows)
    raise TypeError("what is in the clear is shared before it is gathered")


def _gathered(use: Use[Linear], x: Shared, rows: Share) -> Shared:
    if isinstance(rows, Rows):
        return offered(use.p, Order).gather(x, rows)
    return use.p.map("take", use.shape, x, indices=rows.parts, axis=0)


def invert(use: Use[Linear]) -> Share:
    """No round."""
    (rows,) = use.operands
    if isinstance(rows, Rows):
        return rows.inverse
    return Clear(use.p.g.local("clear.invert", integers(rows.shape), *rows.parts))


def random_rows(use: Use[Order]) -> Rows:
    """No round, but for a protocol that prepares them."""
    return use.p.random_rows(use.attribute("n"))
