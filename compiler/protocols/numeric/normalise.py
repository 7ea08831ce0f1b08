"""A number's magnitude as a fraction in [1/4, 1) and a power of two.

In: the bits of y and the predicted place of its leading bit (`bits.Leading`). Out: |y| = m * 2**E with m in
[1/4, 1): which piece of that interval m lies in, and m's place inside the piece, as `polynomials` takes them.

The prediction is either right (m >= 1/2, a *wide* piece) or one too high (m < 1/2, a *narrow* piece). The leading bit
of m tells which. The bits of m are the bits of y from the predicted place down, XORed with the sign. For a negative y
all bits of m below bit 0 are ones: then m is the limit of ~y + 0.111..., which is |y| exactly, whatever the size of y.

Let c be the number of *cell* bits. The interval is cut into cells of width 2**-(c + 1). A wide piece is a cell, a
narrow piece is half a cell. In either the local variable counts from the cell's centre, so a narrow piece is one half
of [-1, 1].
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..rules.conversions import Conversions
from ..rules.shares import Arithmetic, Boolean
from .bits import Leading, cases, outer
from .tables import Piece


@dataclass(frozen=True, slots=True)
class Normalised:
    """`pieces` has a plane for each of `octave_pieces(cell)`, or several copies of these. For y = 0 no plane is set.

    `variable` are the bits of the local variable, the top one last.
    """

    pieces: Boolean
    variable: Boolean


def wide_pieces(cell: int) -> list[Piece]:
    """The pieces of `normalise_exact`."""
    half = 2.0 ** -(cell + 2)
    return [Piece(0.5 + half * (2 * place + 1), half) for place in range(1 << cell)]


def octave_pieces(cell: int) -> list[Piece]:
    """The pieces in the order of planes: wide, then narrow; by the bit that one kind alone uses, then by the rest."""
    half = 2.0 ** -(cell + 2)
    shared = 1 << (cell - 1)
    wide = [Piece(0.5 + half * (2 * (first * shared + rest) + 1), half) for first in (0, 1) for rest in range(shared)]
    narrow = [
        Piece(0.25 + half * (2 * rest + 1), half, -1.0 + last, 0.0 + last) for last in (0, 1) for rest in range(shared)
    ]
    return wide + narrow


def normalise(p: Conversions, y: Leading, cell: int, bits: int) -> Normalised:
    """|y| with `cell` cell bits and `bits` bits of the local variable. 2 + log2(cell) rounds after `leading`."""
    flipped = p.xor(y.planes, y.planes, None, (*[y.sign] * y.sign, -1))
    mantissa = _digits(p, y, flipped, range(cell + bits, -1, -1), y.exponents, below=y.sign)
    wide = p.planes(mantissa, (cell + bits,))
    return _cut(p, mantissa, p.concat_planes(wide, p.xor(y.exists, wide)), cell, bits)


def normalise_exact(p: Conversions, y: Leading, cell: int, bits: int) -> Normalised:
    """As `normalise`, of a place that is exact: m is in [1/2, 1], and there are wide pieces alone."""
    flipped = p.xor(y.planes, y.planes, None, (*[y.sign] * y.sign, -1))
    mantissa = _digits(p, y, flipped, range(cell + bits, 0, -1), y.exponents, below=y.sign)
    pieces = cases(p, p.planes(mantissa, tuple(range(bits, bits + cell))), y.exists)
    return Normalised(pieces, p.planes(mantissa, tuple(range(bits))))


def normalise_positive(
    p: Conversions, y: Leading, cell: int, bits: int, modulus: int = 1, *, may_be_negative: bool
) -> Normalised:
    """As `normalise`, for y > 0; elsewhere no piece is set. With a modulus, pieces for each remainder of E."""
    kept, exists = y.planes, [y.exists]
    if modulus > 1:
        exists = [
            p.parities(y.place, [[place for place, e in enumerate(y.exponents) if e % modulus == remainder]])
            for remainder in range(modulus)
        ]
    if may_be_negative:
        positive = p.invert(p.planes(y.planes, (y.sign,)))
        kept = p.conjunction(y.planes, positive, tuple(range(y.sign)), (0,) * y.sign)
        exists = [p.conjunction(each, positive) for each in exists]
    kinds = []
    for remainder in range(modulus):
        wide = _digits(p, y, kept, [0], [e for e in y.exponents if e % modulus == remainder], below=-1)
        kinds += [wide, p.xor(exists[remainder], wide)]
    mantissa = _digits(p, y, kept, range(cell + bits, 0, -1), y.exponents, below=-1)
    return _cut(p, mantissa, p.concat_planes(*kinds), cell, bits)


def power_of_two(p: Conversions, place: Boolean, exponents: Sequence[int]) -> Arithmetic:
    """2**exponents[i] for the plane i that is set; the exponents start at 0. The product of two digits. 2 rounds."""
    count = max(exponents) + 1
    base = min(range(1, count + 1), key=lambda base: base + -(-count // base))
    places = range(len(exponents))
    low = p.parities(place, [[at for at in places if exponents[at] % base == b] for b in range(base)])
    high = p.parities(place, [[at for at in places if exponents[at] // base == a] for a in range(-(-count // base))])
    units, blocks = [1 << b for b in range(base)], [1 << base * a for a in range(high.planes)]
    return p.multiply(p.weigh(low, units), p.weigh(high, blocks))


def _digits(
    p: Conversions, y: Leading, planes: Boolean, depths: Sequence[int], exponents: Sequence[int], below: int
) -> Boolean:
    """For each depth the bit that lies so far below the predicted place, if E is one of `exponents`, else 0. 1 round.

    `below` is the plane that stands for bits below bit 0 (-1: zeros).
    """
    terms = []
    for depth in depths:
        positions = [(e - y.lowest, e - 1 - depth) for e in exponents]
        chosen = [(place, at if at >= 0 else below) for place, at in positions if at < y.sign]
        terms.append([(place, plane) for place, plane in chosen if plane >= 0])
    return p.dot_bits(y.place, planes, terms)


def _cut(p: Conversions, mantissa: Boolean, kinds: Boolean, cell: int, bits: int) -> Normalised:
    """The piece and the variable of a mantissa of bits + cell planes. `kinds` are pairs of planes: wide, narrow."""
    first, last = bits + cell - 1, bits - 1
    count = kinds.planes
    deciding = tuple(first if kind % 2 == 0 else last for kind in range(count))
    with_one = p.conjunction(kinds, mantissa, tuple(range(count)), deciding)
    split = p.concat_planes(p.xor(kinds, with_one), with_one)
    split = p.planes(split, tuple(kind + side * count for kind in range(count) for side in (0, 1)))
    pieces = outer(p, split, cases(p, p.planes(mantissa, tuple(range(bits, first))))) if cell > 1 else split
    return Normalised(pieces, p.planes(mantissa, tuple(range(bits))))
