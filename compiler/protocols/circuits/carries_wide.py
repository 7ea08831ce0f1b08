"""Where a number lies, in two rounds: blocks of several bits first, then all blocks at once.

In: a share x of a protocol that knows summands. Out: bits. As in `carries`, blocks of bits generate (G) or propagate
(P) what the summands carry. Here one round joins all blocks: the carry is the XOR over the blocks of a block's G AND
the P of every block above. This is a function of few shared bits, and a node that knows the first summands of these
bits knows all their products (`Summands.bilinear_bits`). It takes more bits than a tree takes in five rounds, so it
pays where rounds count.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise

from ..rules.conversions import Summands
from ..rules.shares import Arithmetic, Bilinear, Boolean
from .carries import ONE, Item, Polynomial, bilinear, bit_of_a, bit_of_b, plus, polynomial, times

BLOCKS = 7
"""How many blocks are joined besides the bits below the bound. Each block more doubles the products."""
BLOCK = 4
"""The most bits in a block for which its form is worth its size."""


def is_narrow(reach: int, bits: int) -> bool:
    """Whether the blocks of `sign_and_inside` are small for this reach and so many bits."""
    return bits - 2 - reach <= BLOCKS * BLOCK


def sign_and_inside(p: Summands, y: Arithmetic, low: int, reach: int, bits: int) -> Boolean:
    """Two planes, in two rounds, for y that fits `bits` bits: whether y < 0, and whether 0 <= y < 2**reach.

    The carry from below `low` is left out: the answers are about y or about y - 2**low. Both numbers must fit.
    """
    planes = p.bilinear(y, _blocks(low, reach, bits))
    return p.bilinear_bits(planes, _joined(planes.planes))


@lru_cache(maxsize=256)
def _blocks(low: int, reach: int, bits: int) -> Bilinear:
    """G of the bits below `reach`; G and P of each block above; and whether y's bits from `reach` up are zeros.

    Let c be the carry into a sum of a and b. All bits of the sum are zero exactly if its lowest bit, a_0 XOR b_0 XOR c,
    is zero and a_i XOR b_i equals a_(i-1) OR b_(i-1) for every other i: if the sum's bits below i are zero, that OR is
    the carry into bit i. The blocks also hold the products of these factors. The sign joins the last block's G. The
    factor of the top bit joins the last block's factors.
    """
    top = bits - 1
    count = min(BLOCKS, top - reach)
    bounds = [reach + (top - reach) * block // count for block in range(count + 1)]
    below = polynomial(Item("G", low, reach))
    carries, passes, zeros = [below], [], [plus(plus(ONE, _either(reach)), below)]
    for first, stop in pairwise(bounds):
        is_last = stop == top
        carry = polynomial(Item("G", first, stop))
        carries.append(plus(carry, _either(top)) if is_last else carry)
        passes.append(polynomial(Item("P", first, stop)))
        zeros.append(_product([_is_zero(bit) for bit in range(max(first, reach + 1), stop + is_last)]))
    return bilinear(bits, [*carries, *passes, *zeros])


def _is_zero(bit: int) -> Polynomial:
    below = plus(_either(bit - 1), times(bit_of_a(bit - 1), bit_of_b(bit - 1)))
    return plus(plus(ONE, _either(bit)), below)


@lru_cache(maxsize=64)
def _joined(planes: int) -> Bilinear:
    """From c carries, c - 1 propagations and c zero tests: the carry out of all blocks, and whether all are zero."""
    count = (planes + 1) // 3
    carries, passes, zeros = range(count), range(count, 2 * count - 1), range(2 * count - 1, planes)
    carried: Polynomial = frozenset()
    for block in carries:
        carried = plus(carried, _product([_either(plane) for plane in (carries[block], *passes[block:])]))
    return bilinear(planes, [carried, _product([_either(plane) for plane in zeros])])


def _either(bit: int) -> Polynomial:
    return plus(bit_of_a(bit), bit_of_b(bit))


def _product(factors: Sequence[Polynomial]) -> Polynomial:
    result = ONE
    for factor in factors:
        result = times(result, factor)
    return result
