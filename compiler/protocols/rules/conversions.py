"""From numbers to bits and back. In: shares of one kind. Out: shares of the other kind, or what needs both.

Numbers become bits through the summands of a share: x = a + b, where a and b are held in a way that is the protocol's
affair. The circuits that compare, shift and select are written in these primitives, once for all protocols.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence

from .products import Products
from .shares import Arithmetic, Bilinear, Boolean, Pieces


class Conversions(Products):
    """Numbers as bits, bits as numbers, and quotients by powers of two. Circuits need products, too."""

    @abstractmethod
    def bilinear(self, x: Arithmetic, form: Bilinear) -> Boolean:
        """The planes that `form` describes, of the summands of x: the first step of any circuit over x's bits."""

    @abstractmethod
    def weigh(self, x: Boolean, weights: Sequence[int]) -> Arithmetic:
        """The sum over the planes of weights[plane] where the bit is set: one weight of 1 makes a bit a number."""

    def weigh_each(self, x: Boolean, rows: Sequence[Sequence[int]]) -> tuple[Arithmetic, ...]:
        """`weigh` with each of the rows: a protocol may prepare the planes once for all of them."""
        return tuple(self.weigh(x, row) for row in rows)

    def middles(
        self, x: Arithmetic, planes: Boolean, carry: Boolean, low: int, widths: Sequence[int]
    ) -> tuple[Arithmetic, ...]:
        """For each width, twice the top `width` planes as a number, plus the middle of what is left out below them.

        1 round. The planes are bits of x from `low` up, less what its summands carry from below, and `carry` is what
        the summands carry out of the top one: a protocol may do without the planes. Where nothing is left out (all
        planes from bit 0 up) the middle is 0; where what is left out is less than d units, it is d, at most 2.
        """
        bits = planes.planes
        numbers = self.weigh_each(planes, [[0] * (bits - width) + [2 << at for at in range(width)] for width in widths])
        exact = [low == 0 and width == bits for width in widths]
        pairs = zip(numbers, exact, strict=True)
        return tuple(number if is_exact else self.add_public(number, 1) for number, is_exact in pairs)

    @abstractmethod
    def shift_summands(self, x: Arithmetic, bits: int) -> Arithmetic:
        """(a >> bits) + (b >> bits), logical shifts, for the summands of x."""

    @abstractmethod
    def quotient(self, x: Arithmetic, bits: int) -> Arithmetic:
        """floor(x / 2**bits) less the carry of x's summands into bit `bits`, for 0 <= x < 2**63."""

    def truncate(self, x: Arithmetic, bits: int) -> Arithmetic:
        """x / 2**bits rounded up or down at random, without bias and exact for multiples, for signed |x| < 2**62.

        Rounds and bytes are those of `quotient`. Let y = x + 2**62 - 1: then 0 <= y < 2**63, and, 2**62 being a
        multiple of 2**bits, floor(y / 2**bits) = 2**(62 - bits) - 1 + ceil(x / 2**bits). The quotient falls short of
        it by the carry of y's summands into bit `bits`. For a multiple of 2**bits the low bits of y are all ones, and
        two numbers of `bits` bits cannot carry and leave that; else the carry comes with probability
        1 - (x mod 2**bits) / 2**bits over the choice of the summands, which makes the mean exact.
        """
        if not 0 <= bits <= 62:
            raise ValueError(f"cannot truncate by {bits} bits")
        if bits == 0:
            return x
        shifted = self.quotient(self.add_public(x, 2**62 - 1), bits)
        return self.add_public(shifted, 1 - 2 ** (62 - bits))

    @abstractmethod
    def multiply_bit(self, bit: Boolean, x: Arithmetic) -> Arithmetic:
        """x where the bit (one plane) is set, else 0."""

    @abstractmethod
    def mask_word(self, shape: tuple[int, ...]) -> tuple[Arithmetic, Boolean]:
        """A random r modulo 2**64 as a number, and the 64 bits of -r: for `unmask_word`."""

    @abstractmethod
    def unmask_word(self, x: Boolean) -> Arithmetic:
        """64 planes that a `mask_word` of its own makes uniform, as a number."""


class Summands(Conversions):
    """Any function of few bits of a share, in one round, because some node knows each summand of the share.

    `bilinear` then takes products of more than two bits of a side, too. Nothing needs this; it saves rounds.
    """

    @abstractmethod
    def bilinear_bits(self, x: Boolean, form: Bilinear) -> Boolean:
        """As `bilinear`, of the summands of bits."""

    @abstractmethod
    def polynomial(self, x: Arithmetic, form: Pieces) -> Arithmetic:
        """The polynomial of the piece that x lies in, at the scale of its constants.

        The place in the piece has 20 bits after the point, its further powers have 38: so the coefficients' scales are
        as much less.
        """
