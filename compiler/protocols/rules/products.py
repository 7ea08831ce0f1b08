"""Products of secrets. In: shares. Out: shares of products of numbers, of matrices, and of bits."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from functools import reduce
from itertools import count

from .linear import Linear
from .shares import Arithmetic, Boolean


class Products(Linear):
    """Products of numbers and of bits.

    A "round" below is a level of exchanges: independent calls share their rounds.
    """

    @abstractmethod
    def multiply(self, x: Arithmetic, y: Arithmetic) -> Arithmetic:
        """x times y, elementwise, modulo the ring."""

    @abstractmethod
    def matmul(self, x: Arithmetic, y: Arithmetic, shape: tuple[int, ...]) -> Arithmetic:
        """The matrix product; `shape` is its shape."""

    @abstractmethod
    def conjunction(
        self,
        x: Boolean,
        y: Boolean,
        left: tuple[int, ...] | None = None,
        right: tuple[int, ...] | None = None,
        plus: tuple[int, ...] | None = None,
    ) -> Boolean:
        """x AND y, plane by plane; `left`, `right` choose planes of x and of y.

        With `plus`, plane t of the result is also XORed with plane plus[t] of x (-1: with nothing).
        """

    def dot(self, pairs: Sequence[tuple[Arithmetic, Arithmetic]]) -> Arithmetic:
        """The sum of the products of the pairs, in one round. A protocol may send the sum alone."""
        products = [self.multiply(x, y) for x, y in pairs]
        return reduce(self.add, products)

    def dot_bits(self, x: Boolean, y: Boolean, terms: Sequence[Sequence[tuple[int, int]]]) -> Boolean:
        """Plane t is the XOR over (l, r) in terms[t] of x_l AND y_r. A protocol may send the XOR alone."""
        pairs = [pair for plane in terms for pair in plane]
        products = self.conjunction(x, y, tuple(left for left, _ in pairs), tuple(right for _, right in pairs))
        place = count()
        return self.parities(products, [[next(place) for _ in plane] for plane in terms])
