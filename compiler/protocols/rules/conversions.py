"""Conversions between arithmetic and boolean shares. In: shares of one kind. Out: shares of the other kind.

A number becomes bits through the summands of its share: x = a + b. Each protocol decides who holds a and b. The
circuits that compare, shift and select are written in these primitives, once for all protocols.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence

from .products import Products
from .shares import Arithmetic, Bilinear, Boolean, Pieces


class Conversions(Products):
    """Conversions between numbers and bits, and quotients by powers of two. The circuits need products, too."""

    @abstractmethod
    def bilinear(self, x: Arithmetic, form: Bilinear) -> Boolean:
        """The bit planes that `form` computes from the summands of x: the first step of any circuit over x's bits."""

    @abstractmethod
    def weigh(self, x: Boolean, weights: Sequence[int]) -> Arithmetic:
        """For each element, the sum of weights[plane] over the planes that are set. Weight 1 makes a bit a number."""

    def weigh_each(self, x: Boolean, rows: Sequence[Sequence[int]]) -> tuple[Arithmetic, ...]:
        """`weigh` with each of the rows. A protocol may override this to prepare the planes once for all rows."""
        return tuple(self.weigh(x, row) for row in rows)

    def middles(
        self, x: Arithmetic, planes: Boolean, carry: Boolean, low: int, widths: Sequence[int]
    ) -> tuple[Arithmetic, ...]:
        """For each width, twice the number that the top `width` planes spell, plus the middle d of what they leave out.

        1 round. `planes` are the bits of x from `low` up, without the carry from below `low`. `carry` is the carry of
        x's summands out of the top plane: a protocol may compute from x and `carry` alone. What a result leaves out is
        worth less than d of its units: d is at most 2, and 0 where nothing is left out (all planes, from bit 0 up).
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
        """x / 2**bits rounded up or down at random, for signed |x| < 2**62: without bias, and exact for multiples.

        Rounds and bytes are those of `quotient`. Let y = x + 2**62 - 1, so that 0 <= y < 2**63. As 2**62 is a multiple
        of 2**bits, floor(y / 2**bits) = 2**(62 - bits) - 1 + ceil(x / 2**bits). `quotient` gives this less the carry of
        y's summands into bit `bits`. If x is a multiple of 2**bits, the low bits of y are all ones. Two numbers of
        `bits` bits cannot sum to that and also carry, so the result is exact. Otherwise the carry comes with
        probability 1 - (x mod 2**bits) / 2**bits over the choice of the summands, which makes the mean exact.

        Raises ValueError unless 0 <= bits <= 62.
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
        """A random r modulo 2**64 as an arithmetic share, and the 64 bits of -r as a boolean one: see `unmask_word`."""

    @abstractmethod
    def unmask_word(self, x: Boolean) -> Arithmetic:
        """The number that 64 planes spell. A `mask_word`, used for nothing else, must have made the planes uniform."""


class Summands(Conversions):
    """Functions of few bits of a share in one round, for protocols where some node knows each summand of the share.

    With these protocols `bilinear` also takes products of more than two bits of a side. No program needs that; it saves
    rounds.
    """

    @abstractmethod
    def bilinear_bits(self, x: Boolean, form: Bilinear) -> Boolean:
        """As `bilinear`, for a boolean share and its summands (x = a XOR b)."""

    @abstractmethod
    def polynomial(self, x: Arithmetic, form: Pieces) -> Arithmetic:
        """The polynomial of the piece that x lies in (see `Pieces`), at the scale of the constants in `form`.

        The place in the piece has 20 bits after the point, its further powers have 38. So the scales of the
        coefficients are lower by as many bits.
        """
