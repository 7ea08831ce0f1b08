"""Arithmetic on arithmetic shares. A public operand costs no communication: nodes add it or multiply parts by it."""

from ..circuits import circuits
from ..rules.conversions import Conversions
from ..rules.linear import Linear
from ..rules.products import Products
from ..rules.shares import Arithmetic, Boolean, Clear, Share
from ..rules.use import Use


def cast(use: Use[Linear]) -> Share:
    """Casts to a wider integer or to a finer fixed-point scale. No round. A truth value may be held as a number."""
    return use.p.shift_left(use.number(0), use.element.scale - use.element_of(0).scale)


def as_it_is(use: Use[Linear]) -> Share:
    """The same share, for numbers that are read at another scale: no round."""
    return use.number(0)


def truncate(use: Use[Conversions]) -> Share:
    """Divides by 2**bits, rounding up or down at random. 1 round."""
    return use.p.truncate(use.number(0), use.attribute("bits"))


def floor(use: Use[Conversions]) -> Share:
    """Rounds down, exactly. 7 rounds for 64 bits, fewer for narrower numbers."""
    return circuits.shift_right(use.p, use.number(0), use.element_of(0).scale, use.bits_of(0))


def shift_left(use: Use[Linear]) -> Share:
    """Multiplies by 2**bits. No round."""
    shift = use.attribute("bits")
    x = use.number(0)
    return use.p.shift_left(x, shift) if shift < 64 else use.p.multiply_public(x, 0)


def shift_right(use: Use[Conversions]) -> Share:
    """Divides by 2**bits and rounds down, exactly. 7 rounds for 64 bits, fewer for narrower numbers."""
    return circuits.shift_right(use.p, use.number(0), use.attribute("bits"), use.bits_of(0))


def add(use: Use[Linear]) -> Share:
    """x + y. No round."""
    left, right = use.clear(0), use.clear(1)
    if right is not None:
        return use.p.add_public(use.number(0), right)
    return use.p.add_public(use.number(1), left) if left is not None else use.p.add(use.number(0), use.number(1))


def subtract(use: Use[Linear]) -> Share:
    """x - y. No round."""
    left = use.clear(0)
    if left is not None:
        return use.p.add_public(use.p.negate(use.number(1)), left)
    return use.p.subtract(use.number(0), use.number(1))


def negate(use: Use[Linear]) -> Share:
    """-x. No round."""
    return use.p.negate(use.number(0))


def multiply(use: Use[Products]) -> Share:
    """x times y. 1 round; none if an operand is public."""
    left, right = use.clear(0), use.clear(1)
    if right is not None:
        return use.p.multiply_public(use.number(0), right)
    if left is not None:
        return use.p.multiply_public(use.number(1), left)
    x, y = _scalar_or_whole(use, 0), _scalar_or_whole(use, 1)
    return use.p.multiply(x, y)


def _scalar_or_whole(use: Use[Linear], operand: int) -> Arithmetic:
    """A scalar keeps its shape, as the product spreads it; other operands get the result's shape."""
    value = use.operands[operand]
    both_scalars = all(other.shape == () for other in use.operands)
    return value if isinstance(value, Arithmetic) and value.shape == () and not both_scalars else use.number(operand)


def matmul(use: Use[Products]) -> Share:
    """The matrix product. 1 round; none if an operand is public."""
    left, right = use.operands
    if isinstance(left, Arithmetic) and isinstance(right, Arithmetic):
        return use.p.matmul(left, right, use.shape)
    parts = []
    for part in (left if isinstance(left, Arithmetic) else right).parts:
        factors = [use.p.clear_number(side) if isinstance(side, Clear) else part for side in (left, right)]
        parts.append(use.p.g.local(use.p.arithmetic("matmul"), use.p.number(use.shape), *factors))
    return Arithmetic(tuple(parts))


def select(use: Use[Conversions]) -> Share:
    """x where the condition holds, else y. 1 round; none if the condition is public."""
    p = use.p
    condition = use.clear(0)
    if condition is not None:
        x, y = use.number(1), use.number(2)
        return p.add(p.multiply_public(p.subtract(x, y), condition), y)
    bit = use.bits(0, 1)
    x_clear, y_clear = use.clear(1), use.clear(2)
    if x_clear is not None and y_clear is not None:
        return _choose_public(use, bit, x_clear, y_clear)
    return circuits.select(p, bit, use.number(1), use.number(2))


def _choose_public(use: Use[Conversions], bit: Boolean, x: Clear, y: Clear) -> Arithmetic:
    """y + bit * (x - y) for public x and y, with the bit as a number."""
    p = use.p
    sides, kind = [p.clear_number(side) for side in (x, y)], p.number(use.shape)
    difference = p.g.local(p.arithmetic("subtract"), kind, *sides)
    parts = p.weigh(bit, [1]).parts
    scaled = Arithmetic(tuple(p.g.local(p.arithmetic("multiply"), kind, part, difference) for part in parts))
    return p.add_public(scaled, y)


def total(use: Use[Linear]) -> Share:
    """The sum along the axis. No round."""
    return use.p.sum(_operand(use), use.attribute("axis"))


def running_total(use: Use[Linear]) -> Share:
    """The running sum along the axis. No round."""
    return use.p.linear("cumsum", use.shape, _operand(use), axis=use.attribute("axis"))


def _operand(use: Use[Linear]) -> Arithmetic:
    (x,) = use.operands
    if not isinstance(x, Arithmetic):
        raise TypeError(f"{use.operation.name} takes numbers")
    return x
